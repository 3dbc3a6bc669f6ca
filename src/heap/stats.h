/* How the heap's pages are spread, in numbers. Under the heap lock. */
#ifndef CAIRN_STATS_H
#define CAIRN_STATS_H

#include "config.h"
#include "heap/life.h"

/* In pages. */
struct heap_totals {
    uint32_t mapped;    /* all there are: free + waiting + heap + stack + workbuf + ptrbits */
    uint32_t free;      /* nobody's, released ones included */
    uint32_t released;  /* free, and given back to the system */
    uint32_t committed; /* mapped, and not given back */
    uint32_t waiting;   /* in threads' caches */
    uint32_t heap;      /* in live spans of each kind */
    uint32_t stack;
    uint32_t workbuf;
    uint32_t ptrbits;
};

/* The totals. What other threads have begun without the lock meanwhile may be counted as waiting
 * still, or as live. Cost: a few reads. */
/*@ requires heap: Heap;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures mapped: \result.mapped == CHUNK_PAGES * MappedCount(CHUNKS);
    ensures free: \result.free == FreeCount(0, PAGES);
    ensures released: \result.released == ReleasedCount(0, PAGES) <= \result.free;
    ensures committed: \result.committed == \result.mapped - \result.released;
    ensures waiting: \result.waiting == WaitingPages(THREADS);
    ensures heap: \result.heap == LivePages(KIND_HEAP, SPANS);
    ensures stack: \result.stack == LivePages(KIND_STACK, SPANS);
    ensures workbuf: \result.workbuf == LivePages(KIND_WORKBUF, SPANS);
    ensures ptrbits: \result.ptrbits == LivePages(KIND_PTRBITS, SPANS);
    ensures sum: \result.mapped == \result.free + \result.waiting + \result.heap +
      \result.stack + \result.workbuf + \result.ptrbits;
 */
struct heap_totals heap_totals_locked(void);

#endif
