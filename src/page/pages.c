#include "page/pages.h"
#include "../../specs/pages_count_lemmas.acsl"
#include "../../specs/pages_lemmas.acsl"

uint32_t search_left;
uint32_t total_mapped;
uint32_t total_free;
uint32_t total_released;

uint32_t pages_find(uint32_t n) {
    struct page_found found = summary_find(n, SEARCH_HINT);
    return found.page;
}

/* The lowest run of n free pages if it lies in the chunk of the search hint, and the lowest free
 * page; PAGES for both if that chunk has no such run. */
/*@ requires pages: Pages;
    requires known: search_left > 0;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result.page <= PAGES && \result.hint <= \result.page;
    ensures run: \result.page < PAGES ==>
      n > 0 && \result.page + n <= PAGES && AllFree(\result.page, \result.page + n);
    ensures lowest: \result.page < PAGES ==> NoRun(0, \result.page + n - 1, n);
    ensures below: \result.page < PAGES ==> AllUsed(0, \result.hint);
 */
static struct page_found find_at_hint(uint32_t n) {
    struct page_found found = {PAGES, PAGES};
    uint32_t c = SEARCH_HINT / CHUNK_PAGES;
    uint32_t from = SEARCH_HINT % CHUNK_PAGES;
    if (n == 0 || packed_max(summary[c]) < n) {
        return found;
    }
    uint32_t i = chunk_find(c, n, from);
    if (i < CHUNK_PAGES) {
        uint32_t lowest = n == 1 ? i : chunk_find(c, 1, from);
        //@ assert free: PageFree(CHUNK_START(c) + i);
        //@ assert used: AllUsed(SEARCH_HINT, CHUNK_START(c) + lowest);
        found.page = CHUNK_START(c) + i;
        found.hint = CHUNK_START(c) + lowest;
    }
    return found;
}

/* Moves the search hint up to page p, or from there to mapped memory, if that is higher. */
/*@ requires pages: Pages;
    requires below: p < PAGES && AllUsed(0, p);
    requires some: \exists integer q; p <= q < PAGES && PageFree(q);
    terminates \true;
    exits \false;
    assigns search_left;
    ensures hint: SearchHint;
    ensures up: search_left <= \old(search_left);
 */
static void raise_hint(uint32_t p) {
    uint32_t c = p / CHUNK_PAGES;
    uint32_t hint = p;
    if (chunk_mapped[c] == 0) {
        c = mapped_from(c);
        //@ assert gap: AllUsed(CHUNK_START(p / CHUNK_PAGES), CHUNK_START(c));
        hint = CHUNK_START(c);
    }
    //@ assert mapped: c < CHUNKS && ChunkMapped(c);
    //@ assert chunk: hint / CHUNK_PAGES == c;
    //@ assert used: AllUsed(0, hint);
    if (hint > SEARCH_HINT) {
        search_left = PAGES - hint;
    }
}

uint32_t pages_search(uint32_t n) {
    if (search_left == 0) {
        return PAGES;
    }
    struct page_found found = find_at_hint(n);
    if (found.page == PAGES) {
        found = summary_find(n, SEARCH_HINT);
    }
    if (found.page < PAGES) {
        //@ assert free: PageFree(found.page);
        raise_hint(found.hint);
    } else if (n == 1) {
        //@ assert none: \forall integer p; 0 <= p < PAGES && PageFree(p) ==> AllFree(p, p + 1);
        search_left = 0;
    }
    return found.page;
}

/* How many of the pages of [p, end) lie in p's own chunk. */
/*@ requires range: p < end <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures some: 0 < \result <= end - p;
    ensures inside: p % CHUNK_PAGES + \result <= CHUNK_PAGES;
 */
static uint32_t pages_in_chunk(uint32_t p, uint32_t end) {
    uint32_t room = CHUNK_PAGES - p % CHUNK_PAGES;
    return end - p < room ? end - p : room;
}

/* Hands out n pages from page p, all in one chunk. Returns how many were released. */
/*@ requires window: p < PAGES;
    requires inside: p % CHUNK_PAGES + n <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1];
    ensures took: TookPages{Pre,Post}(p, p + n);
    ensures cleared: ClearedReleased{Pre,Post}(p, p + n);
    ensures count: \result == ReleasedCount{Pre}(p, p + n);
    ensures bound: \result <= n;
 */
static uint32_t alloc_in_chunk(uint32_t p, uint32_t n) {
    uint32_t c = p / CHUNK_PAGES;
    //@ ghost count_bounds(p, p + n);
    return chunk_alloc_range(c, p % CHUNK_PAGES, n);
}

/* Hands out the pages of [p, end). Returns how many were released. */
/*@ requires range: p < end <= PAGES;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1];
    ensures took: TookPages{Pre,Post}(p, end);
    ensures cleared: ClearedReleased{Pre,Post}(p, end);
    ensures count: \result == ReleasedCount{Pre}(p, end);
 */
static uint32_t alloc_range(uint32_t p, uint32_t end) {
    uint32_t released = 0;
    uint32_t at = p;
    /*@ loop invariant range: p <= at <= end;
        loop invariant took: TookPages{Pre,Here}(p, at);
        loop invariant cleared: ClearedReleased{Pre,Here}(p, at);
        loop invariant count: released == ReleasedCount{Pre}(p, at);
        loop invariant bound: released <= at - p;
        loop assigns at, released, page_free[0 .. PAGE_WORDS - 1],
                     page_released[0 .. PAGE_WORDS - 1];
        loop variant end - at;
     */
    while (at < end) {
        uint32_t n = pages_in_chunk(at, end);
        /*@ ghost
            uint32_t k = at;
            /@ loop invariant range: at <= k <= at + n;
               loop invariant count: ReleasedCount{Pre}(p, k) ==
                 ReleasedCount{Pre}(p, at) + ReleasedCount{Here}(at, k);
               loop assigns k;
               loop variant at + n - k;
             @/
            while (k < at + n) {
                k++;
            } */
        released += alloc_in_chunk(at, n);
        at += n;
    }
    return released;
}

/* Tells the scavenger's index that the pages of [p, end) were handed out. */
/*@ requires range: p < end <= PAGES;
    requires room: \forall integer c; 0 <= c < CHUNKS ==>
      InUse(scavenge_chunk[c]) + PagesInChunk(p, end, c) <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns scavenge_chunk[0 .. CHUNKS - 1];
    ensures used: \forall integer c; 0 <= c < CHUNKS ==>
      InUse(scavenge_chunk[c]) == InUse(\old(scavenge_chunk[c])) + PagesInChunk(p, end, c);
    ensures flags: \forall integer c; 0 <= c < CHUNKS && HasFree(scavenge_chunk[c]) ==>
      HasFree(\old(scavenge_chunk[c]));
 */
static void index_alloc_range(uint32_t p, uint32_t end) {
    uint32_t at = p;
    /*@ loop invariant range: p <= at <= end;
        loop invariant used: \forall integer c; 0 <= c < CHUNKS ==> InUse(scavenge_chunk[c]) ==
          InUse(\at(scavenge_chunk[c], Pre)) + PagesInChunk(p, at, c);
        loop invariant flags: \forall integer c; 0 <= c < CHUNKS &&
          HasFree(scavenge_chunk[c]) ==> HasFree(\at(scavenge_chunk[c], Pre));
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
    uint32_t released = alloc_range(p, p + n);
    //@ assert apart: FreeUnchanged{Pre,Here}(0, p) && FreeUnchanged{Pre,Here}(p + n, PAGES);
    summary_update(p, p + n);
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: 0 <= k <= PAGES;
           loop invariant below: k <= p ==> FreeCount(0, k) == FreeCount{Pre}(0, k) &&
             ReleasedCount(0, k) == ReleasedCount{Pre}(0, k);
           loop invariant inside: p <= k <= p + n ==>
             FreeCount(0, k) == FreeCount{Pre}(0, k) - (k - p) &&
             ReleasedCount(0, k) == ReleasedCount{Pre}(0, k) - ReleasedCount{Pre}(p, k);
           loop invariant above: p + n <= k ==>
             FreeCount(0, k) == FreeCount{Pre}(0, k) - n &&
             ReleasedCount(0, k) == ReleasedCount{Pre}(0, k) - released;
           loop invariant counts: \forall integer j; 0 <= j <= k ==>
             FreeCount(0, j) == FreeCount{Pre}(0, j) - PagesBelow(p, p + n, j);
           loop assigns k;
           loop variant PAGES - k;
         @/
        while (k < PAGES) {
            /@ assert free: PageFree(k) <==> PageFree{Pre}(k) && !(p <= k < p + n); @/
            /@ assert released: PageReleased(k) <==> PageReleased{Pre}(k) && !(p <= k < p + n); @/
            k++;
        }
        count_bounds(0, PAGES);
        chunk_free_bounds(); */
    /*@ assert chunks: \forall integer c; 0 <= c < CHUNKS ==>
          ChunkFree(c) == ChunkFree{Pre}(c) - PagesInChunk(p, p + n, c); */
    index_alloc_range(p, p + n);
    total_free -= n;
    total_released -= released;
    //@ assert hint: SearchHint;
    //@ assert index: ScavengeIndex && IndexMapped;
    //@ assert use: IndexUse;
    return released;
}

/* Takes back n pages from page p, all in one chunk. */
/*@ requires window: p < PAGES;
    requires inside: p % CHUNK_PAGES + n <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1];
    ensures gave: GavePages{Pre,Post}(p, p + n);
 */
static void free_in_chunk(uint32_t p, uint32_t n) {
    uint32_t c = p / CHUNK_PAGES;
    chunk_free_range(c, p % CHUNK_PAGES, n);
}

/* Takes back the used pages of [p, end). */
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
    uint32_t at = p;
    /*@ loop invariant range: p <= at <= end;
        loop invariant gave: GavePages{Pre,Here}(p, at);
        loop assigns at, page_free[0 .. PAGE_WORDS - 1];
        loop variant end - at;
     */
    while (at < end) {
        uint32_t n = pages_in_chunk(at, end);
        free_in_chunk(at, n);
        at += n;
    }
    //@ assert apart: FreeUnchanged{Pre,Here}(0, p) && FreeUnchanged{Pre,Here}(end, PAGES);
    summary_update(p, end);
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: 0 <= k <= PAGES;
           loop invariant below: k <= p ==> FreeCount(0, k) == FreeCount{Pre}(0, k);
           loop invariant inside: p <= k <= end ==>
             FreeCount(0, k) == FreeCount{Pre}(0, k) + (k - p);
           loop invariant above: end <= k ==>
             FreeCount(0, k) == FreeCount{Pre}(0, k) + (end - p);
           loop invariant counts: \forall integer j; 0 <= j <= k ==>
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
    requires index: ScavengeIndex && IndexMapped;
    requires mapped: AllMapped(p, end);
    requires used: \forall integer c; p / CHUNK_PAGES <= c <= (end - 1) / CHUNK_PAGES ==>
      PagesInChunk(p, end, c) <= InUse(scavenge_chunk[c]) <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns INDEX_TABLES;
    ensures index: ScavengeIndex;
    ensures mapped: IndexMapped;
    ensures used: \forall integer c; 0 <= c < CHUNKS ==>
      InUse(scavenge_chunk[c]) == InUse(\old(scavenge_chunk[c])) - PagesInChunk(p, end, c);
 */
static void index_free_range(uint32_t p, uint32_t end) {
    uint32_t at = p;
    /*@ loop invariant range: p <= at <= end;
        loop invariant index: ScavengeIndex && IndexMapped;
        loop invariant used: \forall integer c; 0 <= c < CHUNKS ==> InUse(scavenge_chunk[c]) ==
          InUse(\at(scavenge_chunk[c], Pre)) - PagesInChunk(p, at, c);
        loop assigns at, INDEX_TABLES;
        loop variant end - at;
     */
    while (at < end) {
        uint32_t n = pages_in_chunk(at, end);
        index_free(at / CHUNK_PAGES, at % CHUNK_PAGES + n, n);
        at += n;
    }
}

void pages_free(uint32_t p, uint32_t n) {
    //@ ghost chunk_free_bounds();
    pages_lower_hint(p);
    free_range(p, p + n);
    //@ ghost chunk_free_bounds();
    /*@ assert starts: \forall integer c;
          p / CHUNK_PAGES < c <= (p + n - 1) / CHUNK_PAGES ==> PageMapped(CHUNK_START(c)); */
    //@ assert first: ChunkMapped(p / CHUNK_PAGES);
    /*@ assert room: \forall integer c; 0 <= c < CHUNKS ==>
          ChunkFree{Pre}(c) + PagesInChunk(p, p + n, c) <= CHUNK_PAGES; */
    index_free_range(p, p + n);
    //@ assert use: IndexUse;
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
