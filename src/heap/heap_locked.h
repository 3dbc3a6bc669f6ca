/* The page heap under its lock: spans of pages handed out and taken back. Whoever calls a function
 * here holds the heap lock; the contracts say all there is to say: which pages, the lowest fit,
 * failing only where it must, and what did not change. As Go's mheap.
 *
 * Pages are counted, and numbered from the start of the window; spans are records, 0 is none. */
#ifndef CAIRN_HEAP_LOCKED_H
#define CAIRN_HEAP_LOCKED_H

#include "config.h"
#include "heap/life.h"
#include "heap/limit.h"

/* What became of a call. */
enum heap_status {
    HEAP_OK,
    HEAP_NO_MEMORY,   /* no run of so many pages and no growth, or no span record */
    HEAP_BAD_SIZE,    /* no pages asked for, or more than the window has */
    HEAP_BAD_KIND,    /* no such kind, or a span of another kind */
    HEAP_BAD_CLASS,   /* no such class, or not for a span of this size or kind */
    HEAP_NO_SPAN,     /* no live span has this page: never handed out, or freed already */
    HEAP_NOT_FIRST,   /* the page is inside a live span, and not its first */
    HEAP_HAS_SLOTS,   /* the span has live slots */
    HEAP_ON_LIST,     /* the span is on a list */
    HEAP_HAS_SPECIALS /* the span has special records */
};

struct heap_answer {
    enum heap_status status;
    uint32_t span; /* 0 unless the status is HEAP_OK */
};

#include "../../specs/heap_locked.acsl"

/* Why n pages may not be asked for as this kind and class; HEAP_OK if they may. Total. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures size: \result == HEAP_BAD_SIZE <==> !SizeOk(n);
    ensures kind: \result == HEAP_BAD_KIND <==> SizeOk(n) && !KindOk(kind);
    ensures class: \result == HEAP_BAD_CLASS <==>
      SizeOk(n) && KindOk(kind) && !ClassOk(n, kind, c);
    ensures ok: \result == HEAP_OK <==> AskOk(n, kind, c);
 */
enum heap_status heap_may_ask(uint32_t n, uint32_t kind, uint32_t c);

/* What the first page of a span of this kind is a multiple of. */
/*@ requires kind: KindOk(kind);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures pages: \result == Alignment(kind) && GroupSize(\result);
 */
uint32_t heap_alignment(uint32_t kind);

/* Hands out n pages as a span of this kind and class (0 but for heap spans), with a record of
 * thread t's or, if t is THREADS, of the pool: the lowest run of n free pages, after growing if
 * there is none. A stack begins with a physical page: where that is larger than a page, at the
 * first of the lowest run of as many pages more. Refuses what makes no sense, and fails
 * if and only if no record is left, or no run is free and the system refused to help; then nothing
 * changed. Before it returns it gives free pages back to the system for what is committed beyond
 * the limit, and for growth beyond the goal (heap/limit.h).
 * Cost: that of pages_search, and a step a page; growth; giving back. */
/*@ requires heap: Heap;
    requires self: self != 0;
    requires thread: t <= THREADS;
    terminates \true;
    exits \false;
    assigns GROWTH_TABLES, scavenge_chunk[0 .. CHUNKS - 1], scavenge_search[0 .. 1], SPAN_TABLES,
            ZEROED_TABLES, heap_run, limit_due;
    ensures heap: Heap;
    ensures same: \result.span == 0 ==> HeapUnchanged{Pre,Post};
    ensures owners: OwnersUnchangedBut{Pre,Post}(\result.span);
    ensures others: SpansUnchangedBut{Pre,Post}(\result.span);
    behavior refused:
      assumes !AskOk(n, kind, c);
      assigns \nothing;
      ensures size: \result.status == HEAP_BAD_SIZE <==> !SizeOk(n);
      ensures kind: \result.status == HEAP_BAD_KIND <==> SizeOk(n) && !KindOk(kind);
      ensures class: \result.status == HEAP_BAD_CLASS <==> SizeOk(n) && KindOk(kind);
      ensures none: \result.status != HEAP_OK && \result.span == 0;
    behavior asked:
      assumes AskOk(n, kind, c);
      ensures status: \result.status == (\result.span == 0 ? HEAP_NO_MEMORY : HEAP_OK);
      ensures deserved: \result.span == 0 ==>
        NoRecordLeft{Pre}(t) || NoRunGained{Pre,Post}(n + Extra(kind));
      ensures span: \result.span != 0 ==>
        SpanIs(\result.span, span[\result.span].base, n, kind, c);
      ensures fresh: \result.span != 0 ==> !SpanLive{Pre}(\result.span);
      ensures lowest: \result.span != 0 ==> LowestFit(heap_run, n + Extra(kind));
      ensures aligned: \result.span != 0 ==> Aligned(heap_run, span[\result.span].base, kind);
      ensures took: \result.span != 0 ==> SpanTook{Pre,Post}(\result.span);
      ensures zero: \result.span != 0 && span[\result.span].needs_zero == 0 ==>
        NoneHanded{Pre}(span[\result.span].base, span[\result.span].base + n);
      ensures owned: \result.span != 0 ==> span_owner[\result.span] == self;
      ensures total: \result.span != 0 ==> TotalMoved{Pre,Post}(kind, n);
      ensures limit: \result.span != 0 ==> LimitObeyed;
      ensures due: \result.span != 0 ==> limit_due == GrowthDue{Pre,Post};
    complete behaviors;
    disjoint behaviors;
 */
struct heap_answer heap_alloc_span_locked(uint32_t t, uint32_t n, uint32_t kind, uint32_t c);

/* Why the span that begins at page p may not be freed as this kind; HEAP_OK if it may. Total. */
/*@ requires heap: Heap;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures why: WhyRefused(p, kind, \result);
 */
enum heap_status heap_may_free(uint32_t p, uint32_t kind);

/* Takes back the span of this kind that begins at page p. Its pages are free afterwards, its
 * record may serve again: it waits with thread t or, if that has no place for it, in the pool.
 * Returns HEAP_OK, or why not (see heap_may_free); then nothing changed.
 * Cost: a step a chunk. */
/*@ requires heap: Heap;
    requires thread: t <= THREADS;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], summary[0 .. SUMMARIES - 1], total_free, search_left,
            INDEX_TABLES, SPAN_TABLES;
    ensures heap: Heap;
    ensures why: WhyRefused{Pre}(p, kind, \result);
    behavior freed:
      assumes MayFree(p, kind);
      ensures status: \result == HEAP_OK;
      ensures gave: GavePages{Pre,Post}(p, p + \old(span[page_span[p]].npages));
      ensures dead: !SpanLive(\old(page_span[p])) && !NoRecordLeft(t);
      ensures others: SpansUnchangedBut{Pre,Post}(\old(page_span[p]));
      ensures owners: OwnersUnchangedBut{Pre,Post}(\old(page_span[p]));
      ensures total: TotalMoved{Pre,Post}(kind, -\old(span[page_span[p]].npages));
    behavior refused:
      assumes !MayFree(p, kind);
      assigns \nothing;
      ensures status: \result != HEAP_OK;
      ensures same: HeapUnchanged{Pre,Post};
    complete behaviors;
    disjoint behaviors;
 */
enum heap_status heap_free_span_locked(uint32_t t, uint32_t p, uint32_t kind);

/* Gives free pages back to the system until n were, or more where a huge page would be split; with
 * force of 0 none of the densely used chunks'. They stay free. Returns how many were given back:
 * fewer than n if nothing is left to give, or once the system refuses. Cost: see pages_scavenge. */
/*@ requires heap: Heap;
    terminates \true;
    exits \false;
    assigns page_released[0 .. PAGE_WORDS - 1], total_released, SCAVENGE_TABLES, os_refused;
    ensures heap: Heap;
    ensures kept: StillReleased{Pre,Post};
    ensures count: total_released == \old(total_released) + \result;
    ensures window: \result <= PAGES;
    ensures less: force != 0 && \result < n ==> os_refused == 1 || NoneHasFree(0, CHUNKS);
 */
uint32_t heap_scavenge_locked(uint32_t n, int force);

#endif
