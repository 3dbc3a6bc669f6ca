#include "object/slot_cache.h"
#include "span/size_class.h"

#include "../../specs/slot_cache_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

uint32_t current_span[CURSORS];
struct word_slots current_slots[CURSORS];

uint32_t slot_cache_enter(void) {
    slots_elapse();
    uint32_t me = heap_enter();
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, 0);
    //@ assert told: 0 < self <= THREADS ==> CursorsToldBut(self, -1);
    return me;
}

uint32_t slot_cache_enter_again(void) {
    slots_elapse();
    uint32_t me = heap_enter_again();
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, 0);
    //@ assert told: 0 < self <= THREADS ==> CursorsToldBut(self, -1);
    return me;
}

uint32_t slot_first_word(uint32_t s) {
    return span[s].base * PAGE_SLOT_WORDS;
}

uint32_t slot_end_word(uint32_t s) {
    return slot_first_word(s) + (span[s].slots + WORD_BITS - 1) / WORD_BITS;
}

/* Lets cursor k, which walks over no span, walk over span s of its class from word w on. */
/*@ requires cache: 0 < me <= THREADS && SlotSpans(me) && SlotListsBut(me, s);
    requires cursor: CursorOfThread(k, me) && current_span[k] == 0;
    requires span: Mine(me, s) && CursorFor(me, s) == k && span_link[s].list == 0;
    requires word: FirstWord(s) <= w < EndWord(s);
    terminates \true;
    exits \false;
    assigns slot_cursor[k], current_span[k], slot_free[w];
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures current: current_span[k] == s;
    ensures hand: slot_cursor[k].cache == \old(slot_free[w]);
    ensures free: MineFreeUnchanged{Pre,Post}(me);
 */
static void walk(uint32_t k, uint32_t s, uint32_t w) /*@ ghost (uint32_t me) */ {
    slots_begin(k, w, slot_end_word(s));
    current_span[k] = s;
}

/* Lets cursor k walk over the first span of its list that has free slots. Returns 0 if there is
 * none; then nothing changed. */
/*@ requires cache: 0 < me <= THREADS && SlotSpans(me) && SlotLists(me);
    requires lists: SpanList;
    requires cursor: CursorOfThread(k, me) && current_span[k] == 0;
    terminates \true;
    exits \false;
    assigns slot_cursor[k], current_span[k], slot_free[0 .. SLOT_WORDS - 1], LIST_TABLES;
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures lists: SpanList;
    ensures current: \result != 0 ==> current_span[k] != 0 && !BitNone(slot_cursor[k].cache, 0, 64);
    ensures none: \result == 0 ==> current_span[k] == 0;
    ensures free: MineFreeUnchanged{Pre,Post}(me);
 */
static int walk_listed(uint32_t k) /*@ ghost (uint32_t me) */ {
    uint32_t s = span_list[k + 1].first;
    if (s == 0) {
        return 0;
    }
    span_list_remove(k + 1, s);
    walk(k, s, slots_word(slot_first_word(s), slot_end_word(s))) /*@ ghost (me) */;
    return 1;
}

/* Lets cursor k walk over no span, and returns the one that it walked over, or 0. */
/*@ requires cache: 0 < me <= THREADS && SlotSpans(me) && SlotLists(me);
    requires cursor: CursorOfThread(k, me);
    terminates \true;
    exits \false;
    assigns slot_cursor[k], current_span[k], slot_free[0 .. SLOT_WORDS - 1];
    ensures owned: SpansMine(me) && SizesMine(me);
    ensures apart: WordsApart(me);
    ensures walk: CursorsWalk(me);
    ensures only: OnlySlots(me);
    ensures sorted: SlotListsBut(me, \result);
    ensures span: \result != 0 ==> Mine(me, \result) && CursorFor(me, \result) == k &&
      span_link[\result].list == 0;
    ensures none: current_span[k] == 0;
    ensures free: MineFreeUnchanged{Pre,Post}(me);
 */
static uint32_t stop(uint32_t k) /*@ ghost (uint32_t me) */ {
    uint32_t s = current_span[k];
    if (s != 0) {
        slots_end(k);
        current_span[k] = 0;
    }
    return s;
}

/* Lets cursor k, which has nothing more ahead, begin its span anew if all its slots are free again,
 * and returns 1. Else the span goes to the end of its list if it has free slots: the later it is
 * taken again, the more it has. Then the cursor walks over none. */
/*@ requires cache: 0 < me <= THREADS && SlotSpans(me) && SlotLists(me);
    requires lists: SpanList;
    requires cursor: CursorOfThread(k, me);
    terminates \true;
    exits \false;
    assigns slot_cursor[k], current_span[k], slot_free[0 .. SLOT_WORDS - 1], LIST_TABLES;
    ensures spans: SlotSpans(me);
    ensures listed: ListsMine(me) && ListsByClass(me);
    ensures listed_free: ListedHasFree(me);
    ensures full: UnlistedIsFullBut(me, 0);
    ensures lists: SpanList;
    ensures again: \result != 0 ==> current_span[k] != 0 && !BitNone(slot_cursor[k].cache, 0, 64);
    ensures none: \result == 0 ==> current_span[k] == 0;
    ensures free: MineFreeUnchanged{Pre,Post}(me);
 */
static int walk_again(uint32_t k) /*@ ghost (uint32_t me) */ {
    uint32_t s = stop(k) /*@ ghost (me) */;
    if (s == 0) {
        return 0;
    }
    if (slots_all(slot_first_word(s), slot_end_word(s), span[s].slots)) {
        walk(k, s, slot_first_word(s)) /*@ ghost (me) */;
        return 1;
    }
    if (slots_word(slot_first_word(s), slot_end_word(s)) < slot_end_word(s)) {
        span_list_insert_back(k + 1, s);
    }
    return 0;
}

/* A span of the page heap's for slots of size class c, not yet one of thread me's; or 0. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotSpans(me) && SlotLists(me);
    requires class: 2 <= c < SIZE_CLASSES;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures range: \result < SPANS;
    ensures fresh: \result != 0 ==> !Mine(me, \result) && !Mine{Pre}(me, \result);
    ensures owned: \result != 0 ==> span_owner[\result] == me && SpanLive(\result);
    ensures span: \result != 0 ==> SlotSpan(\result) && span[\result].span_class == 2 * c + 1;
    ensures sizes: \result != 0 ==> SlotSizes(\result);
    ensures size: \result != 0 ==> span[\result].slot_size == class_size[c];
    ensures off: \result != 0 ==> span_link[\result].list == 0;
    ensures words: \result != 0 ==> ApartFrom(me, \result);
    ensures mine: MineUnchangedBut{Pre,Post}(me, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(me);
    ensures cursors: CursorsKept{Pre,Post}(me);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint32_t fresh_span(uint32_t c) /*@ ghost (uint32_t me) */ {
    //@ ghost class_is_sound(c);
    struct heap_answer answer = heap_alloc(class_pages[c], 2 * c + 1);
    //@ assert sizes: answer.span != 0 ==> SlotSizes(answer.span);
    //@ assert other: !Mine{Pre}(me, answer.span);
    //@ ghost had: ;
    slots_elapse();
    //@ assert same: answer.span != 0 ==> SpanUnchanged{had,Here}(answer.span);
    //@ assert kept: ThreadKept{Pre,Here}(me, answer.span);
    return answer.span;
}

void slot_take_up(uint32_t me, uint32_t s) {
    uint32_t first = slot_first_word(s), end = slot_end_word(s);
    /*@ loop invariant range: first <= w <= end;
        loop assigns w, slot_remote[first .. end - 1];
        loop variant end - w;
     */
    for (uint32_t w = first; w < end; w++) {
        slot_remote_take(w);
    }
    slots_fill(first, end, span[s].slots);
    slots_owner_store(s, me);
}

/* Lets cursor k walk over a fresh span for slots of size class c. Returns 0 if there is none; then
 * nothing of the thread's changed. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotSpans(me) && SlotLists(me);
    requires class: 2 <= c < SIZE_CLASSES;
    requires cursor: k == (me - 1) * SIZE_CLASSES + c && current_span[k] == 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures current: \result != 0 ==> current_span[k] != 0 && !BitNone(slot_cursor[k].cache, 0, 64);
    ensures none: \result == 0 ==> current_span[k] == 0;
    ensures mine: MineUnchangedBut{Pre,Post}(me, current_span[k]);
    ensures fresh: \result != 0 ==> !Mine{Pre}(me, current_span[k]);
    ensures size: \result != 0 ==> span[current_span[k]].slot_size == class_size[c];
    ensures free: MineFreeUnchanged{Pre,Post}(me);
    ensures cursors: CursorsKeptBut{Pre,Post}(me, k);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static int walk_fresh(uint32_t me, uint32_t k, uint32_t c) {
    uint32_t s = fresh_span(c) /*@ ghost (me) */;
    if (s == 0) {
        return 0;
    }
    slot_take_up(me, s);
    walk(k, s, slot_first_word(s)) /*@ ghost (me) */;
    return 1;
}

/* Lets cursor k, which has nothing more ahead, walk over a span of size class c that has free
 * slots: its own again, one of its list, or a fresh one. Returns 0 if there is none; then no slot
 * changed. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotSpans(me) && SlotLists(me);
    requires lists: SpanList;
    requires class: 2 <= c < SIZE_CLASSES;
    requires cursor: k == (me - 1) * SIZE_CLASSES + c;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures spans: SlotSpans(me);
    ensures sorted: SlotLists(me);
    ensures current: \result != 0 ==> current_span[k] != 0 && !BitNone(slot_cursor[k].cache, 0, 64);
    ensures none: \result == 0 ==> current_span[k] == 0 && MineUnchangedBut{Pre,Post}(me, 0);
    ensures mine: MineUnchangedBut{Pre,Post}(me, current_span[k]);
    ensures record: Mine{Pre}(me, current_span[k]) ==> SpanUnchanged{Pre,Post}(current_span[k]);
    ensures size: \result != 0 && !Mine{Pre}(me, current_span[k]) ==>
      span[current_span[k]].slot_size == class_size[c];
    ensures free: MineFreeUnchanged{Pre,Post}(me);
    ensures cursors: CursorsKeptBut{Pre,Post}(me, k);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static int walk_next(uint32_t me, uint32_t k, uint32_t c) {
    return walk_again(k) /*@ ghost (me) */ || walk_listed(k) /*@ ghost (me) */ ||
           walk_fresh(me, k, c);
}

/* Takes the next slot of the span that cursor k walks over: a bit of word slot_cursor[k].word, or
 * 64 if none is ahead. */
/*@ requires cache: 0 < me <= THREADS && SlotSpans(me) && SlotLists(me);
    requires cursor: CursorOfThread(k, me);
    terminates \true;
    exits \false;
    assigns slot_cursor[k], slot_free[0 .. SLOT_WORDS - 1];
    ensures owned: SpansMine(me) && SizesMine(me);
    ensures apart: WordsApart(me);
    ensures walk: CursorsWalk(me);
    ensures only: OnlySlots(me);
    ensures sorted: SlotLists(me);
    ensures range: \result <= 64;
    ensures some: BitNone(\old(slot_cursor[k].cache), 0, 64) || \result < 64;
    ensures slot: \result < 64 ==> current_span[k] != 0 &&
      IsSlot(current_span[k], slot_cursor[k].word, \result);
    ensures free: \result < 64 ==>
      MineFree{Pre}(me, current_span[k], slot_cursor[k].word, \result);
    ensures taken: \result < 64 ==> !MineFree(me, current_span[k], slot_cursor[k].word, \result);
    ensures others: MineFreeUnchangedBut{Pre,Post}(me, slot_cursor[k].word, \result);
    ensures none: \result == 64 ==> MineFreeUnchanged{Pre,Post}(me);
 */
static uint32_t take(uint32_t k) /*@ ghost (uint32_t me) */ {
    return slots_next(k);
}

inline uint32_t slot_cache_take(uint32_t me, uint32_t c) {
    uint32_t k = (me - 1) * SIZE_CLASSES + c;
    //@ assert cursor: CursorOfThread(k, me) && CursorWalks(me, k);
    uint32_t j = slots_take(k);
    //@ assert hand: j < WORD_BITS ==> SlotAtHand{Pre}(k, slot_cursor[k].word, j);
    //@ assert inside: j < WORD_BITS ==> InWords(current_span[k], slot_cursor[k].word, j);
    return j;
}

struct slot slot_cache_alloc(uint32_t me, uint32_t c) {
    struct slot slot = {0, 0};
    uint32_t k = (me - 1) * SIZE_CLASSES + c;
    uint32_t j = take(k) /*@ ghost (me) */;
    if (j == WORD_BITS) {
        if (!walk_next(me, k, c)) {
            return slot;
        }
        j = take(k) /*@ ghost (me) */;
    }
    slot.span = current_span[k];
    slot.index = WORD_BITS * (slot_cursor[k].word - slot_first_word(slot.span)) + j;
    return slot;
}
