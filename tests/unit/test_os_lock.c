// config: host
// link: src/os/lock.c -pthread
/* The lock keeps threads apart and wakes every waiter; thread numbers are unlike and lasting. */
#define _GNU_SOURCE
#include "os/lock.h"
#include "../test.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

enum { WORKERS = 8, ROUNDS = 20000 };

static volatile uint64_t counter, inside, overlaps;
static uint32_t number[WORKERS];
static _Atomic uint32_t first_again; /* threads that had no number before, and had it then */
static pthread_barrier_t together;

static void *run(void *own) {
    uint32_t *mine = own;
    uint32_t none = heap_enter_again();
    *mine = heap_enter();
    first_again += none == 0 && heap_enter_again() == *mine;
    pthread_barrier_wait(&together);
    errno = 77;
    for (int i = 0; i < ROUNDS; i++) {
        heap_lock();
        overlaps += inside;
        inside = 1;
        counter++;
        if (i % 64 == 0) {
            sched_yield(); /* let the others find the lock held */
        }
        inside = 0;
        heap_unlock();
    }
    if (errno != 77 || heap_enter() != *mine) {
        *mine = 0;
    }
    return NULL;
}

static void nothing(int signal) {
    (void)signal;
}

static void *run_once(void *answer) {
    int *kept = answer;
    errno = 77;
    heap_lock();
    *kept = errno == 77;
    heap_unlock();
    return NULL;
}

/* One who sleeps on the lock is woken by the one unlock, and no signal shows in errno. */
static void test_wake(void) {
    struct sigaction action = {.sa_handler = nothing};
    pthread_t sleeper;
    int kept = 0;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    heap_lock();
    CHECK(pthread_create(&sleeper, NULL, run_once, &kept) == 0);
    for (int i = 0; i < 5; i++) {
        usleep(20000);
        pthread_kill(sleeper, SIGUSR1);
    }
    usleep(20000);
    CHECK(kept == 0);
    heap_unlock();
    CHECK(pthread_join(sleeper, NULL) == 0);
    CHECK(kept == 1);
}

int main(void) {
    pthread_t thread[WORKERS];
    uint32_t mine = heap_enter();
    CHECK(pthread_barrier_init(&together, NULL, WORKERS) == 0);
    alarm(60); /* a lost wake-up must not last for ever */
    CHECK(mine != 0);
    for (int i = 0; i < WORKERS; i++) {
        CHECK(pthread_create(&thread[i], NULL, run, &number[i]) == 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        CHECK(pthread_join(thread[i], NULL) == 0);
    }
    CHECK(counter == (uint64_t)WORKERS * ROUNDS);
    CHECK(overlaps == 0);
    CHECK(first_again == WORKERS);
    CHECK(heap_enter() == mine);
    for (int i = 0; i < WORKERS; i++) {
        CHECK(number[i] != 0 && number[i] != mine);
        for (int j = 0; j < i; j++) {
            CHECK(number[i] != number[j]);
        }
    }
    test_wake();
    return test_report("os_lock");
}
