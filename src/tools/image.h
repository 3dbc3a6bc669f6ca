/* The memory of another process, that runs or that has left a core, and Cairn's tables in it. A
 * file has all of it, /proc/PID/mem or the core, and a list says which addresses are where. */
#ifndef CAIRN_IMAGE_H
#define CAIRN_IMAGE_H

#include <stdint.h>

enum { IMAGE_RANGES = 1 << 17, IMAGE_THREADS = 1 << 16 };

struct image_range {
    uint64_t start, end; /* addresses */
    uint64_t offset;     /* of the first byte in the file */
    uint64_t held;       /* bytes from there on that the file has; the rest is not known */
    int is_data;         /* written to, and of a program's or library's file: where data begins */
};

struct image_thread {
    int number;           /* 0: it has ended */
    int signal;           /* that it was about to be given; 0: none */
    int is_stepped;       /* by us, instruction by instruction */
    int is_halted;        /* by somebody else: it is not for us to let it go on */
    uint64_t code, stack; /* its instruction pointer and stack pointer */
};

struct image {
    int file;
    int page_map; /* /proc/PID/pagemap: which pages were ever touched; -1: not known */
    uint32_t ranges, threads;
    struct image_range range[IMAGE_RANGES]; /* by address */
    struct image_thread thread[IMAGE_THREADS];
    int inside;        /* the number of a thread that is inside the allocator; 0: none is */
    char message[512]; /* of what is not as it should be: what was expected and what was found */
};

/* Fills this program's tables, all of them zero before, with those of the process, which is stopped
 * for as long as that takes, at a moment when no thread is inside the allocator if one comes soon.
 * Returns 1; or 0 and says why not in the message, as snapshot_load. */
int image_load_process(struct image *image, const char *number);

/* The same of a core of this program; NULL: of any. */
int image_load_core(struct image *image, const char *name, const char *program);

/* ---- What both are made of. Those that return an int return 0 for no, and then say why. */

/* Writes the message. Returns 0. */
__attribute__((format(printf, 2, 3))) int image_refuse(struct image *image, const char *format,
                                                       ...);

/* Adds a range; those added before may have any addresses, until image_sort. */
int image_add(struct image *image, struct image_range range);
void image_sort(struct image *image);

/* The range that has this address, or NULL: of ranges that overlap the one that starts last. */
struct image_range *image_range_at(struct image *image, uint64_t address);

enum image_answer { IMAGE_READ, IMAGE_UNMAPPED, IMAGE_NOT_HELD };

/* Reads bytes from an address, all of them or it says why not. */
enum image_answer image_read(struct image *image, uint64_t address, void *bytes, uint64_t size);

/* Finds where the tables are. */
int image_find(struct image *image);

/* Is this thread halfway through a change of them? */
int image_is_inside(struct image *image, const struct image_thread *thread);

/* Loads the tables that image_find has found, and says whether a thread is inside. */
int image_load(struct image *image);

#endif
