// config: host pool one
/* The threads' page caches against byte arrays: a byte a page says whether it is free, another
 * whether it is released, and two more a thread what its cache holds. */
#include "../test.h"
#include "page/page_cache.h"

#define STEPS (PAGES <= 65536 ? 20000 : 60)
#define SOME  (THREADS < 6 ? THREADS : 6) /* threads that take part */

static uint8_t is_free[PAGES], is_released[PAGES], is_mapped[CHUNKS], is_cached[PAGES];
static uint8_t holds[SOME][64], holds_released[SOME][64];
static uint32_t base[SOME], hint = PAGES;

static uint32_t thread(uint32_t s) {
    return s + 1 < SOME ? s : THREADS - 1;
}

static uint32_t count(const uint8_t *table, uint32_t n) {
    uint32_t set = 0;
    for (uint32_t i = 0; i < n; i++) {
        set += table[i] != 0;
    }
    return set;
}

static int summary_agrees(uint32_t c) {
    uint32_t lo = c * CHUNK_PAGES, start = 0, max = 0, end = 0;
    for (uint32_t i = 0; i < CHUNK_PAGES; i++) {
        end = is_free[lo + i] ? end + 1 : 0;
        start += end == i + 1;
        max = end > max ? end : max;
    }
    return packed_start(summary[c]) == start && packed_max(summary[c]) == max &&
           packed_end(summary[c]) == end;
}

static void check_tables(void) {
    uint32_t wrong = 0;
    for (uint32_t p = 0; p < PAGES; p++) {
        wrong += (page_free[p / 64] >> p % 64 & 1) != is_free[p];
        wrong += (page_released[p / 64] >> p % 64 & 1) != is_released[p];
    }
    for (uint32_t c = 0; c < CHUNKS; c++) {
        wrong += !summary_agrees(c);
    }
    CHECK(wrong == 0);
    for (uint32_t s = 0; s < SOME; s++) {
        for (uint32_t i = 0; i < 64; i++) {
            wrong += (page_cache[thread(s)].free >> i & 1) != holds[s][i];
            wrong += (page_cache[thread(s)].released >> i & 1) != holds_released[s][i];
        }
        wrong += page_cache[thread(s)].base != base[s];
    }
    CHECK(wrong == 0);
    CHECK(SEARCH_HINT == hint);
    CHECK(total_free == count(is_free, PAGES));
    CHECK(total_released == count(is_released, PAGES));
    CHECK(pages_audit() && page_cache_audit());
}

static void grow(uint32_t c) {
    pages_grow(c, 1);
    is_mapped[c] = 1;
    for (uint32_t i = 0; i < CHUNK_PAGES; i++) {
        is_free[c * CHUNK_PAGES + i] = is_released[c * CHUNK_PAGES + i] = 1;
    }
    hint = c * CHUNK_PAGES < hint ? c * CHUNK_PAGES : hint;
}

static void alloc_pages(uint32_t p, uint32_t n) {
    pages_alloc(p, n);
    for (uint32_t i = 0; i < n; i++) {
        is_free[p + i] = is_released[p + i] = 0;
    }
}

static void free_pages(uint32_t p, uint32_t n) {
    pages_free(p, n);
    for (uint32_t i = 0; i < n; i++) {
        is_free[p + i] = 1;
    }
    hint = p < hint ? p : hint;
}

static uint32_t obvious_run(const uint8_t *table, uint32_t size, uint32_t n) {
    uint32_t run = 0;
    for (uint32_t i = 0; n > 0 && i < size; i++) {
        run = table[i] ? run + 1 : 0;
        if (run >= n) {
            return i + 1 - n;
        }
    }
    return size;
}

static void refill(uint32_t s) {
    uint32_t p = obvious_run(is_free, PAGES, 1);
    page_cache_refill(thread(s));
    base[s] = p == PAGES ? 0 : p / 64 * 64;
    hint = p == PAGES ? PAGES : base[s] + 63;
    for (uint32_t i = 0; i < 64 && p < PAGES; i++) {
        uint32_t q = base[s] + i;
        holds[s][i] = is_free[q];
        holds_released[s][i] = is_free[q] && is_released[q];
        is_cached[q] |= is_free[q];
        is_free[q] = is_released[q] = 0;
    }
}

static void flush(uint32_t s) {
    page_cache_flush(thread(s));
    if (count(holds[s], 64) == 0) {
        return;
    }
    for (uint32_t i = 0; i < 64; i++) {
        uint32_t q = base[s] + i;
        is_free[q] |= holds[s][i];
        is_released[q] |= holds_released[s][i];
        is_cached[q] &= !holds[s][i];
        holds[s][i] = holds_released[s][i] = 0;
    }
    hint = base[s] < hint ? base[s] : hint;
    base[s] = 0;
}

static void alloc_cached(uint32_t s, uint32_t n) {
    struct page_taken taken = page_cache_alloc(thread(s), n);
    uint32_t i = obvious_run(holds[s], 64, n), released = 0;
    CHECK(taken.page == (i == 64 ? PAGES : base[s] + i));
    for (uint32_t j = i; i < 64 && j < i + n; j++) {
        released += holds_released[s][j];
        holds[s][j] = holds_released[s][j] = is_cached[base[s] + j] = 0;
    }
    CHECK(taken.released == released);
}

static void test_empty(void) {
    check_tables();
    for (uint32_t n = 0; n <= 65; n++) {
        alloc_cached(0, n);
    }
    flush(0);
    refill(0);
    check_tables();
}

/* Two blocks of a chunk: what is left in them, the hint, and what an empty cache keeps. */
static void test_block(void) {
    grow(0);
    alloc_pages(0, 70);
    free_pages(66, 1);
    free_pages(3, 2);
    refill(0);
    CHECK(page_cache[0].base == 0 && page_cache[0].free == 3u << 3 && page_cache[0].released == 0);
    CHECK(SEARCH_HINT == 63);
    check_tables();
    refill(1);
    CHECK(page_cache[thread(1)].base == 64 && SEARCH_HINT == 127);
    CHECK(page_cache[thread(1)].released == UINT64_MAX << 6);
    check_tables();
    alloc_cached(1, 64);
    alloc_cached(1, 59);
    alloc_cached(1, 58);
    alloc_cached(1, 2);
    alloc_cached(1, 1);
    alloc_cached(1, 1);
    check_tables();
    uint32_t left = search_left;
    flush(1);
    CHECK(search_left == left && page_cache[thread(1)].base == 64);
    flush(0);
    CHECK(SEARCH_HINT == 0);
    check_tables();
    refill(1);
    refill(0);
    CHECK(page_cache[0].base == 128 && page_cache[0].free == UINT64_MAX);
    alloc_cached(0, 65);
    alloc_cached(0, 0);
    alloc_cached(0, 64);
    check_tables();
    flush(0);
    flush(1);
    check_tables();
    for (uint32_t n = 1; n <= 64; n++) {
        refill(0);
        alloc_cached(0, n);
        alloc_cached(0, 64 - n);
        flush(0);
        check_tables();
    }
}

/* What is wrong is seen, and seen no longer once it is mended. */
#define CHECK_SEEN(damage, repair)                                                                 \
    do {                                                                                           \
        damage;                                                                                    \
        CHECK(!page_cache_audit());                                                                \
        repair;                                                                                    \
        CHECK(page_cache_audit());                                                                 \
    } while (0)

static void test_audit(void) {
    uint32_t t = THREADS - 1, k = CHUNK_WORDS - 1;
    uint64_t was = page_free[k];
    struct page_cache first = page_cache[0], second = page_cache[1];
    page_free[k] = 0;
    CHECK(page_cache_audit());
    CHECK_SEEN(page_cache[t].base = 1, page_cache[t].base = 0);
    CHECK_SEEN(page_cache[t].base = PAGES, page_cache[t].base = 0);
    CHECK_SEEN(page_cache[t].base = UINT32_MAX - 63, page_cache[t].base = 0);
    CHECK_SEEN(page_cache[t].released = 1, page_cache[t].released = 0);
    page_cache[t].base = PAGES - 64;
    CHECK(page_cache_audit());
    page_cache[t].base = 64 * k;
    page_cache[t].free = 6;
    page_cache[t].released = 2;
    CHECK(page_cache_audit());
    CHECK_SEEN(page_free[k] = 4, page_free[k] = 16);
    CHECK_SEEN(chunk_mapped[0] = 0, chunk_mapped[0] = 1);
    page_cache[1].base = 64 * k;
    page_cache[1].free = 9;
    CHECK(page_cache_audit());
    CHECK_SEEN(page_cache[1].free = 4, page_cache[1].free = 8);
    CHECK_SEEN(page_cache[0] = page_cache[t], page_cache[0] = first);
    page_cache[1] = second;
    page_cache[t].base = 0;
    page_cache[t].free = page_cache[t].released = 0;
    page_free[k] = was;
    check_tables();
}

static void alloc_somewhere(void) {
    uint32_t n = 1 + (uint32_t)(test_random() % (1u << test_random() % 10));
    uint32_t p = pages_search(n);
    CHECK(p == obvious_run(is_free, PAGES, n));
    hint = SEARCH_HINT; /* where a search leaves it is not this test's business */
    if (p < PAGES) {
        alloc_pages(p, n);
    }
}

/* Frees used pages, whoever had them, but none that a cache holds. */
static void free_somewhere(void) {
    uint32_t p = (uint32_t)(test_random() % PAGES), n = 0;
    uint32_t most = 1 + (uint32_t)(test_random() % (1u << test_random() % 10));
    while (p + n < PAGES && n < most && is_mapped[(p + n) / CHUNK_PAGES] && !is_free[p + n] &&
           !is_cached[p + n]) {
        n++;
    }
    if (n > 0) {
        free_pages(p, n);
    }
}

static void test_against_bytes(void) {
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t s = (uint32_t)(test_random() % SOME), c = (uint32_t)(test_random() % CHUNKS);
        switch (test_random() % 16) {
        case 0:
            if (!is_mapped[c]) {
                grow(c);
            }
            break;
        case 1:
        case 2:
            alloc_somewhere();
            break;
        case 3:
        case 4:
        case 5:
            free_somewhere();
            break;
        case 6:
            flush(s);
            break;
        case 7:
        case 8:
        case 9:
            if (count(holds[s], 64) == 0) {
                refill(s);
            }
            break;
        default:
            alloc_cached(s, 1 + (uint32_t)(test_random() % (1u << test_random() % 8)));
        }
        check_tables();
    }
}

int main(void) {
    test_empty();
    test_block();
    test_audit();
    test_against_bytes();
    return test_report("page_cache");
}
