// config: host
// link: -pthread
/* The zeroed bases under several threads: what T4 believes of them. A base never falls, a swap
 * that says it was done was done on the value seen, and in the end the highest one stands. */
#define _GNU_SOURCE
#include "os/atomic.h"
#include "test.h"

#include <pthread.h>

#define WORKERS 4
#define ROUNDS  200
#define STEPS   (ARENA_PAGES / WORKERS)

static uint32_t swaps[WORKERS]; /* how often a thread's swap was done */
static uint32_t falls[WORKERS]; /* how often it saw a base fall */
static pthread_barrier_t start;

/* Raises the base of each round's arena to the values that are number modulo WORKERS, upward. */
static void *raise_bases(void *argument) {
    uint32_t number = (uint32_t)(uintptr_t)argument;
    for (uint32_t arena = 0; arena < ROUNDS; arena++) {
        pthread_barrier_wait(&start);
        uint32_t last = 0;
        for (uint32_t step = 0; step < STEPS; step++) {
            uint32_t next = step * WORKERS + number + 1;
            uint32_t seen = zeroed_base_load(arena);
            falls[number] += seen < last;
            last = seen;
            while (seen < next && !zeroed_base_swap(arena, seen, next)) {
                uint32_t again = zeroed_base_load(arena);
                falls[number] += again <= seen;
                seen = again;
            }
            swaps[number] += seen < next;
        }
    }
    return NULL;
}

static void test_threads(void) {
    pthread_t threads[WORKERS];
    pthread_barrier_init(&start, NULL, WORKERS);
    for (uintptr_t i = 0; i < WORKERS; i++) {
        CHECK(pthread_create(&threads[i], NULL, raise_bases, (void *)i) == 0);
    }
    uint32_t done = 0, fell = 0;
    for (uint32_t i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
        done += swaps[i];
        fell += falls[i];
    }
    CHECK(fell == 0);
    CHECK(done >= ROUNDS && done <= ROUNDS * ARENA_PAGES);
    for (uint32_t arena = 0; arena < ROUNDS; arena++) {
        CHECK(zeroed_base[arena] == ARENA_PAGES);
    }
}

static void test_alone(void) {
    uint32_t a = ARENAS - 1;
    CHECK(zeroed_base_load(a) == 0);
    CHECK(zeroed_base_swap(a, 0, 5) == 1 && zeroed_base_load(a) == 5);
    CHECK(zeroed_base_swap(a, 4, 9) == 0 && zeroed_base_load(a) == 5);
    CHECK(zeroed_base_swap(a, 5, ARENA_PAGES) == 1 && zeroed_base_load(a) == ARENA_PAGES);
    CHECK(zeroed_base[a - 1] == 0);
}

int main(void) {
    test_alone();
    test_threads();
    return test_report("atomic");
}
