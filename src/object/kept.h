/* The spans of large blocks: whose they are, and which of them threads keep. Whose a span is its
 * cell says, and one atomic step passes it on. Who has the block has the span: to free it is to
 * take the span out of its cell, which of two threads that free a block one does. What a thread
 * keeps lies in its cell too, where anybody may take it; large_kept is where to look. */
#ifndef CAIRN_KEPT_H
#define CAIRN_KEPT_H

#include "object/place.h"

/* T5. Hands out the block that begins where the cell says, in a span of the running thread's. The
 * span stays its own as long as it has the block: another thread frees that only if it was given
 * it. */
/*@ requires span: LargeSpan(s) && span_owner[s] == self;
    requires cell: LargeCell(s, cell);
    terminates \true;
    exits \false;
    assigns large_cell[s];
    ensures cell: large_cell[s] == cell;
 */
void large_put(uint32_t s, uint32_t cell);

/* T5. Keeps a span of the running thread's for anybody to take. */
/*@ requires span: LargeSpan(s) && span_owner[s] == self;
    terminates \true;
    exits \false;
    assigns large_cell[s], span_owner[s];
    ensures cell: large_cell[s] == LARGE_IS_KEPT;
    ensures gone: span_owner[s] != self;
 */
void large_keep(uint32_t s);

/* T5. Takes the span, with the block in it or kept, out of its cell if that is as expected. Returns
 * 1, and the span is the running thread's; or 0, and nothing changed. */
/*@ requires span: 0 < s < SPANS;
    requires cell: cell != 0;
    terminates \true;
    exits \false;
    assigns large_cell[s], span_owner[s];
    ensures answer: \result == 0 || \result == 1;
    ensures seen: \result == 1 <==> \old(large_cell[s]) == cell;
    ensures span: \result == 1 ==> LargeSpan(s) && span_owner[s] == self && large_cell[s] == 0;
    ensures cell: \result == 1 && cell != LARGE_IS_KEPT ==> LargeCell(s, cell);
    ensures nothing: \result == 0 ==>
      large_cell[s] == \old(large_cell[s]) && span_owner[s] == \old(span_owner[s]);
 */
int large_take(uint32_t s, uint32_t cell);

/* Takes span s out of its cell if that is as expected. Returns 1, and it is the running thread's;
 * or 0: then nothing changed. Cost: a step. */
/*@ requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: 0 < s < SPANS && cell != 0;
    terminates \true;
    exits \false;
    assigns large_cell[s], span_owner[s];
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures seen: \result != 0 <==> \old(large_cell[s]) == cell;
    ensures span: \result != 0 ==> LargeSpan(s) && span_owner[s] == self;
    ensures cell: \result != 0 && cell != LARGE_IS_KEPT ==> LargeCell(s, cell);
    ensures nothing: \result == 0 ==> large_cell[s] == \old(large_cell[s]);
    ensures owner: \result == 0 ==> span_owner[s] == \old(span_owner[s]);
    ensures empty: \result != 0 ==> large_cell[s] == 0;
    ensures large: \result == 0 || cell == LARGE_IS_KEPT ==> LargeAllStay{Pre,Post}(self);
    ensures others: LargeOthersStay{Pre,Post}(self, s);
 */
int kept_claim(uint32_t s, uint32_t cell);

/* Gives span s, the running thread's, back to the page heap. Returns 1; or 0 if that does not take
 * it: then it is still the thread's. Cost: as heap_free. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: LargeSpan(s) && span_owner[s] == self && large_cell[s] == 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures refused: \result == 0 ==> LargeStays{Pre,Post}(s);
    ensures gone: \result != 0 ==> span_owner[s] != self;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures owned: OwnsFewer{Pre,Post}(self);
 */
int kept_give_back(uint32_t s);

/* Keeps span s of n pages, the running thread's, for thread me, the running one. What the thread
 * kept in that place goes back. Cost: a step a cell; as heap_free if all were taken. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: LargeSpan(s) && span_owner[s] == self && large_cell[s] == 0;
    requires pages: n <= KEPT_PAGES_MAX;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures gone: span_owner[s] != self;
 */
void kept_add(uint32_t me, uint32_t s, uint32_t n);

/* Takes a span of n pages or a few more of those thread me, the running one, keeps. Returns it, or
 * 0. Cost: a step a cell. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(self);
    ensures span: \result != 0 ==> LargeSpan(\result) && span_owner[\result] == self &&
      n <= span[\result].npages;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures fresh: \result != 0 ==> !LargeHeld{Pre}(self, \result);
 */
uint32_t kept_take(uint32_t me, uint32_t n);

/* Gives what is kept back to the page heap: by thread me, the running one, or by all for 0. Returns
 * 1 if there was anything, or 0. Cost: a step a cell; as heap_free for each span. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires thread: me == 0 || (me == self && self <= THREADS);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
int kept_release(uint32_t me);

/* Gives what the running thread keeps back to the page heap. Cost: a step a cell; as heap_free for
 * each span. */
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
void kept_flush(void);

/* Gives the pages that wait with the running thread back to the page heap. Cost: as heap_flush. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures mine: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
void kept_flush_pages(void);

#endif
