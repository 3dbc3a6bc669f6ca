/* The heap lock and thread identity. What the lock means (its contract) stands beside the
 * invariant it protects, in heap/heap.h; here are only its bodies' names. */
#ifndef CAIRN_LOCK_H
#define CAIRN_LOCK_H

#include <stdint.h>

/* Waits until nobody holds the heap, then holds it. Not to be nested. */
void heap_lock(void);

/* Lets the heap go; the caller holds it. */
void heap_unlock(void);

/* Begins a stretch without the lock: a number for the calling thread, from 1, its own as long as
 * the program runs. */
uint32_t heap_enter(void);

/* Stands where other threads may have run; does nothing. */
void slots_elapse(void);

#endif
