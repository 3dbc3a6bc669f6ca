/* Objects: blocks of bytes for whoever asks, the malloc beneath the C library's names. Blocks of up
 * to CLASS_BYTES_MAX bytes are slots of spans of a size class, out of the thread's own; larger ones
 * are spans of their own, and so are all of a thread that has no caches. Any thread may call any
 * function here with any arguments, and free what another was given.
 *
 * A place is a number of bytes from the start of the window. */
#ifndef CAIRN_OBJECT_H
#define CAIRN_OBJECT_H

#include "object/large.h"

/* Hands out a block of this many bytes or more, at a multiple of 16 bytes. 0 bytes are a block too.
 * Returns its place, or NO_PLACE if there is no memory for it. Cost: a few steps; now and then a
 * span of the page heap's, as always for more than CLASS_BYTES_MAX bytes. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, bytes);
    ensures mine: \result != NO_PLACE ==> span_owner[object_span] == self;
    ensures taken: \result != NO_PLACE && 2 <= span[object_span].span_class ==>
      self <= THREADS && Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures inside: \result != NO_PLACE ==> \result + bytes <= WINDOW_BYTES;
    ensures fresh: 0 < self <= THREADS && \result != NO_PLACE ==>
      !LiveSlot{Pre}(self, object_span, object_slot, \result);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures records: MineSame{Pre,Post}(self);
    ensures aligned: \result != NO_PLACE ==> \result % SLOT_BYTES_MIN == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures new: \result != NO_PLACE && span[object_span].span_class < 2 ==>
      LargeLive(self, object_span, \result) && !LargeHeld{Pre}(self, object_span);
 */
uint64_t object_alloc(uint64_t bytes);

/* What is had of what is at hand. */
struct object {
    uint64_t at; /* its place; NO_PLACE if there is none */
    int found;
};

/* The fast half of object_alloc: finds nothing, and nothing changed, unless the running thread has
 * a slot of the size class at hand. Cost: a few steps. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: \result.found != 0 <==> \result.at != NO_PLACE;
    ensures block: \result.at != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result.at, bytes);
    ensures mine: \result.at != NO_PLACE ==> span_owner[object_span] == self;
    ensures taken: \result.at != NO_PLACE && 2 <= span[object_span].span_class ==>
      self <= THREADS && Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures inside: \result.at != NO_PLACE ==> \result.at + bytes <= WINDOW_BYTES;
    ensures fresh: 0 < self <= THREADS && \result.at != NO_PLACE ==>
      !LiveSlot{Pre}(self, object_span, object_slot, \result.at);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures records: MineSame{Pre,Post}(self);
    ensures aligned: \result.at != NO_PLACE ==> \result.at % SLOT_BYTES_MIN == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures class: \result.at != NO_PLACE ==> 2 <= span[object_span].span_class;
 */
struct object object_take(uint64_t bytes);

/* The same at a multiple of `alignment`: of which a page is a multiple, or which is one of pages;
 * so is each power of two. NO_PLACE for any other. Cost: as object_alloc; a step a size class. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, bytes);
    ensures mine: \result != NO_PLACE ==> span_owner[object_span] == self;
    ensures taken: \result != NO_PLACE && 2 <= span[object_span].span_class ==>
      self <= THREADS && Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures inside: \result != NO_PLACE ==> \result + bytes <= WINDOW_BYTES;
    ensures fresh: 0 < self <= THREADS && \result != NO_PLACE ==>
      !LiveSlot{Pre}(self, object_span, object_slot, \result);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures aligned: \result != NO_PLACE ==> \result % alignment == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures new: \result != NO_PLACE && span[object_span].span_class < 2 ==>
      LargeLive(self, object_span, \result) && !LargeHeld{Pre}(self, object_span);
 */
uint64_t object_alloc_aligned(uint64_t bytes, uint64_t alignment);

/* Takes back the block that begins at this place. Returns OBJECT_OK, or why not; then nothing
 * changed. A block of another thread's is that thread's to take back: object_collect does, and
 * only there is it found whether it was free already. Cost: a few steps; as heap_free
 * where a whole span goes back. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures done: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> (\result == OBJECT_OK <==> !IndexFree{Pre}(self, s, i));
    ensures twice: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> (\result == OBJECT_IS_FREE <==> IndexFree{Pre}(self, s, i));
    ensures ended: \result == OBJECT_OK ==> BlockEnded{Pre,Post}(self, at);
    ensures live: 0 < self <= THREADS ==> LiveKeptBut{Pre,Post}(self, at);
    ensures records: MineSame{Pre,Post}(self);
    ensures one: OneBlock{Pre}(self, at);
    ensures refused: 0 < self <= THREADS && \result != OBJECT_OK ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStayBut{Pre,Post}(self, at);
    ensures stays: \result != OBJECT_OK ==> LargeAllStay{Pre,Post}(self);
    ensures gone: \forall integer s; LargeLive{Pre}(self, s, at) ==>
      \result == OBJECT_OK || \result == OBJECT_BUSY;
 */
enum object_status object_free(uint64_t at);

/* The fast half of object_free: takes back the block that begins at this place if it is a slot of
 * the running thread's that is not free, and returns 1. Else returns 0, and nothing changed.
 * Cost: a few steps; as heap_free where a whole span goes back. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: \result == 0 || \result == 1;
    ensures twice: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) && IndexFree{Pre}(self, s, i) ==> \result == 0;
    ensures ended: \result == 1 ==> SlotsEnded{Pre,Post}(self, at);
    ensures live: 0 < self <= THREADS ==> LiveKeptBut{Pre,Post}(self, at);
    ensures refused: 0 < self <= THREADS && \result == 0 ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
int object_give(uint64_t at);

/* Is there a block that begins at this place, and not free? Returns OBJECT_OK, or why not, as
 * object_free would. Of another thread's block it is not looked at whether it is free. Cost: a few
 * steps. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures found: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
      \result == OBJECT_OK;
    ensures free: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) && IndexFree{Pre}(self, s, i) ==> \result == OBJECT_IS_FREE;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures large_found: \forall integer s; LargeLive{Pre}(self, s, at) ==> \result == OBJECT_OK;
 */
enum object_status object_look(uint64_t at);

/* Takes back what other threads have freed of the running thread's blocks: to be called now and
 * then by a thread that asks for blocks. Returns the place of one that was free already, which is
 * the last that can be said of it; or NO_PLACE. Cost: a step if there is none, as mostly; else as
 * object_free for each. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
uint64_t object_collect(void);

/* How many bytes the block has that begins at this place, any thread's: at least as many as were
 * asked for; 0 if none begins there. Whether it is free is not looked at. Cost: a few steps. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures bytes: \result != 0 ==> BlockAt(object_span, object_slot, at, \result);
    ensures stays: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> SlotStays{Pre,Post}(self, s, i, at);
    ensures inside: \result != 0 ==> at + \result <= WINDOW_BYTES;
    ensures which: \forall integer s, i; 0 < self <= THREADS && LiveSlot(self, s, i, at) &&
      \result != 0 ==> object_span == s && object_slot == i;
    ensures large_which: \forall integer s; LargeLive(self, s, at) && \result != 0 ==>
      object_span == s;
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
uint64_t object_bytes(uint64_t at);

/* May the block that begins at this place, just handed out, hold other bytes than zeros? */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
 */
int object_needs_zero(uint64_t at);

#endif
