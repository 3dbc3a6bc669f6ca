// config: host-race
// link: src/os/os_linux.c -pthread
/* Blocks under ThreadSanitizer: threads that come and go, each with the number and the caches that
 * another left, and that free each other's blocks; wrong frees of those too. Quiet at the end: the
 * heap audits sound, and all that was handed out is back but what waits with the threads' numbers. */
#include "../test.h"
#include "heap/audit.h"
#include "object/block.h"
#include "os/lock.h"
#include "os/memory.h"
#include <pthread.h>
#include <stdatomic.h>

enum { TOGETHER = 8, WAVES = 40, STEPS = 2000, CELLS = 256 };

static _Atomic uint64_t cell[CELLS]; /* a block that anybody may take and free; or 0 */
static atomic_uint wrong;

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* The block's first word is its place, written by who made it and read by who frees it. */
static void expect(int condition) {
    atomic_fetch_add(&wrong, !condition);
}

static uint64_t make(uint64_t *state) {
    uint64_t bytes = 8 + next_random(state) % (next_random(state) % 50 == 0 ? 100000 : 300);
    struct block block = block_alloc(bytes);
    expect(block.at != BLOCK_NONE && block_bytes(block.at) >= bytes);
    *(uint64_t *)os_pointer(block.at) = block.at;
    return block.at;
}

static void unmake(uint64_t at) {
    expect(*(uint64_t *)os_pointer(at) == at);
    expect(block_free(at + 8) != BLOCK_OK);
    expect(block_free(at) == BLOCK_OK);
}

static void *run(void *seed) {
    uint64_t state = (uintptr_t)seed * 2654435761 + test_seed;
    uint64_t own[50] = {0};
    for (int i = 0; i < STEPS; i++) {
        uint64_t k = next_random(&state) % 50;
        if (own[k] != 0) {
            own[k] = atomic_exchange(&cell[next_random(&state) % CELLS], own[k] + 1);
            own[k] -= own[k] != 0; /* a cell holds a place and 1: 0 is none */
        } else {
            own[k] = make(&state);
        }
        if (own[k] != 0 && next_random(&state) % 2 == 0) {
            unmake(own[k]);
            own[k] = 0;
        }
    }
    for (int k = 0; k < 50; k++) {
        if (own[k] != 0) {
            unmake(own[k]);
        }
    }
    block_flush();
    heap_leave();
    expect(heap_enter() > THREADS && heap_enter_again() == 0);
    unmake(make(&state)); /* and late, as in a destructor */
    return NULL;
}

int main(void) {
    pthread_t thread[TOGETHER];
    test_start();
    uint64_t first = make(&test_state); /* place 0 is this thread's */
    for (uintptr_t wave = 0; wave < WAVES; wave++) {
        for (uintptr_t i = 0; i < TOGETHER; i++) {
            pthread_create(&thread[i], NULL, run, (void *)(wave * TOGETHER + i + 1));
        }
        for (int i = 0; i < TOGETHER; i++) {
            pthread_join(thread[i], NULL);
        }
    }
    CHECK(atomic_load(&wrong) == 0);
    for (int i = 0; i < CELLS; i++) {
        if (cell[i] != 0) {
            unmake(cell[i] - 1);
        }
    }
    unmake(first);
    uint32_t mine = heap_enter();
    block_flush();
    for (uint32_t n = 1; n <= THREADS; n++) { /* every number but this thread's own is free again */
        uint32_t own = heap_move(n);
        CHECK((own == 0) == (n == mine));
        if (own != 0) {
            block_flush();
            heap_move_back(own);
        }
    }
    CHECK(atomic_load(&wrong) == 0 && heap_audit() == 1);
    CHECK(heap_totals().heap < (TOGETHER + 1) * SIZE_CLASSES * 12);
    return test_report("block_threads");
}
