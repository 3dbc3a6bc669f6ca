/* A store of Lisp values whose memory is Cairn's and is collected: what an embedder writes around
 * the functions of object/sweep.h. A value is a number, one of a few constants, or the address of a
 * cell. What is reached from the stack of roots stays; all that was made is pushed there until who
 * made it pops it. Nothing moves. */
#ifndef COLLECTOR_STORE_H
#define COLLECTOR_STORE_H

#include <stdint.h>

typedef uint64_t value;

enum type { CONS = 1, SYMBOL, CLOSURE, VECTOR, STRING, PORT };

/* A cell: its values first, then its bytes. */
struct cell {
    uint16_t type, magic;
    uint32_t bytes;
    uint32_t values, number; /* of it, of all ever made */
    value at[];
};

enum { NIL = 2, TRUE = 6, UNBOUND = 10, STACK = 1 << 20, LARGEST = 4000 };

/* Numbers: the lowest bit is set. */
static inline int is_number(value v) {
    return (v & 1) != 0;
}

static inline int64_t number_of(value v) {
    return (int64_t)v >> 1;
}

static inline value number(int64_t n) {
    return (value)n << 1 | 1;
}

static inline struct cell *cell_of(value v) {
    return (struct cell *)(uintptr_t)v; // NOLINT
}

static inline int is(value v, enum type type) {
    return (v & 3) == 0 && cell_of(v)->type == type;
}

extern const uint32_t own_number; /* the one that the store's memory has, a test says; 0: any */

extern value store_stack[STACK]; /* the roots */
extern uint32_t store_top;

/* What happened so far. */
struct store_counts {
    uint64_t made, cycles, compared, wrong, closed, closed_sum, kept_most;
};
extern struct store_counts store_counts;

void store_push(value v);

/* Pops all roots down to `frame`, and pushes v, which it returns. */
value store_leave(uint32_t frame, value v);

/* A cell with so many values, all NIL, and bytes, all 0; it is a root. */
value store_make(enum type type, uint32_t values, uint32_t bytes);

/* A port: a cell that is closed once when nothing reaches it. */
value store_open(int64_t id);

/* A cycle, swept to its end, after which what is there is compared with what a walk of its own
 * reaches: if it is not the same, that is `wrong`. */
void store_compare(void);

/* How many cells there are, when all is swept. */
uint32_t store_live(void);

#endif
