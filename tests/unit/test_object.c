// config: pool host
/* Blocks against a list of those held: no two share a byte, each is as large and as aligned as was
 * asked, what is no block's start is refused and told apart, and all of it goes back in the end. */
#include "../test.h"
#include "heap/audit.h"
#include "object/block.h"

enum { HELD = 3000, ROUNDS = 40000, SHADOW = 8 * 1024 * 1024 / SLOT_BYTES_MIN };

struct held {
    uint64_t at, bytes; /* where it begins, and what was asked for, in whole slots' bytes */
};

static struct held held[HELD];
static uint32_t count, taken_fast, given_fast;
static uint8_t
    taken[SHADOW]; /* whether somebody has them, of each 16 bytes at the window's start */

static void mark(const struct held *one, uint8_t now) {
    uint32_t wrong = 0;
    uint64_t first = one->at / SLOT_BYTES_MIN, end = (one->at + one->bytes) / SLOT_BYTES_MIN;
    for (uint64_t i = first; i < end && i < SHADOW; i++) {
        wrong += taken[i] == now;
        taken[i] = now;
    }
    CHECK(wrong == 0);
}

/* A block by the fast half where it has one, which is what object_alloc would have given. */
static uint64_t take_any(uint64_t bytes) {
    struct object object = object_take(bytes);
    CHECK(object.found == (object.at != NO_PLACE));
    taken_fast += (uint32_t)object.found;
    return object.found ? object.at : object_alloc(bytes);
}

/* Takes a block at a multiple of `alignment`, or of 16 where that is 0; 0 if there is none. */
static int take(uint64_t bytes, uint64_t alignment) {
    uint64_t at = alignment == 0 ? take_any(bytes) : object_alloc_aligned(bytes, alignment);
    if (at == NO_PLACE) {
        return 0;
    }
    uint64_t units = (bytes + SLOT_BYTES_MIN - 1) / SLOT_BYTES_MIN;
    struct held one = {at, (units == 0 ? 1 : units) * SLOT_BYTES_MIN};
    CHECK(at % (alignment == 0 ? SLOT_BYTES_MIN : alignment) == 0);
    CHECK(object_bytes(at) >= one.bytes && at + one.bytes <= (uint64_t)PAGES * PAGE_SIZE);
    mark(&one, 1);
    held[count++] = one;
    return 1;
}

/* Gives a block back, at every wrong place near it first, and once more. */
static void give(uint32_t i) {
    struct held one = held[i];
    uint64_t all = object_bytes(one.at);
    CHECK(object_free(one.at + 1) == OBJECT_INSIDE && object_free(one.at + 8) == OBJECT_INSIDE);
    CHECK(object_free(one.at + all - 1) == OBJECT_INSIDE && object_bytes(one.at + 1) == 0);
    mark(&one, 0);
    held[i] = held[--count];
    CHECK(!object_give(one.at + 1) && !object_give(one.at + all - 1));
    int fast = test_random() % 2 == 0 && object_give(one.at);
    given_fast += fast == 1;
    CHECK(fast || object_free(one.at) == OBJECT_OK);
    CHECK(!object_give(one.at));
    enum object_status again = object_free(one.at);
    CHECK(again == OBJECT_IS_FREE || again == OBJECT_NO_SPAN);
}

static uint64_t any_size(void) {
    switch (test_random() % 8) {
    case 0:
        return test_random() % 3 * CLASS_BYTES_MAX;
    case 1:
        return class_size[test_random() % SIZE_CLASSES] + test_random() % 2;
    case 2:
        return test_random() % (2 * CLASS_BYTES_MAX);
    default:
        return test_random() % 600;
    }
}

static void check_rounds(void) {
    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (count == 0 || (test_random() % 9 < (i / 2000 % 2 == 0 ? 7 : 2) && count < HELD)) {
            uint32_t up = (uint32_t)(test_random() % 24);
            take(any_size(), up < 18 ? 0 : (uint64_t)1 << (up - 18) * 3);
        } else {
            give((uint32_t)(test_random() % count));
        }
        if (i % (ROUNDS / 2) == 0) {
            CHECK(heap_audit());
        }
    }
    while (count > 0) {
        give(count - 1);
    }
    CHECK(heap_audit());
    CHECK(taken_fast > ROUNDS / 8 && given_fast > ROUNDS / 8);
}

/* What cannot be had, or never was, changes nothing. */
static void check_refused(void) {
    uint64_t window = (uint64_t)PAGES * PAGE_SIZE;
    CHECK(object_alloc(window + 1) == NO_PLACE && object_alloc(UINT64_MAX) == NO_PLACE);
    CHECK(object_alloc_aligned(16, 0) == NO_PLACE && object_alloc_aligned(16, 48) == NO_PLACE);
    CHECK(object_alloc_aligned(16, UINT64_MAX) == NO_PLACE);
    CHECK(object_alloc_aligned(16, (uint64_t)1 << 63) == NO_PLACE);
    CHECK(object_alloc_aligned(16, PAGE_SIZE + PAGE_SIZE / 2) == NO_PLACE);
    CHECK(object_alloc_aligned(UINT64_MAX, 16) == NO_PLACE);
    CHECK(object_free(window) == OBJECT_NO_SPAN && object_free(UINT64_MAX) == OBJECT_NO_SPAN);
    CHECK(object_free(window - PAGE_SIZE) == OBJECT_NO_SPAN);
    CHECK(!object_give(window) && !object_give(UINT64_MAX) && !object_give(window - PAGE_SIZE));
    CHECK(!object_take(CLASS_BYTES_MAX + 1).found && !object_take(UINT64_MAX).found);
    CHECK(object_bytes(window) == 0 && object_bytes(UINT64_MAX) == 0);
    uint32_t s = heap_alloc_manual(1, KIND_STACK).span;
    CHECK(s != 0 && object_free((uint64_t)span[s].base * PAGE_SIZE) == OBJECT_NO_SPAN);
    CHECK(heap_free_manual(span[s].base, KIND_STACK) == HEAP_OK);
}

/* A large block at a multiple of many pages begins inside its span. */
static void check_large(void) {
    CHECK(take(CLASS_BYTES_MAX + 1, 0) && take(PAGE_SIZE, 4 * PAGE_SIZE));
    CHECK(take(CLASS_BYTES_MAX + 1, 8 * PAGE_SIZE) && take(1, 16 * PAGE_SIZE));
    for (uint32_t i = 0; i < count; i++) {
        CHECK(object_bytes(held[i].at + PAGE_SIZE) == 0);
    }
    while (count > 0) {
        give(0);
    }
}

/* What another thread frees is taken back once the owner collects; a second free is told, then. */
static void check_remote(void) {
    uint64_t at = object_alloc(100);
    uint32_t s = page_span[at / PAGE_SIZE], i = slot_at(s, at);
    CHECK(at != NO_PLACE && slots_owner[s] != 0 && foreign_slot_at(s, at % PAGE_SIZE) == i);
    CHECK(slot_at(s, at + 1) == NO_SLOT && slot_at(s, 0) == NO_SLOT);
    CHECK(slot_at(s, WINDOW_BYTES - 1) == NO_SLOT && slot_place(s, i) == at);
    CHECK(foreign_slot_at(s, at % PAGE_SIZE + 1) == NO_SLOT);
    uint32_t owner = slots_owner[s];
    slots_owner[s] = THREADS; /* as if another's */
    CHECK(!object_give(at));
    CHECK(object_free(at + 1) == OBJECT_INSIDE);
    CHECK(object_free(at) == OBJECT_OK && object_free(at) == OBJECT_IS_FREE);
    CHECK(inbox_take(THREADS - 1) == s && inbox_leave(s) == 0);
    slots_owner[s] = 0; /* of nobody */
    CHECK(object_free(at) == OBJECT_NO_SPAN);
    slots_owner[s] = owner;
    inbox_put(owner - 1, s);
    CHECK(object_collect() == NO_PLACE && object_free(at) == OBJECT_IS_FREE);
    slots_owner[s] = THREADS;
    CHECK(object_free(at) == OBJECT_OK);
    CHECK(inbox_take(THREADS - 1) == s && inbox_leave(s) == 0);
    slots_owner[s] = owner;
    inbox_put(owner - 1, s);
    CHECK(object_collect() == at && object_collect() == NO_PLACE);
}

/* A fresh large block may be all zeros; a slot is never said to be. */
static void check_zero(void) {
    uint64_t small = object_alloc(100), large = object_alloc(CLASS_BYTES_MAX + 1);
    uint32_t s = page_span[large / PAGE_SIZE];
    CHECK(object_needs_zero(small) == 1 && object_needs_zero(large) == span[s].needs_zero);
    CHECK(object_needs_zero(UINT64_MAX) == 1);
    CHECK(object_free(small) == OBJECT_OK && object_free(large) == OBJECT_OK);
}

/* A large block that was freed is kept, and handed out again; for another size it is not. */
static void check_kept(void) {
    uint64_t bytes = CLASS_BYTES_MAX + 1, at = object_alloc(bytes);
    CHECK(at != NO_PLACE && object_free(at) == OBJECT_OK);
    CHECK(object_free(at) == OBJECT_IS_FREE && object_look(at) == OBJECT_IS_FREE);
    CHECK(object_bytes(at) == 0 && !object_give(at) && heap_audit());
    uint64_t other = object_alloc(CLASS_BYTES_MAX + CLASS_BYTES_MAX / 2);
    CHECK(other != at && object_alloc(bytes) == at && object_look(at) == OBJECT_OK);
    CHECK(object_needs_zero(at) == 1 && object_bytes(at) >= bytes);
    CHECK(object_free(other) == OBJECT_OK && object_free(at) == OBJECT_OK);
    uint32_t me = heap_enter(), live = total_live[KIND_HEAP];
    CHECK(kept_release(me) == 1 && kept_release(me) == 0 && kept_release(0) == 0);
    CHECK(object_free(at) == OBJECT_NO_SPAN && total_live[KIND_HEAP] < live && heap_audit());
}

/* So many only, and none that is too large; the others go back at once. */
static void check_kept_few(void) {
    uint64_t at[LARGE_KEPT + 3], bytes = CLASS_BYTES_MAX + 1, pages = 0, large;
    uint32_t live = total_live[KIND_HEAP];
    for (uint32_t i = 0; i < LARGE_KEPT + 3; i++) {
        at[i] = object_alloc(bytes);
        pages = object_bytes(at[i]) / PAGE_SIZE;
    }
    for (uint32_t i = 0; i < LARGE_KEPT + 3; i++) {
        CHECK(object_free(at[i]) == OBJECT_OK);
    }
    CHECK(total_live[KIND_HEAP] == live + LARGE_KEPT * pages);
    CHECK(kept_release(0) == 1 && total_live[KIND_HEAP] == live); /* as another would */
    CHECK(kept_release(heap_enter()) == 0);
    large = object_alloc((uint64_t)KEPT_PAGES_MAX * PAGE_SIZE);
    CHECK(object_free(large) == OBJECT_OK && object_free(large) == OBJECT_IS_FREE);
    CHECK(kept_release(0) == 1);
    large = object_alloc((uint64_t)KEPT_PAGES_MAX * PAGE_SIZE + 1);
    CHECK(object_free(large) == OBJECT_OK && object_free(large) == OBJECT_NO_SPAN);
    CHECK(total_live[KIND_HEAP] == live);
}

/* Whatever a cell says of where to look, it is looked at anew. */
static void check_hints(void) {
    uint32_t live = total_live[KIND_HEAP];
    uint64_t held_one = object_alloc(CLASS_BYTES_MAX + 1), small = object_alloc(100);
    for (int i = 0; i < 2000; i++) {
        uint32_t s = page_span[(test_random() % 2 ? held_one : small) / PAGE_SIZE];
        uint32_t k = (uint32_t)test_random() % KEPT_CELLS;
        if (large_kept_load(k) == 0) { /* else what it names would not be found again */
            s = test_random() % 3 == 0 ? (uint32_t)test_random() % SPANS : s;
            large_kept_store(k, (uint32_t)test_random() % (KEPT_PAGES_MAX + 1) * SPANS + s);
        }
        uint64_t bytes = CLASS_BYTES_MAX + test_random() % CLASS_BYTES_MAX;
        uint64_t at = block_alloc(bytes).at;
        CHECK(at != held_one && at != small && object_bytes(at) >= bytes);
        CHECK(object_look(held_one) == OBJECT_OK && object_look(small) == OBJECT_OK);
        CHECK(object_free(at) == OBJECT_OK);
    }
    CHECK(object_free(held_one) == OBJECT_OK && object_free(small) == OBJECT_OK && heap_audit());
    kept_release(0);
    CHECK(total_live[KIND_HEAP] <= live + CLASS_SPAN_MAX / PAGE_SIZE && heap_audit());
}

#ifdef CAIRN_POOL
/* For want of memory what is kept goes back. */
static void check_want(void) {
    static uint64_t full[SPANS];
    uint32_t n = 0;
    while ((full[n] = object_alloc(CLASS_BYTES_MAX + 1)) != NO_PLACE) {
        n++;
    }
    while ((full[n] = object_alloc(CLASS_BYTES_MAX / 4)) != NO_PLACE) {
        n++;
    }
    CHECK(n > 10 && object_free(full[0]) == OBJECT_OK && object_free(full[1]) == OBJECT_OK);
    CHECK(object_alloc(CLASS_BYTES_MAX / 4) == NO_PLACE);
    full[0] = block_alloc(CLASS_BYTES_MAX / 4).at;
    CHECK(full[0] != BLOCK_NONE && object_free(full[1]) == OBJECT_NO_SPAN);
    full[1] = object_alloc(CLASS_BYTES_MAX / 4);
    for (uint32_t i = 0; i < n; i++) {
        CHECK(object_free(full[i]) == OBJECT_OK);
    }
    full[0] = block_alloc_aligned(2 * CLASS_BYTES_MAX, 1).at;
    CHECK(full[0] != BLOCK_NONE && object_free(full[0]) == OBJECT_OK && heap_audit());
}
#endif

int main(void) {
    check_refused();
    check_large();
    check_remote();
    check_zero();
    check_kept();
    check_kept_few();
    check_hints();
#ifdef CAIRN_POOL
    check_want();
#endif
    check_rounds();
    return test_report("object");
}
