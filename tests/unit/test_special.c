/* Special records against a plain array a span, and against all the ways to be refused. */
#include "../test.h"
#include "span/special.h"
#include <string.h>

struct span span[SPANS];

/* The reference: the list of each of a few spans, front first. */
#define LISTS   5 /* spans 1 to 4; 4 is no heap span */
#define LONGEST 200

struct entry {
    uint64_t offset, value;
    uint32_t kind;
};
static struct entry list[LISTS][LONGEST];
static uint32_t length[LISTS];

static uint32_t below(uint32_t n) {
    return (uint32_t)(test_random() % n);
}

static uint32_t place_of(uint32_t s, uint64_t offset, uint32_t kind) {
    uint32_t i = 0;
    while (i < length[s] && (list[s][i].offset < offset ||
                             (list[s][i].offset == offset && list[s][i].kind < kind))) {
        i++;
    }
    return i;
}

static int has_at(uint32_t s, uint32_t i, uint64_t offset, uint32_t kind) {
    return i < length[s] && list[s][i].offset == offset && list[s][i].kind == kind;
}

static int reference_add(uint32_t s, uint64_t offset, uint32_t kind, uint64_t value, int force) {
    if (s == 0 || s >= 4) {
        return SPECIAL_BAD_SPAN;
    }
    if (kind < 1 || kind > 6) {
        return SPECIAL_BAD_KIND;
    }
    if (offset >= s * (uint64_t)PAGE_SIZE) {
        return SPECIAL_BAD_OFFSET;
    }
    uint32_t i = place_of(s, offset, kind);
    if (!force && has_at(s, i, offset, kind)) {
        return SPECIAL_EXISTS;
    }
    if (length[1] + length[2] + length[3] == SPECIALS - 1) {
        return SPECIAL_NO_MEMORY;
    }
    for (uint32_t k = length[s]; k > i; k--) {
        list[s][k] = list[s][k - 1];
    }
    list[s][i] = (struct entry){offset, value, kind};
    length[s]++;
    return SPECIAL_OK;
}

static struct special_words reference_remove(uint32_t s, uint64_t offset, uint32_t kind) {
    if (s == 0 || s >= 4) {
        return (struct special_words){SPECIAL_BAD_SPAN, 0};
    }
    uint32_t i = place_of(s, offset, kind);
    if (!has_at(s, i, offset, kind)) {
        return (struct special_words){SPECIAL_ABSENT, 0};
    }
    struct special_words removed = {SPECIAL_OK, list[s][i].value};
    for (length[s]--; i < length[s]; i++) {
        list[s][i] = list[s][i + 1];
    }
    return removed;
}

static void check_list(uint32_t s) {
    uint32_t r = special_head[s];
    for (uint32_t i = 0; i < length[s]; i++) {
        CHECK(r != 0 && special[r].span == s && special[r].offset == list[s][i].offset &&
              special[r].kind == list[s][i].kind && special[r].value == list[s][i].value);
        r = special[r].next;
    }
    CHECK(r == 0);
    CHECK(arena_has_special(span[s].base) == (length[s] != 0));
}

static void check_lists(void) {
    for (uint32_t s = 1; s < LISTS; s++) {
        check_list(s);
    }
    CHECK(special_audit());
}

static void check_find(uint32_t s, uint64_t offset, uint32_t kind) {
    uint32_t r = special_find(s, offset, kind);
    uint32_t i = s < LISTS ? place_of(s, offset, kind) : 0;
    CHECK((r != 0) == (s < LISTS && has_at(s, i, offset, kind)));
    CHECK(r == 0 || special[r].value == list[s][i].value);
    if (0 < s && s < LISTS) {
        uint32_t before = special_before(s, offset, kind);
        CHECK((before == 0) == (i == 0));
        CHECK(before == 0 || special[before].value == list[s][i - 1].value);
    }
}

/* A random operation; few offsets, so that keys meet. */
static void step(uint32_t longest) {
    uint32_t s = below(16) == 0 ? (below(2) ? SPANS + below(2) : 0) : 1 + below(LISTS - 1);
    uint32_t kind = below(16) == 0 ? 7 * below(2) : 1 + below(6);
    uint64_t offset = below(4) == 0 ? (s * (uint64_t)PAGE_SIZE) - below(2) : 8 * below(5);
    if (s < LISTS && length[s] < longest && below(2)) {
        uint64_t value = test_random();
        int force = (int)below(2);
        int wanted = reference_add(s, offset, kind, value, force);
        CHECK(special_add(s, offset, kind, value, force) == wanted);
    } else {
        struct special_words wanted = {SPECIAL_BAD_SPAN, 0};
        if (s < LISTS) {
            check_find(s, offset, kind);
            wanted = reference_remove(s, offset, kind);
        }
        struct special_words removed = special_remove(s, offset, kind);
        CHECK(removed.status == wanted.status && removed.value == wanted.value);
        CHECK(s < LISTS || special_find(s, offset, kind) == 0);
    }
}

static void test_random_steps(void) {
    CHECK(special_audit());
    for (int i = 0; i < 20000; i++) {
        step(i % 4000 < 2000 ? 60 : 6);
        if (i % 200 == 0) {
            check_lists();
        }
    }
}

static void remove_all(void) {
    for (uint32_t s = 1; s < 4; s++) {
        while (length[s] != 0) {
            uint64_t offset = list[s][0].offset;
            uint32_t kind = list[s][0].kind;
            uint64_t value = reference_remove(s, offset, kind).value;
            struct special_words removed = special_remove(s, offset, kind);
            CHECK(removed.status == SPECIAL_OK && removed.value == value);
        }
    }
    check_lists();
}

/* All records taken: refused, nothing changed; one given back: had again. */
static void test_no_memory(void) {
    for (uint32_t i = 1; i < SPECIALS; i++) {
        CHECK(special_add(2, 8, SPECIAL_CLEANUP, i, 1) == SPECIAL_OK);
    }
    CHECK(special_add(2, 8, SPECIAL_CLEANUP, 0, 1) == SPECIAL_NO_MEMORY);
    CHECK(special_add(1, 0, SPECIAL_PROFILE, 0, 0) == SPECIAL_NO_MEMORY);
    CHECK(special_add(2, 8, SPECIAL_CLEANUP, 0, 0) == SPECIAL_EXISTS);
    CHECK(special_head[1] == 0 && !arena_has_special(span[1].base));
    CHECK(special_audit());
    CHECK(special_remove(2, 8, SPECIAL_CLEANUP).value == SPECIALS - 1);
    CHECK(special_add(1, 0, SPECIAL_PROFILE, 77, 0) == SPECIAL_OK);
    CHECK(special_add(1, 0, SPECIAL_FINALIZER, 0, 0) == SPECIAL_NO_MEMORY);
    CHECK(special_remove(1, 0, SPECIAL_PROFILE).value == 77);
    for (uint32_t i = SPECIALS - 2; i > 0; i--) {
        CHECK(special_remove(2, 8, SPECIAL_CLEANUP).value == i);
    }
    CHECK(special_remove(2, 8, SPECIAL_CLEANUP).status == SPECIAL_ABSENT);
    check_lists();
}

/* The audit sees each kind of damage, and nothing once it is undone. */
#define DAMAGE(place, wrong)                                                                       \
    do {                                                                                           \
        uint64_t kept = place;                                                                     \
        place = wrong;                                                                             \
        CHECK(!special_audit());                                                                   \
        place = kept;                                                                              \
        CHECK(special_audit());                                                                    \
    } while (0)

static void test_audit(void) {
    for (uint32_t i = 0; i < 4; i++) {
        CHECK(special_add(2, 8 * i, SPECIAL_PROFILE, i, 0) == SPECIAL_OK);
    }
    CHECK(special_add(3, 8, SPECIAL_PROFILE, 5, 0) == SPECIAL_OK);
    CHECK(special_add(3, 8, SPECIAL_PROFILE, 6, 1) == SPECIAL_OK);
    uint32_t first = special_head[2], second = special[first].next;
    DAMAGE(special_head[2], second);
    DAMAGE(special_head[2], 0);
    DAMAGE(special_head[2], special_made + 1);
    DAMAGE(special_head[1], first);
    DAMAGE(special_head[SPANS - 1], first);
    DAMAGE(special[first].next, 0);
    DAMAGE(special[first].next, first);
    DAMAGE(special[second].next, first);
    DAMAGE(special[special_head[3]].next, special_head[3]);
    DAMAGE(special[first].next, SPECIALS);
    DAMAGE(special[first].span, 3);
    DAMAGE(special[first].span, 0);
    DAMAGE(special[first].span, SPANS);
    DAMAGE(special[first].offset, 9);
    DAMAGE(special[first].kind, 0);
    DAMAGE(special[first].kind, 7);
    DAMAGE(special[special[special[second].next].next].offset, 2 * PAGE_SIZE);
    DAMAGE(special_made, special_made - 1);
    DAMAGE(special_made, SPECIALS);
    DAMAGE(span[2].state, SPAN_MANUAL);
    DAMAGE(span[3].state, SPAN_DEAD);
    arena_clear_special(span[2].base);
    CHECK(!special_audit());
    arena_set_special(span[2].base);
    arena_set_special(span[2].base + 1);
    CHECK(!special_audit());
    arena_clear_special(span[2].base + 1);
    arena_set_special(span[1].base);
    CHECK(!special_audit());
    arena_clear_special(span[1].base);
    CHECK(special_audit());
}

/* Span s has s pages, so that the ends of spans differ; 1 to 3 are heap spans. */
int main(void) {
    for (uint32_t s = 1; s < LISTS; s++) {
        span[s].base = 10 * s;
        span[s].npages = s;
        span[s].state = s < 4 ? SPAN_IN_USE : SPAN_MANUAL;
        arena_set_span(s, 10 * s, s);
    }
    test_random_steps();
    remove_all();
    test_no_memory();
    test_audit();
    return test_report("test_special");
}
