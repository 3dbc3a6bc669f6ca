/* The scavenger's index: which chunks may hold free pages worth giving back, as Go's scavengeIndex
 * (mgcscavenge.go). A chunk that was densely used in this generation or the last one is left alone
 * by the background search; a forced search takes what there is. Everything here is called under
 * the heap lock. */
#ifndef CAIRN_SCAVENGE_INDEX_H
#define CAIRN_SCAVENGE_INDEX_H

#include "config.h"
#include "page/audit_note.h"

#define HIGH_OCCUPANCY_PAGES (CHUNK_PAGES - CHUNK_PAGES / 32) /* pages used in a dense chunk */

/* Where a search goes on: below page end, 0 for nowhere. Marked: moved up since a search saw it. */
struct scavenge_search {
    uint32_t end;
    uint32_t marked;
};

/* A chunk to give pages of back, CHUNKS if none, and the index in it from which to look down. */
struct scavenge_place {
    uint32_t chunk;
    uint32_t index;
};

extern uint64_t scavenge_chunk[CHUNKS];           /* a packed record a chunk */
extern struct scavenge_search scavenge_search[2]; /* the background's and the forced one */
extern uint32_t free_high;    /* the end of the highest pages freed in this generation */
extern uint32_t scavenge_gen; /* counts generations, modulo 2^32 */

#include "../../specs/scavenge_index.acsl"

/* A record's parts. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures use: \result == InUse(s);
 */
uint32_t chunk_in_use(uint64_t s);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures last: \result == LastInUse(s);
 */
uint32_t chunk_last_in_use(uint64_t s);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures flags: \result == ChunkFlags(s);
 */
uint32_t chunk_flags(uint64_t s);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures gen: \result == ChunkGen(s);
 */
uint32_t chunk_gen(uint64_t s);

/* The record made of its parts. */
/*@ requires range: use < 65536 && last < 1024 && flags < 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures use: InUse(\result) == use;
    ensures last: LastInUse(\result) == last;
    ensures flags: ChunkFlags(\result) == flags;
    ensures gen: ChunkGen(\result) == gen;
 */
uint64_t chunk_record(uint32_t use, uint32_t last, uint32_t flags, uint32_t gen);

/* Says that n pages of chunk c were handed out; nothing is left to give back of a full chunk. */
/*@ requires chunk: c < CHUNKS;
    requires pages: InUse(scavenge_chunk[c]) + n <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns scavenge_chunk[c];
    ensures touched: Touched(\old(scavenge_chunk[c]), scavenge_chunk[c], scavenge_gen);
    ensures use: InUse(scavenge_chunk[c]) == InUse(\old(scavenge_chunk[c])) + n;
    ensures full: ChunkFlags(scavenge_chunk[c]) == ChunkFlags(\old(scavenge_chunk[c])) -
      (InUse(scavenge_chunk[c]) == CHUNK_PAGES ? ChunkFlags(\old(scavenge_chunk[c])) % 2 : 0);
 */
void index_alloc(uint32_t c, uint32_t n);

/* Says that n pages of chunk c were taken back, the highest of which ends at index `end`. */
/*@ requires chunk: c < CHUNKS;
    requires range: 0 < end <= CHUNK_PAGES;
    requires pages: n <= InUse(scavenge_chunk[c]) <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns scavenge_chunk[c], scavenge_search[1], free_high;
    ensures touched: Touched(\old(scavenge_chunk[c]), scavenge_chunk[c], scavenge_gen);
    ensures use: InUse(scavenge_chunk[c]) == InUse(\old(scavenge_chunk[c])) - n;
    ensures free: HasFree(scavenge_chunk[c]) &&
      ChunkFlags(scavenge_chunk[c]) / 2 == ChunkFlags(\old(scavenge_chunk[c])) / 2;
    ensures high: free_high == \max(\old(free_high), CHUNK_PAGES * c + end);
    ensures search: scavenge_search[1].end ==
      \max(\old(scavenge_search[1].end), CHUNK_PAGES * c + end);
    ensures marked: scavenge_search[1].marked ==
      (\old(scavenge_search[1].end) < CHUNK_PAGES * c + end ? 1 :
        \old(scavenge_search[1].marked));
 */
void index_free(uint32_t c, uint32_t end, uint32_t n);

/* Begins the next generation: the background search goes on from the highest page that the last
 * one freed, if that is further up. */
/*@ terminates \true;
    exits \false;
    assigns scavenge_gen, scavenge_search[0], free_high;
    ensures gen: scavenge_gen == (\old(scavenge_gen) + 1) % 4294967296;
    ensures high: free_high == 0;
    ensures search: scavenge_search[0].end == \max(\old(scavenge_search[0].end), \old(free_high));
    ensures marked: scavenge_search[0].marked ==
      (\old(scavenge_search[0].end) < \old(free_high) ? 1 : \old(scavenge_search[0].marked));
 */
void index_next_gen(void);

/* Says that nothing is left to give back of chunk c. */
/*@ requires chunk: c < CHUNKS;
    terminates \true;
    exits \false;
    assigns scavenge_chunk[c];
    ensures empty: !HasFree(scavenge_chunk[c]);
    ensures flags: ChunkFlags(scavenge_chunk[c]) / 2 ==
      ChunkFlags(\old(scavenge_chunk[c])) / 2;
    ensures use: InUse(scavenge_chunk[c]) == InUse(\old(scavenge_chunk[c]));
    ensures last: LastInUse(scavenge_chunk[c]) == LastInUse(\old(scavenge_chunk[c]));
    ensures gen: ChunkGen(scavenge_chunk[c]) == ChunkGen(\old(scavenge_chunk[c]));
 */
void index_set_empty(uint32_t c);

/* The highest chunk, of those the search has before it, that may have something to give back, and
 * where to look in it. No chunk below low has. The search goes on there, or from nowhere if there
 * is none and it was not marked. Cost: a step a chunk. */
/*@ requires index: ScavengeIndex;
    requires low: low <= CHUNKS && NoneHasFree(0, low);
    terminates \true;
    exits \false;
    assigns scavenge_search[SearchOf(force)];
    ensures index: ScavengeIndex;
    ensures range: \result.chunk == CHUNKS || low <= \result.chunk < CHUNKS;
    ensures found: \result.chunk < CHUNKS ==>
      \result.chunk < SearchChunks(\old(scavenge_search[SearchOf(force)].end)) &&
      ShouldScavenge(scavenge_chunk[\result.chunk], scavenge_gen, force);
    ensures highest: \result.chunk < CHUNKS ==> NoneToScavenge(\result.chunk + 1,
      SearchChunks(\old(scavenge_search[SearchOf(force)].end)), force);
    ensures none: \result.chunk == CHUNKS ==>
      NoneToScavenge(low, SearchChunks(\old(scavenge_search[SearchOf(force)].end)), force);
    ensures index: \result.index == FoundIndex(\result.chunk,
      \old(scavenge_search[SearchOf(force)].end));
    ensures end: scavenge_search[SearchOf(force)].end == FoundEnd(\result.chunk,
      \old(scavenge_search[SearchOf(force)].end), \old(scavenge_search[SearchOf(force)].marked));
    ensures marked: scavenge_search[SearchOf(force)].marked == FoundMarked(\result.chunk,
      \old(scavenge_search[SearchOf(force)].end), \old(scavenge_search[SearchOf(force)].marked));
 */
struct scavenge_place index_find(int force, uint32_t low);

/* The executable twin of the predicate ScavengeIndex, which notes what it finds. Cost: a look at
 * every chunk. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> ScavengeIndex;
    ensures flaw: \result == 0 ==> IndexFlawed;
 */
int index_audit(void);

#endif
