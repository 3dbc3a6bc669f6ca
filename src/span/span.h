/* A span: a run of pages handed out as one, and its record. Records are numbers into one table;
 * 0 is "none". Owned by whoever it was handed to; the table itself changes under the heap lock.
 * Slots and classes are those of the Go runtime (mheap.go, sizeclasses.go). */
#ifndef CAIRN_SPAN_H
#define CAIRN_SPAN_H

#include "config.h"

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

struct span {
    uint64_t slot_size;  /* heap spans: bytes of a slot; else 0 */
    uint32_t base;       /* first page */
    uint32_t npages;     /* pages; 0 exactly while dead */
    uint32_t div_magic;  /* small classes, spans as long as Go's: offset * magic >> 32 is
                          * offset / slot_size; else 0 */
    uint32_t slots;      /* heap spans: slots, 1 to SLOTS_MAX; else 0 */
    uint32_t live_slots; /* slots handed out, as the span's owner counts them */
    uint8_t state;       /* SPAN_DEAD, SPAN_IN_USE or SPAN_MANUAL */
    uint8_t kind;        /* KIND_HEAP to KIND_PTRBITS */
    uint8_t span_class;  /* heap spans: 2 * size class + (no pointers inside); else 0 */
    uint8_t needs_zero;  /* 1 where a page of the span may not be zero */
};

extern struct span span[SPANS];
extern const uint16_t class_size[SIZE_CLASSES]; /* bytes of a slot; 0 for the large class */

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
/*@ requires record: 0 < s < SPANS;
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
