// config: host host-race
// link: src/os/os_linux.c -pthread
/* Several threads take spans and give them back, on the real floor, small ones out of their caches
 * without the lock, and give their caches back: no page is anybody's twice, what is said to be zero
 * is, what was written stays, and whenever all pause the heap is sound and nothing is lost. */
#define _GNU_SOURCE
#include "../worker.h"
#include "heap/audit.h"
#include "os/memory.h"
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { WORKERS = 4, ROUNDS = 4, LIVE = 48, NUMBERS = WORKERS + THREADS + 3 };
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { STEPS = 8000 };
#else
enum { STEPS = 60000 };
#endif

static atomic_uchar owner[PAGES]; /* the thread that has the page, from 1; 0: nobody */
static pthread_barrier_t barrier;

struct holding {
    uint32_t span, base, pages, kind;
    uint64_t pattern;
};

static struct holding held[WORKERS][LIVE];

/* First and last word of each page, all that the test ever writes. */
static uint64_t *word_of(uint32_t p, int last) {
    return (uint64_t *)os_address(p) + (last ? PAGE_SIZE / 8 - 1 : 0);
}

static void write_pages(struct worker *me, const struct holding *it, uint64_t old, int is_old,
                        uint64_t pattern) {
    for (uint32_t p = it->base; p < it->base + it->pages; p++) {
        EXPECT(!is_old || (*word_of(p, 0) == old && *word_of(p, 1) == old));
        *word_of(p, 0) = *word_of(p, 1) = pattern;
    }
}

static void take(struct worker *me, struct holding *it) {
    uint32_t n = below(me, 50) == 0 ? 1 + below(me, 2000) : 1 + below(me, 12);
    it->kind = below(me, KINDS);
    struct heap_answer answer =
        it->kind == KIND_HEAP ? heap_alloc(n, below(me, 2) * 64) : heap_alloc_manual(n, it->kind);
    EXPECT(answer.status == HEAP_OK);
    it->span = answer.span;
    if (answer.status != HEAP_OK) {
        return;
    }
    it->base = span[it->span].base;
    it->pages = n;
    it->pattern = (uint64_t)me->number << 32 | below(me, 1u << 31);
    EXPECT(span[it->span].npages == n && span[it->span].kind == it->kind);
    for (uint32_t p = it->base; p < it->base + n; p++) {
        EXPECT(atomic_exchange(&owner[p], (unsigned char)me->number) == 0);
    }
    write_pages(me, it, 0, span[it->span].needs_zero == 0, it->pattern);
}

static void give_back(struct worker *me, struct holding *it) {
    uint32_t p = it->base, other = it->kind == KIND_STACK ? KIND_WORKBUF : KIND_STACK;
    EXPECT(heap_free_manual(p, other) == HEAP_BAD_KIND);
    EXPECT(it->pages == 1 || heap_free(p + 1) == HEAP_NOT_FIRST);
    EXPECT(span[it->span].base == p && span[it->span].npages == it->pages);
    write_pages(me, it, it->pattern, 1, ~it->pattern);
    for (uint32_t q = p; q < p + it->pages; q++) {
        EXPECT(atomic_exchange(&owner[q], 0) == me->number);
    }
    EXPECT((it->kind == KIND_HEAP ? heap_free(p) : heap_free_manual(p, it->kind)) == HEAP_OK);
    it->span = 0;
}

static void *work(void *given) {
    struct worker *me = given;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < STEPS; i++) {
            struct holding *it = &held[me->number - 1][below(me, LIVE)];
            if (it->span == 0) {
                take(me, it);
            } else {
                give_back(me, it);
            }
            if (below(me, 500) == 0) { /* whoever asks, only free pages go back to the system */
                EXPECT(heap_scavenge((uint64_t)below(me, 2000) * PAGE_SIZE) % PAGE_SIZE == 0);
            }
            if (below(me, 300) == 0) {
                heap_flush();
            }
        }
        pthread_barrier_wait(&barrier); /* all pause */
        pthread_barrier_wait(&barrier); /* and go on */
    }
    for (int i = 0; i < LIVE; i++) {
        if (held[me->number - 1][i].span != 0) {
            give_back(me, &held[me->number - 1][i]);
        }
    }
    heap_flush();
    return NULL;
}

/* The heap while nobody works: sound, the live spans are what the threads hold, each other page is
 * free or waits, and each other record is in the pool or waits. */
static void check_quiet(void) {
    uint32_t live[KINDS] = {0}, pages = total_free, records = pool_count;
    for (int t = 0; t < WORKERS; t++) {
        for (int i = 0; i < LIVE; i++) {
            const struct holding *it = &held[t][i];
            live[it->kind] += it->span != 0 ? it->pages : 0;
            pages += it->span != 0 ? it->pages : 0;
            records += it->span != 0;
        }
    }
    for (int kind = 0; kind < KINDS; kind++) {
        CHECK(total_live[kind] == live[kind]);
    }
    for (uint32_t t = 0; t < THREADS; t++) {
        pages += (uint32_t)__builtin_popcountll(page_cache[t].free);
        records += cache_count[t];
        for (uint32_t i = 0; i < WORD_BITS; i++) {
            CHECK((page_cache[t].free >> i & 1) == 0 || owner[page_cache[t].base + i] == 0);
        }
    }
    CHECK(pages == total_mapped && records == pool_made);
    CHECK(heap_audit());
}

/* Each of many threads, one after the other, takes a span and gives it back. Those past the first
 * THREADS have no caches: what waits with others stays as it is. */
static void *visit(void *given) {
    uint32_t number = *(uint32_t *)given;
    struct page_cache before[THREADS];
    memcpy(before, page_cache, sizeof before);
    uint32_t s = heap_alloc(1, 0).span, base = span[s].base;
    CHECK(s != 0 && total_live[KIND_HEAP] == 1 && owner[base] == 0);
    int waits = number <= THREADS && page_cache[number - 1].free != 0;
    CHECK(waits == (number <= THREADS));
    CHECK(number <= THREADS || memcmp(before, page_cache, sizeof before) == 0);
    CHECK(heap_free(base) == HEAP_OK);
    CHECK(number > THREADS || cache_count[number - 1] != 0);
    heap_flush();
    CHECK(total_free == total_mapped);
    return NULL;
}

static void visit_many(void) {
    for (uint32_t number = heap_enter() + WORKERS + 1; number <= NUMBERS; number++) {
        pthread_t thread;
        int is_done =
            pthread_create(&thread, NULL, visit, &number) == 0 && pthread_join(thread, NULL) == 0;
        CHECK(is_done); /* not in between: it counts, too */
    }
    CHECK(heap_audit());
}

int main(void) {
    static struct worker worker[WORKERS];
    pthread_t thread[WORKERS];
    test_start();
    CHECK(heap_enter() == 1);
    CHECK(pthread_barrier_init(&barrier, NULL, WORKERS + 1) == 0);
    for (uint32_t t = 0; t < WORKERS; t++) {
        worker_begin(&worker[t], t + 1);
        CHECK(pthread_create(&thread[t], NULL, work, &worker[t]) == 0);
    }
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&barrier);
        check_quiet();
        pthread_barrier_wait(&barrier);
    }
    for (int t = 0; t < WORKERS; t++) {
        CHECK(pthread_join(thread[t], NULL) == 0);
        worker_count(&worker[t]);
    }
    check_quiet();
    CHECK(total_free == total_mapped && total_mapped > 0);
    visit_many();
    return test_report("heap_threads");
}
