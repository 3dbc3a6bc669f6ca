/* The floor without an operating system: the window is one static array, and nothing is called.
 * Memory is always there, so mapping only sees to it that what was used before reads as zero. */
#include "os/os.h"
#include "os/memory.h"
#include <stddef.h>

#define PAGE_CELLS (PAGE_SIZE / sizeof(uint64_t))
static _Alignas(PAGE_SIZE) uint64_t pool[PAGES * PAGE_CELLS];
static uint8_t held[ARENAS];
static uint8_t dirty[CHUNKS]; /* 1: the chunk was mapped before */

int os_reserve(uint32_t a, uint32_t n) {
    int is_free = n > 0 && n <= ARENAS && a <= ARENAS - n;
    for (uint32_t i = a; is_free && i < a + n; i++) {
        is_free = !held[i];
    }
    for (uint32_t i = a; is_free && i < a + n; i++) {
        held[i] = 1;
    }
    return is_free;
}

uint32_t os_reserve_any(uint32_t n) {
    uint32_t a = 0;
    while (a < ARENAS && !os_reserve(a, n)) {
        a++;
    }
    return a;
}

void os_release(uint32_t a, uint32_t n) {
    for (uint32_t i = a; i < a + n; i++) {
        held[i] = 0;
    }
}

int os_map(uint32_t c, uint32_t n) {
    for (uint32_t i = c; i < c + n; i++) {
        if (dirty[i]) {
            os_zero(i * CHUNK_PAGES, CHUNK_PAGES);
        }
        dirty[i] = 1;
    }
    return 1;
}

void os_unmap(uint32_t c, uint32_t n) {
    (void)c, (void)n;
}

uint32_t os_physical_page(void) {
    return 1;
}

uint32_t os_huge_page(void) {
    return 0;
}

/* There is nobody to give it to. */
int os_discard(uint32_t p, uint32_t n) {
    (void)p, (void)n;
    return 0;
}

void *os_address(uint32_t p) {
    return pool + p * PAGE_CELLS;
}

uint32_t os_page_of(const void *address) {
    uint64_t place = os_place(address);
    return place < sizeof pool ? (uint32_t)(place / PAGE_SIZE) : PAGES;
}

void os_zero(uint32_t p, uint32_t n) {
    volatile uint64_t *cell = os_address(p); /* volatile, or compilers make it a call of memset */
    for (size_t i = 0; i < n * PAGE_CELLS; i++) {
        cell[i] = 0;
    }
}

static unsigned char *byte_at(uint64_t place) {
    return (unsigned char *)pool + (size_t)place;
}

void *os_pointer(uint64_t place) {
    return byte_at(place);
}

uint64_t os_place(const void *address) {
    return (uintptr_t)address - (uintptr_t)pool;
}

void os_clear(uint64_t place, uint64_t bytes) {
    volatile unsigned char *byte = byte_at(place);
    for (size_t i = 0; i < bytes; i++) {
        byte[i] = 0;
    }
}

void os_copy(uint64_t to, uint64_t from, uint64_t bytes) {
    volatile unsigned char *target = byte_at(to);
    const unsigned char *source = byte_at(from);
    for (size_t i = 0; i < bytes; i++) {
        size_t next = to < from ? i : bytes - 1 - i;
        target[next] = source[next];
    }
}

__attribute__((weak)) void os_freed_twice(uint64_t place) {
    (void)place;
}
