/* The page allocator against three byte arrays: a byte a page and a byte a chunk. */
#include "../test.h"
#include "page/pages.h"

#define STEPS (PAGES <= 65536 ? 20000 : 40)

static uint8_t is_free[PAGES], is_released[PAGES], is_mapped[CHUNKS];

static uint32_t count(const uint8_t *table, uint32_t n) {
    uint32_t set = 0;
    for (uint32_t i = 0; i < n; i++) {
        set += table[i];
    }
    return set;
}

static uint32_t run_at(uint32_t p, uint32_t end) {
    uint32_t n = 0;
    while (p + n < end && is_free[p + n]) {
        n++;
    }
    return n;
}

static uint32_t obvious_find(uint32_t n) {
    uint32_t run = 0;
    for (uint32_t p = 0; n > 0 && p < PAGES; p++) {
        run = is_free[p] ? run + 1 : 0;
        if (run >= n) {
            return p + 1 - n;
        }
    }
    return PAGES;
}

static int summary_agrees(uint32_t c) {
    uint32_t lo = c * CHUNK_PAGES, hi = lo + CHUNK_PAGES, max = 0, end = 0;
    for (uint32_t p = lo; p < hi; p++) {
        end = is_free[p] ? end + 1 : 0;
        max = end > max ? end : max;
    }
    return packed_start(summary[c]) == run_at(lo, hi) && packed_max(summary[c]) == max &&
           packed_end(summary[c]) == end;
}

/* Nothing below the search hint is free, and it is mapped. */
static int hint_agrees(void) {
    if (search_left > PAGES) {
        return 0;
    }
    uint32_t hint = PAGES - search_left;
    return count(is_free, hint) == 0 && (hint == PAGES || is_mapped[hint / CHUNK_PAGES]);
}

static void check_tables(void) {
    uint32_t wrong = !hint_agrees();
    for (uint32_t p = 0; p < PAGES; p++) {
        wrong += (page_free[p / 64] >> p % 64 & 1) != is_free[p];
        wrong += (page_released[p / 64] >> p % 64 & 1) != is_released[p];
    }
    for (uint32_t c = 0; c < CHUNKS; c++) {
        wrong += chunk_mapped[c] != is_mapped[c];
        wrong += !summary_agrees(c);
    }
    CHECK(wrong == 0);
    CHECK(total_mapped == CHUNK_PAGES * count(is_mapped, CHUNKS));
    CHECK(total_free == count(is_free, PAGES));
    CHECK(total_released == count(is_released, PAGES));
    CHECK(pages_audit());
}

static void set(uint8_t *table, uint32_t p, uint32_t n, uint8_t value) {
    for (uint32_t i = 0; i < n; i++) {
        table[p + i] = value;
    }
}

static void alloc(uint32_t p, uint32_t n) {
    pages_alloc(p, n);
    set(is_free, p, n, 0);
    set(is_released, p, n, 0);
}

static void give_back(uint32_t p, uint32_t n) {
    pages_free(p, n);
    set(is_free, p, n, 1);
}

static void grow(uint32_t c, uint32_t n) {
    pages_grow(c, n);
    set(is_mapped, c, n, 1);
    set(is_free, c * CHUNK_PAGES, n * CHUNK_PAGES, 1);
    set(is_released, c * CHUNK_PAGES, n * CHUNK_PAGES, 1);
}

/* Sizes of every magnitude. */
static uint32_t random_size(void) {
    return 1 + (uint32_t)(test_random() % (1u << test_random() % 13));
}

static void grow_somewhere(void) {
    uint32_t c = (uint32_t)(test_random() % CHUNKS), n = 0;
    uint32_t most = 1 + (uint32_t)(test_random() % 3);
    while (c + n < CHUNKS && n < most && !is_mapped[c + n]) {
        n++;
    }
    if (n > 0) {
        grow(c, n);
    }
}

/* Frees used pages, whoever had them: a run of them may be several allocations or part of one. */
static void free_somewhere(void) {
    uint32_t p = (uint32_t)(test_random() % PAGES), n = 0, most = random_size();
    while (p + n < PAGES && n < most && is_mapped[(p + n) / CHUNK_PAGES] && !is_free[p + n]) {
        n++;
    }
    if (n > 0) {
        give_back(p, n);
    }
}

static void alloc_somewhere(void) {
    uint32_t p = (uint32_t)(test_random() % PAGES);
    uint32_t n = run_at(p, PAGES), most = random_size();
    if (n > 0) {
        alloc(p, n < most ? n : most);
    }
}

static void alloc_lowest(void) {
    uint32_t n = random_size(), p = pages_find(n);
    CHECK(p == obvious_find(n));
    uint32_t left = search_left;
    CHECK(test_random() % 4 == 0 || pages_search(n) == p);
    CHECK(search_left <= left && hint_agrees());
    if (p < PAGES) {
        alloc(p, n);
    }
}

static void test_against_bytes(void) {
    for (uint32_t step = 0; step < STEPS; step++) {
        switch (test_random() % 16) {
        case 0:
            grow_somewhere();
            break;
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
        case 6:
            free_somewhere();
            break;
        case 7:
            alloc_somewhere();
            break;
        default:
            alloc_lowest();
        }
        check_tables();
    }
}

static void test_empty(void) {
    CHECK(pages_audit());
    CHECK(pages_find(0) == PAGES);
    CHECK(pages_find(1) == PAGES);
    CHECK(pages_find(PAGES) == PAGES);
    CHECK(pages_find(UINT32_MAX) == PAGES);
}

/* Three chunks, the middle one mapped last: runs over one border, over both, over a whole chunk. */
static void test_borders(void) {
    grow(2, 1);
    CHECK(mapped_ranges == 1 && mapped_range[0].low == 2 && mapped_range[0].high == 3);
    CHECK(pages_find(CHUNK_PAGES) == 2 * CHUNK_PAGES);
    CHECK(pages_find(CHUNK_PAGES + 1) == PAGES);
    grow(0, 1);
    CHECK(mapped_ranges == 2 && mapped_range[0].low == 0 && mapped_range[0].high == 1);
    CHECK(pages_find(CHUNK_PAGES + 1) == PAGES);
    grow(1, 1);
    CHECK(pages_find(3 * CHUNK_PAGES) == 0);
    CHECK(pages_find(3 * CHUNK_PAGES + 1) == PAGES);
    CHECK(pages_find(0) == PAGES);
    CHECK(pages_find(UINT32_MAX) == PAGES);
    alloc(1, 1);
    CHECK(pages_find(1) == 0);
    CHECK(pages_find(2) == 2);
    CHECK(pages_find(3 * CHUNK_PAGES - 2) == 2);
    CHECK(pages_find(3 * CHUNK_PAGES - 1) == PAGES);
    CHECK(total_released == 3 * CHUNK_PAGES - 1);
    alloc(2, 3 * CHUNK_PAGES - 2);
    CHECK(total_free == 1 && total_released == 1);
    check_tables();
    give_back(CHUNK_PAGES - 1, CHUNK_PAGES + 2);
    CHECK(total_free == CHUNK_PAGES + 3 && total_released == 1);
    CHECK(pages_find(CHUNK_PAGES + 2) == CHUNK_PAGES - 1);
    CHECK(pages_find(CHUNK_PAGES + 3) == PAGES);
    alloc(CHUNK_PAGES, CHUNK_PAGES);
    CHECK(pages_find(1) == 0 && pages_find(2) == PAGES);
    check_tables();
    give_back(1, CHUNK_PAGES - 2);
    give_back(CHUNK_PAGES, CHUNK_PAGES);
    give_back(2 * CHUNK_PAGES + 1, CHUNK_PAGES - 1);
    CHECK(pages_find(3 * CHUNK_PAGES) == 0);
    check_tables();
}

/* What is wrong is seen, and seen no longer once it is mended. */
#define CHECK_SEEN(damage, repair)                                                                 \
    do {                                                                                           \
        damage;                                                                                    \
        CHECK(!pages_audit());                                                                     \
        repair;                                                                                    \
        CHECK(pages_audit());                                                                      \
    } while (0)

static void test_audit(void) {
    CHECK_SEEN(total_free++, total_free--);
    CHECK_SEEN(total_released--, total_released++);
    CHECK_SEEN(total_mapped++, total_mapped--);
    CHECK_SEEN(mapped_range[0].low = 1, mapped_range[0].low = 0);
    CHECK_SEEN(mapped_range[0].high--, mapped_range[0].high++);
    CHECK_SEEN(mapped_ranges = 0, mapped_ranges = 1);
    uint32_t left = search_left;
    CHECK_SEEN(search_left = 0, search_left = left);
    CHECK_SEEN(search_left = PAGES + 1, search_left = left);
    CHECK_SEEN(chunk_mapped[0] = 0, chunk_mapped[0] = 1);
    CHECK_SEEN(chunk_mapped[3] = 1, chunk_mapped[3] = 0);
    uint64_t chunk = summary[1], root = summary[(TREE_HEIGHTS - 1) * CHUNKS];
    CHECK_SEEN(summary[1] = summary_pack(511, 512, 512), summary[1] = chunk);
    CHECK_SEEN(summary[1] = summary_pack(511, 511, 511), summary[1] = chunk);
    CHECK_SEEN(summary[1] = summary_pack(512, 512, 511), summary[1] = chunk);
    CHECK_SEEN(summary[(TREE_HEIGHTS - 1) * CHUNKS]--, summary[(TREE_HEIGHTS - 1) * CHUNKS] = root);
    CHECK_SEEN(page_free[0] ^= 1, page_free[0] ^= 1);
    CHECK_SEEN(page_free[PAGE_WORDS - 1] ^= 1, page_free[PAGE_WORDS - 1] ^= 1);
    CHECK_SEEN(page_released[0] ^= 1, page_released[0] ^= 1);
    CHECK_SEEN(page_released[PAGE_WORDS - 1] ^= 1, page_released[PAGE_WORDS - 1] ^= 1);
    CHECK_SEEN((page_released[PAGE_WORDS - 1] ^= 1, total_released++),
               (page_released[PAGE_WORDS - 1] ^= 1, total_released--));
}

/* Every page of the window mapped and free. */
static void test_full(void) {
    for (uint32_t c = 0; c < CHUNKS; c++) {
        if (!is_mapped[c]) {
            grow(c, 1);
        }
    }
    for (uint32_t p = 0; p < PAGES; p++) {
        if (!is_free[p]) {
            give_back(p, 1);
        }
    }
    check_tables();
    CHECK(pages_find(PAGES) == 0);
    CHECK(pages_find(PAGES + 1) == PAGES);
    alloc(0, PAGES);
    CHECK(pages_find(1) == PAGES);
    CHECK(total_free == 0 && total_released == 0);
    check_tables();
}

int main(void) {
    test_empty();
    test_borders();
    test_audit();
    test_against_bytes();
    test_full();
    return test_report("pages");
}
