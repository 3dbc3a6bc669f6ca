#include "page/pages.h"
#include "../../specs/pages_lemmas.acsl"

uint8_t chunk_mapped[CHUNKS];
struct run_summary chunk_summary[CHUNKS];
uint32_t mapped_low, mapped_high;
uint32_t total_mapped;
uint32_t total_free;
uint32_t total_released;

/* The lowest run of n free pages in chunk c, which has one. */
/*@ requires chunk: c < CHUNKS;
    requires room: 0 < n && HasRun(CHUNK_START(c), CHUNK_END(c), n);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: CHUNK_START(c) <= \result && \result + n <= CHUNK_END(c);
    ensures run: AllFree(\result, \result + n);
    ensures lowest: NoRun(CHUNK_START(c), \result + n - 1, n);
 */
static uint32_t find_in_chunk(uint32_t c, uint32_t n) {
    uint32_t i = chunk_find(c, n, 0);
    return CHUNK_START(c) + i;
}

/* One walk up the summaries. `run` is the free run that ends where chunk c starts: a run of n
 * either begins with it, or lies inside chunk c, or there is none up to the end of c. */
uint32_t pages_find(uint32_t n) {
    uint32_t run = 0;
    if (n == 0 || n > PAGES) {
        return PAGES;
    }
    /*@ loop invariant chunks: mapped_low <= c <= CHUNKS;
        loop invariant run: IsEnd(0, CHUNK_START(c), run);
        loop invariant none: NoRun(0, CHUNK_START(c), n);
        loop invariant below: run < n;
        loop assigns c, run;
        loop variant mapped_high - c;
     */
    for (uint32_t c = mapped_low; c < mapped_high; c++) {
        //@ assert summary: Summarized(c);
        if (run + chunk_summary[c].start >= n) {
            return CHUNK_START(c) - run;
        }
        if (chunk_summary[c].max >= n) {
            //@ assert room: HasRun(CHUNK_START(c), CHUNK_END(c), n);
            return find_in_chunk(c, n);
        }
        //@ assert inside: NoRun(CHUNK_START(c), CHUNK_END(c), n);
        run = chunk_summary[c].end == CHUNK_PAGES ? run + CHUNK_PAGES : chunk_summary[c].end;
    }
    //@ assert above: AllUsed(CHUNK_START(mapped_high), PAGES);
    return PAGES;
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
    requires summaries: Summaries;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            chunk_summary[0 .. CHUNKS - 1];
    ensures summaries: Summaries;
    ensures took: TookPages{Pre,Post}(p, p + n);
    ensures cleared: ClearedReleased{Pre,Post}(p, p + n);
    ensures count: \result == ReleasedCount{Pre}(p, p + n);
    ensures bound: \result <= n;
 */
static uint32_t alloc_in_chunk(uint32_t p, uint32_t n) {
    uint32_t c = p / CHUNK_PAGES;
    //@ ghost count_bounds(p, p + n);
    uint32_t released = chunk_alloc_range(c, p % CHUNK_PAGES, n);
    chunk_summary[c] = chunk_summarize(c);
    //@ assert others: OthersUnchanged{Pre,Here}(c);
    //@ assert this: Summarized(c);
    return released;
}

/* Hands out the pages of [p, end). Returns how many were released. */
/*@ requires range: p < end <= PAGES;
    requires summaries: Summaries;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            chunk_summary[0 .. CHUNKS - 1];
    ensures summaries: Summaries;
    ensures took: TookPages{Pre,Post}(p, end);
    ensures cleared: ClearedReleased{Pre,Post}(p, end);
    ensures count: \result == ReleasedCount{Pre}(p, end);
 */
static uint32_t alloc_range(uint32_t p, uint32_t end) {
    uint32_t released = 0;
    uint32_t at = p;
    /*@ loop invariant range: p <= at <= end;
        loop invariant summaries: Summaries;
        loop invariant took: TookPages{Pre,Here}(p, at);
        loop invariant cleared: ClearedReleased{Pre,Here}(p, at);
        loop invariant count: released == ReleasedCount{Pre}(p, at);
        loop invariant bound: released <= at - p;
        loop assigns at, released, page_free[0 .. PAGE_WORDS - 1],
                     page_released[0 .. PAGE_WORDS - 1], chunk_summary[0 .. CHUNKS - 1];
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

void pages_alloc(uint32_t p, uint32_t n) {
    uint32_t released = alloc_range(p, p + n);
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
           loop assigns k;
           loop variant PAGES - k;
         @/
        while (k < PAGES) {
            /@ assert free: PageFree(k) <==> PageFree{Pre}(k) && !(p <= k < p + n); @/
            /@ assert released: PageReleased(k) <==> PageReleased{Pre}(k) && !(p <= k < p + n); @/
            k++;
        }
        count_bounds(0, PAGES); */
    total_free -= n;
    total_released -= released;
}

/* Takes back n pages from page p, all in one chunk. */
/*@ requires window: p < PAGES;
    requires inside: p % CHUNK_PAGES + n <= CHUNK_PAGES;
    requires summaries: Summaries;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], chunk_summary[0 .. CHUNKS - 1];
    ensures summaries: Summaries;
    ensures gave: GavePages{Pre,Post}(p, p + n);
 */
static void free_in_chunk(uint32_t p, uint32_t n) {
    uint32_t c = p / CHUNK_PAGES;
    chunk_free_range(c, p % CHUNK_PAGES, n);
    chunk_summary[c] = chunk_summarize(c);
    //@ assert others: OthersUnchanged{Pre,Here}(c);
    //@ assert this: Summarized(c);
}

/* Takes back the used pages of [p, end). */
/*@ requires range: p < end <= PAGES;
    requires used: AllUsed(p, end);
    requires summaries: Summaries;
    requires count: total_free == FreeCount(0, PAGES);
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], chunk_summary[0 .. CHUNKS - 1], total_free;
    ensures summaries: Summaries;
    ensures gave: GavePages{Pre,Post}(p, end);
    ensures count: total_free == FreeCount(0, PAGES);
    ensures total: total_free == \old(total_free) + (end - p);
 */
static void free_range(uint32_t p, uint32_t end) {
    uint32_t at = p;
    /*@ loop invariant range: p <= at <= end;
        loop invariant summaries: Summaries;
        loop invariant gave: GavePages{Pre,Here}(p, at);
        loop assigns at, page_free[0 .. PAGE_WORDS - 1], chunk_summary[0 .. CHUNKS - 1];
        loop variant end - at;
     */
    while (at < end) {
        uint32_t n = pages_in_chunk(at, end);
        free_in_chunk(at, n);
        at += n;
    }
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: 0 <= k <= PAGES;
           loop invariant below: k <= p ==> FreeCount(0, k) == FreeCount{Pre}(0, k);
           loop invariant inside: p <= k <= end ==>
             FreeCount(0, k) == FreeCount{Pre}(0, k) + (k - p);
           loop invariant above: end <= k ==>
             FreeCount(0, k) == FreeCount{Pre}(0, k) + (end - p);
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

void pages_free(uint32_t p, uint32_t n) {
    free_range(p, p + n);
}

/* Marks the pages of the n chunks from chunk c, none of them released, as released. */
/*@ requires range: n > 0 && c + n <= CHUNKS;
    requires unreleased: AllUnreleased(CHUNK_START(c), CHUNK_START(c + n));
    requires count: total_released == ReleasedCount(0, PAGES);
    terminates \true;
    exits \false;
    assigns page_released[0 .. PAGE_WORDS - 1], total_released;
    ensures set: SetReleased{Pre,Post}(CHUNK_START(c), CHUNK_START(c + n));
    ensures count: total_released == ReleasedCount(0, PAGES);
    ensures total: total_released == \old(total_released) + CHUNK_PAGES * n;
 */
static void release_chunks(uint32_t c, uint32_t n) {
    /*@ loop invariant range: c <= d <= c + n;
        loop invariant set: SetReleased{Pre,Here}(CHUNK_START(c), CHUNK_START(d));
        loop assigns d, page_released[0 .. PAGE_WORDS - 1];
        loop variant c + n - d;
     */
    for (uint32_t d = c; d < c + n; d++) {
        chunk_release_all(d);
    }
    /*@ ghost
        uint32_t p = CHUNK_START(c);
        uint32_t end = CHUNK_START(c + n);
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
    total_released += CHUNK_PAGES * n;
}

/* Enters the n unmapped chunks from chunk c as mapped. */
/*@ requires range: n > 0 && c + n <= CHUNKS;
    requires unmapped: NoneMapped(c, c + n);
    requires mapped: MappedRange;
    requires count: total_mapped == CHUNK_PAGES * MappedCount(CHUNKS);
    terminates \true;
    exits \false;
    assigns chunk_mapped[0 .. CHUNKS - 1], mapped_low, mapped_high, total_mapped;
    ensures more: MappedMore{Pre,Post}(c, c + n);
    ensures mapped: MappedRange;
    ensures count: total_mapped == CHUNK_PAGES * MappedCount(CHUNKS);
    ensures total: total_mapped == \old(total_mapped) + CHUNK_PAGES * n;
 */
static void map_chunks(uint32_t c, uint32_t n) {
    /*@ loop invariant range: c <= d <= c + n;
        loop invariant more: MappedMore{Pre,Here}(c, d);
        loop assigns d, chunk_mapped[0 .. CHUNKS - 1];
        loop variant c + n - d;
     */
    for (uint32_t d = c; d < c + n; d++) {
        chunk_mapped[d] = 1;
    }
    if (mapped_high == 0 || c < mapped_low) {
        mapped_low = c;
    }
    if (c + n > mapped_high) {
        mapped_high = c + n;
    }
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
    free_range(CHUNK_START(c), CHUNK_START(c + n));
    release_chunks(c, n);
    //@ assert mapped: FreeIsMapped;
    //@ assert released: ReleasedIsFree;
    //@ ghost mapped_bounds(CHUNKS);
}

/* Is chunk c as the invariant has it, its share of the totals left out? */
/*@ requires chunk: c < CHUNKS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> ChunkSound(c);
 */
static int chunk_is_sound(uint32_t c) {
    struct run_summary runs = chunk_summarize(c);
    if (runs.start != chunk_summary[c].start || runs.max != chunk_summary[c].max ||
        runs.end != chunk_summary[c].end) {
        return 0;
    }
    if (chunk_mapped[c] != 0 ? c < mapped_low || c >= mapped_high : runs.max > 0) {
        return 0;
    }
    return chunk_audit(c);
}

int pages_audit(void) {
    uint32_t mapped = 0;
    uint32_t released = 0;
    uint32_t unused = 0;
    if (mapped_low > mapped_high || mapped_high > CHUNKS) {
        return 0;
    }
    /*@ loop invariant range: 0 <= c <= CHUNKS;
        loop invariant sound: ChunksSound(c);
        loop invariant unused: unused == FreeCount(0, CHUNK_START(c)) <= CHUNK_START(c);
        loop invariant released: released == ReleasedCount(0, CHUNK_START(c)) <= CHUNK_START(c);
        loop invariant mapped: mapped == CHUNK_PAGES * MappedCount(c) <= CHUNK_START(c);
        loop assigns c, unused, released, mapped;
        loop variant CHUNKS - c;
     */
    for (uint32_t c = 0; c < CHUNKS; c++) {
        if (!chunk_is_sound(c)) {
            //@ assert unsound: !ChunksSound(CHUNKS);
            return 0;
        }
        //@ ghost count_split(0, CHUNK_START(c), CHUNK_END(c));
        //@ ghost count_bounds(CHUNK_START(c), CHUNK_END(c));
        unused += chunk_count_free(c, 0, CHUNK_PAGES);
        released += chunk_count_released(c, 0, CHUNK_PAGES);
        mapped += chunk_mapped[c] != 0 ? CHUNK_PAGES : 0;
    }
    //@ assert sound: FreeIsMapped && ReleasedIsFree && Summaries && MappedRange;
    return unused == total_free && released == total_released && mapped == total_mapped;
}
