/* Which chunks are mapped: a table with an entry a chunk, and the same as ranges, sorted, disjoint
 * and with a gap between any two, as Go's addrRanges (mranges.go). Chunks are mapped once and for
 * all. Everything here is called under the heap lock. */
#ifndef CAIRN_MAPPED_H
#define CAIRN_MAPPED_H

#include "config.h"
#include "page/audit_note.h"

/* The chunks from low to high, high left out. */
struct chunk_range {
    uint32_t low;
    uint32_t high;
};

extern uint8_t chunk_mapped[CHUNKS];            /* 1: the chunk's memory is ours */
extern struct chunk_range mapped_range[RANGES]; /* the first mapped_ranges of them */
extern uint32_t mapped_ranges;

#include "../../specs/mapped.acsl"

/* Enters the n unmapped chunks from chunk c as mapped. Cost: a step a chunk and a step a range. */
/*@ requires mapped: Mapped;
    requires range: n > 0 && c + n <= CHUNKS;
    requires unmapped: NoneMapped(c, c + n);
    terminates \true;
    exits \false;
    assigns chunk_mapped[0 .. CHUNKS - 1], mapped_range[0 .. RANGES - 1], mapped_ranges;
    ensures mapped: Mapped;
    ensures more: MappedMore{Pre,Post}(c, c + n);
 */
void mapped_add(uint32_t c, uint32_t n);

/* The lowest mapped chunk from chunk c upwards, or CHUNKS if there is none. Cost: a step a doubling
 * of the number of ranges. */
/*@ requires mapped: Mapped;
    requires chunk: c <= CHUNKS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: c <= \result <= CHUNKS;
    ensures mapped: \result < CHUNKS ==> ChunkMapped(\result);
    ensures lowest: NoneMapped(c, \result);
 */
uint32_t mapped_from(uint32_t c);

/* The executable twin of the predicate Mapped, which notes what it finds. Cost: a look at every
 * chunk. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> Mapped;
    ensures flaw: \result == 0 ==> MappedFlawed;
 */
int mapped_audit(void);

#endif
