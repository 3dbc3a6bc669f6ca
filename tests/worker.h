/* A thread of a test: random numbers and counts of its own, since those of test.h are for one. */
#ifndef CAIRN_WORKER_H
#define CAIRN_WORKER_H

#include "test.h"

struct worker {
    uint64_t state, passed, failed;
    uint32_t number; /* from 1 */
};

static inline void worker_begin(struct worker *me, uint32_t number) {
    me->number = number;
    me->state = test_random() | 1;
}

static inline uint32_t below(struct worker *me, uint32_t n) {
    me->state ^= me->state << 13;
    me->state ^= me->state >> 7;
    me->state ^= me->state << 17;
    return (uint32_t)(me->state >> 11) % n;
}

static inline void expect(struct worker *me, int condition, int line) {
    if (condition) {
        me->passed++;
    } else if (me->failed++ < 5) {
        printf("line %d: thread %d, seed %d\n", line, (int)me->number, (int)test_seed);
    }
}

#define EXPECT(condition) expect(me, (condition) != 0, __LINE__)

/* Adds what a thread that has ended counted to the test's. */
static inline void worker_count(const struct worker *me) {
    test_passed += me->passed;
    test_failed += me->failed;
}

#endif
