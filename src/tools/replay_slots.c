#include "object/slots.h"
#include "tools/replay.h"
#include <inttypes.h>

/* The slots of a trace lie at the table's end, so that a forgotten offset shows. */
#define CURSOR    (CURSORS - 1)
#define WORDS_MAX ((SLOTS_MAX + WORD_BITS - 1) / WORD_BITS)

/* What Go would have: the index from which its span goes on, and its cache, which holds the bits of
 * that index's word from there on. Beyond the last slot Go's bits say free, ours never do. */
struct go_view {
    uint32_t slots;      /* of the span */
    uint32_t free_index; /* the next slot to look at; `slots` once there is none */
    uint64_t cache;
    uint64_t beyond; /* the bits of the last word that are no slots */
};

static uint32_t first_word(const struct go_view *go) {
    return SLOT_WORDS - (go->slots + WORD_BITS - 1) / WORD_BITS;
}

/* The bits of word w of the table, some of them at hand, as Go has them. */
static uint64_t word_as_go(const struct go_view *go, uint32_t w) {
    uint64_t hand = w == slot_cursor[CURSOR].word ? slot_cursor[CURSOR].cache : 0;
    return slot_free[w] | hand | (w == SLOT_WORDS - 1 ? go->beyond : 0);
}

static void begin(struct trace *t, struct go_view *go) {
    static uint64_t used[WORDS_MAX];
    go->slots = (uint32_t)trace_number(t, 1, SLOTS_MAX, "a number of slots");
    uint32_t first = first_word(go), rest = go->slots % WORD_BITS;
    trace_hex(t, used, SLOT_WORDS - first, "16 hexadecimal digits a word of slots");
    trace_end(t);
    slots_end(CURSOR);
    for (uint32_t w = first; w < SLOT_WORDS; w++) {
        slot_free[w] = ~used[w - first];
    }
    go->beyond = rest == 0 ? 0 : slot_free[SLOT_WORDS - 1] & ~bits_below(rest);
    slot_free[SLOT_WORDS - 1] &= ~go->beyond;
    slots_begin(CURSOR, first, SLOT_WORDS);
    go->free_index = 0;
    go->cache = word_as_go(go, first);
}

/* Go has slot i found, and loads the next word as soon as it has come to its end. */
static void found(struct go_view *go, uint32_t i) {
    uint32_t next = i + 1, w = first_word(go) + next / WORD_BITS;
    go->free_index = next;
    go->cache = w == SLOT_WORDS ? 0 : word_as_go(go, w) >> next % WORD_BITS;
}

/* Go has found none: it stopped at the bits beyond the last slot, or at the end without such. */
static void found_none(struct go_view *go) {
    uint32_t last = go->slots - 1;
    if (go->free_index < go->slots) {
        if (go->beyond == 0) {
            go->cache = 0;
        } else if (go->free_index / WORD_BITS < last / WORD_BITS) {
            go->cache = go->beyond;
        }
    }
    go->free_index = go->slots;
}

static void next(struct trace *t, struct go_view *go) {
    trace_end(t);
    uint32_t bit = slots_next(CURSOR);
    uint32_t word = slot_cursor[CURSOR].word;
    if (bit < WORD_BITS) {
        found(go, (word - first_word(go)) * WORD_BITS + bit);
        printf("index=%" PRIu32, go->free_index - 1);
    } else {
        found_none(go);
        printf("index=%" PRIu32, go->slots);
    }
    printf(" cache=%016" PRIx64 " freeindex=%" PRIu32 "\n", go->cache, go->free_index);
}

static int audit(void) {
    return slots_audit(CURSOR);
}

void replay_slots(struct trace *t, const struct replay_options *options) {
    struct go_view go = {0, 0, 0, 0};
    while (trace_next(t)) {
        if (trace_has(t, "begin")) {
            begin(t, &go);
        } else if (go.slots > 0 && trace_has(t, "next")) {
            next(t, &go);
        } else {
            trace_fail(t, go.slots > 0 ? "begin or next" : "begin", t->rest);
        }
        replay_audit(options, audit, "slots");
    }
}
