/* What becomes of slots that come back: they are free in their span, which goes to its list or back
 * to the page heap. */
#include "object/slot_cache.h"

#include "../../specs/slot_cache_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

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
    ensures large: LargeAllStay{Pre,Post}(self);
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
    ensures large: LargeAllStay{Pre,Post}(self);
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
    ensures large: LargeAllStay{Pre,Post}(self);
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
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static void release_or_keep(uint32_t me, uint32_t k, uint32_t s) {
    if (release(s) /*@ ghost (me) */ != HEAP_OK) {
        take_back(me, k, s);
        //@ assert back: MineUnchangedBut{Pre,Here}(me, s);
    } else {
        go_on();
        //@ assert gone: MineUnchangedBut{Pre,Here}(me, s);
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
    ensures large: LargeAllStay{Pre,Post}(self);
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
    ensures large: LargeAllStay{Pre,Post}(self);
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

uint64_t slot_cache_taken(uint32_t me, uint32_t s, uint32_t w) {
    uint32_t k = (me - 1) * SIZE_CLASSES + span[s].span_class / 2;
    return bits_and(slots_taken(k, w), slots_in(slot_first_word(s), w, span[s].slots));
}

/* Frees these slots of word w of a span, which cursor k may walk over. */
/*@ requires cache: 0 < me <= THREADS && SlotSpans(me) && SlotLists(me);
    requires word: Mine(me, s) && FirstWord(s) <= w < EndWord(s) && k == CursorFor(me, s);
    requires taken: TakenBits(me, s, w, bits);
    requires some: !BitNone(bits, 0, 64);
    terminates \true;
    exits \false;
    assigns slot_free[w];
    ensures spans: SlotSpans(me);
    ensures mine: ListsMine(me) && ListsByClass(me);
    ensures listed: ListedHasFree(me);
    ensures full: UnlistedIsFullBut(me, s);
    ensures freed: \forall integer j; 0 <= j < 64 && Bit(bits, j) ==> MineFree(me, s, w, j);
    ensures some: !NoneTabled(FirstWord(s), EndWord(s));
    ensures others: MineFreeUnchangedWord{Pre,Post}(me, w, bits);
 */
static void give_word(uint32_t w, uint64_t bits)
/*@ ghost (uint32_t me, uint32_t k, uint32_t s) */ {
    slots_give_word(w, bits) /*@ ghost (k) */;
    /*@ assert more: \forall integer v, j; 0 <= v < SLOT_WORDS && 0 <= j < 64 &&
          SlotTabled{Pre}(v, j) ==> SlotTabled(v, j); */
    /*@ assert still: \forall integer t; 0 < t < SPANS && NoneTabled(FirstWord(t), EndWord(t)) ==>
          NoneTabled{Pre}(FirstWord(t), EndWord(t)); */
}

void slot_cache_free_word(uint32_t me, uint32_t s, uint32_t w, uint64_t bits) {
    uint32_t k = (me - 1) * SIZE_CLASSES + span[s].span_class / 2;
    give_word(w, bits) /*@ ghost (me, k, s) */;
    if (current_span[k] != s) {
        settle(me, k, s);
    }
}

void slot_settle(uint32_t me, uint32_t s) {
    if (slots_owner_load(s) == me && span_link[s].list != 0) {
        settle(me, (me - 1) * SIZE_CLASSES + span[s].span_class / 2, s);
    }
}
