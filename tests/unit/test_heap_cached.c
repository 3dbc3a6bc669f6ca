// config: pool host
/* Spans out of a thread's caches: which pages they get, what fills the caches and empties them,
 * where stacks begin. The expected pages stand here; besides, every call is compared with the
 * reference, and after each every page and every record is counted: it is in one place. */
#include "../reference.h"
#include "heap/audit.h"

#ifdef CAIRN_POOL
enum { LOOKS = 200 }; /* of a block, at random */
#else
enum { LOOKS = 20 };
#endif

/* Where the pages and the records are, by a look at all tables. */
static uint8_t page_places[PAGES], record_places[SPANS];

static void count_pages(uint32_t p, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        page_places[p + i]++;
    }
}

static void check_places(void) {
    uint32_t wrong = 0, end = ref.end + CHUNK_PAGES < PAGES ? ref.end + CHUNK_PAGES : PAGES;
    memset(page_places, 0, end);
    memset(record_places, 0, pool_made + 1);
    for (uint32_t p = 0; p < end; p++) {
        count_pages(p, page_free[p / WORD_BITS] >> p % WORD_BITS & 1);
    }
    for (uint32_t t = 0; t < THREADS; t++) {
        for (uint32_t i = 0; i < WORD_BITS; i++) {
            count_pages(page_cache[t].base + i, page_cache[t].free >> i & 1);
        }
        for (uint32_t i = 0; i < cache_count[t]; i++) {
            record_places[cache_record[t * SPAN_CACHE + i]]++;
        }
    }
    for (uint32_t i = 0; i < pool_count; i++) {
        record_places[pool_stack[i]]++;
    }
    for (uint32_t s = 1; s <= pool_made; s++) {
        record_places[s] += span[s].state != SPAN_DEAD;
        count_pages(span[s].base, span[s].state == SPAN_DEAD ? 0 : span[s].npages);
        wrong += record_places[s] != 1;
    }
    for (uint32_t p = 0; p < end; p++) {
        wrong += page_places[p] != (chunk_mapped[p / CHUNK_PAGES] != 0);
    }
    CHECK(wrong == 0 && record_places[0] == 0);
}

/* The calls, each compared with the reference. Those that hand out answer the first page, or PAGES
 * if there is none; by the heap is beneath the lock, past all caches. */
static uint32_t first_of(uint32_t p, uint32_t s) {
    check_places();
    return s == 0 ? p : span[s].base;
}

static uint32_t ask(enum way way, uint32_t n, uint32_t kind) {
    uint32_t t = way == BY_POOL ? THREADS : 0;
    ref.gave = 0;
    uint32_t expected =
        way == PUBLICLY ? ref_alloc_own(t, n, kind, 0) : ref_alloc_locked(t, n, kind, 0);
    struct heap_answer answer = way != PUBLICLY     ? heap_alloc_span_locked(t, n, kind, 0)
                                : kind == KIND_HEAP ? heap_alloc(n, 0)
                                                    : heap_alloc_manual(n, kind);
    CHECK(answer.span == expected);
    CHECK(answer.status == (expected == 0 ? HEAP_NO_MEMORY : HEAP_OK));
    ref_check();
    return first_of(PAGES, answer.span);
}

static uint32_t by_anybody(uint32_t n, uint32_t kind) {
    return ask(PUBLICLY, n, kind);
}

static uint32_t by_heap(uint32_t n, uint32_t kind) {
    return ask(BY_POOL, n, kind);
}

static uint32_t at_hand(uint32_t t, uint32_t n) {
    return first_of(PAGES, ref_both_cached(t, n, KIND_WORKBUF, 0));
}

static void give_back(uint32_t p, enum way way) {
    ref_way = way;
    CHECK(ref_both_free(p, span[page_span[p]].kind) == HEAP_OK);
    check_places();
}

static uint32_t waiting(uint32_t t) {
    return (uint32_t)__builtin_popcountll(page_cache[t].free);
}

/* A heap with so many chunks mapped, all of them free. */
static void make_heap(uint32_t chunks) {
    ref_reset();
    CHECK(by_heap(chunks * CHUNK_PAGES, KIND_HEAP) == 0);
    give_back(0, BY_POOL);
    CHECK(total_free == chunks * CHUNK_PAGES && pool_made == 1);
}

/* In a fresh program nothing waits: the heap grows, and the span is the lowest. From then on the
 * lowest block waits with the thread. */
static void test_first(void) {
    ref_reset();
    CHECK(by_anybody(3, KIND_HEAP) == 0);
    CHECK(waiting(0) == 0 && cache_count[0] == SPAN_REFILL - 1);
    CHECK(by_anybody(1, KIND_HEAP) == 3);
    CHECK(page_cache[0].base == 0 && page_cache[0].free == UINT64_MAX << 4);
    CHECK(page_cache[0].released == UINT64_MAX << 4);
    CHECK(total_free == CHUNK_PAGES - 64 && cache_count[0] == SPAN_REFILL - 2);
}

/* Fewer than 16 pages come out of the thread's block, more out of the heap. */
static void test_sizes(void) {
    make_heap(1);
    CHECK(by_anybody(15, KIND_HEAP) == 0);
    CHECK(waiting(0) == 49);
    CHECK(by_anybody(16, KIND_HEAP) == 64);
    CHECK(by_anybody(15, KIND_STACK) == 15);
    CHECK(by_anybody(15, KIND_PTRBITS) == 30);
    CHECK(by_anybody(5, KIND_WORKBUF) == 45);
    CHECK(by_anybody(15, KIND_HEAP) == 80); /* 14 wait: the heap's lowest run, and they wait on */
    CHECK(waiting(0) == 14);
    CHECK(by_anybody(14, KIND_HEAP) == 50);
    CHECK(waiting(0) == 0);
    CHECK(by_anybody(2, KIND_HEAP) == 95); /* the next block, of which this is the lowest free */
    CHECK(page_cache[0].base == 64 && waiting(0) == 31);
    give_back(0, PUBLICLY); /* what is freed is the heap's, not the thread's */
    CHECK(waiting(0) == 31);
    CHECK(by_anybody(31, KIND_HEAP) == 128 && by_anybody(15, KIND_HEAP) == 97);
}

/* The lowest run of what waits, if there is one: by hand, and for blocks of every look. */
static void test_lowest(void) {
    make_heap(1);
    ref_both_refill(1);
    for (uint32_t p = 0; p < SPAN_REFILL; p++) {
        CHECK(at_hand(1, 7) == 7 * p || p > 8);
    }
    ref_both_flush(1);
    give_back(7, BY_POOL);
    give_back(28, BY_POOL);
    give_back(35, BY_POOL);
    ref_both_refill(1);
    CHECK(page_cache[1].base == 0 &&
          (page_cache[1].free & UINT64_MAX >> 8) == (0x7full << 7 | 0x3fffull << 28));
    CHECK(at_hand(1, 8) == 28 && at_hand(1, 5) == 7 && at_hand(1, 3) == 36);
    CHECK(at_hand(1, 2) == 12 && at_hand(1, 3) == 39);
}

/* A block of this look, the reference's way: used pages become spans of one. */
static void test_block(uint64_t look, uint32_t n) {
    make_heap(1);
    CHECK(by_heap(64, KIND_HEAP) == 0);
    give_back(0, BY_POOL);
    uint32_t run = 0, lowest = PAGES, taken = 0;
    for (uint32_t p = 0; p < 64; p++) {
        taken += (look >> p & 1) == 0 && by_heap(1, KIND_STACK) == p;
        if (look >> p & 1) {
            CHECK(by_heap(1, KIND_PTRBITS) == p);
        }
        run = look >> p & 1 ? run + 1 : 0;
        lowest = run == n && lowest == PAGES ? p + 1 - n : lowest;
    }
    for (uint32_t p = 0; p < 64; p++) {
        if (look >> p & 1) {
            give_back(p, BY_POOL);
        }
    }
    ref_both_refill(1);
    CHECK(taken == 64 - (uint32_t)__builtin_popcountll(look));
    CHECK(look == 0 || (page_cache[1].base == 0 && page_cache[1].free == look));
    CHECK(look == 0 || at_hand(1, n) == lowest);
    CHECK(lowest == PAGES || waiting(1) == (uint32_t)__builtin_popcountll(look) - n);
}

static void test_blocks(void) {
    uint64_t looks[] = {1,
                        1ull << 63,
                        UINT64_MAX,
                        0x5555555555555555,
                        0x3333333333333333,
                        0xf0f0f00000000000,
                        0x7fff,
                        0xff00ff00ff00ff00};
    for (uint32_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        for (uint32_t n = 1; n < 16; n += 1 + i % 2) {
            test_block(looks[i], n);
        }
    }
    for (uint32_t i = 0; i < LOOKS; i++) {
        uint64_t look = test_random() | (i % 2 ? test_random() | test_random() : 0);
        test_block(look & (i % 3 ? UINT64_MAX : test_random()), 1 + (uint32_t)(test_random() % 12));
    }
}

/* Pages without a record hand out nothing, nor do records without pages; a refill fills what is
 * empty, and no more than that. */
static void test_no_record(void) {
    make_heap(2);
    ref_both_refill(1);
    CHECK(waiting(1) == 64 && cache_count[1] == SPAN_REFILL);
    for (uint32_t i = 0; i < SPAN_REFILL; i++) {
        CHECK(at_hand(1, 1) == i);
    }
    uint64_t free = page_cache[1].free;
    CHECK(cache_count[1] == 0 && (SPAN_REFILL == 64 || free != 0));
    CHECK(at_hand(1, 1) == PAGES && page_cache[1].free == free);
    ref_both_refill(1);
    CHECK(cache_count[1] == SPAN_REFILL && (free == 0 || page_cache[1].free == free));
    CHECK(page_cache[1].base == (free == 0 ? 64u : 0u));
    ref_both_flush(1);
    CHECK(cache_count[1] == SPAN_REFILL && at_hand(1, 1) == PAGES);
    while (by_heap(64, KIND_HEAP) < PAGES && total_free > 64) {
    }
    while (total_free > 0) {
        CHECK(by_heap(1, KIND_HEAP) < PAGES);
    }
    ref_both_refill(0); /* there is no page: it takes no record either */
    CHECK(waiting(0) == 0 && cache_count[0] == 0);
    ref_both_refill(1);
    CHECK(waiting(1) == 0 && cache_count[1] == SPAN_REFILL);
}

/* What a thread gives back are its own pages, released as they were; its records stay. */
static void test_flush(void) {
    make_heap(2);
    heap_flush();
    ref_check();
    CHECK(by_anybody(4, KIND_HEAP) == 0);
    ref_both_refill(1);
    CHECK(page_cache[1].base == 64 && waiting(1) == 64 && waiting(0) == 60);
    give_back(0, PUBLICLY);
    uint32_t records = cache_count[0];
    CHECK(total_free == 2 * CHUNK_PAGES - 128 + 4);
    ref_both_flush(0);
    CHECK(total_free == 2 * CHUNK_PAGES - 64 && waiting(0) == 0 && waiting(1) == 64);
    CHECK(cache_count[0] == records);
    ref_both_flush(0);
    CHECK(total_free == 2 * CHUNK_PAGES - 64);
    CHECK(by_heap(1, KIND_HEAP) == 0);
    ref_both_flush(1);
    CHECK(total_free == 2 * CHUNK_PAGES - 1 && by_heap(64, KIND_HEAP) == 1);
    ref_check_pages();
    CHECK(heap_audit());
}

/* Where the system's pages are larger than ours, a stack begins with one of them: in the lowest run
 * that has room wherever it begins. It comes from the heap, and what it leaves out stays free. */
static void test_stacks(uint32_t physical) {
    make_heap(2);
    ref_page_size(physical);
    CHECK(by_anybody(1, KIND_HEAP) == 0); /* one page off */
    uint64_t had = page_cache[0].free;
    uint32_t records = cache_count[0];
    CHECK(had == UINT64_MAX << 1);
    CHECK(by_anybody(1, KIND_STACK) == (64 + physical - 1) / physical * physical);
    CHECK(page_cache[0].free == had && cache_count[0] == records - 1);
    CHECK(by_anybody(1, KIND_WORKBUF) == 1 && page_cache[0].free == UINT64_MAX << 2);
    for (uint32_t i = 0; i < 300; i++) {
        uint32_t n = 1 + (uint32_t)(test_random() % 20), align = n + physical;
        uint32_t q = (uint32_t)(test_random() % (2 * CHUNK_PAGES)), lowest = ref_find(align);
        if (ref_span_of(q) != 0 && test_random() % 3 == 0) {
            give_back(ref.span[ref_span_of(q)].base, PUBLICLY);
        } else if (test_random() % 2 == 0 && lowest < PAGES) {
            uint32_t p = by_anybody(n, KIND_STACK);
            CHECK(p % physical == 0 && p >= lowest && p - lowest < physical);
        } else {
            by_anybody(n, (uint32_t)(test_random() % 2 ? KIND_HEAP : KIND_PTRBITS));
        }
    }
    ref_check_pages();
    CHECK(heap_audit());
}

/* A stack that has no room to be aligned in. */
static void test_large_stacks(uint32_t physical) {
    ref_reset();
    ref_page_size(physical);
    CHECK(by_anybody(PAGES, KIND_STACK) == PAGES && total_mapped == 0);
    CHECK(by_anybody(PAGES - physical + 1, KIND_STACK) == PAGES && total_mapped == 0);
    CHECK(by_anybody(PAGES - physical, KIND_STACK) == 0);
    CHECK(total_free == physical && total_mapped == PAGES);
    CHECK(by_anybody(1, KIND_STACK) == PAGES && by_anybody(1, KIND_HEAP) == PAGES - physical);
    CHECK(by_anybody(physical - 1, KIND_HEAP) == PAGES - physical + 1);
    give_back(0, PUBLICLY);
    CHECK(by_anybody(1, KIND_STACK) == 0 && by_anybody(1, KIND_HEAP) == 1);
}

#ifdef CAIRN_POOL
/* Out of memory, but for what waits: the thread's own pages make a run, and only they do. */
static void test_rescue(void) {
    ref_reset();
    CHECK(by_heap(PAGES - 128, KIND_HEAP) == 0);
    CHECK(by_anybody(4, KIND_HEAP) == PAGES - 128);
    CHECK(by_anybody(100, KIND_HEAP) == PAGES - 124); /* over both blocks, once they are whole */
    CHECK(ref.gave && waiting(0) == 0 && total_free == 24);
    CHECK(by_anybody(1, KIND_HEAP) == PAGES - 24 && waiting(0) == 23);
    CHECK(by_anybody(23, KIND_STACK) == PAGES - 23 && ref.gave);
    CHECK(by_anybody(1, KIND_HEAP) == PAGES && total_free == 0);
    give_back(PAGES - 23, PUBLICLY);
    ref_both_refill(1); /* another thread's pages are not to be had */
    CHECK(waiting(1) == 23 && total_free == 0);
    CHECK(by_anybody(1, KIND_HEAP) == PAGES && by_anybody(23, KIND_HEAP) == PAGES && !ref.gave);
    CHECK(waiting(1) == 23);
    give_back(PAGES - 24, PUBLICLY);
    CHECK(by_anybody(2, KIND_HEAP) == PAGES && ref.gave && total_free == 1);
    CHECK(at_hand(1, 2) == PAGES - 23);
    ref_both_flush(1);
    CHECK(by_anybody(2, KIND_HEAP) == PAGES - 21 && waiting(0) == 20 && total_free == 0);
    ref_check_pages();
    CHECK(heap_audit());
}

/* No record is left in the pool: what a thread has at hand is its own. */
static void test_last_records(void) {
    make_heap(8);
    CHECK(by_anybody(1, KIND_HEAP) == 0);
    while (pool_made < SPANS - 1 || pool_count > 0) {
        CHECK(by_heap(1, KIND_HEAP) < PAGES);
    }
    CHECK(by_heap(1, KIND_HEAP) == PAGES);
    CHECK(ask(BY_THREAD, 1, KIND_HEAP) ==
          SPANS - 1 - SPAN_REFILL + 64); /* the next of the heap's */
    for (uint32_t i = 1; i < SPAN_REFILL - 1; i++) {
        CHECK(by_anybody(1, KIND_HEAP) == i);
    }
    CHECK(by_anybody(1, KIND_HEAP) == PAGES && ref.gave && waiting(0) == 0);
    give_back(3, PUBLICLY);
    CHECK(by_heap(1, KIND_HEAP) == PAGES && by_anybody(1, KIND_HEAP) == 3);
    give_back(4, BY_POOL);
    CHECK(by_anybody(1, KIND_HEAP) ==
          SPAN_REFILL - 1); /* the lowest page at hand, not the heap's */
    CHECK(by_anybody(1, KIND_HEAP) == PAGES);
    CHECK(heap_audit());
}
#endif

int main(void) {
    test_first();
    test_sizes();
    test_lowest();
    test_blocks();
    test_no_record();
    test_flush();
    for (uint32_t physical = 2; physical <= 64; physical *= 2) {
        test_stacks(physical);
    }
    test_large_stacks(2);
    test_large_stacks(8);
#ifdef CAIRN_POOL
    test_rescue();
    test_last_records();
#endif
    return test_report("heap_cached");
}
