/* The search down the tree against a scan of a byte a page, and its hint against Go's rule. The
 * trees are built here, a node a walk over its pages. */
// config: host pool one
#include "../test.h"
#include "page/summary.h"
#include <string.h>

#define TOP (TREE_HEIGHTS - 1)

static uint8_t is_free[PAGES];
static uint32_t width_of[TREE_HEIGHTS]; /* pages of a node */

static uint32_t node_end(uint32_t h, uint32_t i) {
    return (i + 1) * width_of[h] < PAGES ? (i + 1) * width_of[h] : PAGES;
}

static uint64_t runs_between(uint32_t lo, uint32_t hi) {
    uint32_t start = 0, max = 0, end = 0;
    while (start < hi - lo && is_free[lo + start]) {
        start++;
    }
    for (uint32_t p = lo; p < hi; p++) {
        end = is_free[p] ? end + 1 : 0;
        max = end > max ? end : max;
    }
    return summary_pack(start, max, end);
}

/* The bits and the nodes that the pages of [lo, hi) belong to. */
static void build(uint32_t lo, uint32_t hi) {
    for (uint32_t p = lo; p < hi; p++) {
        page_free[p / 64] &= ~((uint64_t)1 << p % 64);
        page_free[p / 64] |= (uint64_t)is_free[p] << p % 64;
    }
    for (uint32_t h = 0; lo < hi && h < TREE_HEIGHTS; h++) {
        for (uint32_t i = lo / width_of[h]; i <= (hi - 1) / width_of[h]; i++) {
            summary[h * CHUNKS + i] = runs_between(i * width_of[h], node_end(h, i));
        }
    }
}

static void set_pages(uint32_t lo, uint32_t hi, uint8_t value) {
    hi = hi < PAGES ? hi : PAGES;
    memset(is_free + lo, value, lo < hi ? hi - lo : 0);
}

/* The first page from p on that is free, or that is not; PAGES if there is none. */
static uint32_t next_page(uint32_t p, uint8_t value) {
    const uint8_t *found = memchr(is_free + p, value, PAGES - p);
    return found ? (uint32_t)(found - is_free) : PAGES;
}

static uint32_t first_free(void) {
    return next_page(0, 1);
}

static uint32_t obvious_find(uint32_t n) {
    uint32_t p = first_free();
    while (n > 0 && p < PAGES) {
        uint32_t end = next_page(p, 0);
        if (end - p >= n) {
            return p;
        }
        p = next_page(end, 1);
    }
    return PAGES;
}

/* Go's firstFree: addresses from base to bound, both within. */
static uint64_t base, bound;
static uint32_t overlaps;

static void found_free(uint64_t address, uint64_t size) {
    if (base <= address && address + size - 1 <= bound) {
        base = address;
        bound = address + size - 1;
    } else if (!(address + size - 1 < base || bound < address)) {
        overlaps++;
    }
}

/* The hint of pageAlloc.find, word for word: by entry numbers, levels counted from the top. */
static uint32_t go_hint(uint32_t n, uint32_t from) {
    uint64_t i = 0;
    base = 0;
    bound = UINT64_MAX;
    for (uint32_t h = TOP; h < TREE_HEIGHTS; h--) {
        uint64_t entries = 8, j0 = 0, size = 0, j;
        uint64_t search = from / width_of[h];
        i *= 8;
        if (search / 8 * 8 == i) {
            j0 = search % 8;
        }
        for (j = j0; j < entries; j++) {
            uint64_t at = (i + j) * width_of[h];
            uint64_t sum = at < PAGES ? summary[h * CHUNKS + i + j] : 0;
            if (sum == 0) {
                size = 0;
                continue;
            }
            found_free(at, width_of[h]);
            if (size + packed_start(sum) >= n) {
                return (uint32_t)base;
            }
            if (packed_max(sum) >= n) {
                break;
            }
            if (size == 0 || packed_start(sum) < width_of[h]) {
                size = packed_end(sum);
            } else {
                size += width_of[h];
            }
        }
        if (j == entries) {
            return PAGES;
        }
        i += j;
    }
    uint64_t page = i * CHUNK_PAGES;
    while (!is_free[page]) {
        page++;
    }
    found_free(page, (i + 1) * CHUNK_PAGES - page);
    return (uint32_t)base;
}

static void check_find(uint32_t n, uint32_t from) {
    struct page_found found = summary_find(n, from);
    uint32_t page = obvious_find(n);
    CHECK(found.page == page);
    CHECK(found.hint == (page < PAGES ? go_hint(n, from) : PAGES));
    CHECK(page == PAGES || found.hint <= first_free());
}

/* Every interesting length, from every kind of page that a search may begin at. */
static void check_all(void) {
    static const uint32_t lengths[] = {0, 1, 2, 3, 7, 63, 64, 65, 128, 511, 512, 513, 1000, 1024};
    uint32_t low = first_free();
    for (uint32_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
        check_find(lengths[k], 0);
        check_find(lengths[k], low);
        check_find(lengths[k], (uint32_t)(test_random() % (low + 1)));
    }
    for (uint32_t k = 0; k < 8; k++) {
        check_find((uint32_t)(test_random() % (PAGES + 2)), (uint32_t)(test_random() % (low + 1)));
        check_find((uint32_t)(test_random() % 1200), low - (uint32_t)(low && test_random() % 2));
        check_find((uint32_t)1 << test_random() % 24, low);
    }
    check_find(PAGES, 0);
    check_find(PAGES + 1, low);
    check_find(UINT32_MAX, low);
}

/* Runs of random length and place in the `span` pages from lo. */
static void scatter(uint32_t lo, uint32_t span, uint32_t longest, uint32_t runs) {
    for (uint32_t k = 0; k < runs; k++) {
        uint32_t p = lo + (uint32_t)(test_random() % span);
        uint32_t length = 1 + (uint32_t)(test_random() % longest);
        if (test_random() % 4 == 0) {
            p = p / CHUNK_PAGES * CHUNK_PAGES < lo ? lo : p / CHUNK_PAGES * CHUNK_PAGES;
            length = (length + CHUNK_PAGES - 1) / CHUNK_PAGES * CHUNK_PAGES;
        }
        uint32_t end = p + length < lo + span ? p + length : lo + span;
        set_pages(p, end, test_random() % 2);
    }
}

static void check_patterns(uint32_t lo, uint32_t span) {
    static const uint32_t longest[] = {1, 5, 60, 300, 1500, 6000};
    for (uint32_t k = 0; k < sizeof longest / sizeof longest[0]; k++) {
        set_pages(lo, lo + span, test_random() % 2);
        scatter(lo, span, longest[k], (uint32_t)(test_random() % (4 * span / longest[k] + 4)));
        build(lo, lo + span);
        check_all();
    }
    set_pages(lo, lo + span, 0);
    for (uint32_t k = 0; k < 3; k++) { /* few pages, far from each other */
        set_pages(lo + (uint32_t)(test_random() % span), PAGES, 0);
        is_free[lo + (uint32_t)(test_random() % span)] = 1;
    }
    build(lo, lo + span);
    check_all();
    set_pages(lo, lo + span, 0);
    build(lo, lo + span);
}

/* A run across each border between nodes of height h, and a free page far below it. */
static void check_borders(uint32_t h) {
    for (uint32_t k = 0, p = width_of[h]; p < PAGES && k < 40; p += width_of[h], k++) {
        uint32_t below = 1 + (uint32_t)(test_random() % 1400);
        uint32_t lo = p < below ? 0 : p - below;
        uint32_t hi = p + 1 + (uint32_t)(test_random() % 1400);
        uint32_t far = lo / 2;
        hi = hi < PAGES ? hi : PAGES;
        set_pages(lo, hi, 1);
        is_free[far] = 1;
        build(lo, hi);
        build(far, far + 1);
        check_find(hi - lo, 0);
        check_find(hi - lo, first_free());
        check_find(hi - lo + 1, first_free());
        check_find(p - lo, first_free());
        check_find(p - lo + 1, 0);
        set_pages(far, hi, 0);
        build(lo, hi);
        build(far, far + 1);
    }
}

int main(void) {
    uint32_t rounds = PAGES > 65536 ? 12 : 60;
    for (uint32_t h = 0; h < TREE_HEIGHTS; h++) {
        width_of[h] = h == 0 ? CHUNK_PAGES : 8 * width_of[h - 1];
    }
    check_all(); /* nothing is free */
    for (uint32_t h = 0; h < TREE_HEIGHTS; h++) {
        check_borders(h);
    }
    for (uint32_t k = 0; k < rounds; k++) {
        uint32_t span = PAGES < 20000 ? PAGES : 20000;
        check_patterns((uint32_t)(test_random() % (PAGES - span + 1)), span);
    }
    set_pages(0, PAGES, 1);
    build(0, PAGES);
    check_all();
    for (uint32_t k = 0; k < 4; k++) { /* huge runs: nodes wholly free, at every height */
        set_pages(0, PAGES, 1);
        for (uint32_t holes = (uint32_t)(test_random() % 12); holes > 0; holes--) {
            set_pages((uint32_t)(test_random() % PAGES), (uint32_t)(test_random() % PAGES), 0);
            is_free[test_random() % PAGES] = 0;
        }
        build(0, PAGES);
        check_all();
    }
    CHECK(overlaps == 0);
    return test_report("summary_find");
}
