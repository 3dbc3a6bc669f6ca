/* The contracts of a chunk's operations contradict each other: after all of them, 1 is 0. */
#include "page/chunk.h"

/*@ requires chunk: c < CHUNKS;
    terminates \true;
    exits \false;
    assigns page_free[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1],
            page_released[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
    ensures never: \false;
 */
void chunk_contracts_contradict(uint32_t c) {
    chunk_alloc_all(c);
    chunk_release_range(c, 0, CHUNK_PAGES);
    chunk_free_all(c);
    uint32_t i = chunk_find(c, 3, 1);
    if (i < CHUNK_PAGES) {
        chunk_alloc_range(c, i, 3);
        chunk_free_range(c, i, chunk_count_free(c, 0, 1));
    }
    chunk_summarize(c);
}
