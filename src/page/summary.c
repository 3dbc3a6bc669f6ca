#include "page/summary.h"
#include "../../specs/summary_lemmas.acsl"

uint64_t summary[SUMMARIES];

inline uint32_t packed_start(uint64_t s) {
    return s >= PACKED_ALL ? PACKED_FULL : (uint32_t)(s % PACKED_FULL);
}

inline uint32_t packed_max(uint64_t s) {
    return s >= PACKED_ALL ? PACKED_FULL : (uint32_t)(s / PACKED_FULL % PACKED_FULL);
}

inline uint32_t packed_end(uint64_t s) {
    return s >= PACKED_ALL ? PACKED_FULL : (uint32_t)(s / PACKED_FULL / PACKED_FULL % PACKED_FULL);
}

inline uint64_t summary_pack(uint32_t start, uint32_t max, uint32_t end) {
    if (max == PACKED_FULL) {
        return PACKED_ALL;
    }
    return start + (uint64_t)max * PACKED_FULL + (uint64_t)end * PACKED_FULL * PACKED_FULL;
}

/* The runs of [lo, hi), from those of [lo, mid) and of [mid, hi): Go's mergeSummaries. */
/*@ requires range: lo <= mid < hi <= PAGES;
    requires left: RunsOf(lo, mid, left);
    requires right: RunsOf(mid, hi, right);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures start: IsStart(lo, hi, \result.start);
    ensures max: IsMax(lo, hi, \result.max);
    ensures end: IsEnd(lo, hi, \result.end);
 */
static inline struct run_summary joined(uint32_t lo, uint32_t mid, uint32_t hi,
                                        struct run_summary left, struct run_summary right) {
    uint32_t across = left.end + right.start;
    //@ assert across: HasRun(lo, hi, across);
    if (left.start == mid - lo) {
        left.start += right.start;
    }
    left.max = left.max < right.max ? right.max : left.max;
    left.max = left.max < across ? across : left.max;
    //@ assert run: HasRun(lo, hi, left.max);
    left.end = right.end == hi - mid ? left.end + right.end : right.end;
    return left;
}

/* What a node below the greatest height says. None of it is of PACKED_FULL pages: the parts need no
 * look at bit 63. */
/*@ requires part: s < PACKED_ALL;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures says: Says(s, \result);
 */
static inline struct run_summary child_runs(uint64_t s) {
    struct run_summary runs = {(uint32_t)(s % PACKED_FULL),
                               (uint32_t)(s / PACKED_FULL % PACKED_FULL),
                               (uint32_t)(s / PACKED_FULL / PACKED_FULL)};
    return runs;
}

/* The runs of node i of height h, from those of its children, of at most `width` pages each. */
/*@ requires height: 1 <= h && Node(h, i);
    requires width: width == NodeWidth(h - 1);
    requires below: RowsBelow(h);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures runs: RunsOf(NodeStart(h, i), NodeStart(h, i + 1), \result);
 */
static inline struct run_summary merged(uint32_t h, uint32_t i, uint32_t width) {
    struct run_summary runs = {0, 0, 0};
    struct run_summary whole = {width, width, width};
    uint64_t full = summary_pack(width, width, width);
    uint32_t first = 8 * width * i;
    uint32_t last = PAGES - first < 8 * width ? PAGES : first + 8 * width;
    uint32_t mid = first;
    uint32_t k = 8 * i;
    //@ assert first: first == NodeStart(h, i);
    //@ assert below: first == NodeStart(h - 1, k);
    /*@ loop invariant range: 8 * i <= k <= 8 * i + 8;
        loop invariant mid: mid == NodeStart(h - 1, k);
        loop invariant runs: RunsOf(first, mid, runs);
        loop assigns k, mid, runs;
        loop variant 8 * i + 8 - k;
     */
    while (mid < last) {
        uint64_t s = summary[(h - 1) * CHUNKS + k];
        //@ assert child: Summarized(h - 1, k);
        if (s == full) {
            //@ assert whole: mid + width == NodeStart(h - 1, k + 1);
            runs = joined(first, mid, mid + width, runs, whole);
            mid += width;
        } else {
            uint32_t end = last - mid < width ? last : mid + width;
            //@ assert end: end == NodeStart(h - 1, k + 1);
            runs = joined(first, mid, end, runs, child_runs(s));
            mid = end;
        }
        k++;
    }
    return runs;
}

/* Writes the nodes [lo, hi) of height h. */
/*@ requires nodes: 1 <= h < TREE_HEIGHTS && lo < hi <= NodeCount(h);
    requires width: width == NodeWidth(h - 1);
    requires below: RowsBelow(h);
    terminates \true;
    exits \false;
    assigns summary[h * CHUNKS + lo .. h * CHUNKS + hi - 1];
    ensures nodes: NodesSummarized(h, lo, hi);
 */
static inline void update_row(uint32_t h, uint32_t lo, uint32_t hi, uint32_t width) {
    /*@ loop invariant range: lo <= i <= hi;
        loop invariant nodes: PlacesSummarized(h, lo, i);
        loop invariant below: RowsBelow(h);
        loop assigns i, summary[h * CHUNKS + lo .. h * CHUNKS + hi - 1];
        loop variant hi - i;
     */
    for (uint32_t i = lo; i < hi; i++) {
        struct run_summary runs = merged(h, i, width);
        summary[h * CHUNKS + i] = summary_pack(runs.start, runs.max, runs.end);
        //@ assert node: Summarized(h, i);
    }
}

/* Writes the leaves of the chunks [lo, hi). */
/*@ requires chunks: lo < hi <= CHUNKS;
    terminates \true;
    exits \false;
    assigns summary[lo .. hi - 1];
    ensures leaves: NodesSummarized(0, lo, hi);
 */
static inline void update_leaves(uint32_t lo, uint32_t hi) {
    /*@ loop invariant range: lo <= c <= hi;
        loop invariant leaves: PlacesSummarized(0, lo, c);
        loop assigns c, summary[lo .. hi - 1];
        loop variant hi - c;
     */
    for (uint32_t c = lo; c < hi; c++) {
        struct run_summary runs = chunk_summarize(c);
        summary[c] = summary_pack(runs.start, runs.max, runs.end);
        //@ assert leaf: Summarized(0, c);
    }
}

uint32_t summary_update(uint32_t p, uint32_t end) {
    uint32_t lo = p / CHUNK_PAGES;
    uint32_t hi = (end - 1) / CHUNK_PAGES + 1;
    uint32_t width = CHUNK_PAGES;
    uint32_t h = 1;
    uint64_t said = summary[lo];
    update_leaves(lo, hi);
    int same = hi - lo == 1 && summary[lo] == said;
    /*@ loop invariant range: 1 <= h <= TREE_HEIGHTS;
        loop invariant nodes: Nodes(h - 1, lo, hi, p, end);
        loop invariant width: width == NodeWidth(h - 1);
        loop invariant below: RowsBelow(h);
        loop invariant above: RowsUnchangedFrom{Pre,Here}(h);
        loop invariant apart: TreeApart(p, end);
        loop invariant others: TreeUnchangedApart{Pre,Here}(p, end);
        loop invariant same: same != 0 ==> hi == lo + 1 &&
          summary[(h - 1) * CHUNKS + lo] == \at(summary, Pre)[(h - 1) * CHUNKS + lo];
        loop assigns h, lo, hi, width, said, same, summary[0 .. SUMMARIES - 1];
        loop variant TREE_HEIGHTS - h;
     */
    while (h < TREE_HEIGHTS && !same) {
        lo = lo / 8;
        hi = (hi + 7) / 8;
        said = summary[h * CHUNKS + lo];
        //@ assert nodes: Nodes(h, lo, hi, p, end);
        update_row(h, lo, hi, width);
        same = hi - lo == 1 && summary[h * CHUNKS + lo] == said;
        width = 8 * width;
        h++;
    }
    //@ assert node: Node(h - 1, lo) && p / NodeWidth(h - 1) == lo;
    //@ assert stands: same != 0 ==> NodeStands{Pre,Here}(h - 1, lo, p, end);
    return h - 1;
}

int summary_keeps(uint32_t p, uint32_t end) {
    uint32_t run = chunk_run_around(p, end);
    return run < CHUNK_PAGES && run < packed_max(summary[p / CHUNK_PAGES]);
}

/* Does node i of height h, stored as s, say these runs? */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures says: \result != 0 <==> Says(s, runs);
 */
static inline int says(uint64_t s, struct run_summary runs) {
    return packed_start(s) == runs.start && packed_max(s) == runs.max && packed_end(s) == runs.end;
}

/* Are all the nodes of height h, which has `count`, the merges of their children? */
/*@ requires height: 1 <= h < TREE_HEIGHTS;
    requires count: count == NodeCount(h);
    requires width: width == NodeWidth(h - 1);
    requires below: RowsBelow(h);
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures row: \result != 0 <==> NodesSummarized(h, 0, NodeCount(h));
    ensures flaw: \result == 0 ==> TreeFlawed;
 */
static int audit_row(uint32_t h, uint32_t count, uint32_t width) {
    /*@ loop invariant range: 0 <= i <= count;
        loop invariant nodes: NodesSummarized(h, 0, i);
        loop assigns i;
        loop variant count - i;
     */
    for (uint32_t i = 0; i < count; i++) {
        if (!says(summary[h * CHUNKS + i], merged(h, i, width))) {
            //@ assert node: Node(h, i) && !Summarized(h, i);
            return audit_fails(SUMMARIZED, h, i);
        }
        //@ assert same: Summarized(h, i);
    }
    return 1;
}

/* Are all the leaves the summaries of their chunks? */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures leaves: \result != 0 <==> NodesSummarized(0, 0, CHUNKS);
    ensures flaw: \result == 0 ==> TreeFlawed;
 */
static int audit_leaves(void) {
    /*@ loop invariant range: 0 <= c <= CHUNKS;
        loop invariant leaves: NodesSummarized(0, 0, c);
        loop assigns c;
        loop variant CHUNKS - c;
     */
    for (uint32_t c = 0; c < CHUNKS; c++) {
        if (!says(summary[c], chunk_summarize(c))) {
            //@ assert leaf: Node(0, c) && !Summarized(0, c);
            return audit_fails(SUMMARIZED, 0, c);
        }
        //@ assert same: Summarized(0, c);
    }
    return 1;
}

int summary_audit(void) {
    uint32_t count = CHUNKS;
    uint32_t width = CHUNK_PAGES;
    if (!audit_leaves()) {
        //@ assert leaf: !Tree;
        return 0;
    }
    /*@ loop invariant range: 1 <= h <= TREE_HEIGHTS;
        loop invariant count: count == NodeCount(h - 1);
        loop invariant width: width == NodeWidth(h - 1);
        loop invariant below: RowsBelow(h);
        loop assigns h, count, width, audit_note;
        loop variant TREE_HEIGHTS - h;
     */
    for (uint32_t h = 1; h < TREE_HEIGHTS; h++) {
        count = (count + 7) / 8;
        if (!audit_row(h, count, width)) {
            //@ assert node: !Tree;
            return 0;
        }
        width = 8 * width;
    }
    return 1;
}
