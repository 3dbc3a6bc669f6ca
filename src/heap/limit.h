/* How much memory the heap keeps: a limit that it obeys, and a goal beyond which it makes up for
 * its growth by giving free pages back to the system. As Go's memory limit and heap-growth
 * scavenging (mheap.allocSpan). Committed are the pages that are mapped and not released; those
 * that wait in threads' caches are among them. Under the heap lock. */
#ifndef CAIRN_LIMIT_H
#define CAIRN_LIMIT_H

#include "config.h"
#include "os/os.h"
#include "page/scavenge.h"

extern uint32_t memory_limit; /* pages that may be committed; 0: any number */
extern uint32_t growth_goal;  /* pages committed beyond which growth is made up for; 0: none are */

/* Pages that were to be given back for growth, the last time that any were asked for. */
//@ ghost uint32_t limit_due;

#include "../../specs/limit.acsl"

/* How many pages to give back since n are about to be committed that were not mapped before: as
 * many, but not more than are beyond the goal then. */
/*@ requires pages: Pages;
    requires range: n <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures few: \result == (n < Beyond(growth_goal, n) ? n : Beyond(growth_goal, n));
 */
uint32_t limit_growth(uint32_t n);

/* Gives free pages back to the system: as many as are committed beyond the limit, whatever it
 * takes, or n if that is more; if none are beyond it, n that the background would give. Cost: see
 * pages_scavenge; nothing if it is nothing. */
/*@ requires pages: Pages;
    requires backed: MappedIsBacked;
    terminates \true;
    exits \false;
    assigns RELEASE_TABLES, limit_due;
    ensures pages: Pages;
    ensures kept: StillReleased{Pre,Post};
    ensures due: limit_due == n;
    ensures obeyed: LimitObeyed;
    ensures idle: n == 0 && Beyond{Pre}(memory_limit, 0) == 0 ==>
      total_released == \old(total_released);
 */
void limit_obey(uint32_t n);

/* A step of the background: gives a few free pages back if more are committed than `goal` or the
 * limit, none of the densely used chunks'. Returns how many: 0 if enough were given back,
 * nothing is left that the background would give, or the system refuses. */
/*@ requires pages: Pages;
    requires backed: MappedIsBacked;
    terminates \true;
    exits \false;
    assigns RELEASE_TABLES;
    ensures pages: Pages;
    ensures kept: StillReleased{Pre,Post};
    ensures count: total_released == \old(total_released) + \result;
    ensures window: \result <= PAGES;
    ensures idle: Committed{Pre} <= goal && Beyond{Pre}(memory_limit, 0) == 0 ==> \result == 0;
 */
uint32_t limit_background(uint32_t goal);

#endif
