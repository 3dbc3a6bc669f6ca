/* A page just handed out is free. */
#include "page/chunk.h"

/*@ requires chunk: c < CHUNKS;
    requires index: i < CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns page_free[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1],
            page_released[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
    ensures never: PageFree(CHUNK_START(c) + i);
 */
void taken_pages_are_free(uint32_t c, uint32_t i) {
    chunk_alloc_range(c, i, 1);
}
