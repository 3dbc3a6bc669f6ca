/* Blocks at the alignments that malloc's older relatives promise. */
#include "object/block_parts.h"

struct block block_alloc_posix(uint64_t alignment, uint64_t bytes) {
    if (alignment % sizeof(uintptr_t) != 0) {
        return block_none(BLOCK_BAD_ALIGNMENT);
    }
    return block_alloc_aligned(alignment, bytes);
}

/* The lowest power of two that is not below n; 0 if there is none. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: n > TWO_63 ==> \result == 0;
    ensures above: \result == 0 || n <= \result;
 */
static uint64_t power_from(uint64_t n) {
    uint64_t power = 1;
    /*@ loop invariant range: 1 <= power <= TWO_63;
        loop assigns power;
        loop variant UINT64_MAX - power;
     */
    while (power < n && power <= TWO_63 / 2) {
        power = 2 * power;
    }
    return power < n ? 0 : power;
}

struct block block_alloc_rounded(uint64_t alignment, uint64_t bytes) {
    return block_alloc_aligned(power_from(alignment), bytes);
}

/* Bytes of the system's page, or of ours if that is larger. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures bytes: \result == PAGE_SIZE * os_group;
    ensures power: PowerOfTwo(\result) && \result <= 64 * PAGE_SIZE;
 */
static uint64_t page_bytes(void) {
    return (uint64_t)PAGE_SIZE * os_physical_page();
}

struct block block_alloc_page(uint64_t bytes) {
    return block_alloc_aligned(page_bytes(), bytes);
}

struct block block_alloc_pages(uint64_t bytes) {
    uint64_t page = page_bytes();
    if (bytes > WINDOW_BYTES) {
        return block_none(BLOCK_NO_MEMORY);
    }
    uint64_t pages = (bytes + page - 1) / page;
    //@ assert whole: bytes <= pages * page <= bytes + page - 1;
    return block_alloc_aligned(page, pages * page);
}
