/* The page map, the bits of pages and the zeroed bases against plain byte tables. */
#include "../test.h"
#include "span/arena.h"
#include <string.h>

#define ALL (PAGES < 40000 ? PAGES : 40000) /* the pages the tests look at */

struct span span[SPANS];

static uint32_t below(uint32_t n) {
    return (uint32_t)(test_random() % n);
}

/* The bits of pages: each operation changes one bit of one table. */
static uint8_t is_in_use[ALL], is_special[ALL];

static void check_bits(void) {
    int same = 1;
    for (uint32_t p = 0; p < ALL; p++) {
        same &= (arena_is_in_use(p) != 0) == is_in_use[p];
        same &= (arena_has_special(p) != 0) == is_special[p];
    }
    CHECK(same);
}

static void test_bits(void) {
    for (int i = 0; i < 20000; i++) {
        uint32_t p = i % 7 == 0 ? (i % 2 == 0 ? 0 : ALL - 1) : below(ALL);
        switch (below(4)) {
        case 0:
            arena_set_in_use(p);
            is_in_use[p] = 1;
            break;
        case 1:
            arena_clear_in_use(p);
            is_in_use[p] = 0;
            break;
        case 2:
            arena_set_special(p);
            is_special[p] = 1;
            break;
        default:
            arena_clear_special(p);
            is_special[p] = 0;
        }
        if (i % 500 == 0) {
            check_bits();
        }
    }
    check_bits();
    memset(page_in_use, 0, sizeof page_in_use);
    memset(page_specials, 0, sizeof page_specials);
}

/* Spans come and go; the reference asks every record whether it has the page. */
#define RECORDS 40

static uint32_t reference_span_of(uint32_t p, int heap_only) {
    for (uint32_t s = 1; s < RECORDS; s++) {
        if (span[s].state != SPAN_DEAD && span[s].base <= p && p < span[s].base + span[s].npages) {
            return heap_only && span[s].state != SPAN_IN_USE ? 0 : s;
        }
    }
    return 0;
}

static int is_free_range(uint32_t p, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (reference_span_of(p + i, 0) != 0) {
            return 0;
        }
    }
    return 1;
}

static void free_span(uint32_t s) {
    if (span[s].state == SPAN_IN_USE) {
        arena_clear_in_use(span[s].base);
    }
    span[s].state = SPAN_DEAD;
    span[s].npages = 0;
}

static void make_span(uint32_t s) {
    uint32_t n = 1 + below(30);
    uint32_t p = below(8) == 0 ? PAGES - n : below(600);
    if (!is_free_range(p, n)) {
        return;
    }
    arena_set_span(s, p, n);
    span[s].base = p;
    span[s].npages = n;
    span[s].state = below(2) ? SPAN_IN_USE : SPAN_MANUAL;
    if (span[s].state == SPAN_IN_USE) {
        arena_set_in_use(p);
    }
}

static void check_map(void) {
    int same = 1;
    for (uint32_t p = 0; p < 640; p++) {
        same &= span_of(p) == reference_span_of(p, 0);
        same &= span_of_heap(p) == reference_span_of(p, 1);
    }
    CHECK(same);
    CHECK(span_of(PAGES - 1) == reference_span_of(PAGES - 1, 0));
    CHECK(span_of(PAGES) == 0 && span_of(UINT32_MAX) == 0);
    CHECK(span_of_heap(PAGES) == 0 && span_of_heap(UINT32_MAX) == 0);
}

static void test_map(void) {
    CHECK(arena_audit());
    for (int i = 0; i < 3000; i++) {
        uint32_t s = 1 + below(RECORDS - 1);
        if (span[s].state == SPAN_DEAD) {
            make_span(s);
        } else {
            free_span(s);
        }
        check_map();
        if (i % 100 == 0) {
            CHECK(arena_audit());
        }
    }
    arena_set_span(5, 100, 0);
    check_map();
}

/* The audit sees each kind of damage, and nothing once it is undone. */
static void test_audit(void) {
    uint32_t s = 1;
    while (span[s].state != SPAN_IN_USE || span[s].npages < 2) {
        free_span(s);
        make_span(s);
    }
    uint32_t p = span[s].base, n = span[s].npages;
    CHECK(arena_audit());
    page_span[p + n - 1] = s + 1;
    CHECK(!arena_audit());
    page_span[p + n - 1] = SPANS;
    CHECK(!arena_audit());
    page_span[p + n - 1] = s;
    arena_clear_in_use(p);
    CHECK(!arena_audit());
    arena_set_in_use(p);
    arena_set_in_use(p + 1);
    CHECK(!arena_audit());
    arena_clear_in_use(p + 1);
    span[s].npages = 0;
    CHECK(!arena_audit());
    span[s].npages = PAGES + 1;
    CHECK(!arena_audit());
    span[s].npages = UINT32_MAX;
    CHECK(!arena_audit());
    span[s].npages = n;
    zeroed_base[ARENAS - 1] = ARENA_PAGES + 1;
    CHECK(!arena_audit());
    zeroed_base[ARENAS - 1] = ARENA_PAGES;
    CHECK(arena_audit());
    zeroed_base[ARENAS - 1] = 0;
}

/* Zeroing: the reference marks, in a byte a page, all of an arena below the end of a range. */
static uint8_t reference_below[ALL];

static int reference_needs_zero(uint32_t p, uint32_t n) {
    int needs = 0;
    for (uint32_t q = p; q < p + n; q++) {
        needs |= reference_below[q];
    }
    for (uint32_t q = p; q < p + n; q++) {
        for (uint32_t k = q / ARENA_PAGES * ARENA_PAGES; k <= q; k++) {
            reference_below[k] = 1;
        }
    }
    return needs;
}

static void check_bases(void) {
    int same = 1;
    for (uint32_t p = 0; p < ALL; p++) {
        same &= (p % ARENA_PAGES < zeroed_base[p / ARENA_PAGES]) == reference_below[p];
    }
    CHECK(same);
}

static void test_zeroed(void) {
    for (int round = 0; round < 60; round++) {
        memset(zeroed_base, 0, sizeof zeroed_base);
        memset(reference_below, 0, sizeof reference_below);
        for (int i = 0; i < 12; i++) {
            uint32_t n = 1 + below(i % 4 == 0 ? ALL / 3 : 40);
            uint32_t p = below(ALL - n + 1);
            if (i % 3 == 0 && ARENA_PAGES + n <= ALL) {
                p = ARENA_PAGES - (n < ARENA_PAGES ? n / 2 : 0);
            }
            CHECK(alloc_needs_zero(p, n) == reference_needs_zero(p, n));
        }
        check_bases();
    }
    CHECK(alloc_needs_zero(0, ALL) == reference_needs_zero(0, ALL));
    memset(zeroed_base, 0, sizeof zeroed_base);
    CHECK(alloc_needs_zero(0, PAGES) == 0);
    CHECK(alloc_needs_zero(PAGES - 1, 1) == 1);
    CHECK(zeroed_base[0] == ARENA_PAGES && zeroed_base[ARENAS - 1] == ARENA_PAGES);
}

/* The atomic cell: a swap from a value long gone fails and changes nothing. */
static void test_cell(void) {
    zeroed_base[0] = 7;
    CHECK(zeroed_base_load(0) == 7);
    CHECK(zeroed_base_swap(0, 6, 9) == 0 && zeroed_base[0] == 7);
    CHECK(zeroed_base_swap(0, 7, 9) == 1 && zeroed_base[0] == 9);
    CHECK(zeroed_base[1] == ARENA_PAGES || ARENAS == 1);
}

int main(void) {
    test_bits();
    test_map();
    test_audit();
    test_zeroed();
    test_cell();
    return test_report("test_arena");
}
