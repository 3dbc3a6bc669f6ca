/* What threads have of slots and of large blocks: specs/slot_cache.acsl, as far as tables tell. The
 * heap below is sound, so that every number in it names something. */
#include "object/slot_cache.h"
#include "tools/explain.h"
#include <stddef.h>
#include <string.h>

static int is_mine(uint32_t me, uint32_t s) {
    return 0 < s && s < SPANS && slots_owner[s] == me;
}

static uint32_t class_of(uint32_t s) {
    return span[s].span_class / 2;
}

/* The cursor that walks over spans like this one, which some thread has. */
static uint32_t cursor_for(uint32_t s) {
    return (slots_owner[s] - 1) * SIZE_CLASSES + class_of(s);
}

static int is_slot_span(uint32_t s) {
    struct span r = span[s];
    return 4 <= r.span_class && r.span_class < SPAN_CLASSES && r.span_class % 2 == 1 &&
           r.kind == KIND_HEAP && 0 < r.slots && r.slots <= SLOTS_MAX &&
           (uint64_t)r.npages * PAGE_SIZE < CLASS_SPAN_MAX &&
           (r.slots + WORD_BITS - 1) / WORD_BITS <= r.npages * PAGE_SLOT_WORDS;
}

static int spans_mine(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPANS; s++) {
        if (slots_owner[s] > THREADS) {
            return flaw_over(flaw, "span", s, "its owner", slots_owner[s], THREADS);
        }
        if (slots_owner[s] != 0 && !(is_live(s) && is_slot_span(s))) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int sizes_mine(struct flaw *flaw) {
    for (uint32_t s = 1; s < SPANS; s++) {
        uint64_t size = span[s].slot_size, magic = size * span[s].div_magic;
        if (slots_owner[s] == 0) {
            continue;
        }
        if (size != class_size[class_of(s)]) {
            return flaw_says(flaw, "span", s, "slot_size", size, class_size[class_of(s)]);
        }
        if (size < SLOT_BYTES_MIN || magic < MAGIC_ONE || magic >= MAGIC_ONE + size ||
            span[s].slots * size > (uint64_t)span[s].npages * PAGE_SIZE) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int cursors(struct flaw *flaw) {
    for (uint32_t k = 0; k < CURSORS; k++) {
        if (!slots_audit(k)) {
            return flaw_at(flaw, "cursor", k);
        }
    }
    return 1;
}

static int cursors_walk(struct flaw *flaw) {
    for (uint32_t k = 0; k < CURSORS; k++) {
        struct slot_cursor c = slot_cursor[k];
        uint32_t s = current_span[k];
        if (s == 0 ? c.word != c.end
                   : !is_mine(k / SIZE_CLASSES + 1, s) || cursor_for(s) != k ||
                         c.end != slot_end_word(s) || c.word < slot_first_word(s) ||
                         span_link[s].list != 0) {
            return flaw_at(flaw, "cursor", k);
        }
    }
    return 1;
}

/* The free slots of word w of span s, in the table and at hand. */
static uint64_t free_slots(uint32_t s, uint32_t w) {
    struct slot_cursor c = slot_cursor[cursor_for(s)];
    return slot_free[w] | (current_span[cursor_for(s)] == s && c.word == w ? c.cache : 0);
}

static int only_slots(struct flaw *flaw) {
    for (uint32_t s = 1; s < SPANS; s++) {
        uint32_t last = span[s].slots % WORD_BITS; /* slots of the last word; 0: all */
        if (slots_owner[s] != 0 && last != 0 && free_slots(s, slot_end_word(s) - 1) >> last != 0) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int lists_mine(struct flaw *flaw) {
    for (uint32_t s = 1; s < SPANS; s++) {
        uint32_t q = span_link[s].list;
        if (q != 0 && (!is_mine((q - 1) / SIZE_CLASSES + 1, s) || q != cursor_for(s) + 1)) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int has_tabled(uint32_t s) {
    for (uint32_t w = slot_first_word(s); w < slot_end_word(s); w++) {
        if (slot_free[w] != 0) {
            return 1;
        }
    }
    return 0;
}

static int listed_has_free(struct flaw *flaw) {
    for (uint32_t s = 1; s < SPANS; s++) {
        if (slots_owner[s] != 0 && span_link[s].list != 0 && !has_tabled(s)) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int unlisted_is_full(struct flaw *flaw) {
    for (uint32_t s = 1; s < SPANS; s++) {
        if (slots_owner[s] != 0 && span_link[s].list == 0 && current_span[cursor_for(s)] != s &&
            has_tabled(s)) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int cursors_told(struct flaw *flaw) {
    for (uint32_t k = 0; k < CURSORS; k++) {
        uint32_t s = current_span[k];
        if (slot_cursor[k].cache != 0) {
            uint64_t size = span[s].slot_size;
            uint64_t place = (uint64_t)span[s].base * PAGE_SIZE +
                             WORD_BITS * (slot_cursor[k].word - slot_first_word(s)) * size;
            if (current_slots[k].size != size || current_slots[k].place != place) {
                return flaw_says(flaw, "cursor", k, "its place", current_slots[k].place, place);
            }
        }
    }
    return 1;
}

static int large_cells(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPANS; s++) {
        uint32_t cell = large_cell[s];
        uint32_t page = cell <= PAGES ? cell - 1 : cell - 1 - PAGES;
        int is_large = is_live(s) && span[s].span_class == 1 && span[s].kind == KIND_HEAP;
        if (cell != 0 &&
            !(is_large && (cell == LARGE_IS_KEPT || (cell <= 2 * PAGES && span[s].base <= page &&
                                                     page < span[s].base + span[s].npages)))) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

/* No predicate of the specs says this: what anybody puts in there nobody relies on (os/atomic.h). A
 * span whose link says that it is in an inbox, and is in none, would never be looked at again. */
static int inboxes(struct flaw *flaw) {
    static uint8_t met[SPANS];
    memset(met, 0, sizeof met);
    for (uint32_t t = 0; t < THREADS; t++) {
        for (uint32_t s = inbox[t]; s != 0; s = inbox_link[s] - 1) {
            if (s >= SPANS) {
                return flaw_at(flaw, "thread", t + 1);
            }
            if (inbox_link[s] == 0 || met[s]) {
                return flaw_at(flaw, "span", s);
            }
            met[s] = 1;
        }
    }
    for (uint32_t s = 0; s < SPANS; s++) {
        if (inbox_link[s] != 0 && !met[s]) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

const struct predicate explained_slots[] = {
    {"SpansMine", "what a thread gives slots of out of is a live span with slots", spans_mine},
    {"SizesMine", "slots are as large as their class says, and which has a byte can be told",
     sizes_mine},
    {"Cursor", "a cursor is at a word of its span or at the end, and nothing at hand is free too",
     cursors},
    {"CursorsWalk", "a cursor walks over a span of its class, or has come to its end",
     cursors_walk},
    {"OnlySlots", "only slots are free: no bit at or above the span's slots", only_slots},
    {"ListsByClass", "a list has spans of its thread and its class only", lists_mine},
    {"ListedHasFree", "a span on a list has a free slot", listed_has_free},
    {"UnlistedIsFullBut", "a span on no list and under no cursor has none", unlisted_is_full},
    {"CursorsToldBut", "a cursor with slots at hand tells where its word begins", cursors_told},
    {"LargeCell", "a large block begins in its span, which is one of a block", large_cells},
    {"inboxes", "a span that says it is in an inbox is in one, once", inboxes},
    {NULL, NULL, NULL},
};
