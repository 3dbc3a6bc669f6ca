/* Slots: which blocks of a span are free. A bit a slot, 1 for free, in a table beside the memory:
 * the bits of a span begin at the word of its first page. A cursor walks over the words of one span
 * and has the free slots of the word it is at out of the table, at hand: a slot is free in the
 * table, or at hand in one cursor, or allocated, exactly one of them. Go's nextFreeFast and
 * nextFreeIndex (malloc.go, mbitmap.go), with slots that are freed behind a cursor as it walks.
 *
 * Slot j of word w is bit j of the table's word w. Owned by the thread that has the span. */
#ifndef CAIRN_SLOTS_H
#define CAIRN_SLOTS_H

#include "config.h"
#include "page/bits.h"

struct slot_cursor {
    uint64_t cache; /* the free slots at hand, of word `word` */
    uint32_t word;  /* where it is: a word of the span, or `end` */
    uint32_t end;   /* the first word after the span's */
};

extern uint64_t slot_free[SLOT_WORDS];
extern struct slot_cursor slot_cursor[CURSORS];

#include "../../specs/slots.acsl"

/* Makes the n slots of the words [first, end) free, and nothing else in them: a fresh span, of
 * which no cursor has anything at hand. Cost: a step a word. */
/*@ requires words: first <= end <= SLOT_WORDS;
    requires slots: n <= SLOTS_MAX;
    terminates \true;
    exits \false;
    assigns slot_free[first .. end - 1];
    ensures all: AllTabled(first, end, n);
    ensures only: OnlyTabled(first, end, n);
 */
void slots_fill(uint32_t first, uint32_t end, uint32_t n);

/* Are all n slots of the words [first, end) free in the table? Cost: a step a word, up to the first
 * that has one that is not. */
/*@ requires words: first <= end <= SLOT_WORDS;
    requires slots: n <= SLOTS_MAX;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures all: \result != 0 <==> AllTabled(first, end, n);
 */
int slots_all(uint32_t first, uint32_t end, uint32_t n);

/* The first word from w on with a slot that is free in the table, or `end`. Cost: a step a word. */
/*@ requires words: w <= end <= SLOT_WORDS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: w <= \result <= end;
    ensures some: \result < end ==> !BitNone(slot_free[\result], 0, 64);
    ensures none: NoneTabled(w, \result);
 */
uint32_t slots_word(uint32_t w, uint32_t end);

/* Puts cursor k at the first of the words [first, end), all its free slots at hand. The cursor had
 * nothing at hand. Cost: a step. */
/*@ requires cursor: k < CURSORS && slot_cursor[k].cache == 0;
    requires words: first < end <= SLOT_WORDS;
    terminates \true;
    exits \false;
    assigns slot_cursor[k], slot_free[first];
    ensures cursor: Cursor(k);
    ensures place: slot_cursor[k].word == first && slot_cursor[k].end == end;
    ensures kept: SlotsUnchanged{Pre,Post}(k);
    ensures hand: slot_cursor[k].cache == \old(slot_free[first]) && slot_free[first] == 0;
 */
void slots_begin(uint32_t k, uint32_t first, uint32_t end);

/* Takes the first slot at hand of cursor k: of word slot_cursor[k].word the bit returned, which is
 * allocated from now on; or 64 if none is at hand, and then nothing changed. Cost: a step. */
/*@ requires cursor: k < CURSORS && Cursor(k);
    terminates \true;
    exits \false;
    assigns slot_cursor[k].cache;
    ensures cursor: Cursor(k);
    ensures range: \result <= 64;
    ensures hand: \result < 64 ==> SlotAtHand{Pre}(k, slot_cursor[k].word, \result);
    ensures taken: \result < 64 ==> !SlotFree(k, slot_cursor[k].word, \result);
    ensures first: BitNone(\old(slot_cursor[k].cache), 0, \result);
    ensures rest: \result < 64 ==>
      BitsClear(slot_cursor[k].cache, \old(slot_cursor[k].cache), \result, 1);
    ensures none: \result == 64 ==> slot_cursor[k].cache == \old(slot_cursor[k].cache);
    ensures others: SlotsUnchangedBut{Pre,Post}(k, slot_cursor[k].word, \result);
 */
uint32_t slots_take(uint32_t k);

/* Takes the first free slot ahead of cursor k: of word slot_cursor[k].word the bit returned, which
 * is allocated from now on; or 64 if none is ahead. Slots freed behind the cursor are not seen: it
 * has to begin anew. Cost: a step; one a word where nothing is at hand. */
/*@ requires cursor: k < CURSORS && Cursor(k);
    terminates \true;
    exits \false;
    assigns slot_cursor[k], slot_free[slot_cursor[k].word .. slot_cursor[k].end - 1];
    ensures cursor: Cursor(k);
    ensures range: \result <= 64;
    ensures place: \old(slot_cursor[k].word) <= slot_cursor[k].word;
    ensures end: slot_cursor[k].end == \old(slot_cursor[k].end);
    ensures ahead: \result < 64 ==> SlotAhead{Pre}(k, slot_cursor[k].word, \result);
    ensures taken: \result < 64 ==> !SlotFree(k, slot_cursor[k].word, \result);
    ensures first: NoneAheadBefore{Pre}(k, slot_cursor[k].word, \result);
    ensures none: \result == 64 ==> NoneAhead{Pre}(k);
    ensures others: SlotsUnchangedBut{Pre,Post}(k, slot_cursor[k].word, \result);
 */
uint32_t slots_next(uint32_t k);

/* Is slot j of word w free, in the table or at hand in cursor k? */
/*@ requires cursor: k < CURSORS && Cursor(k);
    requires slot: w < SLOT_WORDS && j < 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures free: \result != 0 <==> SlotFree(k, w, j);
 */
int slots_is_free(uint32_t k, uint32_t w, uint32_t j);

/* Frees slot j of word w, into the table. Returns 1; or 0 if it is free already, as slots_is_free
 * says: then nothing changed. */
/*@ requires cursor: k < CURSORS && Cursor(k);
    requires slot: w < SLOT_WORDS && j < 64;
    terminates \true;
    exits \false;
    assigns slot_free[w];
    ensures cursor: Cursor(k);
    ensures refused: \result == 0 <==> SlotFree{Pre}(k, w, j);
    ensures nothing: \result == 0 ==> slot_free[w] == \old(slot_free[w]);
    ensures given: \result == 0 || \result == 1;
    ensures freed: SlotTabled(w, j) || \result == 0;
    ensures others: SlotsUnchangedBut{Pre,Post}(k, w, j);
 */
int slots_give(uint32_t k, uint32_t w, uint32_t j);

/* The bits of word w that are slots, of n in words from `first` on. Cost: a step. */
/*@ requires word: first <= w < SLOT_WORDS;
    requires slots: n <= SLOTS_MAX;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures slots: SlotsOfWord(\result, first, w, n);
 */
uint64_t slots_in(uint32_t first, uint32_t w, uint32_t n);

/* The slots of word w that are not free, neither in the table nor at hand in cursor k. */
/*@ requires cursor: k < CURSORS && Cursor(k);
    requires word: w < SLOT_WORDS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures taken: \forall integer j; 0 <= j < 64 ==> (Bit(\result, j) <==> !SlotFree(k, w, j));
 */
uint64_t slots_taken(uint32_t k, uint32_t w);

/* Frees these slots of word w, none of which is free nor at hand in cursor k, into the table. Cost:
 * a step. */
/*@ requires cursor: k < CURSORS && Cursor(k);
    requires word: w < SLOT_WORDS;
    requires taken: \forall integer j; 0 <= j < 64 && Bit(bits, j) ==> !SlotFree(k, w, j);
    terminates \true;
    exits \false;
    assigns slot_free[w];
    ensures cursor: Cursor(k);
    ensures freed: \forall integer j; 0 <= j < 64 && Bit(bits, j) ==> SlotTabled(w, j);
    ensures others: \forall integer j; 0 <= j < 64 && !Bit(bits, j) ==>
      (SlotFree(k, w, j) <==> SlotFree{Pre}(k, w, j));
    ensures tabled: BitsOr(slot_free[w], \old(slot_free[w]), bits);
 */
void slots_give_word(uint32_t w, uint64_t bits) /*@ ghost (uint32_t k) */;

/* Puts what cursor k has at hand back into the table: it is at the end then. */
/*@ requires cursor: k < CURSORS && Cursor(k);
    terminates \true;
    exits \false;
    assigns slot_cursor[k], slot_free[slot_cursor[k].word .. slot_cursor[k].end - 1];
    ensures cursor: Cursor(k);
    ensures empty: slot_cursor[k].cache == 0;
    ensures end: slot_cursor[k].word == slot_cursor[k].end == \old(slot_cursor[k].end);
    ensures kept: SlotsUnchanged{Pre,Post}(k);
 */
void slots_end(uint32_t k);

/* Is cursor k sound? The invariant Cursor as a function. */
/*@ requires cursor: k < CURSORS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> Cursor(k);
 */
int slots_audit(uint32_t k);

#endif
