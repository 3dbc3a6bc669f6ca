/* The page map, the bits of pages and the zeroed bases. An audit, at a quiet point, reads the cells
 * as they lie. */
#include "span/arena.h"
#include "page/bits.h"

uint64_t page_specials[PAGE_WORDS];

void arena_set_span(uint32_t s, uint32_t p, uint32_t n) {
    /*@ loop invariant range: 0 <= i <= n;
        loop invariant map: MapOk;
        loop invariant set: MapSet{Pre,Here}(s, p, p + i);
        loop assigns i, page_span[p .. p + n - 1];
        loop variant n - i;
     */
    for (uint32_t i = 0; i < n; i++) {
        page_span_store(p + i, s);
    }
}

uint32_t span_of(uint32_t p) {
    uint32_t s = p < PAGES ? page_span_load(p) : 0;
    if (s == 0 || span_state_load(s) == SPAN_DEAD || p < span[s].base ||
        p - span[s].base >= span[s].npages) {
        return 0;
    }
    return s;
}

uint32_t span_of_heap(uint32_t p) {
    uint32_t s = span_of(p);
    return s != 0 && span_state_load(s) == SPAN_IN_USE ? s : 0;
}

/* Raises the base of arena a to `end` pages, and says whether it was above page `first` before. */
/*@ requires arena: a < ARENAS;
    requires inside: BasesInside;
    requires range: first < end <= ARENA_PAGES;
    terminates \true;
    exits \false;
    assigns zeroed_base[a], zeroed_raised;
    ensures answer: \result == 0 || \result == 1;
    ensures inside: BasesInside;
    ensures grown: zeroed_base[a] >= \old(zeroed_base[a]);
    ensures raised: zeroed_base[a] >= end;
    ensures below: \result == 0 ==> \old(zeroed_base[a]) <= first;
    ensures alone: zeroed_raised == 0 ==> \old(zeroed_raised) == 0 &&
      zeroed_base[a] == (\old(zeroed_base[a]) < end ? end : \old(zeroed_base[a]));
    ensures exact: zeroed_raised == 0 ==> (\result == 0 <==> \old(zeroed_base[a]) <= first);
 */
static int raise_zeroed_base(uint32_t a, uint32_t first, uint32_t end) {
    uint32_t base = zeroed_base_load(a);
    int below = first < base;
    /*@ loop invariant inside: BasesInside;
        loop invariant seen: \at(zeroed_base[a], LoopEntry) <= base <= zeroed_base[a];
        loop invariant alone: zeroed_raised == 0 ==> \at(zeroed_raised, LoopEntry) == 0 &&
          base == zeroed_base[a] && base == \at(zeroed_base[a], LoopEntry);
        loop assigns base, zeroed_base[a], zeroed_raised;
        loop variant end - base;
     */
    while (base < end && !zeroed_base_swap(a, base, end)) {
        base = zeroed_base_load(a);
    }
    return below;
}

int alloc_needs_zero(uint32_t p, uint32_t n) {
    int needs_zero = 0;
    uint32_t page = p;
    /*@ loop invariant range: p <= page <= p + n;
        loop invariant answer: needs_zero == 0 || needs_zero == 1;
        loop invariant whole: page == p || page == p + n || page % ARENA_PAGES == 0;
        loop invariant inside: BasesInside;
        loop invariant grown: BasesGrown{Pre,Here};
        loop invariant raised: AllBelow(p, page);
        loop invariant below: needs_zero == 0 ==> NoneBelow{Pre}(p, page);
        loop invariant alone: zeroed_raised == 0 ==> BasesRaised{Pre,Here}(p, page);
        loop invariant exact: zeroed_raised == 0 && NoneBelow{Pre}(p, page) ==> needs_zero == 0;
        loop assigns needs_zero, page, zeroed_base[0 .. ARENAS - 1], zeroed_raised;
        loop variant p + n - page;
     */
    while (page < p + n) {
        uint32_t a = page / ARENA_PAGES;
        uint32_t first = page % ARENA_PAGES;
        uint32_t left = p + n - page;
        uint32_t end = left < ARENA_PAGES - first ? first + left : ARENA_PAGES;
        if (raise_zeroed_base(a, first, end)) {
            needs_zero = 1;
        }
        page += end - first;
    }
    /*@ ghost
        uint32_t q = p;
        /@ loop invariant range: p <= q <= p + n;
           loop invariant took: TookHanded{Pre,Here}(p, q);
           loop assigns q, page_handed[p .. p + n - 1];
           loop variant p + n - q;
         @/
        while (q < p + n) { page_handed[q] = 1; q++; }
     */
    return needs_zero;
}

void arena_set_in_use(uint32_t p) {
    page_in_use_set(p / WORD_BITS, p % WORD_BITS);
}

void arena_clear_in_use(uint32_t p) {
    page_in_use_clear(p / WORD_BITS, p % WORD_BITS);
}

int arena_is_in_use(uint32_t p) {
    return bits_test(page_in_use[p / WORD_BITS], p % WORD_BITS);
}

void arena_set_special(uint32_t p) {
    page_specials[p / WORD_BITS] = bits_set_one(page_specials[p / WORD_BITS], p % WORD_BITS);
}

void arena_clear_special(uint32_t p) {
    page_specials[p / WORD_BITS] = bits_clear_one(page_specials[p / WORD_BITS], p % WORD_BITS);
}

int arena_has_special(uint32_t p) {
    return bits_test(page_specials[p / WORD_BITS], p % WORD_BITS);
}

/* Whether the map names records, and the bits say where heap spans begin. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> MapOk && InUseBits;
    ensures flaw: \result == 0 ==> ArenaFlawed;
 */
static int audit_pages(void) {
    /*@ loop invariant range: 0 <= p <= PAGES;
        loop invariant map: \forall integer q; 0 <= q < p ==> page_span[q] < SPANS;
        loop invariant bits: InUseBitsTo(p);
        loop assigns p;
        loop variant PAGES - p;
     */
    for (uint32_t p = 0; p < PAGES; p++) {
        uint32_t s = page_span[p];
        if (s >= SPANS) {
            return audit_fails(PAGE_KNOWN, p, 0);
        }
        int begins = s != 0 && span[s].state == SPAN_IN_USE && span[s].base == p;
        if (begins != (arena_is_in_use(p) != 0)) {
            return audit_fails(PAGE_KNOWN, p, 0);
        }
    }
    return 1;
}

/* Whether the map knows all pages of span s. */
/*@ requires inside: SpanInside(s);
    requires span: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures audit: \result != 0 <==> SpanMapped(s);
 */
static int audit_mapped(uint32_t s) {
    /*@ loop invariant range: 0 <= i <= span[s].npages;
        loop invariant mapped: \forall integer p; span[s].base <= p < span[s].base + i ==>
          page_span[p] == s;
        loop assigns i;
        loop variant span[s].npages - i;
     */
    for (uint32_t i = 0; i < span[s].npages; i++) {
        if (page_span[span[s].base + i] != s) {
            return 0;
        }
    }
    return 1;
}

/* Whether every live span has pages, inside the window, that the map knows. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> LiveSpansMapped;
    ensures flaw: \result == 0 ==> ArenaFlawed;
 */
static int audit_spans(void) {
    /*@ loop invariant range: 1 <= s <= SPANS;
        loop invariant mapped: \forall integer t; 0 < t < s && SpanLive(t) ==>
          SpanInside(t) && SpanMapped(t);
        loop assigns s;
        loop variant SPANS - s;
     */
    for (uint32_t s = 1; s < SPANS; s++) {
        if (span[s].state == SPAN_DEAD) {
            continue;
        }
        uint32_t n = span[s].npages;
        if (n == 0 || n > PAGES || span[s].base > PAGES - n || !audit_mapped(s)) {
            return audit_fails(SPAN_PLACED, s, 0);
        }
    }
    return 1;
}

/* Whether each base lies in its arena. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> BasesInside;
    ensures flaw: \result == 0 ==> ArenaFlawed;
 */
static int audit_bases(void) {
    /*@ loop invariant range: 0 <= a <= ARENAS;
        loop invariant inside: \forall integer b; 0 <= b < a ==> zeroed_base[b] <= ARENA_PAGES;
        loop assigns a;
        loop variant ARENAS - a;
     */
    for (uint32_t a = 0; a < ARENAS; a++) {
        if (zeroed_base[a] > ARENA_PAGES) {
            return audit_fails(BASE_INSIDE, a, 0);
        }
    }
    return 1;
}

int arena_audit(void) {
    return audit_pages() && audit_spans() && audit_bases();
}
