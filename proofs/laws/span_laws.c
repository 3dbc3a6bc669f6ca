/* What a client can rely on, proved from the heap's contracts alone. */
#include "heap/audit.h"

/* Live spans are disjoint, lie in memory the system gave, and with the free pages and those in the
 * threads' caches are all there is: nothing leaks, nothing is had twice. */
/*@ requires heap: Heap;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures disjoint: LiveDisjoint;
    ensures leaks: NothingLeaks;
    ensures free: FreeIsNobodys;
    ensures backed: LiveIsBacked;
    ensures totals: total_mapped == total_free + WaitingPages(THREADS) + total_live[KIND_HEAP] +
      total_live[KIND_STACK] + total_live[KIND_WORKBUF] + total_live[KIND_PTRBITS];
 */
void law_pages_conserved(void) {
    /*@ assert one: \forall integer p; 0 <= p < PAGES && PageLive(p) ==>
          PageMapped(p) && !PageFree(p) && !PageWaits(p); */
    /*@ assert either: \forall integer p; 0 <= p < PAGES && PageMapped(p) ==>
          PageFree(p) || PageWaits(p) || PageLive(p); */
    /*@ assert live: \forall integer s, p; SpanLive(s) && InSpan(s, p) ==>
          0 <= p < PAGES && PageLive(p); */
}

/* What was freed can be had again: freeing a span and asking for one of its size succeeds. */
/*@ requires heap: Heap;
    requires self: self != 0;
    requires thread: t <= THREADS;
    requires may: MayFree(p, KIND_HEAP);
    terminates \true;
    exits \false;
    assigns GROWTH_TABLES, SCAVENGE_TABLES, SPAN_TABLES, ZEROED_TABLES, heap_run, limit_due;
    ensures again: \result == HEAP_OK;
 */
enum heap_status law_free_then_alloc(uint32_t t, uint32_t p) {
    uint32_t n = span[page_span[p]].npages;
    heap_free_span_locked(t, p, KIND_HEAP);
    //@ assert record: !NoRecordLeft(t);
    //@ assert run: AllFree(p, p + n);
    //@ assert found: !NoRun(0, PAGES, n);
    return heap_alloc_span_locked(t, n, KIND_HEAP, 0).status;
}

/* What was freed cannot be freed again: the second try is told so and changes nothing. */
/*@ requires heap: Heap;
    requires self: self != 0;
    requires thread: t <= THREADS;
    requires may: MayFree(p, kind);
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], summary[0 .. SUMMARIES - 1], total_free,
            search_left, INDEX_TABLES, SPAN_TABLES;
    ensures found: \result == HEAP_NO_SPAN;
 */
enum heap_status law_double_free(uint32_t t, uint32_t p, uint32_t kind) {
    heap_free_span_locked(t, p, kind);
    //@ ghost Freed: ;
    enum heap_status status = heap_free_span_locked(t, p, kind);
    //@ assert same: HeapUnchanged{Freed,Here};
    return status;
}

/* A refused free changes nothing. */
/*@ requires heap: Heap;
    requires thread: t <= THREADS;
    requires refused: !MayFree(p, kind);
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], summary[0 .. SUMMARIES - 1], total_free,
            search_left, INDEX_TABLES, SPAN_TABLES;
    ensures same: HeapUnchanged{Pre,Post};
    ensures status: \result != HEAP_OK;
 */
enum heap_status law_refused_free(uint32_t t, uint32_t p, uint32_t kind) {
    return heap_free_span_locked(t, p, kind);
}

/* A failed allocation changes nothing, and no run of so many pages was free. */
/*@ requires heap: Heap;
    requires self: self != 0;
    requires record: t <= THREADS && !NoRecordLeft(t);
    requires asked: SizeOk(n);
    terminates \true;
    exits \false;
    assigns GROWTH_TABLES, scavenge_chunk[0 .. CHUNKS - 1], scavenge_search[0 .. 1], SPAN_TABLES,
            ZEROED_TABLES, heap_run, limit_due;
    ensures deserved: \result == HEAP_NO_MEMORY ==> NoRun{Pre}(0, PAGES, n) && os_refused == 1;
    ensures same: \result == HEAP_NO_MEMORY ==> HeapUnchanged{Pre,Post};
    ensures answer: \result == HEAP_NO_MEMORY || \result == HEAP_OK;
 */
enum heap_status law_failure_deserved(uint32_t t, uint32_t n) {
    return heap_alloc_span_locked(t, n, KIND_WORKBUF, 0).status;
}

/* Two spans that a thread was given are disjoint, whatever other threads do meanwhile. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures disjoint: \result == 1;
 */
int law_two_spans(uint32_t n, uint32_t m) {
    uint32_t s = heap_alloc(n, 0).span;
    uint32_t t = heap_alloc(m, 0).span;
    if (s == 0 || t == 0) {
        return 1;
    }
    //@ assert mine: span_owner[s] == self && span_owner[t] == self && s != t;
    //@ assert begin: InSpan(s, span[s].base) && InSpan(t, span[t].base);
    return s != t && (span[s].base + span[s].npages <= span[t].base ||
                      span[t].base + span[t].npages <= span[s].base);
}

/* What waits with a thread it gets without the lock, others unharmed, and it is the lowest it has. */
/*@ requires heap: Heap;
    requires self: 0 < self <= THREADS;
    requires thread: t == self - 1;
    requires record: cache_count[t] != 0;
    requires waits: PageCached(t, p) && p < PAGES;
    terminates \true;
    exits \false;
    assigns page_cache[t], cache_count[t], span[0 .. SPANS - 1], page_span[0 .. PAGES - 1],
            page_in_use[0 .. PAGE_WORDS - 1], total_live[0 .. KINDS - 1],
            span_owner[0 .. SPANS - 1], ZEROED_TABLES;
    ensures got: \result != 0 && span[\result].base <= p;
    ensures others: OthersKept{Pre,Post}(self);
    ensures heap: Heap;
 */
uint32_t law_waiting_is_had(uint32_t t, uint32_t p) {
    //@ assert one: AllCached(t, p, p + 1);
    return heap_alloc_cached(t, 1, KIND_WORKBUF, 0);
}

/* What a thread was given it can give back. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES;
    ensures found: \result != HEAP_NO_SPAN && \result != HEAP_NOT_FIRST;
 */
enum heap_status law_alloc_then_free(uint32_t n) {
    uint32_t s = heap_alloc(n, 0).span;
    if (s == 0) {
        return HEAP_OK;
    }
    return heap_free(span[s].base);
}

/* The audit finds every sound heap sound. */
/*@ requires heap: Heap;
    terminates \true;
    exits \false;
    assigns AUDIT_TABLES, special_rank[0 .. SPECIALS - 1];
    ensures sound: \result == 1;
 */
int law_sound_heap_passes(void) {
    //@ ghost span_list_sound();
    return heap_audit();
}
