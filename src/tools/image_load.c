/* Finds Cairn's tables in an image, as libc/snapshot_here.h says, and loads them. */
#define _GNU_SOURCE
#include "libc/snapshot_here.h"
#include "object/slot_cache.h"
#include "tools/image.h"
#include "tools/snapshot_load.h"
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STEP = 16 * SNAPSHOT_BLOCK, LARGE_TABLE = 1 << 20, ENTRIES = STEP / 4096 };

static struct snapshot_here here; /* as it was found */

/* Is what begins so a record of the address it was found at? */
static int is_record(const unsigned char *bytes, uint64_t address) {
    uint64_t self = 0;
    memcpy(&self, bytes + offsetof(struct snapshot_here, self), sizeof self);
    return memcmp(bytes, SNAPSHOT_HERE_MAGIC, sizeof here.magic) == 0 && self == address;
}

/* Looks for records in a range; there may be one that was found before, or none (0). */
static int search(struct image *image, const struct image_range *range, uint64_t *found) {
    enum { WORD = 8, BEGINNING = 2 * WORD };
    static unsigned char bytes[STEP];
    uint64_t size =
        range->end - range->start < range->held ? range->end - range->start : range->held;
    for (uint64_t at = 0; at + BEGINNING <= size; at += STEP - WORD) {
        uint64_t part = size - at < STEP ? size - at : STEP;
        if (image_read(image, range->start + at, bytes, part) != IMAGE_READ) {
            continue;
        }
        for (uint64_t i = 0; i + BEGINNING <= part; i += WORD) {
            uint64_t address = range->start + at + i;
            if (!is_record(bytes + i, address) || address == *found) {
                continue;
            }
            if (*found != 0) {
                return image_refuse(
                    image, "expected one Cairn, found two: at 0x%" PRIx64 " and at 0x%" PRIx64,
                    *found, address);
            }
            *found = address;
        }
    }
    return 1;
}

/* Is what was found at this address of this version and configuration? */
static int check(struct image *image, uint64_t found) {
    struct snapshot_read read = {0};
    FILE *file = fmemopen(&here.head, sizeof here.head, "rb");
    if (file == NULL) {
        return image_refuse(image, "no memory");
    }
    int same = snapshot_load_head(file, &read);
    fclose(file);
    return same || image_refuse(image, "the record of tables at 0x%" PRIx64 ", %s",
                                found + offsetof(struct snapshot_here, head), read.message);
}

static int is_code(uint64_t address) {
    return here.code <= address && address < here.code_end;
}

/* It executes the allocator's code, or what that has called and which has nothing on the stack but
 * where to return: a system call, a copy. */
int image_is_inside(struct image *image, const struct image_thread *thread) {
    uint64_t top = 0;
    return thread->number != 0 &&
           (is_code(thread->code) ||
            (image_read(image, thread->stack, &top, sizeof top) == IMAGE_READ && is_code(top)));
}

int image_find(struct image *image) {
    uint64_t found = 0;
    for (uint32_t r = 0; r < image->ranges; r++) {
        if (image->range[r].is_data && !search(image, &image->range[r], &found)) {
            return 0;
        }
    }
    if (found == 0) {
        return image_refuse(image, "expected Cairn's record of its tables in data, found none: its "
                                   "malloc was never called, or a core leaves data out");
    }
    memset(&here, 0, sizeof here);
    for (uint64_t i = 0; i < sizeof here; i += sizeof(uint64_t)) { /* an older one may be shorter */
        if (image_read(image, found + i, (unsigned char *)&here + i, sizeof(uint64_t)) !=
            IMAGE_READ) {
            break;
        }
    }
    return check(image, found);
}

/* Were pages of these bytes ever touched? */
static int is_touched(const struct image *image, uint64_t address, uint64_t size) {
    uint64_t entry[ENTRIES], page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t first = address / page, last = (address + size - 1) / page;
    size_t bytes = (last - first + 1) * sizeof entry[0];
    if (image->page_map < 0 || bytes > sizeof entry ||
        pread(image->page_map, entry, bytes, (off_t)(first * sizeof entry[0])) != (ssize_t)bytes) {
        return 1;
    }
    for (uint64_t i = 0; i <= last - first; i++) {
        if (entry[i] >> 62 != 0) { /* in memory, or swapped out */
            return 1;
        }
    }
    return 0;
}

/* Copies what is not zero: memory of ours that is not touched stays so. */
static void copy(unsigned char *to, const unsigned char *from, uint64_t size) {
    for (uint64_t at = 0; at < size; at += SNAPSHOT_BLOCK) {
        uint64_t part = size - at < SNAPSHOT_BLOCK ? size - at : SNAPSHOT_BLOCK;
        if (!snapshot_is_zero(from + at, part)) {
            memcpy(to + at, from + at, part);
        }
    }
}

/* Of the tables beside the memory there are only the parts of arenas that are reserved, and of
 * these the kernel's core has those that were ever touched: what is not there is zero. */
static int is_beside(uint32_t t) {
    return snapshot_at(t) == (unsigned char *)slot_free ||
           snapshot_at(t) == (unsigned char *)slot_remote;
}

/* Goes by whole pages: to read one that was never touched would touch it. */
static int load_table(struct image *image, uint32_t t) {
    static unsigned char bytes[STEP];
    uint64_t all = snapshot_bytes(t);
    for (uint64_t at = 0, part = 0; at < all; at += part) {
        uint64_t address = here.at[t] + at, room = STEP - address % STEP;
        part = all - at < room ? all - at : room;
        if (all >= LARGE_TABLE && image_range_at(image, address) != NULL &&
            !is_touched(image, address, part)) {
            continue;
        }
        enum image_answer answer = image_read(image, address, bytes, part);
        if (answer == IMAGE_READ) {
            copy(snapshot_at(t) + at, bytes, part);
        } else if (!is_beside(t)) {
            return image_refuse(image,
                                "table %s: expected %" PRIu64 " bytes at 0x%" PRIx64
                                ", found %s from 0x%" PRIx64 " on",
                                snapshot_table[t].name, all, here.at[t],
                                answer == IMAGE_NOT_HELD ? "nothing in the file" : "no memory",
                                address);
        }
    }
    return 1;
}

int image_load(struct image *image) {
    for (uint32_t i = 0; i < image->threads && image->inside == 0; i++) {
        image->inside = image_is_inside(image, &image->thread[i]) ? image->thread[i].number : 0;
    }
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        if (!load_table(image, t)) {
            return 0;
        }
    }
    return 1;
}
