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

/* Which thread gives out the slots of span s: its number, or 0. The rule: a thread writes its own
 * number where none stands, for a span of its own, and 0 over that; so whoever finds his own number
 * finds what he wrote. */
extern uint32_t slots_owner[SPANS];

/* T4. Reads the number; writes it. */
/*@ requires record: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures owner: \result == slots_owner[s];
 */
uint32_t slots_owner_load(uint32_t s);

/*@ requires record: s < SPANS;
    terminates \true;
    exits \false;
    assigns slots_owner[s];
    ensures owner: slots_owner[s] == owner;
 */
void slots_owner_store(uint32_t s, uint32_t owner);

/* Of a span that is a block of its own: where the block begins, or that it is kept. What a cell
 * says and who may change it is in object/kept.h; anybody may look. */
#define LARGE_IS_KEPT UINT32_MAX
extern uint32_t large_cell[SPANS];

/* T4. Reads the cell of span s. */
/*@ requires record: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures cell: \result == large_cell[s];
 */
uint32_t large_cell_load(uint32_t s);

/* Which spans of large blocks threads keep, LARGE_KEPT cells a thread. The rule: a thread writes
 * its own, anybody may look; no more than a hint of where to look. */
extern uint32_t large_kept[KEPT_CELLS];

/* T4. Reads cell k; writes it. */
/*@ requires cell: k < KEPT_CELLS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures hint: \result == large_kept[k];
 */
uint32_t large_kept_load(uint32_t k);

/*@ requires cell: k < KEPT_CELLS;
    terminates \true;
    exits \false;
    assigns large_kept[k];
    ensures hint: large_kept[k] == hint;
 */
void large_kept_store(uint32_t k, uint32_t hint);

/* Which thread a block of its own was handed out to: its number up to THREADS, or 0. The rule: who
 * has the span writes, anybody may look. */
extern uint16_t large_owner[SPANS];

/* T4. Reads the number; writes it. */
/*@ requires record: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures owner: \result == large_owner[s];
 */
uint32_t large_owner_load(uint32_t s);

/*@ requires record: s < SPANS;
    requires owner: owner <= THREADS;
    terminates \true;
    exits \false;
    assigns large_owner[s];
    ensures owner: large_owner[s] == owner;
 */
void large_owner_store(uint32_t s, uint32_t owner);

/* Which slots threads other than their owner have freed, a bit a slot as in object/slots.h. The
 * rule: anybody sets a bit, the owner of the span takes them. */
extern uint64_t slot_remote[SLOT_WORDS];

/* T4. Sets bit j of word w. Returns 1 if it was clear, or 0. */
/*@ requires slot: w < SLOT_WORDS && j < WORD_BITS;
    terminates \true;
    exits \false;
    assigns slot_remote[w];
    ensures answer: \result == 0 || \result == 1;
 */
int slot_remote_set(uint32_t w, uint32_t j);

/* T4. Clears word w and returns what was in it: what was set before and what others set since. */
/*@ requires word: w < SLOT_WORDS;
    terminates \true;
    exits \false;
    assigns slot_remote[w];
    ensures taken: BitsWithin(\old(slot_remote[w]), \result);
 */
uint64_t slot_remote_take(uint32_t w);

/* Inboxes: for each thread a stack of those of its spans that others have freed slots of. A span is
 * in one inbox at most. The rule: anybody puts a span in, the thread takes all out at once. */
extern uint32_t inbox[THREADS];    /* the span put in last; 0: none */
extern uint32_t inbox_link[SPANS]; /* 1 + the span below; 0: it is in no inbox */

/* T4. Puts span s into the inbox of thread t, unless it is in one. */
/*@ requires thread: t < THREADS;
    requires record: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns inbox[t], inbox_link[s];
 */
void inbox_put(uint32_t t, uint32_t s);

/* T4. Is span s in an inbox? */
/*@ requires record: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result == 0 || \result == 1;
 */
int inbox_has(uint32_t s);

/* T4. Empties the inbox of thread t and returns the span put in last, or 0. */
/*@ requires thread: t < THREADS;
    terminates \true;
    exits \false;
    assigns inbox[t];
    ensures range: \result < SPANS;
 */
uint32_t inbox_take(uint32_t t);

/* T4. Span s, which inbox_take or this returned, is in no inbox any more. Returns the one below it,
 * or 0. */
/*@ requires record: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns inbox_link[s];
    ensures range: \result < SPANS;
 */
uint32_t inbox_leave(uint32_t s);

/* Marks: which slots a collector has reached in this cycle, a bit a slot as in object/slots.h. The
 * rule: anybody sets a bit, the owner of the span takes them. */
extern uint64_t slot_mark[SLOT_WORDS];

/* T4. Sets bit j of word w. Returns 1 if it was clear, or 0. */
/*@ requires slot: w < SLOT_WORDS && j < WORD_BITS;
    terminates \true;
    exits \false;
    assigns slot_mark[w];
    ensures answer: \result == 0 || \result == 1;
    ensures set: Bit(slot_mark[w], j);
    ensures others: BitsWithin(\old(slot_mark[w]), slot_mark[w]);
 */
int slot_mark_set(uint32_t w, uint32_t j);

/* T4. Clears word w and returns what was in it: what was set before and what others set since. */
/*@ requires word: w < SLOT_WORDS;
    terminates \true;
    exits \false;
    assigns slot_mark[w];
    ensures taken: BitsWithin(\old(slot_mark[w]), \result);
 */
uint64_t slot_mark_take(uint32_t w);

/* The same of blocks that are spans of their own. The rule: anybody sets a mark, the thread that
 * the block was handed out to takes it. */
extern uint8_t large_mark[SPANS];

/* T4. Sets the mark of span s. Returns 1 if it was not set, or 0. */
/*@ requires record: s < SPANS;
    terminates \true;
    exits \false;
    assigns large_mark[s];
    ensures answer: \result == 0 || \result == 1;
    ensures set: large_mark[s] != 0;
 */
int large_mark_set(uint32_t s);

/* T4. Clears the mark of span s and returns whether it was set, before or since. */
/*@ requires record: s < SPANS;
    terminates \true;
    exits \false;
    assigns large_mark[s];
    ensures taken: \old(large_mark[s]) != 0 ==> \result != 0;
 */
int large_mark_take(uint32_t s);

/* Cycles of collectors: the one that thread t + 1 is in, 0 if it collects nothing; and the one in
 * which a span was swept last. What the numbers mean is in object/sweep.h. The rule: a thread
 * writes its own and its spans', anybody may look. */
extern uint32_t thread_cycle[THREADS];
extern uint32_t span_cycle[SPANS];

/* T4. Reads a thread's; writes it; reads a span's; writes it. */
/*@ requires thread: t < THREADS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures cycle: \result == thread_cycle[t];
 */
uint32_t thread_cycle_load(uint32_t t);

/*@ requires thread: t < THREADS;
    terminates \true;
    exits \false;
    assigns thread_cycle[t];
    ensures cycle: thread_cycle[t] == cycle;
 */
void thread_cycle_store(uint32_t t, uint32_t cycle);

/*@ requires record: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures cycle: \result == span_cycle[s];
 */
uint32_t span_cycle_load(uint32_t s);

/*@ requires record: s < SPANS;
    terminates \true;
    exits \false;
    assigns span_cycle[s];
    ensures cycle: span_cycle[s] == cycle;
 */
void span_cycle_store(uint32_t s, uint32_t cycle);

#endif
