#include "heap/heap_cached.h"

#include "../../specs/heap_cached_lemmas.acsl"

/* Takes the lowest run of n pages that wait with thread t, which are on their way then: its first
 * page, or PAGES if there is none; then nothing changed. */
/*@ requires pages: HeapPages;
    requires thread: t < THREADS;
    requires size: n > 0;
    terminates \true;
    exits \false;
    assigns page_cache[t];
    ensures caches: PageCaches;
    ensures range: \result == PAGES || \result + n <= PAGES;
    ensures lowest: \result < PAGES ==> NoCachedRun{Pre}(t, 0, \result + n - 1, n);
    ensures none: \result == PAGES ==> NoCachedRun{Pre}(t, 0, PAGES, n);
    ensures same: \result == PAGES ==> page_cache[t] == \old(page_cache[t]);
    ensures cached: \result < PAGES ==> AllCached{Pre}(t, \result, \result + n);
    ensures left: CachedShrunk{Pre,Post}(\result, \result + n);
    ensures kept: \result == PAGES ==> Conserved;
    ensures totals: \result == PAGES ==> TotalsConserved;
    ensures loose: \result < PAGES ==> AllLoose(\result, \result + n);
    ensures conserved: \result < PAGES ==> ConservedBut(\result, \result + n);
    ensures total: \result < PAGES ==> TotalsBut(n);
 */
static uint32_t take_pages(uint32_t t, uint32_t n) {
    struct page_taken taken = page_cache_alloc(t, n);
    //@ ghost uint32_t p = taken.page;
    //@ assert mine: p < PAGES ==> AllCached{Pre}(t, p, p + n);
    //@ assert left: CachedShrunk{Pre,Here}(p, p + n);
    //@ assert waits: WaitShrunk{Pre,Here}(p, p + n);
    /*@ ghost
        uint32_t u = 0;
        /@ loop invariant range: u <= THREADS;
           loop invariant less:
             WaitingPages(u) == WaitingPages{Pre}(u) - (t < u && p < PAGES ? n : 0);
           loop assigns u;
           loop variant THREADS - u;
         @/
        while (u < THREADS) {
            u++;
        }
     */
    return taken.page;
}

uint32_t heap_alloc_cached(uint32_t t, uint32_t n, uint32_t kind, uint32_t c) {
    if (cache_count[t] == 0) {
        return 0;
    }
    uint32_t p = take_pages(t, n);
    if (p == PAGES) {
        //@ assert none: HeapPages && HeapSpans && HeapLists;
        return 0;
    }
    uint32_t s = span_cache_pop(t);
    heap_begin_span(s, p, n, kind, c);
    //@ assert pages: HeapPages;
    //@ assert spans: HeapSpans;
    //@ assert lists: HeapLists;
    return s;
}

/* Fills the empty page cache of thread t. */
/*@ requires pages: HeapPages;
    requires thread: t < THREADS;
    requires empty: page_cache[t].free == 0;
    terminates \true;
    exits \false;
    assigns page_cache[t], page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            summary[0 .. SUMMARIES - 1], total_free, total_released, search_left, find_steps,
            scavenge_chunk[0 .. CHUNKS - 1];
    ensures pages: Pages;
    ensures caches: PageCaches;
    ensures growth: Growth;
    ensures conserved: Conserved;
    ensures totals: TotalsConserved;
    ensures none: page_cache[t].free == 0 ==> AllUsed{Pre}(0, PAGES);
 */
static void refill_pages(uint32_t t) {
    page_cache_refill(t);
    //@ assert filled: CachedFilled{Pre,Here}(t);
    //@ assert waits: WaitFilled{Pre,Here}(t);
    //@ assert either: FreeOrWaitsUnchanged{Pre,Here};
    //@ assert hold: SpansHold{Pre,Here};
    //@ ghost count_union(0, 0, 0);
    /*@ ghost
        uint32_t u = 0;
        /@ loop invariant range: u <= THREADS;
           loop invariant more: WaitingPages(u) ==
             WaitingPages{Pre}(u) + (t < u ? BitCount(page_cache[t].free, 64) : 0);
           loop assigns u;
           loop variant THREADS - u;
         @/
        while (u < THREADS) {
            u++;
        }
     */
}

void heap_refill_locked(uint32_t t) {
    if (page_cache[t].free == 0) {
        refill_pages(t);
    }
    if (page_cache[t].free != 0 && cache_count[t] == 0) {
        span_cache_refill(t);
    }
    limit_obey(0);
}

/* Empties the page cache of thread t. */
/*@ requires pages: HeapPages;
    requires thread: t < THREADS;
    terminates \true;
    exits \false;
    assigns page_cache[t], page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            summary[0 .. SUMMARIES - 1], total_free, total_released, search_left, INDEX_TABLES;
    ensures pages: Pages;
    ensures caches: PageCaches;
    ensures growth: Growth;
    ensures conserved: Conserved;
    ensures totals: TotalsConserved;
    ensures gave: GaveCached{Pre,Post}(t);
    ensures none: page_cache[t].free == 0;
 */
static void empty_pages(uint32_t t) {
    page_cache_flush(t);
    //@ assert emptied: CachedEmptied{Pre,Here}(t);
    //@ assert waits: WaitEmptied{Pre,Here}(t);
    //@ assert either: FreeOrWaitsUnchanged{Pre,Here};
    //@ assert hold: SpansHold{Pre,Here};
    //@ ghost count_union(0, 0, 0);
    /*@ ghost
        uint32_t u = 0;
        /@ loop invariant range: u <= THREADS;
           loop invariant less: WaitingPages(u) ==
             WaitingPages{Pre}(u) - (t < u ? \at(BitCount(page_cache[t].free, 64), Pre) : 0);
           loop assigns u;
           loop variant THREADS - u;
         @/
        while (u < THREADS) {
            u++;
        }
     */
}

void heap_flush_locked(uint32_t t) {
    empty_pages(t);
}
