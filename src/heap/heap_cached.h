/* What a thread keeps at hand: pages and records of its own, out of which it makes small spans
 * without the heap lock. As the fast path of Go's mheap.allocSpan. */
#ifndef CAIRN_HEAP_CACHED_H
#define CAIRN_HEAP_CACHED_H

#include "config.h"
#include "heap/life.h"
#include "heap/limit.h"

#include "../../specs/heap_cached.acsl"

/* Hands out n pages that wait with thread t, the running one, as a span of this kind and class,
 * with a record of the thread's: its lowest run of n. Returns 0 if it has no such run, or no
 * record; then nothing changed. Takes no lock: what is written are the thread's own caches, the
 * record and the pages that were in them, and atomic cells. Cost: a step a page. */
/*@ requires heap: Heap;
    requires self: 0 < self <= THREADS;
    requires thread: t == self - 1;
    requires asked: AskOk(n, kind, c);
    terminates \true;
    exits \false;
    assigns page_cache[t], cache_count[t], span[0 .. SPANS - 1], page_span[0 .. PAGES - 1],
            page_in_use[0 .. PAGE_WORDS - 1], total_live[0 .. KINDS - 1],
            span_owner[0 .. SPANS - 1], ZEROED_TABLES;
    ensures heap: Heap;
    ensures range: \result < SPANS;
    ensures none: \result == 0 ==>
      \old(cache_count[t]) == 0 || NoCachedRun{Pre}(t, 0, PAGES, n);
    ensures same: \result == 0 ==> HeapUnchanged{Pre,Post} && CachesKept{Pre,Post}(self);
    ensures span: \result != 0 ==> SpanIs(\result, span[\result].base, n, kind, c);
    ensures fresh: \result != 0 ==> !SpanLive{Pre}(\result);
    ensures lowest: \result != 0 ==> NoCachedRun{Pre}(t, 0, span[\result].base + n - 1, n);
    ensures took: \result != 0 ==> SpanTookWaiting{Pre,Post}(\result, t);
    ensures zero: \result != 0 && span[\result].needs_zero == 0 ==>
      NoneHanded{Pre}(span[\result].base, span[\result].base + n);
    ensures owned: \result != 0 ==> span_owner[\result] == self;
    ensures owners: OwnersUnchangedBut{Pre,Post}(\result);
    ensures spans: SpansUnchangedBut{Pre,Post}(\result);
    ensures map: \result != 0 ==> MapUnchangedBut{Pre,Post}(\result);
    ensures others: OthersKept{Pre,Post}(self);
    ensures total: \result != 0 ==> TotalMoved{Pre,Post}(kind, n);
 */
uint32_t heap_alloc_cached(uint32_t t, uint32_t n, uint32_t kind, uint32_t c);

/* Fills what is empty of thread t's caches: its pages are those free of the block that holds the
 * lowest free one; the limit is obeyed. Called under the heap lock. */
/*@ requires heap: Heap;
    requires thread: t < THREADS;
    terminates \true;
    exits \false;
    assigns page_cache[t], page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            summary[0 .. SUMMARIES - 1], total_free, total_released, search_left, find_steps,
            scavenge_chunk[0 .. CHUNKS - 1], scavenge_search[0 .. 1], os_refused, limit_due,
            RECORD_CACHES, POOL_TABLES;
    ensures heap: Heap;
    ensures pages: page_cache[t].free == 0 ==> AllUsed{Pre}(0, PAGES);
    ensures record: page_cache[t].free == 0 || !NoRecordLeft{Pre}(t) ==> page_cache[t].free == 0 ||
      cache_count[t] != 0;
    ensures limit: LimitObeyed;
 */
void heap_refill_locked(uint32_t t);

/* Gives the pages that wait with thread t back to the heap. Called under the heap lock. */
/*@ requires heap: Heap;
    requires thread: t < THREADS;
    terminates \true;
    exits \false;
    assigns page_cache[t], page_free[0 .. PAGE_WORDS - 1], page_released[0 .. PAGE_WORDS - 1],
            summary[0 .. SUMMARIES - 1], total_free, total_released, search_left, INDEX_TABLES;
    ensures heap: Heap;
    ensures gave: GaveCached{Pre,Post}(t);
    ensures none: page_cache[t].free == 0;
 */
void heap_flush_locked(uint32_t t);

#endif
