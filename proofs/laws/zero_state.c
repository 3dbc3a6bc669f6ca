/* Zero is the empty heap: nothing has to run before the first call. */
#include "heap/heap.h"
#include "../proofs/laws/zero_state.h"

/*@ predicate GrowthZero{L} = current_low == 0 && current_high == 0 && hint_first == 0 &&
      hint_count == 0 && (\forall integer i; 0 <= i < HINTS ==> arena_hint[i].arena == 0) &&
      (\forall integer a; 0 <= a < ARENAS ==> os_reserved[a] == 0) &&
      (\forall integer c; 0 <= c < CHUNKS ==> os_mapped[c] == 0);
    predicate SpansZero{L} =
      (\forall integer s; 0 <= s < SPANS ==> span[s].state == 0 && span[s].npages == 0 &&
        span_owner[s] == 0 && special_head[s] == 0) &&
      (\forall integer p; 0 <= p < PAGES ==> page_span[p] == 0 && page_handed[p] == 0) &&
      (\forall integer w; 0 <= w < PAGE_WORDS ==>
        page_in_use[w] == 0 && page_specials[w] == 0) &&
      (\forall integer a; 0 <= a < ARENAS ==> zeroed_base[a] == 0) &&
      (\forall integer k; 0 <= k < KINDS ==> total_live[k] == 0) && special_made == 0 &&
      special_last_due == 0 && special_head[SPECIAL_DUE] == 0;
    predicate CachesZero{L} = (\forall integer t; 0 <= t < THREADS ==> cache_count[t] == 0 &&
      page_cache[t].base == 0 && page_cache[t].free == 0 && page_cache[t].released == 0);
    lemma Bit_Empty: \forall integer i; !Bit(0, i);
 */

/*@ requires pages: PagesZero;
    requires growth: GrowthZero;
    requires spans: SpansZero;
    requires pool: PoolZero;
    requires lists: ListsZero;
    requires caches: CachesZero;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures growth: Growth;
    ensures conserved: Conserved;
    ensures caches: PageCaches && SpanCaches;
    ensures totals: KindTotals && TotalsConserved;
    ensures bits: InUseBits && SpecialsBits;
    ensures lists: HeapLists;
    ensures spans: HeapSpans;
    ensures pages: HeapPages;
    ensures heap: Heap;
 */
void law_zero_is_empty(void) {
    law_pages_zero();
    //@ ghost span_pool_zero();
    //@ ghost span_list_zero();
    //@ assert unfree: \forall integer p; 0 <= p < PAGES ==> !PageFree(p);
    //@ assert unused: \forall integer p; 0 <= p < PAGES ==> !PageInUse(p) && !PageSpecial(p);
    /*@ loop invariant range: 0 <= s <= SPANS;
        loop invariant none: \forall integer k; LivePages(k, s) == 0;
        loop assigns s;
        loop variant SPANS - s;
     */
    for (uint32_t s = 0; s < SPANS; s++) {
    }
    //@ assert waits: \forall integer t, p; 0 <= t < THREADS ==> !PageCached(t, p);
    /*@ loop invariant range: 0 <= i <= WORD_BITS;
        loop invariant none: BitCount(0, i) == 0;
        loop assigns i;
        loop variant WORD_BITS - i;
     */
    for (uint32_t i = 0; i < WORD_BITS; i++) {
    }
    /*@ loop invariant range: 0 <= t <= THREADS;
        loop invariant none: WaitingPages(t) == 0;
        loop assigns t;
        loop variant THREADS - t;
     */
    for (uint32_t t = 0; t < THREADS; t++) {
    }
}
