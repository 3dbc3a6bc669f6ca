// config: libc
// link: src/libc/malloc.c src/libc/options.c src/libc/report.c src/libc/snapshot.c src/libc/snapshot_format.c src/libc/snapshot_here.c src/libc/threads.c src/os/os_linux.c -pthread -fno-builtin -Wno-deprecated-declarations -Wno-use-after-free -Wno-alloc-size-larger-than
/* The C library's names, every one with every edge of C23, POSIX and glibc; misuses, in children that
 * must die and say why; options, in children that begin anew. */
#define _GNU_SOURCE
#include "../test.h"
#include "config.h"
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void free_sized(void *old, size_t size);
void free_aligned_sized(void *old, size_t alignment, size_t size);
void cfree(void *old);

enum { KEPT = 77 }; /* an errno that nobody sets */

#define HUGE_SIZES 6
static const size_t huge[HUGE_SIZES] = {
    SIZE_MAX,       SIZE_MAX - 15, PTRDIFF_MAX, SIZE_MAX / 2 + 1, (size_t)PTRDIFF_MAX - 31,
    (size_t)1 << 40};

static int is_aligned(const void *block, size_t alignment) {
    return block != NULL && (uintptr_t)block % alignment == 0;
}

static int all_are(const void *block, size_t size, unsigned char value) {
    const unsigned char *byte = block;
    for (size_t i = 0; i < size; i++) {
        if (byte[i] != value) {
            return 0;
        }
    }
    return 1;
}

/* A size of any order of magnitude, up to 16 MiB. */
static size_t random_size(void) {
    return (size_t)(test_random() & (((uint64_t)1 << test_random() % 25) - 1));
}

static void check_block(unsigned char *block, size_t size) {
    CHECK(is_aligned(block, 16));
    CHECK(malloc_usable_size(block) >= size);
    memset(block, 0x5a, malloc_usable_size(block));
    CHECK(errno == KEPT);
}

static void test_malloc(void) {
    errno = KEPT;
    for (size_t size = 0; size < 40000; size += size < 2100 ? 1 : 97) {
        unsigned char *one = malloc(size), *two = malloc(size);
        CHECK(one != two);
        check_block(one, size);
        check_block(two, size);
        free(one);
        CHECK(all_are(two, size, 0x5a));
        free(two);
        CHECK(errno == KEPT);
    }
    for (int i = 0; i < 300; i++) {
        size_t size = random_size();
        unsigned char *block = malloc(size);
        check_block(block, size);
        free(block);
    }
    free(NULL);
    cfree(NULL);
    cfree(malloc(100));
    CHECK(errno == KEPT);
}

/* Many blocks of all sizes live at once, each with bytes of its own; some move to other sizes. */
static void test_apart(void) {
    enum { BLOCKS = 4000 };
    static unsigned char *block[BLOCKS];
    static size_t size[BLOCKS];
    for (int round = 0; round < 4 * BLOCKS; round++) {
        int i = (int)(test_random() % BLOCKS);
        if (block[i] != NULL && round % 3 == 0) {
            size_t next = random_size() & 0xffff, both = next < size[i] ? next : size[i];
            block[i] = realloc(block[i], next + 1);
            CHECK(all_are(block[i], both, (unsigned char)i));
            size[i] = next + 1;
            memset(block[i], i, size[i]);
        } else if (block[i] != NULL) {
            CHECK(all_are(block[i], size[i], (unsigned char)i));
            free(block[i]);
            block[i] = NULL;
        } else {
            size[i] = random_size() & 0xffff;
            block[i] = malloc(size[i]);
            memset(block[i], i, size[i]);
        }
    }
    for (int i = 0; i < BLOCKS; i++) {
        CHECK(block[i] == NULL || all_are(block[i], size[i], (unsigned char)i));
        free(block[i]);
    }
}

static int is_refused(void *block, int why) {
    int same = block == NULL && errno == why;
    errno = KEPT;
    return same;
}

static void test_too_large(void) {
    char *old = malloc(100);
    memset(old, 0x33, 100);
    errno = KEPT;
    for (int i = 0; i < HUGE_SIZES; i++) {
        void *answer = &answer;
        CHECK(is_refused(malloc(huge[i]), ENOMEM));
        CHECK(is_refused(calloc(1, huge[i]), ENOMEM));
        CHECK(is_refused(calloc(huge[i], 1), ENOMEM));
        CHECK(is_refused(realloc(NULL, huge[i]), ENOMEM));
        CHECK(is_refused(realloc(old, huge[i]), ENOMEM));
        CHECK(is_refused(reallocarray(old, 1, huge[i]), ENOMEM));
        CHECK(is_refused(aligned_alloc(64, huge[i]), ENOMEM));
        CHECK(is_refused(memalign(64, huge[i]), ENOMEM));
        CHECK(is_refused(valloc(huge[i]), ENOMEM));
        CHECK(is_refused(pvalloc(huge[i]), ENOMEM));
        CHECK(posix_memalign(&answer, 64, huge[i]) == ENOMEM);
        CHECK(answer == &answer && errno == KEPT);
    }
    for (int i = 32; i < 64; i++) {
        size_t half = (size_t)1 << i, other = (size_t)1 << (64 - i);
        CHECK(is_refused(calloc(half, other), ENOMEM));
        CHECK(is_refused(calloc(half + 1, other + 1), ENOMEM));
        CHECK(is_refused(reallocarray(old, half, other), ENOMEM));
        CHECK(is_refused(reallocarray(NULL, half + 1, other + 1), ENOMEM));
    }
    CHECK(all_are(old, 100, 0x33));
    free(old);
}

static void test_calloc(void) {
    errno = KEPT;
    for (size_t size = 1; size < 2000000; size += size / 7 + 1) {
        for (int round = 0; round < 3; round++) {
            void *dirty = malloc(size);
            memset(dirty, 0xff, malloc_usable_size(dirty));
            free(dirty);
            unsigned char *one = calloc(1, size), *two = calloc(size, 1);
            CHECK(one != NULL && two != NULL && one != two);
            CHECK(all_are(one, size, 0) && all_are(two, size, 0));
            memset(one, 0xff, size);
            free(one);
            free(two);
        }
    }
    void *none = calloc(0, 100), *other = calloc(100, 0), *both = calloc(0, 0);
    CHECK(none != NULL && other != NULL && both != NULL && none != other && other != both);
    free(none), free(other), free(both);
    CHECK(errno == KEPT);
}

/* A block that grows and shrinks keeps what both sizes hold. */
static void test_realloc(void) {
    errno = KEPT;
    for (int i = 0; i < 3000; i++) {
        size_t size = random_size() >> 2, next = random_size() >> 2;
        size_t both = size < next ? size : next;
        unsigned char *old = realloc(NULL, size);
        check_block(old, size);
        unsigned char *moved = realloc(old, next + 1);
        CHECK(is_aligned(moved, 16) && malloc_usable_size(moved) >= next + 1);
        CHECK(all_are(moved, both, 0x5a));
        CHECK(realloc(moved, 0) == NULL && errno == KEPT);
    }
    unsigned char *block = malloc(1000);
    CHECK(realloc(block, 1000) == block && realloc(block, 600) == block);
    CHECK(malloc_usable_size(block = realloc(block, 100)) < 200);
    block = reallocarray(block, 100, 100);
    CHECK(malloc_usable_size(block) >= 10000);
    CHECK(reallocarray(block, 0, 100) == NULL && reallocarray(NULL, 3, 0) != NULL);
    CHECK(errno == KEPT);
}

/* Growing by a little at a time does not move the block each time. */
static void test_growth(void) {
    unsigned char *block = NULL;
    int moves = 0;
    for (size_t size = 1; size < (size_t)64 << 20; size += 1000) {
        unsigned char *next = realloc(block, size);
        moves += next != block;
        block = next;
    }
    CHECK(moves < 200);
    free(block);
}

static void test_aligned(void) {
    errno = KEPT;
    for (int i = 0; i < 30; i++) {
        size_t alignment = (size_t)1 << i;
        for (size_t size = 0; size < 70000; size += size / 3 + 1) {
            void *one = aligned_alloc(alignment, size), *two = NULL;
            void *three = memalign(alignment, size);
            CHECK(is_aligned(one, alignment) && is_aligned(three, alignment));
            CHECK(is_aligned(one, 16) && is_aligned(three, 16));
            CHECK(posix_memalign(&two, alignment, size) == (i < 3 ? EINVAL : 0));
            CHECK((two != NULL) == (i >= 3) && (i < 3 || is_aligned(two, alignment)));
            CHECK(malloc_usable_size(one) >= size);
            memset(one, 0x5a, malloc_usable_size(one));
            free_aligned_sized(one, alignment, size);
            free(two);
            free(three);
            CHECK(errno == KEPT);
        }
    }
    for (int i = 37; i < 64; i++) {
        void *answer = &answer;
        CHECK(is_refused(aligned_alloc((size_t)1 << i, 1), ENOMEM));
        CHECK(is_refused(memalign((size_t)1 << i, 1), ENOMEM));
        CHECK(posix_memalign(&answer, (size_t)1 << i, 1) == ENOMEM);
        CHECK(answer == &answer && errno == KEPT);
    }
}

static void test_bad_alignments(void) {
    static const size_t bad[] = {0, 3, 5, 24, 48, 4095, 4097, SIZE_MAX, SIZE_MAX - 7, SIZE_MAX / 2};
    errno = KEPT;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        void *answer = &answer;
        CHECK(is_refused(aligned_alloc(bad[i], 100), EINVAL));
        CHECK(is_refused(aligned_alloc(bad[i], SIZE_MAX), EINVAL));
        CHECK(posix_memalign(&answer, bad[i], 100) == EINVAL);
        CHECK(answer == &answer && errno == KEPT);
    }
    for (size_t alignment = 0; alignment < 10000; alignment = alignment * 5 / 4 + 1) {
        size_t power = 1;
        while (power < alignment) {
            power *= 2;
        }
        void *block = memalign(alignment, 10);
        CHECK(is_aligned(block, power));
        free(block);
    }
    CHECK(is_refused(memalign(SIZE_MAX, 1), EINVAL));
    CHECK(is_refused(memalign(SIZE_MAX / 2 + 2, 1), EINVAL));
}

static void test_pages(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    errno = KEPT;
    for (size_t size = 0; size < 100000; size += size / 2 + 1) {
        void *one = valloc(size), *two = pvalloc(size);
        CHECK(is_aligned(one, page) && is_aligned(two, page));
        CHECK(malloc_usable_size(one) >= size);
        CHECK(malloc_usable_size(two) >= (size + page - 1) / page * page);
        free(one);
        free(two);
    }
    CHECK(errno == KEPT);
}

/* What is asked for, and left in place, is never taken for a wrong size. */
static void test_sized(void) {
    errno = KEPT;
    for (size_t size = 0; size < 200000; size += size < 3000 ? 1 : size / 9) {
        free_sized(malloc(size), size);
        free_sized(calloc(1, size), size);
        free_aligned_sized(malloc(size), 16, size);
        unsigned char *block = malloc(size);
        for (size_t next = size; next > 0; next = next * 3 / 4) {
            block = realloc(block, next);
            if (test_random() % 8 == 0) {
                free_sized(block, next);
                block = malloc(next);
            }
        }
        free(block);
    }
    free_sized(NULL, 100);
    free_aligned_sized(NULL, 3, 100);
    CHECK(errno == KEPT);
}

static void test_told(void) {
    char *text = NULL;
    size_t length = 0;
    void *block = malloc(3000000);
    struct mallinfo2 wide = mallinfo2();
    struct mallinfo info = mallinfo();
    CHECK(wide.uordblks >= 3000000 && wide.arena == wide.uordblks + wide.fordblks);
    CHECK((size_t)info.uordblks <= wide.uordblks + 65536 && info.arena > 0);
    memset(block, 1, 3000000);
    free(block);
    CHECK(mallinfo2().uordblks < wide.uordblks);
    CHECK(malloc_trim(0) == 1);
    CHECK(mallopt(M_MMAP_THRESHOLD, 100) == 1);
    CHECK(malloc_usable_size(NULL) == 0);
    FILE *stream = open_memstream(&text, &length);
    CHECK(malloc_info(0, stream) == 0 && malloc_info(1, stream) == EINVAL);
    fclose(stream);
    CHECK(strncmp(text, "<malloc version=\"", 17) == 0 && strstr(text, "</malloc>\n") != NULL);
    free(text);
}

/* ---- Threads. */

enum { CROWD = 300, LEFT = 50 }; /* more threads than have caches; what each leaves to another */

static pthread_barrier_t together;
static void *left[CROWD][LEFT];

static void *leave_some(void *own) {
    void **mine = own;
    for (int i = 0; i < 1000; i++) {
        size_t size = (size_t)i % 700;
        unsigned char *block = malloc(size), *other = calloc(1, size);
        memset(block, i, size);
        if (i % (1000 / LEFT) == 0) {
            mine[i / (1000 / LEFT)] = block;
        } else {
            free(block);
        }
        if (!is_aligned(other, 16) || !all_are(other, size, 0)) {
            mine[0] = NULL;
        }
        free(other);
    }
    return NULL;
}

static void *leave_in_crowd(void *own) {
    pthread_barrier_wait(&together);
    leave_some(own);
    pthread_barrier_wait(&together);
    return NULL;
}

static void check_left(void **blocks) {
    for (int i = 0; i < LEFT; i++) {
        size_t number = (size_t)i * (1000 / LEFT), size = number % 700;
        CHECK(blocks[i] != NULL && all_are(blocks[i], size, (unsigned char)number));
        free(blocks[i]);
    }
}

/* More threads at once than there are caches. */
static void test_crowd(void) {
    pthread_t thread[CROWD];
    pthread_barrier_init(&together, NULL, CROWD);
    for (int i = 0; i < CROWD; i++) {
        CHECK(pthread_create(&thread[i], NULL, leave_in_crowd, left[i]) == 0);
    }
    for (int i = 0; i < CROWD; i++) {
        pthread_join(thread[i], NULL);
        check_left(left[i]);
    }
}

/* A thread takes over what the last one left: a thousand after each other need no more memory than
 * a few, and what another frees of theirs is had again. */
static void test_adoption(void) {
    size_t before = 0;
    for (int i = 0; i < 1000; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, leave_some, left[0]) == 0);
        pthread_join(thread, NULL);
        check_left(left[0]);
        before = i == 10 ? mallinfo2().uordblks : before;
    }
    CHECK(mallinfo2().uordblks <= before);
}

static void *leave_many(void *own) {
    void **mine = own;
    for (int i = 0; i < 100000; i++) {
        mine[i] = malloc(96);
    }
    return NULL;
}

/* What a thread that has ended has left is given back by a trim, once it is free. */
static void test_trim(void) {
    enum { MANY = 100000 };
    static void *blocks[MANY];
    size_t before = mallinfo2().uordblks;
    pthread_t thread;
    pthread_create(&thread, NULL, leave_many, blocks);
    pthread_join(thread, NULL);
    size_t between = mallinfo2().uordblks;
    for (int i = 0; i < MANY; i++) {
        free(blocks[i]);
    }
    malloc_trim(0);
    CHECK(between >= before + MANY * 96 / 2);
    CHECK(mallinfo2().uordblks <= before + MANY * 96 / 8);
}

static pthread_key_t late;
static size_t late_bytes; /* the most that a block of a byte had in a destructor */

static void allocate(void) {
    void *block = malloc(1);
    size_t bytes = malloc_usable_size(block);
    late_bytes = bytes > late_bytes ? bytes : late_bytes;
    free(block);
}

/* A destructor that allocates, and comes again, so often. */
static void allocate_late(void *round) {
    allocate();
    if ((uintptr_t)round > 1) {
        pthread_setspecific(late, (void *)((uintptr_t)round - 1));
    }
}

static void *end_late(void *rounds) {
    allocate();
    pthread_setspecific(late, rounds);
    return NULL;
}

static void *usable_of_small(void *answer) {
    void *block = malloc(1);
    *(size_t *)answer = malloc_usable_size(block);
    free(block);
    return NULL;
}

/* Threads whose destructors allocate have their caches still; only if such come in the last round
 * too they may find theirs gone. A number that a thread gave back it does not claim again: else
 * none is left in the end. */
static void test_late(void) {
    pthread_key_create(&late, allocate_late);
    for (uintptr_t i = 0; i < 2000; i++) {
        pthread_t thread;
        late_bytes = 0;
        CHECK(pthread_create(&thread, NULL, end_late, (void *)(i % 5 + 1)) == 0);
        pthread_join(thread, NULL);
        CHECK(late_bytes == 16 || i % 5 >= 3);
    }
    size_t small = 0;
    pthread_t thread;
    pthread_create(&thread, NULL, usable_of_small, &small);
    pthread_join(thread, NULL);
    CHECK(small == 16); /* and not a page */
    pthread_key_delete(late);
}

/* ---- Misuses: each in a child that must end with SIGABRT and a line. */

static char in_data[64];
static char *volatile given; /* what a misuse is of */

static void *give_away(void *size) {
    given = malloc((size_t)size);
    return NULL;
}

static void *free_given(void *ignored) {
    free(given);
    return ignored;
}

static void in_thread(void *(*what)(void *), void *with) {
    pthread_t thread;
    pthread_create(&thread, NULL, what, with);
    pthread_join(thread, NULL);
}

static void twice(size_t size) {
    given = malloc(size);
    free(given);
    free(given);
}

static void double_small(void) {
    twice(64);
}

static void double_medium(void) {
    twice(20000);
}

static void double_large(void) {
    twice(1000000);
}

static void double_huge(void) {
    twice(10000000);
}

static void double_later(void) {
    char *first = malloc(48), *others[5000];
    for (int i = 0; i < 5000; i++) {
        others[i] = malloc(48);
    }
    free(first);
    for (int i = 1; i < 5000; i += 2) {
        free(others[i]);
    }
    free(first);
}

static void inside(void) {
    given = malloc(64);
    free(given + 16);
}

static void inside_odd(void) {
    given = malloc(64);
    free(given + 1);
}

static void inside_large(void) {
    given = malloc(1000000);
    free(given + 8 * PAGE_SIZE);
}

static void on_stack(void) {
    char here[64];
    given = here;
    free(given);
}

static void in_static(void) {
    given = in_data;
    free(given);
}

static void nowhere(void) {
    free((void *)(uintptr_t)0x1230);
    _exit(0);
}

static void in_window(void) {
    given = malloc(10);
    free(given + ((size_t)1 << 33));
}

static void after_realloc(void) {
    given = malloc(64);
    char *volatile moved = realloc(given, 100000);
    free(given);
    free(moved);
}

static void realloc_twice(void) {
    given = malloc(64);
    free(given);
    given = realloc(given, 100000);
}

static void realloc_wild(void) {
    given = realloc(in_data, 100);
}

static void realloc_inside(void) {
    given = malloc(64);
    given = realloc(given + 32, 100);
}

static void other_thread(void) {
    give_away((void *)64);
    in_thread(free_given, NULL);
    in_thread(free_given, NULL);
}

static void other_thread_large(void) {
    give_away((void *)100000);
    in_thread(free_given, NULL);
    free(given);
}

static void other_thread_first(void) {
    in_thread(give_away, (void *)64);
    free(given);
    free(given);
}

static void other_thread_inside(void) {
    give_away((void *)640);
    given += 64;
    in_thread(free_given, NULL);
}

static void too_small(void) {
    free_sized(malloc(64), 100);
}

static void too_large(void) {
    free_sized(malloc(64), 10);
}

static void wrong_alignment(void) {
    given = malloc(64);
    given = (uintptr_t)given % 64 == 0 ? malloc(48) : given;
    given = (uintptr_t)given % 64 == 0 ? malloc(48) : given;
    free_aligned_sized(given, 64, malloc_usable_size(given));
}

static void odd_alignment(void) {
    free_aligned_sized(malloc(64), 3, 64);
}

/* Runs it in a child; what that says on its standard error, and how it ends. */
static int ends(void (*what)(void), char *said, size_t size) {
    int ends[2], status = 0;
    if (pipe(ends) != 0) {
        return -1;
    }
    pid_t child = fork();
    if (child == 0) {
        alarm(30);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        what();
        _exit(0);
    }
    close(ends[1]);
    ssize_t length = 0, got;
    while ((got = read(ends[0], said + length, size - 1 - (size_t)length)) > 0) {
        length += got;
    }
    said[length] = 0;
    close(ends[0]);
    waitpid(child, &status, 0);
    return status;
}

static void test_misuses(void) {
    static const struct {
        void (*what)(void);
        const char *name, *why;
    } misuse[] = {
#define MISUSE(what, why) {what, #what, why}
        MISUSE(double_small, "already free"),
        MISUSE(double_medium, "already free"),
        MISUSE(double_large, "already free"),
        MISUSE(double_huge, "no block"),
        MISUSE(double_later, "already free"),
        MISUSE(inside, "not the start of a block"),
        MISUSE(inside_odd, "not the start of a block"),
        MISUSE(inside_large, "not the start of a block"),
        MISUSE(on_stack, "no block"),
        MISUSE(in_static, "no block"),
        MISUSE(nowhere, "no block"),
        MISUSE(in_window, "no block"),
        MISUSE(after_realloc, "already free"),
        MISUSE(realloc_twice, "already free"),
        MISUSE(realloc_wild, "no block"),
        MISUSE(realloc_inside, "not the start of a block"),
        MISUSE(other_thread, "already free"),
        MISUSE(other_thread_large, "no block"),
        MISUSE(other_thread_first, "already free"),
        MISUSE(other_thread_inside, "not the start of a block"),
        MISUSE(too_small, "not of that size"),
        MISUSE(too_large, "not of that size"),
        MISUSE(wrong_alignment, "not of that alignment"),
        MISUSE(odd_alignment, "not of that alignment"),
    };
    for (size_t i = 0; i < sizeof misuse / sizeof *misuse; i++) {
        char said[300] = "";
        int status = ends(misuse[i].what, said, sizeof said);
        int is_right = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
                       strncmp(said, "cairn: free of 0x", 17) == 0 &&
                       strstr(said, misuse[i].why) != NULL && strchr(said, '\n') != NULL;
        CHECK(is_right);
        if (!is_right) {
            printf("%s: status %x, said %s\n", misuse[i].name, (unsigned)status, said);
        }
    }
}

/* ---- Options: the program begins anew as a child, with the options and one thing to do. */

static char **restarted;

static void restart(void) {
    char *environment[] = {restarted[2], NULL};
    execve("/proc/self/exe", restarted, environment);
}

/* What the program says on its standard error when it does `what` under these options. */
static const char *says(const char *options, const char *what, int *status) {
    static char said[1000];
    char variable[200], name[] = "test_malloc", copy[40];
    snprintf(variable, sizeof variable, "CAIRN_OPTIONS=%s", options);
    snprintf(copy, sizeof copy, "%s", what);
    char *arguments[] = {name, copy, variable, NULL};
    restarted = arguments;
    *status = ends(restart, said, sizeof said);
    return said;
}

static volatile int is_done;

/* None of the family is a point where a thread can be cancelled: it might hold the heap. */
static void *be_cancelled(void *ignored) {
    pthread_cancel(pthread_self());
    for (size_t size = 1; size < 1 << 24; size *= 2) {
        free(realloc(malloc(size), 3 * size));
    }
    malloc_trim(0);
    is_done = 1;
    pthread_testcancel();
    is_done = 2;
    return ignored;
}

/* The things to do. */
static int restarted_main(const char *what) {
    if (strcmp(what, "misuse") == 0) {
        char *block = malloc(64);
        free(block);
        free(block);
        free(in_data);
        errno = KEPT;
        char *none = realloc(in_data, 10);
        return none != NULL || errno != EINVAL;
    }
    if (strcmp(what, "cancel") == 0) {
        in_thread(be_cancelled, NULL);
        return is_done != 1 || malloc(1 << 24) == NULL;
    }
    if (strcmp(what, "zeros") == 0) {
        volatile char *block = malloc(6000), *large = malloc(30000);
        memset((char *)block, 1, 6000);
        memset((char *)large, 1, 30000);
        free((char *)block);
        free((char *)large);
        return !all_are((char *)block, 6000, 0) || !all_are((char *)large, 30000, 0);
    }
    for (int i = 0; i < 20; i++) {
        char *block = malloc(10000000);
        memset(block, 1, 10000000);
        free(block);
    }
    free(malloc(100000));
    return mallinfo2().keepcost > 1000000; /* committed and free */
}

static void test_options(void) {
    int status;
    CHECK(strstr(says("", "misuse", &status), "already free") != NULL && WIFSIGNALED(status));
    CHECK(strstr(says("misuse=abort", "misuse", &status), "already free") != NULL);
    CHECK(WIFSIGNALED(status));
    CHECK(strcmp(says("misuse=ignore", "misuse", &status), "") == 0 && status == 0);
    CHECK(strcmp(says("misuse=count", "misuse", &status), "") == 0 && status == 0);
    CHECK(strstr(says("misuse=count,statistics=1", "misuse", &status), "misuses: 3\n") != NULL);
    CHECK(status == 0);
    CHECK(strcmp(says("zero_on_free=1", "zeros", &status), "") == 0 && status == 0);
    CHECK(strcmp(says("zero_on_free=0", "zeros", &status), "") == 0 && status != 0);
    CHECK(strcmp(says("limit=1000000", "limit", &status), "") == 0 && status == 0);
    CHECK(strcmp(says("", "limit", &status), "") == 0 && status != 0);
    CHECK(strcmp(says("", "cancel", &status), "") == 0 && status == 0);
    const char *said =
        says("misuse=never,,limit=12x,zero_on_free=2,misuse=ignore", "misuse", &status);
    CHECK(strcmp(said, "cairn: CAIRN_OPTIONS has no misuse=never\ncairn: CAIRN_OPTIONS has no "
                       "limit=12x\ncairn: CAIRN_OPTIONS has no zero_on_free=2\n") == 0);
    CHECK(status == 0);
}

int main(int count, char **arguments) {
    if (count > 1) {
        return restarted_main(arguments[1]);
    }
    test_malloc();
    test_apart();
    test_too_large();
    test_calloc();
    test_realloc();
    test_growth();
    test_aligned();
    test_bad_alignments();
    test_pages();
    test_sized();
    test_told();
    test_crowd();
    test_adoption();
    test_trim();
    test_late();
    test_misuses();
    test_options();
    return test_report("malloc");
}
