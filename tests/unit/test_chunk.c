/* Chunks against two arrays with a byte a page: three neighbouring chunks at the bottom of the
 * window and three at its top, so that a change outside the chunk shows. */
#include <string.h>

#include "test.h"
#include "page/chunk.h"

#define SHOWN       3                     /* chunks in the model */
#define SHOWN_PAGES (SHOWN * CHUNK_PAGES) /* their pages */

static uint32_t base; /* the model's first chunk */
static uint8_t is_free[SHOWN_PAGES], is_released[SHOWN_PAGES];

static int bitmap_bit(const uint64_t *words, uint32_t p) {
    return (int)(words[p / 64] >> (p % 64)) & 1;
}

static void store(uint64_t *words, const uint8_t *bytes) {
    for (uint32_t i = 0; i < SHOWN_PAGES; i++) {
        uint32_t p = base * CHUNK_PAGES + i;
        uint64_t one = (uint64_t)1 << (p % 64);
        words[p / 64] = bytes[i] ? words[p / 64] | one : words[p / 64] & ~one;
    }
}

static void check_same(void) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < SHOWN_PAGES; i++) {
        uint32_t p = base * CHUNK_PAGES + i;
        wrong += bitmap_bit(page_free, p) != is_free[i];
        wrong += bitmap_bit(page_released, p) != is_released[i];
    }
    CHECK(wrong == 0);
}

/* Runs of random length; the longer they may be, the fewer there are. */
static void random_bytes(uint8_t *bytes, uint32_t longest) {
    uint8_t value = test_random() & 1;
    for (uint32_t i = 0; i < SHOWN_PAGES;) {
        uint32_t n = 1 + (uint32_t)(test_random() % longest);
        for (; n > 0 && i < SHOWN_PAGES; n--) {
            bytes[i++] = value;
        }
        value = !value;
    }
}

static void random_chunks(uint32_t longest) {
    random_bytes(is_free, longest);
    random_bytes(is_released, longest);
    store(page_free, is_free);
    store(page_released, is_released);
}

static uint32_t count(const uint8_t *bytes, uint32_t c, uint32_t i, uint32_t n) {
    uint32_t sum = 0;
    for (uint32_t k = 0; k < n; k++) {
        sum += bytes[(c - base) * CHUNK_PAGES + i + k];
    }
    return sum;
}

static void assign(uint8_t *bytes, uint32_t c, uint32_t i, uint32_t n, int value) {
    memset(bytes + (c - base) * CHUNK_PAGES + i, value, n);
}

static uint32_t first_run(uint32_t c, uint32_t n, uint32_t from) {
    for (uint32_t x = from; n > 0 && x < CHUNK_PAGES && x + n <= CHUNK_PAGES; x++) {
        if (count(is_free, c, x, n) == n) {
            return x;
        }
    }
    return CHUNK_PAGES;
}

static void check_find(uint32_t c, uint32_t n, uint32_t from) {
    CHECK(chunk_find(c, n, from) == first_run(c, n, from));
}

static void check_finds(uint32_t c) {
    static const uint32_t sizes[] = {0, 1, 2, 3, 7, 15, 16, 63, 64, 65, 100, 128, 200, 511, 512};
    for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check_find(c, sizes[i], 0);
        check_find(c, sizes[i], (uint32_t)(test_random() % CHUNK_PAGES));
        check_find(c, sizes[i], CHUNK_PAGES - sizes[i]);
        check_find(c, sizes[i], CHUNK_PAGES - sizes[i] + 1);
    }
    CHECK(chunk_find(c, CHUNK_PAGES + 1, 0) == CHUNK_PAGES);
    CHECK(chunk_find(c, UINT32_MAX, 0) == CHUNK_PAGES);
    CHECK(chunk_find(c, 1, CHUNK_PAGES) == CHUNK_PAGES);
    CHECK(chunk_find(c, 1, UINT32_MAX) == CHUNK_PAGES);
    CHECK(chunk_find(c, UINT32_MAX, UINT32_MAX) == CHUNK_PAGES);
}

static void check_summary(uint32_t c) {
    struct run_summary runs = chunk_summarize(c), want = {0, 0, 0};
    const uint8_t *bytes = is_free + (c - base) * CHUNK_PAGES;
    uint32_t run = 0;
    while (want.start < CHUNK_PAGES && bytes[want.start]) {
        want.start++;
    }
    for (uint32_t i = 0; i < CHUNK_PAGES; i++) {
        run = bytes[i] ? run + 1 : 0;
        want.max = run > want.max ? run : want.max;
    }
    want.end = run;
    CHECK(runs.start == want.start);
    CHECK(runs.max == want.max);
    CHECK(runs.end == want.end);
}

static void check_audit(uint32_t c) {
    int sound = 1;
    for (uint32_t i = 0; i < CHUNK_PAGES; i++) {
        uint32_t p = (c - base) * CHUNK_PAGES + i;
        sound = sound && !(is_released[p] && !is_free[p]);
    }
    CHECK((chunk_audit(c) != 0) == sound);
}

static void check_change(uint32_t c, uint32_t i, uint32_t n) {
    uint32_t released = count(is_released, c, i, n);
    CHECK(chunk_count_free(c, i, n) == count(is_free, c, i, n));
    CHECK(chunk_count_released(c, i, n) == released);
    if (test_random() & 1) {
        CHECK(chunk_alloc_range(c, i, n) == released);
        assign(is_free, c, i, n, 0);
        assign(is_released, c, i, n, 0);
    } else {
        chunk_free_range(c, i, n);
        assign(is_free, c, i, n, 1);
    }
    check_same();
}

/* Every range of a chunk, on bits that change as it goes. */
static void check_every_range(uint32_t c) {
    random_chunks(9);
    for (uint32_t n = 0; n <= CHUNK_PAGES; n++) {
        for (uint32_t i = 0; i + n <= CHUNK_PAGES; i += 1 + (uint32_t)(test_random() % 5)) {
            check_change(c, i, n);
        }
        random_chunks(1 + n);
    }
}

static void check_whole(uint32_t c) {
    random_chunks(30);
    chunk_alloc_all(c);
    assign(is_free, c, 0, CHUNK_PAGES, 0);
    assign(is_released, c, 0, CHUNK_PAGES, 0);
    check_same();
    check_finds(c);
    check_summary(c);
    check_audit(c);
    chunk_release_range(c, 0, CHUNK_PAGES);
    assign(is_released, c, 0, CHUNK_PAGES, 1);
    check_same();
    check_audit(c);
    chunk_free_all(c);
    assign(is_free, c, 0, CHUNK_PAGES, 1);
    check_same();
    check_finds(c);
    check_summary(c);
    check_audit(c);
}

/* One free run alone in a chunk, and one used run: every place and length. */
static void check_one_run(uint32_t c, int value) {
    for (uint32_t n = 1; n <= CHUNK_PAGES; n += n < 4 || (n > 60 && n < 70) ? 1 : 13) {
        for (uint32_t i = 0; i + n <= CHUNK_PAGES; i++) {
            assign(is_free, c, 0, CHUNK_PAGES, !value);
            assign(is_free, c, i, n, value);
            store(page_free, is_free);
            check_summary(c);
            check_find(c, n, 0);
            check_find(c, n, i);
            check_find(c, n, i + 1);
            check_find(c, n + 1, 0);
        }
    }
}

/* A single page that is released and not free, everywhere. */
static void check_audits(uint32_t c) {
    for (uint32_t i = 0; i < CHUNK_PAGES; i++) {
        random_bytes(is_free, 20);
        memcpy(is_released, is_free, SHOWN_PAGES);
        store(page_free, is_free);
        store(page_released, is_released);
        CHECK(chunk_audit(c) != 0);
        assign(is_free, c, i, 1, 0);
        assign(is_released, c, i, 1, 1);
        store(page_free, is_free);
        store(page_released, is_released);
        CHECK(chunk_audit(c) == 0);
    }
}

/* The run around some pages of chunk c, gone over page by page, as far as two words on either side
 * show it. */
static void check_around(uint32_t c) {
    const uint8_t *pages = &is_free[(c - base) * CHUNK_PAGES];
    uint32_t i = (uint32_t)(test_random() % CHUNK_PAGES);
    uint32_t room = CHUNK_PAGES - i, most = test_random() % 4 && room > 3 ? 3 : room;
    uint32_t end = i + 1 + (uint32_t)(test_random() % most);
    uint32_t below = i, above = end, expected = CHUNK_PAGES;
    while (below > 0 && pages[below - 1]) {
        below--;
    }
    while (above < CHUNK_PAGES && pages[above]) {
        above++;
    }
    if (below > 0 && above < CHUNK_PAGES && (below - 1) / 64 + 1 >= (i - 1) / 64 &&
        above / 64 <= end / 64 + 1) {
        expected = above - below;
    }
    CHECK(chunk_run_around(CHUNK_START(c) + i, CHUNK_START(c) + end) == expected);
}

static void check_chunk(uint32_t c) {
    check_whole(c);
    check_every_range(c);
    check_audits(c);
    check_one_run(c, 1);
    check_one_run(c, 0);
    for (uint32_t round = 0; round < 3000; round++) {
        random_chunks(1 + round % 700);
        check_finds(c);
        check_summary(c);
        check_around(c);
        check_audit(c);
    }
}

int main(void) {
    CHECK(chunk_audit(0) && chunk_audit(CHUNKS - 1));
    CHECK(chunk_find(0, 1, 0) == CHUNK_PAGES);
    base = 0;
    check_chunk(0);
    check_chunk(1);
    base = CHUNKS - SHOWN;
    check_chunk(CHUNKS - 2);
    check_chunk(CHUNKS - 1);
    return test_report("chunk");
}
