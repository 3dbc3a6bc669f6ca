#define _GNU_SOURCE
#include "libc/report.h"
#include "libc/options.h"
#include "os/memory.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_ulong misuses;

/* A line in the making; what does not fit is left out. */
struct line {
    char text[256];
    size_t length;
};

static void put(struct line *line, const char *text, size_t length) {
    size_t room = sizeof line->text - line->length;
    size_t taken = length < room ? length : room;
    memcpy(line->text + line->length, text, taken);
    line->length += taken;
}

static void put_text(struct line *line, const char *text) {
    put(line, text, strlen(text));
}

static void put_number(struct line *line, uint64_t number, unsigned base) {
    char digits[24], *digit = digits + sizeof digits;
    do {
        *--digit = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    put(line, digit, (size_t)(digits + sizeof digits - digit));
}

/* Says the line, with its end, and keeps errno; no thread is cancelled in it. */
static void say(struct line *line) {
    int saved = errno;
    line->length -= line->length == sizeof line->text;
    put_text(line, "\n");
    syscall(SYS_write, STDERR_FILENO, line->text, line->length);
    errno = saved;
}

static const char *meaning(enum block_error why) {
    switch (why) {
    case BLOCK_INSIDE:
        return "not the start of a block";
    case BLOCK_IS_FREE:
        return "already free";
    case BLOCK_BUSY:
        return "something is attached to it";
    case BLOCK_WRONG_SIZE:
        return "not of that size";
    case BLOCK_WRONG_ALIGNMENT:
        return "not of that alignment";
    default:
        return "no block";
    }
}

SLOW void report_misuse(const void *address, enum block_error why) {
    atomic_fetch_add(&misuses, 1);
    if (options.misuse == MISUSE_ABORT) {
        struct line line = {.length = 0};
        put_text(&line, "cairn: free of 0x");
        put_number(&line, (uintptr_t)address, 16);
        put_text(&line, ": ");
        put_text(&line, meaning(why));
        say(&line);
        abort();
    }
}

/* What the core finds when it collects: os/memory.h. */
void os_freed_twice(uint64_t place) {
    report_misuse(os_pointer(place), BLOCK_IS_FREE);
}

void report_word(const char *word, size_t length) {
    struct line line = {.length = 0};
    put_text(&line, "cairn: CAIRN_OPTIONS has no ");
    put(&line, word, length);
    say(&line);
}

void report_snapshot(const char *name, int error) {
    const char *why = strerrordesc_np(error); /* as it is: a translation would ask for memory */
    struct line line = {.length = 0};
    put_text(&line, "cairn: no snapshot: ");
    put_text(&line, why != NULL ? why : "unknown error");
    put_text(&line, ": ");
    put_text(&line, name);
    say(&line);
}

static void put_pages(struct line *line, uint32_t pages, const char *what) {
    put_number(line, (uint64_t)pages * PAGE_SIZE, 10);
    put_text(line, what);
}

void report_statistics(void) {
    struct heap_totals totals = heap_totals();
    struct line line = {.length = 0};
    put_text(&line, "cairn: bytes: ");
    put_pages(&line, totals.mapped, " mapped, ");
    put_pages(&line, totals.committed, " committed, ");
    put_pages(&line, totals.heap, " in spans of blocks, ");
    put_pages(&line, totals.waiting, " in threads' caches, ");
    put_pages(&line, totals.free, " free; misuses: ");
    put_number(&line, atomic_load(&misuses), 10);
    say(&line);
}
