#include "tools/snapshot_load.h"
#include "libc/snapshot_format.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct loader {
    FILE *file;
    uint64_t offset; /* bytes read */
    uint64_t start;  /* where what was read last begins */
    uint64_t sum;    /* the checksum of what was read */
    struct snapshot_read *read;
};

/* Says what is wrong with what was read last. Returns 0. */
__attribute__((format(printf, 2, 3))) static int refuse(struct loader *l, const char *format, ...) {
    char *message = l->read->message;
    size_t room = sizeof l->read->message;
    size_t used = (size_t)snprintf(message, room, "byte %" PRIu64, l->start);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message + used, room - used, format, arguments);
    va_end(arguments);
    return 0;
}

/* A name of the file as it may be printed: up to its first zero. */
static const char *printable(const char name[SNAPSHOT_NAME], char text[SNAPSHOT_NAME + 1]) {
    size_t i = 0;
    for (; i < SNAPSHOT_NAME && name[i] != 0; i++) {
        text[i] = name[i] > ' ' && name[i] <= '~' ? name[i] : '?';
    }
    text[i] = 0;
    return text;
}

static int take(struct loader *l, void *bytes, size_t size, const char *expected) {
    l->start = l->offset;
    size_t got = fread(bytes, 1, size, l->file);
    l->offset += got;
    if (got < size) {
        int error = ferror(l->file) ? errno : 0;
        l->start = l->offset;
        return refuse(l, ": expected %s, found %s", expected,
                      error != 0 ? strerror(error) : "the end of the file");
    }
    l->sum = snapshot_sum(l->sum, bytes, size);
    return 1;
}

static int take_number(struct loader *l, uint32_t *number, const char *expected) {
    return take(l, number, sizeof *number, expected);
}

static int take_header(struct loader *l, uint32_t *constants, uint32_t *tables) {
    char magic[sizeof SNAPSHOT_MAGIC - 1];
    uint32_t version = 0;
    if (!take(l, magic, sizeof magic, "a header of 24 bytes")) {
        return 0;
    }
    if (memcmp(magic, SNAPSHOT_MAGIC, sizeof magic) != 0) {
        return refuse(l, ": expected %s, found something else", SNAPSHOT_MAGIC);
    }
    if (!take_number(l, &version, "a header of 24 bytes")) {
        return 0;
    }
    if (version != SNAPSHOT_VERSION) {
        return refuse(l, ": expected version %d, found %" PRIu32, SNAPSHOT_VERSION, version);
    }
    return take_number(l, &l->read->process, "a header of 24 bytes") &&
           take_number(l, constants, "a header of 24 bytes") &&
           take_number(l, tables, "a header of 24 bytes");
}

/* Is the entry that was read last, of those the header counts, the one of this name? */
static int is_entry(struct loader *l, const char *what, const char *want,
                    const char name[SNAPSHOT_NAME]) {
    char text[SNAPSHOT_NAME + 1];
    if (strncmp(want, name, SNAPSHOT_NAME) != 0) {
        return refuse(l, ": expected the %s %s, found %s", what, want, printable(name, text));
    }
    for (size_t i = strlen(want); i < SNAPSHOT_NAME; i++) {
        if (name[i] != 0) {
            return refuse(l, ": expected zeros behind the name %s, found something else", want);
        }
    }
    return 1;
}

static int take_constant(struct loader *l, const struct snapshot_constant *want) {
    struct snapshot_constant found;
    if (!take(l, &found, sizeof found, "a constant") ||
        !is_entry(l, "constant", want->name, found.name)) {
        return 0;
    }
    if (found.value != want->value) {
        return refuse(l, ", constant %s: expected %" PRIu64 ", found %" PRIu64, want->name,
                      want->value, found.value);
    }
    return 1;
}

static int take_table(struct loader *l, const struct snapshot_entry *want) {
    struct snapshot_entry found;
    if (!take(l, &found, sizeof found, "a table") ||
        !is_entry(l, "table", want->name, found.name)) {
        return 0;
    }
    if (found.record != want->record || found.records != want->records) {
        return refuse(l,
                      ", table %s: expected %" PRIu32 " records of %" PRIu32
                      " bytes, found %" PRIu32 " of %" PRIu32,
                      want->name, want->records, want->record, found.records, found.record);
    }
    return 1;
}

static int take_directory(struct loader *l) {
    uint32_t constants = 0, tables = 0;
    if (!take_header(l, &constants, &tables)) {
        return 0;
    }
    for (uint32_t i = 0; i < SNAPSHOT_CONSTANTS; i++) {
        if (i == constants) {
            return refuse(l, ": expected the constant %s, found but %" PRIu32 " of them",
                          snapshot_constant[i].name, constants);
        }
        if (!take_constant(l, &snapshot_constant[i])) {
            return 0;
        }
    }
    if (constants != SNAPSHOT_CONSTANTS) {
        return refuse(l, ": expected the last constant, of %d, found %" PRIu32 " of them",
                      SNAPSHOT_CONSTANTS, constants);
    }
    for (uint32_t i = 0; i < SNAPSHOT_TABLES; i++) {
        if (i == tables) {
            return refuse(l, ": expected the table %s, found but %" PRIu32 " of them",
                          snapshot_table[i].name, tables);
        }
        if (!take_table(l, &snapshot_table[i])) {
            return 0;
        }
    }
    if (tables != SNAPSHOT_TABLES) {
        return refuse(l, ": expected the last table, of %d, found %" PRIu32 " of them",
                      SNAPSHOT_TABLES, tables);
    }
    return 1;
}

/* Reads block b of table t; the one read before was `last` of table `before`, or none. */
static int take_block(struct loader *l, uint32_t t, uint32_t before, uint32_t last) {
    uint32_t b = 0;
    if (t >= SNAPSHOT_TABLES) {
        return refuse(l, ": expected a table, of %d, or the end, found %" PRIu32, SNAPSHOT_TABLES,
                      t);
    }
    const char *name = snapshot_table[t].name;
    if (l->read->blocks > 0 && t < before) {
        return refuse(l, ", table %s: expected none before %s, which was there", name,
                      snapshot_table[before].name);
    }
    if (!take_number(l, &b, "a block's number")) {
        return 0;
    }
    if (b >= snapshot_blocks(t)) {
        return refuse(l, ", table %s: expected a block, of %" PRIu32 ", found %" PRIu32, name,
                      snapshot_blocks(t), b);
    }
    if (l->read->blocks > 0 && t == before && b <= last) {
        return refuse(l, ", table %s: expected a block after %" PRIu32 ", found %" PRIu32, name,
                      last, b);
    }
    unsigned char *at = snapshot_at(t) + (uint64_t)SNAPSHOT_BLOCK * b;
    l->read->blocks++;
    return take(l, at, snapshot_block_bytes(t, b), "a block") ? (int)b + 1 : 0;
}

/* Reads what follows the word that says there is no other block. */
static int take_end(struct loader *l) {
    uint32_t blocks = 0;
    if (!take_number(l, &blocks, "the number of blocks")) {
        return 0;
    }
    if (blocks != l->read->blocks) {
        return refuse(l, ": expected %" PRIu32 " blocks, found %" PRIu32, blocks, l->read->blocks);
    }
    uint64_t sum = l->sum, found = 0;
    if (!take(l, &found, sizeof found, "the checksum")) {
        return 0;
    }
    if (found != sum) {
        return refuse(l, ": expected the checksum %016" PRIx64 ", found %016" PRIx64, sum, found);
    }
    l->start = l->offset;
    if (getc(l->file) != EOF) {
        return refuse(l, ": expected the end of the file, found more bytes");
    }
    return 1;
}

static int take_all(struct loader *l) {
    uint32_t before = 0, last = 0, t = 0;
    if (!take_directory(l)) {
        return 0;
    }
    for (;;) {
        if (!take_number(l, &t, "a block or the end")) {
            return 0;
        }
        if (t == SNAPSHOT_END) {
            return take_end(l);
        }
        int taken = take_block(l, t, before, last);
        if (!taken) {
            return 0;
        }
        before = t;
        last = (uint32_t)taken - 1;
    }
}

int snapshot_load_head(FILE *file, struct snapshot_read *read) {
    struct loader l = {.file = file, .sum = SNAPSHOT_BASIS, .read = read};
    *read = (struct snapshot_read){0};
    return take_directory(&l);
}

int snapshot_load(const char *name, struct snapshot_read *read) {
    struct loader l = {.file = fopen(name, "rb"), .sum = SNAPSHOT_BASIS, .read = read};
    *read = (struct snapshot_read){0};
    if (l.file == NULL) {
        snprintf(read->message, sizeof read->message, "cannot be read: %s", strerror(errno));
        return 0;
    }
    int loaded = take_all(&l);
    fclose(l.file);
    return loaded;
}
