/* What the contracts of slots mean for whoever uses them, proved from the contracts alone. */
#include "object/slots.h"

/*@ predicate SlotsZero{L}(integer k) = slot_cursor[k].cache == 0 && slot_cursor[k].word == 0 &&
      slot_cursor[k].end == 0 && (\forall integer w; 0 <= w < SLOT_WORDS ==> slot_free[w] == 0);
    predicate NoneFree{L}(integer k) = \forall integer w, j;
      0 <= w < SLOT_WORDS && 0 <= j < 64 ==> !SlotFree(k, w, j);
 */

/* Where all is zero the cursors are sound, no slot is free, and none is handed out. */
/*@ requires cursor: k < CURSORS;
    requires zero: SlotsZero(k);
    terminates \true;
    exits \false;
    assigns slot_cursor[k];
    ensures none: \result == 64;
    ensures free: NoneFree(k);
 */
uint32_t law_zero_has_no_slot(uint32_t k) {
    //@ assert sound: Cursor(k);
    //@ assert none: NoneFree(k);
    return slots_next(k);
}

/* Two slots handed out are two. */
/*@ requires cursor: k < CURSORS && Cursor(k);
    terminates \true;
    exits \false;
    assigns slot_cursor[k], slot_free[0 .. SLOT_WORDS - 1];
    ensures differ: \result == 1;
 */
int law_slots_differ(uint32_t k) {
    uint32_t a = slots_next(k), v = slot_cursor[k].word;
    uint32_t b = slots_next(k), w = slot_cursor[k].word;
    return a == WORD_BITS || b == WORD_BITS || v != w || a != b;
}

/* A slot handed out is taken back, once: what is freed twice is found. */
/*@ requires cursor: k < CURSORS && Cursor(k);
    terminates \true;
    exits \false;
    assigns slot_cursor[k], slot_free[0 .. SLOT_WORDS - 1];
    ensures once: \result == 1;
 */
int law_slot_is_given_once(uint32_t k) {
    uint32_t j = slots_next(k), w = slot_cursor[k].word;
    if (j == WORD_BITS) {
        return 1;
    }
    int given = slots_give(k, w, j);
    return given && !slots_give(k, w, j);
}

/* A slot taken back is found again by a cursor that begins anew at its word. */
/*@ requires cursor: k < CURSORS && Cursor(k);
    requires word: w < SLOT_WORDS && j < 64;
    terminates \true;
    exits \false;
    assigns slot_cursor[k], slot_free[0 .. SLOT_WORDS - 1];
    ensures found: \result != 64;
 */
uint32_t law_slot_is_had_again(uint32_t k, uint32_t w, uint32_t j) {
    slots_give(k, w, j);
    slots_end(k);
    slots_begin(k, w, w + 1);
    return slots_next(k);
}
