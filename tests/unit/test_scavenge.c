// config: host pool one
/* The scavenger on heaps of random pages: what it gives back, what it leaves, and in which order. */
#include "tools/os_sim.h"
#include "page/scavenge.h"
#include "../test.h"
#include <string.h>

#define SHOWN       (CHUNKS < 6 ? CHUNKS : 6) /* chunks the test looks at, from the window's bottom */
#define SHOWN_PAGES (SHOWN * CHUNK_PAGES)

static uint8_t was_kept[SHOWN_PAGES], was_released[SHOWN_PAGES];

static uint32_t below(uint32_t n) {
    return (uint32_t)(test_random() % n);
}

static int bit_of(const uint64_t *bitmap, uint32_t p) {
    return bitmap[p / 64] >> p % 64 & 1;
}

static int is_kept(uint32_t p) {
    return bit_of(page_free, p) && !bit_of(page_released, p);
}

static void note(void) {
    for (uint32_t p = 0; p < SHOWN_PAGES; p++) {
        was_kept[p] = (uint8_t)is_kept(p);
        was_released[p] = (uint8_t)bit_of(page_released, p);
    }
}

static int group_was_kept(uint32_t p, uint32_t group) {
    uint32_t kept = 0;
    for (uint32_t q = p - p % group; q < p - p % group + group; q++) {
        kept += was_kept[q];
    }
    return kept == group;
}

/* A run of pages is handed out or taken back, as its first page asks for. */
static void change_pages(void) {
    uint32_t p = below(SHOWN_PAGES), n = 1 + below(below(8) == 0 ? 700 : 12), k = 0;
    if (!chunk_mapped[p / CHUNK_PAGES]) {
        return;
    }
    int unused = bit_of(page_free, p);
    while (k < n && p + k < SHOWN_PAGES && chunk_mapped[(p + k) / CHUNK_PAGES] &&
           bit_of(page_free, p + k) == unused) {
        k++;
    }
    if (unused) {
        pages_alloc(p, k);
    } else {
        pages_free(p, k);
    }
}

static void map_chunk(uint32_t c) {
    os_reserve(c / ARENA_CHUNKS, 1);
    CHECK(os_map(c, 1));
    pages_grow(c, 1);
}

/* Every chunk but one, if there are several, with pages used here and there; none kept but what
 * came back. */
static void make_heap(void) {
    uint32_t hole = SHOWN > 2 ? SHOWN / 2 : SHOWN;
    for (uint32_t c = 0; c < SHOWN; c++) {
        if (c != hole && !chunk_mapped[c]) {
            map_chunk(c);
        }
    }
    for (int i = 0; i < 400; i++) {
        change_pages();
    }
}

/* Of the pages that could go, the highest `released` are gone; nothing else changed. */
static void check_highest(uint32_t released) {
    uint32_t left = released, wrong = 0;
    for (uint32_t p = SHOWN_PAGES; p-- > 0;) {
        int goes = was_kept[p] && left > 0;
        left -= (uint32_t)goes;
        wrong += bit_of(page_released, p) != (was_released[p] || goes);
    }
    CHECK(wrong == 0 && left == 0);
}

static void check_forced(uint32_t group, uint32_t huge) {
    uint32_t n = below(4) == 0 ? PAGES : below(300), before = total_released, gone = 0, wrong = 0;
    uint32_t discarded = os_sim_discarded, left = 0;
    note();
    uint32_t released = pages_scavenge(n, 1);
    for (uint32_t p = 0; p < SHOWN_PAGES; p++) {
        int goes = bit_of(page_released, p) && !was_released[p];
        gone += (uint32_t)goes;
        wrong += goes && !group_was_kept(p, group);
        wrong += was_released[p] && !bit_of(page_released, p);
        left += group_was_kept(p, group) && !goes;
    }
    CHECK(wrong == 0);
    CHECK(released == gone && total_released == before + gone);
    CHECK(os_sim_discarded == discarded + gone);
    CHECK(released >= n || left == 0);
    CHECK(released < n + (huge > group ? huge : 0) + group);
    if (group == 1 && huge == 0) {
        check_highest(released);
    }
    CHECK(pages_audit());
}

/* The system refuses one request: what went before it is done, and all is sound. */
static void check_refused(void) {
    uint32_t before = total_released, discarded = os_sim_discarded;
    os_sim_refuse(os_sim_requests + 1 + below(3), UINT64_MAX);
    uint32_t released = pages_scavenge(PAGES, 1);
    CHECK(total_released == before + released);
    CHECK(os_sim_discarded == discarded + released);
    CHECK(pages_audit());
    os_sim_refuse(0, 0);
}

static uint32_t used_in(uint32_t c) {
    return CHUNK_PAGES - chunk_count_free(c, 0, CHUNK_PAGES);
}

/* The background search knows of frees once a generation is over, and leaves dense chunks alone. */
static void check_background(void) {
    index_next_gen();
    for (uint32_t c = 0; c < SHOWN; c++) { /* the last chunk is dense, the others are not */
        for (uint32_t p = CHUNK_START(c); p < CHUNK_END(c) && chunk_mapped[c]; p++) {
            int used = p % CHUNK_PAGES >= 16 && (c == SHOWN - 1 || p % 7 == 0);
            if (used && bit_of(page_free, p)) {
                pages_alloc(p, 1);
            } else if (!used && !bit_of(page_free, p)) {
                pages_free(p, 1);
            }
        }
    }
    CHECK(used_in(SHOWN - 1) >= HIGH_OCCUPANCY_PAGES);
    index_next_gen();
    index_next_gen();
    note();
    pages_scavenge(PAGES, 0);
    uint32_t wrong = 0;
    for (uint32_t p = 0; p < SHOWN_PAGES; p++) {
        int dense = p / CHUNK_PAGES == SHOWN - 1;
        wrong += bit_of(page_released, p) != (was_released[p] || (was_kept[p] && !dense));
    }
    CHECK(wrong == 0);
    CHECK(pages_audit());
}

int main(void) {
    static const uint32_t sizes[6][2] = {{1, 0}, {1, 256}, {1, 512}, {2, 0}, {8, 16}, {64, 0}};
    CHECK(pages_scavenge(PAGES, 1) == 0 && pages_scavenge(PAGES, 0) == 0);
    for (uint32_t round = 0; round < 60; round++) {
        const uint32_t *size = sizes[round / 10]; /* what had no run of one has none of two */
        os_sim_page_sizes(size[0], size[1]);
        make_heap();
        for (int i = 0; i < 6; i++) {
            check_forced(size[0], size[1]);
            for (int k = 0; k < 30; k++) {
                change_pages();
            }
        }
        check_refused();
        check_forced(size[0], size[1]);
    }
    os_sim_page_sizes(1, 0);
    check_background();
    return test_report("scavenge");
}
