#include "tools/recording.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void fail_at(const struct recording *r, uint64_t offset, const char *expected,
                              const char *found) {
    fflush(stdout);
    fprintf(stderr, "%s: byte %" PRIu64 ", event %" PRIu64 ": expected %s, found %s\n", r->name,
            offset, r->count, expected, found);
    exit(2);
}

_Noreturn void recording_fail(const struct recording *r, const char *expected, uint64_t found) {
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, found);
    fail_at(r, r->start, expected, text);
}

int is_recording(const char *name) {
    char magic[sizeof RECORD_MAGIC - 1] = "";
    FILE *file = fopen(name, "rb");
    if (file == NULL) {
        return 0;
    }
    size_t size = fread(magic, 1, sizeof magic, file);
    fclose(file);
    return size == sizeof magic && memcmp(magic, RECORD_MAGIC, sizeof magic) == 0;
}

/* The next byte, which is inside the length the header names. */
static uint8_t take_byte(struct recording *r, const char *expected) {
    int byte = r->offset < r->length ? getc(r->file) : EOF;
    if (byte == EOF) {
        fail_at(r, r->offset, expected,
                r->offset < r->length ? "the end of the file" : "the end of the events");
    }
    r->offset++;
    return (uint8_t)byte;
}

static uint64_t take_little_endian(struct recording *r, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value |= (uint64_t)take_byte(r, "a header of 32 bytes") << 8 * i;
    }
    return value;
}

static uint64_t take_number(struct recording *r, const char *expected) {
    uint64_t value = 0, offset = r->offset;
    for (int shift = 0; shift < 64; shift += 7) {
        uint64_t byte = take_byte(r, expected);
        uint64_t bits = byte & 0x7f;
        if (bits << shift >> shift != bits || (byte == 0 && shift > 0)) {
            break; /* over 64 bits, or longer than it need be */
        }
        value |= bits << shift;
        if (byte < 0x80) {
            return value;
        }
    }
    fail_at(r, offset, expected, "no number of 64 bits in its shortest form");
}

static uint64_t take_address(struct recording *r) {
    uint64_t zigzag = take_number(r, "an address");
    r->address += zigzag >> 1 ^ (0 - (zigzag & 1));
    return r->address;
}

void recording_open(struct recording *r, const char *name) {
    memset(r, 0, sizeof *r);
    r->name = name;
    r->length = RECORD_HEADER;
    r->thread = 1;
    r->file = fopen(name, "rb");
    if (r->file == NULL) {
        fprintf(stderr, "%s: cannot be read: %s\n", name, strerror(errno));
        exit(2);
    }
    for (const char *c = RECORD_MAGIC; *c != 0; c++) {
        if (take_byte(r, RECORD_MAGIC) != *c) {
            fail_at(r, r->offset - 1, RECORD_MAGIC, "something else");
        }
    }
    r->start = r->offset;
    uint64_t version = take_little_endian(r, 4);
    if (version != RECORD_VERSION) {
        recording_fail(r, "version 1", version);
    }
    take_little_endian(r, 4);
    r->start = r->offset;
    uint64_t length = take_little_endian(r, 8);
    r->events = take_little_endian(r, 8);
    if (length < RECORD_HEADER || r->events > length - RECORD_HEADER) {
        recording_fail(r, "a length that the header and the events fit in", length);
    }
    r->length = length;
}

/* Behind the last event: the length ends there and nothing but zeros follows. */
static void check_end(struct recording *r) {
    if (r->offset != r->length) {
        fail_at(r, r->offset, "the end of the events", "more bytes");
    }
    for (int byte = getc(r->file); byte != EOF; byte = getc(r->file)) {
        if (byte != 0) {
            fail_at(r, r->offset, "zeros up to the end of the file", "something else");
        }
        r->offset++;
    }
    if (ferror(r->file)) {
        fail_at(r, r->offset, "a file that can be read", strerror(errno));
    }
}

static void take_thread(struct recording *r) {
    uint64_t thread = take_number(r, "a thread");
    if (thread == 0 || thread == r->thread) {
        recording_fail(r, "another thread", thread);
    }
    r->thread = thread;
}

int recording_next(struct recording *r, struct record_event *event) {
    if (r->count == r->events) {
        check_end(r);
        return 0;
    }
    r->start = r->offset;
    r->count++;
    uint8_t first = take_byte(r, "an event");
    memset(event, 0, sizeof *event);
    event->alignment = 1;
    event->operation = first & ~RECORD_THREAD;
    if (event->operation < RECORD_MALLOC || event->operation > RECORD_FREE) {
        recording_fail(r, "an event", first);
    }
    if (first & RECORD_THREAD) {
        take_thread(r);
    }
    event->thread = r->thread;
    if (event->operation == RECORD_ALIGNED) {
        event->alignment = take_number(r, "an alignment");
        if ((event->alignment & (event->alignment - 1)) != 0) {
            recording_fail(r, "an alignment, a power of two", event->alignment);
        }
    }
    if (event->operation == RECORD_REALLOC || event->operation == RECORD_FREE) {
        event->old = take_address(r);
    }
    if (event->operation != RECORD_FREE) {
        event->size = take_number(r, "a size");
        event->address = take_address(r);
    }
    return 1;
}

void recording_close(struct recording *r) {
    fclose(r->file);
}
