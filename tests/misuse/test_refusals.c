// config: pool host
/* Out of memory wherever memory is asked for: the same program runs once for every request to the
 * system, and that request, or it and all after it, is refused. Whatever fails must have had to,
 * and changes nothing but that the thread's own pages are the heap's again; whatever could be had
 * before can be had afterwards. */
#include "heap/heap.h"
#include "tools/os_sim.h"
#include "../test.h"
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIVE = 64 };
#ifdef CAIRN_POOL
enum { STEPS = 120 };
#else
enum { STEPS = 60 };
#endif

/* The tables a failure must leave alone, and copies of them. On the host some are too large to be
 * compared at every failure: there the totals speak for them. Of the records only how many are in
 * no pool and no cache counts: the order of those that wait is nobody's. */
// clang-format off
#ifdef CAIRN_POOL
#define LARGE_TABLES(EACH) \
    EACH(page_free) EACH(page_released) EACH(page_span) EACH(page_in_use) EACH(page_specials) \
    EACH(summary) EACH(chunk_mapped) EACH(span) EACH(special_head)
#else
#define LARGE_TABLES(EACH)
#endif
#define TABLES(EACH) LARGE_TABLES(EACH) \
    EACH(zeroed_base) EACH(arena_hint) EACH(hint_first) EACH(hint_count) \
    EACH(current_low) EACH(current_high) EACH(mapped_range) EACH(mapped_ranges) \
    EACH(total_mapped) EACH(total_free) EACH(total_released) EACH(total_live) \
    EACH(memory_limit) EACH(growth_goal) \
    EACH(os_sim_reserved) EACH(os_sim_mapped)

#define COPY(TABLE) static unsigned char TABLE##_copy[sizeof TABLE];
#define SAVE(TABLE) memcpy(TABLE##_copy, &TABLE, sizeof TABLE);
#define SAME(TABLE) CHECK(memcmp(TABLE##_copy, &TABLE, sizeof TABLE) == 0);
// clang-format on

TABLES(COPY)

static uint8_t used[PAGES]; /* the reference: 1 where a live span lies */

/* The chunks up to the last mapped one. */
static uint32_t chunks_reach(void) {
    return mapped_ranges == 0 ? 0 : mapped_range[mapped_ranges - 1].high;
}

/* Is there a run of n pages that are mapped and used by no span? */
static int has_run(uint32_t n) {
    uint32_t run = 0;
    for (uint32_t p = 0; p < CHUNK_PAGES * chunks_reach(); p++) {
        run = chunk_mapped[p / CHUNK_PAGES] && !used[p] ? run + 1 : 0;
        if (run == n) {
            return 1;
        }
    }
    return 0;
}

/* The audits look at every page and span: too slow for the host's at every step. */
static int is_sound(void) {
#ifdef CAIRN_POOL
    if (!pages_audit() || !page_cache_audit() || !arena_audit() || !span_pool_audit() ||
        !span_cache_audit() || !span_list_audit()) {
        return 0;
    }
#endif
    return total_mapped == CHUNK_PAGES * os_sim_mapped && total_live[KIND_HEAP] <= total_mapped;
}

/* A size that makes the heap grow by a chunk, by some, by arenas, and sometimes not at all. */
static uint32_t some_pages(void) {
    switch (test_random() % 4) {
    case 0:
        return 1 + (uint32_t)(test_random() % 20);
    case 1:
        return 1 + (uint32_t)(test_random() % CHUNK_PAGES);
    case 2:
        return 1 + (uint32_t)(test_random() % (3 * CHUNK_PAGES));
    default:
        return 1 + (uint32_t)(test_random() %
                              (PAGES / 4 < 2 * ARENA_PAGES ? PAGES / 4 : 2 * ARENA_PAGES));
    }
}

/* Makes the copies what they are once the pages of the only thread are the heap's: but for
 * the summaries, which is_sound looks at. */
static void give_copied_back(struct page_cache had) {
#ifdef CAIRN_POOL
    uint64_t free, released;
    memcpy(&free, page_free_copy + had.base / 8, sizeof free);
    memcpy(&released, page_released_copy + had.base / 8, sizeof released);
    CHECK((free & had.free) == 0);
    free |= had.free;
    released |= had.released;
    memcpy(page_free_copy + had.base / 8, &free, sizeof free);
    memcpy(page_released_copy + had.base / 8, &released, sizeof released);
    memcpy(summary_copy, summary, sizeof summary);
#endif
    uint32_t copied;
    memcpy(&copied, total_free_copy, sizeof copied);
    copied += (uint32_t)__builtin_popcountll(had.free);
    memcpy(total_free_copy, &copied, sizeof copied);
    memcpy(&copied, total_released_copy, sizeof copied);
    copied += (uint32_t)__builtin_popcountll(had.released);
    memcpy(total_released_copy, &copied, sizeof copied);
}

static uint32_t records_out(void) {
    return pool_made - pool_count - cache_count[0];
}

static void step_alloc(uint32_t *page) {
    uint32_t n = some_pages();
    TABLES(SAVE)
    struct page_cache had = page_cache[0];
    uint32_t out = records_out();
    int had_run = has_run(n);
    uint64_t requests = os_sim_requests;
    struct heap_answer answer = heap_alloc(n, 0);
    *page = PAGES;
    if (answer.status == HEAP_OK) {
        *page = span[answer.span].base;
        for (uint32_t p = *page; p < *page + n; p++) {
            CHECK(used[p] == 0);
            used[p] = 1;
        }
        return;
    }
    CHECK(answer.status == HEAP_NO_MEMORY && answer.span == 0);
    CHECK(!had_run && os_sim_requests > requests);
    CHECK(page_cache[0].free == 0 && page_cache[0].released == 0);
    if (had.free != 0) {
        give_copied_back(had);
    }
    TABLES(SAME)
    CHECK(records_out() == out);
}

static void step_free(uint32_t page) {
    uint32_t n = span[page_span[page]].npages;
    uint64_t requests = os_sim_requests;
    CHECK(heap_free(page) == HEAP_OK);
    CHECK(os_sim_requests == requests);
    memset(used + page, 0, n);
    /* free, then alloc of the same size: no request is needed */
    struct heap_answer answer = heap_alloc(n, 0);
    CHECK(answer.status == HEAP_OK && os_sim_requests == requests);
    CHECK(heap_free(span[answer.span].base) == HEAP_OK);
}

/* The program. Hints lead to the end of the window and to a place a stranger holds. */
static void run_program(void) {
    uint32_t page[LIVE];
    for (int i = 0; i < LIVE; i++) {
        page[i] = PAGES;
    }
    os_sim_hold(ARENAS / 2, 1);
    CHECK(heap_add_hint(ARENAS - 1) && heap_add_hint(ARENAS / 2 - 1));
    for (int i = 0; i < STEPS; i++) {
        uint32_t *one = &page[test_random() % LIVE];
        if (*one == PAGES) {
            step_alloc(one);
        } else {
            step_free(*one);
            *one = PAGES;
        }
        CHECK(is_sound());
    }
    for (int i = 0; i < LIVE; i++) {
        if (page[i] != PAGES) {
            CHECK(heap_free(page[i]) == HEAP_OK);
        }
    }
    CHECK(is_sound());
    heap_flush();
    CHECK(is_sound());
    CHECK(total_free == total_mapped && total_live[KIND_HEAP] == 0);
}

struct outcome {
    uint64_t passed, failed, requests;
};

/* Runs the program in a process of its own, as the heap's tables are never made anew. */
static struct outcome run_refusing(uint64_t first, uint64_t n) {
    struct outcome outcome = {0, 1, 0};
    int ends[2];
    if (pipe(ends) != 0) {
        return outcome;
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        os_sim_refuse(first, n);
        test_passed = test_failed = 0;
        run_program();
        fflush(stdout);
        struct outcome own = {test_passed, test_failed, os_sim_requests};
        _exit(write(ends[1], &own, sizeof own) != sizeof own);
    }
    close(ends[1]);
    CHECK(read(ends[0], &outcome, sizeof outcome) == sizeof outcome);
    close(ends[0]);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    test_passed += outcome.passed;
    test_failed += outcome.failed;
    return outcome;
}

int main(void) {
    test_start();
    uint64_t requests = run_refusing(0, 0).requests;
    CHECK(requests > 10);
    for (uint64_t k = 1; k <= requests; k++) {
        run_refusing(k, 1);
        run_refusing(k, 2);
        run_refusing(k, UINT64_MAX);
    }
    printf("each of %d requests refused, alone, with the next, and with all that follow\n",
           (int)requests);
    return test_report("refusals");
}
