/* Special records against a plain array a span, and against all the ways to be refused. */
#include "../test.h"
#include "span/special.h"
#include <string.h>

struct span span[SPANS];

/* The reference: the list of each of a few spans, front first. */
#define LISTS   5 /* spans 1 to 4; 4 is no heap span */
#define LONGEST 200

struct entry {
    uint64_t offset, value, argument, birth;
    uint32_t kind, record;
};
static struct entry list[LISTS][LONGEST];
static uint32_t length[LISTS];

/* What is due, from `due_first` to before `due_end`; the offset is the object's place. */
#define DUES (1 << 16)
static struct entry due[DUES];
static uint32_t due_first, due_end;

/* Some records that were added once, by name, and whether they are still there is the lists' to say. */
#define NAMES 32
static struct entry named[NAMES];
static uint64_t births;

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

static uint32_t taken(void) {
    return length[1] + length[2] + length[3] + due_end - due_first;
}

static struct special_added reference_add(uint32_t s, struct entry new, int force) {
    if (s == 0 || s >= 4) {
        return (struct special_added){SPECIAL_BAD_SPAN, 0, 0};
    }
    if (new.kind < 1 || new.kind > 6) {
        return (struct special_added){SPECIAL_BAD_KIND, 0, 0};
    }
    if (new.offset >= s *(uint64_t)PAGE_SIZE) {
        return (struct special_added){SPECIAL_BAD_OFFSET, 0, 0};
    }
    uint32_t i = place_of(s, new.offset, new.kind);
    if (!force && has_at(s, i, new.offset, new.kind)) {
        return (struct special_added){SPECIAL_EXISTS, list[s][i].record, list[s][i].birth};
    }
    if (taken() == SPECIALS - 1) {
        return (struct special_added){SPECIAL_NO_MEMORY, 0, 0};
    }
    for (uint32_t k = length[s]; k > i; k--) {
        list[s][k] = list[s][k - 1];
    }
    list[s][i] = new;
    length[s]++;
    return (struct special_added){SPECIAL_OK, 0, ++births};
}

/* Adds a record to both; the reference is told the number it got, which is its own affair. */
static void add(uint32_t s, struct entry new, int force) {
    new.birth = births + 1;
    struct special_added wanted = reference_add(s, new, force);
    struct special_added added =
        special_add(s, new.offset, new.kind, new.value, new.argument, force);
    CHECK(added.status == wanted.status && added.birth == wanted.birth);
    if (added.status == SPECIAL_OK) {
        new.record = added.record;
        list[s][place_of(s, new.offset, new.kind)].record = new.record;
        named[test_random() % NAMES] = new;
        CHECK(0 < added.record && added.record < SPECIALS);
    } else {
        CHECK(added.record == wanted.record);
    }
}

static struct entry take_out(uint32_t s, uint32_t i) {
    struct entry out = list[s][i];
    for (length[s]--; i < length[s]; i++) {
        list[s][i] = list[s][i + 1];
    }
    return out;
}

static struct special_words reference_remove(uint32_t s, uint64_t offset, uint32_t kind) {
    if (s == 0 || s >= 4) {
        return (struct special_words){SPECIAL_BAD_SPAN, 0, 0};
    }
    uint32_t i = place_of(s, offset, kind);
    if (!has_at(s, i, offset, kind)) {
        return (struct special_words){SPECIAL_ABSENT, 0, 0};
    }
    struct entry out = take_out(s, i);
    return (struct special_words){SPECIAL_OK, out.value, out.argument};
}

static void check_words(struct special_words said, struct special_words wanted) {
    CHECK(said.status == wanted.status && said.value == wanted.value);
    CHECK(said.argument == wanted.argument);
}

/* Removes by a name that is good, or was once, or never. */
static void remove_named(void) {
    struct entry name = named[below(NAMES)];
    struct special_words wanted = {SPECIAL_ABSENT, 0, 0};
    name.birth += below(8) == 0;
    name.record += below(8) == 0 ? (below(2) ? SPECIALS : 1) : 0;
    for (uint32_t s = 1; s < 4; s++) {
        for (uint32_t i = 0; i < length[s]; i++) {
            if (list[s][i].record == name.record && list[s][i].birth == name.birth) {
                struct entry out = take_out(s, i);
                wanted = (struct special_words){SPECIAL_OK, out.value, out.argument};
            }
        }
    }
    CHECK(special_is(name.record, name.birth) == (wanted.status == SPECIAL_OK));
    check_words(special_remove_named(name.record, name.birth), wanted);
    CHECK(!special_is(name.record, name.birth));
}

static void release(uint32_t s, uint64_t lo, uint64_t hi) {
    for (uint32_t i = 0; 0 < s && s < 4 && i < length[s];) {
        if (lo <= list[s][i].offset && list[s][i].offset < hi) {
            struct entry out = take_out(s, i);
            out.offset += 10 * s * (uint64_t)PAGE_SIZE;
            if (out.kind == SPECIAL_FINALIZER || out.kind == SPECIAL_CLEANUP) {
                due[due_end++ % DUES] = out;
            }
        } else {
            i++;
        }
    }
    special_release(s, lo, hi);
}

/* What becomes of an entry of object j, if the objects of `marked` were reached and those of `keep`
 * stay: it goes, and perhaps is due. */
static int goes(struct entry e, uint64_t marked, uint64_t keep, uint32_t j) {
    if (keep >> j & 1) {
        return marked >> j & 1 ? e.kind == SPECIAL_REACHABLE
                               : e.kind == SPECIAL_FINALIZER || e.kind == SPECIAL_WEAK_HANDLE;
    }
    return 1;
}

static int told(struct entry e, uint64_t marked, uint32_t j) {
    return e.kind == SPECIAL_FINALIZER || e.kind == SPECIAL_CLEANUP ||
           (e.kind == SPECIAL_REACHABLE && (marked >> j & 1));
}

static void sweep(uint32_t s, uint64_t lo, uint32_t size, uint64_t live, uint64_t marked) {
    uint64_t keep = marked, hi = lo + 64 * (uint64_t)size;
    uint32_t n = 0 < s && s < 4 && size != 0 ? length[s] : 0;
    for (uint32_t i = 0; i < n; i++) {
        struct entry e = list[s][i];
        if (lo <= e.offset && e.offset < hi && e.kind == SPECIAL_FINALIZER) {
            keep |= live & (uint64_t)1 << (e.offset - lo) / size;
        }
    }
    for (uint32_t i = 0; n != 0 && i < length[s];) {
        struct entry e = list[s][i];
        uint32_t j = lo <= e.offset && e.offset < hi ? (uint32_t)((e.offset - lo) / size) : 64;
        if (j < 64 && goes(e, marked, keep, j)) {
            take_out(s, i);
            e.offset += 10 * s * (uint64_t)PAGE_SIZE;
            if (told(e, marked, j)) {
                due[due_end++ % DUES] = e;
            }
        } else {
            i++;
        }
    }
    CHECK(special_sweep(s, lo, size, live, marked) == keep);
}

static void take_due(void) {
    struct special_due said = special_take_due();
    struct entry wanted = {0};
    if (due_first != due_end) {
        wanted = due[due_first++ % DUES];
    }
    CHECK(said.kind == wanted.kind && said.place == wanted.offset);
    CHECK(said.value == wanted.value && said.argument == wanted.argument);
}

static void check_list(uint32_t s) {
    uint32_t r = special_head[s];
    for (uint32_t i = 0; i < length[s]; i++) {
        CHECK(r != 0 && special[r].span == s && special[r].offset == list[s][i].offset &&
              special[r].kind == list[s][i].kind && special[r].value == list[s][i].value &&
              special[r].argument == list[s][i].argument && r == list[s][i].record);
        r = special[r].next;
    }
    CHECK(r == 0);
    CHECK(arena_has_special(span[s].base) == (length[s] != 0));
}

static void check_lists(void) {
    for (uint32_t s = 1; s < LISTS; s++) {
        check_list(s);
    }
    uint32_t r = special_head[SPECIAL_DUE];
    for (uint32_t i = due_first; i != due_end; i++, r = special[r].next) {
        CHECK(r == due[i % DUES].record);
    }
    CHECK(r == 0 && special_audit());
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

static void remove_one(uint32_t s, uint64_t offset, uint32_t kind) {
    struct special_words wanted = {SPECIAL_BAD_SPAN, 0, 0};
    if (s < LISTS) {
        check_find(s, offset, kind);
        wanted = reference_remove(s, offset, kind);
    }
    check_words(special_remove(s, offset, kind), wanted);
    CHECK(s < LISTS || special_find(s, offset, kind) == 0);
}

/* A random operation; few offsets, so that keys meet. */
static void step(uint32_t longest) {
    uint32_t s = below(16) == 0 ? (below(2) ? SPANS + below(2) : 0) : 1 + below(LISTS - 1);
    uint32_t kind = below(16) == 0 ? 7 * below(2) : 1 + below(6);
    uint64_t offset = below(4) == 0 ? (s * (uint64_t)PAGE_SIZE) - below(2) : 8 * below(5);
    if (s < LISTS && length[s] < longest && below(2)) {
        struct entry new = {offset, test_random(), test_random(), 0, kind, 0};
        add(s, new, (int)below(2));
    } else if (below(4) == 0) {
        remove_named();
    } else if (below(4) == 0) {
        release(s, 8 * below(6), below(8) == 0 ? UINT64_MAX : 8 * below(6));
    } else if (below(4) == 0) {
        sweep(s, 8 * below(4), 8 * below(4), test_random(), test_random());
    } else if (below(3) == 0) {
        take_due();
    } else {
        remove_one(s, offset, kind);
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
            check_words(special_remove(s, offset, kind), reference_remove(s, offset, kind));
        }
    }
    while (due_first != due_end) {
        take_due();
    }
    take_due();
    check_lists();
}

/* All records taken: refused, nothing changed; one given back: had again. */
static void test_no_memory(void) {
    for (uint32_t i = 1; i < SPECIALS; i++) {
        CHECK(special_add(2, 8, SPECIAL_CLEANUP, i, 0, 1).status == SPECIAL_OK);
    }
    CHECK(special_add(2, 8, SPECIAL_CLEANUP, 0, 0, 1).status == SPECIAL_NO_MEMORY);
    CHECK(special_add(1, 0, SPECIAL_PROFILE, 0, 0, 0).status == SPECIAL_NO_MEMORY);
    CHECK(special_add(2, 8, SPECIAL_CLEANUP, 0, 0, 0).status == SPECIAL_EXISTS);
    CHECK(special_head[1] == 0 && !arena_has_special(span[1].base));
    CHECK(special_audit());
    CHECK(special_remove(2, 8, SPECIAL_CLEANUP).value == SPECIALS - 1);
    CHECK(special_add(1, 0, SPECIAL_PROFILE, 77, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(1, 0, SPECIAL_FINALIZER, 0, 0, 0).status == SPECIAL_NO_MEMORY);
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
        CHECK(special_add(2, 8 * i, SPECIAL_PROFILE, i, 0, 0).status == SPECIAL_OK);
    }
    CHECK(special_add(3, 8, SPECIAL_PROFILE, 5, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(3, 8, SPECIAL_PROFILE, 6, 0, 1).status == SPECIAL_OK);
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
    DAMAGE(special[first].span, SPECIAL_DUE);
    DAMAGE(special[first].span, SPECIAL_LISTS);
    DAMAGE(special[first].birth, special_births + 1);
    DAMAGE(special_births, special[special_head[3]].birth - 1);
    DAMAGE(special_last_due, first);
    DAMAGE(special_head[SPECIAL_DUE], first);
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

/* What is due is told by its last record, and is in no order but that. */
static void test_audit_due(void) {
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(special_add(2, 8 * i, SPECIAL_CLEANUP, i, 0, 0).status == SPECIAL_OK);
    }
    uint32_t last = special[special[special_head[2]].next].next;
    special_release(2, 0, UINT64_MAX);
    uint32_t first = special_head[SPECIAL_DUE];
    CHECK(first != 0 && special_last_due == last && special_audit());
    special[first].offset = UINT64_MAX;
    CHECK(special_audit());
    DAMAGE(special_last_due, first);
    DAMAGE(special_last_due, 0);
    DAMAGE(special_last_due, SPECIALS);
    DAMAGE(special[last].next, first);
    DAMAGE(special[first].kind, 0);
    DAMAGE(special[last].span, SPECIAL_SPARE);
    DAMAGE(special_head[SPECIAL_DUE], 0);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(special_take_due().value == i);
    }
    CHECK(special_last_due == 0 && special_take_due().kind == 0 && special_audit());
}

/* A count that has come to its end: nothing is added any more, and nothing is lost. */
static void test_no_births(void) {
    uint64_t kept = special_births;
    special_births = UINT64_MAX;
    CHECK(special_add(1, 0, SPECIAL_PROFILE, 1, 2, 0).status == SPECIAL_NO_MEMORY);
    special_births = UINT64_MAX - 1;
    struct special_added last = special_add(1, 0, SPECIAL_PROFILE, 1, 2, 0);
    CHECK(last.status == SPECIAL_OK && last.birth == UINT64_MAX && special_audit());
    CHECK(special_add(1, 8, SPECIAL_PROFILE, 1, 2, 0).status == SPECIAL_NO_MEMORY);
    CHECK(special_remove_named(last.record, last.birth).argument == 2);
    special[last.record].birth = 0;
    special_births = kept;
    CHECK(special_audit());
}

/* A finalizer keeps its object for one cycle, whichever of its bytes it is about, and weak handles
 * fall; what else the object has goes when it does. Answers come once. */
static void test_last_cycle(void) {
    uint64_t at = 10 * (uint64_t)PAGE_SIZE;
    CHECK(special_add(1, 0, SPECIAL_CLEANUP, 1, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(1, 0, SPECIAL_WEAK_HANDLE, 2, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(1, 0, SPECIAL_REACHABLE, 3, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(1, 9, SPECIAL_FINALIZER, 4, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(1, 16, SPECIAL_REACHABLE, 5, 0, 0).status == SPECIAL_OK);
    CHECK(special_sweep(1, 0, 16, 3, 2) == 3);
    struct special_due first = special_take_due(), second = special_take_due();
    CHECK(first.value == 4 && first.place == at + 9 && first.kind == SPECIAL_FINALIZER);
    CHECK(second.value == 5 && second.place == at + 16 && second.kind == SPECIAL_REACHABLE);
    CHECK(special_take_due().kind == 0 && special_find(1, 0, SPECIAL_WEAK_HANDLE) == 0);
    CHECK(special_find(1, 0, SPECIAL_CLEANUP) != 0 && special_find(1, 0, SPECIAL_REACHABLE) != 0);
    CHECK(special_sweep(1, 0, 16, 3, 2) == 2);
    CHECK(special_take_due().value == 1 && special_take_due().kind == 0 && special_head[1] == 0);
    CHECK(special_add(1, 0, SPECIAL_FINALIZER, 6, 0, 0).status == SPECIAL_OK);
    CHECK(special_sweep(1, 0, 16, 2, 2) == 2);
    CHECK(special_take_due().value == 6 && special_audit());
    CHECK(special_sweep(4, 0, 16, 1, 7) == 7 && special_sweep(SPANS, 0, 16, 1, 7) == 7);
    CHECK(special_sweep(1, 0, 0, 1, 7) == 7 && special_sweep(1, (uint64_t)1 << 32, 16, 1, 7) == 7);
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
    test_no_births();
    test_last_cycle();
    test_audit();
    release(2, 0, UINT64_MAX);
    release(3, 0, UINT64_MAX);
    test_audit_due();
    return test_report("test_special");
}
