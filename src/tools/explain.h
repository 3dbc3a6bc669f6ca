/* Which part of an invariant tables break, and where: each predicate of the specs once more, as a
 * plain walk in the order of heap_flaw(). Nothing here is proved and no verdict is this one's:
 * heap_flaw() gives it, and this says why. A walk takes the predicates before it for granted, so
 * the first that fails is the one to ask for; none reads outside its tables whatever is in them. */
#ifndef CAIRN_EXPLAIN_H
#define CAIRN_EXPLAIN_H

#include "heap/audit.h"

struct flaw {
    const char *predicate; /* its name in specs/ */
    const char *meaning;   /* a line */
    const char *unit; /* what the index is the number of: "page", "span"; NULL: there is none */
    uint64_t index;   /* the first that breaks it */
    char detail[120]; /* what was found there; may be empty */
};

struct predicate {
    const char *name; /* NULL behind the last */
    const char *meaning;
    int (*holds)(struct flaw *flaw); /* 0: not, and what is known of the place is filled in */
};

extern const struct predicate explained_pages[], explained_caches[], explained_pool[],
    explained_records[], explained_lists[], explained_arena[], explained_spans[],
    explained_conserved[], explained_totals[], explained_growth[], explained_specials[];

/* What of a thread's slots and large blocks these walks look at: specs/slot_cache.acsl, no part of
 * `Heap`. They take a sound heap for granted, and are to be asked of no other. */
extern const struct predicate explained_slots[];

/* Whether all of them hold; else the first that does not. */
int explain(const struct predicate *predicates, struct flaw *flaw);

/* What is wrong with a part of the heap, those before it being sound. Where no walk finds anything
 * the flaw has the part's name and no place. */
void explain_part(enum heap_part part, struct flaw *flaw);

/* The first part of the heap that a walk finds broken, and what is wrong there; HEAP_SOUND if none.
 * It is what heap_flaw() answers, or one of both is wrong. */
enum heap_part explain_heap(struct flaw *flaw);

/* For the walks: is s the number of a live span? */
int is_live(uint32_t s);

/* The same. Each fills in a part of the flaw and returns 0. */
int flaw_at(struct flaw *flaw, const char *unit, uint64_t index);
int flaw_says(struct flaw *flaw, const char *unit, uint64_t index, const char *what, uint64_t said,
              uint64_t found);
int flaw_over(struct flaw *flaw, const char *unit, uint64_t index, const char *what, uint64_t said,
              uint64_t most);

#endif
