// config: host
// link: src/os/os_linux.c -pthread -Wl,--wrap=slots_elapse
/* A thread that collects gives a span back to the page heap as soon as all its slots are free. What
 * then happens to the pages is no more its business: here another thread takes them at once, and a
 * third frees a block there. That block must come back to its owner. */
#define _GNU_SOURCE
#include "../test.h"
#include "object/object.h"
#include "os/atomic.h"
#include "os/lock.h"
#include "span/span.h"
#include <pthread.h>
#include <semaphore.h>

enum { BYTES = 64, SLOTS = 65536 / BYTES, TRIES = 64 * SLOTS };

static uint64_t block[SLOTS], theirs;
static uint32_t the_span;
static sem_t ask, answer;
static int is_armed;

static void *free_block(void *at) {
    CHECK(object_free(*(uint64_t *)at) == OBJECT_OK);
    return NULL;
}

static void *free_all_but_first(void *unused) {
    for (uint32_t i = 1; i < SLOTS; i++) {
        free_block(&block[i]);
    }
    return unused;
}

static void in_a_thread(void *(*what)(void *), void *given) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, what, given) == 0 && pthread_join(thread, NULL) == 0);
}

/* Takes blocks until one lies where the span was, beyond the first word of its slots. */
static void *take_over(void *unused) {
    uint64_t low = block[WORD_BITS], high = block[SLOTS - 1];
    sem_wait(&ask);
    for (uint32_t i = 0; i < TRIES && (theirs < low || theirs > high); i++) {
        theirs = object_alloc(BYTES);
    }
    CHECK(low <= theirs && theirs <= high);
    sem_post(&answer);
    sem_wait(&ask);
    CHECK(object_collect() == NO_PLACE);
    CHECK(object_free(theirs) == OBJECT_IS_FREE); /* it was freed: its owner has looked */
    sem_post(&answer);
    return unused;
}

static void wait_for_other(void) {
    sem_post(&ask);
    sem_wait(&answer);
}

void __real_slots_elapse(void);

/* Here others may run: they do once the span is back. */
void __wrap_slots_elapse(void) {
    if (is_armed && span_state_load(the_span) == SPAN_DEAD) {
        is_armed = 0;
        wait_for_other();
        in_a_thread(free_block, &theirs);
    }
}

int main(void) {
    pthread_t other;
    sem_init(&ask, 0, 0);
    sem_init(&answer, 0, 0);
    for (uint32_t i = 0; i < SLOTS; i++) {
        block[i] = object_alloc(BYTES);
        CHECK(block[i] == block[0] + (uint64_t)i * BYTES);
    }
    the_span = page_span_load((uint32_t)(block[0] / PAGE_SIZE));
    CHECK(span[the_span].slots == SLOTS && object_alloc(BYTES) != NO_PLACE);
    CHECK(pthread_create(&other, NULL, take_over, NULL) == 0);
    in_a_thread(free_all_but_first, NULL);
    CHECK(object_collect() == NO_PLACE);
    in_a_thread(free_block, &block[0]);
    is_armed = 1;
    CHECK(object_collect() == NO_PLACE);
    CHECK(!is_armed);
    wait_for_other();
    pthread_join(other, NULL);
    return test_report("collect_given_back");
}
