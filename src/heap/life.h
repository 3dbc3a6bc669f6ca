/* Where the life of a span begins and ends, for all ways in which one is handed out or taken back.
 * What whoever calls a function here owns: the record and the pages, which are on their way then
 * from where they waited to the span, or back. */
#ifndef CAIRN_LIFE_H
#define CAIRN_LIFE_H

#include "config.h"
#include "heap/grow.h"
#include "os/os.h"
#include "page/page_cache.h"
#include "page/pages.h"
#include "span/arena.h"
#include "span/span.h"
#include "span/span_cache.h"
#include "span/span_list.h"
#include "span/special.h"

/* Who owns a span: a thread's number, 0 is nobody. And the thread that is running: its caches are
 * those of number self - 1, if there are. */
//@ ghost uint32_t span_owner[SPANS];
//@ ghost uint32_t self;

/* The first page of the run that an allocation found last: its span begins there or, where it has
 * to be aligned, a little later. */
//@ ghost uint32_t heap_run;

#include "../../specs/heap.acsl"

/* Makes the n pages from page p and the record s, all on their way, a live span. Takes no lock. Its
 * state is published last of all. */
/*@ requires range: p + n <= PAGES;
    requires asked: AskOk(n, kind, c);
    requires loose: AllLoose(p, p + n) && ConservedBut(p, p + n);
    requires total: TotalsBut(n) && total_mapped <= PAGES;
    requires record: SpanPool && SpanWaits(s) && SpanCachesBut(s);
    requires spans: LiveTaken && DeadEmpty && KindsKnown && KindTotals && Owned;
    requires map: MapOk && LiveSpansMapped && InUseBits && ZeroedBase;
    requires lists: HeapLists;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns span[s], page_span[p .. p + n - 1], page_in_use[p / WORD_BITS], total_live[kind],
            span_owner[s], ZEROED_TABLES;
    ensures conserved: Conserved;
    ensures total: TotalsConserved;
    ensures taken: LiveTaken;
    ensures caches: SpanCaches;
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
    ensures zero: span[s].needs_zero == 0 ==> NoneHanded{Pre}(p, p + n);
    ensures owner: span_owner[s] == self;
    ensures moved: TotalMoved{Pre,Post}(kind, n);
 */
void heap_begin_span(uint32_t s, uint32_t p, uint32_t n, uint32_t kind, uint32_t c);

/* Ends the life of span s: its record is on its way, and so are its pages, which no one has.
 * Called under the heap lock. */
/*@ requires heap: Heap;
    requires may: MayFree(span[s].base, span[s].kind) && page_span[span[s].base] == s;
    terminates \true;
    exits \false;
    assigns span[s].state, span[s].npages, total_live[0 .. KINDS - 1], span_owner[s],
            page_in_use[0 .. PAGE_WORDS - 1];
    ensures loose: AllLoose(span[s].base, span[s].base + \old(span[s].npages));
    ensures conserved: ConservedBut(span[s].base, span[s].base + \old(span[s].npages));
    ensures total: TotalsBut(\old(span[s].npages));
    ensures waits: SpanWaits(s);
    ensures taken: LiveTaken;
    ensures caches: SpanCachesBut(s);
    ensures dead: DeadEmpty;
    ensures kinds: KindsKnown;
    ensures mapped: LiveSpansMapped;
    ensures bits: InUseBits;
    ensures totals: KindTotals;
    ensures owned: Owned;
    ensures live: ListsLive;
    ensures held: SpecialsHeld;
    ensures special: SpecialsBits;
    ensures moved: TotalMoved{Pre,Post}(span[s].kind, -\old(span[s].npages));
 */
void heap_end_span(uint32_t s);

#endif
