// config: pool
// link: src/libc/audit.c src/libc/snapshot.c src/libc/snapshot_format.c
/* cairn_audit and heap_flaw: of what is broken, the formula is named and what it is about, the
 * first where two are; and the heap can be used before and after. */
#define _GNU_SOURCE
#include "libc/audit.h"
#include "heap.h"
#include <stdarg.h>

void report_snapshot(const char *name, int error) {
    printf("%s: %d\n", name, error);
}

static int says(enum heap_part part, const char *format, ...) {
    char text[64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *said = cairn_audit();
    if (said == NULL || strcmp(said, text) != 0) {
        printf("expected %s, found %s\n", text, said == NULL ? "nothing" : said);
    }
    return heap_flaw() == part && said != NULL && strcmp(said, text) == 0;
}

static int is_sound(void) {
    return heap_flaw() == HEAP_SOUND && cairn_audit() == NULL;
}

/* Both are asked while a word of a table is something else. */
#define BROKEN(word, value, part, ...)                                                             \
    do {                                                                                           \
        uint64_t was = (word);                                                                     \
        (word) = (value);                                                                          \
        CHECK(was != (word) && says(part, __VA_ARGS__));                                           \
        (word) = was;                                                                              \
        CHECK(is_sound());                                                                         \
    } while (0)

static uint64_t bit(uint32_t p) {
    return (uint64_t)1 << p % WORD_BITS;
}

static uint32_t first_free(void) {
    uint32_t p = 0;
    while ((page_free[p / WORD_BITS] & bit(p)) == 0) {
        p++;
    }
    return p;
}

static void break_pages(uint32_t used) {
    uint32_t c = used / CHUNK_PAGES, last = mapped_ranges - 1, end = mapped_range[last].high;
    CHECK(mapped_ranges > 0 && end < CHUNKS);
    BROKEN(summary[c], summary[c] + 1, PART_PAGES, "Summarized(0, %u)", c);
    BROKEN(summary[CHUNKS], summary[CHUNKS] + 1, PART_PAGES, "Summarized(1, 0)");
    BROKEN(mapped_ranges, RANGES + 1, PART_PAGES, "RangesSorted");
    BROKEN(mapped_range[last].low, end, PART_PAGES, "RangesSortedTo(%u)", last + 1);
    BROKEN(chunk_mapped[end - 1], 0, PART_PAGES, "RangesExactTo(%u)", last + 1);
    BROKEN(chunk_mapped[CHUNKS - 1], 1, PART_PAGES, "NoneMapped(%u, %u)", end, CHUNKS);
    BROKEN(search_left, PAGES + 1, PART_PAGES, "SearchHint");
    uint32_t p = first_free();
    uint32_t lo = p - p % CHUNK_PAGES;
    BROKEN(search_left, PAGES - p - 1, PART_PAGES, "AllUsed(%u, %u)", lo, p + 1);
    BROKEN(search_left, PAGES - lo - CHUNK_PAGES, PART_PAGES, "AllUsed(%u, %u)", lo,
           lo + CHUNK_PAGES);
    BROKEN(free_high, PAGES + 1, PART_PAGES, "SearchEnds");
    c = 0;
    while (chunk_flags(scavenge_chunk[c]) % 2 == 0) {
        c++;
    }
    BROKEN(scavenge_search[1].end, 0, PART_PAGES, "FlagBelow(%u)", c);
    BROKEN(page_released[used / WORD_BITS], page_released[used / WORD_BITS] | bit(used), PART_PAGES,
           "ChunkSound(%u)", used / CHUNK_PAGES);
    BROKEN(scavenge_chunk[0], scavenge_chunk[0] ^ 1, PART_PAGES, "IndexSound(0)");
    BROKEN(total_released, total_released + 1, PART_PAGES, "PageTotals");
    BROKEN(total_mapped, total_mapped + CHUNK_PAGES, PART_PAGES, "PageTotals");
}

static void break_page_caches(uint32_t live) {
    BROKEN(page_cache[1].base, page_cache[1].base + 1, PART_PAGE_CACHES, "CacheSound(1)");
    BROKEN(page_cache[0].released, ~page_cache[0].free, PART_PAGE_CACHES, "CacheSound(0)");
    uint32_t p = first_free();
    struct page_cache had = page_cache[1];
    page_cache[1] = (struct page_cache){p / WORD_BITS * WORD_BITS, bit(p), 0};
    CHECK(says(PART_PAGE_CACHES, "CacheOwns(1)"));
    page_cache[1] = page_cache[0];
    CHECK(says(PART_PAGE_CACHES, "CacheApart(0, 1)"));
    page_cache[1] = (struct page_cache){live / WORD_BITS * WORD_BITS, bit(live), 0};
    CHECK(says(PART_CONSERVED, "CacheUnlive(1)"));
    page_cache[1] = had;
    had = page_cache[0];
    CHECK(is_sound() && had.free != 0);
    page_cache[0].free &= had.free - 1; /* a page is lost */
    page_cache[0].released &= page_cache[0].free;
    p = had.base + (uint32_t)__builtin_ctzll(had.free);
    CHECK(says(PART_CONSERVED, "PageSound(%u)", p));
    current_high = CHUNKS + 1; /* what comes behind is not looked at */
    CHECK(says(PART_CONSERVED, "PageSound(%u)", p));
    total_mapped++;
    CHECK(says(PART_PAGES, "PageTotals"));
    total_mapped--;
    current_high = CHUNKS;
    page_cache[0] = had;
    CHECK(is_sound());
}

static void break_records(void) {
    BROKEN(pool_made, SPANS, PART_SPAN_POOL, "PoolBounds");
    BROKEN(pool_count, pool_made + 1, PART_SPAN_POOL, "PoolBounds");
    uint32_t at = pool_place[1];
    CHECK(at > 0);
    BROKEN(pool_place[1], pool_made, PART_SPAN_POOL, "PoolPlace(1)");
    BROKEN(pool_place[pool_stack[0]], at, PART_SPAN_POOL, "PoolStack(1)");
    BROKEN(cache_count[THREADS - 1], SPAN_CACHE + 1, PART_SPAN_CACHES, "CellCount(%u)",
           THREADS - 1);
    CHECK(cache_count[0] > 1);
    uint32_t r = cache_record[0], last = cache_record[cache_count[0] - 1];
    BROKEN(cache_cell[r], 1, PART_SPAN_CACHES, "CellHolds(0)");
    BROKEN(cache_count[0], cache_count[0] - 1, PART_SPAN_CACHES, "RecordHeld(%u)", last);
}

/* The ends of a list with nothing on it, and the links of one that has something. */
static void break_lists(uint32_t s) {
    uint32_t full = 1, empty = 1;
    while (span_list[full].first == 0) {
        full++;
    }
    while (span_list[empty].first != 0) {
        empty++;
    }
    uint32_t on = span_list[full].first;
    BROKEN(span_link[s].next, SPANS, PART_SPAN_LISTS, "LinkNames(%u)", s);
    BROKEN(span_list[empty].last, SPANS, PART_SPAN_LISTS, "EndsName(%u)", empty);
    BROKEN(span_list[0].first, s, PART_SPAN_LISTS, "NoneOff");
    BROKEN(span_link[on].prev, on, PART_SPAN_LISTS, "LinkSound(%u)", on);
    BROKEN(span_list[empty].last, on, PART_SPAN_LISTS, "EndsSound(%u)", empty);
    uint32_t loose = SPANS - 1; /* a cycle of one */
    span_link[loose].next = span_link[loose].prev = loose;
    span_link[loose].list = full;
    CHECK(says(PART_SPAN_LISTS, "SpanListSound"));
    span_link[loose].next = span_link[loose].prev = span_link[loose].list = 0;
    CHECK(is_sound());
}

static void break_spans(uint32_t s, uint32_t stack) {
    uint32_t base = span[s].base, a = ARENAS - 1, wide = 1;
    while (span[wide].state == SPAN_DEAD || span[wide].npages < 2) {
        wide++;
    }
    BROKEN(page_span[base], stack, PART_ARENA, "PageKnown(%u)", base);
    BROKEN(page_span[base], SPANS, PART_ARENA, "PageKnown(%u)", base);
    BROKEN(page_in_use[base / WORD_BITS], page_in_use[base / WORD_BITS] & ~bit(base), PART_ARENA,
           "PageKnown(%u)", base);
    BROKEN(page_span[span[wide].base + 1], 0, PART_ARENA, "SpanPlaced(%u)", wide);
    BROKEN(zeroed_base[a], ARENA_PAGES + 1, PART_ARENA, "BaseInside(%u)", a);
    BROKEN(span[0].npages, 1, PART_SPANS, "SpanSound(0)");
    BROKEN(span[stack].kind, KINDS, PART_SPANS, "SpanSound(%u)", stack);
    BROKEN(span[stack].kind, KIND_WORKBUF, PART_TOTALS, "KindTotal(%u)", KIND_STACK);
    BROKEN(current_high, CHUNKS + 1, PART_GROWTH, "CurrentInside");
    BROKEN(current_low, 0, PART_GROWTH, "NoneMapped(0, %u)", current_high);
    BROKEN(arena_hint[HINTS - 1].arena, ARENAS + 1, PART_GROWTH, "HintInside(%u)", HINTS - 1);
    BROKEN(hint_first, HINTS + 1, PART_GROWTH, "Hints");
}

static void break_specials(void) {
    uint32_t r = 1;
    while (special[r].span == 0 || special[r].span == SPECIAL_DUE) {
        r++;
    }
    uint32_t s = special[r].span, p = span[s].base;
    BROKEN(special_made, SPECIALS, PART_SPECIALS, "SpecialLinks");
    BROKEN(special_head[s], SPECIALS, PART_SPECIALS, "HeadNames(%u)", s);
    BROKEN(special[r].next, SPECIALS, PART_SPECIALS, "SpecialNames(%u)", r);
    BROKEN(special_head[s], 0, PART_SPECIALS, "SpecialLists");
    BROKEN(special_last_due, r, PART_SPECIALS, "SpecialLastDue");
    BROKEN(special[r].birth, special_births + 1, PART_SPECIALS, "SpecialBorn(%u)", r);
    BROKEN(page_specials[p / WORD_BITS], page_specials[p / WORD_BITS] & ~bit(p), PART_SPECIALS,
           "SpecialBit(%u)", p);
    while (special[r].next != 0) {
        r = special[r].next;
    }
    BROKEN(special[r].offset, UINT64_MAX, PART_SPECIALS, "SpecialHeld(%u)", r);
}

int main(void) {
    CHECK(is_sound());
    make_heap();
    CHECK(is_sound());
    uint32_t s = live_span(KIND_HEAP), stack = live_span(KIND_STACK);
    break_pages(span[stack].base);
    break_page_caches(span[s].base);
    break_records();
    break_lists(s);
    break_spans(s, stack);
    break_specials();
    CHECK(heap_alloc(1, 0).status == HEAP_OK && is_sound());
    return test_report("audit");
}
