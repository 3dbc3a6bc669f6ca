/* Which blocks stay. */
#include "object/sweep_span.h"

#include "../../specs/base_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/stays_lemmas.acsl"

#include "../../specs/place_lemmas.acsl"

#include "../../specs/safe_lemmas.acsl"

#include "../../specs/mark_lemmas.acsl"

/* Marks slot i of a span that begins at page `base`. Returns 1 if it was not marked, or 0. */
/*@ requires base: base <= PAGES;
    terminates \true;
    exits \false;
    assigns slot_mark[0 .. SLOT_WORDS - 1];
    ensures set: base * PAGE_SLOT_WORDS + i / 64 < SLOT_WORDS ==>
      Bit(slot_mark[base * PAGE_SLOT_WORDS + i / 64], i % 64);
    ensures safe: \forall integer me; 0 < me <= THREADS && SpansMine(me) ==>
      SafeKept{Pre,Post}(me);
 */
static int mark_slot(uint32_t base, uint32_t i) {
    uint64_t word = (uint64_t)base * PAGE_SLOT_WORDS + i / WORD_BITS;
    int set = word < SLOT_WORDS && slot_mark_set((uint32_t)word, i % WORD_BITS);
    //@ assert more: MarksGrown{Pre,Here};
    return set;
}

/* Marks the slot of span s, thread me's, that begins at this place, unless the span is swept. */
/*@ requires self: 0 < me <= THREADS;
    requires cache: SlotSpans(me);
    requires span: Mine(me, s) && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns slot_mark[0 .. SLOT_WORDS - 1];
    ensures safe: SafeKept{Pre,Post}(me);
    ensures born: \forall integer i; LiveSlot(me, s, i, at) ==> Safe(me, s, i);
 */
static void born_in(uint32_t me, uint32_t s, uint64_t at) {
    uint32_t i = slot_at(s, at);
    if (i != NO_SLOT && span_cycle_load(s) != thread_cycle_load(me - 1)) {
        //@ assert slot: IndexLive(me, s, i) ==> SlotWord(s, i) < SLOT_WORDS;
        mark_slot(span[s].base, i);
    }
}

/* Marks span s, if it is the block of thread me's that begins at this place, unless it is swept. */
/*@ requires self: 0 < me <= THREADS;
    requires span: s < SPANS;
    terminates \true;
    exits \false;
    assigns large_mark[s];
    ensures more: \old(large_mark[s]) != 0 ==> large_mark[s] != 0;
    ensures born: LargeLive(me, s, at) ==> LargeSafe(me, s);
 */
static void born_as(uint32_t me, uint32_t s, uint64_t at) {
    int unswept = span_cycle_load(s) != thread_cycle_load(me - 1);
    if (unswept && large_is_of(me, s) && large_place(s) == at) {
        large_mark_set(s);
    }
}

/* As sweep_born, for a place in the window, in a stretch that has begun. */
/*@ requires self: 0 < me <= THREADS;
    requires map: MapOk && LiveSpansMapped;
    requires cache: SlotCaches(me);
    requires place: at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns slot_mark[0 .. SLOT_WORDS - 1], large_mark[0 .. SPANS - 1];
    ensures safe: SafeKept{Pre,Post}(me);
    ensures born: \forall integer s, i; LiveSlot(me, s, i, at) ==> Safe(me, s, i);
    ensures marks: LargeSafeGrown{Pre,Post}(me);
    ensures large: \forall integer s; LargeLive(me, s, at) ==> LargeSafe(me, s);
 */
static void born_at(uint32_t me, uint64_t at) {
    uint32_t s = slot_span_at(me, at);
    if (s != 0) {
        born_in(me, s, at);
        //@ assert slots: \forall integer t; !LargeLive(me, t, at);
    } else {
        uint32_t block = page_span_load((uint32_t)(at / PAGE_SIZE));
        //@ assert there: \forall integer t; LargeLive(me, t, at) ==> t == block;
        born_as(me, block, at);
    }
}

void sweep_born(uint64_t at) {
    uint32_t me = sweep_enter();
    /*@ assert same: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
          LiveSlot(self, s, i, at); */
    //@ assert large: \forall integer s; LargeLive{Pre}(self, s, at) ==> LargeLive(self, s, at);
    //@ ghost entered: ;
    if (me <= THREADS && at < WINDOW_BYTES) {
        born_at(me, at);
    }
    /*@ assert safe: \forall integer s; LargeHeld{Pre}(self, s) && LargeSafe{entered}(self, s) ==>
          LargeSafe(self, s); */
}

/* Marks slot i of span s, which thread `owner` gives slots of; me is the running one. */
/*@ requires self: me == self && 0 < owner <= THREADS;
    requires cache: SlotCaches(self);
    requires span: 0 < s < SPANS && span[s].base <= PAGES && owner == slots_owner[s];
    requires slot: i < span[s].slots;
    terminates \true;
    exits \false;
    assigns slot_mark[0 .. SLOT_WORDS - 1];
    ensures safe: SafeKept{Pre,Post}(self);
    ensures answer: 0 < self <= THREADS && IndexLive(self, s, i) &&
      thread_cycle[self - 1] % 2 == 1 ==> \result == SWEEP_OK || \result == SWEEP_WAS_MARKED;
    ensures marked: 0 < self <= THREADS && Mine(self, s) &&
      (\result == SWEEP_OK || \result == SWEEP_WAS_MARKED) ==> Marked(s, i);
 */
static enum sweep_status mark_of(uint32_t me, uint32_t owner, uint32_t s, uint32_t i) {
    if (thread_cycle_load(owner - 1) % 2 == 0) {
        return SWEEP_NOT_MARKING;
    }
    //@ assert odd: owner == me ==> thread_cycle[self - 1] % 2 == 1;
    int gone = owner == me && slot_is_free(me, s, i);
    //@ assert gone: 0 < self <= THREADS && IndexLive(self, s, i) ==> gone == 0;
    if (gone) {
        return SWEEP_NO_BLOCK;
    }
    //@ assert word: owner == me ==> SlotWord(s, i) < SLOT_WORDS;
    return mark_slot(span[s].base, i) ? SWEEP_OK : SWEEP_WAS_MARKED;
}

/* Marks the block that is span s, if it is one and has the byte at `place`. */
/*@ requires span: 0 < s < SPANS && place < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns large_mark[s];
    ensures more: \old(large_mark[s]) != 0 ==> large_mark[s] != 0;
    ensures marked: 0 < self <= THREADS && LargeHeld(self, s) && LargeHas(s, place) &&
      thread_cycle[self - 1] % 2 == 1 ==>
        (\result == SWEEP_OK || \result == SWEEP_WAS_MARKED) && large_mark[s] != 0;
 */
static enum sweep_status mark_large(uint32_t s, uint64_t place) {
    uint32_t owner = large_owner_load(s);
    if (owner == 0 || owner > THREADS || large_place(s) > place) {
        return SWEEP_NO_BLOCK;
    }
    if (thread_cycle_load(owner - 1) % 2 == 0) {
        return SWEEP_NOT_MARKING;
    }
    return large_mark_set(s) ? SWEEP_OK : SWEEP_WAS_MARKED;
}

/* Marks the block of span s that has the byte at `place`, which lies in it. */
/*@ requires self: me == self && self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: SpanLive(s) && InSpan(s, place / PAGE_SIZE) && place < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns slot_mark[0 .. SLOT_WORDS - 1];
    ensures safe: SafeKept{Pre,Post}(self);
    ensures marked: \forall integer i; 0 < self <= THREADS && IndexLive(self, s, i) &&
      BlockHas(s, i, place) && thread_cycle[self - 1] % 2 == 1 ==>
        (\result == SWEEP_OK || \result == SWEEP_WAS_MARKED) && Marked(s, i);
 */
static enum sweep_status mark_in(uint32_t me, uint32_t s, uint64_t place) {
    uint32_t owner = slots_owner_load(s);
    uint32_t i = foreign_slot_over(s, place - (uint64_t)span[s].base * PAGE_SIZE);
    /*@ assert mine: \forall integer j; 0 < self <= THREADS && IndexLive(self, s, j) &&
          BlockHas(s, j, place) ==> i == j && owner == me; */
    return owner == 0 || owner > THREADS || i == NO_SLOT ? SWEEP_NO_BLOCK
                                                         : mark_of(me, owner, s, i);
}

/* The heap span that has the byte at `place`, or 0. */
/*@ requires map: MapOk && LiveSpansMapped && KindsKnown;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != 0 ==>
      SpanLive(\result) && InSpan(\result, place / PAGE_SIZE) && place < WINDOW_BYTES;
    ensures mine: \forall integer s, i; 0 < self <= THREADS && IndexLive(self, s, i) &&
      BlockHas(s, i, place) ==> s == \result;
    ensures large: \forall integer s; LargeHeld(self, s) && LargeHas(s, place) ==> s == \result;
 */
static uint32_t span_at(uint64_t place) {
    /*@ assert inside: \forall integer s, i; 0 < self <= THREADS && IndexLive(self, s, i) &&
          BlockHas(s, i, place) ==> InSpan(s, place / PAGE_SIZE); */
    //@ assert used: \forall integer s; 0 < self <= THREADS && Mine(self, s) ==> SpanInUse(s);
    return place < WINDOW_BYTES ? span_of_heap((uint32_t)(place / PAGE_SIZE)) : 0;
}

/* As sweep_mark, in a stretch that has begun. */
/*@ requires self: me == self && self != 0;
    requires map: MapOk && LiveSpansMapped && KindsKnown;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns slot_mark[0 .. SLOT_WORDS - 1], large_mark[0 .. SPANS - 1];
    ensures safe: SafeKept{Pre,Post}(self);
    ensures marked: \forall integer s, i; 0 < self <= THREADS && IndexLive(self, s, i) &&
      BlockHas(s, i, place) && thread_cycle[self - 1] % 2 == 1 ==>
        (\result == SWEEP_OK || \result == SWEEP_WAS_MARKED) && Marked(s, i);
    ensures marks: LargeSafeGrown{Pre,Post}(self);
    ensures large: \forall integer s; 0 < self <= THREADS && LargeHeld(self, s) &&
      LargeHas(s, place) && thread_cycle[self - 1] % 2 == 1 ==>
        (\result == SWEEP_OK || \result == SWEEP_WAS_MARKED) && large_mark[s] != 0;
 */
static enum sweep_status mark_at(uint32_t me, uint64_t place) {
    uint32_t s = span_at(place);
    if (s == 0) {
        return SWEEP_NO_BLOCK;
    }
    return span[s].span_class < 2 ? mark_large(s, place) : mark_in(me, s, place);
}

enum sweep_status sweep_mark(uint64_t place) {
    uint32_t me = sweep_enter();
    /*@ assert same: \forall integer s, i; 0 < self <= THREADS && IndexLive{Pre}(self, s, i) &&
          BlockHas{Pre}(s, i, place) ==> IndexLive(self, s, i) && BlockHas(s, i, place); */
    //@ assert stay: \forall integer s; LargeHeld{Pre}(self, s) ==> LargeHeld(self, s);
    /*@ assert large: \forall integer s; LargeHeld{Pre}(self, s) && LargeHas{Pre}(s, place) ==>
          LargeHas(s, place); */
    /*@ assert cycle: self <= THREADS ==>
          \at(thread_cycle[self - 1], Pre) == thread_cycle[self - 1]; */
    //@ ghost entered: ;
    enum sweep_status status = mark_at(me, place);
    /*@ assert safe: \forall integer s; LargeHeld{Pre}(self, s) && LargeSafe{entered}(self, s) ==>
          LargeSafe(self, s); */
    return status;
}

/* Clears the marks of span s, one of slots. */
/*@ requires span: 0 < s < SPANS && SlotSpan(s);
    terminates \true;
    exits \false;
    assigns slot_mark[0 .. SLOT_WORDS - 1];
 */
static void unmark_slots(uint32_t s) {
    uint32_t first = slot_first_word(s), end = slot_end_word(s);
    /*@ loop invariant range: first <= w <= end;
        loop assigns w, slot_mark[0 .. SLOT_WORDS - 1];
        loop variant end - w;
     */
    for (uint32_t w = first; w < end; w++) {
        slot_mark_take(w);
    }
}

/* Clears the marks of span s if it is thread me's. Returns whether it is. */
/*@ requires self: 0 < me <= THREADS;
    requires cache: SlotCaches(me);
    requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns slot_mark[0 .. SLOT_WORDS - 1], large_mark[s];
    ensures mine: \result != 0 <==> Mine(me, s) ||
      (large_owner[s] == me && 0 < large_cell[s] <= 2 * PAGES);
 */
static int unmark(uint32_t me, uint32_t s) {
    if (slots_owner_load(s) == me) {
        unmark_slots(s);
        return 1;
    }
    int large = large_is_of(me, s);
    if (large) {
        large_mark_take(s);
    }
    return large;
}

void sweep_unmark(uint32_t me, uint32_t last) {
    uint32_t cycle = thread_cycle_load(me - 1);
    /*@ loop invariant range: 0 < s <= last + 1;
        loop invariant cycles: cycle != 0 ==> \forall integer t; 0 < t < SPANS ==>
          span_cycle[t] == \at(span_cycle[t], Pre);
        loop assigns s, slot_mark[0 .. SLOT_WORDS - 1], span_cycle[0 .. SPANS - 1],
                     large_mark[0 .. SPANS - 1];
        loop variant last + 1 - s;
     */
    for (uint32_t s = 1; s <= last; s++) {
        int mine = unmark(me, s);
        if (mine && cycle == 0) {
            span_cycle_store(s, 0);
        }
    }
}
