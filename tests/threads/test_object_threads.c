// config: host host-race
// link: src/os/os_linux.c -pthread
/* Several threads take blocks, hand them on to each other and free what they were handed, on the
 * real floor: what was written stays, nothing is found free that was not, and once all have
 * collected the heap is sound and holds nothing but the spans that cursors walk over. */
#define _GNU_SOURCE
#include "../worker.h"
#include "heap/audit.h"
#include "object/object.h"
#include "os/memory.h"
#include <pthread.h>
#include <stdatomic.h>

enum { WORKERS = 4, ROUNDS = 3, SHELVES = 256 };
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { STEPS = 20000 };
#else
enum { STEPS = 200000 };
#endif

static _Atomic uint64_t shelf[SHELVES]; /* 1 + the place of a block that anybody may take; or 0 */
static pthread_barrier_t barrier;

/* The words of a block: its size in words, then its place in all others. */
static uint64_t *words_at(uint64_t at) {
    return (uint64_t *)((char *)os_address((uint32_t)(at / PAGE_SIZE)) + at % PAGE_SIZE);
}

static void give_back(struct worker *me, uint64_t at) {
    uint64_t *words = words_at(at), wrong = 0;
    for (uint64_t i = 1; i < words[0]; i++) {
        wrong += words[i] != at;
    }
    EXPECT(wrong == 0 && object_free(at) == OBJECT_OK);
}

static uint64_t take(struct worker *me) {
    uint64_t bytes = below(me, 200) == 0 ? 16 + below(me, 100000) : 16 + below(me, 500);
    uint64_t at = object_alloc(bytes);
    EXPECT(at != NO_PLACE && object_bytes(at) >= bytes);
    uint64_t *words = words_at(at);
    words[0] = bytes / 8;
    for (uint64_t i = 1; i < words[0]; i++) {
        words[i] = at;
    }
    return at;
}

static void *work(void *given) {
    struct worker *me = given;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < STEPS; i++) {
            EXPECT(object_collect() == NO_PLACE);
            if (below(me, 500) == 0) {
                kept_release(0); /* what the others keep, too */
            }
            uint64_t mine = below(me, 3) == 0 ? 0 : take(me) + 1;
            uint64_t other = atomic_exchange(&shelf[below(me, SHELVES)], mine);
            if (other != 0) {
                give_back(me, other - 1);
            }
        }
        pthread_barrier_wait(&barrier); /* all pause */
        pthread_barrier_wait(&barrier); /* and go on */
    }
    for (uint32_t i = me->number - 1; i < SHELVES; i += WORKERS) {
        uint64_t other = atomic_exchange(&shelf[i], 0);
        if (other != 0) {
            give_back(me, other - 1);
        }
    }
    pthread_barrier_wait(&barrier); /* all have freed */
    EXPECT(object_collect() == NO_PLACE);
    kept_flush();
    heap_flush();
    pthread_barrier_wait(&barrier);
    return NULL;
}

int main(void) {
    static struct worker worker[WORKERS];
    pthread_t thread[WORKERS];
    test_start();
    CHECK(pthread_barrier_init(&barrier, NULL, WORKERS + 1) == 0);
    for (uint32_t t = 0; t < WORKERS; t++) {
        worker_begin(&worker[t], t + 1);
        CHECK(pthread_create(&thread[t], NULL, work, &worker[t]) == 0);
    }
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&barrier);
        CHECK(heap_audit());
        pthread_barrier_wait(&barrier);
    }
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    uint32_t left = 0;
    for (uint32_t s = 1; s < SPANS && s <= pool_made; s++) {
        uint32_t owner = slots_owner[s];
        left += span[s].state == SPAN_DEAD ? 0 : span[s].npages;
        CHECK(span[s].state == SPAN_DEAD || (owner != 0 && span[s].span_class > 1));
        CHECK(span[s].state == SPAN_DEAD ||
              current_span[(owner - 1) * SIZE_CLASSES + span[s].span_class / 2] == s);
    }
    CHECK(left == total_live[KIND_HEAP] && heap_audit());
    for (int t = 0; t < WORKERS; t++) {
        CHECK(pthread_join(thread[t], NULL) == 0);
        worker_count(&worker[t]);
    }
    return test_report("object_threads");
}
