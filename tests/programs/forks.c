/* fork, while other threads allocate and use streams: open and close them (which takes the lock on
 * the list of streams), flush all of them (which holds it and waits for each stream) and read lines
 * (which allocates under a stream's lock, large enough to need the heap's). Parent, child and grandchild go on allocating. Who hangs
 * is ended by the alarm. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, FORKS = 60, LIMIT = 60 };

static atomic_int done;

static void allocate(unsigned seed) {
    void *block[100];
    for (int i = 0; i < 100; i++) {
        seed = seed * 1103515245 + 12345;
        block[i] = malloc(seed >> 16 & (i % 10 == 0 ? 0xffff : 0x3ff));
    }
    for (int i = 0; i < 100; i++) {
        free(block[i]);
    }
}

static void *use_memory(void *ignored) {
    for (unsigned i = 0; !atomic_load(&done); i++) {
        allocate(i);
    }
    return ignored;
}

static void read_lines(void) {
    char *line = NULL;
    size_t size = 0;
    FILE *stream = tmpfile();
    for (int i = 1; i < 5; i++) {
        fprintf(stream, "%*d\n", i * 30000, i);
    }
    rewind(stream);
    while (getline(&line, &size, stream) > 0) {
        free(strdup(line));
        free(line);
        line = NULL;
        size = 0;
    }
    free(line);
    fclose(stream);
}

static void *use_streams(void *ignored) {
    while (!atomic_load(&done)) {
        FILE *stream = fopen("/dev/null", "w");
        fprintf(stream, "%d\n", 1);
        fflush(NULL);
        fclose(stream);
        read_lines();
    }
    return ignored;
}

static int child(unsigned seed) {
    alarm(LIMIT);
    allocate(seed);
    read_lines();
    fflush(NULL);
    pid_t grandchild = fork();
    if (grandchild == 0) {
        allocate(seed + 1);
        read_lines();
        _exit(7);
    }
    int status = 0;
    waitpid(grandchild, &status, 0);
    allocate(seed + 2);
    return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 5 : 1;
}

int main(void) {
    pthread_t thread[THREADS];
    int good = 0;
    alarm(LIMIT);
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&thread[i], NULL, i % 4 == 0 ? use_memory : use_streams, NULL);
    }
    for (unsigned i = 0; i < FORKS; i++) {
        pid_t one = fork();
        if (one == 0) {
            _exit(child(i));
        }
        int status = 0;
        waitpid(one, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == 5;
        allocate(i);
    }
    atomic_store(&done, 1);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    printf("%d of %d forks went well\n", good, FORKS);
    return 0;
}
