/* Where the page allocator looks for free pages. */
#include "page/pages.h"
#include "../../specs/pages_count_lemmas.acsl"
#include "../../specs/pages_lemmas.acsl"

uint32_t pages_find(uint32_t n) {
    struct page_found found = summary_find(n, SEARCH_HINT);
    return found.page;
}

/* The lowest run of n free pages if it lies in the chunk of the search hint, and the lowest free
 * page; PAGES for both if that chunk has no such run. */
/*@ requires pages: Pages;
    requires known: search_left > 0;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result.page <= PAGES && \result.hint <= \result.page;
    ensures run: \result.page < PAGES ==>
      n > 0 && \result.page + n <= PAGES && AllFree(\result.page, \result.page + n);
    ensures lowest: \result.page < PAGES ==> NoRun(0, \result.page + n - 1, n);
    ensures below: \result.page < PAGES ==> AllUsed(0, \result.hint);
 */
static struct page_found find_at_hint(uint32_t n) {
    struct page_found found = {PAGES, PAGES};
    uint32_t c = SEARCH_HINT / CHUNK_PAGES;
    uint32_t from = SEARCH_HINT % CHUNK_PAGES;
    if (n == 0 || packed_max(summary[c]) < n) {
        return found;
    }
    uint32_t i = chunk_find(c, n, from);
    if (i < CHUNK_PAGES) {
        uint32_t lowest = n == 1 ? i : chunk_find(c, 1, from);
        //@ assert free: PageFree(CHUNK_START(c) + i);
        //@ assert used: AllUsed(SEARCH_HINT, CHUNK_START(c) + lowest);
        found.page = CHUNK_START(c) + i;
        found.hint = CHUNK_START(c) + lowest;
    }
    return found;
}

/* Moves the search hint up to page p, or from there to mapped memory, if that is higher. */
/*@ requires pages: Pages;
    requires below: p < PAGES && AllUsed(0, p);
    requires some: \exists integer q; p <= q < PAGES && PageFree(q);
    terminates \true;
    exits \false;
    assigns search_left;
    ensures hint: SearchHint;
    ensures up: search_left <= \old(search_left);
 */
static void raise_hint(uint32_t p) {
    uint32_t c = p / CHUNK_PAGES;
    uint32_t hint = p;
    if (chunk_mapped[c] == 0) {
        c = mapped_from(c);
        //@ assert gap: AllUsed(CHUNK_START(p / CHUNK_PAGES), CHUNK_START(c));
        hint = CHUNK_START(c);
    }
    //@ assert mapped: c < CHUNKS && ChunkMapped(c);
    //@ assert chunk: hint / CHUNK_PAGES == c;
    //@ assert used: AllUsed(0, hint);
    if (hint > SEARCH_HINT) {
        search_left = PAGES - hint;
    }
}

uint32_t pages_search(uint32_t n) {
    if (search_left == 0) {
        return PAGES;
    }
    struct page_found found = find_at_hint(n);
    if (found.page == PAGES) {
        found = summary_find(n, SEARCH_HINT);
    }
    if (found.page < PAGES) {
        //@ assert free: PageFree(found.page);
        raise_hint(found.hint);
    } else if (n == 1) {
        //@ assert none: \forall integer p; 0 <= p < PAGES && PageFree(p) ==> AllFree(p, p + 1);
        search_left = 0;
    }
    return found.page;
}
