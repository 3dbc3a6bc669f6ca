/* bench CASE ROUNDS: does one thing so many times, and prints the nanoseconds each took. What a
 * case needs is made ready before the clock starts. bench/run.sh counts instructions besides. */
#define _GNU_SOURCE
#include "heap/heap.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHUNK = 5, LIVE = 20000 };

static volatile uint32_t sink; /* what is computed is wanted */

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
    sink = chunk_find(CHUNK, 1, 0);
}

static void run_find_run(void) {
    sink = chunk_find(CHUNK, 20, 0);
}

static void run_summarize(void) {
    sink = chunk_summarize(CHUNK).max;
}

static const struct {
    const char *name, *what;
    uint32_t rounds;
    void (*ready)(void), (*run)(void);
} cases[] = {
    {"page", "a span of a page allocated and freed", 200000, ready_empty, run_page},
    {"page-full", "the same behind 20,000 spans", 20000, ready_full, run_page},
    {"long-full", "40 pages behind 20,000 spans", 20000, ready_full, run_long},
    {"find-1", "chunk_find of the last page", 2000000, ready_used, run_find_one},
    {"find-20", "chunk_find of 20 pages at the end", 2000000, ready_random, run_find_run},
    {"summarize", "chunk_summarize of random pages", 2000000, ready_random, run_summarize},
};

static double nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc == 1) { /* the names, for the script */
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            printf("%s %" PRIu32 " %s\n", cases[i].name, cases[i].rounds, cases[i].what);
        }
        return 0;
    }
    for (size_t i = 0; argc == 3 && i < sizeof cases / sizeof cases[0]; i++) {
        if (strcmp(argv[1], cases[i].name) == 0) {
            uint32_t rounds = (uint32_t)strtoul(argv[2], NULL, 10);
            cases[i].ready();
            double start = nanoseconds();
            for (uint32_t k = 0; k < rounds; k++) {
                cases[i].run();
            }
            printf("%.1f\n", (nanoseconds() - start) / rounds);
            return 0;
        }
    }
    fprintf(stderr, "usage: bench [CASE ROUNDS]\n");
    return 2;
}
