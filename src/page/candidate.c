#include "page/candidate.h"
#include "page/bits.h"
#include "../../specs/candidate_lemmas.acsl"

/* Provers divide by constants: each fact about groups is proved for one size after the other. */
/*@ ghost
  /@ terminates \true;
     exits \false;
     assigns \nothing;
     ensures ones: GroupsInWord(k, 1);
     ensures twos: GroupsInWord(k, 2);
     ensures fours: GroupsInWord(k, 4);
     ensures eights: GroupsInWord(k, 8);
     ensures sixteens: GroupsInWord(k, 16);
     ensures halves: GroupsInWord(k, 32);
     ensures words: GroupsInWord(k, 64);
   @/
  void groups_in_word_by_size(uint32_t k) {
  }

  /@ requires group: GroupSize(m);
     terminates \true;
     exits \false;
     assigns \nothing;
     ensures word: GroupsInWord(k, m);
   @/
  void groups_in_word(uint32_t k, uint32_t m) {
    groups_in_word_by_size(k);
  }

  /@ terminates \true;
     exits \false;
     assigns \nothing;
     ensures ones: GroupsBetween(1);
     ensures twos: GroupsBetween(2);
     ensures fours: GroupsBetween(4);
     ensures eights: GroupsBetween(8);
     ensures sixteens: GroupsBetween(16);
     ensures halves: GroupsBetween(32);
     ensures words: GroupsBetween(64);
   @/
  void groups_between_by_size(void) {
  }

  /@ requires group: GroupSize(m);
     terminates \true;
     exits \false;
     assigns \nothing;
     ensures between: GroupsBetween(m);
   @/
  void groups_between(uint32_t m) {
    groups_between_by_size();
  }

  /@ terminates \true;
     exits \false;
     assigns \nothing;
     ensures fours: GroupsInside(2, 4);
     ensures eights: GroupsInside(4, 8);
     ensures sixteens: GroupsInside(8, 16);
     ensures halves: GroupsInside(16, 32);
     ensures words: GroupsInside(32, 64);
     ensures quarters: GroupsInside(64, 128);
     ensures parts: GroupsInside(128, 256);
     ensures chunks: GroupsInside(256, 512);
   @/
  void groups_inside_by_size(void) {
  }

  /@ requires group: GroupSize(m);
     requires huge: HugeSize(h) && m <= h;
     terminates \true;
     exits \false;
     assigns \nothing;
     ensures inside: GroupsInside(m, h);
   @/
  void groups_inside(uint32_t m, uint32_t h) {
    groups_inside_by_size();
  }

  /@ requires huge: HugeSize(h) && 0 < h;
     terminates \true;
     exits \false;
     assigns \nothing;
     ensures inside: GroupsInside(h, CHUNK_PAGES);
   @/
  void groups_in_chunk(uint32_t h) {
    groups_inside_by_size();
  }
 */

/*@ ghost
  /@ requires group: GroupSize(m);
     requires chunk: c < CHUNKS;
     terminates \true;
     exits \false;
     assigns \nothing;
     ensures start: (CHUNK_PAGES * c) % m == 0;
   @/
  void groups_from_chunk(uint32_t c, uint32_t m) {
    groups_inside(m, 512);
    /@ assert chunk: (512 * c) % 512 == 0; @/
  }
 */
/*@ ghost
  /@ requires group: GroupSize(m);
     requires start: g % m == 0;
     terminates \true;
     exits \false;
     assigns \nothing;
     ensures next: (g + m) % m == 0;
   @/
  void groups_follow(uint32_t g, uint32_t m) {
  }
 */

/* The word x with every aligned group of m bits filled that has a set one (Go's fillAligned). */
/*@ requires group: GroupSize(m);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures filled: BitsFilled(\result, x, m);
 */
static inline uint64_t fill_aligned(uint64_t x, uint32_t m) {
    if (m == 1) {
        return x;
    }
    uint64_t filled = 0;
    /*@ loop invariant aligned: g <= 64 && g % m == 0;
        loop invariant filled: \forall integer k; 0 <= k < g ==>
          (Bit(filled, k) <==> !GroupClear(x, k, m));
        loop invariant rest: BitNone(filled, g, 64);
        loop assigns g, filled;
        loop variant 64 - g;
     */
    for (uint32_t g = 0; g < WORD_BITS; g += m) {
        //@ assert start: GroupStart(g, m) == g;
        //@ ghost groups_follow(g, m);
        uint64_t group = bits_and(x, bits_mask(g, m));
        if (group != 0) {
            //@ ghost bits_some(group);
            filled = bits_set(filled, g, m);
        }
    }
    return filled;
}

/* The pages of word k that are used or given back. */
/*@ requires word: k < PAGE_WORDS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures others: OtherBits(\result, k);
 */
static inline uint64_t others(uint32_t k) {
    return bits_or(bits_not(page_free[k]), page_released[k]);
}

/* The pages of word k that can be given back. */
/*@ requires word: k < PAGE_WORDS;
    requires group: GroupSize(m);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures candidates: CandidateBits(\result, k, m);
 */
static inline uint64_t candidates(uint32_t k, uint32_t m) {
    //@ ghost groups_in_word(k, m);
    return bits_not(fill_aligned(others(k), m));
}

/* The end of the highest run of candidates in [first, top); first if there is none. */
/*@ requires range: first <= top <= PAGES;
    requires words: first % 64 == 0 && top % 64 == 0;
    requires group: GroupSize(m);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: first <= \result <= top;
    ensures last: first < \result ==> Candidate(\result - 1, m);
    ensures highest: NoCandidate(\result, top, m);
 */
static uint32_t candidates_end(uint32_t first, uint32_t top, uint32_t m) {
    uint32_t p = top;
    /*@ loop invariant range: first <= p <= top && p % 64 == 0;
        loop invariant above: NoCandidate(p, top, m);
        loop assigns p;
        loop variant p;
     */
    while (p > first) {
        uint32_t k = p / WORD_BITS - 1;
        //@ assert word: p == 64 * k + 64;
        uint32_t last = bits_highest(candidates(k, m));
        if (last < WORD_BITS) {
            return WORD_BITS * k + last + 1;
        }
        p = WORD_BITS * k;
    }
    return first;
}

/* The start of the run of candidates that ends at page end, in [first, end). */
/*@ requires range: first < end <= PAGES;
    requires words: first % 64 == 0;
    requires group: GroupSize(m);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: first <= \result <= end;
    ensures run: AllCandidates(\result, end, m);
    ensures longest: CandidatesEnd(first, \result, m);
 */
static uint32_t candidates_start(uint32_t first, uint32_t end, uint32_t m) {
    uint32_t p = end;
    /*@ loop invariant range: first <= p <= end;
        loop invariant run: AllCandidates(p, end, m);
        loop assigns p;
        loop variant p;
     */
    while (p > first) {
        uint32_t k = (p - 1) / WORD_BITS;
        uint32_t below = p - WORD_BITS * k;
        uint64_t rest = bits_and(bits_not(candidates(k, m)), bits_below(below));
        uint32_t last = bits_highest(rest);
        if (last < WORD_BITS) {
            return WORD_BITS * k + last + 1;
        }
        p = WORD_BITS * k;
    }
    return first;
}

/* How many pages to give back where there are so many: at least one group, and whole ones. */
/*@ requires group: GroupSize(m);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures wanted: \result == Wanted(max, m);
    ensures aligned: 0 < \result <= CHUNK_PAGES && \result % m == 0;
 */
static inline uint32_t wanted(uint32_t max, uint32_t m) {
    if (max >= CHUNK_PAGES) {
        return CHUNK_PAGES;
    }
    uint32_t last = max + m - 1;
    return max <= m ? m : last - last % m;
}

/* Where to start so as to split no huge page of the run [low, end), given that start is wished. */
/*@ requires chunk: first % CHUNK_PAGES == 0;
    requires range: first <= low <= start < end <= PAGES;
    requires sizes: GroupSize(m) && HugeSize(huge) && m < huge;
    requires run: AllCandidates(low, end, m);
    requires longest: CandidatesEnd(first, low, m);
    requires aligned: start % m == 0;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: low <= \result <= start;
    ensures aligned: \result % m == 0;
    ensures taken: \result < start ==>
      \result % huge == 0 && start < \result + huge && \result + huge <= end;
    ensures whole: HugeWhole(\result, end, huge, m);
 */
static inline uint32_t whole_start(uint32_t low, uint32_t start, uint32_t end, uint32_t huge)
/*@ ghost (uint32_t first, uint32_t m) */
{
    //@ ghost groups_inside(m, huge);
    //@ ghost groups_in_chunk(huge);
    uint32_t below = start - start % huge;
    //@ assert huge: below == GroupStart(start, huge) && below % huge == 0;
    //@ assert chunk: below == GroupStart(below, huge) && first <= below;
    return low <= below && below + huge <= end ? below : start;
}

struct candidate candidate_find(uint32_t c, uint32_t from, uint32_t min, uint32_t max,
                                uint32_t huge) {
    struct candidate found = {0, 0};
    uint32_t first = CHUNK_START(c);
    uint32_t end = candidates_end(first, first + from - from % WORD_BITS + WORD_BITS, min);
    if (end == first) {
        return found;
    }
    uint32_t low = candidates_start(first, end, min);
    //@ ghost groups_between(min);
    //@ ghost groups_inside(min, 64);
    //@ ghost groups_from_chunk(c, min);
    //@ assert chunk: first % min == 0;
    //@ assert some: low < end;
    //@ assert end: end % min == 0;
    //@ assert low: low % min == 0;
    uint32_t most = wanted(max, min);
    uint32_t start = end - low < most ? low : end - most;
    //@ assert start: start % min == 0;
    if (huge > min) {
        start = whole_start(low, start, end, huge) /*@ ghost (first, min) */;
    }
    found.index = start - first;
    found.n = end - start;
    return found;
}
