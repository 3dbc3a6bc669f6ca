/* A program under a limit on its addresses (ulimit -v), for run.sh: it starts threads until the
 * system refuses one, goes on with those it has, and is told of what there is no room for. */
#define _GNU_SOURCE
#include "../test.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>

enum { THREADS_MAX = 5000, BLOCKS = 2000, PIECES = 5000, ROUNDS = 3 };
#define MIB   ((size_t)1 << 20)
#define LARGE ((size_t)1 << 40) /* more than any limit */

static pthread_t thread[THREADS_MAX];
static unsigned char *block[BLOCKS], *piece[PIECES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static int is_over;
static unsigned right; /* threads that found their blocks as they were */

static int is_full_of(const unsigned char *at, size_t size, unsigned char mark) {
    for (size_t i = 0; i < size; i++) {
        if (at[i] != mark) {
            return 0;
        }
    }
    return 1;
}

static void *work(void *own) {
    size_t size = 500 + (uintptr_t)own;
    unsigned char *mine = malloc(size), mark = (unsigned char)size;
    if (mine != NULL) {
        memset(mine, mark, size);
    }
    pthread_mutex_lock(&lock);
    while (!is_over) {
        pthread_cond_wait(&change, &lock);
    }
    right += mine != NULL && is_full_of(mine, size, mark);
    pthread_mutex_unlock(&lock);
    free(mine);
    return NULL;
}

/* What does not fit is refused, each time anew, and a block that cannot grow stays. */
static void test_refused(unsigned char *kept, size_t size) {
    void *untouched = &untouched, *answer = untouched;
    for (size_t bytes = LARGE; bytes >= 1024 * MIB; bytes /= 2) {
        errno = 0;
        CHECK(malloc(bytes) == NULL && errno == ENOMEM);
        errno = 0;
        CHECK(calloc(bytes / 16, 16) == NULL && errno == ENOMEM);
        errno = 0;
        CHECK(realloc(kept, bytes) == NULL && errno == ENOMEM);
        CHECK(is_full_of(kept, size, 0x5a));
        CHECK(posix_memalign(&answer, 4096, bytes) == ENOMEM && answer == untouched);
    }
}

static void test_threads(void) {
    unsigned threads = 0;
    int status = 0;
    is_over = 0;
    right = 0;
    while (threads < THREADS_MAX && status == 0) {
        status = pthread_create(&thread[threads], NULL, work, (void *)(uintptr_t)threads);
        threads += status == 0;
    }
    CHECK(threads > 1 && status == EAGAIN);
    for (size_t i = 0; i < BLOCKS; i++) {
        block[i] = malloc(i);
        CHECK(block[i] != NULL);
        memset(block[i], 0x5a, i);
    }
    test_refused(block[BLOCKS - 1], BLOCKS - 1);
    for (size_t i = 0; i < BLOCKS; i++) {
        CHECK(is_full_of(block[i], i, 0x5a));
        free(block[i]);
    }
    pthread_mutex_lock(&lock);
    is_over = 1;
    pthread_cond_broadcast(&change);
    pthread_mutex_unlock(&lock);
    for (unsigned i = 0; i < threads; i++) {
        CHECK(pthread_join(thread[i], NULL) == 0);
    }
    CHECK(right == threads);
}

/* Takes pieces as long as there are any; returns how many. */
static unsigned fill(void) {
    unsigned pieces = 0;
    errno = 0;
    while (pieces < PIECES && (piece[pieces] = malloc(MIB)) != NULL) {
        memset(piece[pieces], (int)(pieces % 255 + 1), MIB);
        pieces++;
    }
    CHECK(pieces > 0 && pieces < PIECES && errno == ENOMEM);
    for (unsigned i = 0; i < pieces; i++) {
        CHECK(is_full_of(piece[i], MIB, (unsigned char)(i % 255 + 1)));
        free(piece[i]);
    }
    return pieces;
}

int main(void) {
    for (int round = 0; round < ROUNDS; round++) {
        test_threads();
    }
    unsigned pieces = fill();
    CHECK(fill() == pieces);
    CHECK(fill() == pieces);
    return test_report("limit");
}
