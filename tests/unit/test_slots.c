// config: pool host
/* Slots against an array that says of each where it is: allocated, free in the table, at hand. */
#include "../test.h"
#include "object/slots.h"
#include <string.h>

enum { WORDS = 5, BITS = WORDS * WORD_BITS, FIRST = 7, CURSOR = CURSORS - 1 };
enum place { ALLOCATED, TABLED, AT_HAND };

static enum place place[BITS];
static uint32_t at, end; /* the reference's cursor: words of the span */

static void load(uint32_t word) {
    at = word;
    for (uint32_t j = 0; j < WORD_BITS; j++) {
        uint32_t i = WORD_BITS * word + j;
        place[i] = place[i] == TABLED ? AT_HAND : place[i];
    }
}

/* The next slot of the reference, or BITS. */
static uint32_t next(void) {
    for (; at < end; at < end - 1 ? load(at + 1) : (void)(at = end)) {
        for (uint32_t i = WORD_BITS * at; i < WORD_BITS * (at + 1); i++) {
            if (place[i] == AT_HAND) {
                place[i] = ALLOCATED;
                return i;
            }
        }
    }
    return BITS;
}

/* Do the table, the cursor and the reference say the same of every slot? */
static void compare(void) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < BITS; i++) {
        uint32_t w = FIRST + i / WORD_BITS, j = i % WORD_BITS;
        int hand = w == slot_cursor[CURSOR].word && (slot_cursor[CURSOR].cache >> j & 1) != 0;
        wrong += (slot_free[w] >> j & 1) != (place[i] == TABLED);
        wrong += hand != (place[i] == AT_HAND);
        wrong += (slots_is_free(CURSOR, w, j) != 0) != (place[i] != ALLOCATED);
    }
    CHECK(wrong == 0 && slots_audit(CURSOR));
}

static void take(void) {
    uint32_t i = next(), j = slots_next(CURSOR);
    CHECK(slot_cursor[CURSOR].word == FIRST + at);
    CHECK(j == (i == BITS ? WORD_BITS : i % WORD_BITS));
}

/* Of those at hand alone: the cursor stays where it is. */
static void take_at_hand(void) {
    uint32_t word = slot_cursor[CURSOR].word, i = 0;
    while (i < BITS && place[i] != AT_HAND) {
        i++;
    }
    CHECK(slots_take(CURSOR) == (i == BITS ? WORD_BITS : i % WORD_BITS));
    CHECK(slot_cursor[CURSOR].word == word);
    if (i < BITS) {
        place[i] = ALLOCATED;
    }
}

static void give(uint32_t i) {
    CHECK(slots_give(CURSOR, FIRST + i / WORD_BITS, i % WORD_BITS) == (place[i] == ALLOCATED));
    place[i] = place[i] == ALLOCATED ? TABLED : place[i];
}

static void finish(void) {
    slots_end(CURSOR);
    for (uint32_t i = 0; i < BITS; i++) {
        place[i] = place[i] == AT_HAND ? TABLED : place[i];
    }
    at = end;
}

static void begin(uint32_t first, uint32_t words) {
    finish();
    slots_begin(CURSOR, FIRST + first, FIRST + words);
    end = words;
    load(first);
}

/* Random operations; now and then most slots are given back, so that all words see all states. */
static void check_random(uint32_t steps) {
    for (uint32_t step = 0; step < steps; step++) {
        uint64_t r = test_random();
        uint32_t i = (uint32_t)(r >> 32) % BITS;
        if (r % 64 < 10) {
            take_at_hand();
        } else if (r % 64 < 40) {
            take();
        } else if (r % 64 < 62) {
            give(i);
        } else if (r % 512 < 500) {
            uint32_t first = (uint32_t)(r >> 20) % WORDS;
            begin(first, first < WORDS - 1 ? WORDS - (r >> 40 & 1) : WORDS);
        } else {
            for (i = 0; i < BITS; i++) {
                give(i);
            }
        }
        compare();
    }
}

/* A free span's slots come in order, each once; then none does, however often one asks. */
static void check_order(void) {
    for (uint32_t i = 0; i < BITS; i++) {
        give(i);
    }
    begin(0, WORDS);
    for (uint32_t i = 0; i < BITS; i++) {
        CHECK(slots_next(CURSOR) == i % WORD_BITS);
        CHECK(slot_cursor[CURSOR].word == FIRST + i / WORD_BITS);
    }
    memset(place, 0, sizeof place);
    at = end;
    CHECK(slots_next(CURSOR) == WORD_BITS && slots_next(CURSOR) == WORD_BITS);
    compare();
}

/* An audit finds a slot both free and at hand, a cursor beyond its end, and one beyond the table. */
static void check_audit(void) {
    static const struct slot_cursor bad[] = {
        {2, FIRST, FIRST + 1},
        {1, FIRST + 1, FIRST + 1},
        {0, FIRST + 2, FIRST + 1},
        {0, SLOT_WORDS, SLOT_WORDS + 1},
    };
    slots_end(CURSOR);
    CHECK(slots_audit(CURSOR) && slots_audit(0));
    slot_free[FIRST] = 6;
    for (uint32_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        slot_cursor[CURSOR] = bad[i];
        CHECK(!slots_audit(CURSOR));
    }
    slot_cursor[CURSOR] = (struct slot_cursor){1, FIRST, FIRST + 1};
    CHECK(slots_audit(CURSOR));
}

int main(void) {
    test_start();
    CHECK(slots_next(CURSOR) == WORD_BITS &&
          slots_audit(CURSOR)); /* all is zero: nothing is free */
    begin(0, WORDS);
    check_random(100000);
    finish();
    check_order();
    check_audit();
    return test_report("slots");
}
