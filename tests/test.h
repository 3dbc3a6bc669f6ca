/* What every unit test uses: checks that count, random numbers with a printed seed, a report. */
#ifndef CAIRN_TEST_H
#define CAIRN_TEST_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t test_passed, test_failed, test_seed, test_state;

/* The seed: CAIRN_SEED of the environment, or 1. */
static inline uint64_t test_start(void) {
    if (test_seed == 0) {
        const char *given = getenv("CAIRN_SEED");
        test_seed = given ? strtoull(given, NULL, 10) : 1;
        test_seed = test_seed ? test_seed : 1;
        test_state = test_seed;
    }
    return test_seed;
}

/* Xorshift: the same numbers for the same seed. */
static inline uint64_t test_random(void) {
    test_start();
    test_state ^= test_state << 13;
    test_state ^= test_state >> 7;
    test_state ^= test_state << 17;
    return test_state;
}

static inline void test_check(int condition, const char *text, const char *file, int line) {
    if (condition) {
        test_passed++;
        return;
    }
    test_failed++;
    if (test_failed <= 20) {
        printf("%s:%d: failed: %s (seed %" PRIu64 ")\n", file, line, text, test_start());
    }
}

#define CHECK(condition) test_check((condition) != 0, #condition, __FILE__, __LINE__)

/* The last line of a test, and its exit code. */
static inline int test_report(const char *name) {
    printf("%s: %" PRIu64 " passed, %" PRIu64 " failed\n", name, test_passed, test_failed);
    return test_failed != 0 || test_passed == 0;
}

#endif
