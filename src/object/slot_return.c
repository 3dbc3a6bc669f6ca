/* What becomes of slots that come back: they are free in their span, which goes to its list or back
 * to the page heap; and what other threads freed is taken over. */
#include "object/place.h"

#include "../../specs/slot_cache_lemmas.acsl"

/* Frees slot i of span s, which cursor k may walk over. Returns 0 if it is free already; then
 * nothing changed. */
/*@ requires cache: 0 < me <= THREADS && SlotSpans(me) && SlotLists(me);
    requires slot: Mine(me, s) && i < span[s].slots && k == CursorFor(me, s);
    terminates \true;
    exits \false;
    assigns slot_free[SlotWord(s, i)];
    ensures spans: SlotSpans(me);
    ensures sorted: SlotListsBut(me, s);
    ensures same: \result == 0 ==> SlotLists(me);
    ensures answer: \result == 0 || \result == 1;
    ensures refused: \result == 0 <==> IndexFree{Pre}(me, s, i);
    ensures freed: IndexFree(me, s, i);
    ensures some: \result == 1 ==> !NoneTabled(FirstWord(s), EndWord(s));
    ensures others: MineFreeUnchangedBut{Pre,Post}(me, SlotWord(s, i), i % 64);
 */
static int give(uint32_t k, uint32_t s, uint32_t i) /*@ ghost (uint32_t me) */ {
    return slots_give(k, slot_first_word(s) + i / WORD_BITS, i % WORD_BITS);
}

/* Takes span s, which no cursor walks over and whose slots are all free, off its list: thread me
 * gives no slots of it any more. */
/*@ requires cache: 0 < me <= THREADS && SlotSpans(me) && SlotLists(me);
    requires lists: SpanList;
    requires span: Mine(me, s) && span_link[s].list == k + 1 && k == CursorFor(me, s);
    requires idle: current_span[k] != s;
    terminates \true;
    exits \false;
    assigns slots_owner[s], LIST_TABLES;
    ensures owned: SpansMine(me) && SizesMine(me);
    ensures apart: WordsApart(me);
    ensures walk: CursorsWalk(me);
    ensures only: OnlySlots(me);
    ensures listed: ListsMine(me) && ListsByClass(me);
    ensures listed_free: ListedHasFree(me);
    ensures full: UnlistedIsFullBut(me, 0);
    ensures lists: SpanList;
    ensures gone: !Mine(me, s) && span_link[s].list == 0;
    ensures words: ApartFrom(me, s);
 */
static void let_go(uint32_t k, uint32_t s) /*@ ghost (uint32_t me) */ {
    span_list_remove(k + 1, s);
    slots_owner_store(s, 0);
}

/* Gives span s, which thread me has let go, back to the page heap. Returns HEAP_OK, or why it still
 * is the thread's. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotSpans(me) && SlotLists(me);
    requires span: 0 < s < SPANS && !Mine(me, s) && span_owner[s] == me && SpanLive(s);
    requires slots: SlotSpan(s) && SlotSizes(s) && ApartFrom(me, s) && span_link[s].list == 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures stays: \result != HEAP_OK ==> !Mine(me, s) && span_owner[s] == me &&
      SpanUnchanged{Pre,Post}(s) && span_link[s].list == 0;
    ensures words: \result != HEAP_OK ==> ApartFrom(me, s);
    ensures mine: MineUnchangedBut{Pre,Post}(me, 0);
    ensures cursors: CursorsKept{Pre,Post}(me);
    ensures free: MineFreeUnchanged{Pre,Post}(me);
 */
static enum heap_status release(uint32_t s) /*@ ghost (uint32_t me) */ {
    enum heap_status status = heap_free(span[s].base);
    slots_elapse();
    //@ assert which: status == HEAP_OK ==> heap_touched == s;
    //@ assert kept: ThreadKept{Pre,Here}(me, heap_touched);
    return status;
}

/* Begins a stretch without the lock: other threads may have run. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotSpans(self) && SlotLists(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES;
    ensures lists: SpanList;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures kept: ThreadKept{Pre,Post}(self, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(self);
    ensures cursors: CursorsKept{Pre,Post}(self);
 */
static void go_on(void) {
    slots_elapse();
    heap_enter();
    //@ assert kept: ThreadKept{Pre,Here}(self, 0);
}

/* Puts span s, which has a free slot and no cursor walks over, on the list of its class if it is
 * not there. */
/*@ requires cache: 0 < me <= THREADS && SlotSpans(me) && SlotListsBut(me, s);
    requires lists: SpanList;
    requires span: Mine(me, s) && k == CursorFor(me, s) && current_span[k] != s;
    requires some: !NoneTabled(FirstWord(s), EndWord(s));
    terminates \true;
    exits \false;
    assigns LIST_TABLES;
    ensures lists: SpanList;
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures listed: span_link[s].list == k + 1;
 */
static void list_up(uint32_t k, uint32_t s) /*@ ghost (uint32_t me) */ {
    if (span_link[s].list == 0) {
        span_list_insert_back(k + 1, s);
    }
}

/* Puts span s, which thread me has let go, on its list again, all its slots free. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotSpans(me) && SlotLists(me);
    requires span: 0 < s < SPANS && !Mine(me, s) && span_owner[s] == me && SpanLive(s);
    requires slots: SlotSpan(s) && SlotSizes(s) && ApartFrom(me, s) && span_link[s].list == 0;
    requires cursor: k == CursorFor(me, s) && current_span[k] != s;
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES;
    ensures lists: SpanList;
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures mine: Mine(me, s) && MineUnchangedBut{Pre,Post}(me, s);
    ensures record: SpanUnchanged{Pre,Post}(s);
    ensures all: AllTabled(FirstWord(s), EndWord(s), span[s].slots);
    ensures free: MineFreeUnchanged{Pre,Post}(me);
    ensures cursors: CursorsKept{Pre,Post}(me);
 */
static void take_back(uint32_t me, uint32_t k, uint32_t s) {
    go_on();
    slot_take_up(me, s);
    list_up(k, s) /*@ ghost (me) */;
}

/* Gives span s, which thread me has let go, back to the page heap; if that does not take it, it is
 * on its list again, all its slots free. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotSpans(me) && SlotLists(me);
    requires span: 0 < s < SPANS && !Mine(me, s) && span_owner[s] == me && SpanLive(s);
    requires slots: SlotSpan(s) && SlotSizes(s) && ApartFrom(me, s) && span_link[s].list == 0;
    requires cursor: k == CursorFor(me, s) && current_span[k] != s;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures lists: SpanList;
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures mine: MineUnchangedBut{Pre,Post}(me, s);
    ensures all: Mine(me, s) ==> SpanUnchanged{Pre,Post}(s) &&
      AllTabled(FirstWord(s), EndWord(s), span[s].slots);
    ensures free: MineFreeUnchanged{Pre,Post}(me);
    ensures cursors: CursorsKept{Pre,Post}(me);
 */
static void release_or_keep(uint32_t me, uint32_t k, uint32_t s) {
    if (release(s) /*@ ghost (me) */ != HEAP_OK) {
        take_back(me, k, s);
    } else {
        go_on();
    }
}

/* Gives span s, which no cursor walks over and whose slots are all free, back to the page heap; if
 * it does not take it, the span stays. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotSpans(me) && SlotLists(me);
    requires lists: SpanList;
    requires span: Mine(me, s) && span_link[s].list == k + 1 && k == CursorFor(me, s);
    requires whole: AllTabled(FirstWord(s), EndWord(s), span[s].slots);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures lists: SpanList;
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures mine: MineUnchangedBut{Pre,Post}(me, s);
    ensures all: Mine(me, s) ==> SpanUnchanged{Pre,Post}(s) &&
      AllTabled(FirstWord(s), EndWord(s), span[s].slots);
    ensures free: MineFreeUnchangedBeside{Pre,Post}(me, s);
    ensures cursors: CursorsKept{Pre,Post}(me);
 */
static void give_back(uint32_t me, uint32_t k, uint32_t s) {
    let_go(k, s) /*@ ghost (me) */;
    release_or_keep(me, k, s);
}

/* Puts span s, which has a free slot and no cursor walks over, where it belongs: on the list of its
 * class, or back to the page heap if all its slots are free. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotSpans(me) && SlotListsBut(me, s);
    requires lists: SpanList;
    requires span: Mine(me, s) && k == CursorFor(me, s) && current_span[k] != s;
    requires some: !NoneTabled(FirstWord(s), EndWord(s));
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures lists: SpanList;
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures mine: MineUnchangedBut{Pre,Post}(me, s);
    ensures whole: !Mine(me, s) ==> AllTabled{Pre}(FirstWord{Pre}(s), EndWord{Pre}(s),
      \old(span[s].slots));
    ensures record: Mine(me, s) ==> SpanUnchanged{Pre,Post}(s);
    ensures free: MineFreeUnchanged{Pre,Post}(me);
    ensures cursors: CursorsKept{Pre,Post}(me);
 */
static SLOW void settle(uint32_t me, uint32_t k, uint32_t s) {
    list_up(k, s) /*@ ghost (me) */;
    if (slots_all(slot_first_word(s), slot_end_word(s), span[s].slots) && !inbox_has(s)) {
        give_back(me, k, s);
    }
}

int slot_cache_free(uint32_t me, uint32_t s, uint32_t i) {
    uint32_t k = (me - 1) * SIZE_CLASSES + span[s].span_class / 2;
    if (!give(k, s, i) /*@ ghost (me) */) {
        return 0;
    }
    if (current_span[k] != s) {
        settle(me, k, s);
    }
    return 1;
}

/* Gives span s back to the page heap if it is thread me's, no cursor walks over it and all its
 * slots are free: it stayed as long as it was in an inbox. */
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
 */
static void give_back_whole(uint32_t me, uint32_t s) {
    if (slots_owner_load(s) == me && span_link[s].list != 0) {
        settle(me, (me - 1) * SIZE_CLASSES + span[s].span_class / 2, s);
    }
}

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
 */
static uint64_t collect_word(uint32_t me, uint32_t s, uint32_t first, uint64_t bits) {
    uint64_t twice = NO_PLACE;
    /*@ loop invariant range: 0 <= j <= 64;
        loop invariant apart: heap_held == 0;
        loop invariant lists: SpanList;
        loop invariant spans: SlotSpans(self);
        loop invariant sorted: SlotLists(self);
        loop invariant fewer: MineFewer{Pre,Here}(self) && CursorsKept{Pre,Here}(self);
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

/* Takes back what other threads have freed of span s, if it is thread me's; if it is another's,
 * that one is told. */
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
 */
static uint64_t collect_span(uint32_t me, uint32_t s) {
    uint32_t owner = slots_owner_load(s);
    if (owner != me) {
        if (owner != 0 && owner <= THREADS) {
            inbox_put(owner - 1, s);
        }
        return NO_PLACE;
    }
    uint64_t twice = NO_PLACE;
    uint32_t first = slot_first_word(s), end = slot_end_word(s);
    /*@ loop invariant range: first <= w <= end;
        loop invariant apart: heap_held == 0;
        loop invariant lists: SpanList;
        loop invariant spans: SlotSpans(self);
        loop invariant sorted: SlotLists(self);
        loop invariant fewer: MineFewer{Pre,Here}(self) && CursorsKept{Pre,Here}(self);
        loop assigns w, twice, heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
        loop variant end - w;
     */
    for (uint32_t w = first; w < end && slots_owner_load(s) == me; w++) {
        //@ assert mine: Mine(me, s) && FirstWord(s) <= w < EndWord(s);
        twice = either(collect_word(me, s, WORD_BITS * (w - first), slot_remote_take(w)), twice);
    }
    give_back_whole(me, s);
    return twice;
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
