/* The start of the process, the ends of threads, and fork.
 *
 * All begins with the first number that a thread is given, in the first call of the family: there
 * is no constructor that must have run. The environment may not be there yet; a constructor looks
 * again. */
#define _GNU_SOURCE
#include "libc/options.h"
#include "libc/report.h"
#include "libc/snapshot.h"
#include "libc/snapshot_here.h"
#include "libc/threads.h"
#include "os/lock.h"
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

/* Of the C library: the lock on its list of streams, recursive. */
void _IO_list_lock(void);
void _IO_list_unlock(void);
void _IO_list_resetlock(void);

static pthread_key_t key;

/* A thread's end. Other keys' destructors may yet free and allocate, so it waits for the last round
 * of them. What comes after that, the C library's own, finds a thread without caches. */
static void end(void *round) {
    uintptr_t n = (uintptr_t)round;
    if (n < PTHREAD_DESTRUCTOR_ITERATIONS && pthread_setspecific(key, (void *)(n + 1)) == 0) {
        return;
    }
    block_flush();
    heap_leave();
}

/* fork copies the heap, so nobody may be halfway through a change under its lock. fork itself takes
 * the lock of the list of streams after all handlers have run, and who has that one may be waiting
 * for memory: so it is taken first here, in the order in which others take the two. */
static void before_fork(void) {
    _IO_list_lock();
    heap_lock();
}

static void after_fork(void) {
    heap_unlock();
    _IO_list_unlock();
}

/* Where there were other threads fork has reset the streams' lock already, and where there were
 * none it is held still: either way it is to be open. The numbers of threads that are no more stay
 * claimed: one of them may have been halfway through a change of what is its own. */
static void in_child(void) {
    heap_lock_in_child();
    _IO_list_resetlock();
}

/* Handlers run before a fork in the reverse order of their registration, and ours must be the last:
 * after it no one can allocate. So it is registered before any other, in the first call of the
 * family. Neither of the two calls here allocates. */
static void begin(void) {
    pthread_atfork(before_fork, after_fork, in_child);
    snapshot_show();
    if (pthread_key_create(&key, end) != 0) {
        key = PTHREAD_KEYS_MAX; /* then numbers are not given back */
    }
}

void heap_entered(void) {
    enum { NEW, STARTING, STARTED };
    static atomic_int state;
    int seen = NEW;
    if (atomic_compare_exchange_strong(&state, &seen, STARTING)) {
        begin();
        options_read();
        atomic_store(&state, STARTED);
    }
    while (atomic_load(&state) != STARTED) {
        sched_yield();
    }
    pthread_setspecific(key, (void *)1); /* may allocate: the thread has its number by now */
}

void threads_flush(void) {
    block_flush();
    for (uint32_t n = 1; n <= THREADS; n++) {
        uint32_t own = heap_move(n);
        if (own != 0) {
            block_flush();
            heap_move_back(own);
        }
    }
}

static __attribute__((constructor)) void start(void) {
    options_read();
}

static __attribute__((destructor)) void finish(void) {
    if (options.statistics) {
        report_statistics();
    }
    if (options.snapshot[0] != 0) {
        snapshot_at_exit(options.snapshot);
    }
}
