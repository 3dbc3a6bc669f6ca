/* The heap lock and thread identity. What the lock means (its contract) stands beside the invariant
 * it protects, in heap/heap.h; here are only its bodies' names.
 *
 * A thread's number is claimed when it is first asked for: the lowest of 1 to THREADS that no
 * thread has and nobody collected under (object/sweep.h), and with it whatever caches and spans its
 * last holder left. A thread beyond these has a number of its own above THREADS, and no caches. On
 * a pool there are no threads that come and go, and of all this only what stands before heap_leave.
 */
#ifndef CAIRN_LOCK_H
#define CAIRN_LOCK_H

#include <stdint.h>

/* Waits until nobody holds the heap, then holds it. Not to be nested. */
void heap_lock(void);

/* Lets the heap go; the caller holds it. */
void heap_unlock(void);

/* Begins a stretch without the lock: a number for the calling thread, from 1, its own until it
 * gives it back. Cost: a load and a comparison, but for the first time. */
uint32_t heap_enter(void);

/* The same for a thread that has its number, up to THREADS; 0 for any other. Cost: a load. */
uint32_t heap_enter_again(void);

/* Stand where other threads may have run; do nothing. */
void slots_elapse(void);
void marks_elapse(void);

/* A span goes to whoever has the block in it, or to nobody; and is taken. Their contracts stand in
 * object/kept.h, their bodies in os/atomic.c. Cost: a step. */
void large_put(uint32_t s, uint32_t cell);
void large_keep(uint32_t s);
int large_take(uint32_t s, uint32_t cell);

/* Gives the calling thread's number back, at the end of the thread and outside every stretch. The
 * next thread to claim it sees all that this one did. What the caller still asks for it asks under
 * a number above THREADS. */
void heap_leave(void);

/* Gives the calling thread number n in place of its own, outside every stretch, if no thread has n.
 * Returns its own number, which nobody else gets meanwhile, or 0 if somebody has n; then nothing
 * changed. heap_move_back(own) undoes it. So one thread has several heaps, say one that it
 * collects: to be given only to those who move there. */
uint32_t heap_move(uint32_t n);
void heap_move_back(uint32_t own);

/* Called in a thread whose first heap_enter has just claimed its number, before that returns. Does
 * nothing unless the program has another function of this name: one that sees to it that the thread
 * calls heap_leave in the end. It may use the heap. */
void heap_entered(void);

/* Opens the lock in a process that fork has made, where whoever held or awaited it may not be. The
 * thread that called fork held it then. */
void heap_lock_in_child(void);

#endif
