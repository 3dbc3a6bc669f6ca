// config: host host-race
// link: src/os/os_linux.c -pthread
/* What anybody may ask at any time, asked while others hand out spans without the lock: to free
 * what is not theirs. The atomic cells are the real ones; one of them lets the test step in where
 * a span out of a cache is half made. */
#define total_live_add real_total_live_add
#include "../../src/os/atomic.c"
#undef total_live_add
#include "../test.h"
#include "heap/audit.h"
#include <pthread.h>
#include <stdatomic.h>

enum { WORKERS = 2, LIVE = 32 };
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { STEPS = 50000 };
#else
enum { STEPS = 300000 };
#endif

static atomic_uint working = WORKERS, freed, kept, refused, accepted;
static int is_armed;            /* to step in, the next time */
static uint32_t asked;          /* the page to free then */
static enum heap_status answer; /* what the heap said to it */

static void *ask_between(void *given) {
    (void)given;
    answer = heap_free(asked);
    return NULL;
}

void total_live_add(uint32_t kind, uint32_t n) {
    pthread_t thread;
    real_total_live_add(kind, n);
    if (is_armed) {
        is_armed = 0;
        CHECK(pthread_create(&thread, NULL, ask_between, NULL) == 0 &&
              pthread_join(thread, NULL) == 0);
    }
}

/* Another thread frees the page of a span that this one is about to publish: there is none yet. */
static void test_free_between(void) {
    uint32_t s = heap_alloc(1, 0).span, t = heap_alloc(1, 0).span;
    CHECK(heap_audit() && page_cache[0].free != 0 && cache_count[0] != 0);
    is_armed = 1;
    asked = span[t].base + 1;
    uint32_t between = heap_alloc(1, 0).span;
    CHECK(!is_armed && between != 0 && span[between].base == asked);
    CHECK(answer == HEAP_NO_SPAN);
    CHECK(heap_audit());
    CHECK(heap_free(span[s].base) == HEAP_OK && heap_free(span[t].base) == HEAP_OK);
    CHECK(heap_free(span[between].base) == HEAP_OK);
    heap_flush();
}

static uint32_t next(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state >> 3;
}

/* Heap spans and stacks of a few pages, out of the thread's caches. */
static void *work(void *given) {
    uint32_t live[LIVE] = {0}, state = *(uint32_t *)given;
    for (int i = 0; i < STEPS; i++) {
        uint32_t *s = &live[next(&state) % LIVE], n = 1 + next(&state) % 8;
        if (*s == 0) {
            *s = next(&state) % 2 ? heap_alloc(n, 0).span : heap_alloc_manual(n, KIND_STACK).span;
        } else {
            uint32_t p = span[*s].base;
            int is_freed = span[*s].kind == KIND_HEAP ? heap_free(p) == HEAP_OK
                                                      : heap_free_manual(p, KIND_STACK) == HEAP_OK;
            atomic_fetch_add(is_freed ? &freed : &kept, 1);
            *s = 0;
        }
    }
    atomic_fetch_sub(&working, 1);
    return NULL;
}

/* No span is of this kind: whatever page it is, there is nothing to free. */
static void *ask_to_free(void *given) {
    uint32_t state = *(uint32_t *)given;
    while (working > 0) {
        enum heap_status status = heap_free_manual(next(&state) % 1024, KIND_PTRBITS);
        int is_refused =
            status == HEAP_NO_SPAN || status == HEAP_NOT_FIRST || status == HEAP_BAD_KIND;
        atomic_fetch_add(is_refused ? &refused : &accepted, 1);
    }
    return NULL;
}

int main(void) {
    pthread_t thread[WORKERS + 1];
    uint32_t seed[WORKERS + 1];
    test_start();
    test_free_between();
    for (int t = 0; t <= WORKERS; t++) {
        seed[t] = (uint32_t)test_random() | 1;
        CHECK(pthread_create(&thread[t], NULL, t < WORKERS ? work : ask_to_free, &seed[t]) == 0);
    }
    for (int t = 0; t <= WORKERS; t++) {
        CHECK(pthread_join(thread[t], NULL) == 0);
    }
    CHECK(refused > 0 && accepted == 0);
    CHECK(freed > 0 && kept == 0);
    CHECK(heap_audit());
    return test_report("heap_asks");
}
