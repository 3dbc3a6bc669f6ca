/* The tree of summaries: where runs of free pages are, for every chunk and for every 8, 64, 512 and
 * 4096 of them, as Go's pageAlloc has it (mpagealloc.go: summary, update, find). Height 0 are the
 * chunks; node i of height h + 1 is the merge of the nodes 8 i to 8 i + 7 of height h. One flat
 * table, a row of CHUNKS a height, of which a row uses as many as begin inside the window.
 * Everything here is called under the heap lock. */
#ifndef CAIRN_SUMMARY_H
#define CAIRN_SUMMARY_H

#include "config.h"
#include "page/audit_note.h"
#include "page/chunk.h"

extern uint64_t summary[SUMMARIES]; /* packed: see summary_pack */

/* What a search found: a page, and one below which no page is free. */
struct page_found {
    uint32_t page;
    uint32_t hint;
};

/* How many nodes the last search looked at. */
//@ ghost uint32_t find_steps;

#include "../../specs/summary.acsl"

#define PACKED_FULL ((uint32_t)1 << 21) /* pages below a node of the greatest height */
#define PACKED_ALL  ((uint64_t)1 << 63) /* the summary of one that is wholly free */

/* A packed summary's parts: pages free at its start, in its longest run, at its end. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures start: \result == PackedStart(s);
    ensures range: \result <= PACKED_FULL;
 */
uint32_t packed_start(uint64_t s);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures max: \result == PackedMax(s);
    ensures range: \result <= PACKED_FULL;
 */
uint32_t packed_max(uint64_t s);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures end: \result == PackedEnd(s);
    ensures range: \result <= PACKED_FULL;
 */
uint32_t packed_end(uint64_t s);

/* The three packed into a word. Only a node wholly free has a part of PACKED_FULL: it has but
 * those, and bit 63 stands for them (Go's packPallocSum). */
/*@ requires parts: start <= max <= PACKED_FULL && end <= max;
    requires full: max == PACKED_FULL ==> start == max && end == max;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures start: PackedStart(\result) == start;
    ensures max: PackedMax(\result) == max;
    ensures end: PackedEnd(\result) == end;
 */
uint64_t summary_pack(uint32_t start, uint32_t max, uint32_t end);

/* Brings the tree up to date after pages of [p, end), and no others, became free or used. What is
 * above a node that says what it said is up to date already: Go's update stops there too. Cost: a
 * look at each chunk of the range, then eight nodes for each node above it, as far as they change.
 * Returns the height of the last row it wrote to. */
/*@ requires range: p < end <= PAGES;
    requires apart: TreeApart(p, end);
    terminates \true;
    exits \false;
    assigns summary[0 .. SUMMARIES - 1];
    ensures updated: TreeUpdated{Pre,Post}(\result, p / NodeWidth(\result), p, end);
    ensures apart: TreeApart(p, end);
    ensures others: TreeUnchangedApart{Pre,Post}(p, end);
 */
uint32_t summary_update(uint32_t p, uint32_t end);

/* Does the tree say the same if the pages of [p, end), all of them free or none, change? Returns 1
 * where that is plain from a look at one word: what they are a part of, or would be, is not the
 * longest run of their chunk, nor at an end of it. Else 0. Cost: a few steps. */
/*@ requires range: p < end <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures kept: \result != 0 ==> LeafKept(p / CHUNK_PAGES, p, end);
 */
int summary_keeps(uint32_t p, uint32_t end);

/* The lowest run of n free pages, given that none is free below page `from`. Returns PAGES for both
 * if there is none (n of 0 and over PAGES included). The hint is the start of the smallest node
 * looked at that is known to hold the lowest free page, or that page itself, as in Go.
 * Cost: eight nodes a height (all of the greatest height), then Go's search in one chunk. */
/*@ requires tree: Tree;
    requires from: from <= PAGES && AllUsed(0, from);
    terminates \true;
    exits \false;
    assigns find_steps;
    ensures steps: find_steps <= 8 * TREE_HEIGHTS;
    ensures range: \result.page <= PAGES && \result.hint <= \result.page;
    ensures run: \result.page < PAGES ==>
      n > 0 && \result.page + n <= PAGES && AllFree(\result.page, \result.page + n);
    ensures lowest: \result.page < PAGES ==> NoRun(0, \result.page + n - 1, n);
    ensures none: n > 0 && \result.page == PAGES ==> \result.hint == PAGES && NoRun(0, PAGES, n);
    ensures below: \result.page < PAGES ==> AllUsed(0, \result.hint);
 */
struct page_found summary_find(uint32_t n, uint32_t from);

/* The executable twin of the predicate Tree, which notes what it finds. Cost: a look at every
 * node. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> Tree;
    ensures flaw: \result == 0 ==> TreeFlawed;
 */
int summary_audit(void);

#endif
