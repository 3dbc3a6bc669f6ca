/* Where pages change hands: their bits, and the tree of summaries with them. Totals, the index of
 * the scavenger and the search hint are left to the caller (page/pages.h). Called under the heap
 * lock. */
#ifndef CAIRN_PAGES_CHANGE_H
#define CAIRN_PAGES_CHANGE_H

#include "page/chunk.h"
#include "page/summary.h"

/* How many of the pages of [p, end) lie in p's own chunk. */
/*@ requires range: p < end <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures some: 0 < \result <= end - p;
    ensures inside: p % CHUNK_PAGES + \result <= CHUNK_PAGES;
 */
uint32_t pages_in_chunk(uint32_t p, uint32_t end);

/* Takes the free pages of [p, end), and the tree follows. Returns how many were released. Cost: a
 * step a chunk, and what summary_update costs; nothing of that where summary_keeps says so. */
/*@ requires range: p < end <= PAGES;
    requires free: AllFree(p, end);
    requires tree: Tree;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            summary[0 .. SUMMARIES - 1];
    ensures tree: Tree;
    ensures took: TookPages{Pre,Post}(p, end);
    ensures cleared: ClearedReleased{Pre,Post}(p, end);
    ensures answer: \result == ReleasedCount{Pre}(p, end);
 */
uint32_t pages_take(uint32_t p, uint32_t end);

/* Takes back the used pages of [p, end), and the tree follows. Cost: as pages_take. */
/*@ requires range: p < end <= PAGES;
    requires used: AllUsed(p, end);
    requires tree: Tree;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], summary[0 .. SUMMARIES - 1];
    ensures tree: Tree;
    ensures gave: GavePages{Pre,Post}(p, end);
 */
void pages_give(uint32_t p, uint32_t end);

#endif
