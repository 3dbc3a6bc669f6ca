/* Allocates from threads that end and keeps some, then writes two snapshots: of the same heap, if
 * the writing of one takes none of it. Usage: twice FILE FILE */
#include "libc/snapshot.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS_HERE = 6, BLOCKS = 3000 };
static void *block[THREADS_HERE][BLOCKS];

static void *work(void *number) {
    void **mine = block[(size_t)number];
    for (size_t i = 0; i < BLOCKS; i++) {
        mine[i] = malloc(i % 100 == 99 ? 50000 : 16 + i * 7919 % 900);
        if (mine[i] == NULL) {
            abort();
        }
    }
    for (size_t i = 0; i < BLOCKS; i += 2) {
        free(mine[i]);
    }
    return NULL;
}

int main(int count, char **arguments) {
    pthread_t thread[THREADS_HERE];
    if (count != 3) {
        return 2;
    }
    for (size_t t = 0; t < THREADS_HERE; t++) {
        if (pthread_create(&thread[t], NULL, work, (void *)t) != 0) {
            return 2;
        }
    }
    for (size_t t = 0; t < THREADS_HERE; t++) {
        pthread_join(thread[t], NULL);
    }
    for (size_t i = 1; i < BLOCKS; i += 4) {
        free(block[0][i]); /* another thread's, which has ended */
    }
    errno = 77;
    if (cairn_snapshot(arguments[1]) != 0 || cairn_snapshot(arguments[2]) != 0 || errno != 77) {
        perror("twice");
        return 1;
    }
    return 0;
}
