/* Large blocks: each is a span of its own. A block may begin some pages into its span, where a
 * multiple of many pages was asked for. Any thread frees any block. What is freed and not too large
 * a thread keeps at hand, and gives it out again; for want of memory it goes back to the page heap,
 * whoever keeps it.
 *
 * A place is a number of bytes from the start of the window. */
#ifndef CAIRN_LARGE_H
#define CAIRN_LARGE_H

#include "object/kept.h"

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

/* Hands out a block of this many bytes whose first page is a multiple of `step`, to thread me, the
 * running one. Returns its place, or NO_PLACE if there is no memory for it. Cost: a step for each
 * span the thread keeps; where none of them fits, as heap_alloc. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires pages: 0 < bytes <= WINDOW_BYTES && 0 < step <= PAGES;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span;
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
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures held: \result != NO_PLACE ==> LargeLive(self, object_span, \result);
    ensures fresh: \result != NO_PLACE ==> !LargeHeld{Pre}(self, object_span);
 */
uint64_t large_alloc(uint32_t me, uint64_t bytes, uint32_t step);

/* Takes back the block that is span s and begins at this place; thread me is the running one.
 * Returns OBJECT_OK, or why not; then nothing changed. Cost: a step for each span the thread keeps;
 * as heap_free if this one is too large or has no room there. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: 0 < s < SPANS && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures block: \result == OBJECT_OK || \result == OBJECT_BUSY ==> LargeAt{Pre}(s, at, 1);
    ensures busy: \result == OBJECT_BUSY ==> large_cell[s] == \old(large_cell[s]);
    ensures kept: \old(large_cell[s]) == LARGE_IS_KEPT ==> \result == OBJECT_IS_FREE;
    ensures large: LargeAllStayBut{Pre,Post}(self, at);
    ensures refused: \result != OBJECT_OK ==> LargeAllStay{Pre,Post}(self);
    ensures done: LargeLive{Pre}(self, s, at) ==> \result == OBJECT_OK || \result == OBJECT_BUSY;
    ensures gone: \result == OBJECT_OK ==> span_owner[s] != self;
 */
enum object_status large_free(uint32_t me, uint32_t s, uint64_t at);

/* The same, but that the memory goes back to the page heap: the thread keeps nothing. Cost: as
 * heap_free. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: 0 < s < SPANS && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures kept: \old(large_cell[s]) == LARGE_IS_KEPT ==> \result == OBJECT_IS_FREE;
    ensures others: LargeOthersStay{Pre,Post}(self, s);
    ensures refused: \result != OBJECT_OK ==> LargeAllStay{Pre,Post}(self);
    ensures done: LargeLive{Pre}(self, s, at) ==> \result == OBJECT_OK || \result == OBJECT_BUSY;
    ensures gone: \result == OBJECT_OK ==> span_owner[s] != self;
 */
enum object_status large_drop(uint32_t s, uint64_t at);

/* The place where the block begins that is span s; NO_PLACE if none is. Cost: a step. */
/*@ requires span: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: \result == NO_PLACE <==> !(0 < large_cell[s] <= 2 * PAGES);
    ensures place: \result != NO_PLACE ==>
      \result == LargePage(large_cell[s]) * PAGE_SIZE < WINDOW_BYTES;
 */
uint64_t large_place(uint32_t s);

/* Is span s a block that begins at this place? Returns OBJECT_OK, or why not, as large_free
 * would. Cost: a step. */
/*@ requires span: 0 < s < SPANS && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result == OBJECT_OK <==>
      0 < large_cell[s] <= 2 * PAGES && at == LargePage(large_cell[s]) * PAGE_SIZE;
    ensures free: \result == OBJECT_IS_FREE <==> large_cell[s] == LARGE_IS_KEPT;
 */
enum object_status large_look(uint32_t s, uint64_t at);

/* Is span s a block that was handed out to thread me? Cost: a step. */
/*@ requires span: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures block: \result != 0 <==> large_owner[s] == me && 0 < large_cell[s] <= 2 * PAGES;
 */
int large_is_of(uint32_t me, uint32_t s);

/* The bytes of the block that is span s and begins at this place; 0 if none does. Cost: a step. */
/*@ requires span: 0 < s < SPANS && span[s].span_class < 2 && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures bytes: \result != 0 ==> LargeAt(s, at, \result);
 */
uint64_t large_bytes(uint32_t s, uint64_t at);

/* Was the memory of the block in span s a block before? Cost: a step. */
/*@ requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures used: \result != 0 <==> large_cell[s] > PAGES;
 */
int large_was_used(uint32_t s);

#endif
