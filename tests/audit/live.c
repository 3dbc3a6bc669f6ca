/* A program to be looked at. Threads allocate, and wait; it writes a snapshot and stops itself.
 * When it is let go on it allocates and frees on all threads until its input ends, and sees that
 * nothing in its blocks has changed. Usage: live FILE */
#include "libc/snapshot.h"
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_HERE = 4, BLOCKS = 2000 };
static atomic_int is_over;
static sem_t waiting, go;

/* For the test: a place in data that is a file's, where it may write what it likes. */
char room[8192] __attribute__((used)) = "A ROOM FOR TESTS";

static size_t size_of(size_t i) {
    return i % 100 == 99 ? 50000 : 16 + i * 7919 % 900;
}

static void take(unsigned char **block, size_t i) {
    block[i] = malloc(size_of(i));
    if (block[i] == NULL) {
        abort();
    }
    memset(block[i], (int)(i % 251), size_of(i));
}

static void give(unsigned char **block, size_t i) {
    for (size_t at = 0; block[i] != NULL && at < size_of(i); at++) {
        if (block[i][at] != i % 251) {
            abort();
        }
    }
    free(block[i]);
    block[i] = NULL;
}

static void *work(void *unused) {
    unsigned char *block[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        take(block, i);
    }
    for (size_t i = 0; i < BLOCKS; i += 2) {
        give(block, i);
    }
    sem_post(&waiting);
    sem_wait(&go);
    for (size_t i = 0; !is_over; i = (i + 1) % BLOCKS) {
        give(block, i);
        take(block, i);
        for (int quick = 0; quick < 100; quick++) { /* so that it mostly is in the allocator */
            free(malloc(size_of(i)));
        }
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        give(block, i);
    }
    return unused;
}

int main(int count, char **arguments) {
    pthread_t thread[THREADS_HERE];
    char byte;
    sem_init(&waiting, 0, 0);
    sem_init(&go, 0, 0);
    for (size_t t = 0; t < THREADS_HERE; t++) {
        if (count != 2 || pthread_create(&thread[t], NULL, work, NULL) != 0) {
            return 2;
        }
    }
    for (size_t t = 0; t < THREADS_HERE; t++) {
        sem_wait(&waiting);
    }
    if (cairn_snapshot(arguments[1]) != 0) {
        return 1;
    }
    raise(SIGSTOP);
    for (size_t t = 0; t < THREADS_HERE; t++) {
        sem_post(&go);
    }
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    is_over = 1;
    for (size_t t = 0; t < THREADS_HERE; t++) {
        pthread_join(thread[t], NULL);
    }
    return 0;
}
