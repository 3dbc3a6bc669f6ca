#include "heap/heap_locked.h"

#include "../../specs/heap_locked_lemmas.acsl"

uint32_t total_live[KINDS];

/* The first page of the lowest run of n free pages, after growing if there is none. Returns PAGES,
 * and nothing changed, if the system refused to help. */
/*@ requires heap: HeapPages;
    requires size: SizeOk(n);
    requires map: MapOk && LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns GROWTH_TABLES;
    ensures range: \result <= PAGES;
    ensures pages: Pages;
    ensures growth: Growth;
    ensures conserved: Conserved;
    ensures totals: TotalsConserved;
    ensures run: \result < PAGES ==> \result + n <= PAGES && AllFree(\result, \result + n);
    ensures lowest: \result < PAGES ==> NoRun(0, \result + n - 1, n);
    ensures grew: GrewPages{Pre,Post};
    ensures none: \result == PAGES ==> NoRun{Pre}(0, PAGES, n) && os_refused == 1;
    ensures same: \result == PAGES ==> PagesUnchanged{Pre,Post} && GrowthUnchanged{Pre,Post};
 */
static uint32_t find_or_grow(uint32_t n) {
    uint32_t p = pages_search(n);
    if (p == PAGES && heap_grow(n)) {
        p = pages_search(n);
    }
    return p;
}

/* Fills the dead record s and publishes it, last of all that makes a span. */
/*@ requires record: 0 < s < SPANS && !SpanLive(s) && span[s].npages == 0;
    requires size: SizeOk(n) && p + n <= PAGES;
    requires kind: KindOk(kind) && needs_zero <= 1;
    requires class: ClassFits(n, c) && (kind == KIND_HEAP || c == 0);
    requires totals: KindTotals;
    requires room: total_live[kind] + n <= PAGES;
    terminates \true;
    exits \false;
    assigns span[s], total_live[kind], span_owner[s];
    ensures is: SpanIs(s, p, n, kind, c);
    ensures state: span[s].state == (kind == KIND_HEAP ? SPAN_IN_USE : SPAN_MANUAL);
    ensures slots: span[s].live_slots == 0;
    ensures zero: span[s].needs_zero == needs_zero;
    ensures owner: span_owner[s] == self;
    ensures totals: KindTotals;
    ensures moved: TotalMoved{Pre,Post}(kind, n);
 */
static void begin_span(uint32_t s, uint32_t p, uint32_t n, uint32_t kind, uint32_t c,
                       uint32_t needs_zero) {
    span_init(s, p, n, kind, c, needs_zero);
    total_live[kind] += n;
    //@ ghost span_owner[s] = self;
    span[s].state = kind == KIND_HEAP ? SPAN_IN_USE : SPAN_MANUAL;
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: k <= SPANS;
           loop invariant moved: \forall integer j; 0 <= j < KINDS ==>
             LivePages(j, k) == LivePages{Pre}(j, k) + (j == kind && s < k ? n : 0);
           loop assigns k;
           loop variant SPANS - k;
         @/
        while (k < SPANS) {
            k++;
        }
     */
}

/* Makes the n free pages from page p the span s, a record just taken. */
/*@ requires pages: HeapPages;
    requires lists: HeapLists;
    requires pool: SpanPool;
    requires taken: SpanTaken(s) && !SpanLive(s) && SpansTakenBut(s);
    requires dead: DeadEmpty;
    requires kinds: KindsKnown;
    requires map: MapOk && LiveSpansMapped && InUseBits;
    requires totals: KindTotals;
    requires zeroed: ZeroedBase;
    requires owned: Owned;
    requires self: self != 0;
    requires size: SizeOk(n) && p + n <= PAGES;
    requires free: AllFree(p, p + n);
    requires asked: KindOk(kind) && ClassOk(n, kind, c);
    terminates \true;
    exits \false;
    assigns PAGE_TABLES, scavenge_chunk[0 .. CHUNKS - 1], span[s],
            page_span[p .. p + n - 1], page_in_use[p / WORD_BITS], total_live[kind], span_owner[s],
            ZEROED_TABLES;
    ensures pages: Pages;
    ensures growth: Growth;
    ensures conserved: Conserved;
    ensures total: TotalsConserved;
    ensures taken: SpansTaken;
    ensures dead: DeadEmpty;
    ensures kinds: KindsKnown;
    ensures map: MapOk;
    ensures mapped: LiveSpansMapped;
    ensures bits: InUseBits;
    ensures totals: KindTotals;
    ensures zeroed: ZeroedBase;
    ensures owned: Owned;
    ensures live: ListsLive;
    ensures held: SpecialsHeld;
    ensures special: SpecialsBits;
    ensures is: SpanIs(s, p, n, kind, c);
    ensures took: TookPages{Pre,Post}(p, p + n);
    ensures zero: span[s].needs_zero == 0 ==> NoneHanded{Pre}(p, p + n);
    ensures owner: span_owner[s] == self;
    ensures moved: TotalMoved{Pre,Post}(kind, n);
 */
static void make_span(uint32_t s, uint32_t p, uint32_t n, uint32_t kind, uint32_t c) {
    //@ ghost spans_apart(p, n);
    pages_alloc(p, n);
    uint32_t needs_zero = (uint32_t)alloc_needs_zero(p, n);
    arena_set_span(s, p, n);
    //@ assert mapped: LiveSpansMapped;
    //@ assert bits: InUseBits;
    //@ assert special: SpecialsBits;
    if (kind == KIND_HEAP) {
        arena_set_in_use(p);
    }
    begin_span(s, p, n, kind, c, needs_zero);
}

/* Takes a record, finds a run of n pages for it and makes the span. Returns 0, and nothing
 * changed, if there is no record or no run. */
/*@ requires heap: Heap;
    requires self: self != 0;
    requires size: SizeOk(n);
    requires asked: KindOk(kind) && ClassOk(n, kind, c);
    terminates \true;
    exits \false;
    assigns GROWTH_TABLES, scavenge_chunk[0 .. CHUNKS - 1], SPAN_TABLES, ZEROED_TABLES;
    ensures range: \result < SPANS;
    ensures pages: HeapPages;
    ensures spans: HeapSpans;
    ensures lists: HeapLists;
    ensures deserved: \result == 0 ==>
      SpanPoolEmpty{Pre} || (NoRun{Pre}(0, PAGES, n) && os_refused == 1);
    ensures same: \result == 0 ==> HeapUnchanged{Pre,Post};
    ensures span: \result != 0 ==> SpanIs(\result, span[\result].base, n, kind, c);
    ensures fresh: \result != 0 ==> !SpanLive{Pre}(\result);
    ensures lowest: \result != 0 ==> LowestFit(span[\result].base, n);
    ensures took: \result != 0 ==> SpanTook{Pre,Post}(\result);
    ensures zero: \result != 0 && span[\result].needs_zero == 0 ==>
      NoneHanded{Pre}(span[\result].base, span[\result].base + n);
    ensures owned: \result != 0 ==> span_owner[\result] == self;
    ensures owners: OwnersUnchangedBut{Pre,Post}(\result);
    ensures others: SpansUnchangedBut{Pre,Post}(\result);
    ensures total: \result != 0 ==> TotalMoved{Pre,Post}(kind, n);
 */
static uint32_t take_span(uint32_t n, uint32_t kind, uint32_t c) {
    uint32_t s = span_pool_alloc();
    if (s == 0) {
        return 0;
    }
    uint32_t p = find_or_grow(n);
    if (p == PAGES) {
        span_pool_free(s);
        return 0;
    }
    //@ ghost if (p > 0) run_bounds(p, n);
    //@ assert below: NoRun(0, p, n);
    make_span(s, p, n, kind, c);
    //@ assert lowest: LowestFit(p, n);
    return s;
}

struct heap_answer heap_alloc_span_locked(uint32_t n, uint32_t kind, uint32_t c) {
    struct heap_answer answer = {HEAP_OK, 0};
    if (n == 0 || n > PAGES) {
        answer.status = HEAP_BAD_SIZE;
    } else if (kind >= KINDS) {
        answer.status = HEAP_BAD_KIND;
    } else if (kind == KIND_HEAP ? !span_class_fits(n, c) : c != 0) {
        answer.status = HEAP_BAD_CLASS;
    } else {
        answer.span = take_span(n, kind, c);
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

/* Empties the record of span s: it is dead, and no page is its. */
/*@ requires live: SpanLive(s);
    requires kind: KindOk(span[s].kind);
    requires totals: KindTotals;
    terminates \true;
    exits \false;
    assigns span[s].state, span[s].npages, total_live[0 .. KINDS - 1], span_owner[s];
    ensures dead: span[s].state == SPAN_DEAD && span[s].npages == 0;
    ensures owner: span_owner[s] == 0;
    ensures totals: KindTotals;
    ensures moved: TotalMoved{Pre,Post}(span[s].kind, -\old(span[s].npages));
 */
static void end_span(uint32_t s) {
    /*@ ghost
        uint32_t i = 0;
        /@ loop invariant range: i <= SPANS;
           loop invariant less: \forall integer j; LivePages(j, i) >= 0;
           loop invariant member: s < i ==> LivePages(span[s].kind, i) >= span[s].npages;
           loop assigns i;
           loop variant SPANS - i;
         @/
        while (i < SPANS) {
            i++;
        }
     */
    total_live[span[s].kind] -= span[s].npages;
    span[s].state = SPAN_DEAD;
    span[s].npages = 0;
    //@ ghost span_owner[s] = 0;
    /*@ ghost
        uint32_t k = 0;
        /@ loop invariant range: k <= SPANS;
           loop invariant moved: \forall integer j; 0 <= j < KINDS ==>
             LivePages(j, k) ==
               LivePages{Pre}(j, k) - (j == span[s].kind && s < k ? \at(span[s].npages, Pre) : 0);
           loop assigns k;
           loop variant SPANS - k;
         @/
        while (k < SPANS) {
            k++;
        }
     */
}

/* Gives the pages and the record of span s back. */
/*@ requires heap: Heap;
    requires may: MayFree(span[s].base, span[s].kind) && page_span[span[s].base] == s;
    terminates \true;
    exits \false;
    assigns page_free[0 .. PAGE_WORDS - 1], summary[0 .. SUMMARIES - 1], total_free, search_left,
            INDEX_TABLES, span[s].state, span[s].npages, total_live[0 .. KINDS - 1], span_owner[s],
            page_in_use[0 .. PAGE_WORDS - 1], pool_stack[0 .. SPANS - 1],
            pool_place[0 .. SPANS - 1], pool_count;
    ensures pages: Pages;
    ensures growth: Growth;
    ensures conserved: Conserved;
    ensures total: TotalsConserved;
    ensures pool: SpanPool;
    ensures taken: SpansTaken;
    ensures dead: DeadEmpty;
    ensures kinds: KindsKnown;
    ensures map: MapOk;
    ensures mapped: LiveSpansMapped;
    ensures bits: InUseBits;
    ensures totals: KindTotals;
    ensures zeroed: ZeroedBase;
    ensures owned: Owned;
    ensures live: ListsLive;
    ensures held: SpecialsHeld;
    ensures special: SpecialsBits;
    ensures gave: GavePages{Pre,Post}(span[s].base, span[s].base + \old(span[s].npages));
    ensures gone: !SpanLive(s);
    ensures moved: TotalMoved{Pre,Post}(span[s].kind, -\old(span[s].npages));
 */
static void drop_span(uint32_t s) {
    uint32_t p = span[s].base;
    uint32_t n = span[s].npages;
    if (span[s].kind == KIND_HEAP) {
        arena_clear_in_use(p);
    }
    end_span(s);
    pages_free(p, n);
    span_pool_free(s);
}

enum heap_status heap_free_span_locked(uint32_t p, uint32_t kind) {
    enum heap_status status = heap_may_free(p, kind);
    if (status == HEAP_OK) {
        drop_span(page_span[p]);
    }
    return status;
}

uint32_t heap_scavenge_locked(uint32_t n, int force) {
    return pages_scavenge(n, force);
}
