/* The atomic cells. The compiler's builtins are all that is trusted here. */
#include "os/atomic.h"
#include "os/lock.h"

uint32_t zeroed_base[ARENAS];
uint64_t page_in_use[PAGE_WORDS];
uint32_t total_live[KINDS];
uint32_t page_span[PAGES];
uint32_t slots_owner[SPANS];
uint32_t large_cell[SPANS];
uint16_t large_owner[SPANS];
uint32_t large_kept[KEPT_CELLS];
PLACED uint64_t slot_remote[SLOT_WORDS];
uint32_t inbox[THREADS];
uint32_t inbox_link[SPANS];
PLACED uint64_t slot_mark[SLOT_WORDS];
uint8_t large_mark[SPANS];
uint32_t thread_cycle[THREADS];
uint32_t span_cycle[SPANS];

uint32_t zeroed_base_load(uint32_t a) {
    return __atomic_load_n(&zeroed_base[a], __ATOMIC_ACQUIRE);
}

int zeroed_base_swap(uint32_t a, uint32_t seen, uint32_t next) {
    return __atomic_compare_exchange_n(&zeroed_base[a], &seen, next, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

/* The byte of a word that holds bit i: a small machine has no atomic steps on 64 bits. */
static unsigned char *byte_of(uint64_t *word, uint32_t i) {
    uint32_t place = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i / 8 : 7 - i / 8;
    return (unsigned char *)word + place;
}

void page_in_use_set(uint32_t k, uint32_t i) {
    __atomic_fetch_or(byte_of(&page_in_use[k], i), (unsigned char)(1 << i % 8), __ATOMIC_RELAXED);
}

void page_in_use_clear(uint32_t k, uint32_t i) {
    __atomic_fetch_and(byte_of(&page_in_use[k], i), (unsigned char)~(1 << i % 8), __ATOMIC_RELAXED);
}

void total_live_add(uint32_t kind, uint32_t n) {
    __atomic_fetch_add(&total_live[kind], n, __ATOMIC_RELAXED);
}

void total_live_sub(uint32_t kind, uint32_t n) {
    __atomic_fetch_sub(&total_live[kind], n, __ATOMIC_RELAXED);
}

uint32_t total_live_load(uint32_t kind) {
    return __atomic_load_n(&total_live[kind], __ATOMIC_RELAXED);
}

uint32_t page_span_load(uint32_t p) {
    return __atomic_load_n(&page_span[p], __ATOMIC_RELAXED);
}

void page_span_store(uint32_t p, uint32_t s) {
    __atomic_store_n(&page_span[p], s, __ATOMIC_RELAXED);
}

uint32_t span_state_load(uint32_t s) {
    return __atomic_load_n(&span[s].state, __ATOMIC_ACQUIRE);
}

void span_state_store(uint32_t s, uint32_t state) {
    __atomic_store_n(&span[s].state, (uint8_t)state, __ATOMIC_RELEASE);
}

uint32_t slots_owner_load(uint32_t s) {
    return __atomic_load_n(&slots_owner[s], __ATOMIC_RELAXED);
}

void slots_owner_store(uint32_t s, uint32_t owner) {
    __atomic_store_n(&slots_owner[s], owner, __ATOMIC_RELAXED);
}

uint32_t large_cell_load(uint32_t s) {
    return __atomic_load_n(&large_cell[s], __ATOMIC_RELAXED);
}

void large_put(uint32_t s, uint32_t cell) {
    __atomic_store_n(&large_cell[s], cell, __ATOMIC_RELEASE);
}

void large_keep(uint32_t s) {
    large_put(s, LARGE_IS_KEPT);
}

int large_take(uint32_t s, uint32_t cell) {
    return __atomic_compare_exchange_n(&large_cell[s], &cell, 0, 0, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

uint32_t large_owner_load(uint32_t s) {
    return __atomic_load_n(&large_owner[s], __ATOMIC_RELAXED);
}

void large_owner_store(uint32_t s, uint32_t owner) {
    __atomic_store_n(&large_owner[s], (uint16_t)owner, __ATOMIC_RELAXED);
}

uint32_t large_kept_load(uint32_t k) {
    return __atomic_load_n(&large_kept[k], __ATOMIC_RELAXED);
}

void large_kept_store(uint32_t k, uint32_t hint) {
    __atomic_store_n(&large_kept[k], hint, __ATOMIC_RELAXED);
}

/* Sets bit j, and returns 1 if it was clear; takes all bits. */
static int set_one(uint64_t *word, uint32_t j) {
    unsigned char bit = (unsigned char)(1 << j % 8);
    return (__atomic_fetch_or(byte_of(word, j), bit, __ATOMIC_SEQ_CST) & bit) == 0;
}

static uint64_t take_all(uint64_t *word) {
    uint64_t bits = 0;
    for (uint32_t j = 0; j < WORD_BITS; j += 8) {
        unsigned char *byte = byte_of(word, j);
        if (__atomic_load_n(byte, __ATOMIC_SEQ_CST) != 0) {
            bits |= (uint64_t)__atomic_exchange_n(byte, 0, __ATOMIC_SEQ_CST) << j;
        }
    }
    return bits;
}

int slot_remote_set(uint32_t w, uint32_t j) {
    return set_one(&slot_remote[w], j);
}

uint64_t slot_remote_take(uint32_t w) {
    return take_all(&slot_remote[w]);
}

int slot_mark_set(uint32_t w, uint32_t j) {
    return set_one(&slot_mark[w], j);
}

uint64_t slot_mark_take(uint32_t w) {
    return take_all(&slot_mark[w]);
}

int large_mark_set(uint32_t s) {
    return __atomic_exchange_n(&large_mark[s], 1, __ATOMIC_SEQ_CST) == 0;
}

int large_mark_take(uint32_t s) {
    return __atomic_exchange_n(&large_mark[s], 0, __ATOMIC_SEQ_CST);
}

uint32_t thread_cycle_load(uint32_t t) {
    return __atomic_load_n(&thread_cycle[t], __ATOMIC_ACQUIRE);
}

void thread_cycle_store(uint32_t t, uint32_t cycle) {
    __atomic_store_n(&thread_cycle[t], cycle, __ATOMIC_RELEASE);
}

uint32_t span_cycle_load(uint32_t s) {
    return __atomic_load_n(&span_cycle[s], __ATOMIC_RELAXED);
}

void span_cycle_store(uint32_t s, uint32_t cycle) {
    __atomic_store_n(&span_cycle[s], cycle, __ATOMIC_RELAXED);
}

void inbox_put(uint32_t t, uint32_t s) {
    uint32_t none = 0;
    if (__atomic_compare_exchange_n(&inbox_link[s], &none, 1, 0, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST)) {
        uint32_t below = __atomic_load_n(&inbox[t], __ATOMIC_SEQ_CST);
        do {
            __atomic_store_n(&inbox_link[s], below + 1, __ATOMIC_SEQ_CST);
        } while (!__atomic_compare_exchange_n(&inbox[t], &below, s, 0, __ATOMIC_SEQ_CST,
                                              __ATOMIC_SEQ_CST));
    }
}

int inbox_has(uint32_t s) {
    return __atomic_load_n(&inbox_link[s], __ATOMIC_SEQ_CST) != 0;
}

uint32_t inbox_take(uint32_t t) {
    if (__atomic_load_n(&inbox[t], __ATOMIC_SEQ_CST) == 0) {
        return 0;
    }
    return __atomic_exchange_n(&inbox[t], 0, __ATOMIC_SEQ_CST);
}

uint32_t inbox_leave(uint32_t s) {
    uint32_t link = __atomic_exchange_n(&inbox_link[s], 0, __ATOMIC_SEQ_CST);
    return link == 0 ? 0 : link - 1;
}
