/* What follows from the page allocator's invariant and contracts alone. */
#include "page/pages.h"
#include "../proofs/laws/zero_state.h"
#include "../../specs/pages_count_lemmas.acsl"
#include "../../specs/pages_lemmas.acsl"

/*@ lemma NoRun_Unchanged{K,L}: \forall integer lo, hi, n;
      FreeUnchanged{K,L}(lo, hi) && NoRun{K}(lo, hi, n) ==> NoRun{L}(lo, hi, n);
    lemma Bit_Zero: \forall integer i; !Bit(0, i);
    lemma PagesZero_Used{L}: PagesZero ==> AllUsed(0, PAGES) && AllUnreleased(0, PAGES);
    lemma Tree_Empty{L}: PagesZero ==> Tree;
    lemma Mapped_Empty{L}: PagesZero ==> Mapped;
 */

void law_pages_zero(void) {
    //@ assert used: AllUsed(0, PAGES) && AllUnreleased(0, PAGES);
    /*@ loop invariant range: 0 <= p <= PAGES;
        loop invariant free: \forall integer q; 0 <= q <= p ==> FreeCount(0, q) == 0;
        loop invariant released: ReleasedCount(0, p) == 0;
        loop assigns p;
        loop variant PAGES - p;
     */
    for (uint32_t p = 0; p < PAGES; p++) {
        //@ assert free: !PageFree(p) && !PageReleased(p);
    }
    /*@ loop invariant range: 0 <= c <= CHUNKS;
        loop invariant mapped: MappedCount(c) == 0;
        loop assigns c;
        loop variant CHUNKS - c;
     */
    for (uint32_t c = 0; c < CHUNKS; c++) {
    }
    //@ assert records: \forall integer c; 0 <= c < CHUNKS ==> InUse(scavenge_chunk[c]) == 0;
    //@ assert flags: NoneHasFree(0, CHUNKS);
    //@ assert use: IndexUse;
    //@ assert index: ScavengeIndex && IndexMapped;
}

/* No page of a range free: a count of 0. */
/*@ ghost
    /@ requires range: lo <= hi <= PAGES;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures free: AllUsed(lo, hi) ==> FreeCount(lo, hi) == 0;
     @/
    void count_used(uint32_t lo, uint32_t hi) {
        uint32_t k = lo;
        /@ loop invariant range: lo <= k <= hi;
           loop invariant free: AllUsed(lo, hi) ==> FreeCount(lo, k) == 0;
           loop assigns k;
           loop variant hi - k;
         @/
        while (k < hi) {
            /@ assert free: AllUsed(lo, hi) ==> !PageFree(k); @/
            k++;
        }
    }
 */

/* What is released is free, and what is free is mapped: in pages. */
/*@ requires pages: Pages;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures released: total_released <= total_free;
    ensures free: total_free <= total_mapped;
 */
void law_pages_totals(void) {
    /*@ loop invariant range: 0 <= p <= PAGES;
        loop invariant released: ReleasedCount(0, p) <= FreeCount(0, p);
        loop assigns p;
        loop variant PAGES - p;
     */
    for (uint32_t p = 0; p < PAGES; p++) {
        //@ assert free: PageReleased(p) ==> PageFree(p);
    }
    /*@ loop invariant range: 0 <= c <= CHUNKS;
        loop invariant free: FreeCount(0, CHUNK_START(c)) <= CHUNK_PAGES * MappedCount(c);
        loop assigns c;
        loop variant CHUNKS - c;
     */
    for (uint32_t c = 0; c < CHUNKS; c++) {
        //@ ghost count_split(0, CHUNK_START(c), CHUNK_END(c));
        //@ ghost count_bounds(CHUNK_START(c), CHUNK_END(c));
        //@ ghost count_used(CHUNK_START(c), CHUNK_END(c));
        //@ assert unmapped: !ChunkMapped(c) ==> AllUsed(CHUNK_START(c), CHUNK_END(c));
        //@ assert next: MappedCount(c + 1) == MappedCount(c) + (chunk_mapped[c] != 0 ? 1 : 0);
    }
}

/* What was found can be had, and what is given back can be had again. */
/*@ requires pages: Pages;
    requires size: n > 0;
    terminates \true;
    exits \false;
    assigns PAGE_TABLES, INDEX_TABLES, find_steps;
    ensures pages: Pages;
    ensures total: total_free == \old(total_free);
    ensures again: \result != 0;
 */
int law_pages_again(uint32_t n) {
    uint32_t p = pages_find(n);
    if (p == PAGES) {
        return 1;
    }
    pages_alloc(p, n);
    //@ assert mapped: AllMapped(p, p + n);
    pages_free(p, n);
    //@ assert same: FreeUnchanged{Pre,Here}(0, p + n - 1);
    //@ assert free: AllFree(p, p + n);
    //@ assert lowest: NoRun(0, p + n - 1, n);
    return pages_find(n) == p;
}

/* After chunks were added, a run of their size is found. */
/*@ requires pages: Pages;
    requires range: n > 0 && c + n <= CHUNKS;
    requires unmapped: NoneMapped(c, c + n);
    terminates \true;
    exits \false;
    assigns PAGE_TABLES, MAPPED_TABLES, total_mapped, find_steps;
    ensures found: \result < PAGES;
 */
uint32_t law_pages_grown(uint32_t c, uint32_t n) {
    pages_grow(c, n);
    //@ assert free: AllFree(CHUNK_START(c), CHUNK_START(c + n));
    return pages_find(CHUNK_PAGES * n);
}
