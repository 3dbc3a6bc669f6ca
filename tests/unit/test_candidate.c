// config: host pool
/* Candidates against a byte a page: a page can be given back if its whole physical page is free
 * and not released; the rest is Go's findScavengeCandidate, page by page. */
#include <string.h>

#include "test.h"
#include "page/candidate.h"

static uint32_t chunk; /* the chunk looked at */
static uint8_t kept[CHUNK_PAGES];

/* Bits for the bytes: used or released pages in all three ways, and the opposite all around. */
static void store(void) {
    for (uint32_t i = 0; i < CHUNK_PAGES; i++) {
        uint32_t p = CHUNK_START(chunk) + i;
        uint64_t one = (uint64_t)1 << (p % 64);
        uint32_t way = (uint32_t)(test_random() % 3);
        page_free[p / 64] &= ~one;
        page_released[p / 64] &= ~one;
        if (kept[i] || way == 0) {
            page_free[p / 64] |= one;
        }
        if (!kept[i] && way <= 1) {
            page_released[p / 64] |= one;
        }
    }
}

static int can_go(uint32_t i, uint32_t min) {
    int all = 1;
    for (uint32_t k = 0; k < min; k++) {
        all = all && kept[i - i % min + k];
    }
    return all;
}

static struct candidate expected(uint32_t from, uint32_t min, uint32_t max, uint32_t huge) {
    struct candidate none = {0, 0};
    uint64_t most = max == 0 ? min : ((uint64_t)max + min - 1) / min * min;
    uint32_t end = from / 64 * 64 + 64;
    while (end > 0 && !can_go(end - 1, min)) {
        end--;
    }
    if (end == 0) {
        return none;
    }
    uint32_t run = 0;
    while (run < end && can_go(end - run - 1, min)) {
        run++;
    }
    uint32_t size = run < most ? run : (uint32_t)most;
    uint32_t start = end - size;
    if (huge > 1 && huge > min) {
        uint32_t above = (start + huge - 1) / huge * huge;
        uint32_t below = start / huge * huge;
        if (above <= end && below >= end - run) {
            size += start - below;
            start = below;
        }
    }
    struct candidate found = {start, size};
    return found;
}

static void check(uint32_t from, uint32_t min, uint32_t max, uint32_t huge) {
    struct candidate found = candidate_find(chunk, from, min, max, huge);
    struct candidate want = expected(from, min, max, huge);
    CHECK(found.index == want.index);
    CHECK(found.n == want.n);
}

/* Every size of physical and of huge page. */
static void check_sizes(uint32_t from, uint32_t max) {
    for (uint32_t min = 1; min <= 64; min *= 2) {
        check(from, min, max, 0);
        for (uint32_t huge = 1; huge <= CHUNK_PAGES; huge *= 2) {
            check(from, min, max, huge);
        }
    }
}

static void check_edges(void) {
    static const uint32_t most[] = {0, 1, 2, 7, 8, 63, 64, 65, 100, 511, 512, 513, UINT32_MAX};
    for (uint32_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        check_sizes(0, most[i]);
        check_sizes(63, most[i]);
        check_sizes(64, most[i]);
        check_sizes(CHUNK_PAGES - 1, most[i]);
        check_sizes((uint32_t)(test_random() % CHUNK_PAGES), most[i]);
    }
}

/* One page that must stay, and one run that may go, everywhere. */
static void check_every_page(void) {
    for (uint32_t i = 0; i < CHUNK_PAGES; i++) {
        memset(kept, 1, CHUNK_PAGES);
        kept[i] = 0;
        store();
        check_sizes(CHUNK_PAGES - 1, UINT32_MAX);
        check_sizes(i, 1 + (uint32_t)(test_random() % CHUNK_PAGES));
        memset(kept, 0, CHUNK_PAGES);
        uint32_t n = 1 + (uint32_t)(test_random() % (CHUNK_PAGES - i));
        memset(kept + i, 1, n);
        store();
        check_sizes(CHUNK_PAGES - 1, n);
        check_sizes(i, n / 2);
    }
}

/* Every pattern of the lowest 12 pages, with every search of them. */
static void check_patterns(void) {
    memset(kept, 0, CHUNK_PAGES);
    for (uint32_t pattern = 0; pattern < 1 << 12; pattern++) {
        for (uint32_t i = 0; i < 12; i++) {
            kept[i] = pattern >> i & 1;
        }
        store();
        for (uint32_t max = 0; max <= 12; max += 3) {
            for (uint32_t min = 1; min <= 4; min *= 2) {
                check(0, min, max, 0);
                check(0, min, max, 4);
                check(0, min, max, 8);
            }
        }
    }
}

/* Runs of random length; the longer they may be, the fewer there are. */
static void check_random(uint32_t longest) {
    uint8_t value = test_random() & 1;
    for (uint32_t i = 0; i < CHUNK_PAGES;) {
        uint32_t n = 1 + (uint32_t)(test_random() % longest);
        for (; n > 0 && i < CHUNK_PAGES; n--) {
            kept[i++] = value;
        }
        value = !value;
    }
    store();
    uint32_t from = (uint32_t)(test_random() % CHUNK_PAGES);
    check_sizes(from, (uint32_t)(test_random() % (CHUNK_PAGES + 2)));
    check_sizes(CHUNK_PAGES - 1, (uint32_t)(test_random() % (2 * longest)));
}

static void check_chunk(uint32_t c) {
    chunk = c;
    memset(page_free, 0xff, sizeof page_free);
    memset(page_released, 0, sizeof page_released);
    memset(kept, 0, CHUNK_PAGES);
    store();
    check_edges();
    memset(kept, 1, CHUNK_PAGES);
    store();
    check_edges();
    check_every_page();
    check_patterns();
    for (uint32_t round = 0; round < 2000; round++) {
        check_random(1 + round % 600);
        if (round % 100 == 0) {
            check_edges();
        }
    }
}

int main(void) {
    CHECK(candidate_find(0, CHUNK_PAGES - 1, 1, UINT32_MAX, 0).n == 0);
    check_chunk(0);
    check_chunk(CHUNKS - 1);
    return test_report("candidate");
}
