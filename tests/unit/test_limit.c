// config: pool host
/* The memory limit, the goal for growth, the background's steps and the totals: after each call
 * what the system got back is compared with what it must have, counted from the rules, and the
 * totals with a walk over all pages and records. */
#include "../tables.h"
#include "../test.h"
#include "heap/audit.h"
#include "tools/os_sim.h"

#ifdef CAIRN_POOL
enum { SIZE = PAGES / 8, STEPS = 20000, ARENAS_OPEN = ARENAS };
#else
enum { SIZE = CHUNK_PAGES, STEPS = 3000, ARENAS_OPEN = 2 };
#endif
enum { LIVE = 24 };

static uint32_t live[LIVE]; /* first pages + 1 of spans; 0: none */
static uint64_t exceeded, backgrounds;

static uint32_t below(uint32_t n) {
    return (uint32_t)(test_random() % n);
}

static uint32_t committed(void) {
    return total_mapped - total_released;
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* Does the scavenger's index know of nothing to give back? It forgets pages of a chunk that the
 * background was through with, as Go's does, until some of the chunk are freed again. */
static int knows_none(void) {
    uint32_t known = 0;
    for (uint32_t c = 0; c < CHUNKS; c++) {
        known += chunk_flags(scavenge_chunk[c]) % 2;
    }
    return known == 0;
}

/* The totals by a walk over everything. */
static void check_totals(void) {
    struct heap_totals totals = heap_totals();
    uint32_t mapped = 0, free = 0, released = 0, waiting = 0, lives[KINDS] = {0};
    for (uint32_t c = 0; c < CHUNKS; c++) {
        mapped += chunk_mapped[c] != 0 ? CHUNK_PAGES : 0;
        for (uint32_t k = c * CHUNK_WORDS; chunk_mapped[c] != 0 && k < (c + 1) * CHUNK_WORDS; k++) {
            free += (uint32_t)__builtin_popcountll(page_free[k]);
            released += (uint32_t)__builtin_popcountll(page_released[k]);
        }
    }
    for (uint32_t t = 0; t < THREADS; t++) {
        waiting += (uint32_t)__builtin_popcountll(page_cache[t].free);
    }
    for (uint32_t s = 1; s <= pool_made; s++) {
        lives[span[s].kind] += span[s].state != SPAN_DEAD ? span[s].npages : 0;
    }
    CHECK(totals.mapped == mapped && totals.free == free && totals.released == released);
    CHECK(totals.waiting == waiting && totals.committed == mapped - released);
    CHECK(totals.heap == lives[KIND_HEAP] && totals.stack == lives[KIND_STACK]);
    CHECK(totals.workbuf == lives[KIND_WORKBUF] && totals.ptrbits == lives[KIND_PTRBITS]);
    CHECK(totals.mapped == totals.free + totals.waiting + totals.heap + totals.stack +
                               totals.workbuf + totals.ptrbits);
}

/* One span of n pages past all caches, and what went back for it. */
static void alloc(uint32_t i, uint32_t n) {
    uint32_t mapped = total_mapped, before = committed(), released = total_released;
    uint32_t discarded = os_sim_discarded;
    uint32_t s = heap_alloc_span_locked(THREADS, n, below(KINDS), 0).span;
    uint32_t back = os_sim_discarded - discarded;
    if (s == 0) {
        CHECK(back == 0 && committed() == before);
        return;
    }
    live[i] = span[s].base + 1;
    uint32_t growth = total_mapped - mapped;
    uint32_t took = released + growth + back - total_released; /* released pages the span took */
    uint32_t over =
        memory_limit != 0 && before + took > memory_limit ? before + took - memory_limit : 0;
    uint32_t makes_up = growth_goal != 0 && before + growth > growth_goal
                            ? least(growth, before + growth - growth_goal)
                            : 0;
    uint32_t most = over > makes_up ? over : makes_up;
    uint32_t left = total_free - total_released + back; /* what could be given back */
    CHECK(back <= least(most, left));
    CHECK(over == 0 || back == most || knows_none());
    CHECK(memory_limit == 0 || committed() <= memory_limit || knows_none());
    exceeded += over > 0 && back > 0;
}

static void free_one(uint32_t i) {
    uint32_t p = live[i] - 1, before = os_sim_discarded;
    CHECK(heap_free_span_locked(THREADS, p, span[page_span[p]].kind) == HEAP_OK);
    CHECK(os_sim_discarded == before);
    live[i] = 0;
}

/* Steps of the background until it has nothing to do. */
static void background(uint32_t goal) {
    uint32_t before = committed(), discarded = os_sim_discarded;
    uint64_t bytes, sum = 0;
    while ((bytes = heap_background((uint64_t)goal * PAGE_SIZE)) > 0) {
        CHECK(bytes <= (uint64_t)SCAVENGE_STEP * PAGE_SIZE);
        sum += bytes / PAGE_SIZE;
    }
    uint32_t lowest = memory_limit != 0 ? least(goal, memory_limit) : goal;
    CHECK(sum == os_sim_discarded - discarded && committed() == before - sum);
    CHECK(before > lowest ? committed() + SCAVENGE_STEP > lowest : sum == 0);
    backgrounds += sum > 0;
}

static void set_limit(uint32_t pages) {
    uint32_t before = committed(), left = total_free - total_released;
    uint32_t over = pages != 0 && before > pages ? before - pages : 0;
    heap_set_limit(pages == 0 ? 0 : (uint64_t)pages * PAGE_SIZE - below(PAGE_SIZE));
    CHECK(memory_limit == pages && committed() >= before - least(over, left));
    CHECK(committed() == before - over || knows_none());
}

/* What was left behind goes back when the heap grows beyond the goal, as far as it grew. */
static void test_growth(void) {
    alloc(0, 64);
    alloc(1, 1);
    free_one(0);
    heap_next_generation();
    growth_goal = 41;
    uint32_t discarded = os_sim_discarded;
    alloc(2, CHUNK_PAGES);
    CHECK(os_sim_discarded == discarded + 64);
    alloc(3, 64);
    free_one(3);
    growth_goal = total_mapped + CHUNK_PAGES;
    discarded = os_sim_discarded;
    alloc(3, CHUNK_PAGES);
    CHECK(os_sim_discarded == discarded);
}

static void test_rules(void) {
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t i = below(LIVE);
        switch (below(12)) {
        case 0:
            set_limit(below(3) ? 1 + below(total_mapped) : 0);
            break;
        case 1:
            growth_goal = below(3) ? 1 + below(total_mapped) : 0;
            break;
        case 2:
            background(below(SIZE * LIVE / 2));
            break;
        case 3:
            heap_next_generation();
            break;
        default:
            live[i] ? free_one(i) : alloc(i, 1 + below(SIZE));
        }
        CHECK(step % 16 || heap_audit());
        if (step % 16 == 0) {
            check_totals();
        }
    }
    CHECK(exceeded > 0 && backgrounds > 0);
}

/* A thread's cache is filled with pages that were released: they are committed then, and as many
 * go back for them elsewhere. */
static void test_caches(void) {
    uint32_t low = span[heap_alloc(4 * WORD_BITS, 0).span].base;
    uint32_t high = span[heap_alloc(4 * WORD_BITS, 0).span].base;
    CHECK(heap_free(low) == HEAP_OK);
    heap_flush();
    CHECK(heap_scavenge(UINT64_MAX) > 0 && heap_free(high) == HEAP_OK);
    heap_set_limit((uint64_t)committed() * PAGE_SIZE);
    uint32_t discarded = os_sim_discarded, released = total_released;
    uint32_t s = heap_alloc(1, 0).span;
    CHECK(s != 0 && page_cache[0].free != 0);
    uint32_t back = os_sim_discarded - discarded, took = released + back - total_released;
    CHECK(took > 0 && back == took && committed() == memory_limit);
    check_totals();
    heap_set_limit(0);
    CHECK(heap_free(span[s].base) == HEAP_OK && heap_audit());
}

/* The system takes nothing back: nothing is lost, and no allocation fails for that. */
static void test_refused(void) {
    uint32_t s = heap_alloc(4 * WORD_BITS, 0).span;
    CHECK(heap_free(span[s].base) == HEAP_OK && total_free > total_released);
    os_sim_refuse(os_sim_requests + 1, UINT64_MAX / 2);
    uint32_t before = committed();
    heap_set_limit(1);
    CHECK(committed() == before && heap_audit());
    CHECK(heap_background(0) == 0 && committed() == before);
    CHECK(heap_alloc(16, 0).span != 0 && heap_audit());
    os_sim_refuse(0, 0);
    CHECK(heap_alloc(16, 0).span != 0 && knows_none() && heap_audit());
    check_totals();
}

/* A fixed program, run once for each request it makes of the system, with that one refused, or it
 * and all that follow: what is live stays, and later the system takes all that is left. */
#ifdef CAIRN_POOL
static uint64_t run_refusing(uint64_t first, uint64_t n) {
    uint32_t page[16] = {0};
    tables_clear();
    os_sim_reset();
    os_sim_refuse(first, n);
    for (uint32_t i = 0; i < 40; i++) {
        uint32_t *p = &page[i * 7 % 16];
        if (*p != 0) {
            CHECK(heap_free(*p - 1) == HEAP_OK);
        }
        uint32_t s = heap_alloc(1 + i * 37 % 96, 0).span;
        *p = s == 0 ? 0 : span[s].base + 1;
        if (i % 5 == 0) {
            heap_set_limit((uint64_t)(i * 31 % 512) * PAGE_SIZE);
            heap_set_goal((uint64_t)(i * 17 % 512) * PAGE_SIZE);
        } else if (i % 5 == 1) {
            heap_next_generation();
            heap_background((uint64_t)i * PAGE_SIZE);
        } else if (i % 5 == 2) {
            heap_scavenge((uint64_t)(i % 3) * 100 * PAGE_SIZE);
        }
    }
    uint64_t requests = os_sim_requests;
    CHECK(heap_audit());
    check_totals();
    os_sim_refuse(0, 0);
    for (uint32_t i = 0; i < 16; i++) {
        CHECK(page[i] == 0 || heap_free(page[i] - 1) == HEAP_OK);
    }
    heap_flush();
    heap_scavenge(UINT64_MAX);
    CHECK(total_free == total_mapped && knows_none() && heap_audit());
    return requests;
}

static void test_each_refused(void) {
    uint64_t requests = run_refusing(0, 0);
    CHECK(requests > 20);
    for (uint64_t k = 1; k <= requests; k++) {
        run_refusing(k, 1);
        run_refusing(k, UINT64_MAX);
    }
}
#endif

/* Bytes in whole pages. */
static void test_bytes(void) {
    heap_set_limit(UINT64_MAX);
    CHECK(memory_limit == PAGES);
    heap_set_goal(UINT64_MAX);
    CHECK(growth_goal == PAGES);
    heap_set_limit((uint64_t)PAGES * PAGE_SIZE);
    CHECK(memory_limit == PAGES);
    heap_set_goal(1);
    CHECK(growth_goal == 1);
    heap_set_goal(PAGE_SIZE);
    CHECK(growth_goal == 1);
    heap_set_goal(PAGE_SIZE + 1);
    CHECK(growth_goal == 2);
    heap_set_goal(0);
    heap_set_limit(0);
    CHECK(growth_goal == 0 && memory_limit == 0);
}

int main(void) {
    test_start();
    os_sim_reset();
    os_sim_hold(ARENAS_OPEN, ARENAS - ARENAS_OPEN);
    check_totals();
    test_bytes();
    test_growth();
    test_rules();
    heap_set_limit(0);
    heap_set_goal(0);
    for (uint32_t i = 0; i < LIVE; i++) {
        if (live[i] != 0) {
            free_one(i);
        }
    }
    test_caches();
    test_refused();
#ifdef CAIRN_POOL
    test_each_refused();
#endif
    return test_report("limit");
}
