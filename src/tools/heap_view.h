/* What a heap looks like: counted from tables of any kind, sound or not. */
#ifndef CAIRN_HEAP_VIEW_H
#define CAIRN_HEAP_VIEW_H

#include "config.h"

/* What a page is to the heap. */
enum page_state {
    PAGE_UNMAPPED,
    PAGE_FREE,     /* and its memory is there */
    PAGE_RELEASED, /* free, and its memory was given back to the system */
    PAGE_CACHED,   /* waits in a thread's cache */
    PAGE_SLOTS,    /* in a heap span of a size class */
    PAGE_LARGE,    /* in a heap span that is one block */
    PAGE_KEPT,     /* the same, freed and kept at hand by a thread */
    PAGE_STACK,
    PAGE_WORKBUF,
    PAGE_PTRBITS,
    PAGE_LOST, /* mapped, and none of these: only where the heap is not sound */
    PAGE_STATES
};

#define RUN_LENGTHS   24 /* powers of two that the length of a run of pages is at least */
#define SPECIAL_KINDS 7  /* by number; 0 is none */

struct class_view { /* the spans of a size class; of class 0: large ones */
    uint32_t spans;
    uint64_t pages, slots;
    uint64_t live;   /* slots handed out; what other threads freed is, until the owner looks */
    uint64_t remote; /* of these, those that other threads freed */
};

struct heap_view {
    uint64_t pages[PAGE_STATES];
    uint32_t runs[RUN_LENGTHS];      /* runs of free pages, by the logarithm of their length */
    uint64_t run_pages[RUN_LENGTHS]; /* the pages of these */
    uint32_t longest;                /* pages */
    struct class_view class[SIZE_CLASSES];
    uint32_t owned[THREADS + 1]; /* spans whose slots a thread gives out; of 0: nobody does */
    uint32_t specials[SPECIAL_KINDS];
};

extern const char *const page_state_name[PAGE_STATES];
extern const char *const special_kind_name[SPECIAL_KINDS];

enum page_state page_state(uint32_t p);

/* Counts it all. Cost: a few looks at every page and record. */
void heap_view_take(struct heap_view *view);

/* The live slots of all classes that other threads have freed. */
uint64_t heap_view_remote(const struct heap_view *view);

/* What percentage of all this part is; 0 of nothing. */
double percent(uint64_t part, uint64_t all);

/* As a table on the standard output; as an HTML file that needs no other. The second returns 0 if
 * the file cannot be written, and leaves the reason in errno. */
void heap_view_text(const struct heap_view *view);
int heap_view_map(const struct heap_view *view, const char *snapshot, const char *verdict,
                  const char *name);

#endif
