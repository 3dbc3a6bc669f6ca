#include "heap/heap_locked.h"

#include "../../specs/heap_locked_lemmas.acsl"

enum heap_status heap_may_ask(uint32_t n, uint32_t kind, uint32_t c) {
    if (n == 0 || n > PAGES) {
        return HEAP_BAD_SIZE;
    }
    if (kind >= KINDS) {
        return HEAP_BAD_KIND;
    }
    return (kind == KIND_HEAP ? span_class_fits(n, c) : c == 0) ? HEAP_OK : HEAP_BAD_CLASS;
}

uint32_t heap_alignment(uint32_t kind) {
    return kind == KIND_STACK ? os_physical_page() : 1;
}

/* The lowest run of n free pages, or PAGES. As Go does, the search hint learns from it but for one
 * that is to be aligned. */
/*@ requires pages: Pages;
    terminates \true;
    exits \false;
    assigns find_steps, search_left;
    ensures pages: Pages;
    ensures range: \result <= PAGES;
    ensures run: \result < PAGES ==>
      n > 0 && \result + n <= PAGES && AllFree(\result, \result + n);
    ensures lowest: \result < PAGES ==> NoRun(0, \result + n - 1, n);
    ensures none: n > 0 && \result == PAGES ==> NoRun(0, PAGES, n);
 */
static uint32_t find(uint32_t n, uint32_t align) {
    return align == 1 ? pages_search(n) : pages_find(n);
}

/* The first page of the lowest run of n free pages, after growing if there is none. Returns PAGES,
 * and nothing changed, if the system refused to help. */
/*@ requires heap: HeapPages;
    requires size: n > 0;
    requires map: MapOk && LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns GROWTH_TABLES;
    ensures range: \result <= PAGES;
    ensures pages: Pages;
    ensures caches: PageCaches;
    ensures growth: Growth;
    ensures conserved: Conserved;
    ensures totals: TotalsConserved;
    ensures run: \result < PAGES ==> \result + n <= PAGES && AllFree(\result, \result + n);
    ensures lowest: \result < PAGES ==> NoRun(0, \result + n - 1, n);
    ensures grew: GrewPages{Pre,Post};
    ensures none: \result == PAGES ==> NoRunGained{Pre,Post}(n);
    ensures more: \old(total_mapped) <= total_mapped;
    ensures committed: Committed{Pre} == Committed;
    ensures same: \result == PAGES ==> PagesUnchanged{Pre,Post} && GrowthUnchanged{Pre,Post};
 */
static uint32_t find_or_grow(uint32_t n, uint32_t align) {
    uint32_t p = find(n, align);
    if (p == PAGES && n <= PAGES && heap_grow(n)) {
        p = find(n, align);
    }
    //@ assert had: HadUnchanged{Pre,Here} && CachesUnchanged{Pre,Here};
    return p;
}

/* The first page from r on that is a multiple of `align`. */
/*@ requires run: r < PAGES;
    requires align: GroupSize(align);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures multiple: \result % align == 0;
    ensures near: r <= \result < r + align;
 */
static uint32_t align_up(uint32_t r, uint32_t align) {
    uint32_t below = r - r % align;
    //@ assert below: below % align == 0;
    return below == r ? r : below + align;
}

/* Makes the n free pages from page p a span, with a record of thread t's. */
/*@ requires heap: Heap;
    requires thread: t <= THREADS;
    requires left: !NoRecordLeft(t);
    requires self: self != 0;
    requires asked: AskOk(n, kind, c);
    requires free: p + n <= PAGES && AllFree(p, p + n);
    terminates \true;
    exits \false;
    assigns PAGE_TABLES, scavenge_chunk[0 .. CHUNKS - 1], SPAN_TABLES, ZEROED_TABLES;
    ensures range: 0 < \result < SPANS;
    ensures pages: HeapPages;
    ensures spans: HeapSpans;
    ensures lists: HeapLists;
    ensures is: SpanIs(\result, p, n, kind, c);
    ensures fresh: !SpanLive{Pre}(\result);
    ensures took: TookPages{Pre,Post}(p, p + n);
    ensures zero: span[\result].needs_zero == 0 ==> NoneHanded{Pre}(p, p + n);
    ensures owned: span_owner[\result] == self;
    ensures owners: OwnersUnchangedBut{Pre,Post}(\result);
    ensures others: SpansUnchangedBut{Pre,Post}(\result);
    ensures moved: TotalMoved{Pre,Post}(kind, n);
 */
static uint32_t make_span(uint32_t t, uint32_t p, uint32_t n, uint32_t kind, uint32_t c) {
    //@ assert free: NobodyHas(p, p + n);
    uint32_t s = span_cache_take(t);
    pages_alloc(p, n);
    //@ assert caches: PageCaches;
    //@ assert had: HadUnchanged{Pre,Here} && MappingUnchanged{Pre,Here};
    //@ assert loose: AllLoose(p, p + n);
    //@ assert conserved: ConservedBut(p, p + n);
    heap_begin_span(s, p, n, kind, c);
    return s;
}

/* Finds a run of n pages, where it may begin, and makes it a span. Returns 0, and nothing changed,
 * if there is no record or no run. */
/*@ requires heap: Heap;
    requires thread: t <= THREADS;
    requires self: self != 0;
    requires asked: AskOk(n, kind, c);
    terminates \true;
    exits \false;
    assigns GROWTH_TABLES, scavenge_chunk[0 .. CHUNKS - 1], scavenge_search[0 .. 1], SPAN_TABLES,
            ZEROED_TABLES, heap_run, limit_due;
    ensures range: \result < SPANS;
    ensures pages: HeapPages;
    ensures spans: HeapSpans;
    ensures lists: HeapLists;
    ensures deserved: \result == 0 ==>
      NoRecordLeft{Pre}(t) || NoRunGained{Pre,Post}(n + Extra(kind));
    ensures same: \result == 0 ==> HeapUnchanged{Pre,Post};
    ensures span: \result != 0 ==> SpanIs(\result, span[\result].base, n, kind, c);
    ensures fresh: \result != 0 ==> !SpanLive{Pre}(\result);
    ensures lowest: \result != 0 ==> LowestFit(heap_run, n + Extra(kind));
    ensures aligned: \result != 0 ==> Aligned(heap_run, span[\result].base, kind);
    ensures took: \result != 0 ==> SpanTook{Pre,Post}(\result);
    ensures zero: \result != 0 && span[\result].needs_zero == 0 ==>
      NoneHanded{Pre}(span[\result].base, span[\result].base + n);
    ensures owned: \result != 0 ==> span_owner[\result] == self;
    ensures owners: OwnersUnchangedBut{Pre,Post}(\result);
    ensures others: SpansUnchangedBut{Pre,Post}(\result);
    ensures total: \result != 0 ==> TotalMoved{Pre,Post}(kind, n);
    ensures limit: \result != 0 ==> LimitObeyed;
    ensures due: \result != 0 ==> limit_due == GrowthDue{Pre,Post};
 */
static uint32_t take_span(uint32_t t, uint32_t n, uint32_t kind, uint32_t c) {
    if (!span_cache_left(t)) {
        return 0;
    }
    uint32_t mapped = total_mapped;
    uint32_t align = heap_alignment(kind);
    uint32_t needed = align == 1 ? n : n + align;
    uint32_t r = find_or_grow(needed, align);
    if (r == PAGES) {
        return 0;
    }
    //@ ghost if (r > 0) run_bounds(r, needed);
    //@ assert below: NoRun(0, r, needed);
    //@ ghost heap_run = r;
    uint32_t grown = limit_growth(total_mapped - mapped);
    uint32_t p = align_up(r, align);
    uint32_t s = make_span(t, p, n, kind, c);
    //@ assert lowest: LowestFit(r, needed);
    limit_obey(grown);
    return s;
}

struct heap_answer heap_alloc_span_locked(uint32_t t, uint32_t n, uint32_t kind, uint32_t c) {
    struct heap_answer answer = {heap_may_ask(n, kind, c), 0};
    if (answer.status == HEAP_OK) {
        answer.span = take_span(t, n, kind, c);
        answer.status = answer.span == 0 ? HEAP_NO_MEMORY : HEAP_OK;
    }
    return answer;
}

enum heap_status heap_may_free(uint32_t p, uint32_t kind) {
    uint32_t s = span_of(p);
    if (s == 0) {
        return HEAP_NO_SPAN;
    }
    if (span[s].base != p) {
        return HEAP_NOT_FIRST;
    }
    if (span[s].kind != kind) {
        return HEAP_BAD_KIND;
    }
    if (span[s].live_slots != 0) {
        return HEAP_HAS_SLOTS;
    }
    if (span_link[s].list != 0) {
        return HEAP_ON_LIST;
    }
    return special_head[s] != 0 ? HEAP_HAS_SPECIALS : HEAP_OK;
}

/* Gives the pages and the record of span s back. */
/*@ requires heap: Heap;
    requires thread: t <= THREADS;
    requires may: MayFree(span[s].base, span[s].kind) && page_span[span[s].base] == s;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], summary[0 .. SUMMARIES - 1], total_free, search_left,
            INDEX_TABLES, span[s].state, span[s].npages, total_live[0 .. KINDS - 1], span_owner[s],
            page_in_use[0 .. PAGE_WORDS - 1], RECORD_CACHES, POOL_TABLES;
    ensures pages: Pages;
    ensures waiting: PageCaches;
    ensures growth: Growth;
    ensures conserved: Conserved;
    ensures total: TotalsConserved;
    ensures pool: SpanPool;
    ensures caches: SpanCaches;
    ensures spans: LiveTaken && DeadEmpty && KindsKnown && KindTotals && Owned;
    ensures map: MapOk && LiveSpansMapped && InUseBits && ZeroedBase;
    ensures lists: HeapLists;
    ensures gave: GavePages{Pre,Post}(span[s].base, span[s].base + \old(span[s].npages));
    ensures gone: !SpanLive(s) && !NoRecordLeft(t);
    ensures moved: TotalMoved{Pre,Post}(span[s].kind, -\old(span[s].npages));
 */
static void drop_span(uint32_t t, uint32_t s) {
    uint32_t n = span[s].npages;
    heap_end_span(s);
    //@ ghost Ended: ;
    pages_free(span[s].base, n);
    //@ assert had: HadUnchanged{Ended,Here} && MappingUnchanged{Ended,Here};
    //@ assert unchanged: CachesUnchanged{Ended,Here};
    //@ assert waiting: PageCaches;
    span_cache_give(t, s);
}

enum heap_status heap_free_span_locked(uint32_t t, uint32_t p, uint32_t kind) {
    enum heap_status status = heap_may_free(p, kind);
    if (status == HEAP_OK) {
        drop_span(t, page_span[p]);
    }
    return status;
}

uint32_t heap_scavenge_locked(uint32_t n, int force) {
    return pages_scavenge(n, force);
}
