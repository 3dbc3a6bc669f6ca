#include "os/os.h"
#include "page/page_cache.h"
#include "page/scavenge.h"
#include "tools/os_sim.h"
#include "tools/replay.h"
#include <inttypes.h>
#include <string.h>

static int bit_of(const uint64_t *bitmap, uint32_t p) {
    return bitmap[p / WORD_BITS] >> p % WORD_BITS & 1;
}

static void print_page(uint32_t p) {
    if (p == PAGES) {
        printf("page=-");
    } else {
        printf("page=%" PRIu32, p);
    }
}

static uint32_t take_size(struct trace *t) {
    uint32_t n = (uint32_t)trace_number(t, 0, UINT32_MAX, "a number of pages");
    trace_end(t);
    return n;
}

/* Makes the pages of these ranges of chunk c used, or released. */
static void set_ranges(const struct trace *t, const char *list, uint32_t c, int used) {
    uint64_t i, n;
    if (strcmp(list, "-") == 0) {
        return;
    }
    while (trace_range(t, &list, CHUNK_PAGES, "an index and a number of pages", &i, &n)) {
        if (n > CHUNK_PAGES - i) {
            trace_fail(t, "pages inside the chunk", "more");
        }
        uint32_t p = CHUNK_START(c) + (uint32_t)i;
        for (uint32_t q = p; q < p + n; q++) {
            if (!bit_of(page_free, q) || (!used && bit_of(page_released, q))) {
                trace_fail(t, "a page once", "one twice");
            }
        }
        if (n > 0 && used) {
            pages_alloc(p, (uint32_t)n);
        } else if (n > 0) {
            pages_release(p, (uint32_t)n);
        }
    }
}

/* Maps a chunk: its pages were handed out and taken back once, then some were released, then some
 * handed out. */
static void init(struct trace *t) {
    if (!trace_has_field(t, "chunk=")) {
        trace_fail(t, "chunk=", t->rest);
    }
    uint32_t c = (uint32_t)trace_number(t, 0, CHUNKS - 1, "a chunk");
    if (!trace_has_field(t, "alloc=")) {
        trace_fail(t, "alloc=", t->rest);
    }
    const char *used = trace_word(t, "ranges of used pages");
    if (!trace_has_field(t, "scav=")) {
        trace_fail(t, "scav=", t->rest);
    }
    const char *released = trace_word(t, "ranges of released pages");
    trace_end(t);
    if (chunk_mapped[c]) {
        trace_fail(t, "a chunk that was not there", "one that was");
    }
    os_reserve(c / ARENA_CHUNKS, 1); /* refused if another chunk of the arena has it reserved */
    os_map(c, 1);
    pages_grow(c, 1);
    pages_alloc(CHUNK_START(c), CHUNK_PAGES);
    pages_free(CHUNK_START(c), CHUNK_PAGES);
    set_ranges(t, released, c, 0);
    set_ranges(t, used, c, 1);
}

static void alloc(struct trace *t, uint32_t (*find)(uint32_t n)) {
    uint32_t n = take_size(t);
    uint32_t p = find(n);
    print_page(p);
    printf(" scav=%" PRIu32, p == PAGES ? 0 : pages_alloc(p, n));
}

static void free_pages(struct trace *t) {
    uint32_t p = (uint32_t)trace_number(t, 0, PAGES - 1, "a page");
    uint32_t n = (uint32_t)trace_number(t, 1, PAGES - p, "a number of pages");
    trace_end(t);
    for (uint32_t q = p; q < p + n; q++) {
        int cached = q - page_cache[REPLAYER].base < WORD_BITS &&
                     (page_cache[REPLAYER].free >> (q - page_cache[REPLAYER].base) & 1);
        if (!chunk_mapped[q / CHUNK_PAGES] || bit_of(page_free, q) || cached) {
            printf("refused: page %" PRIu32 " is not in use", q);
            return;
        }
    }
    pages_free(p, n);
    printf("ok");
}

static void refill(struct trace *t) {
    trace_end(t);
    page_cache_flush(REPLAYER);
    page_cache_refill(REPLAYER);
    if (page_cache[REPLAYER].free == 0) {
        printf("base=-");
    } else {
        printf("base=%" PRIu32, page_cache[REPLAYER].base);
    }
    printf(" cache=%016" PRIx64 " scav=%016" PRIx64, page_cache[REPLAYER].free,
           page_cache[REPLAYER].released);
}

static void alloc_cached(struct trace *t) {
    struct page_taken taken = page_cache_alloc(REPLAYER, take_size(t));
    print_page(taken.page);
    printf(" scav=%" PRIu32 " cache=%016" PRIx64 " cscav=%016" PRIx64, taken.released,
           page_cache[REPLAYER].free, page_cache[REPLAYER].released);
}

static void scavenge(struct trace *t) {
    uint64_t bytes = trace_number(t, 0, UINT64_MAX, "a number of bytes");
    trace_number(t, 0, 1, "force");
    trace_end(t);
    uint64_t n = bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
    printf("released=%" PRIu32, pages_scavenge(n < PAGES ? (uint32_t)n : PAGES, 1));
}

/* Traces have 1 for used, the tables for free. */
static void dump(struct trace *t) {
    uint32_t c = (uint32_t)trace_number(t, 0, CHUNKS - 1, "a chunk");
    trace_end(t);
    printf("chunk=%" PRIu32 " alloc=", c);
    for (uint32_t k = CHUNK_WORDS * c; k < CHUNK_WORDS * (c + 1); k++) {
        printf("%016" PRIx64, ~page_free[k]);
    }
    printf(" scav=");
    for (uint32_t k = CHUNK_WORDS * c; k < CHUNK_WORDS * (c + 1); k++) {
        printf("%016" PRIx64, page_released[k]);
    }
    printf(" summary=%" PRIu32 ",%" PRIu32 ",%" PRIu32 "\n", packed_start(summary[c]),
           packed_max(summary[c]), packed_end(summary[c]));
}

static void configure(struct trace *t) {
    if (!trace_has_field(t, "hugepage_pages=")) {
        trace_fail(t, "hugepage_pages=", t->rest);
    }
    uint32_t huge = trace_power(t, 0, CHUNK_PAGES, "pages of a huge page");
    trace_end(t);
    os_sim_page_sizes(1, huge);
}

static int audit(void) {
    return pages_audit() && page_cache_audit();
}

void replay_pages(struct trace *t, const struct replay_options *options) {
    while (trace_next(t)) {
        if (trace_has(t, "config")) {
            configure(t);
            continue;
        }
        if (trace_has(t, "init")) {
            init(t);
            continue;
        }
        if (trace_has(t, "alloc")) {
            alloc(t, pages_search);
        } else if (trace_has(t, "findrange")) {
            alloc(t, pages_find);
        } else if (trace_has(t, "find")) {
            print_page(pages_find(take_size(t)));
        } else if (trace_has(t, "free")) {
            free_pages(t);
        } else if (trace_has(t, "refill")) {
            refill(t);
        } else if (trace_has(t, "calloc")) {
            alloc_cached(t);
        } else if (trace_has(t, "flush")) {
            trace_end(t);
            page_cache_flush(REPLAYER);
            printf("ok");
        } else if (trace_has(t, "scavenge")) {
            scavenge(t);
        } else if (trace_has(t, "dump")) {
            dump(t);
            continue;
        } else {
            trace_fail(
                t, "init, alloc, free, refill, calloc, flush, scavenge, find, findrange or dump",
                t->rest);
        }
        replay_print_hint();
        printf("\n");
        replay_audit(options, audit, "tables of pages");
    }
}
