#include "object/sweep_span.h"

#include "../../specs/safe_then_lemmas.acsl"

uint32_t sweep_next[THREADS];

/* Sweeps thread me's spans from number `from` to `last`, until n pages went back to the page heap.
 * Returns how many did; fewer than n if all those spans are swept. */
/*@ requires lists: SpanList;
    requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires spans: 0 < from && last < SPANS;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            slot_mark[0 .. SLOT_WORDS - 1], sweep_kept[0 .. SLOT_WORDS - 1],
            span_cycle[0 .. SPANS - 1], large_mark[0 .. SPANS - 1], sweep_next[me - 1];
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures pages: \result <= 2 * PAGES;
    ensures fewer: MineFewer{Pre,Post}(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures swept: \result < n ==> SweptFrom(self, from, last);
    ensures large: LargeSafeKept{Pre,Post}(self);
 */
static uint32_t sweep_from(uint32_t me, uint32_t from, uint32_t last, uint32_t n) {
    uint32_t pages = 0, s = from;
    /*@ loop invariant range: from <= s && pages <= 2 * PAGES;
        loop invariant end: s <= last + 1 || s == from;
        loop invariant apart: heap_held == 0;
        loop invariant lists: SpanList;
        loop invariant cache: SlotCaches(self);
        loop invariant sizes: ClassesMine(self);
        loop invariant fewer: MineFewer{Pre,Here}(self);
        loop invariant safe: SafeKept{Pre,Here}(self);
        loop invariant large: LargeSafeKept{Pre,Here}(self);
        loop invariant swept: SweptFrom(self, from, s - 1);
        loop assigns s, pages, heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
                     slot_mark[0 .. SLOT_WORDS - 1], sweep_kept[0 .. SLOT_WORDS - 1],
                     span_cycle[0 .. SPANS - 1], large_mark[0 .. SPANS - 1];
        loop variant last + 1 - s;
     */
    for (; s <= last && pages < n; s++) {
        //@ ghost before: ;
        uint32_t more = sweep_span(me, s);
        //@ assert then: SafeThen{Pre,before,Here}(self);
        //@ assert still_safe: SafeKept{Pre,Here}(self);
        //@ assert still_large: LargeSafeKept{Pre,Here}(self);
        pages = pages < PAGES ? pages + more : pages;
    }
    sweep_next[me - 1] = s;
    return pages;
}

/* Sweeps thread me's spans from number `from` on, until n pages went back to the page heap. Returns
 * how many did; fewer than n if all those spans are swept. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires from: 0 < from;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            slot_mark[0 .. SLOT_WORDS - 1], sweep_kept[0 .. SLOT_WORDS - 1],
            span_cycle[0 .. SPANS - 1], large_mark[0 .. SPANS - 1], sweep_next[me - 1];
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures pages: \result <= 2 * PAGES;
    ensures safe: SafeKept{Pre,Post}(self);
    ensures swept: \result < n && from == 1 ==> AllSwept(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
 */
static uint32_t sweep_on(uint32_t me, uint32_t from, uint32_t n) {
    uint32_t last = sweep_last_span();
    uint32_t pages = sweep_from(me, from, last, n);
    if (pages < n) {
        sweep_next[me - 1] = SPANS;
    }
    return pages;
}

/* Whether a cycle is one in which spans are swept. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures sweeps: \result != 0 <==> cycle != 0 && cycle % 2 == 0;
 */
static int sweeps(uint32_t cycle) {
    return cycle != 0 && cycle % 2 == 0;
}

/* Finishes thread me's sweeping, if that is what its cycle is at. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures cycle: thread_cycle[me - 1] == \old(thread_cycle[me - 1]);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures swept: thread_cycle[me - 1] != 0 && thread_cycle[me - 1] % 2 == 0 ==> AllSwept(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures still: !Sweeps{Pre}(self) ==> AllStay{Pre,Post}(self);
 */
static void finish(uint32_t me) {
    if (sweeps(thread_cycle_load(me - 1))) {
        sweep_on(me, 1, UINT32_MAX);
    }
}

/* Begins to mark, after cycle number `cycle`, that of thread me. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires cycle: cycle == thread_cycle[me - 1] && cycle % 2 == 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures marking: thread_cycle[me - 1] == cycle + 1;
    ensures live: LiveSafe{Pre,Post}(self);
    ensures swept: cycle != 0 ==> \forall integer s; Mine(self, s) ==> span_cycle[s] == cycle;
    ensures large: LargeSafeStay{Pre,Post}(self);
    ensures still: cycle == 0 ==> AllStay{Pre,Post}(self);
 */
static void begin_marking(uint32_t me, uint32_t cycle) {
    finish(me);
    //@ ghost finished: ;
    uint32_t last = sweep_last_span();
    //@ assert then: SafeThen{Pre,finished,Here}(self);
    //@ assert live: LiveSafe{Pre,Here}(self);
    //@ assert stay: cycle == 0 ==> StayThen{Pre,finished,Here}(self);
    //@ assert swept: cycle != 0 ==> \forall integer s; Mine(self, s) ==> span_cycle[s] == cycle;
    sweep_unmark(me, last);
    thread_cycle_store(me - 1, cycle + 1);
}

enum sweep_status sweep_begin(void) {
    uint32_t me = sweep_enter();
    if (me > THREADS) {
        return SWEEP_NO_NUMBER;
    }
    uint32_t cycle = thread_cycle_load(me - 1);
    if (cycle % 2 == 1) {
        return SWEEP_MARKING;
    }
    begin_marking(me, cycle);
    return SWEEP_OK;
}

enum sweep_status sweep_marked(void) {
    uint32_t me = sweep_enter();
    if (me > THREADS) {
        return SWEEP_NO_NUMBER;
    }
    uint32_t cycle = thread_cycle_load(me - 1);
    if (cycle % 2 == 0) {
        return SWEEP_NOT_MARKING;
    }
    thread_cycle_store(me - 1, cycle == UINT32_MAX ? 2 : cycle + 1);
    sweep_next[me - 1] = 1;
    return SWEEP_OK;
}

enum sweep_status sweep_at(uint64_t place) {
    uint32_t me = sweep_enter();
    if (me > THREADS) {
        return SWEEP_NO_NUMBER;
    }
    uint32_t cycle = thread_cycle_load(me - 1);
    uint32_t s = place < WINDOW_BYTES ? sweep_span_over(me, place) : 0;
    if (s == 0 || cycle == 0) {
        return SWEEP_NO_BLOCK;
    }
    if (!sweeps(cycle)) {
        return SWEEP_MARKING;
    }
    /*@ assert so_far: \forall integer t; Mine(self, t) && InSpan(t, place / PAGE_SIZE) ==>
          t == s; */
    sweep_span(me, s);
    /*@ assert only: \forall integer t; Mine(self, t) && InSpan(t, place / PAGE_SIZE) ==>
          t == s; */
    return SWEEP_OK;
}

uint32_t sweep_pages(uint32_t n) {
    uint32_t me = sweep_enter();
    if (me > THREADS || !sweeps(thread_cycle_load(me - 1)) || sweep_next[me - 1] >= SPANS) {
        return 0;
    }
    return sweep_on(me, sweep_next[me - 1] == 0 ? 1 : sweep_next[me - 1], n);
}

/* As sweep_release, for thread me. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures still: !Sweeps{Pre}(self) ==> AllStay{Pre,Post}(self);
 */
static uint64_t release(uint32_t me) {
    finish(me);
    //@ ghost finished: ;
    uint64_t bytes = sweep_give_back();
    //@ assert then: SafeThen{Pre,finished,Here}(self);
    //@ assert stay: !Sweeps{Pre}(self) ==> StayThen{Pre,finished,Here}(self);
    return bytes;
}

uint64_t sweep_release(void) {
    uint32_t me = sweep_enter();
    //@ ghost entered: ;
    uint64_t bytes = me > THREADS ? sweep_give_back_alone() : release(me);
    //@ assert then: SafeThen{Pre,entered,Here}(self);
    //@ assert stay: !Sweeps{Pre}(self) ==> StayThen{Pre,entered,Here}(self);
    return bytes;
}
