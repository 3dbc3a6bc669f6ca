/* The record of a span: what all floors know of it, the atomic cells too. Its words and what may be
 * done with it stand in span/span.h. */
#ifndef CAIRN_TYPES_H
#define CAIRN_TYPES_H

#include "config.h"

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

extern struct span span[SPANS]; /* record 0 is "none" */

#endif
