/* The executable twin of the invariant of the page allocator. */
#include "page/pages.h"
#include "../../specs/pages_count_lemmas.acsl"

#include "../../specs/pages_audit_lemmas.acsl"

/* Is no page below the search hint free, and the hint mapped? */
/*@ requires tree: Tree;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures sound: \result != 0 <==> SearchHint;
    ensures flaw: \result == 0 ==> HintFlawed;
 */
static int hint_is_sound(void) {
    if (search_left > PAGES) {
        return audit_fails(SEARCH_HINT_SOUND, 0, 0);
    }
    uint32_t hint = SEARCH_HINT;
    /*@ loop invariant chunks: 0 <= c && CHUNK_START(c) <= hint;
        loop invariant used: AllUsed(0, CHUNK_START(c));
        loop assigns c;
        loop variant CHUNKS - c;
     */
    for (uint32_t c = 0; c < hint / CHUNK_PAGES; c++) {
        //@ assert node: Node(0, c) && Summarized(0, c);
        //@ assert leaf: IsMax(CHUNK_START(c), CHUNK_END(c), PackedMax(summary[c]));
        if (packed_max(summary[c]) > 0) {
            return audit_fails(ALL_USED, CHUNK_PAGES * c, CHUNK_PAGES * (c + 1));
        }
    }
    if (hint == PAGES) {
        return 1;
    }
    uint32_t c = hint / CHUNK_PAGES;
    //@ ghost count_none(CHUNK_START(c), hint);
    if (chunk_count_free(c, 0, hint % CHUNK_PAGES) != 0) {
        return audit_fails(ALL_USED, CHUNK_PAGES * c, hint);
    }
    return chunk_mapped[c] != 0 || audit_fails(SEARCH_HINT_SOUND, 0, 0);
}

/* Is chunk c as the invariant has it, its share of the totals left out? */
/*@ requires chunk: c < CHUNKS;
    requires tree: Tree;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> ChunkSound(c);
 */
static int chunk_is_sound(uint32_t c) {
    //@ assert node: Node(0, c) && Summarized(0, c);
    //@ assert leaf: IsMax(CHUNK_START(c), CHUNK_END(c), PackedMax(summary[c]));
    return (chunk_mapped[c] != 0 || packed_max(summary[c]) == 0) && chunk_audit(c);
}

/* Does the scavenger's index say of chunk c, of which this many pages are free, what is so? */
/*@ requires chunk: c < CHUNKS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures use: \result != 0 <==> InUse(scavenge_chunk[c]) + unused ==
      (chunk_mapped[c] != 0 ? CHUNK_PAGES : 0) && (HasFree(scavenge_chunk[c]) ==> ChunkMapped(c));
 */
static int index_is_sound(uint32_t c, uint32_t unused) {
    uint64_t s = scavenge_chunk[c];
    if (chunk_mapped[c] == 0) {
        return chunk_in_use(s) == 0 && unused == 0 && chunk_flags(s) % 2 == 0;
    }
    return unused <= CHUNK_PAGES && chunk_in_use(s) == CHUNK_PAGES - unused;
}

/* Is every chunk as the invariant has it, and do they add up to the totals? */
/*@ requires tree: Tree;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures chunks: \result != 0 ==> ChunksSound(CHUNKS);
    ensures use: \result != 0 ==> IndexUse;
    ensures mapped: \result != 0 ==> IndexMapped;
    ensures totals: \result != 0 ==> PageTotals;
    ensures sound: \result == 0 ==>
      !(ChunksSound(CHUNKS) && IndexUse && IndexMapped && PageTotals);
    ensures flaw: \result == 0 ==> ChunksFlawed;
 */
static int chunks_are_sound(void) {
    uint32_t mapped = 0;
    uint32_t released = 0;
    uint32_t unused = 0;
    /*@ loop invariant range: 0 <= c <= CHUNKS;
        loop invariant sound: ChunksSound(c);
        loop invariant use: \forall integer d; 0 <= d < c ==>
          InUse(scavenge_chunk[d]) + ChunkFree(d) == (chunk_mapped[d] != 0 ? CHUNK_PAGES : 0);
        loop invariant flags: \forall integer d; 0 <= d < c && HasFree(scavenge_chunk[d]) ==>
          ChunkMapped(d);
        loop invariant unused: unused == FreeCount(0, CHUNK_START(c)) <= CHUNK_START(c);
        loop invariant released: released == ReleasedCount(0, CHUNK_START(c)) <= CHUNK_START(c);
        loop invariant mapped: mapped == CHUNK_PAGES * MappedCount(c) <= CHUNK_START(c);
        loop assigns c, unused, released, mapped;
        loop variant CHUNKS - c;
     */
    for (uint32_t c = 0; c < CHUNKS; c++) {
        if (!chunk_is_sound(c)) {
            //@ assert unsound: !ChunksSound(CHUNKS);
            return audit_fails(CHUNK_SOUND, c, 0);
        }
        //@ ghost count_split(0, CHUNK_START(c), CHUNK_END(c));
        //@ ghost count_bounds(CHUNK_START(c), CHUNK_END(c));
        uint32_t n = chunk_count_free(c, 0, CHUNK_PAGES);
        //@ assert unused: ChunkFree(c) == n;
        if (!index_is_sound(c, n)) {
            return audit_fails(INDEX_SOUND, c, 0);
        }
        unused += n;
        released += chunk_count_released(c, 0, CHUNK_PAGES);
        mapped += chunk_mapped[c] != 0 ? CHUNK_PAGES : 0;
    }
    return (unused == total_free && released == total_released && mapped == total_mapped) ||
           audit_fails(PAGE_TOTALS, 0, 0);
}

int pages_audit(void) {
    return summary_audit() && mapped_audit() && hint_is_sound() && index_audit() &&
           chunks_are_sound();
}
