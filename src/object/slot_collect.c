/* What other threads freed of a thread's spans is taken over. */
#include "object/place.h"

#include "../../specs/slot_cache_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

/* Takes back slot i of span s, if there is such a slot and the span is thread me's. Returns where
 * it is if it was free already, or NO_PLACE; so do those below, of the last such slot. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures lists: SpanList;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures fewer: MineFewer{Pre,Post}(self);
    ensures cursors: CursorsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t collect_slot(uint32_t me, uint32_t s, uint32_t i) {
    if (slots_owner_load(s) == me && i < span[s].slots) {
        uint64_t at = slot_place(s, i);
        return slot_cache_free(me, s, i) ? NO_PLACE : at;
    }
    return NO_PLACE;
}

/* The first of two places that is one. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures first: \result == (at != NO_PLACE ? at : other);
 */
static uint64_t either(uint64_t at, uint64_t other) {
    return at != NO_PLACE ? at : other;
}

/* The same with the slots of a word of the span: the bits that are set, the first of which is slot
 * `first` of the span. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    requires span: 0 < s < SPANS && first <= SLOTS_MAX;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures lists: SpanList;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures fewer: MineFewer{Pre,Post}(self);
    ensures cursors: CursorsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t collect_word(uint32_t me, uint32_t s, uint32_t first, uint64_t bits) {
    uint64_t twice = NO_PLACE;
    /*@ loop invariant range: 0 <= j <= 64;
        loop invariant apart: heap_held == 0;
        loop invariant lists: SpanList;
        loop invariant spans: SlotSpans(self);
        loop invariant sorted: SlotLists(self);
        loop invariant fewer: MineFewer{Pre,Here}(self) && CursorsKept{Pre,Here}(self);
        loop invariant large: LargeAllStay{Pre,Here}(self);
        loop assigns j, twice, heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
        loop variant 64 - j;
     */
    for (uint32_t j = 0; j < WORD_BITS; j++) {
        if (bits_test(bits, j)) {
            twice = either(collect_slot(me, s, first + j), twice);
        }
    }
    return twice;
}

/* Takes back what other threads have freed of span s, thread me's, as long as it is that. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    requires span: 0 < s < SPANS;
    requires mine: Mine(me, s);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures lists: SpanList;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures fewer: MineFewer{Pre,Post}(self);
    ensures cursors: CursorsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t collect_own(uint32_t me, uint32_t s) {
    uint64_t twice = NO_PLACE;
    uint32_t first = slot_first_word(s), end = slot_end_word(s);
    /*@ loop invariant range: first <= w <= end;
        loop invariant apart: heap_held == 0;
        loop invariant lists: SpanList;
        loop invariant spans: SlotSpans(self);
        loop invariant sorted: SlotLists(self);
        loop invariant fewer: MineFewer{Pre,Here}(self) && CursorsKept{Pre,Here}(self);
        loop invariant large: LargeAllStay{Pre,Here}(self);
        loop assigns w, twice, heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
        loop variant end - w;
     */
    for (uint32_t w = first; w < end && slots_owner_load(s) == me; w++) {
        //@ assert mine: Mine(me, s) && FirstWord(s) <= w < EndWord(s);
        twice = either(collect_word(me, s, WORD_BITS * (w - first), slot_remote_take(w)), twice);
    }
    slot_settle(me, s);
    return twice;
}

/* The same if the span is thread me's; if it is another's, that one is told. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures lists: SpanList;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures fewer: MineFewer{Pre,Post}(self);
    ensures cursors: CursorsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t collect_span(uint32_t me, uint32_t s) {
    uint32_t owner = slots_owner_load(s);
    if (owner == me) {
        return collect_own(me, s);
    }
    if (owner != 0 && owner <= THREADS) {
        inbox_put(owner - 1, s);
    }
    return NO_PLACE;
}

SLOW uint64_t slot_cache_collect(uint32_t me) {
    uint64_t twice = NO_PLACE;
    uint32_t s = inbox_take(me - 1);
    /*@ loop invariant range: 0 <= n <= SPANS && 0 <= s < SPANS;
        loop invariant apart: heap_held == 0;
        loop invariant lists: SpanList;
        loop invariant spans: SlotSpans(self);
        loop invariant sorted: SlotLists(self);
        loop invariant fewer: MineFewer{Pre,Here}(self) && CursorsKept{Pre,Here}(self);
        loop invariant large: LargeAllStay{Pre,Here}(self);
        loop assigns n, s, twice, heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
        loop variant SPANS - n;
     */
    for (uint32_t n = 0; n < SPANS && s != 0; n++) {
        uint32_t below = inbox_leave(s);
        twice = either(collect_span(me, s), twice);
        s = below;
    }
    return twice;
}
