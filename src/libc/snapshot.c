/* Writes a snapshot by bare system calls: a thread may be cancelled at the C library's, and this
 * one holds the heap; and nothing here may ask for memory. */
#define _GNU_SOURCE
#include "libc/snapshot.h"
#include "libc/report.h"
#include "libc/snapshot_format.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BUFFER = 65536, ENTRIES = 512 };

/* The file in the making. An error stays; nothing is written after one. */
static struct writer { /* under the heap lock */
    int file;
    int error; /* an errno */
    uint64_t sum;
    uint32_t blocks;
    size_t used; /* bytes of the buffer */
    unsigned char buffer[BUFFER];
} writer;

/* A part of the kernel's table of this process's pages: 8 bytes each (pagemap(5)). */
static struct page_map { /* under the heap lock */
    int file;            /* -1: there is none */
    uint64_t first;      /* page of the first entry */
    uint64_t entries;    /* that were read */
    uint64_t entry[ENTRIES];
} page_map;

static int open_file(const char *name, int flags) {
    return (int)syscall(SYS_openat, AT_FDCWD, name, flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

static void flush(void) {
    writer.sum = snapshot_sum(writer.sum, writer.buffer, writer.used);
    size_t done = 0;
    while (writer.error == 0 && done < writer.used) {
        long written = syscall(SYS_write, writer.file, writer.buffer + done, writer.used - done);
        if (written > 0) {
            done += (size_t)written;
        } else if (written == 0 || errno != EINTR) {
            writer.error = written == 0 ? EIO : errno;
        }
    }
    writer.used = 0;
}

static void put(const void *bytes, size_t size) {
    if (size > BUFFER - writer.used) {
        flush();
    }
    memcpy(writer.buffer + writer.used, bytes, size);
    writer.used += size;
}

static void put_number(uint32_t number) {
    put(&number, sizeof number);
}

static void put_header(void) {
    put(SNAPSHOT_MAGIC, sizeof SNAPSHOT_MAGIC - 1);
    put_number(SNAPSHOT_VERSION);
    put_number((uint32_t)getpid());
    put_number(SNAPSHOT_CONSTANTS);
    put_number(SNAPSHOT_TABLES);
    put(snapshot_constant, sizeof snapshot_constant);
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        put(&snapshot_table[t], SNAPSHOT_ENTRY);
    }
}

/* Is there memory at this address? */
static int is_mapped(const unsigned char *address) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned char resident = 0;
    return mincore((void *)((uintptr_t)address / page * page), 1, &resident) == 0;
}

/* Was the page of memory with this address ever touched? To look at one that was not is right too,
 * if it is mapped, but costs a mapping more. */
static int is_touched(const unsigned char *address) {
    uint64_t page = (uintptr_t)address / (uint64_t)sysconf(_SC_PAGESIZE);
    if (page - page_map.first >= page_map.entries) {
        page_map.first = page;
        long got = page_map.file < 0
                       ? 0
                       : syscall(SYS_pread64, page_map.file, page_map.entry, sizeof page_map.entry,
                                 page * sizeof page_map.entry[0]);
        page_map.entries = got > 0 ? (uint64_t)got / sizeof page_map.entry[0] : 0;
    }
    if (page_map.entries == 0) {
        return is_mapped(address);
    }
    return page_map.entry[page - page_map.first] >> 62 != 0; /* in memory, or swapped out */
}

static void put_table(uint32_t t) {
    const unsigned char *at = snapshot_at(t);
    uint32_t blocks = snapshot_blocks(t);
    for (uint32_t b = 0; b < blocks && writer.error == 0; b++) {
        const unsigned char *block = at + (size_t)b * SNAPSHOT_BLOCK;
        uint32_t size = snapshot_block_bytes(t, b);
        if ((is_touched(block) || is_touched(block + size - 1)) && !snapshot_is_zero(block, size)) {
            put_number(t);
            put_number(b);
            put(block, size);
            writer.blocks++;
        }
    }
}

static void put_all(void) {
    put_header();
    page_map = (struct page_map){.file = open_file("/proc/self/pagemap", O_RDONLY)};
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        put_table(t);
    }
    if (page_map.file >= 0) {
        syscall(SYS_close, page_map.file);
    }
    put_number(SNAPSHOT_END);
    put_number(writer.blocks);
    flush();
    uint64_t sum = writer.sum;
    put(&sum, sizeof sum);
    flush();
}

/* Writes the file under the first name and moves it to the second. Returns an errno, or 0. */
static int write_file(const char *part, const char *path) {
    writer.file = open_file(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
    if (writer.file < 0 && errno == EEXIST &&
        unlink(part) == 0) { /* of a process that was killed */
        writer.file = open_file(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
    }
    if (writer.file < 0) {
        return errno;
    }
    writer.error = 0;
    writer.sum = SNAPSHOT_BASIS;
    writer.blocks = 0;
    writer.used = 0;
    put_all();
    if (syscall(SYS_close, writer.file) != 0 && writer.error == 0 && errno != EINTR) {
        writer.error = errno;
    }
    if (writer.error == 0 && rename(part, path) != 0) {
        writer.error = errno;
    }
    if (writer.error != 0) {
        unlink(part);
    }
    return writer.error;
}

EXPORT SLOW int cairn_snapshot(const char *path) {
    char part[PATH_MAX];
    int saved = errno;
    struct stat status;
    if (path == NULL || path[0] == 0) {
        errno = ENOENT;
        return -1;
    }
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) { /* not to take a device's place */
        errno = EEXIST;
        return -1;
    }
    int length = snprintf(part, sizeof part, "%s.%ld.part", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof part) {
        errno = ENAMETOOLONG;
        return -1;
    }
    heap_lock();
    int error = write_file(part, path);
    heap_unlock();
    errno = error != 0 ? error : saved;
    return error != 0 ? -1 : 0;
}

SLOW void snapshot_at_exit(const char *path) {
    char name[PATH_MAX];
    char process[24];
    size_t length = 0, digits = (size_t)snprintf(process, sizeof process, "%ld", (long)getpid());
    for (const char *c = path; *c != 0 && length + digits < sizeof name; c++) {
        if (c[0] == '%' && c[1] == 'p') {
            memcpy(name + length, process, digits);
            length += digits;
            c++;
        } else {
            name[length++] = *c;
        }
    }
    name[length] = 0;
    if (cairn_snapshot(name) != 0) {
        report_snapshot(name, errno);
    }
}
