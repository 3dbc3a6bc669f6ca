#include "page/bits.h"
#include "../../specs/bits_lemmas.acsl"

/* A body here and not in the header is proved once. `inline` is a hint for the link: the library is
 * optimised as a whole, and none of these costs its caller a call. */
inline uint64_t bits_not(uint64_t a) {
    return ~a;
}

inline uint64_t bits_and(uint64_t a, uint64_t b) {
    return a & b;
}

inline uint64_t bits_or(uint64_t a, uint64_t b) {
    return a | b;
}

inline uint64_t bits_shift(uint64_t a, uint32_t n) {
    return a >> n;
}

inline uint64_t bits_below(uint32_t n) {
    return n == 0 ? 0 : bits_shift(bits_not(0), 64 - n);
}

inline uint64_t bits_mask(uint32_t i, uint32_t n) {
    return bits_and(bits_below(i + n), bits_not(bits_below(i)));
}

inline uint64_t bits_set(uint64_t a, uint32_t i, uint32_t n) {
    return bits_or(a, bits_mask(i, n));
}

inline uint64_t bits_clear(uint64_t a, uint32_t i, uint32_t n) {
    return bits_and(a, bits_not(bits_mask(i, n)));
}

/* The word in which bit i alone is set. */
/*@ requires range: i < 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures mask: BitsMask(\result, i, 1);
 */
static inline uint64_t one(uint32_t i) {
    return (uint64_t)1 << i;
}

inline uint64_t bits_set_one(uint64_t a, uint32_t i) {
    return bits_or(a, one(i));
}

inline uint64_t bits_clear_one(uint64_t a, uint32_t i) {
    return bits_and(a, bits_not(one(i)));
}

inline int bits_test(uint64_t w, uint32_t i) {
    return (bits_shift(w, i) & 1) != 0;
}

inline uint32_t bits_lowest(uint64_t w) {
    return word_low_zeros(w);
}

inline uint32_t bits_highest(uint64_t w) {
    uint32_t zeros = word_high_zeros(w);
    return zeros == 64 ? 64 : 63 - zeros;
}

inline uint32_t bits_low_run(uint64_t w) {
    return word_low_zeros(bits_not(w));
}

inline uint32_t bits_high_run(uint64_t w) {
    return word_high_zeros(bits_not(w));
}

/* A word above 0 has a highest bit: halve it until 1 is left. */
/*@ ghost
  void bits_some(uint64_t w) {
    uint64_t rest = w;
    uint64_t k = 0;
    /@ loop invariant rest: rest == (w >> k) && k + rest <= w;
       loop invariant some: rest != 0;
       loop assigns rest, k;
       loop variant rest;
     @/
    while (rest > 1) {
      rest = rest >> 1;
      k = k + 1;
    }
    /@ assert low: Bit(rest, 0); @/
    /@ assert high: Bit(w, k); @/
    /@ assert range: k < 64; @/
  }
 */

uint32_t bits_count(uint64_t w, uint32_t i, uint32_t n) {
    uint64_t range = bits_and(w, bits_mask(i, n));
    /*@ ghost
      uint32_t k = 0;
      /@ loop invariant range: 0 <= k <= 64;
         loop invariant below: k <= i ==> BitCount(range, k) == 0;
         loop invariant inside: i <= k <= i + n ==>
           BitCount(range, k) == BitCount(w, k) - BitCount(w, i);
         loop invariant above: i + n <= k ==>
           BitCount(range, k) == BitCount(w, i + n) - BitCount(w, i);
         loop invariant few: BitCount(range, k) <= (k <= i ? 0 : k <= i + n ? k - i : n);
         loop assigns k;
         loop variant 64 - k;
       @/
      while (k < 64) {
        k = k + 1;
      }
     */
    return word_count(range);
}

uint64_t bits_runs(uint64_t w, uint32_t n) {
    uint64_t runs = w;
    uint32_t have = 1;
    /*@ loop invariant have: 1 <= have <= n;
        loop invariant runs: BitsRuns(runs, w, have);
        loop assigns runs, have;
        loop variant n - have;
     */
    while (have < n && runs != 0) {
        uint32_t more = n - have < have ? n - have : have;
        runs = bits_and(runs, bits_shift(runs, more));
        have += more;
    }
    return runs;
}

uint32_t bits_find_run(uint64_t w, uint32_t n) {
    return bits_lowest(bits_runs(w, n));
}

uint32_t bits_longest_run(uint64_t w, uint32_t known) {
    uint32_t longest = known;
    if (known >= 64) {
        return known;
    }
    uint64_t runs = bits_runs(w, known + 1);
    /*@ loop invariant range: known <= longest && longest <= 64;
        loop invariant runs: BitsRuns(runs, w, longest + 1);
        loop invariant run: longest != known ==> BitHasRun(w, longest);
        loop assigns runs, longest;
        loop variant 64 - longest;
     */
    while (runs != 0) {
        //@ ghost bits_some(runs);
        runs = bits_and(runs, bits_shift(runs, 1));
        longest++;
    }
    return longest;
}
