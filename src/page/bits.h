/* Words of 64 bits: what bitmaps are made of. A bit's index is 0 to 63, the lowest first; the
 * range (i, n) is the n bits from bit i; an index of 64 is "none". Nothing here has state.
 *
 * The first functions are one machine operation each, so that what an operation does to every bit
 * is said once; masks and searches are made of them. */
#ifndef CAIRN_BITS_H
#define CAIRN_BITS_H

#include "config.h"
#include "os/word.h"

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures not: BitsNot(\result, a);
 */
uint64_t bits_not(uint64_t a);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures and: BitsAnd(\result, a, b);
 */
uint64_t bits_and(uint64_t a, uint64_t b);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures or: BitsOr(\result, a, b);
 */
uint64_t bits_or(uint64_t a, uint64_t b);

/* The bits of a, n places lower; the top fills with clear bits. */
/*@ requires range: n < 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures shift: BitsShift(\result, a, n);
 */
uint64_t bits_shift(uint64_t a, uint32_t n);

/* The word whose lowest n bits are set. */
/*@ requires range: n <= 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures mask: BitsMask(\result, 0, n);
 */
uint64_t bits_below(uint32_t n);

/* The word in which the n bits from bit i are set; n may be 0. */
/*@ requires range: i + n <= 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures mask: BitsMask(\result, i, n);
 */
uint64_t bits_mask(uint32_t i, uint32_t n);

/* The word a with the n bits from bit i set; and clear. */
/*@ requires range: i + n <= 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures set: BitsSet(\result, a, i, n);
 */
uint64_t bits_set(uint64_t a, uint32_t i, uint32_t n);

/*@ requires range: i + n <= 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures clear: BitsClear(\result, a, i, n);
 */
uint64_t bits_clear(uint64_t a, uint32_t i, uint32_t n);

/* The same of one bit. */
/*@ requires range: i < 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures set: BitsSet(\result, a, i, 1);
 */
uint64_t bits_set_one(uint64_t a, uint32_t i);

/*@ requires range: i < 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures clear: BitsClear(\result, a, i, 1);
 */
uint64_t bits_clear_one(uint64_t a, uint32_t i);

/* Whether bit i of w is set. */
/*@ requires range: i < 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures test: \result != 0 <==> Bit(w, i);
 */
int bits_test(uint64_t w, uint32_t i);

/* The lowest set bit, and the highest; 64 if there is none. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result <= 64;
    ensures below: BitNone(w, 0, \result);
    ensures set: \result < 64 ==> Bit(w, \result);
 */
uint32_t bits_lowest(uint64_t w);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result <= 64;
    ensures set: \result < 64 ==> Bit(w, \result);
    ensures above: \result < 64 ==> BitNone(w, \result + 1, 64);
    ensures none: \result == 64 ==> BitNone(w, 0, 64);
 */
uint32_t bits_highest(uint64_t w);

/* How many set bits stand at the bottom of w, and at its top. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result <= 64;
    ensures run: BitRun(w, 0, \result);
    ensures clear: \result < 64 ==> !Bit(w, \result);
 */
uint32_t bits_low_run(uint64_t w);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result <= 64;
    ensures run: BitRun(w, 64 - \result, \result);
    ensures clear: \result < 64 ==> !Bit(w, 63 - \result);
 */
uint32_t bits_high_run(uint64_t w);

/* How many of the n bits from bit i are set. */
/*@ requires range: i + n <= 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures count: \result == BitCount(w, i + n) - BitCount(w, i);
    ensures few: \result <= n;
 */
uint32_t bits_count(uint64_t w, uint32_t i, uint32_t n);

/* The word whose bit i says that a run of n set bits begins at bit i of w. Cost: log n steps. */
/*@ requires range: 0 < n <= 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures runs: BitsRuns(\result, w, n);
 */
uint64_t bits_runs(uint64_t w, uint32_t n);

/* Where the lowest run of n set bits of w begins; 64 if there is none (Go's findBitRange64). */
/*@ requires range: 0 < n <= 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures index: \result <= 64;
    ensures run: \result < 64 ==> BitRun(w, \result, n);
    ensures lowest: BitNoRun(w, \result, n);
 */
uint32_t bits_find_run(uint64_t w, uint32_t n);

/* How long the longest run of set bits of w is if it is longer than `known`, else `known`. Cost:
 * log n steps for the n known ones and a step for each that is new. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result == known || known < \result <= 64;
    ensures longest: BitNoRun(w, 64, \result + 1);
    ensures run: \result != known ==> BitHasRun(w, \result);
 */
uint32_t bits_longest_run(uint64_t w, uint32_t known);

/* A word above 0 has a set bit. */
/*@ ghost
  /@ requires some: w != 0;
     terminates \true;
     exits \false;
     assigns \nothing;
     ensures bit: !BitNone(w, 0, 64);
   @/
  void bits_some(uint64_t w);
 */

#endif
