// config: pool
// link: src/libc/audit.c src/libc/snapshot.c src/libc/snapshot_format.c
/* cairn_audit and heap_flaw: each part of the invariant is named when it is what was broken, the
 * first when two are; and the heap can be used before and after. */
#define _GNU_SOURCE
#include "libc/audit.h"
#include "heap.h"

void report_snapshot(const char *name, int error) {
    printf("%s: %d\n", name, error);
}

static int says(enum heap_part part, const char *name) {
    const char *said = cairn_audit();
    return heap_flaw() == part &&
           (name == NULL ? said == NULL : said != NULL && strcmp(said, name) == 0);
}

/* Both are asked while a word of a table is something else. */
#define BROKEN(word, value, part, name)                                                            \
    do {                                                                                           \
        uint64_t was = (word);                                                                     \
        (word) = (value);                                                                          \
        CHECK(was != (word) && says(part, name));                                                  \
        (word) = was;                                                                              \
        CHECK(says(HEAP_SOUND, NULL));                                                             \
    } while (0)

int main(void) {
    CHECK(says(HEAP_SOUND, NULL));
    make_heap();
    CHECK(says(HEAP_SOUND, NULL));
    uint32_t s = live_span(KIND_HEAP), stack = live_span(KIND_STACK);
    BROKEN(total_released, total_released + 1, PART_PAGES, "Pages");
    BROKEN(page_cache[1].base, page_cache[1].base + 1, PART_PAGE_CACHES, "PageCaches");
    BROKEN(pool_made, SPANS, PART_SPAN_POOL, "SpanPool");
    BROKEN(cache_count[THREADS - 1], SPAN_CACHE + 1, PART_SPAN_CACHES, "SpanCaches");
    BROKEN(span_list[0].first, s, PART_SPAN_LISTS, "SpanListSound");
    BROKEN(page_span[span[s].base], stack, PART_ARENA, "Arena");
    BROKEN(span[0].npages, 1, PART_SPANS, "SpansSound");
    BROKEN(span[stack].kind, KIND_WORKBUF, PART_TOTALS, "TotalsSound");
    BROKEN(current_high, CHUNKS + 1, PART_GROWTH, "GrowthSound");
    BROKEN(special_head[s], SPECIALS, PART_SPECIALS, "HeapSpecials");
    struct page_cache had = page_cache[0];
    CHECK(had.free != 0);
    page_cache[0].free &= had.free - 1; /* a page is lost */
    page_cache[0].released &= page_cache[0].free;
    CHECK(says(PART_CONSERVED, "Conserved"));
    current_high = CHUNKS + 1; /* what comes behind is not looked at */
    CHECK(says(PART_CONSERVED, "Conserved"));
    total_mapped++;
    CHECK(says(PART_PAGES, "Pages"));
    total_mapped--;
    current_high = CHUNKS;
    page_cache[0] = had;
    CHECK(says(HEAP_SOUND, NULL) && heap_alloc(1, 0).status == HEAP_OK);
    CHECK(says(HEAP_SOUND, NULL));
    return test_report("audit");
}
