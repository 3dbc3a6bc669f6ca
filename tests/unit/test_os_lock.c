// config: host
// link: src/os/lock.c -pthread
/* The lock keeps threads apart and wakes every waiter; thread numbers are unlike and lasting. */
#include "os/lock.h"
#include "../test.h"
#include <errno.h>
#include <pthread.h>

enum { THREADS = 8, ROUNDS = 100000 };

static uint64_t counter, inside, overlaps;
static uint32_t number[THREADS];

static void *run(void *own) {
    uint32_t *mine = own;
    *mine = os_thread();
    errno = 77;
    for (int i = 0; i < ROUNDS; i++) {
        heap_lock();
        overlaps += inside;
        inside = 1;
        counter++;
        inside = 0;
        heap_unlock();
    }
    if (errno != 77 || os_thread() != *mine) {
        *mine = 0;
    }
    return NULL;
}

int main(void) {
    pthread_t thread[THREADS];
    uint32_t mine = os_thread();
    CHECK(mine != 0);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&thread[i], NULL, run, &number[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(thread[i], NULL) == 0);
    }
    CHECK(counter == (uint64_t)THREADS * ROUNDS);
    CHECK(overlaps == 0);
    CHECK(os_thread() == mine);
    for (int i = 0; i < THREADS; i++) {
        CHECK(number[i] != 0 && number[i] != mine);
        for (int j = 0; j < i; j++) {
            CHECK(number[i] != number[j]);
        }
    }
    heap_lock();
    heap_unlock();
    return test_report("os_lock");
}
