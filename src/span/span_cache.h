/* The threads' caches of span records. A record in a cache is taken from the pool and no span yet;
 * only its thread hands it out, without the heap lock. So a record is in exactly one place: a live
 * span, a thread's cache, the pool. As Go's mspancache (mheap.go: tryAllocMSpan, allocMSpanLocked,
 * freeMSpanLocked). A thread is a number below THREADS here; THREADS is one without a cache. */
#ifndef CAIRN_SPAN_CACHE_H
#define CAIRN_SPAN_CACHE_H

#include "config.h"
#include "page/audit_note.h"
#include "span/span.h"
#include "span/span_pool.h"

extern uint32_t cache_record[SPAN_CELLS]; /* thread t's records, from cell t * SPAN_CACHE */
extern uint32_t cache_count[THREADS];     /* how many there are, 0 to SPAN_CACHE */
extern uint32_t cache_cell[SPANS];        /* the cell of a record that waits in one */

#include "../../specs/span_cache.acsl"

/* Takes the record that thread t put into its cache last: 0 if it has none. Takes no lock: only
 * thread t's cache is looked at. */
/*@ requires thread: t < THREADS;
    requires pool: SpanPool;
    requires caches: SpanCaches;
    terminates \true;
    exits \false;
    assigns cache_count[t];
    ensures range: \result < SPANS;
    ensures none: \result == 0 <==> \old(cache_count[t]) == 0;
    ensures same: \result == 0 ==> cache_count[t] == \old(cache_count[t]);
    ensures less: \result != 0 ==> cache_count[t] == \old(cache_count[t]) - 1;
    ensures last: \result != 0 ==>
      \result == cache_record[t * SPAN_CACHE + \old(cache_count[t]) - 1];
    ensures waits: \result != 0 ==> SpanWaits(\result);
    ensures caches: SpanCachesBut(\result);
 */
uint32_t span_cache_pop(uint32_t t);

/* Gives thread t's empty cache SPAN_REFILL records of the pool, or as many as there are. Called
 * under the heap lock. */
/*@ requires thread: t < THREADS;
    requires empty: cache_count[t] == 0;
    requires pool: SpanPool;
    requires taken: LiveTaken;
    requires caches: SpanCaches;
    terminates \true;
    exits \false;
    assigns RECORD_CACHES, POOL_TABLES;
    ensures pool: SpanPool;
    ensures taken: LiveTaken;
    ensures caches: SpanCaches;
    ensures none: cache_count[t] == 0 <==> SpanPoolEmpty{Pre};
    ensures some: cache_count[t] <= SPAN_REFILL;
 */
void span_cache_refill(uint32_t t);

/* Takes a record for thread t: its last, after a refill if it has none. Returns 0 if no record is
 * left; then nothing changed. Called under the heap lock. */
/*@ requires thread: t <= THREADS;
    requires pool: SpanPool;
    requires taken: LiveTaken;
    requires caches: SpanCaches;
    terminates \true;
    exits \false;
    assigns RECORD_CACHES, POOL_TABLES;
    ensures range: \result < SPANS;
    ensures none: \result == 0 <==> NoRecordLeft{Pre}(t);
    ensures pool: SpanPool;
    ensures taken: LiveTaken;
    ensures waits: \result != 0 ==> SpanWaits(\result);
    ensures caches: SpanCachesBut(\result);
 */
uint32_t span_cache_take(uint32_t t);

/* Takes record s back: into thread t's cache, or into the pool where that is full. Called under
 * the heap lock. */
/*@ requires thread: t <= THREADS;
    requires pool: SpanPool;
    requires taken: LiveTaken;
    requires waits: SpanWaits(s);
    requires caches: SpanCachesBut(s);
    terminates \true;
    exits \false;
    assigns RECORD_CACHES, POOL_TABLES;
    ensures pool: SpanPool;
    ensures taken: LiveTaken;
    ensures caches: SpanCaches;
    ensures left: !NoRecordLeft(t);
 */
void span_cache_give(uint32_t t, uint32_t s);

/* Is a record left for thread t? */
/*@ requires thread: t <= THREADS;
    requires pool: SpanPool;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures left: \result == 0 <==> NoRecordLeft(t);
 */
int span_cache_left(uint32_t t);

/* The executable twin of the predicate SpanCaches, which notes what it finds. Cost: a look at every
 * record made, and every cell. */
/*@ requires pool: SpanPool;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> SpanCaches;
    ensures flaw: \result == 0 ==> RecordsFlawed;
 */
int span_cache_audit(void);

#endif
