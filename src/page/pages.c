#include "page/pages.h"
#include "page/pages_change.h"
#include "../../specs/pages_count_lemmas.acsl"
#include "../../specs/pages_lemmas.acsl"

uint32_t search_left;
uint32_t total_mapped;
uint32_t total_free;
uint32_t total_released;

/* Takes the free pages of [p, end), and the totals follow too. Returns how many were released. */
/*@ requires range: p < end <= PAGES;
    requires free: AllFree(p, end);
    requires tree: Tree;
    requires count: total_free == FreeCount(0, PAGES);
    requires released: total_released == ReleasedCount(0, PAGES);
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            summary[0 .. SUMMARIES - 1], total_free, total_released;
    ensures tree: Tree;
    ensures took: TookPages{Pre,Post}(p, end);
    ensures cleared: ClearedReleased{Pre,Post}(p, end);
    ensures answer: \result == ReleasedCount{Pre}(p, end);
    ensures count: total_free == FreeCount(0, PAGES);
    ensures released: total_released == ReleasedCount(0, PAGES);
    ensures total: total_free == \old(total_free) - (end - p);
    ensures less: total_released == \old(total_released) - \result;
    ensures chunks: \forall integer c; 0 <= c < CHUNKS ==>
      ChunkFree(c) == ChunkFree{Pre}(c) - PagesInChunk(p, end, c);
 */
static uint32_t take_range(uint32_t p, uint32_t end) {
    uint32_t released = pages_take(p, end);
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: 0 <= k <= PAGES;
           loop invariant free: \forall integer j; 0 <= j <= k ==>
             FreeCount(0, j) == FreeCount{Pre}(0, j) - PagesBelow(p, end, j);
           loop invariant below: k <= p ==> ReleasedCount(0, k) == ReleasedCount{Pre}(0, k);
           loop invariant inside: p <= k <= end ==>
             ReleasedCount(0, k) == ReleasedCount{Pre}(0, k) - ReleasedCount{Pre}(p, k);
           loop invariant above: end <= k ==>
             ReleasedCount(0, k) == ReleasedCount{Pre}(0, k) - released;
           loop assigns k;
           loop variant PAGES - k;
         @/
        while (k < PAGES) {
            /@ assert free: PageFree(k) <==> PageFree{Pre}(k) && !(p <= k < end); @/
            /@ assert released: PageReleased(k) <==> PageReleased{Pre}(k) && !(p <= k < end); @/
            k++;
        }
        count_bounds(0, PAGES); */
    total_free -= end - p;
    total_released -= released;
    return released;
}

/* Tells the scavenger's index that the pages of [p, end) were handed out. */
/*@ requires range: p < end <= PAGES;
    requires index: ScavengeIndex && IndexMapped;
    requires behind: IndexBehind(p, end);
    terminates \true;
    exits \false;
    assigns scavenge_chunk[0 .. CHUNKS - 1];
    ensures index: ScavengeIndex;
    ensures mapped: IndexMapped;
    ensures use: IndexUse;
 */
static void index_alloc_range(uint32_t p, uint32_t end) {
    uint32_t at = p;
    //@ ghost chunk_free_bounds();
    /*@ loop invariant range: p <= at <= end;
        loop invariant index: ScavengeIndex && IndexMapped;
        loop invariant behind: IndexBehind(at, end);
        loop assigns at, scavenge_chunk[0 .. CHUNKS - 1];
        loop variant end - at;
     */
    while (at < end) {
        uint32_t n = pages_in_chunk(at, end);
        index_alloc(at / CHUNK_PAGES, n);
        at += n;
    }
}

uint32_t pages_alloc(uint32_t p, uint32_t n) {
    uint32_t released = take_range(p, p + n);
    //@ assert behind: IndexBehind(p, p + n);
    index_alloc_range(p, p + n);
    //@ assert hint: SearchHint;
    //@ assert free: FreeIsMapped && ReleasedIsFree;
    return released;
}

/* Takes back the used pages of [p, end), and the total follows too. */
/*@ requires range: p < end <= PAGES;
    requires used: AllUsed(p, end);
    requires tree: Tree;
    requires count: total_free == FreeCount(0, PAGES);
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], summary[0 .. SUMMARIES - 1], total_free;
    ensures tree: Tree;
    ensures gave: GavePages{Pre,Post}(p, end);
    ensures count: total_free == FreeCount(0, PAGES);
    ensures total: total_free == \old(total_free) + (end - p);
    ensures chunks: \forall integer c; 0 <= c < CHUNKS ==>
      ChunkFree(c) == ChunkFree{Pre}(c) + PagesInChunk(p, end, c);
 */
static void free_range(uint32_t p, uint32_t end) {
    pages_give(p, end);
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: 0 <= k <= PAGES;
           loop invariant free: \forall integer j; 0 <= j <= k ==>
             FreeCount(0, j) == FreeCount{Pre}(0, j) + PagesBelow(p, end, j);
           loop assigns k;
           loop variant PAGES - k;
         @/
        while (k < PAGES) {
            /@ assert free: PageFree(k) <==> PageFree{Pre}(k) || p <= k < end; @/
            k++;
        }
        count_bounds(0, PAGES); */
    total_free += end - p;
}

void pages_lower_hint(uint32_t p) {
    if (p < SEARCH_HINT) {
        search_left = PAGES - p;
    }
}

/* Tells the scavenger's index that the pages of [p, end) were taken back. */
/*@ requires range: p < end <= PAGES;
    requires mapped: AllMapped(p, end);
    requires index: ScavengeIndex && IndexMapped;
    requires bound: \forall integer c; 0 <= c < CHUNKS ==>
      InUse(scavenge_chunk[c]) <= CHUNK_PAGES;
    requires ahead: IndexAhead(p, end);
    terminates \true;
    exits \false;
    assigns INDEX_TABLES;
    ensures index: ScavengeIndex;
    ensures mapped: IndexMapped;
    ensures use: IndexUse;
 */
static void index_free_range(uint32_t p, uint32_t end) {
    uint32_t at = p;
    //@ ghost chunk_free_bounds();
    /*@ loop invariant range: p <= at <= end;
        loop invariant index: ScavengeIndex && IndexMapped;
        loop invariant bound: \forall integer c; 0 <= c < CHUNKS ==>
          InUse(scavenge_chunk[c]) <= CHUNK_PAGES;
        loop invariant ahead: IndexAhead(at, end);
        loop assigns at, INDEX_TABLES;
        loop variant end - at;
     */
    while (at < end) {
        uint32_t n = pages_in_chunk(at, end);
        //@ assert mapped: ChunkMapped(at / CHUNK_PAGES);
        index_free(at / CHUNK_PAGES, at % CHUNK_PAGES + n, n);
        at += n;
    }
}

void pages_free(uint32_t p, uint32_t n) {
    //@ ghost chunk_free_bounds();
    pages_lower_hint(p);
    free_range(p, p + n);
    //@ assert ahead: IndexAhead(p, p + n);
    index_free_range(p, p + n);
    //@ assert hint: SearchHint;
    //@ assert free: FreeIsMapped && ReleasedIsFree;
}

/* Marks n pages from page p, all in one chunk, as released. */
/*@ requires window: p < PAGES;
    requires inside: p % CHUNK_PAGES + n <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns page_released[0 .. PAGE_WORDS - 1];
    ensures set: SetReleased{Pre,Post}(p, p + n);
 */
static void release_in_chunk(uint32_t p, uint32_t n) {
    uint32_t c = p / CHUNK_PAGES;
    chunk_release_range(c, p % CHUNK_PAGES, n);
}

/* Marks the pages of [p, end), none of them released, as released. */
/*@ requires range: p < end <= PAGES;
    requires unreleased: AllUnreleased(p, end);
    requires count: total_released == ReleasedCount(0, PAGES);
    terminates \true;
    exits \false;
    assigns page_released[0 .. PAGE_WORDS - 1], total_released;
    ensures set: SetReleased{Pre,Post}(p, end);
    ensures count: total_released == ReleasedCount(0, PAGES);
    ensures total: total_released == \old(total_released) + (end - p);
 */
static void release_range(uint32_t p, uint32_t end) {
    uint32_t at = p;
    /*@ loop invariant range: p <= at <= end;
        loop invariant set: SetReleased{Pre,Here}(p, at);
        loop assigns at, page_released[0 .. PAGE_WORDS - 1];
        loop variant end - at;
     */
    while (at < end) {
        uint32_t n = pages_in_chunk(at, end);
        release_in_chunk(at, n);
        at += n;
    }
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: 0 <= k <= PAGES;
           loop invariant below: k <= p ==> ReleasedCount(0, k) == ReleasedCount{Pre}(0, k);
           loop invariant inside: p <= k <= end ==>
             ReleasedCount(0, k) == ReleasedCount{Pre}(0, k) + (k - p);
           loop invariant above: end <= k ==>
             ReleasedCount(0, k) == ReleasedCount{Pre}(0, k) + (end - p);
           loop assigns k;
           loop variant PAGES - k;
         @/
        while (k < PAGES) {
            /@ assert released: PageReleased(k) <==> PageReleased{Pre}(k) || p <= k < end; @/
            k++;
        }
        count_bounds(0, PAGES); */
    total_released += end - p;
}

void pages_release(uint32_t p, uint32_t n) {
    release_range(p, p + n);
}

/* Enters the n unmapped chunks from chunk c as mapped. */
/*@ requires range: n > 0 && c + n <= CHUNKS;
    requires unmapped: NoneMapped(c, c + n);
    requires mapped: Mapped;
    requires count: total_mapped == CHUNK_PAGES * MappedCount(CHUNKS);
    terminates \true;
    exits \false;
    assigns chunk_mapped[0 .. CHUNKS - 1], mapped_range[0 .. RANGES - 1], mapped_ranges,
            total_mapped;
    ensures more: MappedMore{Pre,Post}(c, c + n);
    ensures mapped: Mapped;
    ensures count: total_mapped == CHUNK_PAGES * MappedCount(CHUNKS);
    ensures total: total_mapped == \old(total_mapped) + CHUNK_PAGES * n;
 */
static void map_chunks(uint32_t c, uint32_t n) {
    mapped_add(c, n);
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: 0 <= k <= CHUNKS;
           loop invariant below: k <= c ==> MappedCount(k) == MappedCount{Pre}(k);
           loop invariant inside: c <= k <= c + n ==>
             MappedCount(k) == MappedCount{Pre}(k) + (k - c);
           loop invariant above: c + n <= k ==> MappedCount(k) == MappedCount{Pre}(k) + n;
           loop assigns k;
           loop variant CHUNKS - k;
         @/
        while (k < CHUNKS) {
            /@ assert mapped: ChunkMapped(k) <==> ChunkMapped{Pre}(k) || c <= k < c + n; @/
            k++;
        }
        mapped_bounds(CHUNKS); */
    total_mapped += CHUNK_PAGES * n;
}

void pages_grow(uint32_t c, uint32_t n) {
    //@ assert used: AllUsed(CHUNK_START(c), CHUNK_START(c + n));
    map_chunks(c, n);
    pages_lower_hint(CHUNK_START(c));
    free_range(CHUNK_START(c), CHUNK_START(c + n));
    release_range(CHUNK_START(c), CHUNK_START(c + n));
    //@ assert mapped: FreeIsMapped;
    //@ assert released: ReleasedIsFree;
    //@ assert hint: SearchHint;
    //@ ghost mapped_bounds(CHUNKS);
}
