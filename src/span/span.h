/* A span: a run of pages handed out as one, and its record. Records are numbers into one table;
 * 0 is "none". Owned by whoever it was handed to; the table itself changes under the heap lock.
 * It is the Go runtime's (mheap.go), slots and classes as in span/size_class.h. */
#ifndef CAIRN_SPAN_H
#define CAIRN_SPAN_H

#include "span/size_class.h"
#include "types.h"

/* A span's state. Dead is zero, so that a zero table is the empty heap. */
#define SPAN_DEAD   0
#define SPAN_IN_USE 1 /* a heap span: objects */
#define SPAN_MANUAL 2 /* managed by whoever asked: stacks, work buffers, pointer bits */

/* What a span is for. */
#define KIND_HEAP    0
#define KIND_STACK   1
#define KIND_WORKBUF 2
#define KIND_PTRBITS 3
_Static_assert(KIND_PTRBITS + 1 == KINDS, "every kind has a name");

#include "../../specs/span.acsl"

/* May a span of n pages have class c? Not if c is no class, if the span would not hold one slot,
 * or more than SLOTS_MAX. Total. */
/*@ requires pages: n <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result == 0 || \result == 1;
    ensures fits: \result == 1 <==> ClassFits(n, c);
 */
int span_class_fits(uint32_t n, uint32_t c);

/* Fills record s for the n pages from p. The state stays dead: it is published last. */
/*@ requires record: 0 < s < SPANS && span[s].state == SPAN_DEAD;
    requires pages: 0 < n <= PAGES;
    requires kind: kind < KINDS && needs_zero <= 1;
    requires fits: ClassFits(n, c) && (kind == KIND_HEAP || c == 0);
    terminates \true;
    exits \false;
    assigns span[s];
    ensures record: SpanRecord(s, p, n, kind, c, needs_zero);
    ensures slots: SpanSlots(s, n, kind, c);
    ensures dead: span[s].state == SPAN_DEAD;
 */
void span_init(uint32_t s, uint32_t p, uint32_t n, uint32_t kind, uint32_t c, uint32_t needs_zero);

#endif
