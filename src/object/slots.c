#include "object/slots.h"

PLACED uint64_t slot_free[SLOT_WORDS];
struct slot_cursor slot_cursor[CURSORS];

/* Takes the free slots of word w out of the table, to be at hand in cursor k, which has none. */
/*@ requires cursor: k < CURSORS && BitNone(slot_cursor[k].cache, 0, 64);
    requires word: w < slot_cursor[k].end <= SLOT_WORDS;
    terminates \true;
    exits \false;
    assigns slot_cursor[k].cache, slot_cursor[k].word, slot_free[w];
    ensures cursor: Cursor(k);
    ensures word: slot_cursor[k].word == w;
    ensures hand: slot_cursor[k].cache == \old(slot_free[w]) && slot_free[w] == 0;
    ensures kept: SlotsUnchanged{Pre,Post}(k);
 */
static inline void load(uint32_t k, uint32_t w) {
    slot_cursor[k].word = w;
    slot_cursor[k].cache = slot_free[w];
    slot_free[w] = 0;
}

void slots_begin(uint32_t k, uint32_t first, uint32_t end) {
    slot_cursor[k].end = end;
    load(k, first);
}

inline uint64_t slots_in(uint32_t first, uint32_t w, uint32_t n) {
    uint32_t before = WORD_BITS * (w - first);
    if (n <= before) {
        return 0;
    }
    return bits_below(n - before < WORD_BITS ? n - before : WORD_BITS);
}

void slots_fill(uint32_t first, uint32_t end, uint32_t n) {
    /*@ loop invariant range: first <= w <= end;
        loop invariant all: AllTabled(first, w, n);
        loop invariant only: OnlyTabled(first, w, n);
        loop assigns w, slot_free[first .. end - 1];
        loop variant end - w;
     */
    for (uint32_t w = first; w < end; w++) {
        slot_free[w] = slots_in(first, w, n);
    }
}

int slots_all(uint32_t first, uint32_t end, uint32_t n) {
    /*@ loop invariant range: first <= w <= end;
        loop invariant all: AllTabled(first, w, n);
        loop assigns w;
        loop variant end - w;
     */
    for (uint32_t w = first; w < end; w++) {
        uint64_t missing = bits_and(slots_in(first, w, n), bits_not(slot_free[w]));
        uint32_t j = bits_lowest(missing);
        if (j < WORD_BITS) {
            //@ assert missing: !SlotTabled(w, j) && 64 * (w - first) + j < n;
            return 0;
        }
        //@ assert none: BitNone(missing, 0, 64);
    }
    return 1;
}

uint32_t slots_word(uint32_t w, uint32_t end) {
    /*@ loop invariant range: \at(w, Pre) <= w <= end;
        loop invariant none: NoneTabled(\at(w, Pre), w);
        loop assigns w;
        loop variant end - w;
     */
    while (w < end && bits_lowest(slot_free[w]) == WORD_BITS) {
        w++;
    }
    return w;
}

/* Moves cursor k, with nothing at hand, on to the next word with a free slot, or to the end. */
/*@ requires cursor: k < CURSORS && Cursor(k) && BitNone(slot_cursor[k].cache, 0, 64);
    terminates \true;
    exits \false;
    assigns slot_cursor[k].cache, slot_cursor[k].word,
            slot_free[slot_cursor[k].word .. slot_cursor[k].end - 1];
    ensures cursor: Cursor(k);
    ensures place: \old(slot_cursor[k].word) <= slot_cursor[k].word;
    ensures ahead: SlotsAheadUnchanged{Pre,Post}(k);
    ensures some: slot_cursor[k].word < slot_cursor[k].end ==>
      !BitNone(slot_cursor[k].cache, 0, 64);
    ensures kept: SlotsUnchanged{Pre,Post}(k);
 */
static SLOW void advance(uint32_t k) {
    uint32_t end = slot_cursor[k].end;
    if (slot_cursor[k].word == end) {
        return;
    }
    uint32_t w = slots_word(slot_cursor[k].word + 1, end);
    if (w < end) {
        load(k, w);
    } else {
        slot_cursor[k].word = end;
        slot_cursor[k].cache = 0;
    }
}

uint32_t slots_take(uint32_t k) {
    uint32_t j = bits_lowest(slot_cursor[k].cache);
    if (j < WORD_BITS) {
        slot_cursor[k].cache = bits_clear_one(slot_cursor[k].cache, j);
    }
    return j;
}

uint32_t slots_next(uint32_t k) {
    uint32_t j = slots_take(k);
    if (j == WORD_BITS) {
        advance(k);
        j = slots_take(k);
    }
    return j;
}

int slots_is_free(uint32_t k, uint32_t w, uint32_t j) {
    uint64_t hand = slot_cursor[k].word == w ? slot_cursor[k].cache : 0;
    return bits_test(bits_or(slot_free[w], hand), j);
}

int slots_give(uint32_t k, uint32_t w, uint32_t j) {
    if (slots_is_free(k, w, j)) {
        return 0;
    }
    slot_free[w] = bits_set_one(slot_free[w], j);
    return 1;
}

uint64_t slots_taken(uint32_t k, uint32_t w) {
    uint64_t hand = slot_cursor[k].word == w ? slot_cursor[k].cache : 0;
    return bits_not(bits_or(slot_free[w], hand));
}

void slots_give_word(uint32_t w, uint64_t bits) /*@ ghost (uint32_t k) */ {
    slot_free[w] = bits_or(slot_free[w], bits);
}

void slots_end(uint32_t k) {
    uint32_t w = slot_cursor[k].word;
    if (w < slot_cursor[k].end) {
        slot_free[w] = bits_or(slot_free[w], slot_cursor[k].cache);
    }
    slot_cursor[k].cache = 0;
    slot_cursor[k].word = slot_cursor[k].end;
}

int slots_audit(uint32_t k) {
    uint32_t w = slot_cursor[k].word;
    uint32_t end = slot_cursor[k].end;
    if (w > end || end > SLOT_WORDS) {
        return 0;
    }
    if (w == end) {
        return slot_cursor[k].cache == 0;
    }
    return bits_lowest(bits_and(slot_cursor[k].cache, slot_free[w])) == WORD_BITS;
}
