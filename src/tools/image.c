#define _GNU_SOURCE
#include "tools/image.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int image_refuse(struct image *image, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(image->message, sizeof image->message, format, arguments);
    va_end(arguments);
    return 0;
}

int image_add(struct image *image, struct image_range range) {
    if (image->ranges == IMAGE_RANGES) {
        return image_refuse(image, "expected at most %d ranges of memory, found more",
                            IMAGE_RANGES);
    }
    image->range[image->ranges++] = range;
    return 1;
}

static int by_start(const void *one, const void *other) {
    const struct image_range *a = one, *b = other;
    return a->start < b->start ? -1 : a->start > b->start;
}

void image_sort(struct image *image) {
    qsort(image->range, image->ranges, sizeof image->range[0], by_start);
}

struct image_range *image_range_at(struct image *image, uint64_t address) {
    uint32_t low = 0, high = image->ranges;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (image->range[middle].start <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 && address < image->range[low - 1].end ? &image->range[low - 1] : NULL;
}

/* Reads from the file, however few bytes it gives at once. */
static int read_file(const struct image *image, uint64_t offset, unsigned char *bytes,
                     uint64_t size) {
    uint64_t done = 0;
    while (done < size) {
        ssize_t got = pread(image->file, bytes + done, size - done, (off_t)(offset + done));
        if (got > 0) {
            done += (uint64_t)got;
        } else if (got == 0 || errno != EINTR) {
            return 0;
        }
    }
    return 1;
}

enum image_answer image_read(struct image *image, uint64_t address, void *bytes, uint64_t size) {
    unsigned char *to = bytes;
    while (size > 0) {
        const struct image_range *range = image_range_at(image, address);
        if (range == NULL) {
            return IMAGE_UNMAPPED;
        }
        uint64_t in = address - range->start;
        uint64_t left = range->end - address, part = size < left ? size : left;
        if (in + part > range->held || !read_file(image, range->offset + in, to, part)) {
            return IMAGE_NOT_HELD;
        }
        address += part;
        to += part;
        size -= part;
    }
    return IMAGE_READ;
}
