/* The page allocator: which pages of the window are mapped, free, released, and where the lowest
 * run of free ones is. First fit down the tree of summaries, as Go's pageAlloc (mpagealloc.go).
 * Everything here is called under the heap lock. */
#ifndef CAIRN_PAGES_H
#define CAIRN_PAGES_H

#include "config.h"
#include "page/chunk.h"
#include "page/mapped.h"
#include "page/scavenge_index.h"
#include "page/summary.h"

extern uint32_t search_left;    /* pages from the search hint to the window's end */
extern uint32_t total_mapped;   /* pages in mapped chunks */
extern uint32_t total_free;     /* pages free, released ones included */
extern uint32_t total_released; /* pages free and given back to the system */

/* The search hint (Go's searchAddr): no page below it is free. PAGES if no free page is known. */
#define SEARCH_HINT (PAGES - search_left)

#include "../../specs/pages.acsl"

/* The lowest run of n free pages. Returns its first page, or PAGES if there is none (n of 0 and
 * n over PAGES included). Cost: that of summary_find, which does not depend on the heap's size. */
/*@ requires pages: Pages;
    terminates \true;
    exits \false;
    assigns find_steps;
    ensures steps: find_steps <= 8 * TREE_HEIGHTS;
    ensures range: \result <= PAGES;
    ensures run: \result < PAGES ==>
      n > 0 && \result + n <= PAGES && AllFree(\result, \result + n);
    ensures lowest: \result < PAGES ==> NoRun(0, \result + n - 1, n);
    ensures none: n > 0 && \result == PAGES ==> NoRun(0, PAGES, n);
 */
uint32_t pages_find(uint32_t n);

/* The same, and moves the search hint up to what the search learned, as Go does on the way to an
 * allocation. The chunk of the hint is looked at first, so that it mostly costs but that. */
/*@ requires pages: Pages;
    terminates \true;
    exits \false;
    assigns find_steps, search_left;
    ensures pages: Pages;
    ensures hint: search_left <= \old(search_left);
    ensures range: \result <= PAGES;
    ensures run: \result < PAGES ==>
      n > 0 && \result + n <= PAGES && AllFree(\result, \result + n);
    ensures lowest: \result < PAGES ==> NoRun(0, \result + n - 1, n);
    ensures none: n > 0 && \result == PAGES ==> NoRun(0, PAGES, n);
    ensures empty: n == 1 && \result == PAGES ==> search_left == 0;
 */
uint32_t pages_search(uint32_t n);

/* Hands out the n free pages from page p. Returns how many of them were released. */
/*@ requires pages: Pages;
    requires range: n > 0 && p + n <= PAGES;
    requires free: AllFree(p, p + n);
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            summary[0 .. SUMMARIES - 1], total_free, total_released,
            scavenge_chunk[0 .. CHUNKS - 1];
    ensures pages: Pages;
    ensures took: TookPages{Pre,Post}(p, p + n);
    ensures cleared: ClearedReleased{Pre,Post}(p, p + n);
    ensures total: total_free == \old(total_free) - n;
    ensures count: \result == ReleasedCount{Pre}(p, p + n);
    ensures released: total_released == \old(total_released) - \result;
 */
uint32_t pages_alloc(uint32_t p, uint32_t n);

/* Moves the search hint down to page p if it is higher. */
/*@ requires window: p < PAGES;
    requires hint: search_left <= PAGES;
    terminates \true;
    exits \false;
    assigns search_left;
    ensures down: SEARCH_HINT == (p < PAGES - \old(search_left) ? p : PAGES - \old(search_left));
 */
void pages_lower_hint(uint32_t p);

/* Takes back the n used pages from page p. Their memory stays mapped and is not released. */
/*@ requires pages: Pages;
    requires range: n > 0 && p + n <= PAGES;
    requires mapped: AllMapped(p, p + n);
    requires used: AllUsed(p, p + n);
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], summary[0 .. SUMMARIES - 1], total_free, search_left,
            INDEX_TABLES;
    ensures pages: Pages;
    ensures gave: GavePages{Pre,Post}(p, p + n);
    ensures total: total_free == \old(total_free) + n;
 */
void pages_free(uint32_t p, uint32_t n);

/* Notes that the n free pages from page p, none of them released, were given back to the system. */
/*@ requires pages: Pages;
    requires range: n > 0 && p + n <= PAGES;
    requires free: AllFree(p, p + n);
    requires unreleased: AllUnreleased(p, p + n);
    terminates \true;
    exits \false;
    assigns page_released[0 .. PAGE_WORDS - 1], total_released;
    ensures pages: Pages;
    ensures set: SetReleased{Pre,Post}(p, p + n);
    ensures total: total_released == \old(total_released) + n;
 */
void pages_release(uint32_t p, uint32_t n);

/* Adds the n chunks from chunk c, newly mapped: their pages are free and released. The scavenger's
 * index stays as it is: there is nothing to give back of them. */
/*@ requires pages: Pages;
    requires range: n > 0 && c + n <= CHUNKS;
    requires unmapped: NoneMapped(c, c + n);
    terminates \true;
    exits \false;
    assigns PAGE_TABLES, MAPPED_TABLES, total_mapped;
    ensures pages: Pages;
    ensures mapped: MappedMore{Pre,Post}(c, c + n);
    ensures gave: GavePages{Pre,Post}(CHUNK_START(c), CHUNK_START(c + n));
    ensures set: SetReleased{Pre,Post}(CHUNK_START(c), CHUNK_START(c + n));
    ensures free: total_free == \old(total_free) + CHUNK_PAGES * n;
    ensures released: total_released == \old(total_released) + CHUNK_PAGES * n;
    ensures total: total_mapped == \old(total_mapped) + CHUNK_PAGES * n;
 */
void pages_grow(uint32_t c, uint32_t n);

/* Hands out the free pages of word k, that is, of the 64 pages from page 64 k; none below is free.
 * The search hint moves to the last page of the word, free or not before, as Go has it. */
/*@ requires pages: Pages;
    requires word: k < PAGE_WORDS;
    requires lowest: AllUsed(0, 64 * k);
    requires mapped: PageMapped(64 * k);
    terminates \true;
    exits \false;
    assigns page_free[k], page_released[k], summary[0 .. SUMMARIES - 1], total_free,
            total_released, search_left, scavenge_chunk[k / CHUNK_WORDS];
    ensures pages: Pages;
    ensures took: page_free[k] == 0;
    ensures cleared: page_released[k] == 0;
    ensures hint: SEARCH_HINT == 64 * k + 63;
    ensures free: total_free == \old(total_free) - BitCount(\old(page_free[k]), 64);
    ensures released:
      total_released == \old(total_released) - BitCount(\old(page_released[k]), 64);
 */
void pages_take_word(uint32_t k);

/* Takes back the used pages of word k that `free` names; those of `released` come back released. */
/*@ requires pages: Pages;
    requires word: k < PAGE_WORDS;
    requires some: free != 0;
    requires mapped: PageMapped(64 * k);
    requires used: BitsApart(free, page_free[k]);
    requires within: BitsWithin(released, free);
    terminates \true;
    exits \false;
    assigns page_free[k], page_released[k], summary[0 .. SUMMARIES - 1], total_free,
            total_released, search_left, scavenge_chunk[k / CHUNK_WORDS], scavenge_search[1],
            free_high;
    ensures pages: Pages;
    ensures gave: BitsOr(page_free[k], \old(page_free[k]), free);
    ensures set: BitsOr(page_released[k], \old(page_released[k]), released);
    ensures hint: SEARCH_HINT ==
      (64 * k < PAGES - \old(search_left) ? 64 * k : PAGES - \old(search_left));
    ensures free: total_free == \old(total_free) + BitCount(free, 64);
    ensures released: total_released == \old(total_released) + BitCount(released, 64);
 */
void pages_give_word(uint32_t k, uint64_t free, uint64_t released);

/* The executable twin of the predicate Pages, which notes what it finds. Cost: a look at every
 * page. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> Pages;
    ensures flaw: \result == 0 ==> PagesFlawed;
 */
int pages_audit(void);

#endif
