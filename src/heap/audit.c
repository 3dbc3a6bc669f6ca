#include "heap/audit.h"
#include "page/bits.h"

/*@ requires span: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures live: \result != 0 <==> SpanLive(s);
 */
static int is_live(uint32_t s) {
    return s != 0 && span[s].state != SPAN_DEAD;
}

/*@ requires span: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> SpanSound(s);
 */
static int span_sound(uint32_t s) {
    int taken = 1 <= s && s <= pool_made && pool_count <= pool_place[s];
    if (!is_live(s)) {
        return span[s].npages == 0 && span_link[s].list == 0;
    }
    int state = span[s].kind == KIND_HEAP ? SPAN_IN_USE : SPAN_MANUAL;
    return taken && span[s].kind < KINDS && span[s].state == state;
}

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> SpansSound;
 */
static int spans_audit(void) {
    uint32_t s = 0;
    /*@ loop invariant range: s <= SPANS;
        loop invariant sound: \forall integer t; 0 <= t < s ==> SpanSound(t);
        loop assigns s;
        loop variant SPANS - s;
     */
    while (s < SPANS && span_sound(s)) {
        s++;
    }
    //@ assert broken: s < SPANS ==> !SpanSound(s);
    return s == SPANS;
}

/*@ requires page: p < PAGES;
    requires map: MapOk;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures live: \result != 0 <==> PageLive(p);
 */
static int page_is_live(uint32_t p) {
    uint32_t s = page_span[p];
    return is_live(s) && span[s].base <= p && p - span[s].base < span[s].npages;
}

static int page_waits(uint32_t p) {
    for (uint32_t t = 0; t < THREADS; t++) {
        if (page_cache[t].free != 0 && page_cache[t].base == p / WORD_BITS * WORD_BITS &&
            bits_test(page_cache[t].free, p % WORD_BITS)) {
            return 1;
        }
    }
    return 0;
}

static int page_sound(uint32_t p) {
    int used = page_is_live(p);
    int unused = bits_test(page_free[p / WORD_BITS], p % WORD_BITS);
    if (chunk_mapped[p / CHUNK_PAGES] == 0) {
        return !unused && !used;
    }
    return used + unused + page_waits(p) == 1;
}

/*@ requires map: MapOk;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> Conserved;
 */
static int conserved_audit(void) {
    uint32_t p = 0;
    /*@ loop invariant range: p <= PAGES;
        loop invariant sound: \forall integer q; 0 <= q < p ==> PageSound(q);
        loop assigns p;
        loop variant PAGES - p;
     */
    while (p < PAGES && page_sound(p)) {
        p++;
    }
    //@ assert broken: p < PAGES ==> !PageSound(p);
    return p == PAGES;
}

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures sum: \result == LivePages(kind, SPANS);
 */
static uint64_t live_pages(uint32_t kind) {
    uint64_t sum = 0;
    uint32_t s = 0;
    /*@ loop invariant range: s <= SPANS;
        loop invariant sum: sum == LivePages(kind, s);
        loop invariant bound: sum <= s * 4294967295;
        loop assigns s, sum;
        loop variant SPANS - s;
     */
    while (s < SPANS) {
        sum += span[s].kind == kind ? span[s].npages : 0;
        s++;
    }
    return sum;
}

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> KindTotals && TotalsConserved;
 */
static int totals_audit(void) {
    uint64_t live = (uint64_t)total_live[KIND_HEAP] + total_live[KIND_STACK] +
                    total_live[KIND_WORKBUF] + total_live[KIND_PTRBITS];
    uint64_t waiting = 0;
    for (uint32_t t = 0; t < THREADS; t++) {
        waiting += bits_count(page_cache[t].free, 0, WORD_BITS);
    }
    uint32_t kind = 0;
    /*@ loop invariant range: kind <= KINDS;
        loop invariant sound: \forall integer k; 0 <= k < kind ==>
          total_live[k] == LivePages(k, SPANS);
        loop assigns kind;
        loop variant KINDS - kind;
     */
    while (kind < KINDS && total_live[kind] == live_pages(kind)) {
        kind++;
    }
    return kind == KINDS && total_mapped == total_free + waiting + live;
}

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> Hints;
 */
static int hints_audit(void) {
    uint32_t i = 0;
    /*@ loop invariant range: i <= HINTS;
        loop invariant sound: \forall integer k; 0 <= k < i ==>
          0 <= arena_hint[k].arena <= ARENAS;
        loop assigns i;
        loop variant HINTS - i;
     */
    while (i < HINTS && arena_hint[i].arena <= ARENAS) {
        i++;
    }
    return i == HINTS && hint_first <= hint_count && hint_count <= HINTS;
}

/*@ requires mapped: Mapped;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> GrowthSound;
 */
static int growth_audit(void) {
    return current_low <= current_high && current_high <= CHUNKS &&
           current_high % ARENA_CHUNKS == 0 && mapped_from(current_low) >= current_high &&
           hints_audit();
}

int heap_audit_locked(void) {
    return pages_audit() && page_cache_audit() && span_pool_audit() && span_cache_audit() &&
           span_list_audit() && arena_audit() && spans_audit() && conserved_audit() &&
           totals_audit() && growth_audit() && special_audit();
}

int heap_audit(void) {
    heap_lock();
    //@ ghost span_list_sound();
    int sound = heap_audit_locked();
    heap_unlock();
    return sound;
}
