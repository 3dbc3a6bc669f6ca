#include "page/pages.h"
#include "../../specs/pages_lemmas.acsl"

uint8_t chunk_mapped[CHUNKS];
struct run_summary chunk_summary[CHUNKS];
uint32_t mapped_low, mapped_high;
uint32_t total_mapped;
uint32_t total_free;
uint32_t total_released;

/* The lowest run of n free pages in chunk c, which has one. */
/*@ requires chunk: c < CHUNKS;
    requires room: 0 < n && HasRun(CHUNK_START(c), CHUNK_END(c), n);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: CHUNK_START(c) <= \result && \result + n <= CHUNK_END(c);
    ensures run: AllFree(\result, \result + n);
    ensures lowest: NoRun(CHUNK_START(c), \result + n - 1, n);
 */
static uint32_t find_in_chunk(uint32_t c, uint32_t n) {
    uint32_t i = chunk_find(c, n, 0);
    return CHUNK_START(c) + i;
}

/* One walk up the summaries. `run` is the free run that ends where chunk c starts: a run of n
 * either begins with it, or lies inside chunk c, or there is none up to the end of c. */
uint32_t pages_find(uint32_t n) {
    uint32_t run = 0;
    if (n == 0 || n > PAGES) {
        return PAGES;
    }
    /*@ loop invariant chunks: mapped_low <= c <= CHUNKS;
        loop invariant run: IsEnd(0, CHUNK_START(c), run);
        loop invariant none: NoRun(0, CHUNK_START(c), n);
        loop invariant below: run < n;
        loop assigns c, run;
        loop variant mapped_high - c;
     */
    for (uint32_t c = mapped_low; c < mapped_high; c++) {
        //@ assert summary: Summarized(c);
        if (run + chunk_summary[c].start >= n) {
            return CHUNK_START(c) - run;
        }
        if (chunk_summary[c].max >= n) {
            //@ assert room: HasRun(CHUNK_START(c), CHUNK_END(c), n);
            return find_in_chunk(c, n);
        }
        //@ assert inside: NoRun(CHUNK_START(c), CHUNK_END(c), n);
        run = chunk_summary[c].end == CHUNK_PAGES ? run + CHUNK_PAGES : chunk_summary[c].end;
    }
    //@ assert above: AllUsed(CHUNK_START(mapped_high), PAGES);
    return PAGES;
}

/* How many of the pages of [p, end) lie in p's own chunk. */
/*@ requires range: p < end <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures some: 0 < \result <= end - p;
    ensures inside: p % CHUNK_PAGES + \result <= CHUNK_PAGES;
 */
static uint32_t pages_in_chunk(uint32_t p, uint32_t end) {
    uint32_t room = CHUNK_PAGES - p % CHUNK_PAGES;
    return end - p < room ? end - p : room;
}

/* Hands out n pages of chunk c from index i. Returns how many were released. */
/*@ requires chunk: c < CHUNKS;
    requires range: i + n <= CHUNK_PAGES;
    requires summaries: Summaries;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1], chunk_summary[c];
    ensures summaries: Summaries;
    ensures took: TookPages{Pre,Post}(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
    ensures cleared: ClearedReleased{Pre,Post}(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
    ensures count: \result == ReleasedCount{Pre}(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
 */
static uint32_t alloc_in_chunk(uint32_t c, uint32_t i, uint32_t n) {
    uint32_t released = chunk_alloc_range(c, i, n);
    chunk_summary[c] = chunk_summarize(c);
    //@ assert others: OthersUnchanged{Pre,Here}(c);
    //@ assert this: Summarized(c);
    return released;
}

/* Hands out the pages of [p, end). Returns how many were released. */
/*@ requires range: p < end <= PAGES;
    requires summaries: Summaries;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            chunk_summary[0 .. CHUNKS - 1];
    ensures summaries: Summaries;
    ensures took: TookPages{Pre,Post}(p, end);
    ensures cleared: ClearedReleased{Pre,Post}(p, end);
    ensures count: \result == ReleasedCount{Pre}(p, end);
 */
static uint32_t alloc_range(uint32_t p, uint32_t end) {
    uint32_t released = 0;
    uint32_t at = p;
    /*@ loop invariant range: p <= at <= end;
        loop invariant summaries: Summaries;
        loop invariant took: TookPages{Pre,Here}(p, at);
        loop invariant cleared: ClearedReleased{Pre,Here}(p, at);
        loop invariant count: released == ReleasedCount{Pre}(p, at);
        loop invariant bound: released <= at - p;
        loop assigns at, released, page_free[0 .. PAGE_WORDS - 1],
                     page_released[0 .. PAGE_WORDS - 1], chunk_summary[0 .. CHUNKS - 1];
        loop variant end - at;
     */
    while (at < end) {
        uint32_t n = pages_in_chunk(at, end);
        //@ ghost count_bounds(at, at + n);
        /*@ ghost
            uint32_t k = at;
            /@ loop invariant range: at <= k <= at + n;
               loop invariant count: ReleasedCount{Pre}(p, k) ==
                 ReleasedCount{Pre}(p, at) + ReleasedCount{Here}(at, k);
               loop assigns k;
               loop variant at + n - k;
             @/
            while (k < at + n) {
                k++;
            } */
        released += alloc_in_chunk(at / CHUNK_PAGES, at % CHUNK_PAGES, n);
        at += n;
    }
    return released;
}

void pages_alloc(uint32_t p, uint32_t n) {
    uint32_t released = alloc_range(p, p + n);
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: 0 <= k <= PAGES;
           loop invariant below: k <= p ==> FreeCount(0, k) == FreeCount{Pre}(0, k) &&
             ReleasedCount(0, k) == ReleasedCount{Pre}(0, k);
           loop invariant inside: p <= k <= p + n ==>
             FreeCount(0, k) == FreeCount{Pre}(0, k) - (k - p) &&
             ReleasedCount(0, k) == ReleasedCount{Pre}(0, k) - ReleasedCount{Pre}(p, k);
           loop invariant above: p + n <= k ==>
             FreeCount(0, k) == FreeCount{Pre}(0, k) - n &&
             ReleasedCount(0, k) == ReleasedCount{Pre}(0, k) - released;
           loop assigns k;
           loop variant PAGES - k;
         @/
        while (k < PAGES) {
            /@ assert free: PageFree(k) <==> PageFree{Pre}(k) && !(p <= k < p + n); @/
            /@ assert released: PageReleased(k) <==> PageReleased{Pre}(k) && !(p <= k < p + n); @/
            k++;
        }
        count_bounds(0, PAGES); */
    total_free -= n;
    total_released -= released;
}
