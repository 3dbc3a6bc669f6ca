#include "page/chunk.h"
#include "page/bits.h"
#include "../../specs/chunk_lemmas.acsl"

/* One bit for each page from p to the end of p's word: is it free? */
/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures free: FreeBits(\result, p);
 */
static inline uint64_t free_bits(uint32_t p) {
    return bits_shift(page_free[p / WORD_BITS], p % WORD_BITS);
}

/* How many pages are free from p on, in p's word; and up to the end of that word. */
/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures start: IsStart(p, p + 64 - p % 64, \result);
 */
static inline uint32_t run_from(uint32_t p) {
    return bits_low_run(free_bits(p));
}

/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures end: IsEnd(p - p % 64, p + 64 - p % 64, \result);
 */
static inline uint32_t run_to_end(uint32_t p) {
    uint32_t k = p / WORD_BITS;
    //@ assert base: p - p % 64 == 64 * k;
    //@ assert word: FreeBits(page_free[k], 64 * k);
    return bits_high_run(page_free[k]);
}

/* How far from p the lowest run of n free pages inside p's word begins; 64 if there is none. */
/*@ requires page: p < PAGES && 0 < n;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures inside: \result < 64 ==> p % 64 + \result + n <= 64;
    ensures run: \result < 64 ==> AllFree(p + \result, p + \result + n);
    ensures lowest: \result < 64 ==> NoRun(p, p + \result + n - 1, n);
    ensures none: \result >= 64 ==> NoRun(p, p + 64 - p % 64, n);
 */
static inline uint32_t find_in_word(uint32_t p, uint32_t n) {
    return n <= WORD_BITS ? bits_find_run(free_bits(p), n) : WORD_BITS;
}

/* One walk up the words. `run` free pages end before page p: a run of n either begins with them,
 * or lies inside p's word, or there is none up to the end of that word. */
uint32_t chunk_find(uint32_t c, uint32_t n, uint32_t from) {
    if (n == 0 || n > CHUNK_PAGES || from > CHUNK_PAGES - n) {
        return CHUNK_PAGES;
    }
    uint32_t start = CHUNK_START(c);
    uint32_t first = start + from;
    uint32_t p = first;
    uint32_t run = 0;
    /*@ loop invariant range: first <= p <= CHUNK_END(c);
        loop invariant run: IsEnd(first, p, run);
        loop invariant none: NoRun(first, p, n);
        loop invariant below: run < n;
        loop assigns p, run;
        loop variant CHUNK_END(c) - p;
     */
    while (p < CHUNK_END(c)) {
        uint32_t rest = WORD_BITS - p % WORD_BITS;
        uint32_t low = run_from(p);
        if (run + low >= n) {
            return p - run - start;
        }
        uint32_t inside = find_in_word(p, n);
        if (inside < WORD_BITS) {
            return p + inside - start;
        }
        run = low == rest ? run + low : run_to_end(p);
        p += rest;
    }
    return CHUNK_PAGES;
}

/* How long the longest free run inside p's word, from p on, is if it is longer than `known`, else
 * `known`. */
/*@ requires page: p < PAGES;
    requires known: known <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures length: \result == known || known < \result <= 64;
    ensures longest: NoRun(p, p + 64 - p % 64, \result + 1);
    ensures run: \result != known ==> HasRun(p, p + 64 - p % 64, \result);
 */
static inline uint32_t longest_in_word(uint32_t p, uint32_t known) {
    return bits_longest_run(free_bits(p), known);
}

/* One walk up the words, as in chunk_find: a run is inside a word, or made of the run that ends
 * before a word and the one that begins it. */
struct run_summary chunk_summarize(uint32_t c) {
    struct run_summary runs = {0, 0, 0};
    uint32_t first = CHUNK_START(c);
    /*@ loop invariant range: CHUNK_WORDS * c <= k <= CHUNK_WORDS * (c + 1);
        loop invariant start: IsStart(first, 64 * k, runs.start);
        loop invariant longest: NoRun(first, 64 * k, runs.max + 1);
        loop invariant run: runs.max <= 64 * k - first && HasRun(first, 64 * k, runs.max);
        loop invariant end: IsEnd(first, 64 * k, runs.end);
        loop assigns k, runs;
        loop variant CHUNK_WORDS * (c + 1) - k;
     */
    for (uint32_t k = CHUNK_WORDS * c; k < CHUNK_WORDS * (c + 1); k++) {
        uint32_t p = WORD_BITS * k;
        //@ assert aligned: p % 64 == 0;
        uint32_t low = run_from(p);
        uint32_t high = run_to_end(p);
        uint32_t across = runs.end + low;
        //@ assert across: HasRun(first, p + 64, across);
        if (runs.start == p - first) {
            runs.start += low;
        }
        runs.max = longest_in_word(p, across > runs.max ? across : runs.max);
        runs.end = high == WORD_BITS ? runs.end + high : high;
    }
    return runs;
}

/* The first used page from p on, if one is in p's word or the next and before page `stop`, where a
 * word begins; else `stop`. */
/*@ requires range: p < stop <= PAGES && stop % 64 == 0;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: p <= \result <= stop;
    ensures used: \result < stop ==> !PageFree(\result);
 */
static inline uint32_t used_after(uint32_t p, uint32_t stop) {
    uint32_t next = p - p % WORD_BITS + WORD_BITS;
    uint32_t page = p + run_from(p);
    //@ assert next: next <= stop && next % 64 == 0;
    //@ assert page: page <= next && (page < next ==> !PageFree(page));
    if (page < next || next == stop) {
        return page;
    }
    page = next + run_from(next);
    //@ assert word: next + 64 <= stop;
    return page < next + WORD_BITS ? page : stop;
}

/* The last used page up to p, if one is in p's word or the one before and not before page `start`,
 * where a word begins; else PAGES. */
/*@ requires range: start <= p < PAGES && start % 64 == 0;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result == PAGES || start <= \result <= p;
    ensures used: \result < PAGES ==> !PageFree(\result);
 */
static inline uint32_t used_before(uint32_t p, uint32_t start) {
    uint32_t k = p / WORD_BITS;
    uint32_t first = WORD_BITS * k;
    uint32_t i = bits_highest(bits_and(bits_not(page_free[k]), bits_below(p % WORD_BITS + 1)));
    //@ assert first: start <= first && FreeBits(page_free[k], first);
    if (i < WORD_BITS) {
        //@ assert used: first + i <= p && !PageFree(first + i);
        return first + i;
    }
    if (first == start) {
        return PAGES;
    }
    uint32_t run = run_to_end(first - 1);
    //@ assert before: start <= first - 64 && IsEnd(first - 64, first, run);
    return run < WORD_BITS ? first - 1 - run : PAGES;
}

uint32_t chunk_run_around(uint32_t p, uint32_t end) {
    uint32_t start = p - p % CHUNK_PAGES;
    uint32_t stop = start + CHUNK_PAGES;
    if (p == start || end >= stop) {
        return CHUNK_PAGES;
    }
    uint32_t below = used_before(p - 1, start);
    uint32_t above = used_after(end, stop);
    if (below == PAGES || above == stop) {
        return CHUNK_PAGES;
    }
    //@ assert between: RunBetween(below, above, start, stop, p, end, above - below - 1);
    return above - below - 1;
}
