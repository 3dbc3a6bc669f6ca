/* What malloc costs, whichever is loaded. `malloc` lists its cases, a line each:
 *     KIND ROUNDS NAME
 * `malloc NAME ROUNDS LIBRARY` does at most so many rounds of a case and prints a line
 *     VALUE CALLS NAME
 * VALUE is nanoseconds of CPU time a call, of all threads, of CALLS calls; where KIND is memory it
 * is what NAME says, and CALLS is 0. It refuses to run where LIBRARY is not loaded. Built with
 * -fno-builtin, or the compiler takes the pairs away. malloc.py lays the numbers side by side. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PAIRS = 1000, LIVE = 10000, FRESH = 250, SIZES = 4096, RING = 256, DECIMAL = 10 };
enum {
    THREADS = 4,
    THREAD_LIVE = 1000,
    THREAD_CALLS = 10000,
    BATCH = 500,
    BATCHES = 40,
    DEPTH = 8
};
enum { SMALL = 48, SMALL_COUNT = 1 << 20, OTHER = 4000, OTHER_COUNT = 11000, KEPT_OF = 10 };
#define SEED   UINT64_C(0x9e3779b97f4a7c15)
#define SECOND 1e9
#define MIB    1048576.0

/* A case: what is made ready, what a round does, with which size, in how many calls. */
struct bench_case {
    const char *kind, *name;
    void (*prepare)(size_t size), (*round)(size_t size);
    size_t size, calls, rounds;
};

static void *live[LIVE];
static size_t sizes[SIZES];
static uint64_t chance = SEED;

static void out_of_memory(void) {
    fputs("malloc: out of memory\n", stderr);
    exit(1);
}

/* What a program does with a block at the least. */
static inline void *used(char *block) {
    if (block == NULL) {
        out_of_memory();
    }
    *(volatile char *)block = 1;
    return block;
}

static inline uint64_t next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Sizes of 16 bytes to `most`, which is a power of two: as many of each power. */
static void prepare_sizes(size_t most) {
    unsigned powers = (unsigned)__builtin_ctzll(most) - 4;
    for (size_t i = 0; i < SIZES; i++) {
        size_t low = (size_t)16 << next(&chance) % powers;
        sizes[i] = low + next(&chance) % (low + 1);
    }
}

static void prepare_live(size_t most) {
    prepare_sizes(most);
    for (size_t i = 0; i < LIVE; i++) {
        live[i] = used(malloc(sizes[i % SIZES]));
    }
}

static void round_pair(size_t size) {
    for (size_t i = 0; i < PAIRS; i++) {
        free(used(malloc(size)));
    }
}

/* A block lives for as long as RING others begin. */
static void round_mixed(size_t most) {
    (void)most;
    for (size_t i = 0; i < SIZES; i++) {
        free(live[i % RING]);
        live[i % RING] = used(malloc(sizes[i]));
    }
}

static void round_lifo(size_t size) {
    for (size_t i = 0; i < PAIRS; i++) {
        live[i] = used(malloc(size));
    }
    for (size_t i = PAIRS; i-- > 0;) {
        free(live[i]);
    }
}

static void round_churn(size_t most) {
    (void)most;
    for (size_t i = 0; i < SIZES; i++) {
        size_t which = next(&chance) % LIVE;
        free(live[which]);
        live[which] = used(malloc(sizes[i]));
    }
}

/* What it gives is never freed, so that the next is fresh as well. */
static void round_calloc_fresh(size_t size) {
    for (size_t i = 0; i < FRESH; i++) {
        used(calloc(1, size));
    }
}

static void round_calloc_recycled(size_t size) {
    for (size_t i = 0; i < PAIRS; i++) {
        free(used(calloc(1, size)));
    }
}

/* ---- Threads. Batches of blocks on their way from who has them to who frees them. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t put, taken;
    void *batch[DEPTH][BATCH];
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* Waits until fewer than DEPTH batches, or more than none, are on their way. */
static void queue_wait(int is_producer) {
    pthread_mutex_lock(&queue.lock);
    while (is_producer ? queue.put - queue.taken == DEPTH : queue.put == queue.taken) {
        pthread_cond_wait(&queue.changed, &queue.lock);
    }
    pthread_mutex_unlock(&queue.lock);
}

static void queue_step(size_t *count) {
    pthread_mutex_lock(&queue.lock);
    ++*count;
    pthread_cond_signal(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
}

static void *consume(void *none) {
    for (size_t i = 0; i < BATCHES; i++) {
        queue_wait(0);
        for (size_t k = 0; k < BATCH; k++) {
            free(queue.batch[i % DEPTH][k]);
        }
        queue_step(&queue.taken);
    }
    return none;
}

static void start(pthread_t *thread, void *(*run)(void *), void *argument) {
    if (pthread_create(thread, NULL, run, argument) != 0) {
        fputs("malloc: no thread\n", stderr);
        exit(1);
    }
}

static void round_handed(size_t size) {
    pthread_t consumer;
    queue.put = queue.taken = 0;
    start(&consumer, consume, NULL);
    for (size_t i = 0; i < BATCHES; i++) {
        queue_wait(1);
        for (size_t k = 0; k < BATCH; k++) {
            queue.batch[i % DEPTH][k] = used(malloc(size));
        }
        queue_step(&queue.put);
    }
    pthread_join(consumer, NULL);
}

/* As Larson's server: a thread replaces blocks of those that a thread before it has left. */
static void *serve(void *blocks) {
    void **mine = blocks;
    uint64_t state = SEED ^ (uint64_t)(mine - live);
    for (size_t i = 0; i < THREAD_CALLS / 2; i++) {
        size_t which = next(&state) % THREAD_LIVE;
        free(mine[which]);
        mine[which] = used(malloc(sizes[i % SIZES]));
    }
    return NULL;
}

static void round_larson(size_t most) {
    pthread_t threads[THREADS];
    (void)most;
    for (size_t i = 0; i < THREADS; i++) {
        start(&threads[i], serve, &live[i * THREAD_LIVE]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

/* ---- Memory. */
static void *small[SMALL_COUNT], *other[OTHER_COUNT];

static double resident(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1) {
        fputs("malloc: /proc/self/statm does not say what is resident\n", stderr);
        exit(1);
    }
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* Fills memory with small blocks, keeps one in ten of all stretches of so many, fills it with other
 * blocks: resident memory, of what was asked for. Or frees all: the MiB that are resident still. */
static void measure_memory(const char *name, size_t stretch) {
    memset(small, 1, sizeof small);
    memset(other, 1, sizeof other);
    double before = resident(), asked = (double)OTHER * OTHER_COUNT;
    for (size_t i = 0; i < SMALL_COUNT; i++) {
        small[i] = used(malloc(SMALL));
    }
    for (size_t i = 0; i < SMALL_COUNT; i += stretch) {
        int is_kept = next(&chance) % KEPT_OF == 0;
        asked += is_kept ? (double)(stretch * SMALL) : 0;
        for (size_t k = i; k < i + stretch && !is_kept; k++) {
            free(small[k]);
            small[k] = NULL;
        }
    }
    for (size_t i = 0; i < OTHER_COUNT; i++) {
        other[i] = memset(used(malloc(OTHER)), 1, OTHER);
    }
    if (strstr(name, "/freed") == NULL) {
        printf("%.3f 0 %s\n", (resident() - before) / asked, name);
        return;
    }
    for (size_t i = 0; i < SMALL_COUNT; i++) {
        free(small[i]);
    }
    for (size_t i = 0; i < OTHER_COUNT; i++) {
        free(other[i]);
    }
    double rest = resident() - before;
    printf("%.3f 0 %s\n", rest > 0 ? rest / MIB : 0, name);
}

/* ---- The cases. */
#define PAIR(NAME, SIZE, ROUNDS)                                                                   \
    { "pairs", "pair/" NAME, NULL, round_pair, SIZE, (size_t)2 * PAIRS, ROUNDS }
#define MEMORY(NAME, STRETCH)                                                                      \
    { "memory", "memory/" NAME, NULL, NULL, STRETCH, 0, 1 }

static const struct bench_case cases[] = {
    PAIR("16", 16, 2000),
    PAIR("64", 64, 2000),
    PAIR("256", 256, 2000),
    PAIR("1KiB", 1 << 10, 2000),
    PAIR("4KiB", 4 << 10, 1000),
    PAIR("32KiB", 32 << 10, 400),
    PAIR("256KiB", 256 << 10, 200),
    PAIR("1MiB", 1 << 20, 100),
    {"mixes", "mixed/32KiB", prepare_sizes, round_mixed, 32 << 10, (size_t)2 * SIZES, 100},
    {"mixes", "lifo/64", NULL, round_lifo, 64, (size_t)2 * PAIRS, 1000},
    {"mixes", "churn/1KiB", prepare_live, round_churn, 1 << 10, (size_t)2 * SIZES, 200},
    {"mixes", "calloc/fresh/4KiB", NULL, round_calloc_fresh, 4 << 10, FRESH, 80},
    {"mixes", "calloc/recycled/4KiB", NULL, round_calloc_recycled, 4 << 10, (size_t)2 * PAIRS, 200},
    {"threads", "handed/64", NULL, round_handed, 64, (size_t)2 * BATCH *BATCHES, 40},
    {"threads", "larson/512", prepare_live, round_larson, 512, (size_t)THREADS *THREAD_CALLS, 20},
    MEMORY("stretches/shifted", 512),
    MEMORY("stretches/freed", 512),
    MEMORY("scattered/shifted", 1),
    MEMORY("scattered/freed", 1),
};
enum { CASES = sizeof cases / sizeof cases[0] };

static double cpu_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * SECOND + (double)now.tv_nsec;
}

static void measure(const struct bench_case *c, size_t rounds) {
    if (c->round == NULL) {
        measure_memory(c->name, c->size);
        return;
    }
    if (c->prepare != NULL) {
        c->prepare(c->size);
    }
    c->round(c->size); /* whatever is slow but once */
    double start = cpu_now();
    for (size_t r = 0; r < rounds; r++) {
        c->round(c->size);
    }
    double calls = (double)(rounds * c->calls);
    printf("%.3f %.0f %s\n", (cpu_now() - start) / calls, calls, c->name);
}

static int is_loaded(const char *library) {
    static char line[1 << 13];
    int found = 0;
    FILE *file = fopen("/proc/self/maps", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *name = strrchr(line, '/');
        found |= name != NULL && strncmp(name + 1, library, strlen(library)) == 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

int main(int argc, char **argv) {
    char *end = "";
    for (size_t i = 0; argc == 1 && i < CASES; i++) {
        printf("%s %zu %s\n", cases[i].kind, cases[i].rounds, cases[i].name);
    }
    if (argc == 1) {
        return 0;
    }
    unsigned long rounds = argc == 4 ? strtoul(argv[2], &end, DECIMAL) : 0;
    for (size_t i = 0; *end == 0 && rounds > 0 && i < CASES; i++) {
        if (strcmp(argv[1], cases[i].name) == 0 && rounds <= cases[i].rounds) {
            if (*argv[3] == 0 || !is_loaded(argv[3])) {
                fprintf(stderr, "%s: %s is not loaded\n", argv[0], argv[3]);
                return 1;
            }
            measure(&cases[i], rounds);
            return 0;
        }
    }
    fprintf(stderr,
            "usage: %s [CASE ROUNDS LIBRARY], of the rounds listed at most; alone it lists\n",
            argv[0]);
    return 2;
}
