#include "page/chunk.h"
#include "tools/replay.h"
#include <inttypes.h>

/* The chunk the trace is about: not the first, so that a forgotten offset shows. */
#define HERE       (CHUNKS - 1)
#define HERE_WORDS (CHUNK_WORDS * HERE)

/* Traces have 1 for used, the table for free. */
static void print_words(void) {
    for (uint32_t k = 0; k < CHUNK_WORDS; k++) {
        printf("%016" PRIx64, ~page_free[HERE_WORDS + k]);
    }
    printf("\n");
}

static void load(struct trace *t) {
    uint64_t words[CHUNK_WORDS] = {0};
    trace_hex(t, words, CHUNK_WORDS, "8 words of 16 hexadecimal digits");
    trace_end(t);
    for (uint32_t k = 0; k < CHUNK_WORDS; k++) {
        page_free[HERE_WORDS + k] = ~words[k];
    }
    printf("ok\n");
}

static void summary(struct trace *t) {
    trace_end(t);
    struct run_summary runs = chunk_summarize(HERE);
    printf("start=%" PRIu32 " max=%" PRIu32 " end=%" PRIu32 "\n", runs.start, runs.max, runs.end);
}

static void find(struct trace *t) {
    uint32_t n = (uint32_t)trace_number(t, 0, UINT32_MAX, "a number of pages");
    uint32_t from = (uint32_t)trace_number(t, 0, CHUNK_PAGES, "an index");
    trace_end(t);
    uint32_t index = chunk_find(HERE, n, from);
    if (index == CHUNK_PAGES) {
        printf("none\n");
    } else {
        printf("index=%" PRIu32 "\n", index);
    }
}

/* Takes an index and a number of pages from it on. */
static void take_range(struct trace *t, uint32_t *i, uint32_t *n) {
    *i = (uint32_t)trace_number(t, 0, CHUNK_PAGES, "an index");
    *n = (uint32_t)trace_number(t, 0, CHUNK_PAGES - *i, "a number of pages in the chunk");
    trace_end(t);
}

void replay_bits(struct trace *t, const struct replay_options *options) {
    uint32_t i, n;
    (void)options; /* any words are sound */
    while (trace_next(t)) {
        if (trace_has(t, "load")) {
            load(t);
        } else if (trace_has(t, "summary")) {
            summary(t);
        } else if (trace_has(t, "find")) {
            find(t);
        } else if (trace_has(t, "popcnt")) {
            take_range(t, &i, &n);
            printf("count=%" PRIu32 "\n", n - chunk_count_free(HERE, i, n));
        } else if (trace_has(t, "set")) {
            take_range(t, &i, &n);
            chunk_alloc_range(HERE, i, n);
            print_words();
        } else if (trace_has(t, "clear")) {
            take_range(t, &i, &n);
            chunk_free_range(HERE, i, n);
            print_words();
        } else {
            trace_fail(t, "load, summary, find, popcnt, set or clear", t->rest);
        }
    }
}
