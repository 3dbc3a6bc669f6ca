// config: host host-race
// link: -pthread
/* The atomic cells under several threads: what T4 believes of them. A zeroed base never falls, a
 * swap that says it was done was done on the value seen, and in the end the highest one stands;
 * no thread's bit and no thread's pages are lost to another's; who finds a span live finds its
 * record whole; of several that mark a slot or a span one is first; and who finds a thread in a
 * cycle finds what it did before. */
#define _GNU_SOURCE
#include "os/atomic.h"
#include "test.h"

#include <pthread.h>

#define WORKERS 4
#define ROUNDS  200
#define STEPS   (ARENA_PAGES / WORKERS)

static uint32_t swaps[WORKERS]; /* how often a thread's swap was done */
static uint32_t falls[WORKERS]; /* how often it saw a base fall */
static pthread_barrier_t start;

static void run_workers(void *(*work)(void *)) {
    pthread_t threads[WORKERS];
    pthread_barrier_init(&start, NULL, WORKERS);
    for (uintptr_t i = 0; i < WORKERS; i++) {
        CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
    }
    for (uint32_t i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
    }
}

/* Raises the base of each round's arena to the values that are number modulo WORKERS, upward. */
static void *raise_bases(void *argument) {
    uint32_t number = (uint32_t)(uintptr_t)argument;
    for (uint32_t arena = 0; arena < ROUNDS; arena++) {
        pthread_barrier_wait(&start);
        uint32_t last = 0;
        for (uint32_t step = 0; step < STEPS; step++) {
            uint32_t next = step * WORKERS + number + 1;
            uint32_t seen = zeroed_base_load(arena);
            falls[number] += seen < last;
            last = seen;
            while (seen < next && !zeroed_base_swap(arena, seen, next)) {
                uint32_t again = zeroed_base_load(arena);
                falls[number] += again <= seen;
                seen = again;
            }
            swaps[number] += seen < next;
        }
    }
    return NULL;
}

static void test_threads(void) {
    uint32_t done = 0, fell = 0;
    run_workers(raise_bases);
    for (uint32_t i = 0; i < WORKERS; i++) {
        done += swaps[i];
        fell += falls[i];
    }
    CHECK(fell == 0);
    CHECK(done >= ROUNDS && done <= ROUNDS * ARENA_PAGES);
    for (uint32_t arena = 0; arena < ROUNDS; arena++) {
        CHECK(zeroed_base[arena] == ARENA_PAGES);
    }
}

static void test_alone(void) {
    uint32_t a = ARENAS - 1;
    CHECK(zeroed_base_load(a) == 0);
    CHECK(zeroed_base_swap(a, 0, 5) == 1 && zeroed_base_load(a) == 5);
    CHECK(zeroed_base_swap(a, 4, 9) == 0 && zeroed_base_load(a) == 5);
    CHECK(zeroed_base_swap(a, 5, ARENA_PAGES) == 1 && zeroed_base_load(a) == ARENA_PAGES);
    CHECK(zeroed_base[a - 1] == 0);
}

/* Every thread moves bits of its own in words that all share, and pages of its own in a total. */
static void *move_own(void *argument) {
    uint32_t number = (uint32_t)(uintptr_t)argument;
    pthread_barrier_wait(&start);
    for (uint32_t round = 0; round < 2 * ROUNDS + 1; round++) {
        for (uint32_t i = number; i < 64 * WORD_BITS; i += WORKERS) {
            if (round % 2 == 0) {
                page_in_use_set(i / WORD_BITS, i % WORD_BITS);
                total_live_add(1, number + 1);
            } else {
                page_in_use_clear(i / WORD_BITS, i % WORD_BITS);
                total_live_sub(1, number + 1);
            }
        }
    }
    return NULL;
}

static void test_own(void) {
    run_workers(move_own);
    for (uint32_t k = 0; k < 64; k++) {
        CHECK(page_in_use[k] == UINT64_MAX);
    }
    CHECK(page_in_use[64] == 0);
    CHECK(total_live[1] == 64 * WORD_BITS / WORKERS * (1 + 2 + 3 + 4));
    CHECK(total_live[0] == 0 && total_live[2] == 0);
}

/* One thread fills records and publishes them; the others look, and count what they find torn. */
enum { RECORDS = 200000 };
static uint32_t torn[WORKERS], met[WORKERS];

static void *publish_or_look(void *argument) {
    uint32_t number = (uint32_t)(uintptr_t)argument;
    pthread_barrier_wait(&start);
    for (uint32_t s = 1; s < RECORDS; s++) {
        if (number == 0) {
            span[s].base = 3 * s;
            span[s].npages = s;
            page_span_store(s, s);
            span_state_store(s, 2);
            continue;
        }
        uint32_t found = page_span_load(s);
        torn[number] += found != 0 && found != s;
        if (found != 0 && span_state_load(found) != 0) {
            met[number]++;
            torn[number] += span_state_load(s) != 2 || span[s].base != 3 * s || span[s].npages != s;
        } else if (number > 1) {
            s--; /* waits for it */
        }
    }
    return NULL;
}

static void test_published(void) {
    run_workers(publish_or_look);
    for (uint32_t i = 1; i < WORKERS; i++) {
        CHECK(torn[i] == 0);
        CHECK(i == 1 || met[i] == RECORDS - 1);
    }
    CHECK(page_span_load(0) == 0 && span_state_load(0) == 0 && span_state_load(RECORDS) == 0);
}

/* Threads set bits of a word for each span and put the span into thread 1's inbox; the first takes
 * out what it finds until it has them all: each bit once, and no span is left behind. */
enum { SENT = 2000 };
static uint32_t seen[SENT + 1], twice;

static void collect(void) {
    for (uint32_t s = inbox_take(1), below; s != 0; s = below) {
        below = inbox_leave(s);
        uint64_t bits = slot_remote_take(s);
        for (; bits != 0; bits &= bits - 1) {
            seen[s]++;
        }
    }
}

static void *send_or_collect(void *argument) {
    uint32_t number = (uint32_t)(uintptr_t)argument, all = 0;
    pthread_barrier_wait(&start);
    for (uint32_t j = 0; number != 0 && j < 20; j++) {
        for (uint32_t s = 1; s <= SENT; s++) {
            slot_remote_set(s, 20 * (number - 1) + j);
            inbox_put(1, s);
        }
    }
    while (number == 0 && all != SENT * (WORKERS - 1) * 20) {
        collect();
        all = 0;
        for (uint32_t s = 1; s <= SENT; s++) {
            all += seen[s];
            twice += seen[s] > (WORKERS - 1) * 20;
        }
    }
    return NULL;
}

static void test_inbox(void) {
    CHECK(inbox_take(1) == 0 && !inbox_has(3) && inbox_leave(3) == 0);
    inbox_put(1, 3), inbox_put(1, 7), inbox_put(1, 3), inbox_put(0, 7);
    CHECK(inbox_has(3) && inbox_has(7) && !inbox_has(4) && inbox_take(0) == 0);
    CHECK(inbox_take(1) == 7 && inbox_take(1) == 0 && inbox_has(7));
    CHECK(inbox_leave(7) == 3 && !inbox_has(7) && inbox_leave(3) == 0 && !inbox_has(3));
    for (uint32_t j = 0; j < WORD_BITS; j++) {
        CHECK(slot_remote_set(5, j) == 1 && slot_remote_set(5, j) == 0);
    }
    CHECK(slot_remote_take(5) == UINT64_MAX && slot_remote_take(5) == 0);
    slot_remote_set(5, 63), slot_remote_set(5, 8);
    CHECK(slot_remote_take(5) == ((uint64_t)1 << 63 | 256) && slot_remote_take(4) == 0);
    slots_owner_store(9, 2);
    CHECK(slots_owner_load(9) == 2 && slots_owner_load(8) == 0);
    run_workers(send_or_collect);
    collect();
    CHECK(twice == 0 && inbox_take(1) == 0);
    for (uint32_t s = 1; s <= SENT; s++) {
        CHECK(seen[s] == (WORKERS - 1) * 20 && !inbox_has(s) && slot_remote_take(s) == 0);
    }
}

/* Threads mark the slots of the same words: of each slot one of them is told that it was first. The
 * first thread takes words meanwhile; what it takes and what is left at the end is what was set. */
static uint32_t firsts[WORKERS], taken_marks;

static void *mark_or_take(void *argument) {
    uint32_t number = (uint32_t)(uintptr_t)argument;
    pthread_barrier_wait(&start);
    for (uint32_t round = 0; round < 5; round++) {
        for (uint32_t i = 0; i < SENT * WORD_BITS; i++) {
            if (number != 0) {
                firsts[number] += (uint32_t)slot_mark_set(i / WORD_BITS, i % WORD_BITS);
            } else if (i % WORD_BITS == 0) {
                uint64_t bits = slot_mark_take(i / WORD_BITS);
                taken_marks += (uint32_t)__builtin_popcountll(bits);
            }
        }
    }
    return NULL;
}

/* The same with nobody who takes: each slot has exactly one first. */
static void *mark_only(void *argument) {
    uint32_t number = (uint32_t)(uintptr_t)argument;
    pthread_barrier_wait(&start);
    for (uint32_t i = 0; i < SENT * WORD_BITS; i++) {
        uint32_t slot = number % 2 ? i : SENT * WORD_BITS - 1 - i;
        firsts[number] += (uint32_t)slot_mark_set(slot / WORD_BITS, slot % WORD_BITS);
    }
    return NULL;
}

static uint32_t all_firsts(void) {
    uint32_t all = 0;
    for (uint32_t i = 0; i < WORKERS; i++) {
        all += firsts[i];
        firsts[i] = 0;
    }
    return all;
}

static void test_marks(void) {
    for (uint32_t j = 0; j < WORD_BITS; j++) {
        CHECK(slot_mark_set(5, j) == 1 && slot_mark_set(5, j) == 0);
        CHECK(slot_mark[5] == (j == 63 ? UINT64_MAX : ((uint64_t)1 << (j + 1)) - 1));
    }
    CHECK(slot_remote_take(5) == 0); /* the two have tables of their own */
    CHECK(slot_mark_take(5) == UINT64_MAX && slot_mark_take(5) == 0);
    slot_mark_set(SLOT_WORDS - 1, 63), slot_mark_set(SLOT_WORDS - 1, 8);
    CHECK(slot_mark_take(SLOT_WORDS - 2) == 0);
    CHECK(slot_mark_take(SLOT_WORDS - 1) == ((uint64_t)1 << 63 | 256));
    run_workers(mark_only);
    CHECK(all_firsts() == SENT * WORD_BITS);
    for (uint32_t w = 0; w < SENT; w++) {
        CHECK(slot_mark_take(w) == UINT64_MAX);
    }
    CHECK(slot_mark_take(SENT) == 0);
    run_workers(mark_or_take);
    for (uint32_t w = 0; w < SENT; w++) {
        taken_marks += (uint32_t)__builtin_popcountll(slot_mark_take(w));
    }
    CHECK(all_firsts() == taken_marks && taken_marks >= SENT * WORD_BITS);
}

/* The same of blocks that are spans: a mark each. Nobody's is lost to one beside it, and each is
 * taken as often as somebody was first. */
static void *mark_spans(void *argument) {
    uint32_t number = (uint32_t)(uintptr_t)argument;
    pthread_barrier_wait(&start);
    for (uint32_t round = 0; round < 5; round++) {
        for (uint32_t s = 0; s < SENT * WORD_BITS; s++) {
            if (number != 0) {
                firsts[number] += (uint32_t)large_mark_set(s);
            } else {
                taken_marks += large_mark_take(s) != 0;
            }
        }
    }
    return NULL;
}

static void test_large_marks(void) {
    CHECK(large_mark_take(7) == 0 && large_mark_set(7) == 1 && large_mark_set(7) == 0);
    CHECK(large_mark[6] == 0 && large_mark[7] != 0 && large_mark[8] == 0);
    CHECK(large_mark_take(7) != 0 && large_mark_take(7) == 0);
    CHECK(large_mark_set(SPANS - 1) == 1 && large_mark_take(SPANS - 1) != 0);
    large_owner_store(3, THREADS), large_owner_store(SPANS - 1, 1);
    CHECK(large_owner_load(3) == THREADS && large_owner_load(SPANS - 1) == 1);
    CHECK(large_owner_load(2) == 0 && large_owner_load(4) == 0);
    taken_marks = 0;
    run_workers(mark_spans);
    for (uint32_t s = 0; s < SENT * WORD_BITS; s++) {
        taken_marks += large_mark_take(s) != 0;
    }
    CHECK(all_firsts() == taken_marks && taken_marks >= SENT * WORD_BITS);
}

/* Who sees a thread's cycle sees all that it wrote before; a span's own is no more than a word. */
enum { CYCLES = 200000 };

static void *begin_or_look(void *argument) {
    uint32_t number = (uint32_t)(uintptr_t)argument;
    pthread_barrier_wait(&start);
    for (uint32_t cycle = 1, last = 0; cycle <= CYCLES; cycle++) {
        if (number == 0) {
            span_cycle_store(SPANS - cycle, cycle);
            span[cycle].npages = cycle;
            thread_cycle_store(THREADS - 1, cycle);
            continue;
        }
        uint32_t found = thread_cycle_load(THREADS - 1);
        torn[number] += found < last;
        last = found;
        for (uint32_t i = found > 8 ? found - 8 : 1; i <= found; i++) {
            torn[number] += span[i].npages != i || span_cycle_load(SPANS - i) != i;
        }
    }
    return NULL;
}

static void test_cycles(void) {
    thread_cycle_store(0, 7), thread_cycle_store(1, UINT32_MAX);
    CHECK(thread_cycle_load(0) == 7 && thread_cycle_load(1) == UINT32_MAX);
    CHECK(thread_cycle_load(2) == 0 && thread_cycle[1] == UINT32_MAX);
    span_cycle_store(0, 9), span_cycle_store(SPANS - 1, UINT32_MAX);
    CHECK(span_cycle_load(0) == 9 && span_cycle_load(SPANS - 1) == UINT32_MAX);
    CHECK(span_cycle_load(1) == 0 && span_cycle[0] == 9 && slots_owner_load(0) == 0);
    run_workers(begin_or_look);
    for (uint32_t i = 1; i < WORKERS; i++) {
        CHECK(torn[i] == 0);
    }
    CHECK(thread_cycle_load(THREADS - 1) == CYCLES && span_cycle_load(SPANS - CYCLES) == CYCLES);
}

int main(void) {
    test_alone();
    test_inbox();
    test_marks();
    test_large_marks();
    test_own();
    test_published();
    test_cycles();
    test_threads();
    return test_report("atomic");
}
