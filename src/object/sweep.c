#include "object/sweep_span.h"

#include "../../specs/slot_cache_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/told_lemmas.acsl"

#include "../../specs/safe_lemmas.acsl"

#include "../../specs/large_safe_lemmas.acsl"

uint32_t sweep_next[THREADS];

uint32_t sweep_enter(void) {
    marks_elapse();
    uint32_t me = slot_cache_enter();
    //@ assert held: MineHeld{Pre,Here}(self);
    //@ assert marks: MarksKept{Pre,Here}(self);
    return me;
}

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
        loop invariant swept: SweptFrom(self, from, s - 1);
        loop invariant large: LargeSafeKept{Pre,Here}(self);
        loop assigns s, pages, heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
                     slot_mark[0 .. SLOT_WORDS - 1], sweep_kept[0 .. SLOT_WORDS - 1],
                     span_cycle[0 .. SPANS - 1], large_mark[0 .. SPANS - 1];
        loop variant last + 1 - s;
     */
    for (; s <= last && pages < n; s++) {
        //@ ghost before: ;
        uint32_t more = sweep_span(me, s);
        //@ assert safe: SafeKept{before,Here}(self);
        //@ assert large: LargeSafeKept{before,Here}(self);
        pages = pages < PAGES ? pages + more : pages;
    }
    sweep_next[me - 1] = s;
    return pages;
}

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
 */
static uint32_t last_span(void) {
    uint32_t last = heap_last_span();
    //@ assert kept: ThreadKept{Pre,Here}(self, 0);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    //@ assert all: \forall integer s; Mine(self, s) ==> s <= last;
    slot_cache_enter();
    return last;
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
    uint32_t last = last_span();
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
 */
static void begin_marking(uint32_t me, uint32_t cycle) {
    finish(me);
    uint32_t last = last_span();
    //@ assert safe: SafeKept{Pre,Here}(self);
    //@ assert large: LargeSafeKept{Pre,Here}(self);
    //@ assert live: LiveSafe{Pre,Here}(self);
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

/* What sweep_alloc does where nothing is at hand, but for the mark. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES, object_span,
            object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, bytes);
    ensures taken: \result != NO_PLACE && 2 <= span[object_span].span_class ==>
      self <= THREADS && Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures aligned: \result != NO_PLACE ==> \result % SLOT_BYTES_MIN == 0;
    ensures inside: \result != NO_PLACE ==> \result + bytes <= WINDOW_BYTES;
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures new: \result != NO_PLACE && span[object_span].span_class < 2 ==>
      LargeLive(self, object_span, \result);
 */
static SLOW uint64_t sweep_and_alloc(uint64_t bytes) {
    sweep_pages(bytes < WINDOW_BYTES ? (uint32_t)(bytes / PAGE_SIZE) + 1 : 0);
    //@ ghost before: ;
    uint64_t at = object_alloc(bytes);
    //@ assert marks: MarksKept{before,Here}(self);
    //@ assert safe: SafeKept{before,Here}(self);
    //@ assert large: LargeSafeKept{before,Here}(self);
    return at;
}

/* As sweep_alloc, but for the mark. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES, object_span,
            object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, bytes);
    ensures taken: \result != NO_PLACE && 2 <= span[object_span].span_class ==>
      self <= THREADS && Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures aligned: \result != NO_PLACE ==> \result % SLOT_BYTES_MIN == 0;
    ensures inside: \result != NO_PLACE ==> \result + bytes <= WINDOW_BYTES;
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures new: \result != NO_PLACE && span[object_span].span_class < 2 ==>
      LargeLive(self, object_span, \result);
 */
static uint64_t alloc_unmarked(uint64_t bytes) {
    struct object object = object_take(bytes);
    //@ assert marks: MarksKept{Pre,Here}(self);
    //@ assert safe: SafeKept{Pre,Here}(self) && LargeSafeKept{Pre,Here}(self);
    return object.found ? object.at : sweep_and_alloc(bytes);
}

uint64_t sweep_alloc(uint64_t bytes) {
    uint64_t at = alloc_unmarked(bytes);
    /*@ assert live: at != NO_PLACE && 0 < self <= THREADS && Mine(self, object_span) ==>
          LiveSlot(self, object_span, object_slot, at); */
    sweep_born(at);
    return at;
}

/* Gives the pages that wait with the thread back to the page heap. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures held: MineHeld{Pre,Post}(self);
    ensures marks: MarksKept{Pre,Post}(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
 */
static void flush(void) {
    heap_flush();
    //@ assert kept: ThreadKept{Pre,Here}(self, 0);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    slot_cache_enter();
}

/* Gives all free memory back to the system. Returns how many bytes went. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures held: MineHeld{Pre,Post}(self);
    ensures marks: MarksKept{Pre,Post}(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
 */
static uint64_t scavenge(void) {
    uint64_t bytes = heap_scavenge(UINT64_MAX);
    //@ assert kept: ThreadKept{Pre,Here}(self, 0);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    slot_cache_enter();
    return bytes;
}

/* Gives all memory that is free back to the system. Returns how many bytes went. */
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
 */
static uint64_t give_back(void) {
    flush();
    return scavenge();
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
 */
static uint64_t release(uint32_t me) {
    finish(me);
    return give_back();
}

/* As scavenge, for a thread that collects nothing. */
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
 */
static uint64_t scavenge_alone(void) {
    return heap_scavenge(UINT64_MAX);
}

uint64_t sweep_release(void) {
    uint32_t me = sweep_enter();
    //@ ghost entered: ;
    uint64_t bytes = me > THREADS ? scavenge_alone() : release(me);
    //@ assert safe: SafeKept{entered,Here}(self);
    //@ assert large: LargeSafeKept{entered,Here}(self);
    return bytes;
}
