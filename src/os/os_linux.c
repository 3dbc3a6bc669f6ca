/* The floor on Linux. The window is a fixed range of addresses; an arena of it becomes ours by a
 * mapping without access, a chunk gets its memory by allowing access. With an arena comes its part
 * of the three tables with a bit a slot, which lie beside the window. Nothing is held at start.
 * Whatever the system answers, errno is the caller's: a free may end here. */
#define _GNU_SOURCE
#include "os/os.h"
#include "os/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where the window starts: as in Go, far from what the loader, brk and mmap use. There lies the
 * address sanitizer's shadow, so a program with that has its window higher up. */
#ifndef OS_WINDOW
#ifdef __SANITIZE_ADDRESS__
#define OS_WINDOW 0x200000000000
#else
#define OS_WINDOW 0xc000000000
#endif
#endif
#define CHUNK_SIZE  ((size_t)CHUNK_PAGES * PAGE_SIZE)
#define ARENA_SIZE  ((size_t)ARENA_PAGES * PAGE_SIZE)
#define WINDOW_SIZE ((size_t)PAGES * PAGE_SIZE)
#define TABLE_SIZE  ((size_t)SLOT_WORDS * sizeof(uint64_t))
#define OS_FLAGS    (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
_Static_assert(sizeof(void *) == 8, "the window needs a 64-bit address space");

/* Where slot_free, slot_remote and slot_mark begin in the libraries, whose code reads it here
 * (beside/as). In a program that has these tables elsewhere nobody uses what is mapped there. */
#define AFTER_WINDOW (OS_WINDOW + WINDOW_SIZE)
static const uintptr_t slot_free_at __attribute__((used)) = AFTER_WINDOW;
static const uintptr_t slot_remote_at __attribute__((used)) = AFTER_WINDOW + TABLE_SIZE;
static const uintptr_t slot_mark_at __attribute__((used)) = AFTER_WINDOW + 2 * TABLE_SIZE;

/* All that an arena has a part of: the window, and the three tables. */
enum { PARTS = 4 };
static const struct {
    uintptr_t start;
    size_t size; /* of an arena's part */
    int access;
} part[PARTS] = {
    {OS_WINDOW, ARENA_SIZE, PROT_NONE},
    {AFTER_WINDOW, TABLE_SIZE / ARENAS, PROT_READ | PROT_WRITE},
    {AFTER_WINDOW + TABLE_SIZE, TABLE_SIZE / ARENAS, PROT_READ | PROT_WRITE},
    {AFTER_WINDOW + 2 * TABLE_SIZE, TABLE_SIZE / ARENAS, PROT_READ | PROT_WRITE},
};

static char *address_of(size_t offset) {
    return (char *)(uintptr_t)(OS_WINDOW + offset);
}

/* Maps part i of the n arenas from arena a. Returns 1, or 0 with errno if somebody is there or the
 * system refuses. */
static int claim(int i, uint32_t a, uint32_t n) {
    size_t size = n * part[i].size;
    char *want = (char *)(part[i].start + a * part[i].size);
    char *got = mmap(want, size, part[i].access, OS_FLAGS | MAP_FIXED_NOREPLACE, -1, 0);
    if (got != MAP_FAILED && got != want) { /* before Linux 4.17 the address is but a wish */
        munmap(got, size);
        errno = EEXIST;
    }
    return got == want;
}

/* Unmaps the first `parts` parts of these arenas. */
static void disclaim(int parts, uint32_t a, uint32_t n) {
    for (int i = 0; i < parts; i++) {
        munmap((char *)(part[i].start + a * part[i].size), n * part[i].size);
    }
}

/* Maps all of the n arenas from arena a, or nothing. Returns 0, or why not: ENOMEM where the system
 * refuses for want of memory or of addresses. */
static int claim_all(uint32_t a, uint32_t n) {
    int saved = errno, why = 0;
    for (int i = 0; i < PARTS && why == 0; i++) {
        if (!claim(i, a, n)) {
            why = errno == ENOMEM ? ENOMEM : EEXIST;
            disclaim(i, a, n);
        }
    }
    errno = saved;
    return why;
}

int os_reserve(uint32_t a, uint32_t n) {
    return 0 < n && n <= ARENAS && a <= ARENAS - n && claim_all(a, n) == 0;
}

/* For want of addresses no other place will do. */
uint32_t os_reserve_any(uint32_t n) {
    for (uint32_t a = 0; 0 < n && n <= ARENAS && a <= ARENAS - n; a++) {
        int why = claim_all(a, n);
        if (why != EEXIST) {
            return why == 0 ? a : ARENAS;
        }
    }
    return ARENAS;
}

void os_release(uint32_t a, uint32_t n) {
    int saved = errno;
    disclaim(PARTS, a, n);
    errno = saved;
}

int os_map(uint32_t c, uint32_t n) {
    int saved = errno;
    char *start = address_of(c * CHUNK_SIZE);
    if (mprotect(start, n * CHUNK_SIZE, PROT_READ | PROT_WRITE) == 0) {
        return 1;
    }
    mprotect(start, n * CHUNK_SIZE, PROT_NONE); /* it may have got half way */
    errno = saved;
    return 0;
}

void os_unmap(uint32_t c, uint32_t n) {
    int saved = errno;
    char *start = address_of(c * CHUNK_SIZE);
    if (mmap(start, n * CHUNK_SIZE, PROT_NONE, OS_FLAGS | MAP_FIXED, -1, 0) == MAP_FAILED) {
        memset(start, 0, n * CHUNK_SIZE); /* it stays, then: the next os_map must find zeros */
    }
    errno = saved;
}

uint32_t os_physical_page(void) {
    long size = sysconf(_SC_PAGESIZE);
    return size > PAGE_SIZE ? (uint32_t)(size / PAGE_SIZE) : 1;
}

/* The kernel tells a huge page's bytes in a file; sizes that a chunk does not hold are none. It is
 * read by bare system calls: at the C library's a thread may be cancelled, and this one holds the
 * heap. */
uint32_t os_huge_page(void) {
    static uint32_t known = UINT32_MAX;
    if (known == UINT32_MAX) {
        static const char name[] = "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size";
        int saved = errno;
        char text[32] = "";
        long file = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
        long length = file < 0 ? 0 : syscall(SYS_read, file, text, sizeof text - 1);
        if (file >= 0) {
            syscall(SYS_close, file);
        }
        unsigned long pages = length > 0 ? strtoul(text, NULL, 10) / PAGE_SIZE : 0;
        known = pages <= CHUNK_PAGES && (pages & (pages - 1)) == 0 ? (uint32_t)pages : 0;
        errno = saved;
    }
    return known;
}

int os_discard(uint32_t p, uint32_t n) {
    int saved = errno;
    int done = madvise(os_address(p), (size_t)n * PAGE_SIZE, MADV_DONTNEED) == 0;
    errno = saved;
    return done;
}

void *os_address(uint32_t p) {
    return address_of((size_t)p * PAGE_SIZE);
}

uint32_t os_page_of(const void *address) {
    uint64_t place = os_place(address);
    return place < WINDOW_SIZE ? (uint32_t)(place / PAGE_SIZE) : PAGES;
}

void os_zero(uint32_t p, uint32_t n) {
    os_clear((uint64_t)p * PAGE_SIZE, (uint64_t)n * PAGE_SIZE);
}

void *os_pointer(uint64_t place) {
    return address_of(place);
}

uint64_t os_place(const void *address) {
    return (uintptr_t)address - OS_WINDOW;
}

void os_clear(uint64_t place, uint64_t bytes) {
    memset(address_of(place), 0, bytes);
}

void os_copy(uint64_t to, uint64_t from, uint64_t bytes) {
    memmove(address_of(to), address_of(from), bytes);
}

__attribute__((weak)) void os_freed_twice(uint64_t place) {
    (void)place;
}
