#define _GNU_SOURCE
#include "os/lock.h"
#include "config.h"
#include "os/atomic.h"

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

uint32_t heap_enter_again(void) {
    return CAIRN_THREAD() <= THREADS ? CAIRN_THREAD() : 0;
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

void heap_lock_in_child(void) {
    atomic_store(&word, OPEN);
}

/* Bit j of word w: a thread has number 64 w + j + 1. Who claims a number acquires what was released
 * with it. */
static atomic_uint_least64_t claimed[THREADS / WORD_BITS];
_Static_assert(THREADS % WORD_BITS == 0, "each bit is a number");

/* The calling thread's number, or 0 if it has not asked; the same, but 0 if it is above THREADS. */
static _Thread_local uint32_t number __attribute__((tls_model("initial-exec")));
static _Thread_local uint32_t own_number __attribute__((tls_model("initial-exec")));

static void set_number(uint32_t n) {
    number = n;
    own_number = n <= THREADS ? n : 0;
}

/* A number above THREADS. That another thread has it too takes four billion threads in between. */
static uint32_t beyond(void) {
    static atomic_uint threads;
    return THREADS + 1 + atomic_fetch_add(&threads, 1) % (UINT32_MAX - THREADS);
}

static int claim(uint32_t n) {
    uint64_t bit = (uint64_t)1 << (n - 1) % WORD_BITS;
    return (atomic_fetch_or(&claimed[(n - 1) / WORD_BITS], bit) & bit) == 0;
}

static void release(uint32_t n) {
    if (n <= THREADS) {
        uint64_t bit = (uint64_t)1 << (n - 1) % WORD_BITS;
        atomic_fetch_and(&claimed[(n - 1) / WORD_BITS], ~bit);
    }
}

static uint32_t claim_any(void) {
    for (uint32_t n = 1; n <= THREADS; n++) {
        if (thread_cycle_load(n - 1) == 0 && claim(n)) {
            return n;
        }
    }
    return beyond();
}

__attribute__((weak)) void heap_entered(void) {
}

static SLOW uint32_t enter_first(void) {
    set_number(claim_any());
    heap_entered();
    return number;
}

uint32_t heap_enter_again(void) {
    return own_number;
}

uint32_t heap_enter(void) {
    return number != 0 ? number : enter_first();
}

void heap_leave(void) {
    uint32_t own = number;
    set_number(beyond());
    release(own);
}

uint32_t heap_move(uint32_t n) {
    uint32_t own = heap_enter();
    if (!claim(n)) {
        return 0;
    }
    set_number(n);
    return own;
}

void heap_move_back(uint32_t own) {
    uint32_t n = number;
    set_number(own);
    release(n);
}
#endif

void slots_elapse(void) {
}

void marks_elapse(void) {
}
