// config: host pool
/* The special records of objects as an embedder uses them: each kind's rules, places of all sorts,
 * objects that end, and many at once. */
#include "../test.h"
#include "heap/audit.h"
#include "heap/heap_special.h"
#include "tools/os_sim.h"

#define CLASS 9 /* a small class without pointers: several slots a page */

static uint32_t small, large; /* a span of small objects, one of a single large one */
static uint64_t small_at, large_at, slot;

static void make_spans(void) {
    CHECK(heap_add_hint(0));
    small = heap_alloc(2, CLASS).span;
    large = heap_alloc(40, 0).span;
    CHECK(small != 0 && large != 0);
    small_at = (uint64_t)span[small].base * PAGE_SIZE;
    large_at = (uint64_t)span[large].base * PAGE_SIZE;
    slot = span[small].slot_size;
    CHECK(slot > 8 && span[small].slots > 3 && span[large].slots == 1);
}

static int add(uint64_t place, uint32_t kind, uint64_t value) {
    return heap_add_special(place, kind, value, ~value).status;
}

static void check_words(struct special_words words, int status, uint64_t value) {
    CHECK(words.status == status && words.value == (status == SPECIAL_OK ? value : 0));
    CHECK(words.argument == (status == SPECIAL_OK ? ~value : 0));
}

/* One an object, whichever of its bytes is asked for; the next object is another. */
static void test_one_an_object(uint32_t kind) {
    CHECK(add(small_at + slot + 3, kind, 1) == SPECIAL_OK);
    CHECK(add(small_at + slot, kind, 2) == SPECIAL_EXISTS);
    CHECK(add(small_at + 2 * slot - 1, kind, 2) == SPECIAL_EXISTS);
    check_words(heap_find_special(small_at + slot - 1, kind), SPECIAL_ABSENT, 0);
    check_words(heap_find_special(small_at + 2 * slot, kind), SPECIAL_ABSENT, 0);
    check_words(heap_find_special(small_at + slot + 1, kind), SPECIAL_OK, 1);
    CHECK(add(small_at + 2 * slot, kind, 3) == SPECIAL_OK);
    check_words(heap_remove_special(small_at + 2 * slot - 1, kind), SPECIAL_OK, 1);
    check_words(heap_remove_special(small_at + slot, kind), SPECIAL_ABSENT, 0);
    check_words(heap_remove_special(small_at + 2 * slot + 1, kind), SPECIAL_OK, 3);
    CHECK(add(large_at + 39 * PAGE_SIZE, kind, 4) == SPECIAL_OK);
    CHECK(add(large_at, kind, 5) == SPECIAL_EXISTS);
    check_words(heap_remove_special(large_at + 7, kind), SPECIAL_OK, 4);
    CHECK(heap_take_due().kind == 0);
}

/* One a byte, with one name for all who ask; it tells the place until the object is gone. */
static void test_weak(void) {
    uint64_t at = small_at + slot + 3;
    struct special_added first = heap_add_special(at, SPECIAL_WEAK_HANDLE, 0, 0);
    struct special_added again = heap_add_special(at, SPECIAL_WEAK_HANDLE, 0, 0);
    struct special_added other = heap_add_special(at + 1, SPECIAL_WEAK_HANDLE, 0, 0);
    CHECK(first.status == SPECIAL_OK && again.status == SPECIAL_EXISTS);
    CHECK(again.record == first.record && again.birth == first.birth);
    CHECK(other.status == SPECIAL_OK && other.record != first.record);
    CHECK(heap_special_place(first.record, first.birth) == at);
    CHECK(heap_special_place(other.record, other.birth) == at + 1);
    CHECK(heap_special_place(first.record, other.birth) == UINT64_MAX);
    CHECK(heap_end_object(small_at) == SPECIAL_OK);
    CHECK(heap_special_place(first.record, first.birth) == at);
    CHECK(heap_end_object(small_at + slot) == SPECIAL_OK);
    CHECK(heap_special_place(first.record, first.birth) == UINT64_MAX);
    CHECK(heap_special_place(other.record, other.birth) == UINT64_MAX);
    struct special_added new = heap_add_special(at, SPECIAL_WEAK_HANDLE, 0, 0);
    CHECK(new.status == SPECIAL_OK &&new.birth > other.birth);
    CHECK(heap_special_place(first.record, first.birth) == UINT64_MAX);
    CHECK(heap_remove_named(new.record, new.birth).status == SPECIAL_OK);
    CHECK(heap_special_place(new.record, new.birth) == UINT64_MAX);
    CHECK(heap_special_place(0, 0) == UINT64_MAX);
    CHECK(heap_special_place(UINT32_MAX, 1) == UINT64_MAX);
}

static void test_pins(void) {
    uint64_t at = small_at + 2 * slot;
    CHECK(heap_unpin(at) == SPECIAL_ABSENT);
    for (uint64_t n = 1; n <= 3; n++) {
        CHECK(heap_pin(at + n) == SPECIAL_OK);
        CHECK(heap_find_special(at, SPECIAL_PIN_COUNTER).value == n);
    }
    CHECK(add(at, SPECIAL_PIN_COUNTER, 1) == SPECIAL_BAD_KIND);
    CHECK(heap_remove_special(at, SPECIAL_PIN_COUNTER).status == SPECIAL_BAD_KIND);
    for (uint64_t n = 3; n > 0; n--) {
        CHECK(heap_find_special(at, SPECIAL_PIN_COUNTER).value == n);
        CHECK(heap_unpin(at) == SPECIAL_OK);
    }
    CHECK(heap_find_special(at, SPECIAL_PIN_COUNTER).status == SPECIAL_ABSENT);
    CHECK(heap_unpin(at) == SPECIAL_ABSENT);
    CHECK(heap_pin(at) == SPECIAL_OK);
    special[special_head[small]].value = UINT64_MAX;
    CHECK(heap_pin(at) == SPECIAL_NO_MEMORY && heap_unpin(at) == SPECIAL_OK);
    CHECK(heap_end_object(at) == SPECIAL_OK && heap_unpin(at) == SPECIAL_ABSENT);
}

/* Many a byte, the newest first; each can be stopped. Those of an object run in order: by byte. */
static void test_cleanups(void) {
    struct special_added name[6];
    for (uint64_t i = 0; i < 6; i++) {
        name[i] = heap_add_special(small_at + i % 2, SPECIAL_CLEANUP, i, ~i);
        CHECK(name[i].status == SPECIAL_OK);
    }
    CHECK(add(small_at + 1, SPECIAL_FINALIZER, 77) == SPECIAL_OK);
    CHECK(add(small_at + slot, SPECIAL_CLEANUP, 99) == SPECIAL_OK);
    check_words(heap_remove_named(name[2].record, name[2].birth), SPECIAL_OK, 2);
    check_words(heap_remove_named(name[2].record, name[2].birth), SPECIAL_ABSENT, 0);
    CHECK(heap_end_object(small_at + slot - 1) == SPECIAL_OK);
    check_words(heap_remove_named(name[4].record, name[4].birth), SPECIAL_ABSENT, 0);
    CHECK(heap_end_object(small_at + slot) == SPECIAL_OK);
    static const uint64_t wanted[] = {77, 4, 0, 5, 3, 1, 99};
    for (uint32_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct special_due due = heap_take_due();
        CHECK(due.value == wanted[i] && due.argument == ~wanted[i]);
        CHECK(due.kind == (i == 0 ? SPECIAL_FINALIZER : SPECIAL_CLEANUP));
        uint64_t byte = wanted[i] == 99 ? slot : wanted[i] == 77 ? 0 : wanted[i] % 2;
        CHECK(due.place == small_at + byte);
    }
    CHECK(heap_take_due().kind == 0 && heap_take_due().place == 0);
}

/* Places where nothing is. */
static void test_places(void) {
    static const uint64_t outside[] = {WINDOW_BYTES, WINDOW_BYTES + 1, UINT64_MAX,
                                       WINDOW_BYTES - 1};
    for (uint32_t i = 0; i < 4; i++) {
        CHECK(add(outside[i], SPECIAL_PROFILE, 1) == SPECIAL_BAD_SPAN);
        CHECK(heap_find_special(outside[i], SPECIAL_PROFILE).status == SPECIAL_BAD_SPAN);
        CHECK(heap_remove_special(outside[i], SPECIAL_PROFILE).status == SPECIAL_BAD_SPAN);
        CHECK(heap_pin(outside[i]) == SPECIAL_BAD_SPAN);
        CHECK(heap_unpin(outside[i]) == SPECIAL_BAD_SPAN);
        CHECK(heap_end_object(outside[i]) == SPECIAL_BAD_SPAN);
    }
    uint32_t stack = heap_alloc_manual(1, KIND_STACK).span;
    CHECK(add((uint64_t)span[stack].base * PAGE_SIZE, 1, 1) == SPECIAL_BAD_SPAN);
    CHECK(heap_free_manual(span[stack].base, KIND_STACK) == HEAP_OK);
    CHECK(add(small_at, 0, 1) == SPECIAL_BAD_KIND && add(small_at, 7, 1) == SPECIAL_BAD_KIND);
    uint64_t end = small_at + span[small].slots * slot; /* what is left behind the last object */
    CHECK(add(end - 1, SPECIAL_CLEANUP, 1) == SPECIAL_OK);
    if (end < small_at + 2 * PAGE_SIZE) {
        CHECK(add(end, SPECIAL_CLEANUP, 1) == SPECIAL_BAD_OFFSET);
        CHECK(heap_pin(end) == SPECIAL_BAD_OFFSET && heap_end_object(end) == SPECIAL_BAD_OFFSET);
    }
    CHECK(heap_end_object(end - slot) == SPECIAL_OK && heap_take_due().place == end - 1);
}

/* A span is not taken back as long as a record is left. */
static void test_span_waits(void) {
    uint32_t s = heap_alloc(3, 0).span, page = span[s].base;
    uint64_t at = (uint64_t)page * PAGE_SIZE;
    CHECK(add(at, SPECIAL_FINALIZER, 5) == SPECIAL_OK);
    CHECK(add(at + 100, SPECIAL_WEAK_HANDLE, 0) == SPECIAL_OK);
    CHECK(heap_free(page) == HEAP_HAS_SPECIALS);
    CHECK(heap_end_object(at + 3 * PAGE_SIZE - 1) == SPECIAL_OK);
    CHECK(heap_free(page) == HEAP_OK);
    CHECK(heap_audit());
    CHECK(heap_take_due().place == at); /* it is due all the same */
}

/* As many records as there are, on one span, in and out of order; a list of many thousands. */
static void test_many(void) {
    uint32_t most = SPECIALS - 1 < 20000 ? SPECIALS - 1 : 20000;
    for (uint32_t i = 0; i < most; i++) {
        uint64_t byte = i % 2 ? most - i : 40 * PAGE_SIZE - 1 - i;
        CHECK(add(large_at + byte, SPECIAL_CLEANUP, byte) == SPECIAL_OK);
    }
    if (most == SPECIALS - 1) {
        CHECK(add(large_at, SPECIAL_CLEANUP, 1) == SPECIAL_NO_MEMORY);
        CHECK(heap_pin(large_at) == SPECIAL_NO_MEMORY);
    }
    CHECK(heap_audit());
    CHECK(heap_end_object(large_at) == SPECIAL_OK && heap_audit());
    uint64_t last = 0;
    for (uint32_t i = 0; i < most; i++) {
        struct special_due due = heap_take_due();
        CHECK(due.kind == SPECIAL_CLEANUP && due.place == large_at + due.value);
        CHECK(i == 0 || last < due.value);
        last = due.value;
    }
    CHECK(last == 40 * PAGE_SIZE - 1 && heap_take_due().kind == 0);
    CHECK(heap_free(span[large].base) == HEAP_OK && heap_audit());
}

int main(void) {
    make_spans();
    test_one_an_object(SPECIAL_FINALIZER);
    test_one_an_object(SPECIAL_PROFILE);
    test_one_an_object(SPECIAL_REACHABLE);
    test_weak();
    test_pins();
    test_cleanups();
    test_places();
    test_span_waits();
    test_many();
    return test_report("test_heap_special");
}
