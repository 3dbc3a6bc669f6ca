#include "span/span_cache.h"

uint32_t cache_record[SPAN_CELLS];
uint32_t cache_count[THREADS];
uint32_t cache_cell[SPANS];

uint32_t span_cache_pop(uint32_t t) {
    if (cache_count[t] == 0) {
        return 0;
    }
    uint32_t k = t * SPAN_CACHE + cache_count[t] - 1;
    //@ assert used: CellUsed(k);
    cache_count[t]--;
    return cache_record[k];
}

/* Puts record s, which is on its way, into thread t's cache. */
/*@ requires thread: t < THREADS;
    requires room: cache_count[t] < SPAN_CACHE;
    requires pool: SpanPool;
    requires waits: SpanWaits(s);
    requires caches: SpanCachesBut(s);
    terminates \true;
    exits \false;
    assigns RECORD_CACHES;
    ensures more: cache_count[t] == \old(cache_count[t]) + 1;
    ensures caches: SpanCaches;
 */
static void push(uint32_t t, uint32_t s) {
    uint32_t k = t * SPAN_CACHE + cache_count[t];
    cache_record[k] = s;
    cache_cell[s] = k;
    cache_count[t]++;
}

void span_cache_refill(uint32_t t) {
    /*@ loop invariant pool: SpanPool;
        loop invariant taken: LiveTaken;
        loop invariant caches: SpanCaches;
        loop invariant range: cache_count[t] <= SPAN_REFILL;
        loop invariant none: cache_count[t] == 0 ==> PoolUnchanged{Pre,Here};
        loop invariant some: cache_count[t] != 0 ==> !SpanPoolEmpty{Pre};
        loop assigns RECORD_CACHES, POOL_TABLES;
        loop variant SPAN_REFILL - cache_count[t];
     */
    while (cache_count[t] < SPAN_REFILL) {
        uint32_t s = span_pool_alloc();
        if (s == 0) {
            return;
        }
        //@ assert caches: SpanCachesBut(s);
        push(t, s);
    }
}

uint32_t span_cache_take(uint32_t t) {
    if (t == THREADS) {
        uint32_t s = span_pool_alloc();
        //@ assert caches: SpanCachesBut(s);
        return s;
    }
    if (cache_count[t] == 0) {
        span_cache_refill(t);
    }
    return span_cache_pop(t);
}

void span_cache_give(uint32_t t, uint32_t s) {
    if (t < THREADS && cache_count[t] < SPAN_CACHE) {
        push(t, s);
    } else {
        span_pool_free(s);
        //@ assert caches: SpanCaches;
    }
}

int span_cache_left(uint32_t t) {
    return (t < THREADS && cache_count[t] != 0) || !span_pool_is_empty();
}

/* Does record s wait? */
/*@ requires pool: SpanPool;
    requires span: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures waits: \result != 0 <==> SpanWaits(s);
 */
static int waits(uint32_t s) {
    return span_pool_has_taken(s) && span[s].state == SPAN_DEAD;
}

/* Is cell k in use? */
/*@ requires cell: k < SPAN_CELLS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures used: \result != 0 <==> CellUsed(k);
 */
static int is_used(uint32_t k) {
    return k % SPAN_CACHE < cache_count[k / SPAN_CACHE];
}

/* Does each cell in use hold a record that waits and knows the cell? */
/*@ requires pool: SpanPool;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures hold: \result != 0 <==> CellsHold;
    ensures flaw: \result == 0 ==> RecordsFlawed;
 */
static int cells_audit(void) {
    uint32_t k = 0;
    /*@ loop invariant range: k <= SPAN_CELLS;
        loop invariant hold: \forall integer j; 0 <= j < k && CellUsed(j) ==>
          SpanWaits(cache_record[j]) && cache_cell[cache_record[j]] == j;
        loop assigns k;
        loop variant SPAN_CELLS - k;
     */
    while (k < SPAN_CELLS) {
        uint32_t s = cache_record[k];
        if (is_used(k) && (s >= SPANS || !waits(s) || cache_cell[s] != k)) {
            return audit_fails(CELL_HOLDS, k, 0);
        }
        k++;
    }
    return 1;
}

/* Is each record that waits in the cell that it names? */
/*@ requires pool: SpanPool;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures held: \result != 0 <==> WaitingHeld(0);
    ensures flaw: \result == 0 ==> RecordsFlawed;
 */
static int records_audit(void) {
    uint32_t s = 0;
    /*@ loop invariant range: s <= pool_made + 1;
        loop invariant held: \forall integer r; 0 <= r < s && SpanWaits(r) ==>
          CellUsed(cache_cell[r]) && cache_record[cache_cell[r]] == r;
        loop assigns s;
        loop variant pool_made + 1 - s;
     */
    while (s <= pool_made) {
        uint32_t k = cache_cell[s];
        if (waits(s) && (k >= SPAN_CELLS || !is_used(k) || cache_record[k] != s)) {
            return audit_fails(RECORD_HELD, s, 0);
        }
        s++;
    }
    return 1;
}

int span_cache_audit(void) {
    uint32_t t = 0;
    /*@ loop invariant range: t <= THREADS;
        loop invariant counts: \forall integer u; 0 <= u < t ==> cache_count[u] <= SPAN_CACHE;
        loop assigns t;
        loop variant THREADS - t;
     */
    while (t < THREADS && cache_count[t] <= SPAN_CACHE) {
        t++;
    }
    if (t < THREADS) {
        return audit_fails(CELL_COUNT, t, 0);
    }
    return cells_audit() && records_audit();
}
