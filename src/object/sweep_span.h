/* The parts of a sweep: a span that is swept, marks that are cleared. */
#ifndef CAIRN_SWEEP_SPAN_H
#define CAIRN_SWEEP_SPAN_H

#include "object/sweep.h"

/* Begins a stretch again after one under the lock: the thread's own is as it was at its start. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES;
    ensures lists: SpanList;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures mine: MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
void sweep_go_on(void);

/* Sweeps span s if it is thread me's and that is to be done yet. Returns how many pages went back
 * to the page heap. Cost: that of sweep_at. */
/*@ requires lists: SpanList;
    requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            slot_mark[0 .. SLOT_WORDS - 1], sweep_kept[0 .. SLOT_WORDS - 1], span_cycle[s],
            large_mark[s];
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures pages: \result <= PAGES;
    ensures fewer: MineFewer{Pre,Post}(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures swept: Mine(self, s) ==> Swept(self, s);
    ensures large: LargeSafeKept{Pre,Post}(self);
 */
uint32_t sweep_span(uint32_t me, uint32_t s);

/* Sweeps span s of slots, which is thread me's and not swept, as sweep_span. */
/*@ requires lists: SpanList;
    requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: Mine(self, s) && !Swept(self, s);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            slot_mark[0 .. SLOT_WORDS - 1], sweep_kept[0 .. SLOT_WORDS - 1], span_cycle[s];
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures pages: \result <= PAGES;
    ensures others: MineUnchangedBut{Pre,Post}(self, s);
    ensures fewer: MineFewer{Pre,Post}(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures swept: Swept(self, s) || !Mine(self, s);
    ensures freed: OnlyKept(self, s, EndWord(s));
    ensures large: LargeAllStay{Pre,Post}(self);
 */
uint32_t sweep_slots(uint32_t me, uint32_t s);

/* Sweeps span s if it is a large block of thread me's, as sweep_span. */
/*@ requires lists: SpanList;
    requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: 0 < s < SPANS && !Mine(self, s) && !Swept(self, s);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, span_cycle[s], large_mark[s];
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures pages: \result <= PAGES;
    ensures held: MineHeld{Pre,Post}(self);
    ensures marks: SlotMarksKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
 */
uint32_t sweep_large(uint32_t me, uint32_t s);

/* The span that has the byte at `place` and is thread me's, one of slots or a block; or 0. */
/*@ requires self: 0 < me <= THREADS;
    requires map: MapOk && LiveSpansMapped;
    requires cache: SlotCaches(me);
    requires place: place < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result < SPANS;
    ensures mine: \forall integer s; Mine(me, s) && InSpan(s, place / PAGE_SIZE) ==> s == \result;
    ensures large: \forall integer s; LargeHeld(me, s) && LargeHas(s, place) ==> s == \result;
 */
uint32_t sweep_span_over(uint32_t me, uint64_t place);

/* The greatest number that a span has or had. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures range: \result < SPANS;
    ensures all: \forall integer s; Mine(self, s) ==> s <= \result;
    ensures lists: SpanList;
    ensures held: MineHeld{Pre,Post}(self);
    ensures marks: MarksKept{Pre,Post}(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures stay: AllStay{Pre,Post}(self);
 */
uint32_t sweep_last_span(void);

/* Gives all free memory back to the system, what waits with the thread too. Returns how many bytes
 * went. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures stay: AllStay{Pre,Post}(self);
 */
uint64_t sweep_give_back(void);

/* The same for a thread over THREADS. */
/*@ requires apart: heap_held == 0;
    requires self: self > THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures stay: AllStay{Pre,Post}(self);
 */
uint64_t sweep_give_back_alone(void);

/* Clears the marks of thread me's spans, of which there are none over `last`: memory that came back
 * after it was marked has some yet. If the thread never collected, its spans count as swept from
 * then on, whatever another one has noted. Cost: a step each span there ever was, and each word of
 * the thread's. */
/*@ requires self: 0 < me <= THREADS;
    requires cache: SlotCaches(me);
    requires last: last < SPANS;
    terminates \true;
    exits \false;
    assigns slot_mark[0 .. SLOT_WORDS - 1], span_cycle[0 .. SPANS - 1], large_mark[0 .. SPANS - 1];
    ensures cycles: thread_cycle[me - 1] != 0 ==> \forall integer s; 0 < s < SPANS ==>
      span_cycle[s] == \old(span_cycle)[s];
 */
void sweep_unmark(uint32_t me, uint32_t last);

#endif
