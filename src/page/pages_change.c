#include "page/pages_change.h"
#include "page/pages.h"
#include "../../specs/pages_count_lemmas.acsl"
#include "../../specs/pages_lemmas.acsl"
#include "../../specs/tree_lemmas.acsl"
#include "../../specs/tree_stays_lemmas.acsl"

inline uint32_t pages_in_chunk(uint32_t p, uint32_t end) {
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

uint32_t pages_take(uint32_t p, uint32_t end) {
    int kept = summary_keeps(p, end);
    uint32_t released = alloc_range(p, end);
    //@ assert but: FreeUnchangedBut{Pre,Here}(p, end) && FreeUnchangedBut{Here,Pre}(p, end);
    //@ assert apart: RowsUnchangedFrom{Pre,Here}(0) && TreeApart(p, end);
    //@ assert was: Summarized{Pre}(0, p / CHUNK_PAGES);
    //@ assert leaf: kept != 0 ==> Summarized(0, p / CHUNK_PAGES);
    //@ assert kept: kept != 0 ==> Tree;
    if (!kept) {
        summary_update(p, end);
    }
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

void pages_give(uint32_t p, uint32_t end) {
    int kept = summary_keeps(p, end);
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
    //@ assert but: FreeUnchangedBut{Pre,Here}(p, end) && FreeUnchangedBut{Here,Pre}(p, end);
    //@ assert apart: RowsUnchangedFrom{Pre,Here}(0) && TreeApart(p, end);
    //@ assert was: Summarized{Pre}(0, p / CHUNK_PAGES);
    //@ assert leaf: kept != 0 ==> Summarized(0, p / CHUNK_PAGES);
    //@ assert kept: kept != 0 ==> Tree;
    if (!kept) {
        summary_update(p, end);
    }
}
