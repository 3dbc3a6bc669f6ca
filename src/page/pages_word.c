/* The page allocator, 64 pages at a time: what a page cache takes and gives back. */
#include "page/bits.h"
#include "page/pages.h"
#include "../../specs/pages_count_lemmas.acsl"
#include "../../specs/pages_lemmas.acsl"
#include "../../specs/pages_word_lemmas.acsl"
#include "../../specs/tree_lemmas.acsl"

/* Makes word k of the bitmaps `free` and `released`. The tree and the totals follow, not the search
 * hint. */
/*@ requires pages: Pages;
    requires word: k < PAGE_WORDS;
    requires mapped: PageMapped(64 * k);
    requires within: BitsWithin(released, free);
    terminates \true;
    exits \false;
    assigns page_free[k], page_released[k], summary[0 .. SUMMARIES - 1], total_free,
            total_released;
    ensures words: page_free[k] == free && page_released[k] == released;
    ensures below: FreeUnchanged{Pre,Post}(0, 64 * k);
    ensures mapped: FreeIsMapped;
    ensures within: ReleasedIsFree;
    ensures tree: Tree;
    ensures totals: PageTotals;
    ensures free: total_free ==
      \old(total_free) - BitCount(\old(page_free[k]), 64) + BitCount(free, 64);
    ensures released: total_released ==
      \old(total_released) - BitCount(\old(page_released[k]), 64) + BitCount(released, 64);
    ensures chunk: ChunkFree(k / CHUNK_WORDS) == ChunkFree{Pre}(k / CHUNK_WORDS) -
      BitCount(\old(page_free[k]), 64) + BitCount(free, 64);
    ensures chunks: \forall integer c; 0 <= c < CHUNKS && c != k / CHUNK_WORDS ==>
      ChunkFree(c) == ChunkFree{Pre}(c);
 */
static void set_word(uint32_t k, uint64_t free, uint64_t released) {
    uint32_t p = WORD_BITS * k;
    uint32_t were_free = bits_count(page_free[k], 0, WORD_BITS);
    uint32_t were_released = bits_count(page_released[k], 0, WORD_BITS);
    //@ assert mapped: AllMapped(64 * k, 64 * k + 64);
    //@ ghost count_bounds(0, PAGES);
    page_free[k] = free;
    page_released[k] = released;
    //@ assert apart: FreeUnchanged{Pre,Here}(0, p) && FreeUnchanged{Pre,Here}(p + 64, PAGES);
    summary_update(p, p + WORD_BITS);
    /*@ assert above:
          FreeUnchangedBut{Pre,Here}(p, p + 64) && FreeUnchangedBut{Here,Pre}(p, p + 64); */
    //@ assert tree: Tree;
    /*@ ghost
        uint32_t q = 0;
        /@ loop invariant range: 0 <= q <= PAGES;
           loop invariant below: q <= p ==> FreeCount(0, q) == FreeCount{Pre}(0, q) &&
             ReleasedCount(0, q) == ReleasedCount{Pre}(0, q);
           loop invariant free: p <= q <= p + 64 ==>
             FreeCount(0, q) == FreeCount{Pre}(0, q) + BitCount(free, q - p) -
               BitCount(\at(page_free[k], Pre), q - p);
           loop invariant released: p <= q <= p + 64 ==>
             ReleasedCount(0, q) == ReleasedCount{Pre}(0, q) + BitCount(released, q - p) -
               BitCount(\at(page_released[k], Pre), q - p);
           loop invariant above: p + 64 <= q ==>
             FreeCount(0, q) == FreeCount{Pre}(0, q) + BitCount(free, 64) -
               BitCount(\at(page_free[k], Pre), 64) &&
             ReleasedCount(0, q) == ReleasedCount{Pre}(0, q) + BitCount(released, 64) -
               BitCount(\at(page_released[k], Pre), 64);
           loop invariant counts_below: \forall integer j; 0 <= j <= q && j <= p ==>
             FreeCount(0, j) == FreeCount{Pre}(0, j);
           loop invariant counts_above: \forall integer j; p + 64 <= j <= q ==>
             FreeCount(0, j) == FreeCount{Pre}(0, j) + BitCount(free, 64) -
               BitCount(\at(page_free[k], Pre), 64);
           loop assigns q;
           loop variant PAGES - q;
         @/
        while (q < PAGES) {
            /@ assert inside: p <= q < p + 64 ==> q / 64 == k && q % 64 == q - p; @/
            q++;
        }
        count_bounds(0, PAGES); */
    total_free = total_free + bits_count(free, 0, WORD_BITS) - were_free;
    total_released = total_released + bits_count(released, 0, WORD_BITS) - were_released;
}

void pages_take_word(uint32_t k) {
    //@ assert chunk: ChunkMapped(k / CHUNK_WORDS);
    //@ assert mapped: AllMapped(64 * k, 64 * k + 64);
    //@ ghost count_union(0, 0, 0);
    uint32_t n = bits_count(page_free[k], 0, WORD_BITS);
    set_word(k, 0, 0);
    //@ assert used: AllUsed(0, 64 * k + 63);
    search_left = PAGES - (WORD_BITS * k + WORD_BITS - 1);
    //@ ghost chunk_free_bounds();
    index_alloc(k / CHUNK_WORDS, n);
    //@ assert use: IndexUse;
    //@ assert index: ScavengeIndex && IndexMapped;
}

void pages_give_word(uint32_t k, uint64_t free, uint64_t released) {
    uint64_t all_free = bits_or(page_free[k], free);
    uint64_t all_released = bits_or(page_released[k], released);
    //@ ghost released_within(k);
    //@ ghost count_union(all_free, page_free[k], free);
    //@ ghost count_union(all_released, page_released[k], released);
    //@ ghost chunk_free_bounds();
    set_word(k, all_free, all_released);
    pages_lower_hint(WORD_BITS * k);
    //@ assert hint: SearchHint;
    //@ ghost bits_some(free);
    //@ ghost chunk_free_bounds();
    //@ assert chunk: ChunkMapped(k / CHUNK_WORDS);
    /*@ assert more: ChunkFree(k / CHUNK_WORDS) ==
          ChunkFree{Pre}(k / CHUNK_WORDS) + BitCount(free, 64); */
    uint32_t end = WORD_BITS * (k % CHUNK_WORDS) + bits_highest(free) + 1;
    index_free(k / CHUNK_WORDS, end, bits_count(free, 0, WORD_BITS));
    //@ assert index: ScavengeIndex && IndexMapped && IndexUse;
}
