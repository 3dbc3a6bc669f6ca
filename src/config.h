/* The capacities of a build. Two configurations of one source: the host's (default) and, with
 * CAIRN_POOL defined, a static pool for a target without an operating system. Everything else in
 * the core is written in these names; nothing else may hold a number. Running out of a capacity is
 * out of memory, never undefined. */
#ifndef CAIRN_CONFIG_H
#define CAIRN_CONFIG_H

#include <stdint.h>

#ifdef CAIRN_POOL
#ifndef CAIRN_POOL_CHUNKS
#define CAIRN_POOL_CHUNKS 4 /* 1 MiB; 1 to 64 chunks: 256 KiB to 16 MiB */
#endif
#define PAGE_SHIFT   9 /* bytes in a page: 512 */
#define ARENA_CHUNKS 1 /* chunks in an arena */
#define ARENAS       CAIRN_POOL_CHUNKS
#define SPANS        1024 /* span records, record 0 is "none" */
#define SPECIALS     256  /* special records, record 0 is "none" */
#define HINTS        4    /* arena hints */
#define THREADS      4    /* threads with caches of their own */
#define SMALL_SPAN   2048 /* bytes in a span of small slots */
#define SPAN_CACHE   16   /* span records a thread may keep at hand */
#define LARGE_KEPT   2    /* spans of large blocks a thread may keep at hand */
#else
#define PAGE_SHIFT   13      /* bytes in a page: 8 KiB */
#define ARENA_CHUNKS 16      /* chunks in an arena: 64 MiB */
#define ARENAS       1024    /* the window: 64 GiB of address space */
#define SPANS        4194304 /* span records, record 0 is "none" */
#define SPECIALS     524288  /* special records, record 0 is "none" */
#define HINTS        128     /* arena hints */
#define THREADS      256     /* threads with caches of their own */
#define SMALL_SPAN   65536   /* bytes in a span of small slots */
#define SPAN_CACHE   128     /* span records a thread may keep at hand */
#define LARGE_KEPT   16      /* spans of large blocks a thread may keep at hand */
#endif

/* Of a function that is called now and then: its callers are compiled for the other case. */
#define SLOW __attribute__((noinline, cold))

/* Of a function that programs may call in the shared library, which hides all others. */
#define EXPORT __attribute__((visibility("default")))

/* Of a table that has its place beside the memory where a floor sees to that (os/os_linux.c): this
 * is one for all others, and code reads the address of whichever it is. */
#define PLACED __attribute__((weak, visibility("default")))

#define PAGE_SIZE        (1 << PAGE_SHIFT)             /* bytes */
#define WORD_BITS        64                            /* bits in a word of a bitmap */
#define CHUNK_PAGES      512                           /* pages in a chunk */
#define CHUNK_WORDS      8                             /* words of a chunk's bitmap */
#define ARENA_PAGES      (ARENA_CHUNKS * CHUNK_PAGES)  /* pages in an arena */
#define CHUNKS           (ARENAS * ARENA_CHUNKS)       /* chunks in the window */
#define PAGES            (CHUNKS * CHUNK_PAGES)        /* pages in the window */
#define WINDOW_BYTES     ((uint64_t)PAGES * PAGE_SIZE) /* bytes in it */
#define PAGE_WORDS       (CHUNKS * CHUNK_WORDS)        /* words of a bitmap with a bit a page */
#define TREE_HEIGHTS     5                             /* heights of the tree of summaries */
#define SUMMARIES        (TREE_HEIGHTS * CHUNKS)       /* a row of CHUNKS a height */
#define RANGES           (CHUNKS / 2 + 1)              /* ranges of mapped chunks */
#define CACHED_PAGES     (WORD_BITS / 4)               /* smaller spans: from a thread's cache */
#define SPECIAL_LISTS    (SPANS + 1)                   /* lists of specials, spare and due too */
#define SCAVENGE_STEP    (65536 / PAGE_SIZE)           /* pages of a step of the background */
#define SPAN_REFILL      (SPAN_CACHE / 2)              /* records an empty cache is given */
#define SPAN_CELLS       (THREADS * SPAN_CACHE)        /* cells of all caches of records */
#define KEPT_CELLS       (THREADS * LARGE_KEPT)        /* cells that name kept spans */
#define KEPT_PAGES_MAX   128                           /* pages of a span that is kept */
#define KINDS            4                             /* what spans are for: see span/span.h */
#define SIZE_CLASSES     68                            /* Go's; class 0 is "large" */
#define SPAN_CLASSES     (2 * SIZE_CLASSES)            /* a size class with and without pointers */
#define SLOTS_MAX        65535                         /* slots in a span */
#define POINTER_BITS_MAX 512 /* bytes: up to this slot size a span ends in its pointer bits */

/* Size classes, in bytes. */
#define CLASS_BYTES_MAX  32768                 /* the greatest slot of a class */
#define CLASS_SPAN_MAX   (3 * CLASS_BYTES_MAX) /* a span of slots is smaller: Go's have 10 pages */
#define MAGIC_ONE        ((uint64_t)1 << 32)   /* what a division's magic number is a part of */
#define LARGE_FROM       1024                  /* from here on the table of classes has steps of */
#define LARGE_STEP       128                   /* so many, */
#define SMALL_STEP       8                     /* and below of so many */
#define SMALL_SPAN_SLOTS 8                     /* slots are small if such a span has so many */
#define GO_PAGE          8192                  /* bytes in a page of Go's */
#define SLOT_BYTES_MIN   16                    /* the smallest slot that has a bit of its own */
#define LARGE_STEPS      ((CLASS_BYTES_MAX - LARGE_FROM) / LARGE_STEP + 1)
#define SMALL_STEPS      (LARGE_FROM / SMALL_STEP + 1)
#define BLOCK_STEPS      (LARGE_FROM / SLOT_BYTES_MIN + 1)

/* The lists of spans, 0 is "none": one for each class and thread, list k + 1 for cursor k. */
#define SPAN_LISTS (CURSORS + 1)

/* The bitmap of slots: so many words a page, and a thread's cursor for each class. */
#define PAGE_SLOT_WORDS ((PAGE_SIZE / SLOT_BYTES_MIN + WORD_BITS - 1) / WORD_BITS)
#define SLOT_WORDS      (PAGES * PAGE_SLOT_WORDS)
#define CURSORS         (THREADS * SIZE_CLASSES)

_Static_assert(CHUNK_WORDS *WORD_BITS == CHUNK_PAGES, "a chunk's bitmap is whole words");
_Static_assert(ARENAS >= 1 && ARENA_CHUNKS >= 1, "a window holds a page");
_Static_assert(PAGES <= 1 << 23, "page numbers and sums of two of them fit 32 bits");
_Static_assert(CHUNKS <= 8 << 3 * (TREE_HEIGHTS - 1), "at most eight nodes at the greatest height");
_Static_assert(SPANS >= 2 && SPANS <= 1 << 22, "a span number fits 32 bits");
_Static_assert(SPECIALS >= 2 && SPECIALS <= 1 << 22, "a special's number fits 32 bits");
_Static_assert(HINTS >= 2, "a region of the system's choice leaves a hint on either side");
_Static_assert(THREADS >= 2, "the tests need two threads");
_Static_assert(SPAN_REFILL >= 1 && SPAN_CELLS <= 1 << 22, "a cell's number fits 32 bits");
_Static_assert(((uint64_t)KEPT_PAGES_MAX + 1) * SPANS <= (uint64_t)1 << 32, "a cell's two halves");
_Static_assert(SLOT_WORDS <= 1 << 26, "the number of a word of slots fits 32 bits");

#endif
