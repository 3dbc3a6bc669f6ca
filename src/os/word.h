/* The trusted floor's part for words: what the machine counts in one instruction. Each is defined
 * for every word; of 0 both searches answer 64. Tested in tests/unit/test_bits.c. */
#ifndef CAIRN_WORD_H
#define CAIRN_WORD_H

#include <stdint.h>

#include "../../specs/bits.acsl"

/* T3. How many bits of w are set. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures count: \result == BitCount(w, 64);
 */
static inline uint32_t word_count(uint64_t w);

/* T3. How many bits are clear below the lowest set one. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result <= 64;
    ensures below: BitNone(w, 0, \result);
    ensures set: \result < 64 ==> Bit(w, \result);
 */
static inline uint32_t word_low_zeros(uint64_t w);

/* T3. How many bits are clear above the highest set one. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result <= 64;
    ensures above: BitNone(w, 64 - \result, 64);
    ensures set: \result < 64 ==> Bit(w, 63 - \result);
 */
static inline uint32_t word_high_zeros(uint64_t w);

#ifndef __FRAMAC__
static inline uint32_t word_count(uint64_t w) {
    return (uint32_t)__builtin_popcountll(w);
}

static inline uint32_t word_low_zeros(uint64_t w) {
    return w == 0 ? 64 : (uint32_t)__builtin_ctzll(w);
}

static inline uint32_t word_high_zeros(uint64_t w) {
    return w == 0 ? 64 : (uint32_t)__builtin_clzll(w);
}
#endif

#endif
