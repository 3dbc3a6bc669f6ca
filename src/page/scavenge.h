/* The scavenger: gives free pages back to the system, highest first. They stay free and mapped, are
 * counted as released, and read as zero when they are used again. Go's pageAlloc.scavenge
 * (mgcscavenge.go). Called under the heap lock. */
#ifndef CAIRN_SCAVENGE_H
#define CAIRN_SCAVENGE_H

#include "config.h"
#include "os/os.h"
#include "page/pages.h"

#include "../../specs/scavenge.acsl"

/* Releases pages until there are n, or more where a huge page would be split. The background search
 * (force of 0) leaves chunks alone that are or were densely used, the forced one takes what the
 * index has. Returns how many were released: fewer than n if nothing is left for this search, or
 * once the system refuses. Cost: a step a chunk between those looked at, two walks over the words
 * of each of these, and the system's. */
/*@ requires pages: Pages;
    requires backed: MappedIsBacked;
    terminates \true;
    exits \false;
    assigns RELEASE_TABLES;
    ensures pages: Pages;
    ensures kept: StillReleased{Pre,Post};
    ensures count: total_released == \old(total_released) + \result;
    ensures window: \result <= PAGES;
    ensures less: force != 0 && \result < n ==> os_refused == 1 || NoneHasFree(0, CHUNKS);
 */
uint32_t pages_scavenge(uint32_t n, int force);

#endif
