// config: pool host
/* Blocks against a list of those held: no two share a byte, each is as large and as aligned as was
 * asked, what is no block's start is refused and told apart, and all of it goes back in the end. */
#include "../test.h"
#include "heap/audit.h"
#include "object/object.h"

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
    uint64_t at = object_take(bytes);
    taken_fast += at != NO_PLACE;
    return at != NO_PLACE ? at : object_alloc(bytes);
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
    CHECK(object_take(CLASS_BYTES_MAX + 1) == NO_PLACE && object_take(UINT64_MAX) == NO_PLACE);
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
    uint32_t s = page_span[at / PAGE_SIZE], i = slot_at(s, (uint32_t)(at % PAGE_SIZE));
    CHECK(at != NO_PLACE && slots_owner[s] != 0 && foreign_slot_at(s, at % PAGE_SIZE) == i);
    CHECK(slot_place(s, i) == at && foreign_slot_at(s, at % PAGE_SIZE + 1) == NO_SLOT);
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

int main(void) {
    check_refused();
    check_large();
    check_remote();
    check_zero();
    check_rounds();
    return test_report("object");
}
