// config: host host-race
// link: src/os/os_linux.c -pthread
/* Several threads mark the same graph at once, on the real floor, while its owner waits, or hands
 * out more. Of each block one of them is told that it was first, and that one looks through it:
 * nothing is marked twice and nothing that is reached is lost. The owner sweeps. */
#define _GNU_SOURCE
#include "../live_slots.h"
#include "../worker.h"
#include "heap/audit.h"
#include "os/memory.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

enum { WORKERS = 4, EDGES = 4, ROOTS = 24 };
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { ROUNDS = 12, NODES = 6000 };
#else
enum { ROUNDS = 40, NODES = 30000 };
#endif

/* A block: its number, and the places of those it refers to; 0 is none. */
struct node {
    uint64_t number, edge[EDGES];
};

static struct node copy[NODES]; /* what the blocks are to hold, by number; edges are numbers */
static uint64_t place[NODES];   /* where they are; 0 if there is none */
static uint8_t is_reached[NODES];
static _Atomic uint32_t told[NODES]; /* by how many the block was looked through */
static uint32_t root[ROOTS];
static uint32_t todo[WORKERS][NODES]; /* a thread's own list: numbers yet to be looked through */
static uint32_t looked[WORKERS];      /* through how many it did, in all */
static pthread_barrier_t barrier;

static struct node *node_at(uint64_t at) {
    return os_pointer(at);
}

/* Marks the block at this place, anywhere in it; if this thread is the first it is to look. */
static void mark(struct worker *me, uint64_t at, uint32_t *depth) {
    enum sweep_status status = sweep_mark(at + below(me, sizeof(struct node)));
    EXPECT(status == SWEEP_OK || status == SWEEP_WAS_MARKED);
    if (status == SWEEP_OK) {
        uint64_t number = node_at(at)->number;
        EXPECT(number < NODES && place[number] == at);
        EXPECT(atomic_fetch_add(&told[number], 1) == 0);
        todo[me->number - 1][(*depth)++] = (uint32_t)number;
    }
}

/* Marks from the roots on, each thread from another one first. */
static void mark_all(struct worker *me) {
    uint32_t depth = 0, from = below(me, ROOTS);
    for (uint32_t k = 0; k < ROOTS || depth > 0; k++) {
        if (k < ROOTS) {
            uint32_t r = root[(from + k) % ROOTS];
            if (r != 0) {
                mark(me, place[r], &depth);
            }
        }
        for (uint32_t n = 0; n < 1000 && depth > 0; n++) {
            uint32_t number = todo[me->number - 1][--depth];
            if (number % 64 == 0) {
                sched_yield(); /* so that they meet on one processor, too */
            }
            looked[me->number - 1]++;
            for (uint32_t e = 0; e < EDGES; e++) {
                uint64_t at = node_at(place[number])->edge[e];
                if (at != 0) {
                    mark(me, at, &depth);
                }
            }
        }
    }
}

static void *work(void *given) {
    struct worker *me = given;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&barrier); /* the owner marks */
        mark_all(me);
        pthread_barrier_wait(&barrier); /* all is marked */
    }
    return NULL;
}

/* What the roots reach, by the copies alone. */
static uint32_t reach(void) {
    static uint32_t list[NODES];
    uint32_t count = 0;
    memset(is_reached, 0, sizeof is_reached);
    for (uint32_t k = 0; k < ROOTS + count; k++) {
        const struct node *node = k < ROOTS ? NULL : &copy[list[k - ROOTS]];
        for (uint32_t e = 0; e < (node == NULL ? 1 : EDGES); e++) {
            uint32_t to = node == NULL ? root[k] : (uint32_t)node->edge[e];
            if (to != 0 && !is_reached[to]) {
                is_reached[to] = 1;
                list[count++] = to;
            }
        }
    }
    return count;
}

/* A new block in the place of number i, where there is none. */
static void make(uint32_t i) {
    uint64_t bytes = sizeof(struct node) + test_random() % (test_random() % 50 == 0 ? 5000 : 200);
    place[i] = sweep_alloc(bytes);
    memset(&copy[i], 0, sizeof copy[i]);
    copy[i].number = i;
    *node_at(place[i]) = copy[i];
}

/* Fills all numbers up, and changes whom some refer to, and the roots. */
static void build(void) {
    static uint8_t is_new[NODES];
    for (uint32_t i = 1; i < NODES; i++) {
        is_new[i] = place[i] == 0;
        if (is_new[i]) {
            make(i);
        }
    }
    for (uint32_t i = EDGES; i < NODES * EDGES; i++) {
        uint32_t from = i / EDGES, e = i % EDGES;
        uint64_t to = test_random() % 3 == 0 ? test_random() % NODES : 0;
        if (is_new[from] || test_random() % 16 == 0) {
            copy[from].edge[e] = to;
            node_at(place[from])->edge[e] = to == 0 ? 0 : place[to];
        }
    }
    for (uint32_t k = 0; k < ROOTS; k++) {
        root[k] = test_random() % 4 == 0 ? 0 : (uint32_t)(test_random() % NODES);
    }
}

/* Sweeps, in one way or another, and compares: each block that was reached is there, and holds what
 * it did; no other is. */
static void sweep_and_check(uint32_t round, uint32_t reached, uint32_t born) {
    uint32_t lost = 0, twice = 0, changed = 0, left = 0;
    CHECK(sweep_marked() == SWEEP_OK);
    if (round % 2 == 0) {
        sweep_pages(UINT32_MAX);
    } else {
        sweep_release();
    }
    CHECK(live_slots() == reached + born + 1); /* and the block that takes place 0 */
    for (uint32_t i = 1; i < NODES; i++) {
        lost += is_reached[i] && object_look(place[i]) != OBJECT_OK;
        left += !is_reached[i] && object_look(place[i]) == OBJECT_OK;
        twice += atomic_load(&told[i]) != is_reached[i];
        for (uint32_t e = 0; is_reached[i] && e < EDGES; e++) {
            uint64_t to = copy[i].edge[e];
            changed += node_at(place[i])->edge[e] != (to == 0 ? 0 : place[to]);
        }
        place[i] = is_reached[i] ? place[i] : 0;
        atomic_store(&told[i], 0);
    }
    CHECK(lost == 0 && twice == 0 && changed == 0 && left <= born);
}

/* Meanwhile the owner hands out blocks that nobody refers to: they stay for this cycle. */
static uint32_t hand_out(uint32_t n) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t at = sweep_alloc(sizeof(struct node) + test_random() % 300);
        node_at(at)->number = UINT64_MAX;
        wrong += at == NO_PLACE || sweep_mark(at) != SWEEP_WAS_MARKED;
    }
    CHECK(wrong == 0);
    return n;
}

int main(void) {
    static struct worker worker[WORKERS];
    pthread_t thread[WORKERS];
    uint64_t first = sweep_alloc(16), reached_all = 0, looked_all = 0;
    test_start();
    CHECK(pthread_barrier_init(&barrier, NULL, WORKERS + 1) == 0);
    for (uint32_t t = 0; t < WORKERS; t++) {
        worker_begin(&worker[t], t + 1);
        CHECK(pthread_create(&thread[t], NULL, work, &worker[t]) == 0);
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        build();
        uint32_t reached = reach();
        CHECK(sweep_begin() == SWEEP_OK && sweep_mark(first) == SWEEP_OK);
        pthread_barrier_wait(&barrier);
        uint32_t born = round % 3 == 0 ? 0 : hand_out(500);
        pthread_barrier_wait(&barrier);
        sweep_and_check(round, reached, born);
        reached_all += reached;
        CHECK(round % 8 != 0 || heap_audit());
    }
    for (uint32_t t = 0; t < WORKERS; t++) {
        CHECK(pthread_join(thread[t], NULL) == 0);
        worker_count(&worker[t]);
        looked_all += looked[t];
    }
    CHECK(looked_all == reached_all && reached_all > (uint64_t)ROUNDS * NODES / 4);
    CHECK(sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK && sweep_release() > 0);
    CHECK(live_slots() == 0 && heap_audit());
    return test_report("mark_threads");
}
