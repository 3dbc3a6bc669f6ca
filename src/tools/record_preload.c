/* What cairn-record loads into a program: takes the place of malloc and its family, asks the real
 * ones, and writes down what they did (recording.h).
 *
 * The order of the file is the order of events: an allocation is written after it was had, a free
 * before it is done, and a realloc, which is both, is done under the writer's lock.
 *
 * The file is written through a shared mapping, so that nothing is lost however the program ends.
 * A process made by fork writes nothing; one that executes a program is recorded anew, in the same
 * file if it is the process cairn-record started, else (with -f only) in FILE.PROCESS. */
#define _GNU_SOURCE
#include "tools/recording.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { EARLY_SIZE = 1 << 20, ALIGNMENT = 16, WINDOW = 1 << 20, SYSTEM_PAGE = 4096 };

enum { NEW, STARTING, PASSING, RECORDING };

static atomic_int state;
static void *(*real_malloc)(size_t size);
static void *(*real_calloc)(size_t count, size_t size);
static void *(*real_realloc)(void *old, size_t size);
static void *(*real_memalign)(size_t alignment, size_t size);
static int (*real_posix_memalign)(void **answer, size_t alignment, size_t size);
static void *(*real_aligned_alloc)(size_t alignment, size_t size);
static void (*real_free)(void *old);

/* ---- Memory for the time before the real functions are known: handed out once, never back. */

static _Alignas(ALIGNMENT) unsigned char early[EARLY_SIZE];
static size_t early_used;

static void *early_alloc(size_t size) {
    if (size > EARLY_SIZE - ALIGNMENT * 2 - early_used) {
        return NULL;
    }
    unsigned char *block = early + early_used + ALIGNMENT;
    memcpy(block - ALIGNMENT, &size, sizeof size);
    early_used += ALIGNMENT + (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return block;
}

static int is_early(const void *block) {
    return (uintptr_t)block - (uintptr_t)early < EARLY_SIZE;
}

/* ---- The writer. */

static atomic_flag writing = ATOMIC_FLAG_INIT;
static char path[SYSTEM_PAGE]; /* no descriptor is kept: programs close what they do not know */
static unsigned char *header, *window;
static uint64_t window_start; /* where in the file the window begins */
static uint64_t length, events, last_thread = 1, last_address;

static void lock(void) {
    while (atomic_flag_test_and_set(&writing)) {
        sched_yield();
    }
}

static void unlock(void) {
    atomic_flag_clear(&writing);
}

static void put_little_endian(unsigned char *where, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) {
        where[i] = (unsigned char)(value >> 8 * i);
    }
}

static void give_up(const char *why) {
    (void)!write(2, "cairn-record: ", 14);
    (void)!write(2, why, strlen(why));
    (void)!write(2, "\n", 1);
    atomic_store(&state, PASSING);
}

/* Maps `size` bytes of the file from `start` on, and makes it so long. Returns NULL on failure. */
static void *map_file(int flags, uint64_t from, size_t size) {
    void *got = MAP_FAILED;
    int file = open(path, O_RDWR | O_CLOEXEC | flags, 0666);
    if (file >= 0 && posix_fallocate(file, (off_t)from, (off_t)size) == 0) {
        got = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, (off_t)from);
    }
    if (file >= 0) {
        close(file);
    }
    return got == MAP_FAILED ? NULL : got;
}

/* Makes the window hold the next event, whatever its size. Returns 0 if that cannot be. */
static int reach(void) {
    if (window == NULL || length + RECORD_EVENT_MAX > window_start + WINDOW) {
        if (window != NULL) {
            munmap(window, WINDOW);
        }
        window_start = length / SYSTEM_PAGE * SYSTEM_PAGE;
        window = map_file(0, window_start, WINDOW);
    }
    return window != NULL;
}

static unsigned char *put_number(unsigned char *where, uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
        *where++ = (unsigned char)(value | 0x80);
    }
    *where++ = (unsigned char)value;
    return where;
}

static unsigned char *put_address(unsigned char *where, const void *block) {
    uint64_t address = (uintptr_t)block;
    uint64_t difference = address - last_address;
    last_address = address;
    return put_number(where, difference << 1 ^ (0 - (difference >> 63)));
}

static uint64_t thread_number(void) {
    static atomic_uint_least64_t threads;
    static _Thread_local uint64_t number __attribute__((tls_model("initial-exec")));
    if (number == 0) {
        number = atomic_fetch_add(&threads, 1) + 1;
    }
    return number;
}

/* Writes an event down. The caller holds the lock. */
static void put_event(enum record_operation operation, size_t alignment, const void *old,
                      size_t size, const void *block) {
    uint64_t thread = thread_number();
    if (atomic_load(&state) != RECORDING) { /* another thread gave up meanwhile */
        return;
    }
    if (!reach()) {
        give_up("the recording cannot be extended and ends here");
        return;
    }
    unsigned char *start = window + (length - window_start);
    unsigned char *where = start;
    *where++ = (unsigned char)(operation | (thread != last_thread ? RECORD_THREAD : 0));
    if (thread != last_thread) {
        where = put_number(where, thread);
        last_thread = thread;
    }
    if (operation == RECORD_ALIGNED) {
        int is_power = (alignment & (alignment - 1)) == 0;
        where = put_number(where, is_power ? alignment : 0);
    }
    if (operation == RECORD_REALLOC || operation == RECORD_FREE) {
        where = put_address(where, old);
    }
    if (operation != RECORD_FREE) {
        where = put_number(where, size);
        where = put_address(where, block);
    }
    length += (uint64_t)(where - start);
    events++;
    put_little_endian(header + 16, length, 8);
    put_little_endian(header + 24, events, 8);
}

static void record(enum record_operation operation, size_t alignment, const void *old, size_t size,
                   const void *block) {
    int saved = errno;
    if (atomic_load(&state) == RECORDING) {
        lock();
        put_event(operation, alignment, old, size, block);
        unlock();
    }
    errno = saved;
}

/* ---- The start. */

/* Opens the file this process writes to. Returns 0 if it is not to be recorded. */
static int open_file(void) {
    const char *name = getenv("CAIRN_RECORD");
    const char *owner = getenv("CAIRN_RECORD_PROCESS");
    char process[24], *digit = process + sizeof process - 1;
    if (name == NULL || owner == NULL || strlen(name) > sizeof path - sizeof process) {
        return 0;
    }
    *digit = 0;
    for (unsigned rest = (unsigned)getpid(); rest > 0; rest /= 10) {
        *--digit = (char)('0' + rest % 10);
    }
    strcpy(path, name);
    if (strcmp(owner, digit) != 0) {
        if (getenv("CAIRN_RECORD_FOLLOW") == NULL) {
            return 0;
        }
        *--digit = '.';
        strcat(path, digit);
    }
    header = map_file(O_CREAT | O_TRUNC, 0, SYSTEM_PAGE);
    if (header == NULL) {
        give_up("the recording cannot be written");
    }
    return header != NULL;
}

static void stop_in_child(void) {
    atomic_store(&state, PASSING);
}

/* Stores the address of the real function; through memory, as C has no cast for it. */
static void find(void *function, const char *name) {
    void *address = dlsym(RTLD_NEXT, name);
    memcpy(function, &address, sizeof address);
}

static void start(void) {
    find(&real_malloc, "malloc");
    find(&real_calloc, "calloc");
    find(&real_realloc, "realloc");
    find(&real_memalign, "memalign");
    find(&real_aligned_alloc, "aligned_alloc");
    find(&real_posix_memalign, "posix_memalign");
    find(&real_free, "free");
    if (!open_file()) {
        atomic_store(&state, PASSING);
        return;
    }
    length = RECORD_HEADER;
    memcpy(header, RECORD_MAGIC, 8);
    put_little_endian(header + 8, RECORD_VERSION, 4);
    put_little_endian(header + 12, (uint64_t)getpid(), 4);
    put_little_endian(header + 16, length, 8);
    put_little_endian(header + 24, 0, 8);
    pthread_atfork(NULL, NULL, stop_in_child);
    atomic_store(&state, RECORDING);
}

/* Are the real functions known? Before the C library has its environment they cannot be asked
 * for, and asking for them allocates; there is one thread only as long as this is so. */
static int is_ready(void) {
    if (atomic_load(&state) == NEW && environ != NULL) {
        atomic_store(&state, STARTING);
        start();
    }
    return atomic_load(&state) >= PASSING;
}

static __attribute__((constructor)) void start_at_load(void) {
    is_ready();
}

/* ---- The family. */

void *malloc(size_t size) {
    if (!is_ready()) {
        return early_alloc(size);
    }
    void *block = real_malloc(size);
    record(RECORD_MALLOC, 0, NULL, size, block);
    return block;
}

void *calloc(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        total = SIZE_MAX;
    }
    if (!is_ready()) {
        return early_alloc(total);
    }
    void *block = real_calloc(count, size);
    record(RECORD_CALLOC, 0, NULL, total, block);
    return block;
}

void free(void *old) {
    if (old == NULL || is_early(old)) {
        return;
    }
    record(RECORD_FREE, 0, old, 0, NULL);
    real_free(old);
}

static void *realloc_early(void *old, size_t size) {
    size_t old_size;
    memcpy(&old_size, (unsigned char *)old - ALIGNMENT, sizeof old_size);
    void *block = malloc(size);
    if (block != NULL) {
        memcpy(block, old, old_size < size ? old_size : size);
    }
    return block;
}

void *realloc(void *old, size_t size) {
    if (!is_ready() && old == NULL) {
        return early_alloc(size);
    }
    if (is_early(old)) {
        return realloc_early(old, size);
    }
    if (atomic_load(&state) != RECORDING) {
        return real_realloc(old, size);
    }
    lock();
    void *block = real_realloc(old, size);
    int saved = errno;
    put_event(RECORD_REALLOC, 0, old, size, block);
    unlock();
    errno = saved;
    return block;
}

void *reallocarray(void *old, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, total);
}

void *memalign(size_t alignment, size_t size) {
    if (!is_ready()) {
        return alignment <= ALIGNMENT ? early_alloc(size) : NULL;
    }
    void *block = real_memalign(alignment, size);
    record(RECORD_ALIGNED, alignment, NULL, size, block);
    return block;
}

void *aligned_alloc(size_t alignment, size_t size) {
    if (!is_ready()) {
        return alignment <= ALIGNMENT ? early_alloc(size) : NULL;
    }
    void *block = real_aligned_alloc(alignment, size);
    record(RECORD_ALIGNED, alignment, NULL, size, block);
    return block;
}

int posix_memalign(void **answer, size_t alignment, size_t size) {
    if (!is_ready()) {
        return ENOMEM;
    }
    int status = real_posix_memalign(answer, alignment, size);
    record(RECORD_ALIGNED, alignment, NULL, size, status == 0 ? *answer : NULL);
    return status;
}

void *valloc(size_t size) {
    return memalign((size_t)sysconf(_SC_PAGESIZE), size);
}

void *pvalloc(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (size > SIZE_MAX - page) {
        errno = ENOMEM;
        return NULL;
    }
    return memalign(page, (size + page - 1) / page * page);
}
