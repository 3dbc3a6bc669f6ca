/* Pages given back to a chunk are found again: a search for as many ends there, or lower. */
#include "page/chunk.h"

/*@ requires chunk: c < CHUNKS;
    requires range: 0 < n && i + n <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns page_free[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
    ensures found: \result <= i;
 */
uint32_t freed_pages_are_found(uint32_t c, uint32_t i, uint32_t n) {
    chunk_free_range(c, i, n);
    //@ assert free: AllFree(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
    return chunk_find(c, n, 0);
}
