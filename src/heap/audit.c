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
    requires pool: SpanPool;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> SpanSound(s);
 */
static int span_sound(uint32_t s) {
    if (!is_live(s)) {
        return span[s].npages == 0 && span_link[s].list == 0;
    }
    int state = span[s].kind == KIND_HEAP ? SPAN_IN_USE : SPAN_MANUAL;
    return span_pool_has_taken(s) && span[s].kind < KINDS && span[s].state == state;
}

/*@ requires pool: SpanPool;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures sound: \result != 0 <==> SpansSound;
    ensures flaw: \result == 0 ==> SpansFlawed;
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
    return s == SPANS || audit_fails(SPAN_SOUND, s, 0);
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

/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures waits: \result != 0 <==> PageWaits(p);
 */
static int page_waits(uint32_t p) {
    uint32_t t = 0;
    /*@ loop invariant range: t <= THREADS;
        loop invariant none: \forall integer u; 0 <= u < t ==> !PageCached(u, p);
        loop assigns t;
        loop variant THREADS - t;
     */
    while (t < THREADS) {
        if (page_cache[t].base / WORD_BITS == p / WORD_BITS &&
            bits_test(page_cache[t].free, p % WORD_BITS)) {
            //@ assert waits: PageCached(t, p);
            return 1;
        }
        t++;
    }
    return 0;
}

/*@ requires page: p < PAGES;
    requires map: MapOk;
    requires mapped: CachesMapped;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> PageSound(p);
 */
static int page_sound(uint32_t p) {
    int used = page_is_live(p);
    int unused = bits_test(page_free[p / WORD_BITS], p % WORD_BITS);
    if (chunk_mapped[p / CHUNK_PAGES] == 0) {
        return !unused && !used;
    }
    return used || unused ? !(used && unused) : page_waits(p);
}

/*@ requires thread: t < THREADS;
    requires sound: CacheSound(t);
    requires map: MapOk;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures unlive: \result != 0 <==> CacheUnlive(t);
 */
static int cache_unlive(uint32_t t) {
    uint32_t i = 0;
    /*@ loop invariant range: i <= WORD_BITS;
        loop invariant unlive: \forall integer p;
          page_cache[t].base <= p < page_cache[t].base + i && PageCached(t, p) ==> !PageLive(p);
        loop assigns i;
        loop variant WORD_BITS - i;
     */
    while (i < WORD_BITS) {
        uint32_t p = page_cache[t].base + i;
        if (bits_test(page_cache[t].free, i) && page_is_live(p)) {
            //@ assert both: PageCached(t, p) && PageLive(p);
            return 0;
        }
        i++;
    }
    return 1;
}

/*@ requires sound: CachesSound;
    requires map: MapOk;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures unlive: \result != 0 <==> CachesUnlive(THREADS);
    ensures flaw: \result == 0 ==> ConservedFlawed;
 */
static int caches_unlive(void) {
    uint32_t t = 0;
    /*@ loop invariant range: t <= THREADS;
        loop invariant unlive: CachesUnlive(t);
        loop assigns t;
        loop variant THREADS - t;
     */
    while (t < THREADS && cache_unlive(t)) {
        t++;
    }
    //@ assert live: t < THREADS ==> !CacheUnlive(t);
    return t == THREADS || audit_fails(CACHE_UNLIVE, t, 0);
}

/*@ requires map: MapOk;
    requires caches: PageCaches;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures sound: \result != 0 <==> Conserved;
    ensures flaw: \result == 0 ==> ConservedFlawed;
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
    return p == PAGES ? caches_unlive() : audit_fails(PAGE_SOUND, p, 0);
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
    ensures sum: \result == WaitingPages(THREADS) <= WORD_BITS * THREADS;
 */
static uint32_t waiting_pages(void) {
    uint32_t sum = 0;
    uint32_t t = 0;
    /*@ loop invariant range: t <= THREADS;
        loop invariant sum: sum == WaitingPages(t) <= WORD_BITS * t;
        loop assigns t, sum;
        loop variant THREADS - t;
     */
    while (t < THREADS) {
        sum += bits_count(page_cache[t].free, 0, WORD_BITS);
        t++;
    }
    return sum;
}

/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures sound: \result != 0 <==> TotalsSound;
    ensures flaw: \result == 0 ==> TotalsFlawed;
 */
static int totals_audit(void) {
    uint64_t used = (uint64_t)waiting_pages() + total_live[KIND_HEAP] + total_live[KIND_STACK] +
                    total_live[KIND_WORKBUF] + total_live[KIND_PTRBITS];
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
    if (kind < KINDS) {
        return audit_fails(KIND_TOTAL, kind, 0);
    }
    return total_mapped == total_free + used || audit_fails(TOTALS_CONSERVED, 0, 0);
}

/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures sound: \result != 0 <==> Hints;
    ensures flaw: \result == 0 ==> GrowthFlawed;
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
    if (i < HINTS) {
        return audit_fails(HINT_INSIDE, i, 0);
    }
    return (hint_first <= hint_count && hint_count <= HINTS) || audit_fails(HINTS_SOUND, 0, 0);
}

/*@ requires mapped: Mapped;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures sound: \result != 0 <==> GrowthSound;
    ensures flaw: \result == 0 ==> GrowthFlawed;
 */
static int growth_audit(void) {
    if (current_low > current_high || current_high > CHUNKS || current_high % ARENA_CHUNKS != 0) {
        return audit_fails(CURRENT_INSIDE, 0, 0);
    }
    if (mapped_from(current_low) < current_high) {
        return audit_fails(NONE_MAPPED, current_low, current_high);
    }
    return hints_audit();
}

enum heap_part heap_flaw(void) {
    if (!pages_audit()) {
        return PART_PAGES;
    }
    if (!page_cache_audit()) {
        return PART_PAGE_CACHES;
    }
    if (!span_pool_audit()) {
        return PART_SPAN_POOL;
    }
    if (!span_cache_audit()) {
        return PART_SPAN_CACHES;
    }
    if (!span_list_audit()) {
        return PART_SPAN_LISTS;
    }
    if (!arena_audit()) {
        return PART_ARENA;
    }
    if (!spans_audit()) {
        return PART_SPANS;
    }
    if (!conserved_audit()) {
        return PART_CONSERVED;
    }
    if (!totals_audit()) {
        return PART_TOTALS;
    }
    if (!growth_audit()) {
        return PART_GROWTH;
    }
    return special_audit() ? HEAP_SOUND : PART_SPECIALS;
}

int heap_audit(void) {
    return heap_flaw() == HEAP_SOUND;
}
