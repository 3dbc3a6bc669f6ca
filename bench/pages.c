/* The page allocator and its parts: alloc and free of 1 to 512 pages on page heaps of three sizes,
 * empty and fragmented; the page cache; a chunk's summary; the first run in a word. The core never
 * touches the memory it manages, so no heap here has any. Operations that Go's runtime has too are
 * called as its benchmarks (mpallocbits_test.go) and pages_test.go call them. */
#include "bench.h"
#include "page/bits.h"
#include "page/page_cache.h"
#include "test.h"

enum {
    BATCH = 64,        /* allocations in a round at most, that are then freed in another */
    WORD_TIMES = 1000, /* times an operation on words is done in a round */
    IN_USE = 70,       /* per cent of a fragmented heap's pages */
    SPAN_SHIFTS = 7,   /* a fragmented heap's spans are of 1, 2, 4 to 64 pages */
    CHUNK_MIB = CHUNK_PAGES * PAGE_SIZE >> 20,
    NAME = 64, /* bytes in an operation's name at most */
    HERE = 0   /* the thread whose page cache is used; the chunk that is summarized */
};

static const struct {
    const char *name;
    uint32_t mib;
} heaps[] = {{"64MiB", 64}, {"1GiB", 1024}, {"64GiB", 65536}};

static const uint32_t sizes[] = {1, 8, 16, 64, 512};

/* Words and lengths of runs of Go's benchmarks; in those of summaries a set bit is a page in use. */
static const uint64_t patterns[] = {
    0x0,
    0xffffffffffffffff,
    0xaaaaaaaaaaaaaaaa,
    0x80000000bbbbbbbb,
    0xcccccccccccccccc,
    0x4000400040004000,
    0x1000404044ccaaff,
};
static const uint32_t lengths[] = {2, 8, 32};

#define COUNT(table) (sizeof table / sizeof table[0])
enum { HEAPS = COUNT(heaps), CASES = 2 * HEAPS + 1 };

/* ---- Heaps. */

/* Frees pages here and there in a heap whose pages are all in use. A span is free by the toss of a
 * coin, and in use anyway once enough are free: the share is right and the places are random. The
 * last chunk is free, so that every size fits: 512 pages perhaps nowhere else. */
static void fragment(uint32_t pages) {
    uint32_t end = pages - CHUNK_PAGES;
    uint32_t free = CHUNK_PAGES;
    pages_free(end, CHUNK_PAGES);
    for (uint32_t p = 0, n; p < end; p += n) {
        uint64_t random = test_random();
        n = 1u << random % SPAN_SHIFTS;
        n = n < end - p ? n : end - p;
        if (random >> 32 & 1 && 100 * free < (100 - IN_USE) * (p + CHUNK_PAGES)) {
            pages_free(p, n);
            free += n;
        }
    }
    printf("# %.2f %% of %" PRIu32 " pages are in use, seed %" PRIu64 "\n",
           100.0 * (pages - free) / pages, pages, test_start());
}

/* A heap whose pages were all handed out once: none counts as released. */
static void make_heap(uint32_t mib, int fragmented) {
    uint32_t chunks = mib / CHUNK_MIB;
    pages_grow(0, chunks);
    pages_alloc(0, CHUNK_PAGES * chunks);
    if (fragmented) {
        fragment(CHUNK_PAGES * chunks);
    } else {
        pages_free(0, CHUNK_PAGES * chunks);
    }
}

/* ---- Alloc and free: a round allocates a batch, the next frees it. */

static uint32_t size, batch;
static uint32_t taken[BATCH];

static void alloc_batch(void) {
    for (uint32_t i = 0; i < batch; i++) {
        taken[i] = pages_search(size);
        pages_alloc(taken[i], size);
    }
}

static void free_batch(void) {
    for (uint32_t i = 0; i < batch; i++) {
        pages_free(taken[i], size);
    }
}

/* How many allocations of a batch the heap has room for. */
static uint32_t batch_that_fits(void) {
    batch = 0;
    while (batch < BATCH && (taken[batch] = pages_search(size)) < PAGES) {
        pages_alloc(taken[batch++], size);
    }
    free_batch();
    return batch;
}

static void measure_size(const char *state, const char *heap, uint32_t n) {
    static struct bench_samples allocs, frees;
    size = n;
    batch = batch_that_fits();
    for (uint32_t r = 0; r < bench_rounds; r++) {
        bench_time(&allocs, alloc_batch, 1);
        bench_time(&frees, free_batch, 1);
    }
    bench_report(&allocs, batch, "Pages/%s/alloc%" PRIu32 "/%s", state, n, heap);
    bench_report(&frees, batch, "Pages/%s/free%" PRIu32 "/%s", state, n, heap);
}

/* ---- The page cache: a round fills it a batch of times, and hands out every page. */

static struct page_cache filled[BATCH];
static uint32_t pages_cached;

static void empty_cache(void) {
    while (page_cache[HERE].free != 0) {
        bench_sink = page_cache_alloc(HERE, 1).page;
    }
}

static void cache_batch(void) {
    for (uint32_t i = 0; i < batch; i++) {
        page_cache_refill(HERE);
        filled[i] = page_cache[HERE];
        empty_cache();
    }
}

static void give_back_batch(void) {
    pages_cached = 0;
    for (uint32_t i = 0; i < batch; i++) {
        if (filled[i].free != 0) { /* there were so many words with free pages */
            pages_give_word(filled[i].base / WORD_BITS, filled[i].free, 0);
            pages_cached += bits_count(filled[i].free, 0, WORD_BITS);
        }
    }
}

static void measure_cache(const char *state, const char *heap) {
    static struct bench_samples samples;
    batch = BATCH;
    cache_batch();
    give_back_batch();
    for (uint32_t r = 0; r < bench_rounds; r++) {
        bench_time(&samples, cache_batch, 1);
        give_back_batch();
    }
    bench_report(&samples, pages_cached, "Pages/%s/cached1/%s", state, heap);
}

static void fill_cache_by_hand(void) {
    page_cache[HERE] = (struct page_cache){0, bits_not(0), 0};
}

/* Handing out alone, of a cache that needs no filling. */
static void measure_cache_alloc(void) {
    static struct bench_samples samples;
    for (uint32_t r = 0; r < bench_rounds; r++) {
        fill_cache_by_hand();
        bench_time(&samples, empty_cache, 1);
    }
    bench_report(&samples, WORD_BITS, "PageCache/alloc1");
}

/* ---- Words and chunks. */

static uint64_t pattern;

static void summarize(void) {
    for (uint32_t i = 0; i < WORD_TIMES; i++) {
        bench_sink = chunk_summarize(HERE).max;
    }
}

static void find_run(void) {
    uint64_t w = pattern;
    uint32_t n = size;
    for (uint32_t i = 0; i < WORD_TIMES; i++) {
        bench_sink = bits_find_run(w, n);
    }
}

static void measure_pattern(void) {
    static struct bench_samples samples;
    for (uint32_t k = 0; k < CHUNK_WORDS; k++) {
        page_free[CHUNK_WORDS * HERE + k] = bits_not(pattern);
    }
    for (uint32_t r = 0; r < bench_rounds; r++) {
        bench_time(&samples, summarize, 1);
    }
    bench_report(&samples, WORD_TIMES, "PallocBitsSummarize/Unpacked%02" PRIX64, pattern);
    for (size_t l = 0; l < COUNT(lengths); l++) {
        size = lengths[l];
        for (uint32_t r = 0; r < bench_rounds; r++) {
            bench_time(&samples, find_run, 1);
        }
        bench_report(&samples, WORD_TIMES, "FindBitRange64/Pattern%02" PRIX64 "Size%" PRIu32,
                     pattern, size);
    }
}

/* ---- The cases: each heap empty, each fragmented, and what needs no heap. */

static const char *state_name(size_t i) {
    return i < HEAPS ? "empty" : "fragmented";
}

static const char *case_name(size_t i) {
    static char name[NAME];
    if (i == CASES - 1) {
        return "words";
    }
    snprintf(name, sizeof name, "%s/%s", state_name(i), heaps[i % HEAPS].name);
    return name;
}

static void measure_heap(size_t i) {
    const char *heap = heaps[i % HEAPS].name;
    make_heap(heaps[i % HEAPS].mib, i >= HEAPS);
    for (size_t k = 0; k < COUNT(sizes); k++) {
        measure_size(state_name(i), heap, sizes[k]);
    }
    measure_cache(state_name(i), heap);
}

static void measure_words(void) {
    for (size_t k = 0; k < COUNT(patterns); k++) {
        pattern = patterns[k];
        measure_pattern();
    }
    measure_cache_alloc();
}

static void measure(size_t i) {
    if (i < CASES - 1) {
        measure_heap(i);
    } else {
        measure_words();
    }
}

int main(int argc, char **argv) {
    return bench_main(argc, argv, CASES, case_name, measure);
}
