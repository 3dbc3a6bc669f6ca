/* What every benchmark uses. `PROGRAM` lists its cases, a name a line. `PROGRAM CASE ROUNDS` does
 * the work of a case so many times and prints, for each operation measured, a line
 *     BEST MEDIAN TIMES OPERATION
 * in nanoseconds, each of an operation, with how many there are in a round. Lines that begin with #
 * are remarks. run.sh lets callgrind count the instructions of `timed`, in the same order. */
#ifndef CAIRN_BENCH_H
#define CAIRN_BENCH_H

#define _GNU_SOURCE
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BENCH_MOST_ROUNDS = 10000, BENCH_DECIMAL = 10 };
#define BENCH_NS_A_SECOND 1e9

struct bench_samples {
    uint32_t count;
    double ns[BENCH_MOST_ROUNDS]; /* of a whole round */
};

static uint32_t bench_rounds;
static volatile uint64_t bench_sink; /* what is computed is wanted */

static inline double bench_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * BENCH_NS_A_SECOND + (double)now.tv_nsec;
}

/* All that is measured happens in here: a function of its own, so that callgrind sees it. */
static __attribute__((noinline, noclone)) void timed(void (*run)(void), uint32_t times) {
    for (uint32_t k = 0; k < times; k++) {
        run();
    }
}

static inline void bench_time(struct bench_samples *s, void (*run)(void), uint32_t times) {
    double start = bench_now();
    timed(run, times);
    s->ns[s->count++] = bench_now() - start;
}

static inline int bench_compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The line of an operation that was done so many times a round; what it is called is a format of
 * printf and what that wants. Forgets the samples. */
static inline __attribute__((format(printf, 3, 4))) void
bench_report(struct bench_samples *s, uint32_t times, const char *operation, ...) {
    va_list arguments;
    qsort(s->ns, s->count, sizeof s->ns[0], bench_compare);
    printf("%.2f %.2f %" PRIu32 " ", s->ns[0] / times, s->ns[s->count / 2] / times, times);
    va_start(arguments, operation);
    vprintf(operation, arguments);
    va_end(arguments);
    puts("");
    s->count = 0;
}

/* Measures what needs nothing made ready between two rounds: calls run so many times a round. */
static inline void bench_measure(const char *operation, void (*run)(void), uint32_t times) {
    static struct bench_samples samples;
    run(); /* whatever is slow but once */
    for (uint32_t r = 0; r < bench_rounds; r++) {
        bench_time(&samples, run, times);
    }
    bench_report(&samples, times, "%s", operation);
}

/* The main of a benchmark with so many cases. Returns its exit code. */
static inline int bench_main(int argc, char **argv, size_t cases, const char *(*name)(size_t),
                             void (*measure)(size_t)) {
    char *end = "";
    if (argc == 1) {
        for (size_t i = 0; i < cases; i++) {
            puts(name(i));
        }
        return 0;
    }
    unsigned long rounds = argc == 3 ? strtoul(argv[2], &end, BENCH_DECIMAL) : 0;
    for (size_t i = 0; *end == 0 && rounds > 0 && rounds <= BENCH_MOST_ROUNDS && i < cases; i++) {
        if (strcmp(argv[1], name(i)) == 0) {
            bench_rounds = (uint32_t)rounds;
            measure(i);
            return 0;
        }
    }
    fprintf(stderr, "usage: %s [CASE ROUNDS], of at most %d rounds; alone it lists the cases\n",
            argv[0], BENCH_MOST_ROUNDS);
    return 2;
}

#endif
