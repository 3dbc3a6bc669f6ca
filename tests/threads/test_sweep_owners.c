// config: host host-race
// link: src/os/os_linux.c -pthread
/* Several threads collect at once, each what is its own, on the real floor; now and then one marks
 * what is another's, or any place there is. Each block that its owner marked is there and holds
 * what was written to it; what nobody marks is gone in the end. And a thread that ends in the
 * middle of a cycle leaves it to whoever moves to its number, which no new thread is given. */
#define _GNU_SOURCE
#include "../live_slots.h"
#include "../worker.h"
#include "heap/audit.h"
#include "os/memory.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { WORKERS = 3, BLOCKS = 600, SHOWN = 256 };
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { CYCLES = 60 };
#else
enum { CYCLES = 400 };
#endif

#if defined(__SANITIZE_THREAD__)
/* A mark of what is gone may read the record of a span as that ends (src/span/arena.c: span_of): a
 * race that is known, and alone is not reported. */
const char *__tsan_default_suppressions(void);

const char *__tsan_default_suppressions(void) {
    return "race:empty_record\n";
}
#endif

struct block {
    uint64_t at, words;
    int is_kept;
};

static struct block block[WORKERS][BLOCKS];
static _Atomic uint64_t
    shown[SHOWN];                /* 1 + the place of a block of somebody's, or of one that was */
static atomic_uint told, wanted; /* finalizers that ran, and that were asked for */
static pthread_barrier_t barrier;

static void write_block(const struct block *it) {
    uint64_t *words = os_pointer(it->at);
    for (uint64_t i = 0; i < it->words; i++) {
        words[i] = it->at + i;
    }
}

static int is_whole(const struct block *it) {
    const uint64_t *words = os_pointer(it->at);
    uint64_t wrong = object_look(it->at) != OBJECT_OK;
    for (uint64_t i = 0; i < it->words; i++) {
        wrong += words[i] != it->at + i;
    }
    return wrong == 0;
}

static void make(struct worker *me, struct block *it) {
    uint32_t large = below(me, 100) == 0 ? 20000 : 0; /* words; a span of its own */
    it->words = 2 + below(me, large != 0 ? large : below(me, 40) == 0 ? 4000 : 40);
    it->at = sweep_alloc(it->words * 8);
    EXPECT(it->at != NO_PLACE);
    write_block(it);
    if (below(me, 30) == 0) {
        atomic_fetch_add(&wanted, 1);
        EXPECT(heap_add_special(it->at, SPECIAL_FINALIZER, 1, 2).status == SPECIAL_OK);
    }
    if (below(me, 10) == 0) {
        atomic_store(&shown[below(me, SHOWN)], it->at + 1);
    }
}

/* Marks what is another's or was, whatever became of it. */
static void mark_strange(struct worker *me) {
    uint64_t at = atomic_load(&shown[below(me, SHOWN)]);
    if (below(me, 16) == 0) {
        sched_yield(); /* so that they meet on one processor, too */
    }
    if (at != 0) {
        enum sweep_status status = sweep_mark(at - 1 + below(me, 20));
        EXPECT(status <= SWEEP_NO_BLOCK || status == SWEEP_NOT_MARKING);
    }
}

static void take_due(struct worker *me) {
    struct special_due due = heap_take_due();
    EXPECT(due.kind == 0 || (due.kind == SPECIAL_FINALIZER && due.value == 1));
    atomic_fetch_add(&told, due.kind != 0);
}

static void mark_own(struct worker *me, struct block *mine, int is_alone) {
    uint32_t keep = below(me, 4) == 0 ? 1 : 66; /* of a hundred: now and then whole spans go */
    for (int i = 0; i < BLOCKS; i++) {
        mine[i].is_kept = mine[i].words != 0 && below(me, 100) < keep;
        if (mine[i].is_kept) {
            enum sweep_status status = sweep_mark(mine[i].at + below(me, 16));
            EXPECT(status == SWEEP_OK || (!is_alone && status == SWEEP_WAS_MARKED));
        }
        if (!is_alone && below(me, 20) == 0) {
            mark_strange(me);
        }
    }
}

/* A cycle; alone: nobody marks what is not his. */
static void cycle(struct worker *me, int is_alone) {
    struct block *mine = block[me->number - 1];
    EXPECT(sweep_begin() == SWEEP_OK);
    mark_own(me, mine, is_alone);
    EXPECT(sweep_marked() == SWEEP_OK);
    for (int i = 0; i < BLOCKS; i++) {
        EXPECT(!mine[i].is_kept || is_whole(&mine[i]));
        if (!mine[i].is_kept) {
            make(me, &mine[i]);
        }
        if (below(me, 50) == 0) {
            EXPECT(sweep_at(mine[i].at) == SWEEP_OK);
        }
        if (below(me, 100) == 0) {
            sweep_pages(below(me, 20));
        }
        if (!is_alone && below(me, 10) == 0) {
            mark_strange(me);
        }
        take_due(me);
    }
    if (below(me, 4) == 0) {
        sweep_release();
    }
}

static void *work(void *given) {
    struct worker *me = given;
    for (int i = 0; i < CYCLES; i++) {
        if (i % (CYCLES / 4) == 0) {
            pthread_barrier_wait(&barrier); /* all pause */
            pthread_barrier_wait(&barrier); /* and go on */
        }
        cycle(me, i < CYCLES / 4);
    }
    pthread_barrier_wait(&barrier); /* nobody marks what is not his any more */
    for (int i = 0; i < 3; i++) {   /* finalizers keep some for one cycle */
        EXPECT(sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK);
    }
    sweep_release();
    EXPECT(live_slots() == 0 && live_large() == 0);
    pthread_barrier_wait(&barrier);
    return NULL;
}

static uint64_t left_marked, left_unmarked;
static uint32_t left_number;

static void *begin_and_end(void *unused) {
    left_number = heap_enter();
    left_marked = sweep_alloc(64);
    left_unmarked = sweep_alloc(64);
    CHECK(sweep_begin() == SWEEP_OK && sweep_mark(left_marked) == SWEEP_OK);
    heap_leave();
    return unused;
}

static void *go_on_and_end(void *unused) {
    uint32_t own = heap_enter();
    CHECK(own != left_number && heap_move(left_number) == own && sweep_begin() == SWEEP_MARKING);
    CHECK(sweep_mark(left_marked) == SWEEP_WAS_MARKED && sweep_marked() == SWEEP_OK);
    CHECK(sweep_pages(UINT32_MAX) == 0 && live_slots() == 1);
    CHECK(object_look(left_marked) == OBJECT_OK && object_look(left_unmarked) == OBJECT_IS_FREE);
    CHECK(sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK && sweep_begin() == SWEEP_OK);
    CHECK(live_slots() == 0 && sweep_marked() == SWEEP_OK);
    heap_move_back(own);
    heap_leave();
    return unused;
}

static void check_left(void) {
    void *(*const one[])(void *) = {begin_and_end, go_on_and_end};
    for (int i = 0; i < 2; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, one[i], NULL) == 0 && pthread_join(thread, NULL) == 0);
    }
}

int main(void) {
    static struct worker worker[WORKERS];
    pthread_t thread[WORKERS];
    test_start();
    CHECK(heap_enter() == 1);
    check_left();
    CHECK(pthread_barrier_init(&barrier, NULL, WORKERS + 1) == 0);
    for (uint32_t t = 0; t < WORKERS; t++) {
        worker_begin(&worker[t], t + 1);
        CHECK(pthread_create(&thread[t], NULL, work, &worker[t]) == 0);
    }
    for (int pause = 0; pause < 4; pause++) {
        pthread_barrier_wait(&barrier);
        CHECK(heap_audit());
        pthread_barrier_wait(&barrier);
    }
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    for (int t = 0; t < WORKERS; t++) {
        CHECK(pthread_join(thread[t], NULL) == 0);
        worker_count(&worker[t]);
    }
    while (heap_take_due().kind != 0) {
        told++;
    }
    CHECK(told == wanted && told > 100 && heap_audit());
    return test_report("sweep_owners");
}
