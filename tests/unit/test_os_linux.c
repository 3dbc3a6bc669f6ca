// config: host
// link: src/os/os_linux.c
/* T1, T2 against the real Linux: each clause of os.h, with real neighbours and real limits. */
#define _GNU_SOURCE
#include "os/memory.h"
#include "os/os.h"
#include "../test.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARENA_SIZE ((size_t)ARENA_PAGES * PAGE_SIZE)
#define CHUNK_SIZE ((size_t)CHUNK_PAGES * PAGE_SIZE)
#define TABLES     3 /* slot_free, slot_remote, slot_mark: an arena has so many bytes of each: */
#define PART_SIZE  ((size_t)ARENA_PAGES * PAGE_SLOT_WORDS * sizeof(uint64_t))

#ifdef __SANITIZE_ADDRESS__
#define FITS_LIMITS 0 /* with the address sanitizer the program itself is too large for any */
#else
#define FITS_LIMITS 1
#endif

static char *arena_address(uint32_t a) {
    return os_address(a * ARENA_PAGES);
}

static char *chunk_address(uint32_t c) {
    return os_address(c * CHUNK_PAGES);
}

/* Where the arena's part of a table begins: behind the window lie the three. */
static char *table_address(uint32_t table, uint32_t a) {
    return (char *)os_address(PAGES) + ((size_t)table * ARENAS + a) * PART_SIZE;
}

/* The protection bits /proc/self/maps shows for the address, "" if nothing is mapped there. */
static const char *protection(const char *address) {
    static char answer[5];
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    answer[0] = 0;
    while (maps && fgets(line, sizeof line, maps)) {
        uintptr_t low, high;
        char bits[5];
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &low, &high, bits) == 3 &&
            low <= (uintptr_t)address && (uintptr_t)address < high) {
            memcpy(answer, bits, sizeof bits);
        }
    }
    if (maps) {
        fclose(maps);
    }
    return answer;
}

static int is_zero(const char *start, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (start[i] != 0) {
            return 0;
        }
    }
    return 1;
}

/* How a child that writes to the address ends: 0, or the signal that ends it. */
static int write_kills(char *address) {
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        *(volatile char *)address = 1;
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void test_start_empty(void) {
    for (uint32_t a = 0; a < ARENAS; a += 73) {
        CHECK(strcmp(protection(arena_address(a)), "") == 0);
        for (uint32_t t = 0; t < TABLES; t++) {
            CHECK(strcmp(protection(table_address(t, a)), "") == 0);
        }
    }
}

static void test_reserve(void) {
    CHECK(os_reserve(3, 2) == 1);
    CHECK(strcmp(protection(arena_address(3)), "---p") == 0);
    CHECK(strcmp(protection(arena_address(5) - 1), "---p") == 0);
    CHECK(strcmp(protection(arena_address(3) - 1), "") == 0);
    CHECK(strcmp(protection(arena_address(5)), "") == 0);
    CHECK(write_kills(arena_address(3)) == SIGSEGV);
    /* what is ours is refused: all of it, its start, its end, what holds it */
    CHECK(os_reserve(3, 2) == 0);
    CHECK(os_reserve(4, 1) == 0);
    CHECK(os_reserve(2, 2) == 0);
    CHECK(os_reserve(4, 2) == 0);
    CHECK(os_reserve(2, 4) == 0);
    CHECK(strcmp(protection(arena_address(2)), "") == 0);
    CHECK(strcmp(protection(arena_address(5)), "") == 0);
    CHECK(os_reserve(2, 1) == 1);
    CHECK(os_reserve(5, 1) == 1);
    os_release(2, 4);
    CHECK(strcmp(protection(arena_address(3)), "") == 0);
    CHECK(os_reserve(3, 2) == 1);
    os_release(4, 1);
    CHECK(strcmp(protection(arena_address(3)), "---p") == 0);
    CHECK(strcmp(protection(arena_address(4)), "") == 0);
    os_release(3, 1);
}

static void test_outside(void) {
    CHECK(os_reserve(0, 0) == 0);
    CHECK(os_reserve(ARENAS, 1) == 0);
    CHECK(os_reserve(ARENAS, 0) == 0);
    CHECK(os_reserve(ARENAS - 1, 2) == 0);
    CHECK(os_reserve(0, ARENAS + 1) == 0);
    CHECK(os_reserve(UINT32_MAX, 1) == 0);
    CHECK(os_reserve(1, UINT32_MAX) == 0);
    CHECK(os_reserve(UINT32_MAX, UINT32_MAX) == 0);
    CHECK(os_reserve_any(0) == ARENAS);
    CHECK(os_reserve_any(ARENAS + 1) == ARENAS);
    CHECK(os_reserve_any(UINT32_MAX) == ARENAS);
    CHECK(os_reserve(ARENAS - 1, 1) == 1);
    CHECK(strcmp(protection(arena_address(ARENAS) - 1), "---p") == 0);
    os_release(ARENAS - 1, 1);
    CHECK(os_reserve(0, ARENAS) == 1);
    os_release(0, ARENAS);
}

/* What somebody else has mapped is refused and stays as it is, even a single page of it. */
static void test_stranger(void) {
    char *where = arena_address(7) + ARENA_SIZE / 2;
    char *page = mmap(where, 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(page == where);
    memset(page, 0x5a, 4096);
    CHECK(os_reserve(7, 1) == 0);
    CHECK(os_reserve(6, 3) == 0);
    CHECK(strcmp(protection(page), "rw-p") == 0);
    CHECK(strcmp(protection(arena_address(7)), "") == 0);
    CHECK(strcmp(protection(arena_address(6)), "") == 0);
    CHECK(page[0] == 0x5a && page[4095] == 0x5a);
    CHECK(os_reserve(6, 1) == 1);
    CHECK(os_reserve(0, 6) == 1);
    CHECK(os_reserve_any(1) == 8);
    CHECK(os_reserve_any(1016) == ARENAS);
    CHECK(os_reserve_any(1015) == 9);
    CHECK(os_reserve_any(1) == ARENAS);
    os_release(0, 7);
    os_release(8, 1016);
    munmap(page, 4096);
    CHECK(os_reserve_any(8) == 0);
    os_release(0, 8);
}

/* With arenas come their parts of the tables, which read as zero, also where others were before. */
static void test_tables(void) {
    CHECK(os_reserve(40, 2) == 1);
    for (uint32_t t = 0; t < TABLES; t++) {
        char *start = table_address(t, 40), *end = table_address(t, 42);
        CHECK((size_t)(end - start) == 2 * PART_SIZE && PART_SIZE * ARENAS == SLOT_WORDS * 8ull);
        CHECK(strcmp(protection(start), "rw-p") == 0 && strcmp(protection(end - 1), "rw-p") == 0);
        CHECK(strcmp(protection(start - 1), "") == 0 && strcmp(protection(end), "") == 0);
        CHECK(is_zero(start, 2 * PART_SIZE));
        memset(start, 0x55, 2 * PART_SIZE);
    }
    CHECK(os_reserve(42, 1) == 1);
    for (uint32_t t = 0; t < TABLES; t++) {
        CHECK(is_zero(table_address(t, 42), PART_SIZE) && table_address(t, 42)[-1] == 0x55);
        memset(table_address(t, 42), 0x66, PART_SIZE);
    }
    os_release(41, 2);
    for (uint32_t t = 0; t < TABLES; t++) {
        CHECK(strcmp(protection(table_address(t, 41)), "") == 0);
        CHECK(strcmp(protection(table_address(t, 43) - 1), "") == 0);
        CHECK(table_address(t, 40)[0] == 0x55 && table_address(t, 41)[-1] == 0x55);
    }
    CHECK(os_reserve(41, 2) == 1);
    for (uint32_t t = 0; t < TABLES; t++) {
        CHECK(is_zero(table_address(t, 41), 2 * PART_SIZE));
    }
    os_release(40, 3);
}

/* Nothing is mapped of the arenas [a, end), nor of what belongs to them. */
static int are_unmapped(uint32_t a, uint32_t end) {
    int unmapped = strcmp(protection(arena_address(a)), "") == 0 &&
                   strcmp(protection(arena_address(end) - 1), "") == 0;
    for (uint32_t t = 0; t < TABLES; t++) {
        unmapped = unmapped && strcmp(protection(table_address(t, a)), "") == 0 &&
                   strcmp(protection(table_address(t, end) - 1), "") == 0;
    }
    return unmapped;
}

/* Where somebody else has a page of a table's part the arena is refused like one that is his. */
static void test_table_stranger(void) {
    for (uint32_t t = 0; t < TABLES; t++) {
        char *where = table_address(t, 45) + PART_SIZE / 2;
        char *page = mmap(where, 4096, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        CHECK(page == where);
        memset(page, 0x5a, 4096);
        errno = 77;
        CHECK(os_reserve(45, 1) == 0 && os_reserve(44, 3) == 0 && errno == 77);
        CHECK(are_unmapped(45, 46) && are_unmapped(44, 47));
        CHECK(page[0] == 0x5a && page[4095] == 0x5a);
        CHECK(os_reserve(44, 1) == 1 && os_reserve(0, 44) == 1 && os_reserve_any(1) == 46);
        os_release(0, 45);
        os_release(46, 1);
        munmap(page, 4096);
        CHECK(os_reserve(45, 1) == 1);
        os_release(45, 1);
    }
}

static void test_map(void) {
    uint32_t c = 11 * ARENA_CHUNKS + 3;
    CHECK(os_reserve(11, 2) == 1);
    CHECK(os_map(c, 2) == 1);
    CHECK(strcmp(protection(chunk_address(c)), "rw-p") == 0);
    CHECK(strcmp(protection(chunk_address(c) - 1), "---p") == 0);
    CHECK(strcmp(protection(chunk_address(c + 2)), "---p") == 0);
    CHECK(is_zero(chunk_address(c), 2 * CHUNK_SIZE));
    memset(chunk_address(c), 0x77, 2 * CHUNK_SIZE);
    CHECK(os_map(c + 2, 1) == 1);
    CHECK(is_zero(chunk_address(c + 2), CHUNK_SIZE));
    CHECK(chunk_address(c)[0] == 0x77 && chunk_address(c + 2)[-1] == 0x77);
    os_unmap(c, 2);
    CHECK(write_kills(chunk_address(c)) == SIGSEGV);
    CHECK(write_kills(chunk_address(c + 2)) == 0);
    CHECK(os_reserve(11, 1) == 0); /* still ours */
    CHECK(os_map(c, 1) == 1);
    CHECK(is_zero(chunk_address(c), CHUNK_SIZE));
    /* across the border of two reservations made one by one */
    CHECK(os_reserve(13, 1) == 1);
    CHECK(os_map(13 * ARENA_CHUNKS - 1, 2) == 1);
    memset(chunk_address(13 * ARENA_CHUNKS - 1), 1, 2 * CHUNK_SIZE);
    os_unmap(13 * ARENA_CHUNKS - 1, 2);
    os_unmap(c, 1);
    os_unmap(c + 2, 1);
    os_release(11, 3);
    CHECK(strcmp(protection(chunk_address(c)), "") == 0);
    CHECK(os_reserve(11, 1) == 1);
    CHECK(os_map(c, 1) == 1);
    CHECK(is_zero(chunk_address(c), CHUNK_SIZE));
    os_unmap(c, 1);
    os_release(11, 1);
}

/* T6: what is given back reads as zero, its neighbours are as they were; locked memory is refused
 * and stays as it is. */
static void test_discard(void) {
    uint32_t c = 21 * ARENA_CHUNKS, p = c * CHUNK_PAGES;
    char *start = chunk_address(c);
    CHECK(os_physical_page() == 1); /* 4 KiB, on the machines that run this */
    CHECK(os_huge_page() <= CHUNK_PAGES && (os_huge_page() & (os_huge_page() - 1)) == 0);
    CHECK(os_reserve(21, 1) == 1);
    CHECK(os_map(c, 1) == 1);
    memset(start, 0x33, CHUNK_SIZE);
    CHECK(os_discard(p + 7, 3) == 1);
    CHECK(is_zero(start + 7 * PAGE_SIZE, 3 * PAGE_SIZE));
    CHECK(start[7 * PAGE_SIZE - 1] == 0x33 && start[10 * PAGE_SIZE] == 0x33);
    CHECK(os_discard(p, CHUNK_PAGES) == 1);
    CHECK(is_zero(start, CHUNK_SIZE));
    memset(start, 0x44, 2 * PAGE_SIZE);
    CHECK(syscall(SYS_mlock, start, (size_t)PAGE_SIZE) == 0); /* mlock does nothing under ASan */
    CHECK(os_discard(p, 1) == 0);
    CHECK(start[0] == 0x44 && start[PAGE_SIZE - 1] == 0x44);
    CHECK(syscall(SYS_munlock, start, (size_t)PAGE_SIZE) == 0);
    CHECK(os_discard(p, 1) == 1);
    CHECK(is_zero(start, PAGE_SIZE) && start[PAGE_SIZE] == 0x44);
    os_unmap(c, 1);
    os_release(21, 1);
}

/* Runs the function in a child under a limit; its checks are counted by its exit code. */
static void with_limit(int resource, rlim_t limit, int (*run)(void)) {
    pid_t child = fork();
    if (child == 0) {
        struct rlimit both = {limit, limit};
        setrlimit(resource, &both);
        _exit(run());
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int run_refused_addresses(void) {
    CHECK(os_reserve(0, ARENAS) == 0);
    CHECK(strcmp(protection(arena_address(0)), "") == 0);
    CHECK(os_reserve_any(512) == ARENAS);
    CHECK(os_reserve(20, 1) == 1);
    os_release(20, 1);
    return test_failed != 0;
}

/* The limit leaves room for the arena, or for that and some of its parts, and not for all. */
static int run_refused_table(void) {
    errno = 77;
    CHECK(os_reserve(47, 1) == 0 && errno == 77);
    CHECK(are_unmapped(47, 48));
    CHECK(os_reserve_any(1) == ARENAS && errno == 77);
    return test_failed != 0;
}

/* The bytes that this program has mapped. */
static rlim_t mapped_now(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%lu", &pages) == 1);
    fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* A refused mapping leaves all its chunks without access, those it could have had included. */
static int run_refused_memory(void) {
    CHECK(os_reserve(20, 2) == 1);
    CHECK(os_map(20 * ARENA_CHUNKS, 2 * ARENA_CHUNKS) == 0);
    CHECK(strcmp(protection(arena_address(20)), "---p") == 0);
    CHECK(strcmp(protection(arena_address(22) - 1), "---p") == 0);
    CHECK(os_map(20 * ARENA_CHUNKS, 1) == 1);
    CHECK(is_zero(arena_address(20), CHUNK_SIZE));
    os_unmap(20 * ARENA_CHUNKS, 1);
    /* now the range is of two reservations of the system's, and the limit is met in the second */
    CHECK(mmap(arena_address(22), 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
          arena_address(22));
    os_release(21, 1);
    CHECK(os_reserve(21, 1) == 1);
    CHECK(os_map(21 * ARENA_CHUNKS - 8, 16) == 0);
    CHECK(strcmp(protection(arena_address(21) - 1), "---p") == 0);
    CHECK(strcmp(protection(arena_address(21)), "---p") == 0);
    return test_failed != 0;
}

static void test_limits(void) {
    if (FITS_LIMITS) {
        with_limit(RLIMIT_AS, (rlim_t)8 << 30, run_refused_addresses);
        for (size_t t = 0; t < TABLES; t++) {
            with_limit(RLIMIT_AS, mapped_now() + ARENA_SIZE + PART_SIZE * t + PART_SIZE / 2,
                       run_refused_table);
        }
        with_limit(RLIMIT_DATA, (rlim_t)64 << 20, run_refused_memory);
    }
}

static void test_addresses(void) {
    char *start = os_address(0);
    char *end = os_address(PAGES);
    CHECK((size_t)(end - start) == (size_t)PAGES * PAGE_SIZE);
    CHECK((uintptr_t)start % PAGE_SIZE == 0);
    CHECK(os_page_of(start) == 0);
    CHECK(os_page_of(start - 1) == PAGES);
    CHECK(os_page_of(end - 1) == PAGES - 1);
    CHECK(os_page_of(end) == PAGES);
    CHECK(os_page_of(NULL) == PAGES);
    CHECK(os_page_of((void *)UINTPTR_MAX) == PAGES);
    CHECK(os_page_of(&start) == PAGES);
    for (int i = 0; i < 1000; i++) {
        uint32_t p = (uint32_t)(test_random() % PAGES);
        char *address = os_address(p);
        CHECK(address == start + (size_t)p * PAGE_SIZE);
        CHECK(os_page_of(address + test_random() % PAGE_SIZE) == p);
    }
}

static void test_zero(void) {
    uint32_t p = 30 * ARENA_PAGES + 5;
    CHECK(os_reserve(30, 1) == 1);
    CHECK(os_map(30 * ARENA_CHUNKS, 1) == 1);
    memset(arena_address(30), 0x33, CHUNK_SIZE);
    os_zero(p, 3);
    CHECK(is_zero(os_address(p), 3 * PAGE_SIZE));
    CHECK(((char *)os_address(p))[-1] == 0x33 && ((char *)os_address(p + 3))[0] == 0x33);
    os_zero(p + 10, 0);
    CHECK(((char *)os_address(p + 10))[0] == 0x33);
    os_unmap(30 * ARENA_CHUNKS, 1);
    os_release(30, 1);
}

/* Places are addresses less the window's first; whatever is outside has none. */
static void test_places(void) {
    char *start = os_address(0);
    uint64_t size = (uint64_t)PAGES * PAGE_SIZE;
    CHECK(os_pointer(0) == start && os_place(start) == 0);
    CHECK(os_place(start + size - 1) == size - 1);
    CHECK(os_place(start + size) >= size && os_place(start - 1) >= size);
    CHECK(os_place(NULL) >= size && os_place((void *)UINTPTR_MAX) >= size);
    CHECK(os_place(&start) >= size);
    for (int i = 0; i < 1000; i++) {
        uint64_t place = test_random() % size;
        CHECK(os_pointer(place) == start + place && os_place(start + place) == place);
    }
}

static void test_bytes(void) {
    uint64_t place = 31 * (uint64_t)ARENA_SIZE + 12345;
    char *at = os_pointer(place);
    CHECK(os_reserve(31, 1) == 1 && os_map(31 * ARENA_CHUNKS, 1) == 1);
    memset(arena_address(31), 0x33, CHUNK_SIZE);
    os_clear(place, 100);
    CHECK(is_zero(at, 100) && at[-1] == 0x33 && at[100] == 0x33);
    os_clear(place + 100, 0);
    CHECK(at[100] == 0x33);
    memset(at, 0x44, 50);
    os_copy(place + 200, place, 51);
    CHECK(at[199] == 0x33 && at[200] == 0x44 && at[249] == 0x44 && at[250] == 0);
    CHECK(at[251] == 0x33);
    os_copy(place + 201, place + 200, 50); /* the two may overlap */
    CHECK(at[250] == 0x44 && at[251] == 0x33);
    os_copy(place + 50, place, 0);
    CHECK(at[50] == 0);
    os_unmap(31 * ARENA_CHUNKS, 1);
    os_release(31, 1);
}

/* What the system refuses shows in no errno. */
static void test_errno(void) {
    errno = 77;
    CHECK(os_reserve(32, 1) == 1 && os_reserve(32, 1) == 0 && errno == 77);
    os_release(32, 1);
    CHECK(os_map(32 * ARENA_CHUNKS, 1) == 0 && errno == 77);
    CHECK(os_discard(32 * ARENA_PAGES, 8) == 0 && errno == 77);
    os_huge_page();
    os_release(32, 1);
    CHECK(errno == 77);
}

int main(void) {
    test_start_empty();
    test_errno();
    test_reserve();
    test_outside();
    test_stranger();
    test_tables();
    test_table_stranger();
    test_map();
    test_discard();
    test_limits();
    test_addresses();
    test_places();
    test_bytes();
    test_zero();
    test_start_empty();
    return test_report("os_linux");
}
