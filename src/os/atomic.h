/* The atomic cells: what several threads change without a lock. Each function here is one look at
 * a cell, and others may have moved the cell, within its rule, between any two looks. */
#ifndef CAIRN_ATOMIC_H
#define CAIRN_ATOMIC_H

#include "config.h"

/* Zeroed bases: the pages of an arena from its base on were never handed out and read as zero.
 * In pages, 0 to ARENA_PAGES. The rule: a base only grows. */
extern uint32_t zeroed_base[ARENAS];

/*@ ghost int zeroed_raised; // 1: another thread raised a base since it was cleared */

/* T4. Reads the base of arena a. */
/*@ requires arena: a < ARENAS;
    requires inside: zeroed_base[a] <= ARENA_PAGES;
    terminates \true;
    exits \false;
    assigns zeroed_base[a], zeroed_raised;
    ensures answer: \result == zeroed_base[a];
    ensures inside: zeroed_base[a] <= ARENA_PAGES;
    ensures grown: zeroed_base[a] >= \old(zeroed_base[a]);
    ensures raised: zeroed_raised == (zeroed_base[a] > \old(zeroed_base[a]) ? 1
                                                                           : \old(zeroed_raised));
 */
uint32_t zeroed_base_load(uint32_t a);

/* T4. Raises the base of arena a from the value it was seen at to `next`, unless somebody else was
 * first. Returns 1 if it did, or 0. */
/*@ requires arena: a < ARENAS;
    requires seen: seen <= zeroed_base[a] <= ARENA_PAGES;
    requires upward: seen < next <= ARENA_PAGES;
    terminates \true;
    exits \false;
    assigns zeroed_base[a], zeroed_raised;
    ensures answer: \result == 0 || \result == 1;
    ensures inside: zeroed_base[a] <= ARENA_PAGES;
    ensures grown: zeroed_base[a] >= \old(zeroed_base[a]);
    ensures swapped: \result == 1 ==> \old(zeroed_base[a]) == seen && zeroed_base[a] >= next;
    ensures failed: \result == 0 ==> zeroed_base[a] > seen;
    ensures alone: zeroed_raised == 0 ==> \old(zeroed_raised) == 0 &&
      zeroed_base[a] == (\result == 1 ? next : \old(zeroed_base[a]));
 */
int zeroed_base_swap(uint32_t a, uint32_t seen, uint32_t next);

#endif
