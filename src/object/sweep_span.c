/* What becomes of the blocks of a span that a collector has not reached. */
#include "object/sweep_span.h"

#include "../../specs/base_lemmas.acsl"

#include "../../specs/slot_cache_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/told_lemmas.acsl"

#include "../../specs/safe_lemmas.acsl"

#include "../../specs/sweep_lemmas.acsl"

void sweep_go_on(void) {
    slot_cache_enter();
}

/* Does span s have special records? */
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
    ensures mine: MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static int has_specials(uint32_t s) {
    int has = heap_has_specials(s);
    //@ assert kept: ThreadKept{Pre,Here}(self, 0);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    sweep_go_on();
    return has;
}

/* Which blocks of word w of span s stay, the special records of those that go being taken care of:
 * those of `marked`, and those of `live` that have a finalizer. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires word: Mine(self, s) && FirstWord(s) <= w < EndWord(s);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures marked: BitsWithin(marked, \result);
    ensures mine: MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t staying(uint32_t s, uint32_t w, uint64_t live, uint64_t marked) {
    uint64_t lo = (uint64_t)(w - slot_first_word(s)) * WORD_BITS * span[s].slot_size;
    uint64_t keep = heap_sweep_objects(s, lo, span[s].slot_size, live, marked);
    //@ assert kept: ThreadKept{Pre,Here}(self, 0);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    sweep_go_on();
    return keep;
}

/* Frees these blocks of word w of span s, of which there are some. */
/*@ requires lists: SpanList;
    requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires word: Mine(self, s) && FirstWord(s) <= w < EndWord(s);
    requires dead: TakenBits(self, s, w, dead);
    requires some: !BitNone(dead, 0, 64);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures word: WordSweptOf{Pre,Post}(self, s, w, dead);
    ensures freed: Mine(self, s) ==>
      \forall integer j; 0 <= j < 64 && Bit(dead, j) ==> MineFree(self, s, w, j);
    ensures others: MineFreeUnchangedWord{Pre,Post}(self, w, dead);
    ensures record: Mine(self, s) ==> SpanUnchanged{Pre,Post}(s);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static void free_word(uint32_t me, uint32_t s, uint32_t w, uint64_t dead) {
    slot_cache_free_word(me, s, w, dead);
    //@ assert told: CursorsToldBut(self, -1);
}

/* The blocks of word w of span s that are not in `keep`. */
/*@ requires self: 0 < me <= THREADS;
    requires spans: SlotSpans(me);
    requires word: Mine(me, s) && FirstWord(s) <= w < EndWord(s);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures taken: TakenBits(me, s, w, \result);
    ensures apart: BitsApart(\result, keep);
    ensures all: \forall integer j; IsSlot(s, w, j) && !MineFree(me, s, w, j) ==>
      Bit(\result, j) || Bit(keep, j);
 */
static uint64_t dead_of(uint32_t me, uint32_t s, uint32_t w, uint64_t keep) {
    return bits_and(slot_cache_taken(me, s, w), bits_not(keep));
}

/* Frees the blocks of word w of span s that are not in `keep`. */
/*@ requires lists: SpanList;
    requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires word: Mine(self, s) && FirstWord(s) <= w < EndWord(s);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures word: WordSwept{Pre,Post}(self, s, w, keep);
    ensures freed: Mine(self, s) ==> \forall integer j; IsSlot(s, w, j) && !Bit(keep, j) ==>
      MineFree(self, s, w, j);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static void free_dead(uint32_t me, uint32_t s, uint32_t w, uint64_t keep) {
    uint64_t dead = dead_of(me, s, w, keep);
    if (bits_lowest(dead) < WORD_BITS) {
        free_word(me, s, w, dead);
    }
}

/* Forgets what other threads have freed of word w, but for the slots in `keep`: the others are
 * freed here, and would be freed again when they are blocks again. */
/*@ requires word: w < SLOT_WORDS;
    terminates \true;
    exits \false;
    assigns slot_remote[w];
 */
static void forget_freed(uint32_t w, uint64_t keep) {
    uint64_t freed = bits_and(slot_remote_take(w), keep);
    /*@ loop invariant range: 0 <= j <= 64;
        loop assigns j, slot_remote[w];
        loop variant 64 - j;
     */
    for (uint32_t j = 0; j < WORD_BITS && freed != 0; j++) {
        if (bits_test(freed, j)) {
            slot_remote_set(w, j);
        }
    }
}

/* Takes the marks of word w of span s. Returns which of its blocks stay, the special records of the
 * others being taken care of, and what other threads have freed of them forgotten. */
/*@ requires lists: SpanList;
    requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires word: Mine(self, s) && FirstWord(s) <= w < EndWord(s);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES, slot_mark[w];
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures held: MineHeld{Pre,Post}(self);
    ensures marked: BitsWithin(\old(slot_mark[w]), \result);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t take_marks(uint32_t me, uint32_t s, uint32_t w, int recorded) {
    uint64_t keep = slot_mark_take(w);
    if (recorded) {
        keep = staying(s, w, slot_cache_taken(me, s, w), keep);
    }
    //@ assert held: MineHeld{Pre,Here}(self);
    //@ assert marks: BitsWithin(\at(slot_mark[w], Pre), keep);
    forget_freed(w, keep);
    return keep;
}

/* Sweeps word w of span s. */
/*@ requires lists: SpanList;
    requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires word: Mine(self, s) && FirstWord(s) <= w < EndWord(s);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, slot_mark[w], sweep_kept[w];
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures word: WordSwept{Pre,Post}(self, s, w, \old(slot_mark[w]));
    ensures live: LiveBut{Pre,Post}(self, s, w, \old(slot_mark[w]));
    ensures freed: WordFreed(self, s, w);
    ensures marked: BitsWithin(\old(slot_mark[w]), sweep_kept[w]);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static void sweep_word(uint32_t me, uint32_t s, uint32_t w, int recorded) {
    uint64_t keep = take_marks(me, s, w, recorded);
    //@ ghost sweep_kept[w] = keep;
    free_dead(me, s, w, keep);
    //@ assert word: WordSwept{Pre,Here}(self, s, w, \at(slot_mark[w], Pre));
}

/* Sweeps the words of span s, which is not swept, as long as it is thread me's. */
/*@ requires lists: SpanList;
    requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: Mine(self, s);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            slot_mark[FirstWord(s) .. EndWord(s) - 1], sweep_kept[FirstWord(s) .. EndWord(s) - 1];
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures others: MineUnchangedBut{Pre,Post}(self, s);
    ensures record: Mine(self, s) ==> SpanUnchanged{Pre,Post}(s);
    ensures live: LiveMarked{Pre,Post}(self, s);
    ensures marks: MarksKeptBut{Pre,Post}(FirstWord{Pre}(s), EndWord{Pre}(s));
    ensures freed: OnlyKept(self, s, EndWord(s));
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static void sweep_words(uint32_t me, uint32_t s) {
    int recorded = has_specials(s);
    //@ assert held: MineHeld{Pre,Here}(self);
    uint32_t first = slot_first_word(s), end = slot_end_word(s);
    /*@ loop invariant range: first <= w <= end;
        loop invariant apart: heap_held == 0;
        loop invariant lists: SpanList;
        loop invariant cache: SlotCaches(self);
        loop invariant sizes: ClassesMine(self);
        loop invariant others: MineUnchangedBut{Pre,Here}(self, s);
        loop invariant record: Mine(self, s) ==> SpanUnchanged{Pre,Here}(s);
        loop invariant live: LiveMarked{Pre,Here}(self, s);
        loop invariant marks: MarksKeptBut{Pre,Here}(first, w);
        loop invariant freed: OnlyKept(self, s, w);
        loop invariant large: LargeAllStay{Pre,Here}(self);
        loop assigns w, heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
                     slot_mark[first .. end - 1], sweep_kept[first .. end - 1];
        loop variant end - w;
     */
    for (uint32_t w = first; w < end && slots_owner_load(s) == me; w++) {
        //@ ghost before: ;
        //@ assert mine: Mine(self, s) && FirstWord(s) <= w < EndWord(s);
        //@ assert mark: slot_mark[w] == MarksOf{Pre}(w);
        sweep_word(me, s, w, recorded);
        //@ assert live: LiveBut{before,Here}(self, s, w, MarksOf{Pre}(w));
        //@ assert told: ToldKeptBut{before,Here}(w);
    }
}

/* Notes that span s was swept, if it is still thread me's. Returns whether it is. */
/*@ requires self: 0 < me <= THREADS;
    requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns span_cycle[s];
    ensures mine: \result != 0 <==> Mine(me, s);
    ensures swept: Mine(me, s) ==> Swept(me, s);
 */
static int note_swept(uint32_t me, uint32_t s) {
    int mine = slots_owner_load(s) == me;
    if (mine) {
        span_cycle_store(s, thread_cycle_load(me - 1));
    }
    return mine;
}

uint32_t sweep_slots(uint32_t me, uint32_t s) {
    uint32_t pages = span[s].npages;
    sweep_words(me, s);
    int mine = note_swept(me, s);
    //@ assert live: LiveMarked{Pre,Here}(self, s);
    //@ assert marks: MarksKeptBut{Pre,Here}(FirstWord{Pre}(s), EndWord{Pre}(s));
    //@ assert swept: SpanSwept{Pre,Here}(self, s);
    return mine ? 0 : pages;
}
