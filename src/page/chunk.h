/* Chunks: 512 pages and their bits. Two bitmaps over the whole window; a bit that is 1 says free
 * (page_free) or given back to the system (page_released), so that zero is the empty heap. A chunk
 * is a number, 0 to CHUNKS-1; a page inside one is its index, 0 to CHUNK_PAGES-1. Everything here
 * is called under the heap lock. The algorithms are those of the Go runtime's mpallocbits.go. */
#ifndef CAIRN_CHUNK_H
#define CAIRN_CHUNK_H

#include "config.h"
#include "../../specs/bits.acsl"

extern uint64_t page_free[PAGE_WORDS];
extern uint64_t page_released[PAGE_WORDS];

/* The runs of free pages in a chunk: at its start, the longest, at its end. In pages, 0 to 512. */
struct run_summary {
    uint32_t start;
    uint32_t max;
    uint32_t end;
};

#include "../../specs/chunk.acsl"

#define CHUNK_START(c) (CHUNK_PAGES * (c))
#define CHUNK_END(c)   (CHUNK_PAGES * ((c) + 1))

/* Hands out the n pages from index i of chunk c: they are used afterwards and not released.
 * Returns how many of them were released. Cost: one step a word. */
/*@ requires chunk: c < CHUNKS;
    requires range: i + n <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns page_free[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1],
            page_released[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
    ensures took: TookPages{Pre,Post}(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
    ensures cleared: ClearedReleased{Pre,Post}(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
    ensures count: \result == ReleasedCount{Pre}(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
 */
uint32_t chunk_alloc_range(uint32_t c, uint32_t i, uint32_t n);

/* Takes back the n pages from index i of chunk c: they are free afterwards. Their memory is
 * still there: what was released stays released and nothing becomes so. */
/*@ requires chunk: c < CHUNKS;
    requires range: i + n <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns page_free[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
    ensures gave: GavePages{Pre,Post}(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
 */
void chunk_free_range(uint32_t c, uint32_t i, uint32_t n);

/* Hands out every page of chunk c. */
/*@ requires chunk: c < CHUNKS;
    terminates \true;
    exits \false;
    assigns page_free[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1],
            page_released[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
    ensures took: TookPages{Pre,Post}(CHUNK_START(c), CHUNK_END(c));
    ensures cleared: ClearedReleased{Pre,Post}(CHUNK_START(c), CHUNK_END(c));
 */
void chunk_alloc_all(uint32_t c);

/* Takes back every page of chunk c. */
/*@ requires chunk: c < CHUNKS;
    terminates \true;
    exits \false;
    assigns page_free[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
    ensures gave: GavePages{Pre,Post}(CHUNK_START(c), CHUNK_END(c));
 */
void chunk_free_all(uint32_t c);

/* Marks the n pages from index i of chunk c as released. */
/*@ requires chunk: c < CHUNKS;
    requires range: i + n <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns page_released[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
    ensures set: SetReleased{Pre,Post}(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
 */
void chunk_release_range(uint32_t c, uint32_t i, uint32_t n);

/* The lowest run of n free pages that starts at index `from` or above and ends inside chunk c.
 * Returns its index, or CHUNK_PAGES if there is none (n of 0 or over CHUNK_PAGES included).
 * Go's pallocBits.find. */
/*@ requires chunk: c < CHUNKS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result <= CHUNK_PAGES;
    ensures run: \result < CHUNK_PAGES ==>
      from <= \result && \result + n <= CHUNK_PAGES && n > 0 &&
      AllFree(CHUNK_START(c) + \result, CHUNK_START(c) + \result + n);
    ensures lowest: \result < CHUNK_PAGES ==>
      NoRun(CHUNK_START(c) + from, CHUNK_START(c) + \result + n - 1, n);
    ensures none: n > 0 && \result == CHUNK_PAGES ==>
      NoRun(CHUNK_START(c) + from, CHUNK_END(c), n);
 */
uint32_t chunk_find(uint32_t c, uint32_t n, uint32_t from);

/* How many of the n pages from index i of chunk c are free; are released. */
/*@ requires chunk: c < CHUNKS;
    requires range: i + n <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures count: \result == FreeCount(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
 */
uint32_t chunk_count_free(uint32_t c, uint32_t i, uint32_t n);

/*@ requires chunk: c < CHUNKS;
    requires range: i + n <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures count: \result == ReleasedCount(CHUNK_START(c) + i, CHUNK_START(c) + i + n);
 */
uint32_t chunk_count_released(uint32_t c, uint32_t i, uint32_t n);

/* How long the run is that the pages of [p, end) make with the free pages beside them, whether they
 * are free or not. Returns CHUNK_PAGES where that is not plain from the words they lie in and those
 * next to them, and where the run reaches an end of the chunk. Cost: four words. */
/*@ requires range: p < end <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures around: \result < CHUNK_PAGES ==>
      RunInside(p - p % CHUNK_PAGES, p - p % CHUNK_PAGES + CHUNK_PAGES, p, end, \result);
 */
uint32_t chunk_run_around(uint32_t p, uint32_t end);

/* The free runs of chunk c, without a walk bit by bit (Go's pallocBits.summarize). */
/*@ requires chunk: c < CHUNKS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures start: IsStart(CHUNK_START(c), CHUNK_END(c), \result.start);
    ensures max: IsMax(CHUNK_START(c), CHUNK_END(c), \result.max);
    ensures end: IsEnd(CHUNK_START(c), CHUNK_END(c), \result.end);
 */
struct run_summary chunk_summarize(uint32_t c);

/* The executable twin of the predicate Chunk. */
/*@ requires chunk: c < CHUNKS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures audit: \result != 0 <==> Chunk(c);
 */
int chunk_audit(uint32_t c);

#endif
