#include "heap/life.h"

#include "../../specs/life_lemmas.acsl"
#include "../../specs/waiting_lemmas.acsl"

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
static void fill_record(uint32_t s, uint32_t p, uint32_t n, uint32_t kind, uint32_t c,
                        uint32_t needs_zero) {
    span_init(s, p, n, kind, c, needs_zero);
    total_live_add(kind, n);
    //@ ghost span_owner[s] = self;
    span_state_store(s, kind == KIND_HEAP ? SPAN_IN_USE : SPAN_MANUAL);
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

void heap_begin_span(uint32_t s, uint32_t p, uint32_t n, uint32_t kind, uint32_t c) {
    //@ ghost spans_apart(p, n);
    //@ ghost waiting_bounds();
    uint32_t needs_zero = (uint32_t)alloc_needs_zero(p, n);
    arena_set_span(s, p, n);
    //@ assert mapped: LiveSpansMapped;
    //@ assert bits: InUseBits;
    //@ assert special: SpecialsBits;
    if (kind == KIND_HEAP) {
        arena_set_in_use(p);
    }
    fill_record(s, p, n, kind, c, needs_zero);
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
static void empty_record(uint32_t s) {
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
    total_live_sub(span[s].kind, span[s].npages);
    span_state_store(s, SPAN_DEAD);
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

void heap_end_span(uint32_t s) {
    if (span[s].kind == KIND_HEAP) {
        arena_clear_in_use(span[s].base);
    }
    empty_record(s);
    /*@ assert live: LiveUnchangedBut{Pre,Here}(span[s].base,
                                                span[s].base + \at(span[s].npages, Pre)); */
}
