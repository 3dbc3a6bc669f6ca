/* Objects: blocks of bytes for whoever asks, the malloc beneath the C library's names. Blocks of up
 * to CLASS_BYTES_MAX bytes are slots of spans of a size class, out of the thread's own; larger ones
 * are spans of their own, and so are all of a thread that has no caches. Any thread may call any
 * function here with any arguments, and free what another was given.
 *
 * A place is a number of bytes from the start of the window. */
#ifndef CAIRN_OBJECT_H
#define CAIRN_OBJECT_H

#include "object/slot_cache.h"

enum object_status {
    OBJECT_OK,
    OBJECT_NO_SPAN, /* no block was ever handed out there, or its memory went back */
    OBJECT_INSIDE,  /* the place is inside a block and not its start, or behind the last one */
    OBJECT_IS_FREE, /* the block is free */
    OBJECT_BUSY     /* the page heap does not take the block's memory back: it has specials */
};

#define OBJECT_NONE UINT64_MAX /* no place */

/* For a block that is a span of its own: how many pages of the span lie before it. Written by who
 * makes the block. */
extern uint32_t block_page[SPANS];

/* Which block was handed out last: its span, and its slot there. */
/*@ ghost uint32_t object_span;
          uint32_t object_slot; */

#include "../../specs/object.acsl"

/* Hands out a block of this many bytes or more, at a multiple of 16 bytes. 0 bytes are a block too.
 * Returns its place, or OBJECT_NONE if there is no memory for it. What other threads freed of this
 * one's blocks is taken back on the way. Cost: a few steps; now and then a span of the page heap's,
 * as always for more than CLASS_BYTES_MAX bytes. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, block_page[0 .. SPANS - 1],
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures block: \result != OBJECT_NONE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, bytes);
    ensures mine: \result != OBJECT_NONE ==> span_owner[object_span] == self;
    ensures taken: \result != OBJECT_NONE && 2 <= span[object_span].span_class ==>
      Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
 */
uint64_t object_alloc(uint64_t bytes);

/* The same at a multiple of `alignment`, a power of two. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, block_page[0 .. SPANS - 1],
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures block: \result != OBJECT_NONE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, bytes);
    ensures mine: \result != OBJECT_NONE ==> span_owner[object_span] == self;
    ensures taken: \result != OBJECT_NONE && 2 <= span[object_span].span_class ==>
      Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
 */
uint64_t object_alloc_aligned(uint64_t bytes, uint64_t alignment);

/* Takes back the block that begins at this place. Returns OBJECT_OK, or why not; then nothing
 * changed. A block of another thread's is that thread's to take back: it does so when it next asks
 * for one, and only then is it found whether it was free already. Cost: a few steps; as heap_free
 * where a whole span goes back. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures done: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> (\result == OBJECT_OK <==> !IndexFree{Pre}(self, s, i));
    ensures twice: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> (\result == OBJECT_IS_FREE <==> IndexFree{Pre}(self, s, i));
 */
enum object_status object_free(uint64_t at);

/* How many bytes the block has that begins at this place, any thread's: at least as many as were
 * asked for; 0 if none begins there. Whether it is free is not looked at. Cost: a few steps. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures cache: SlotCaches(self);
    ensures bytes: \result != 0 ==> BlockAt(object_span, object_slot, at, \result);
 */
uint64_t object_bytes(uint64_t at);

/* May the block that begins at this place, just handed out, hold other bytes than zeros? */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES;
    ensures cache: SlotCaches(self);
 */
int object_needs_zero(uint64_t at);

#endif
