// config: host pool one
/* The tree of summaries against a byte a page and a scan of a node's bytes. A node's place and its
 * packed word are worked out here anew, in the most obvious way. */
#include <string.h>

#include "test.h"
#include "page/summary.h"

#define STEPS (PAGES <= 65536 ? 2000 : 80)

static uint8_t is_free[PAGES];
static uint32_t keeps; /* how often summary_keeps said yes */

/* The pages of a node that the window's end does not cut. */
static uint32_t node_pages(uint32_t h) {
    uint32_t pages = CHUNK_PAGES;
    for (; h > 0; h--) {
        pages *= 8;
    }
    return pages;
}

static uint32_t node_count(uint32_t h) {
    return (PAGES + node_pages(h) - 1) / node_pages(h);
}

static uint64_t expected(uint32_t h, uint32_t i) {
    uint64_t lo = (uint64_t)node_pages(h) * i;
    uint64_t hi = lo + node_pages(h) < PAGES ? lo + node_pages(h) : PAGES;
    uint64_t start = hi - lo, max = 0, run = 0;
    for (uint64_t p = lo; p < hi; p++) {
        run = is_free[p] ? run + 1 : 0;
        max = run > max ? run : max;
        if (!is_free[p] && start == hi - lo) {
            start = p - lo;
        }
    }
    if (max == 1 << 21) {
        return (uint64_t)1 << 63;
    }
    return start | max << 21 | run << 42;
}

static void check_node(uint32_t h, uint32_t i) {
    CHECK(summary[h * CHUNKS + i] == expected(h, i));
}

static void check_every_node(void) {
    for (uint32_t h = 0; h < TREE_HEIGHTS; h++) {
        for (uint32_t i = 0; i < node_count(h); i++) {
            check_node(h, i);
        }
    }
}

/* The nodes over page p, and those beside them. */
static void check_nodes_at(uint32_t p) {
    for (uint32_t h = 0; h < TREE_HEIGHTS; h++) {
        uint32_t i = p / node_pages(h);
        check_node(h, i);
        if (i + 1 < node_count(h)) {
            check_node(h, i + 1);
        }
        if (i > 0) {
            check_node(h, i - 1);
        }
    }
}

static void check_places(uint32_t p, uint32_t end) {
    if (PAGES <= 65536) {
        check_every_node();
        return;
    }
    check_nodes_at(p);
    check_nodes_at(end - 1);
    check_nodes_at((uint32_t)(test_random() % PAGES));
}

/* Makes the pages of [p, end) free or used, in the bits and in the model. */
static void put(uint32_t p, uint32_t end, int value) {
    memset(is_free + p, value, end - p);
    for (uint32_t q = p; q < end; q++) {
        uint64_t bit = (uint64_t)1 << (q % 64);
        page_free[q / 64] = value ? page_free[q / 64] | bit : page_free[q / 64] & ~bit;
    }
}

/* Did all pages of [p, end) have the other value? */
static int all_change(uint32_t p, uint32_t end, int value) {
    return memchr(is_free + p, value, end - p) == NULL;
}

/* Where summary_keeps says that the tree need not know, it says what it said. */
static void change(uint32_t p, uint32_t end, int value) {
    int kept = summary_keeps(p, end) && all_change(p, end, value);
    uint64_t was = summary[p / CHUNK_PAGES];
    put(p, end, value);
    summary_update(p, end);
    CHECK(!kept || summary[p / CHUNK_PAGES] == was);
    keeps += (uint32_t)kept;
}

/* Runs of random length up to `longest`, used and free in turn. */
static void put_random(uint32_t p, uint32_t end, uint32_t longest) {
    int value = test_random() & 1;
    while (p < end) {
        uint32_t n = 1 + (uint32_t)(test_random() % longest);
        uint32_t next = end - p < n ? end : p + n;
        put(p, next, value);
        p = next;
        value = !value;
    }
}

static void check_from_empty(void) {
    CHECK(summary_audit());
    check_every_node();
    change(0, PAGES, 1);
    CHECK(summary_audit());
    check_every_node();
    change(0, PAGES, 0);
    CHECK(summary_audit());
    check_every_node();
}

/* One page, and all but one, at each end of each node over it. */
static void check_edges(void) {
    for (uint32_t h = 0; h < TREE_HEIGHTS; h++) {
        uint32_t first = node_pages(h) * (uint32_t)(test_random() % node_count(h));
        uint32_t last = PAGES - first < node_pages(h) ? PAGES - 1 : first + node_pages(h) - 1;
        for (int value = 1; value >= 0; value--) {
            change(0, PAGES, !value);
            change(first, first + 1, value);
            check_places(first, first + 1);
            change(last, last + 1, value);
            check_places(last, last + 1);
            CHECK(summary_audit());
            change(first, last + 1, value);
            check_places(first, last + 1);
            CHECK(summary_audit());
        }
    }
    change(0, PAGES, 0);
}

/* Changes of a length that fits one of the heights, some of them in runs. */
static void check_random(void) {
    for (int step = 0; step < STEPS; step++) {
        uint32_t longest = node_pages((uint32_t)(test_random() % TREE_HEIGHTS)) * 2;
        uint32_t p = (uint32_t)(test_random() % PAGES);
        uint32_t n = 1 + (uint32_t)(test_random() % longest);
        uint32_t end = PAGES - p < n ? PAGES : p + n;
        if (test_random() % 2) {
            p -= p % CHUNK_PAGES;
        }
        if (test_random() % 4 == 0) {
            put_random(p, end, 1 + n / 3);
        } else {
            put(p, end, test_random() & 1);
        }
        summary_update(p, end);
        check_places(p, end);
        if (PAGES <= 65536 || step % 16 == 0) {
            CHECK(summary_audit());
        }
    }
}

/* One page of a chunk with many short runs: most often the tree need not know. */
static void check_kept(void) {
    for (int step = 0; step < STEPS; step++) {
        uint32_t c = (uint32_t)(test_random() % CHUNKS), first = c * CHUNK_PAGES;
        put_random(first, first + CHUNK_PAGES, 40);
        summary_update(first, first + CHUNK_PAGES);
        uint32_t p = first + (uint32_t)(test_random() % CHUNK_PAGES);
        change(p, p + 1, !is_free[p]);
        check_node(0, c);
    }
    CHECK(keeps > (uint32_t)STEPS / 4);
    change(0, PAGES, 0);
}

/* Bits changed behind the tree's back: the audit sees them, and an update of just that page makes
 * the whole tree right again. */
static void check_forgotten_update(void) {
    for (int step = 0; step < 20; step++) {
        uint32_t p = (uint32_t)(test_random() % PAGES);
        uint64_t leaf = summary[p / CHUNK_PAGES];
        put(p, p + 1, !is_free[p]);
        CHECK(summary_audit() == (leaf == expected(0, p / CHUNK_PAGES)));
        summary_update(p, p + 1);
        CHECK(summary_audit());
        check_places(p, p + 1);
    }
}

static void check_corrupted(uint32_t h, uint32_t i, uint64_t value) {
    uint64_t right = summary[h * CHUNKS + i];
    summary[h * CHUNKS + i] = value;
    CHECK(summary_audit() == 0);
    summary[h * CHUNKS + i] = right;
}

/* Each part of a node is looked at: one off in any of them is found. */
static void check_audit(void) {
    for (uint32_t h = 0; h < TREE_HEIGHTS; h++) {
        uint32_t count = node_count(h);
        for (uint32_t k = 0; k < 40; k++) {
            uint32_t i = count <= 40 ? k % count : (uint32_t)(test_random() % count);
            uint64_t right = summary[h * CHUNKS + i];
            uint32_t shift = 21 * (k % 3);
            if (right < (uint64_t)1 << 63) {
                check_corrupted(h, i, right ^ (uint64_t)1 << shift);
                check_corrupted(h, i, right ^ (uint64_t)1 << (shift + test_random() % 21));
                check_corrupted(h, i, (uint64_t)1 << 63);
            } else {
                check_corrupted(h, i, 0);
                check_corrupted(h, i, right - 1);
            }
        }
        check_corrupted(h, count - 1, ~summary[h * CHUNKS + count - 1] % ((uint64_t)1 << 63));
    }
    CHECK(summary_audit());
}

int main(void) {
    check_from_empty();
    check_edges();
    check_audit();
    check_random();
    check_kept();
    check_forgotten_update();
    check_audit();
    change(0, PAGES, 1);
    check_audit();
    return test_report("summary");
}
