/* The basic operations of the heap, a case each: what one needs is made ready before the clock
 * starts. */
#include "bench.h"
#include "heap/heap.h"

enum { CHUNK = 5, LIVE = 20000 };

/* ---- A span of a page: in an empty heap, and behind 20,000 live spans with holes too small. */

static void ready_empty(void) {
    heap_alloc(1, 0);
}

static void ready_full(void) {
    static uint32_t page[LIVE];
    for (int i = 0; i < LIVE; i++) {
        page[i] = span[heap_alloc(1, 0).span].base;
    }
    for (int i = 0; i < LIVE; i += 2) {
        heap_free(page[i]);
    }
    for (int i = 0; i < LIVE / 2; i++) { /* the holes are filled, but for the last ones */
        heap_alloc(1, 0);
    }
}

static void run_page(void) {
    heap_free(span[heap_alloc(1, 0).span].base);
}

static void run_long(void) {
    heap_free(span[heap_alloc(40, 0).span].base);
}

/* ---- A chunk: random pages of which half are free, or every other one. */

static void ready_random(void) {
    uint64_t state = 88172645463325252u;
    for (int k = 0; k < CHUNK_WORDS; k++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        page_free[CHUNK_WORDS * CHUNK + k] = state;
    }
    page_free[CHUNK_WORDS * CHUNK + CHUNK_WORDS - 1] = ~(uint64_t)0;
}

static void ready_used(void) {
    page_free[CHUNK_WORDS * CHUNK + CHUNK_WORDS - 1] = (uint64_t)1 << 63;
}

static void run_find_one(void) {
    bench_sink = chunk_find(CHUNK, 1, 0);
}

static void run_find_run(void) {
    bench_sink = chunk_find(CHUNK, 20, 0);
}

static void run_summarize(void) {
    bench_sink = chunk_summarize(CHUNK).max;
}

static const struct {
    const char *name, *what;
    uint32_t times; /* it is done in a round */
    void (*ready)(void), (*run)(void);
} cases[] = {
    {"page", "a span of a page allocated and freed", 20000, ready_empty, run_page},
    {"page-full", "the same behind 20,000 spans", 2000, ready_full, run_page},
    {"long-full", "40 pages behind 20,000 spans", 2000, ready_full, run_long},
    {"find-1", "chunk_find of the last page", 20000, ready_used, run_find_one},
    {"find-20", "chunk_find of 20 pages at the end", 20000, ready_random, run_find_run},
    {"summarize", "chunk_summarize of random pages", 20000, ready_random, run_summarize},
};

static const char *case_name(size_t i) {
    return cases[i].name;
}

static void measure(size_t i) {
    cases[i].ready();
    bench_measure(cases[i].what, cases[i].run, cases[i].times);
}

int main(int argc, char **argv) {
    return bench_main(argc, argv, sizeof cases / sizeof cases[0], case_name, measure);
}
