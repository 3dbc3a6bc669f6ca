/* The search of the tree: Go's pageAlloc.find. */
#include "page/summary.h"
#include "../../specs/summary_find_lemmas.acsl"

/* Where a search stands: no run of n free pages begins below page `start`, and the pages from there
 * to `page` are free. */
struct search {
    uint32_t node;  /* the next to look at: which one of its height, */
    uint32_t page;  /* and its first page */
    uint32_t start; /* where the free run that ends at `page` begins */
    uint32_t hint;  /* the smallest node known to hold the lowest free page: its first page, */
    uint32_t bound; /* and its end, which is above `page` only while none was found free */
};

/* What a node of height h is about: how many pages, which one has page p, from which page. */
/*@ requires height: h < TREE_HEIGHTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures width: \result == NodeWidth(h);
    ensures range: CHUNK_PAGES <= \result <= PACKED_FULL;
 */
static inline uint32_t node_width(uint32_t h) {
    //@ assert one: h == 1 ==> (CHUNK_PAGES << 3 * h) == 8 * CHUNK_PAGES;
    //@ assert two: h == 2 ==> (CHUNK_PAGES << 3 * h) == 64 * CHUNK_PAGES;
    //@ assert three: h == 3 ==> (CHUNK_PAGES << 3 * h) == 512 * CHUNK_PAGES;
    //@ assert four: h == 4 ==> (CHUNK_PAGES << 3 * h) == 4096 * CHUNK_PAGES;
    return (uint32_t)CHUNK_PAGES << 3 * h;
}

/*@ requires height: h < TREE_HEIGHTS;
    requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures holds: NodeHolds(h, \result, p);
 */
static inline uint32_t node_of(uint32_t h, uint32_t p) {
    uint32_t i = p / CHUNK_PAGES;
    /*@ loop invariant height: k <= h;
        loop invariant holds: NodeHolds(k, i, p);
        loop assigns i, k;
        loop variant h - k;
     */
    for (uint32_t k = 0; k < h; k++) {
        i /= 8;
    }
    return i;
}

/* The search goes on at the node of page `from`, where that lies ahead. */
/*@ requires height: h < TREE_HEIGHTS;
    requires from: from < PAGES && AllUsed(0, from);
    requires place: at.page == NodeStart(h, at.node) < PAGES;
    requires hint: Hinted(at.hint, at.bound, at.page);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures place: \result.page == NodeStart(h, \result.node);
    ensures start: \result.start == \result.page;
    ensures forward: at.page <= \result.page;
    ensures page: \result.page == at.page || \result.page <= from;
    ensures hint: Hinted(\result.hint, \result.bound, \result.page);
 */
static inline struct search skip(struct search at, uint32_t h, uint32_t from) {
    if (at.page < from) {
        at.node = node_of(h, from);
        at.page = at.node * node_width(h);
    }
    at.start = at.page;
    return at;
}

/* The summary of node i of height h. */
/*@ requires tree: Tree;
    requires height: h < TREE_HEIGHTS;
    requires inside: NodeStart(h, i) < PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures runs: PackedRuns(NodeStart(h, i), Clipped(NodeStart(h, i) + NodeWidth(h)), \result);
 */
static inline uint64_t node_runs(uint32_t h, uint32_t i) {
    //@ assert node: Node(h, i);
    return summary[h * CHUNKS + i];
}

/* A free run that begins at `start` and reaches page p, too short with the free pages behind: where
 * the one begins that reaches the end of the node at p. */
/*@ requires width: p < PAGES && CHUNK_PAGES <= width <= PACKED_FULL;
    requires runs: PackedRuns(p, Clipped(p + width), runs);
    requires scanned: Scanned(start, p, n);
    requires across: p - start + PackedStart(runs) < n;
    requires inside: PackedMax(runs) < n;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures scanned: Scanned(\result, p + width, n);
 */
static inline uint32_t run_behind(uint32_t start, uint32_t p, uint32_t width,
                                  uint64_t runs) /*@ ghost (uint32_t n) */ {
    //@ ghost uint32_t next = p + width < PAGES ? p + width : PAGES;
    //@ assert runs: PackedRuns(p, next, runs);
    return packed_start(runs) < width ? p + width - packed_end(runs) : start;
}

/* Looks at the nodes of height h from at.node up to page `end`. Stops where the free pages before
 * a node and those it starts with are n or more: they are the answer, at.start to at.page. Or where
 * a node has n inside: at.node. Otherwise at.page reaches `end`. */
/*@ requires tree: Tree;
    requires height: h < TREE_HEIGHTS;
    requires some: 0 < n <= PAGES;
    requires place: at.page == NodeStart(h, at.node) < end <= PAGES;
    requires eight: end <= NodeStart(h, at.node + 8);
    requires scanned: Scanned(at.start, at.page, n);
    requires hint: Hinted(at.hint, at.bound, at.page);
    requires steps: find_steps <= 8 * TREE_HEIGHTS;
    terminates \true;
    exits \false;
    assigns find_steps;
    ensures steps: find_steps <= \old(find_steps) + 8;
    ensures start: \result.start <= \result.page && NoStart(\result.start, n);
    ensures found: \result.page - \result.start >= n ==>
      \result.page <= PAGES && AllFree(\result.start, \result.page);
    ensures inside: \result.page - \result.start < n && \result.page < end ==>
      LowestInside(h, \result.node, \result.page, n);
    ensures bound: \result.page - \result.start < n ==>
      Hinted(\result.hint, \result.bound, \result.page);
    ensures hint: AllUsed(0, \result.hint);
 */
static inline struct search scan(struct search at, uint32_t h, uint32_t end, uint32_t n) {
    uint32_t width = node_width(h);
    /*@ loop invariant place: at.page < PAGES ==> at.page == NodeStart(h, at.node);
        loop invariant bound: at.page < PAGES + width;
        loop invariant eight: at.node <= \at(at.node, Pre) + 8;
        loop invariant steps: find_steps - \at(find_steps, Pre) == at.node - \at(at.node, Pre);
        loop invariant scanned: Scanned(at.start, at.page, n);
        loop invariant hint: Hinted(at.hint, at.bound, at.page);
        loop assigns at, find_steps;
        loop variant PAGES + width - at.page;
     */
    for (; at.page < end; at.page += width, at.node++) {
        uint64_t runs = node_runs(h, at.node);
        //@ ghost find_steps++;
        if (runs != 0) {
            if (at.page < at.bound) {
                at.hint = at.page;
                at.bound = at.page + width;
            }
            if (at.page - at.start + packed_start(runs) >= n) {
                at.page += packed_start(runs);
                return at;
            }
            if (packed_max(runs) >= n) {
                //@ assert inside: LowestInside(h, at.node, at.page, n);
                return at;
            }
        }
        at.start = run_behind(at.start, at.page, width, runs) /*@ ghost (n) */;
    }
    return at;
}

/* The lowest run of n in the chunk that begins at at.page, which has one. */
/*@ requires some: 0 < n;
    requires chunk: at.page < PAGES && at.page % CHUNK_PAGES == 0;
    requires inside: NoStart(at.page, n) && HasRun(at.page, at.page + CHUNK_PAGES, n);
    requires hint: Hinted(at.hint, at.bound, at.page);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result.hint <= \result.page && \result.page + n <= PAGES;
    ensures run: AllFree(\result.page, \result.page + n);
    ensures lowest: NoStart(\result.page, n);
    ensures below: AllUsed(0, \result.hint);
 */
static inline struct page_found find_in_chunk(struct search at, uint32_t n) {
    uint32_t c = at.page / CHUNK_PAGES;
    //@ assert chunk: at.page == CHUNK_START(c);
    uint32_t i = chunk_find(c, n, 0);
    struct page_found found = {at.page + i, at.hint};
    if (at.page < at.bound) {
        found.hint = at.page + (n == 1 ? i : chunk_find(c, 1, 0));
    }
    return found;
}

struct page_found summary_find(uint32_t n, uint32_t from) {
    struct page_found found = {PAGES, PAGES};
    struct search at = {0, 0, 0, 0, PAGES};
    uint32_t end = PAGES;
    //@ ghost find_steps = 0;
    if (n == 0 || n > PAGES - from) {
        return found;
    }
    /*@ loop invariant height: h <= TREE_HEIGHTS;
        loop invariant steps: find_steps <= 8 * (TREE_HEIGHTS - h);
        loop invariant top: h == TREE_HEIGHTS ==> at.page == 0 && end == PAGES;
        loop invariant inside: h < TREE_HEIGHTS ==> HasRun(at.page, end, n);
        loop invariant window: at.page < end <= PAGES && from < end;
        loop invariant place: h > 0 ==> at.page == NodeStart(h - 1, at.node);
        loop invariant eight: h > 0 ==> end <= NodeStart(h - 1, at.node + 8);
        loop invariant chunk: h == 0 ==> at.page % CHUNK_PAGES == 0 && end == at.page + CHUNK_PAGES;
        loop invariant start: NoStart(at.page, n);
        loop invariant hint: Hinted(at.hint, at.bound, at.page);
        loop assigns h, at, end, find_steps;
        loop variant h;
     */
    for (uint32_t h = TREE_HEIGHTS; h > 0; h--) {
        at = scan(skip(at, h - 1, from), h - 1, end, n);
        if (at.page - at.start >= n) {
            found.page = at.start;
            found.hint = at.hint;
            return found;
        }
        if (at.page >= end) {
            return found;
        }
        end = at.page + node_width(h - 1) < PAGES ? at.page + node_width(h - 1) : PAGES;
        at.node *= 8;
    }
    return find_in_chunk(at, n);
}
