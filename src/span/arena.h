/* What is known of each page and each arena: which span a page belongs to, whether a heap span, or
 * one with specials, begins there, and how much of an arena was never handed out. What belongs to a
 * page changes by whoever owns the page; the page map, the bits of heap spans and the zeroed bases
 * are atomic cells (os/atomic.h). */
#ifndef CAIRN_ARENA_H
#define CAIRN_ARENA_H

#include "config.h"
#include "os/atomic.h"
#include "page/audit_note.h"
#include "span/span.h"

extern uint64_t page_specials[PAGE_WORDS]; /* 1: a heap span with specials begins at the page */

/*@ ghost unsigned char page_handed[PAGES]; // 1: handed out at least once */

#include "../../specs/bits.acsl"
#include "../../specs/arena.acsl"

/* Notes that the n pages from page p belong to span s. */
/*@ requires map: MapOk;
    requires span: s < SPANS;
    requires range: p + n <= PAGES;
    terminates \true;
    exits \false;
    assigns page_span[p .. p + n - 1];
    ensures map: MapOk;
    ensures set: MapSet{Pre,Post}(s, p, p + n);
 */
void arena_set_span(uint32_t s, uint32_t p, uint32_t n);

/* The live span that has page p, or 0 if there is none, for any p. */
/*@ requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: \result == 0 <==> NoSpanHas(p);
    ensures found: \result != 0 ==> SpanLive(\result) && InSpan(\result, p);
    ensures only: NoOtherHas(\result, p);
 */
uint32_t span_of(uint32_t p);

/* The heap span that has page p, or 0 if there is none, for any p. */
/*@ requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: \result == 0 <==> NoHeapSpanHas(p);
    ensures found: \result != 0 ==> SpanInUse(\result) && InSpan(\result, p);
    ensures only: \result != 0 ==> NoOtherHas(\result, p);
 */
uint32_t span_of_heap(uint32_t p);

/* Hands out the n pages from page p, which the caller owns: returns 0 if none of them was handed
 * out before, so that they are still zero, and 1 if they must be zeroed. A page counts as handed
 * out if it lies below its arena's base; the bases rise over the range. Other threads may raise
 * them at the same time; then the answer may be 1 where it need not be, and never 0 where it must
 * not. Cost: a step an arena of the range, and one each time another thread was faster. */
/*@ requires range: n > 0 && p + n <= PAGES;
    requires zeroed: ZeroedBase;
    terminates \true;
    exits \false;
    assigns zeroed_base[0 .. ARENAS - 1], zeroed_raised, page_handed[p .. p + n - 1];
    ensures answer: \result == 0 || \result == 1;
    ensures zeroed: ZeroedBase;
    ensures grown: BasesGrown{Pre,Post};
    ensures took: TookHanded{Pre,Post}(p, p + n);
    ensures fresh: \result == 0 ==> NoneHanded{Pre}(p, p + n);
    ensures below: \result == 0 ==> NoneBelow{Pre}(p, p + n);
    ensures exact: zeroed_raised == 0 && NoneBelow{Pre}(p, p + n) ==> \result == 0;
    ensures raised: zeroed_raised == 0 ==> BasesRaised{Pre,Post}(p, p + n);
 */
int alloc_needs_zero(uint32_t p, uint32_t n);

/* Says that a heap span begins at page p; that none does. */
/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns page_in_use[p / WORD_BITS];
    ensures set: InUseSet{Pre,Post}(p);
 */
void arena_set_in_use(uint32_t p);

/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns page_in_use[p / WORD_BITS];
    ensures cleared: InUseCleared{Pre,Post}(p);
 */
void arena_clear_in_use(uint32_t p);

/* Whether a heap span begins at page p. */
/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> PageInUse(p);
 */
int arena_is_in_use(uint32_t p);

/* Says that a span with specials begins at page p; that none does. */
/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns page_specials[p / WORD_BITS];
    ensures set: SpecialSet{Pre,Post}(p);
 */
void arena_set_special(uint32_t p);

/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns page_specials[p / WORD_BITS];
    ensures cleared: SpecialCleared{Pre,Post}(p);
 */
void arena_clear_special(uint32_t p);

/* Whether a span with specials begins at page p. */
/*@ requires page: p < PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> PageSpecial(p);
 */
int arena_has_special(uint32_t p);

/* The executable twin of the predicate Arena, which notes what it finds. Cost: a look at every page
 * and every span. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> Arena;
    ensures flaw: \result == 0 ==> ArenaFlawed;
 */
int arena_audit(void);

#endif
