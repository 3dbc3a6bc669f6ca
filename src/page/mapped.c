/* Which chunks are mapped: the table, and the ranges that sum it up. */
#include "page/mapped.h"
#include "../../specs/mapped_lemmas.acsl"

uint8_t chunk_mapped[CHUNKS];
struct chunk_range mapped_range[RANGES];
uint32_t mapped_ranges;

/* The first range that ends above chunk c, or mapped_ranges if there is none: a binary search. */
/*@ requires sorted: RangesSorted;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result <= mapped_ranges;
    ensures below: \result > 0 ==> mapped_range[\result - 1].high <= c;
    ensures above: \result < mapped_ranges ==> c < mapped_range[\result].high;
 */
static uint32_t range_above(uint32_t c) {
    uint32_t low = 0;
    uint32_t high = mapped_ranges;
    /*@ loop invariant range: low <= high <= mapped_ranges;
        loop invariant below: low > 0 ==> mapped_range[low - 1].high <= c;
        loop invariant above: high < mapped_ranges ==> c < mapped_range[high].high;
        loop assigns low, high;
        loop variant high - low;
     */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (mapped_range[middle].high > c) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* Between any two ranges lies a gap: there is room for one more where it touches none. */
/*@ ghost
    /@ requires sorted: RangesSorted;
       requires place: 0 <= i <= mapped_ranges;
       requires apart: GapHoldsApart(i, lo, hi) && hi <= CHUNKS;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures room: mapped_ranges < RANGES;
     @/
    void range_room(uint32_t i, uint32_t lo, uint32_t hi) {
        uint32_t j = 0;
        /@ loop invariant range: 0 <= j <= mapped_ranges;
           loop invariant low: j > 0 ==> mapped_range[j - 1].low >= 2 * (j - 1);
           loop invariant lifted: j > i ==> mapped_range[j - 1].low >= 2 * j;
           loop assigns j;
           loop variant mapped_ranges - j;
         @/
        while (j < mapped_ranges) { j++; }
    }
 */

/* Puts the range [lo, hi) before range i. */
/*@ requires place: i <= mapped_ranges < RANGES;
    terminates \true;
    exits \false;
    assigns mapped_range[i .. mapped_ranges], mapped_ranges;
    ensures count: mapped_ranges == \old(mapped_ranges) + 1;
    ensures kept: RangesMoved{Pre,Post}(0, i, 0);
    ensures range: RangeIs(i, lo, hi);
    ensures moved: RangesMoved{Pre,Post}(i + 1, mapped_ranges, 1);
 */
static void range_insert(uint32_t i, uint32_t lo, uint32_t hi) {
    uint32_t j = mapped_ranges;
    /*@ loop invariant range: i <= j <= mapped_ranges;
        loop invariant kept: RangesMoved{Pre,Here}(0, j, 0);
        loop invariant moved: RangesMoved{Pre,Here}(j + 1, mapped_ranges + 1, 1);
        loop assigns j, mapped_range[i .. mapped_ranges];
        loop variant j - i;
     */
    while (j > i) {
        mapped_range[j] = mapped_range[j - 1];
        j--;
    }
    mapped_range[i].low = lo;
    mapped_range[i].high = hi;
    mapped_ranges++;
}

/* Takes range i out. */
/*@ requires place: i < mapped_ranges <= RANGES;
    terminates \true;
    exits \false;
    assigns mapped_range[i .. mapped_ranges - 1], mapped_ranges;
    ensures count: mapped_ranges == \old(mapped_ranges) - 1;
    ensures kept: RangesMoved{Pre,Post}(0, i, 0);
    ensures moved: RangesMoved{Pre,Post}(i, mapped_ranges, -1);
 */
static void range_remove(uint32_t i) {
    /*@ loop invariant range: i < j <= mapped_ranges;
        loop invariant moved: RangesMoved{Pre,Here}(i, j - 1, -1);
        loop invariant kept: RangesMoved{Pre,Here}(j, mapped_ranges, 0);
        loop assigns j, mapped_range[i .. mapped_ranges - 1];
        loop variant mapped_ranges - j;
     */
    for (uint32_t j = i + 1; j < mapped_ranges; j++) {
        mapped_range[j - 1] = mapped_range[j];
    }
    mapped_ranges--;
}

/* Enters the chunks [lo, hi) in the midst of gap i: they are a range of their own. */
/*@ requires awaited: RangesAwait(i, lo, hi);
    requires apart: GapHoldsApart(i, lo, hi);
    terminates \true;
    exits \false;
    assigns mapped_range[0 .. RANGES - 1], mapped_ranges;
    ensures sorted: RangesSorted;
    ensures ranges: RangesMapped;
    ensures gaps: GapsUnmapped;
 */
static void gap_split(uint32_t i, uint32_t lo, uint32_t hi) {
    //@ ghost range_room(i, lo, hi);
    range_insert(i, lo, hi);
    //@ assert lower: GapsMoved{Pre,Here}(0, i, 0);
    //@ assert upper: GapsMoved{Pre,Here}(i + 2, mapped_ranges + 1, 1);
}

/* Enters the chunks of gap i, all of them: the ranges on either side become one. */
/*@ requires between: 0 < i < mapped_ranges;
    requires awaited: RangesAwait(i, GapLow(i), GapHigh(i));
    terminates \true;
    exits \false;
    assigns mapped_range[0 .. RANGES - 1], mapped_ranges;
    ensures sorted: RangesSorted;
    ensures ranges: RangesMapped;
    ensures gaps: GapsUnmapped;
 */
static void gap_close(uint32_t i) {
    mapped_range[i - 1].high = mapped_range[i].high;
    range_remove(i);
    //@ assert lower: GapsMoved{Pre,Here}(0, i, 0);
    //@ assert upper: GapsMoved{Pre,Here}(i, mapped_ranges + 1, -1);
}

/* Enters the chunks [lo, hi) of gap i: they extend the range below or the one above, join the two
 * or are a range of their own. */
/*@ requires awaited: RangesAwait(i, lo, hi);
    terminates \true;
    exits \false;
    assigns mapped_range[0 .. RANGES - 1], mapped_ranges;
    ensures sorted: RangesSorted;
    ensures ranges: RangesMapped;
    ensures gaps: GapsUnmapped;
 */
static void range_enter(uint32_t i, uint32_t lo, uint32_t hi) {
    int below = i > 0 && mapped_range[i - 1].high == lo;
    int above = i < mapped_ranges && mapped_range[i].low == hi;
    if (below && above) {
        gap_close(i);
    } else if (below) {
        mapped_range[i - 1].high = hi;
        //@ assert lower: GapsMoved{Pre,Here}(0, i, 0);
        //@ assert upper: GapsMoved{Pre,Here}(i + 1, mapped_ranges + 1, 0);
    } else if (above) {
        mapped_range[i].low = lo;
        //@ assert lower: GapsMoved{Pre,Here}(0, i, 0);
        //@ assert upper: GapsMoved{Pre,Here}(i + 1, mapped_ranges + 1, 0);
    } else {
        gap_split(i, lo, hi);
    }
}

void mapped_add(uint32_t c, uint32_t n) {
    uint32_t i = range_above(c);
    //@ assert unmapped: !ChunkMapped(c);
    //@ assert above: i < mapped_ranges ==> ChunkMapped(mapped_range[i].low);
    //@ assert place: GapHolds(i, c, c + n);
    /*@ loop invariant range: c <= d <= c + n;
        loop invariant more: MappedMore{Pre,Here}(c, d);
        loop assigns d, chunk_mapped[0 .. CHUNKS - 1];
        loop variant c + n - d;
     */
    for (uint32_t d = c; d < c + n; d++) {
        chunk_mapped[d] = 1;
    }
    range_enter(i, c, c + n);
}

uint32_t mapped_from(uint32_t c) {
    uint32_t i = range_above(c);
    //@ assert gap: NoneMapped(GapLow(i), GapHigh(i));
    if (i == mapped_ranges) {
        return CHUNKS;
    }
    return mapped_range[i].low > c ? mapped_range[i].low : c;
}

/* Whether all chunks of [lo, hi) are mapped; where `mapped` is 0, whether none of them is. */
/*@ requires range: hi <= CHUNKS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures all: mapped != 0 ==> (\result != 0 <==> ChunksMapped(lo, hi));
    ensures none: mapped == 0 ==> (\result != 0 <==> NoneMapped(lo, hi));
 */
static int chunks_are(uint32_t lo, uint32_t hi, int mapped) {
    /*@ loop invariant range: lo <= c && (c <= hi || c == lo);
        loop invariant all: mapped != 0 ==> ChunksMapped(lo, c);
        loop invariant none: mapped == 0 ==> NoneMapped(lo, c);
        loop assigns c;
        loop variant hi - c;
     */
    for (uint32_t c = lo; c < hi; c++) {
        if ((chunk_mapped[c] != 0) != (mapped != 0)) {
            return 0;
        }
    }
    return 1;
}

int mapped_audit(void) {
    uint32_t end = 0; /* of the range before */
    if (mapped_ranges > RANGES) {
        return audit_fails(RANGES_SORTED, 0, 0);
    }
    /*@ loop invariant range: 0 <= i <= mapped_ranges;
        loop invariant end: end == GapLow(i) <= CHUNKS;
        loop invariant below: \forall integer j; 0 <= j < i ==> mapped_range[j].high <= end;
        loop invariant sorted: RangesSortedTo(i);
        loop invariant exact: RangesExactTo(i);
        loop assigns i, end;
        loop variant mapped_ranges - i;
     */
    for (uint32_t i = 0; i < mapped_ranges; i++) {
        uint32_t low = mapped_range[i].low;
        uint32_t high = mapped_range[i].high;
        if ((i > 0 && low <= end) || low >= high || high > CHUNKS) {
            //@ assert unsorted: !RangesSortedTo(i + 1);
            return audit_fails(RANGES_SORTED_TO, i + 1, 0);
        }
        if (!chunks_are(end, low, 0) || !chunks_are(low, high, 1)) {
            //@ assert inexact: !RangesExactTo(i + 1);
            return audit_fails(RANGES_EXACT_TO, i + 1, 0);
        }
        end = high;
    }
    return chunks_are(end, CHUNKS, 0) || audit_fails(NONE_MAPPED, end, CHUNKS);
}
