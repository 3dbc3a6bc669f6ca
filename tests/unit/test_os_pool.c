// config: pool
// link: src/os/os_pool.c
/* T1, T2 on the static pool: each clause of os.h. */
#include "os/memory.h"
#include "os/os.h"
#include "../test.h"
#include <string.h>

#define CHUNK_SIZE ((size_t)CHUNK_PAGES * PAGE_SIZE)

static unsigned char *chunk_address(uint32_t c) {
    return os_address(c * CHUNK_PAGES);
}

static int reads(uint32_t c, uint32_t n, unsigned char value) {
    for (size_t i = 0; i < n * CHUNK_SIZE; i++) {
        if (chunk_address(c)[i] != value) {
            return 0;
        }
    }
    return 1;
}

_Static_assert(ARENAS <= 8, "small enough to try every state");

/* All answers a pool can give, against a table: every range, in every state of the arenas. */
static void test_reserve_exhaustively(void) {
    for (uint32_t state = 0; state < 1u << ARENAS; state++) {
        for (uint32_t a = 0; a <= ARENAS + 1; a++) {
            for (uint32_t n = 0; n <= ARENAS + 1; n++) {
                for (uint32_t i = 0; i < ARENAS; i++) {
                    CHECK((state >> i & 1) == 0 || os_reserve(i, 1));
                }
                uint32_t range = n <= ARENAS && a <= ARENAS - n ? ((1u << n) - 1) << a : 0;
                int expected = range != 0 && (state & range) == 0;
                uint32_t after = expected ? state | range : state;
                CHECK(os_reserve(a, n) == expected);
                for (uint32_t i = 0; i < ARENAS; i++) {
                    int was = (after >> i & 1) != 0;
                    CHECK(os_reserve(i, 1) == !was);
                    os_release(i, 1);
                }
            }
        }
    }
}

static void test_reserve_any(void) {
    CHECK(os_reserve_any(0) == ARENAS);
    CHECK(os_reserve_any(ARENAS + 1) == ARENAS);
    CHECK(os_reserve_any(UINT32_MAX) == ARENAS);
    CHECK(os_reserve(UINT32_MAX, 1) == 0);
    CHECK(os_reserve(1, UINT32_MAX) == 0);
    CHECK(os_reserve(1, 1) == 1);
    CHECK(os_reserve_any(2) == 2);
    CHECK(os_reserve_any(1) == 0);
    CHECK(os_reserve_any(1) == (ARENAS > 4 ? 4 : ARENAS));
    os_release(0, ARENAS);
    CHECK(os_reserve_any(ARENAS) == 0);
    CHECK(os_reserve_any(1) == ARENAS);
    os_release(0, ARENAS);
}

static void test_map(void) {
    CHECK(os_reserve(0, 3) == 1);
    CHECK(os_map(1, 2) == 1);
    CHECK(reads(1, 2, 0));
    memset(chunk_address(0), 0x11, 3 * CHUNK_SIZE);
    os_unmap(1, 1);
    CHECK(os_map(1, 1) == 1);
    CHECK(reads(1, 1, 0));
    CHECK(reads(0, 1, 0x11) && reads(2, 1, 0x11));
    memset(chunk_address(0), 0x22, 3 * CHUNK_SIZE);
    os_unmap(1, 2);
    os_release(0, 3);
    CHECK(os_reserve(1, 2) == 1);
    CHECK(os_map(1, 2) == 1);
    CHECK(reads(1, 2, 0));
    os_unmap(1, 2);
    os_release(1, 2);
    CHECK(os_map(0, 0) == 1);
}

static void test_addresses(void) {
    char *start = os_address(0);
    char *end = os_address(PAGES);
    CHECK((size_t)(end - start) == (size_t)PAGES * PAGE_SIZE);
    CHECK((uintptr_t)start % PAGE_SIZE == 0);
    CHECK(os_page_of(start) == 0);
    CHECK(os_page_of(start - 1) == PAGES);
    CHECK(os_page_of(end - 1) == PAGES - 1);
    CHECK(os_page_of(end) == PAGES);
    CHECK(os_page_of(NULL) == PAGES);
    CHECK(os_page_of((void *)UINTPTR_MAX) == PAGES);
    for (uint32_t p = 0; p < PAGES; p++) {
        char *address = os_address(p);
        CHECK(address == start + (size_t)p * PAGE_SIZE);
        CHECK(os_page_of(address) == p && os_page_of(address + PAGE_SIZE - 1) == p);
    }
}

static void test_zero(void) {
    memset(chunk_address(0), 0x33, CHUNK_SIZE);
    os_zero(5, 3);
    for (uint32_t p = 0; p < CHUNK_PAGES; p++) {
        unsigned char *page = os_address(p);
        unsigned char expected = p >= 5 && p < 8 ? 0 : 0x33;
        CHECK(page[0] == expected && page[PAGE_SIZE / 2] == expected);
        CHECK(page[PAGE_SIZE - 1] == expected);
    }
    os_zero(20, 0);
    CHECK(*(unsigned char *)os_address(20) == 0x33);
}

/* T6: there is nobody to give memory back to; it stays as it is. */
static void test_discard(void) {
    CHECK(os_physical_page() == 1 && os_huge_page() == 0);
    CHECK(os_reserve(0, 1) && os_map(0, 1));
    memset(chunk_address(0), 0x29, CHUNK_SIZE);
    CHECK(os_discard(0, 3) == 0);
    CHECK(reads(0, 1, 0x29));
    os_unmap(0, 1);
    os_release(0, 1);
}

static void test_bytes(void) {
    unsigned char *start = os_address(0);
    uint64_t size = (uint64_t)PAGES * PAGE_SIZE;
    CHECK(os_place(start) == 0 && os_place(start + size - 1) == size - 1);
    CHECK(os_place(start + size) >= size && os_place(start - 1) >= size);
    CHECK(os_place(NULL) >= size && os_pointer(777) == start + 777);
    memset(start, 0x33, 1000);
    os_clear(101, 99);
    os_copy(300, 95, 10);
    memcpy(start + 500, "abcdefgh", 8); /* the two may overlap, either way */
    os_copy(502, 500, 6);
    CHECK(memcmp(start + 500, "ababcdef", 8) == 0);
    os_copy(500, 502, 6);
    CHECK(memcmp(start + 500, "abcdefef", 8) == 0);
    memset(start + 500, 0x33, 8);
    for (int i = 0; i < 1000; i++) {
        int is_zero = (i >= 101 && i < 200) || (i >= 306 && i < 310);
        CHECK(start[i] == (is_zero ? 0 : 0x33));
    }
}

int main(void) {
    test_reserve_exhaustively();
    test_reserve_any();
    test_map();
    test_addresses();
    test_zero();
    test_bytes();
    test_discard();
    return test_report("os_pool");
}
