/* The atomic cells: what several threads change without a lock. Each function here is one look at
 * a cell, and others may have moved the cell, within its rule, between any two looks. */
#ifndef CAIRN_ATOMIC_H
#define CAIRN_ATOMIC_H

#include "types.h"

#include "../../specs/bits.acsl"

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

/* Which pages begin a heap span, a bit a page. The rule: only who owns a page moves its bit. */
extern uint64_t page_in_use[PAGE_WORDS];

/* T4. Sets bit i of word k; clears it. */
/*@ requires bit: k < PAGE_WORDS && i < WORD_BITS;
    terminates \true;
    exits \false;
    assigns page_in_use[k];
    ensures set: BitsSet(page_in_use[k], \old(page_in_use[k]), i, 1);
 */
void page_in_use_set(uint32_t k, uint32_t i);

/*@ requires bit: k < PAGE_WORDS && i < WORD_BITS;
    terminates \true;
    exits \false;
    assigns page_in_use[k];
    ensures clear: BitsClear(page_in_use[k], \old(page_in_use[k]), i, 1);
 */
void page_in_use_clear(uint32_t k, uint32_t i);

/* Pages in live spans, by kind. The rule: who makes a span adds its pages, who ends it takes them
 * off. */
extern uint32_t total_live[KINDS];

/* T4. Adds n pages of this kind; takes them off. */
/*@ requires kind: kind < KINDS;
    requires room: total_live[kind] + n <= PAGES;
    terminates \true;
    exits \false;
    assigns total_live[kind];
    ensures more: total_live[kind] == \old(total_live[kind]) + n;
 */
void total_live_add(uint32_t kind, uint32_t n);

/*@ requires kind: kind < KINDS;
    requires has: n <= total_live[kind];
    terminates \true;
    exits \false;
    assigns total_live[kind];
    ensures less: total_live[kind] == \old(total_live[kind]) - n;
 */
void total_live_sub(uint32_t kind, uint32_t n);

/* T4. Reads the total. */
/*@ requires kind: kind < KINDS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures total: \result == total_live[kind];
 */
uint32_t total_live_load(uint32_t kind);

/* Which record a page belongs to: 0 to SPANS-1; stale where no span is live. The rule: who owns a
 * page writes its entry; anybody who holds the heap lock may look. */
extern uint32_t page_span[PAGES];

/* T4. Reads the entry of page p; writes it. */
/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures entry: \result == page_span[p];
 */
uint32_t page_span_load(uint32_t p);

/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns page_span[p];
    ensures entry: page_span[p] == s;
 */
void page_span_store(uint32_t p, uint32_t s);

/* T4. Reads the state of span s: whoever finds it live finds the rest of the record as it was when
 * the state was published. Publishes it, and all that was written before. The rule: who owns a
 * record publishes its state; anybody who holds the heap lock may look. */
/*@ requires record: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures state: \result == span[s].state;
 */
uint32_t span_state_load(uint32_t s);

/*@ requires record: s < SPANS;
    requires state: state <= UINT8_MAX;
    terminates \true;
    exits \false;
    assigns span[s].state;
    ensures state: span[s].state == state;
 */
void span_state_store(uint32_t s, uint32_t state);

#endif
