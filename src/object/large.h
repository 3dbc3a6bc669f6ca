/* Large blocks: each is a span of its own, out of the page heap. A block may begin some pages into
 * its span, where a multiple of many pages was asked for. Any thread frees any block.
 *
 * A place is a number of bytes from the start of the window. */
#ifndef CAIRN_LARGE_H
#define CAIRN_LARGE_H

#include "object/place.h"

enum object_status {
    OBJECT_OK,
    OBJECT_NO_SPAN, /* no block was ever handed out there, or its memory went back */
    OBJECT_INSIDE,  /* the place is inside a block and not its start, or behind the last one */
    OBJECT_IS_FREE, /* the block is free */
    OBJECT_BUSY     /* the page heap does not take the block's memory back: it has specials */
};

/* The span of the block handed out last, and its slot there. */
/*@ ghost uint32_t object_span;
          uint32_t object_slot; */

#include "../../specs/object.acsl"

/* Hands out a block of this many bytes whose first page is a multiple of `step`. Returns its place,
 * or NO_PLACE if there is no memory for it. Cost: as heap_alloc. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires pages: 0 < bytes <= WINDOW_BYTES && 0 < step <= PAGES;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES, object_span;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS &&
      LargeAt(object_span, \result, bytes);
    ensures mine: \result != NO_PLACE ==> span_owner[object_span] == self;
    ensures other: \result != NO_PLACE && 0 < self <= THREADS ==> !Mine{Pre}(self, object_span);
    ensures inside: \result != NO_PLACE ==> \result + bytes <= WINDOW_BYTES;
    ensures page: \result != NO_PLACE ==> \result % PAGE_SIZE == 0;
    ensures aligned: \result != NO_PLACE ==> \result / PAGE_SIZE % step == 0;
 */
uint64_t large_alloc(uint64_t bytes, uint32_t step);

/* Takes back the block that is span s and begins `offset` bytes into it. Returns OBJECT_OK, or why
 * not; then nothing changed. Cost: as heap_free. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires map: MapOk && LiveSpansMapped && KindsKnown;
    requires span: SpanLive(s) && span[s].span_class < 2;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
 */
enum object_status large_free(uint32_t s, uint64_t offset);

/* The bytes of the block that is span s and begins `offset` bytes into it; 0 if it does not. */
/*@ requires span: 0 < s < SPANS && span[s].span_class < 2;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures bytes: \result != 0 ==> LargeAt(s, span[s].base * PAGE_SIZE + offset, \result);
 */
uint64_t large_bytes(uint32_t s, uint64_t offset);

#endif
