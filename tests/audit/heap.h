/* A heap with something in every table, for the tests of snapshots: blocks of many sizes, spans of
 * all kinds, records of specials, pages that wait, were given back, or were never touched. */
#ifndef CAIRN_AUDIT_TEST_HEAP_H
#define CAIRN_AUDIT_TEST_HEAP_H

#include "../test.h"
#include "heap/audit.h"
#include "libc/snapshot.h"
#include "libc/snapshot_format.h"
#include "object/block.h"
#include "os/memory.h"
#include "span/special.h"
#include "tools/os_sim.h"
#include <string.h>

/* Zeroes what is not zero: memory that was never touched stays so. */
static inline void clear_tables(void) {
    static const unsigned char zero[SNAPSHOT_BLOCK];
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        for (uint32_t b = 0; b < snapshot_blocks(t); b++) {
            unsigned char *block = snapshot_at(t) + (size_t)b * SNAPSHOT_BLOCK;
            if (memcmp(block, zero, snapshot_block_bytes(t, b)) != 0) {
                memset(block, 0, snapshot_block_bytes(t, b));
            }
        }
    }
}

/* A number for what table t holds, and where. */
static inline uint64_t table_sum(uint32_t t) {
    static const unsigned char zero[SNAPSHOT_BLOCK];
    uint64_t sum = SNAPSHOT_BASIS;
    for (uint32_t b = 0; b < snapshot_blocks(t); b++) {
        const unsigned char *block = snapshot_at(t) + (size_t)b * SNAPSHOT_BLOCK;
        if (memcmp(block, zero, snapshot_block_bytes(t, b)) != 0) {
            sum = snapshot_sum(snapshot_sum(sum, &b, sizeof b), block, snapshot_block_bytes(t, b));
        }
    }
    return sum;
}

/* Blocks of a class, until one is of another span than the first: which gets a slot back then, and
 * is on a list. */
static inline void make_listed(void) {
    uint64_t first = block_alloc(64).at, at = first;
    for (int i = 0; i < 3000 && slots_owner[page_span[at / PAGE_SIZE]] == 1 &&
                    page_span[at / PAGE_SIZE] == page_span[first / PAGE_SIZE];
         i++) {
        at = block_alloc(64).at;
    }
    CHECK(block_free(first) == BLOCK_OK && span_link[page_span[first / PAGE_SIZE]].list != 0);
}

static inline void make_blocks(void) {
    enum { BLOCKS = 160 };
    uint64_t at[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        at[i] = block_alloc(i % 40 == 7 ? 3000 : 16 + test_random() % 200).at;
        CHECK(at[i] != BLOCK_NONE);
    }
    for (int i = 0; i < BLOCKS; i++) {
        if (test_random() % 3 == 0) {
            CHECK(block_free(at[i]) == BLOCK_OK);
        }
    }
    uint64_t large = block_alloc(CLASS_BYTES_MAX + 9).at,
             kept = block_alloc(CLASS_BYTES_MAX + 1).at;
    CHECK(large != BLOCK_NONE && kept != BLOCK_NONE && block_free(kept) == BLOCK_OK);
    make_listed();
}

/* More records than a thread keeps at hand, so that some wait in the pool. */
static inline void free_records(void) {
    uint32_t s[SPAN_CACHE + 30], n = 0;
    for (; n < SPAN_CACHE + 30; n++) {
        s[n] = heap_alloc(1, 1).span;
        CHECK(s[n] != 0);
    }
    while (n > 0) {
        CHECK(heap_free(span[s[--n]].base) == HEAP_OK);
    }
}

/* A slot that another thread has freed, and its owner has yet to look: as free_remote leaves it. */
static inline void free_from_afar(void) {
    uint32_t s = 1;
    while (s < SPANS - 1 && !(slots_owner[s] == 1 && slot_free[slot_first_word(s)] % 2 == 0)) {
        s++;
    }
    CHECK(slots_owner[s] == 1 && slot_remote_set(slot_first_word(s), 0));
    inbox_put(0, s);
}

static inline void make_heap(void) {
    clear_tables();
    os_sim_reset();
    os_sim_hold(ARENAS - 1, 1);
    CHECK(heap_add_hint(ARENAS - 1) && heap_add_hint(0));
    heap_set_goal((uint64_t)PAGES * PAGE_SIZE);
    uint32_t first = heap_alloc(3, 11).span, other = heap_alloc(70, 0).span;
    uint32_t dead = heap_alloc(20, 1).span;
    CHECK(first != 0 && other != 0 && dead != 0);
    CHECK(heap_alloc_manual(2, KIND_STACK).status == HEAP_OK);
    CHECK(heap_alloc_manual(1, KIND_WORKBUF).status == HEAP_OK);
    CHECK(heap_alloc_manual(5, KIND_PTRBITS).status == HEAP_OK);
    make_blocks();
    for (uint32_t i = 0; i < 6; i++) {
        CHECK(special_add(first, 8 * (i / 2), SPECIAL_PROFILE + i % 2, 1 + i, 0, 0).status ==
              SPECIAL_OK);
    }
    CHECK(special_add(other, 5, SPECIAL_CLEANUP, 77, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(other, 6, SPECIAL_CLEANUP, 78, 0, 0).status == SPECIAL_OK);
    CHECK(special_remove(other, 6, SPECIAL_CLEANUP).status == SPECIAL_OK);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(special_add(other, 9000 + i, SPECIAL_CLEANUP, i, 0, 0).status == SPECIAL_OK);
    }
    special_release(other, 9000, 9003);
    heap_next_generation();
    CHECK(heap_free(span[dead].base) == HEAP_OK);
    CHECK(heap_scavenge(10 * PAGE_SIZE) > 0);
    heap_set_limit((uint64_t)PAGES * PAGE_SIZE);
    heap_next_generation();
    free_records();
    free_from_afar();
    CHECK(heap_audit());
}

/* A live span of this kind. */
static inline uint32_t live_span(uint32_t kind) {
    uint32_t s = 1;
    while (s < SPANS - 1 && (span[s].state == SPAN_DEAD || span[s].kind != kind)) {
        s++;
    }
    CHECK(span[s].state != SPAN_DEAD);
    return s;
}

#endif
