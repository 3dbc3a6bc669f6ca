/* Everything cairn-record must see: the whole malloc family, several threads that free each
 * other's blocks, a fork, closed descriptors, and (with an argument) an end by a signal. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 5000, SHARED = 64 };

static void *shared[SHARED];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *run(void *argument) {
    unsigned seed = (unsigned)(uintptr_t)argument;
    for (int i = 0; i < ROUNDS; i++) {
        int slot = rand_r(&seed) % SHARED;
        size_t size = (size_t)(rand_r(&seed) % 3000);
        pthread_mutex_lock(&lock);
        if (rand_r(&seed) % 3 == 0) {
            shared[slot] = realloc(shared[slot], size + 1);
        } else {
            free(shared[slot]);
            shared[slot] = malloc(size);
        }
        pthread_mutex_unlock(&lock);
        free(malloc((size_t)(rand_r(&seed) % 500)));
    }
    return NULL;
}

static void all_of_the_family(void) {
    void *block = NULL;
    free(NULL);
    free(malloc(0));
    free(calloc(7, 9));
    free(realloc(NULL, 5));
    free(realloc(realloc(calloc(1, 50), 5000), 5));
    block = realloc(malloc(10), 0);
    free(block);
    free(reallocarray(NULL, 3, 5));
    free(aligned_alloc(64, 128));
    free(memalign(1 << 20, 100));
    free(valloc(10));
    free(pvalloc(10));
    if (posix_memalign(&block, 4096, 10) == 0) {
        free(block);
    }
    /* what is refused */
    volatile size_t huge = SIZE_MAX / 2;
    errno = 0;
    if (malloc(huge) != NULL || errno != ENOMEM || calloc(huge, 3) != NULL ||
        posix_memalign(&block, 3, 10) != EINVAL || reallocarray(NULL, huge, 8) != NULL) {
        puts("a wrong answer");
    }
    block = malloc(100);
    if (realloc(block, huge) != NULL) {
        puts("a wrong answer");
    }
    free(block);
    free(malloc((size_t)64 << 20));
}

int main(int argc, char **argv) {
    pthread_t thread[THREADS];
    (void)argv;
    for (int i = 3; i < 20; i++) {
        close(i);
    }
    all_of_the_family();
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&thread[i], NULL, run, (void *)(uintptr_t)(i + 1));
    }
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 1000; i++) {
            free(malloc(100));
        }
        _exit(3);
    }
    int status = 0;
    waitpid(child, &status, 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    printf("%d\n", WEXITSTATUS(status));
    fflush(stdout);
    if (argc > 1) {
        kill(getpid(), SIGKILL);
    }
    _exit(0);
}
