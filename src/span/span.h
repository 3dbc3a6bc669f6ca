/* A span: a run of pages handed out as one, and its record. Records are numbers into one table;
 * 0 is "none". Owned by whoever it was handed to; the table itself changes under the heap lock. */
#ifndef CAIRN_SPAN_H
#define CAIRN_SPAN_H

#include "config.h"

/* A span's state. Dead is zero, so that a zero table is the empty heap. */
#define SPAN_DEAD 0
#define SPAN_IN_USE 1 /* a heap span: objects */
#define SPAN_MANUAL 2 /* managed by whoever asked: stacks, work buffers, pointer bits */

/* What a span is for. */
#define KIND_HEAP 0
#define KIND_STACK 1
#define KIND_WORKBUF 2
#define KIND_PTRBITS 3
#define KINDS 4

struct span {
    uint32_t base;       /* first page */
    uint32_t npages;     /* pages; 0 exactly while dead */
    uint64_t slot_size;  /* heap spans: bytes of a slot; else 0 */
    uint32_t div_magic;  /* heap spans of a size class: offset / slot_size is offset * magic >> 32 */
    uint32_t slots;      /* heap spans: slots in the span; else 0 */
    uint32_t live_slots; /* slots handed out, for manual spans the caller's own count */
    uint8_t state;       /* SPAN_DEAD, SPAN_IN_USE or SPAN_MANUAL */
    uint8_t kind;        /* KIND_HEAP to KIND_PTRBITS */
    uint8_t span_class;  /* heap spans: 2 * size class + (no pointers inside); else 0 */
    uint8_t needs_zero;  /* 1 where a page of the span was handed out before */
};

extern struct span span[SPANS];

#include "../../specs/span.acsl"

#endif
