/* The atomic cells. The compiler's builtins are all that is trusted here. */
#include "os/atomic.h"

uint32_t zeroed_base[ARENAS];
uint64_t page_in_use[PAGE_WORDS];
uint32_t total_live[KINDS];
uint32_t page_span[PAGES];

uint32_t zeroed_base_load(uint32_t a) {
    return __atomic_load_n(&zeroed_base[a], __ATOMIC_ACQUIRE);
}

int zeroed_base_swap(uint32_t a, uint32_t seen, uint32_t next) {
    return __atomic_compare_exchange_n(&zeroed_base[a], &seen, next, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

/* The byte of word k that holds bit i: a small machine has no atomic steps on 64 bits. */
static unsigned char *byte_of(uint32_t k, uint32_t i) {
    uint32_t place = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? i / 8 : 7 - i / 8;
    return (unsigned char *)&page_in_use[k] + place;
}

void page_in_use_set(uint32_t k, uint32_t i) {
    __atomic_fetch_or(byte_of(k, i), (unsigned char)(1 << i % 8), __ATOMIC_RELAXED);
}

void page_in_use_clear(uint32_t k, uint32_t i) {
    __atomic_fetch_and(byte_of(k, i), (unsigned char)~(1 << i % 8), __ATOMIC_RELAXED);
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
