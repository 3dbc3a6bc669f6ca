#define _GNU_SOURCE
#include "os/lock.h"

#ifdef CAIRN_POOL
/* Without an operating system nothing but interrupts can come in between: a build whose handlers
 * use the heap says here how to shut them out. */
#ifndef CAIRN_ENTER
#define CAIRN_ENTER() ((void)0)
#define CAIRN_LEAVE() ((void)0)
#endif

void heap_lock(void) {
    CAIRN_ENTER();
}

void heap_unlock(void) {
    CAIRN_LEAVE();
}

/* What such a handler does must find no stretch without the lock half done: then nobody has caches,
 * every number is over THREADS. */
#ifndef CAIRN_THREAD
#define CAIRN_THREAD() 1
#endif

uint32_t heap_enter(void) {
    return CAIRN_THREAD();
}
#else
#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Drepper's mutex ("Futexes Are Tricky"): where nobody waits, no system call is made. */
enum { OPEN, HELD, AWAITED };
static atomic_uint word;

static void futex(int operation, unsigned value) {
    int saved = errno;
    syscall(SYS_futex, &word, operation, value, (void *)0, (void *)0, 0);
    errno = saved;
}

void heap_lock(void) {
    unsigned seen = OPEN;
    if (!atomic_compare_exchange_strong(&word, &seen, HELD)) {
        while (atomic_exchange(&word, AWAITED) != OPEN) {
            futex(FUTEX_WAIT_PRIVATE, AWAITED);
        }
    }
}

void heap_unlock(void) {
    if (atomic_exchange(&word, OPEN) == AWAITED) {
        futex(FUTEX_WAKE_PRIVATE, 1);
    }
}

uint32_t heap_enter(void) {
    static atomic_uint threads;
    static _Thread_local uint32_t number;
    if (number == 0) {
        number = atomic_fetch_add(&threads, 1) + 1;
    }
    return number;
}
#endif

void slots_elapse(void) {
}
