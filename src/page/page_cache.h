/* A thread's cache of pages: what was free of one block of 64, taken out of the page allocator in
 * one go so that the thread may hand it out without the heap lock. As Go's pageCache
 * (mpagecache.go). The pages in a cache are used as far as the page allocator knows. */
#ifndef CAIRN_PAGE_CACHE_H
#define CAIRN_PAGE_CACHE_H

#include "config.h"
#include "page/bits.h"
#include "page/pages.h"

/* Bit i stands for page base + i. The cache is empty if and only if free is 0. */
struct page_cache {
    uint32_t base;     /* the block's first page, a multiple of 64 */
    uint64_t free;     /* 1: the page waits to be handed out */
    uint64_t released; /* 1: and its memory was given back to the system; only where free is 1 */
};

extern struct page_cache page_cache[THREADS];

/* What an allocation took: the first page, and how many of the pages were released. */
struct page_taken {
    uint32_t page;
    uint32_t released;
};

#include "../../specs/page_cache.acsl"

/* Takes n pages out of thread t's cache: its lowest run of n. The page is PAGES if it has none (n
 * of 0 and over 64 included). Takes no lock: only thread t's cache is looked at. */
/*@ requires thread: t < THREADS;
    requires sound: CacheSound(t);
    terminates \true;
    exits \false;
    assigns page_cache[t];
    ensures sound: CacheSound(t);
    ensures caches: PageCaches{Pre} ==> PageCaches;
    ensures base: page_cache[t].base == \old(page_cache[t].base);
    ensures range: \result.page == PAGES || 0 < n <= 64 && \result.page + n <= PAGES;
    ensures run: \result.page < PAGES ==> AllCached{Pre}(t, \result.page, \result.page + n);
    ensures lowest: \result.page < PAGES ==> NoCachedRun{Pre}(t, 0, \result.page + n - 1, n);
    ensures none: n > 0 && \result.page == PAGES ==> NoCachedRun{Pre}(t, 0, PAGES, n);
    ensures count: \result.released == (\result.page == PAGES ? 0 :
      CachedReleasedCount{Pre}(t, \result.page, \result.page + n));
    ensures same: \result.page == PAGES ==> page_cache[t] == \old(page_cache[t]);
    ensures total: \result.page < PAGES ==>
      BitCount(page_cache[t].free, 64) == BitCount(\old(page_cache[t].free), 64) - n;
    ensures left: LeftCache{Pre,Post}(t, \result.page, \result.page + n);
    ensures cleared: LeftReleased{Pre,Post}(t, \result.page, \result.page + n);
 */
struct page_taken page_cache_alloc(uint32_t t, uint32_t n);

/* Fills thread t's empty cache with all free pages of the block that holds the lowest free one. If
 * no page is free the cache stays empty. Afterwards the search hint is the last page of the block,
 * or PAGES. Called under the heap lock. */
/*@ requires thread: t < THREADS;
    requires pages: Pages;
    requires caches: PageCaches;
    requires empty: page_cache[t].free == 0;
    terminates \true;
    exits \false;
    assigns page_cache[t], page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            summary[0 .. SUMMARIES - 1], total_free, total_released, search_left, find_steps,
            scavenge_chunk[0 .. CHUNKS - 1];
    ensures pages: Pages;
    ensures caches: PageCaches;
    ensures block: TookBlock{Pre,Post}(t);
    ensures took: TookCached{Pre,Post}(t);
    ensures cleared: TookReleased{Pre,Post}(t);
    ensures lowest: AllUsed{Pre}(0, page_cache[t].base);
    ensures none: page_cache[t].free == 0 ==> page_cache[t].base == 0 && AllUsed{Pre}(0, PAGES);
    ensures hint: SEARCH_HINT == (page_cache[t].free == 0 ? PAGES : page_cache[t].base + 63);
    ensures free: total_free == \old(total_free) - BitCount(page_cache[t].free, 64);
    ensures released:
      total_released == \old(total_released) - BitCount(page_cache[t].released, 64);
 */
void page_cache_refill(uint32_t t);

/* Gives back what thread t's cache holds. Does nothing if that is nothing. Called under the heap
 * lock. */
/*@ requires thread: t < THREADS;
    requires pages: Pages;
    requires caches: PageCaches;
    terminates \true;
    exits \false;
    assigns page_cache[t], page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            summary[0 .. SUMMARIES - 1], total_free, total_released, search_left, INDEX_TABLES;
    ensures pages: Pages;
    ensures caches: PageCaches;
    ensures gave: GaveCached{Pre,Post}(t);
    ensures set: GaveReleased{Pre,Post}(t);
    ensures empty: page_cache[t].free == 0 && page_cache[t].released == 0;
    ensures base: page_cache[t].base ==
      (\old(page_cache[t].free) == 0 ? \old(page_cache[t].base) : 0);
    ensures hint: SEARCH_HINT ==
      (\old(page_cache[t].free) != 0 && \old(page_cache[t].base) < PAGES - \old(search_left) ?
         \old(page_cache[t].base) : PAGES - \old(search_left));
    ensures free: total_free == \old(total_free) + BitCount(\old(page_cache[t].free), 64);
    ensures released:
      total_released == \old(total_released) + BitCount(\old(page_cache[t].released), 64);
 */
void page_cache_flush(uint32_t t);

/* The executable twin of the predicate PageCaches, which notes what it finds. Cost: a look at
 * every two caches. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> PageCaches;
    ensures flaw: \result == 0 ==> CachesFlawed;
 */
int page_cache_audit(void);

#endif
