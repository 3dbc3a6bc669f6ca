#include "page/scavenge.h"
#include "page/candidate.h"

#include "../../specs/scavenge_lemmas.acsl"

/* The pages to give back next of a place that the index found: at most n in whole physical pages,
 * or more where a huge page would be split; none if the chunk has none. */
/*@ requires place: place.chunk < CHUNKS && place.index < CHUNK_PAGES;
    requires tree: Tree;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result.index + \result.n <= CHUNK_PAGES;
    ensures kept: AllKept(CHUNK_START(place.chunk) + \result.index,
                          CHUNK_START(place.chunk) + \result.index + \result.n);
    ensures start: \result.n > 0 ==> (CHUNK_START(place.chunk) + \result.index) % os_group == 0;
    ensures end: \result.n > 0 ==>
      (CHUNK_START(place.chunk) + \result.index + \result.n) % os_group == 0;
 */
static struct candidate candidate_at(struct scavenge_place place, uint32_t n) {
    struct candidate none = {0, 0};
    uint32_t group = os_physical_page();
    if (packed_max(summary[place.chunk]) < group) {
        return none;
    }
    return candidate_find(place.chunk, place.index, group, n, os_huge_page());
}

/* Notes in the index that nothing is left to give back of chunk c. */
/*@ requires pages: Pages;
    requires chunk: c < CHUNKS && HasFree(scavenge_chunk[c]);
    terminates \true;
    exits \false;
    assigns scavenge_chunk[c];
    ensures pages: Pages;
    ensures fewer: FlagCount(CHUNKS) == FlagCount{Pre}(CHUNKS) - 1;
 */
static void set_empty(uint32_t c) {
    index_set_empty(c);
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: k <= CHUNKS;
           loop invariant fewer: FlagCount(k) == FlagCount{Pre}(k) - (c < k ? 1 : 0);
           loop assigns k;
           loop variant CHUNKS - k;
         @/
        while (k < CHUNKS) {
            k++;
        } */
}

uint32_t pages_scavenge(uint32_t n, int force) {
    uint32_t low = mapped_from(0);
    uint32_t released = 0;
    //@ ghost uint32_t flags = flag_count();
    //@ ghost count_bounds(0, PAGES);
    /*@ loop invariant pages: Pages && MappedIsBacked;
        loop invariant low: NoneHasFree(0, low);
        loop invariant count: total_released == \at(total_released, Pre) + released <= PAGES;
        loop invariant kept: StillReleased{Pre,Here};
        loop invariant flags: flags == FlagCount(CHUNKS);
        loop assigns released, flags, RELEASE_TABLES;
        loop variant PAGES - total_released + flags;
     */
    while (released < n) {
        struct scavenge_place place = index_find(force, low);
        if (place.chunk == CHUNKS) {
            return released;
        }
        struct candidate found = candidate_at(place, n - released);
        uint32_t p = CHUNK_START(place.chunk) + found.index;
        if (found.n == 0) {
            set_empty(place.chunk);
            //@ ghost flags = flag_count();
        } else if (os_discard(p, found.n)) {
            pages_release(p, found.n);
            released += found.n;
            //@ ghost count_bounds(0, PAGES);
        } else {
            return released;
        }
    }
    return released;
}
