// config: host pool
/* The collector against a plain reference: objects of random sizes that refer to each other, a few
 * roots, and for many cycles whatever a program may do to them: roots are dropped, references
 * change, objects are made at every stage of a cycle and spans swept in any order. The reference
 * says which blocks must be there after each cycle: those that were reached, and those born since
 * it began. Each is asked for, and no other is. */
#include "../live_slots.h"
#include "../test.h"
#include "heap/audit.h"
#include <string.h>

#ifdef CAIRN_POOL
enum { OBJECTS = 4000, CYCLES = 600, STEPS = 4000, QUIET = 5, SHADOW = WINDOW_BYTES / 16 };
#else
enum { OBJECTS = 5000, CYCLES = 250, STEPS = 4000, QUIET = 25, SHADOW = 4194304 };
#endif
enum { ROOTS = 12, EDGES = 3, LARGE_BYTES = 100 * PAGE_SIZE };

struct thing {
    uint64_t at, bytes;
    uint32_t edge[EDGES]; /* objects; 0 is none */
    uint8_t exists, is_born, is_reached, is_marked;
};

static struct thing thing[OBJECTS]; /* the first is none */
static uint32_t root[ROOTS];
static uint32_t shadow[SHADOW]; /* whose they are, of each 16 bytes at the window's start */
static uint64_t gone[OBJECTS];  /* where those were that were not reached */
static uint32_t gones, count, made, refused, condemned, freed, old_sweeps, most, larges;

static uint32_t below(uint32_t n) {
    return (uint32_t)(test_random() >> 11) % n;
}

/* Notes that the bytes of object i are now `new`'s, and were `old`'s. */
static void shade(uint32_t i, uint32_t old, uint32_t new) {
    uint64_t first = thing[i].at / 16, end = (thing[i].at + thing[i].bytes + 15) / 16;
    uint32_t wrong = 0;
    for (uint64_t k = first; k < end && k < SHADOW; k++) {
        wrong += shadow[k] != old;
        shadow[k] = new;
    }
    CHECK(wrong == 0);
}

static uint64_t any_size(void) {
    switch (below(100)) {
    case 0:
        return 1 + below(below(2) == 0 ? LARGE_BYTES : CLASS_BYTES_MAX);
    case 1:
        return 1 + below(CLASS_BYTES_MAX);
    case 2:
    case 3:
    case 4:
        return class_size[1 + below(SIZE_CLASSES - 1)];
    default:
        return 16 + below(below(20) == 0 ? 2000 : 250);
    }
}

/* An object of the reference's that exists, or 0. */
static uint32_t any_object(void) {
    for (uint32_t k = 0, i = below(OBJECTS); count != 0 && k < OBJECTS;
         k++, i = (i + 1) % OBJECTS) {
        if (thing[i].exists) {
            return i;
        }
    }
    return 0;
}

/* A new object, or 0. Nobody else may have a byte of it. */
static uint32_t make(void) {
    uint32_t i = 1 + below(OBJECTS - 1);
    if (thing[i].exists) {
        return 0;
    }
    memset(&thing[i], 0, sizeof thing[i]);
    thing[i].bytes = any_size();
    thing[i].at = sweep_alloc(thing[i].bytes);
    if (thing[i].at == NO_PLACE) {
        refused++;
        return 0;
    }
    CHECK(thing[i].at % 16 == 0 && object_bytes(thing[i].at) >= thing[i].bytes);
    thing[i].exists = thing[i].is_born = 1;
    shade(i, 0, i);
    count++;
    made++;
    larges += thing[i].bytes > CLASS_BYTES_MAX;
    most = count > most ? count : most;
    return i;
}

static void forget(uint32_t i) {
    shade(i, i, 0);
    thing[i].exists = 0;
    count--;
}

/* Nobody refers to object i any more, and its owner frees it. */
static void free_one(uint32_t i) {
    for (uint32_t k = 0; k < OBJECTS * EDGES; k++) {
        uint32_t *edge = &thing[k / EDGES].edge[k % EDGES];
        *edge = *edge == i ? 0 : *edge;
    }
    for (uint32_t k = 0; k < ROOTS; k++) {
        root[k] = root[k] == i ? 0 : root[k];
    }
    CHECK(object_free(thing[i].at) == OBJECT_OK && object_look(thing[i].at) != OBJECT_OK);
    forget(i);
    freed++;
}

/* A step of the program that uses the objects. */
static void step(void) {
    uint32_t i = any_object(), j = any_object(), new;
    CHECK(i == 0 || object_look(thing[i].at) == OBJECT_OK);
    switch (below(16)) {
    case 0:
        root[below(ROOTS)] = i;
        break;
    case 1:
        root[below(ROOTS)] = below(4) != 0 ? i : 0;
        break;
    case 2:
    case 3:
        thing[i].edge[below(EDGES)] = i != 0 ? j : 0;
        break;
    case 4:
        if (i != 0 && below(4) == 0) {
            free_one(i);
        }
        break;
    default:
        new = make();
        if (new != 0) {
            thing[new].edge[0] = j;
            thing[i].edge[below(EDGES)] = i != 0 ? new : 0;
        }
    }
}

/* What the roots reach, in the reference alone. */
static void reach(void) {
    static uint32_t stack[OBJECTS + ROOTS];
    uint32_t depth = 0;
    for (uint32_t i = 0; i < OBJECTS; i++) {
        thing[i].is_reached = thing[i].is_marked = thing[i].is_born = 0;
    }
    thing[0].is_reached = 1;
    for (uint32_t k = 0; k < ROOTS + depth; k++) {
        uint32_t i = k < ROOTS ? root[k] : stack[k - ROOTS];
        for (uint32_t e = 0; e <= EDGES; e++) {
            uint32_t to = e == EDGES ? i : thing[i].edge[e];
            if (!thing[to].is_reached) {
                thing[to].is_reached = 1;
                stack[depth++] = to;
            }
        }
    }
}

/* Marks what is reached as a collector does: who is told that it is first looks it through. */
static void mark(void) {
    static uint32_t stack[OBJECTS];
    uint32_t depth = 0, told = 0;
    for (uint32_t k = 0; k < ROOTS || depth > 0; k++) {
        uint32_t from = k < ROOTS ? root[k] : stack[--depth];
        for (uint32_t e = 0; e <= EDGES; e++) {
            uint32_t i = e == EDGES ? from : thing[from].edge[e];
            if (i == 0 || (e == EDGES && k >= ROOTS)) {
                continue;
            }
            enum sweep_status status = sweep_mark(thing[i].at + test_random() % thing[i].bytes);
            CHECK(status == (thing[i].is_marked ? SWEEP_WAS_MARKED : SWEEP_OK));
            if (status == SWEEP_OK) {
                thing[i].is_marked = 1;
                stack[depth++] = i;
                told++;
            }
        }
        if (below(40) == 0) {
            uint32_t new = make();
            CHECK(new == 0 || sweep_mark(thing[new].at) == SWEEP_WAS_MARKED);
        }
    }
    for (uint32_t i = 1; i < OBJECTS; i++) {
        told -= thing[i].is_marked;
        CHECK(!thing[i].exists || thing[i].is_marked == thing[i].is_reached);
    }
    CHECK(told == 0);
}

/* What was not reached, and is not new, is gone from here on. */
static void condemn(void) {
    gones = 0;
    for (uint32_t i = 1; i < OBJECTS; i++) {
        if (thing[i].exists && !thing[i].is_reached && !thing[i].is_born) {
            gone[gones++] = thing[i].at;
            forget(i);
        }
    }
    condemned += gones;
}

/* The program goes on while spans are swept, in whatever order. */
static void go_on_sweeping(uint32_t steps) {
    for (uint32_t k = 0; k < steps; k++) {
        uint32_t i = any_object();
        if (i != 0 && below(20) == 0) {
            CHECK(sweep_at(thing[i].at + test_random() % thing[i].bytes) == SWEEP_OK);
            CHECK(sweep_mark(thing[i].at) == SWEEP_NOT_MARKING);
        }
        if (gones != 0 && below(20) == 0) {
            enum sweep_status status = sweep_at(gone[below(gones)]);
            CHECK(status == SWEEP_OK || status == SWEEP_NO_BLOCK);
        }
        if (below(50) == 0) {
            sweep_pages(below(4));
        }
        step();
    }
}

/* All is swept: what must be there is there, and nothing else. */
static void check_all(void) {
    for (uint32_t i = 1; i < OBJECTS; i++) {
        CHECK(!thing[i].exists || object_look(thing[i].at) == OBJECT_OK);
    }
    for (uint32_t k = 0; k < gones; k++) { /* what lies there now, if anything, is another */
        uint32_t i = gone[k] / 16 < SHADOW ? shadow[gone[k] / 16] : 0;
        int is_there = gone[k] / 16 >= SHADOW || (i != 0 && thing[i].at == gone[k]);
        CHECK(is_there || object_look(gone[k]) != OBJECT_OK);
    }
    CHECK(live_slots() + live_large() == count);
}

/* Ends a cycle: all at once, or as it comes; what is left is for the next sweep_begin. */
static void finish(void) {
    uint32_t how = below(4);
    if (how == 0) {
        sweep_pages(UINT32_MAX);
    } else if (how == 1) {
        sweep_release();
    }
    if (how <= 1) {
        CHECK(sweep_pages(1) == 0);
        check_all();
    }
    old_sweeps += how > 1;
}

static void cycle(uint32_t number) {
    for (uint32_t k = 0; k < ROOTS; k++) {
        root[k] = below(number % 50 == 49 ? 1 : 8) == 0 ? 0 : root[k];
    }
    CHECK(sweep_begin() == SWEEP_OK);
    check_all(); /* it has finished the last one's */
    reach();
    mark();
    CHECK(sweep_marked() == SWEEP_OK);
    condemn();
    go_on_sweeping(below(STEPS));
    finish();
    for (uint32_t k = below(STEPS); k > 0; k--) {
        step();
    }
    CHECK(number % QUIET != 0 || heap_audit());
}

int main(void) {
    for (uint32_t number = 0; number < CYCLES; number++) {
        cycle(number);
    }
    memset(root, 0, sizeof root);
    for (int i = 0; i < 2; i++) {
        CHECK(sweep_begin() == SWEEP_OK);
        reach();
        CHECK(sweep_marked() == SWEEP_OK);
        condemn();
    }
    CHECK(sweep_begin() == SWEEP_OK && count == 0);
    check_all();
    CHECK(live_slots() + live_large() == 0 && heap_audit());
    CHECK(made > 10 * OBJECTS && condemned > made / 2 && old_sweeps > CYCLES / 4);
    CHECK(most > OBJECTS / 3 && freed > CYCLES && larges > 10);
#ifdef CAIRN_POOL
    CHECK(refused > 0); /* the pool was full now and then */
#else
    CHECK(refused == 0);
#endif
    return test_report("sweep_model");
}
