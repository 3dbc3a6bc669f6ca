/* Which free pages to give back to the system next: Go's findScavengeCandidate (mgcscavenge.go).
 * The system takes whole physical pages, and where it backs memory with huge pages, one of these
 * that is free as a whole is given back as a whole. */
#ifndef CAIRN_CANDIDATE_H
#define CAIRN_CANDIDATE_H

#include "config.h"
#include "page/chunk.h"
#include "../../specs/candidate.acsl"

/* Pages to give back: n of them from an index in their chunk; none if n is 0. */
struct candidate {
    uint32_t index;
    uint32_t n;
};

/* The highest run, in chunk c, of physical pages wholly free and not yet given back: of its upper
 * end as many pages as `max` asks for. The search starts at the top of the word of the bitmap that
 * index `from` lies in. min is the pages of a physical page, huge of a huge page (0: none); max is
 * rounded up to whole physical pages, of which it is one at least. The run is longer only where it
 * would split a huge page all of whose pages can be given back.
 * Cost: two walks over a chunk's words, with 64 / min steps a word if min is above 1. */
/*@ requires chunk: c < CHUNKS;
    requires from: from < CHUNK_PAGES;
    requires min: GroupSize(min);
    requires huge: HugeSize(huge);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result.index + \result.n <= from - from % 64 + 64;
    ensures none: \result.n == 0 ==> \result.index == 0 &&
      NoCandidate(CHUNK_START(c), CHUNK_START(c) + from - from % 64 + 64, min);
    ensures run: AllCandidates(CHUNK_START(c) + \result.index,
                               CHUNK_START(c) + \result.index + \result.n, min);
    ensures kept: AllKept(CHUNK_START(c) + \result.index,
                          CHUNK_START(c) + \result.index + \result.n);
    ensures start: \result.n > 0 ==> (CHUNK_START(c) + \result.index) % min == 0;
    ensures end: \result.n > 0 ==> (CHUNK_START(c) + \result.index + \result.n) % min == 0;
    ensures highest: NoCandidate(CHUNK_START(c) + \result.index + \result.n,
                                 CHUNK_START(c) + from - from % 64 + 64, min);
    ensures fewer: 0 < \result.n < Wanted(max, min) ==>
      CandidatesEnd(CHUNK_START(c), CHUNK_START(c) + \result.index, min);
    ensures more: \result.n > Wanted(max, min) ==> huge > min &&
      HugeTaken(CHUNK_START(c) + \result.index, CHUNK_START(c) + \result.index + \result.n,
                huge, Wanted(max, min));
    ensures whole: \result.n > 0 && huge > min ==>
      HugeWhole(CHUNK_START(c) + \result.index, CHUNK_START(c) + \result.index + \result.n,
                huge, min);
 */
struct candidate candidate_find(uint32_t c, uint32_t from, uint32_t min, uint32_t max,
                                uint32_t huge);

#endif
