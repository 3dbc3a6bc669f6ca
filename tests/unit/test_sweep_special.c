// config: host pool
/* What a cycle makes of special records: a finalizer gives its block one cycle more and its weak
 * handles fall first, cleanups are due when it is really gone, a question is answered for what was
 * reached; and against a reference, records of all kinds on a few spans' blocks for many cycles. */
#include "../live_slots.h"
#include "../test.h"
#include "heap/audit.h"

#ifdef CAIRN_POOL
enum { OBJECTS = 100, MAYBE = 200, CYCLES = 500, PER = 6 };
#else
enum { OBJECTS = 1200, MAYBE = 200, CYCLES = 100, PER = 6 };
#endif
#define BYTES 128

static void cycle(void) {
    CHECK(sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK);
    sweep_pages(UINT32_MAX);
}

static void cycle_marking(uint64_t at) {
    CHECK(sweep_begin() == SWEEP_OK && sweep_mark(at) == SWEEP_OK);
    CHECK(sweep_marked() == SWEEP_OK);
    sweep_pages(UINT32_MAX);
}

static struct special_added add(uint64_t at, uint32_t kind, uint64_t value) {
    struct special_added added = heap_add_special(at, kind, value, ~value);
    CHECK(added.status == SPECIAL_OK);
    return added;
}

static int has(uint64_t at, uint32_t kind) {
    return heap_find_special(at, kind).status == SPECIAL_OK;
}

/* What is due first is this, and nothing for kind 0. */
static void check_due(uint32_t kind, uint64_t value, uint64_t at) {
    struct special_due due = heap_take_due();
    CHECK(due.kind == kind && (kind == 0 || (due.value == value && due.argument == ~value)));
    CHECK(kind == 0 || due.place == at);
}

static void check_finalizer(void) {
    uint64_t at = sweep_alloc(BYTES);
    struct special_added weak = add(at + 3, SPECIAL_WEAK_HANDLE, 0);
    add(at, SPECIAL_FINALIZER, 1);
    add(at, SPECIAL_PROFILE, 2);
    add(at, SPECIAL_REACHABLE, 3);
    add(at + 5, SPECIAL_CLEANUP, 4);
    add(at + 5, SPECIAL_CLEANUP, 5);
    CHECK(heap_pin(at) == SPECIAL_OK && heap_pin(at) == SPECIAL_OK);
    cycle_marking(at + BYTES - 1);
    CHECK(object_look(at) == OBJECT_OK && has(at, SPECIAL_FINALIZER));
    CHECK(heap_special_place(weak.record, weak.birth) == at + 3 && !has(at, SPECIAL_REACHABLE));
    check_due(SPECIAL_REACHABLE, 3, at);
    check_due(0, 0, 0);
    cycle(); /* it is revived */
    CHECK(object_look(at) == OBJECT_OK && live_slots() == 1 && !has(at, SPECIAL_FINALIZER));
    CHECK(heap_special_place(weak.record, weak.birth) == UINT64_MAX);
    CHECK(has(at, SPECIAL_PROFILE) && heap_find_special(at, SPECIAL_PIN_COUNTER).value == 2);
    CHECK(heap_find_special(at + 5, SPECIAL_CLEANUP).value == 5 && heap_audit());
    check_due(SPECIAL_FINALIZER, 1, at);
    check_due(0, 0, 0);
    add(at, SPECIAL_FINALIZER, 6); /* its finalizer sets one again: a cycle more */
    cycle();
    CHECK(object_look(at) == OBJECT_OK && has(at, SPECIAL_PROFILE));
    check_due(SPECIAL_FINALIZER, 6, at);
    cycle_marking(at); /* and puts it somewhere where it is reached: it is like any other */
    CHECK(object_look(at) == OBJECT_OK && has(at, SPECIAL_PROFILE));
    check_due(0, 0, 0);
    uint32_t s = page_span_load((uint32_t)(at / PAGE_SIZE));
    CHECK(heap_has_specials(s));
    cycle();
    CHECK(object_look(at) != OBJECT_OK && live_slots() == 0 && !heap_has_specials(s));
    check_due(SPECIAL_CLEANUP, 5, at + 5);
    check_due(SPECIAL_CLEANUP, 4, at + 5);
    check_due(0, 0, 0);
    CHECK(heap_audit());
}

/* Without a finalizer nothing that is known of a block keeps it. */
static void check_others(void) {
    uint64_t at = sweep_alloc(BYTES);
    struct special_added weak = add(at, SPECIAL_WEAK_HANDLE, 0);
    add(at, SPECIAL_PROFILE, 2);
    add(at, SPECIAL_REACHABLE, 3);
    add(at + BYTES - 1, SPECIAL_CLEANUP, 4);
    CHECK(heap_pin(at) == SPECIAL_OK);
    cycle();
    CHECK(object_look(at) != OBJECT_OK && live_slots() == 0);
    CHECK(heap_special_place(weak.record, weak.birth) == UINT64_MAX);
    check_due(SPECIAL_CLEANUP, 4, at + BYTES - 1);
    check_due(0, 0, 0);
    uint64_t again = sweep_alloc(BYTES);
    CHECK(!has(again, SPECIAL_PROFILE) && !has(again, SPECIAL_PIN_COUNTER));
    cycle();
}

/* Each block of many spans has a record: no span waits for one that was forgotten. */
static void check_spans(uint32_t kind) {
    static uint64_t at[MAYBE];
    cycle();
    uint32_t before = heap_totals().heap, due = 0;
    for (uint32_t i = 0; i < MAYBE; i++) {
        at[i] = sweep_alloc(8 * BYTES);
        add(at[i], kind, i);
    }
    uint32_t pages = span[page_span_load((uint32_t)(at[0] / PAGE_SIZE))].npages;
    CHECK(heap_totals().heap > before + pages);
    cycle();
    CHECK(live_slots() == (kind == SPECIAL_FINALIZER ? MAYBE : 0) && heap_audit());
    cycle();
    CHECK(live_slots() == 0 && heap_totals().heap <= before + pages && heap_audit());
    while (heap_take_due().kind != 0) {
        due++;
    }
    CHECK(due == (kind == SPECIAL_FINALIZER || kind == SPECIAL_CLEANUP ? MAYBE : 0));
}

/* The reference. A block's records in the order in which they would be due: by byte, kind, newest
 * first. */
struct record {
    uint32_t byte, kind;
    uint64_t value;
    struct special_added name;
};
struct block {
    uint64_t at;
    uint32_t count, is_live, is_marked, is_new;
    struct record record[PER];
};
static struct block block[OBJECTS];
static uint64_t values;

/* Does a goes before b in the list of a block's records? */
static int is_before(const struct record *a, const struct record *b) {
    if (a->byte != b->byte) {
        return a->byte < b->byte;
    }
    return a->kind != b->kind ? a->kind < b->kind : a->value > b->value;
}

static void add_any(struct block *it) {
    static const uint32_t kind[] = {SPECIAL_FINALIZER, SPECIAL_WEAK_HANDLE, SPECIAL_PROFILE,
                                    SPECIAL_REACHABLE, SPECIAL_CLEANUP,     SPECIAL_CLEANUP};
    struct record new = {(uint32_t)test_random() % 3, kind[test_random() % 6], ++values, {0}};
    int of_byte = new.kind == SPECIAL_WEAK_HANDLE || new.kind == SPECIAL_CLEANUP, exists = 0;
    uint32_t i = it->count;
    new.name = heap_add_special(it->at + new.byte, new.kind, new.value, ~new.value);
    new.byte = of_byte ? new.byte : 0;
    for (uint32_t k = 0; k < it->count; k++) {
        const struct record *r = &it->record[k];
        exists |= r->kind == new.kind && r->byte == new.byte &&new.kind != SPECIAL_CLEANUP;
    }
    CHECK(new.name.status == (exists ? SPECIAL_EXISTS : SPECIAL_OK));
    if (!exists) {
        for (; i > 0 && is_before(&new, &it->record[i - 1]); i--) {
            it->record[i] = it->record[i - 1];
        }
        it->record[i] = new;
        it->count++;
    }
}

/* What becomes of a block's records, and of it, when its span is swept. */
static void sweep_reference(struct block *it) {
    int revived = 0;
    uint32_t left = 0;
    for (uint32_t k = 0; k < it->count; k++) {
        revived |= !it->is_marked && it->record[k].kind == SPECIAL_FINALIZER;
    }
    for (uint32_t k = 0; k < it->count; k++) {
        struct record r = it->record[k];
        int stays = it->is_marked
                        ? r.kind != SPECIAL_REACHABLE
                        : revived && r.kind != SPECIAL_FINALIZER && r.kind != SPECIAL_WEAK_HANDLE;
        int is_due = it->is_marked ? r.kind == SPECIAL_REACHABLE
                                   : r.kind == SPECIAL_FINALIZER || r.kind == SPECIAL_CLEANUP;
        if (stays) {
            it->record[left++] = r;
        } else if (is_due) {
            check_due(r.kind, r.value, it->at + r.byte);
        }
        CHECK(heap_special_place(r.name.record, r.name.birth) ==
              (stays ? it->at + r.byte : UINT64_MAX));
    }
    it->count = left;
    it->is_live = it->is_marked || revived;
    CHECK((object_look(it->at) == OBJECT_OK) == it->is_live);
}

/* Sweeps the span that block i is in, and compares: its blocks are due by their places. */
static void sweep_one(uint32_t i) {
    uint32_t s = page_span_load((uint32_t)(block[i].at / PAGE_SIZE));
    static struct block *in[OBJECTS];
    uint32_t n = 0;
    for (uint32_t k = 0; k < OBJECTS; k++) {
        if (block[k].is_live && page_span_load((uint32_t)(block[k].at / PAGE_SIZE)) == s) {
            uint32_t place = n++;
            for (; place > 0 && block[k].at < in[place - 1]->at; place--) {
                in[place] = in[place - 1];
            }
            in[place] = &block[k];
        }
    }
    CHECK(sweep_at(block[i].at + 1) == SWEEP_OK);
    for (uint32_t k = 0; k < n; k++) {
        sweep_reference(in[k]);
        in[k]->is_marked = 2; /* it is looked at */
    }
}

/* A block of a fresh span is marked from its birth, and its span is swept by sweep_begin: the
 * question whether it is reachable has its answer there. Of others nothing is due. */
static void take_answered(void) {
    for (struct special_due due; (due = heap_take_due()).kind != 0;) {
        uint32_t found = 0;
        for (uint32_t i = 0; i < OBJECTS; i++) {
            struct block *it = &block[i];
            uint32_t left = 0, is_it = it->is_live && it->is_new && it->at == due.place;
            for (uint32_t k = 0; k < it->count; k++) {
                int answered = is_it && it->record[k].kind == SPECIAL_REACHABLE;
                found += answered && it->record[k].value == due.value;
                it->record[left] = it->record[k];
                left += !answered;
            }
            it->count = left;
        }
        CHECK(due.kind == SPECIAL_REACHABLE && found == 1);
    }
}

/* A cycle of all blocks, their spans swept in any order; then there are new ones. */
static void random_cycle(uint32_t round) {
    uint32_t count = 0;
    CHECK(sweep_begin() == SWEEP_OK);
    take_answered();
    for (uint32_t i = 0; i < OBJECTS; i++) {
        block[i].is_new = 0;
        block[i].is_marked = block[i].is_live && test_random() % 4 != 0;
        CHECK(!block[i].is_marked || sweep_mark(block[i].at + test_random() % BYTES) == SWEEP_OK);
    }
    CHECK(sweep_marked() == SWEEP_OK);
    for (uint32_t k = 0, i = (uint32_t)test_random() % OBJECTS; k < OBJECTS; k++) {
        i = (i + 1) % OBJECTS;
        if (block[i].is_live && block[i].is_marked != 2) {
            sweep_one(i);
        }
    }
    check_due(0, 0, 0);
    for (uint32_t i = 0; i < OBJECTS; i++) {
        count += block[i].is_live;
    }
    sweep_pages(UINT32_MAX);
    CHECK(live_slots() == count && (round % 25 != 0 || heap_audit()));
    for (uint32_t i = 0; i < OBJECTS; i++) {
        if (!block[i].is_live && test_random() % 3 != 0) {
            block[i] = (struct block){.at = sweep_alloc(BYTES), .is_live = 1, .is_new = 1};
            CHECK(block[i].at != NO_PLACE);
        }
        if (block[i].is_live && block[i].count < 2 && test_random() % 3 == 0) {
            add_any(&block[i]);
        }
    }
}

static void check_random(void) {
    for (uint32_t round = 0; round < CYCLES; round++) {
        random_cycle(round);
    }
    for (uint32_t i = 0; i < 2; i++) {
        cycle();
        while (heap_take_due().kind != 0) {
        }
    }
    CHECK(live_slots() == 0 && heap_audit());
}

int main(void) {
    check_finalizer();
    check_others();
    check_spans(SPECIAL_FINALIZER);
    check_spans(SPECIAL_CLEANUP);
    check_spans(SPECIAL_WEAK_HANDLE);
    check_spans(SPECIAL_PROFILE);
    check_random();
    return test_report("sweep_special");
}
