/* Blocks of all sizes for run.sh, which lets the system refuse: a request that fails says ENOMEM
 * and changes nothing, and the program goes on. Usage: refused never|once|on|threads
 *   never    nothing is refused
 *   once     one call of the system is: what failed is asked for again, and must be had then
 *   on       from some call on they all are
 *   threads  several threads, and forks while they run, which hold the heap */
#define _GNU_SOURCE
#include "../test.h"
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum mode { NEVER, ONCE, ON };
enum how { MALLOC, CALLOC, REALLOC, MEMALIGN, HOWS };
enum { KEPT = 77, BLOCKS = 300, FINE = 8192, PIECE = 32768, ENOUGH = 10 };
#define KIB    ((size_t)1024)
#define MIB    (1024 * KIB)
#define ARENA  (64 * MIB)
#define UNKEPT (2 * MIB)

struct held {
    unsigned char *at;
    size_t size;
};

static enum mode mode;
static struct held held[BLOCKS];
static unsigned refusals;

/* The byte to look at after byte i: of small blocks all, of others, which begin with a page, one a
 * piece, so that blocks that follow one another at a place share them; and the last. */
static size_t after(size_t size, size_t i) {
    if (size <= FINE || i == size - 1) {
        return i + 1;
    }
    return i + PIECE < size ? i + PIECE : size - 1;
}

static void fill(struct held block, unsigned char mark) {
    for (size_t i = 0; i < block.size; i = after(block.size, i)) {
        block.at[i] = mark;
    }
}

/* Of a block that is, or was, of `whole` bytes: are its first `size` these, as far as one looks? */
static int is_full_of(const unsigned char *at, size_t whole, size_t size, unsigned char mark) {
    for (size_t i = 0; i < size; i = after(whole, i)) {
        if (at[i] != mark) {
            return 0;
        }
    }
    return 1;
}

static unsigned char mark_of(const struct held *block) {
    return (unsigned char)(1 + (block - held) % 255);
}

static void check_held(const struct held *block) {
    CHECK(is_full_of(block->at, block->size, block->size, mark_of(block)));
}

/* One request, and what must be so whether it fails or not. */
static unsigned char *ask(enum how how, struct held *block, size_t size) {
    void *untouched = &untouched, *answer = NULL;
    int status = 0;
    errno = KEPT;
    switch (how) {
    case CALLOC:
        answer = calloc(1, size);
        break;
    case REALLOC:
        answer = realloc(block->at, size);
        break;
    case MEMALIGN:
        answer = untouched;
        status = posix_memalign(&answer, (size_t)64 << size % 7, size);
        CHECK(errno == KEPT && (status == 0 || (status == ENOMEM && answer == untouched)));
        return status == 0 ? answer : NULL;
    default:
        answer = malloc(size);
    }
    CHECK(errno == (answer != NULL ? KEPT : ENOMEM));
    return answer;
}

/* The same; what failed and will not fail again is asked for again. */
static unsigned char *get(enum how how, struct held *block, size_t size) {
    unsigned char *at = ask(how, block, size);
    if (at == NULL) {
        refusals++;
        CHECK(mode == ONCE || mode == ON);
        if (mode == ONCE) {
            at = ask(how, block, size);
            CHECK(at != NULL);
        }
    }
    return at;
}

static void let_go(struct held *block) {
    if (block->at != NULL) {
        check_held(block);
    }
    errno = KEPT;
    free(block->at);
    CHECK(errno == KEPT);
    block->at = NULL;
}

/* Lets the block become one of this size. What was refused often enough is not tried any more. */
static void become(struct held *block, enum how how, size_t size) {
    if (how != REALLOC) {
        let_go(block);
    }
    if (refusals >= ENOUGH) {
        return;
    }
    unsigned char *at = get(how, block, size);
    if (at != NULL) {
        size_t old = block->at != NULL ? block->size : 0, kept = old < size ? old : size;
        CHECK(is_full_of(at, old, kept, mark_of(block)));
        CHECK(how != CALLOC || is_full_of(at, size, size, 0));
        *block = (struct held){at, size};
        fill(*block, mark_of(block));
    } else if (block->at != NULL) {
        check_held(block);
    }
}

static size_t some_size(unsigned magnitudes) {
    return 1 + (size_t)(test_random() & (((uint64_t)1 << test_random() % magnitudes) - 1));
}

static void mix(unsigned steps, unsigned magnitudes) {
    for (unsigned i = 0; i < steps; i++) {
        struct held *block = &held[test_random() % BLOCKS];
        if (test_random() % 4 == 0) {
            let_go(block);
        } else {
            become(block, (enum how)(test_random() % HOWS), some_size(magnitudes));
        }
    }
}

/* The arena after the one that has this block is somebody else's from now on, if it may be: the
 * next one is not adjacent, and the rest of this one must not be lost. */
static void hold_next_arena(const struct held *block) {
    uintptr_t next = ((uintptr_t)block->at / ARENA + 1) * ARENA;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    mmap((void *)next, PIECE, PROT_NONE, flags, -1, 0);
}

static void let_all_go(void) {
    for (unsigned i = 0; i < BLOCKS; i++) {
        let_go(&held[i]);
    }
    errno = KEPT;
    malloc_trim(0);
    CHECK(errno == KEPT);
}

static void run(void) {
    static const size_t large[] = {3 * MIB, 3 * MIB, 7 * MIB,  3 * MIB,  4 * MIB,
                                   9 * MIB, 4 * MIB, 20 * MIB, 65 * MIB, 200 * KIB};
    enum { LARGE = sizeof large / sizeof *large };
    mix(400, 18);
    hold_next_arena(&held[0]);
    for (unsigned i = 0; i < LARGE; i++) {
        become(&held[i], (enum how)(i % HOWS), large[i]);
        become(&held[i + LARGE], CALLOC, 3000 * i + 10);
    }
    let_all_go();
    for (unsigned i = 0; i < LARGE; i++) {
        become(&held[i], CALLOC, large[i] / 16);
        become(&held[i], REALLOC, large[i] / (8 << i % 3));
    }
    let_all_go();
    mix(300, 19);
    let_all_go();
}

static atomic_uint at_work;
static atomic_int is_over;

/* Blocks too large to be kept at hand when freed: each malloc and each free takes the heap's lock. */
static void *work(void *unused) {
    (void)unused;
    while (!atomic_load(&is_over)) {
        unsigned char *block = malloc(UNKEPT);
        if (block != NULL) {
            block[0] = block[UNKEPT - 1] = 1;
        }
        free(block);
    }
    atomic_fetch_sub(&at_work, 1);
    return NULL;
}

/* Nobody here waits in the C library by futex: that may fail from the first call on. */
static void run_threads(void) {
    enum { WORKERS = 3, FORKS = 40 };
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < WORKERS; i++) {
        pthread_t thread;
        atomic_fetch_add(&at_work, 1);
        CHECK(pthread_create(&thread, &attributes, work, NULL) == 0);
    }
    for (int i = 0; i < FORKS; i++) {
        int status = -1;
        pid_t child = fork();
        if (child == 0) {
            free(malloc(UNKEPT));
            _exit(0);
        }
        CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    }
    atomic_store(&is_over, 1);
    while (atomic_load(&at_work) != 0) {
        sched_yield();
    }
}

int main(int arguments, char **argument) {
    const char *name = arguments > 1 ? argument[1] : "never";
    if (strcmp(name, "threads") == 0) {
        run_threads();
    } else {
        mode = strcmp(name, "once") == 0 ? ONCE : strcmp(name, "on") == 0 ? ON : NEVER;
        run();
        printf("%u refusals\n", refusals);
    }
    return test_report("refused");
}
