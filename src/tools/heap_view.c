#include "tools/heap_view.h"
#include "heap/heap.h"
#include "object/slot_cache.h"
#include <string.h>

const char *const page_state_name[PAGE_STATES] = {
    "unmapped",    "free",    "free, released", "in a thread's cache", "slots", "large block",
    "large, kept", "a stack", "a work buffer",  "pointer bits",        "lost"};
const char *const special_kind_name[SPECIAL_KINDS] = {
    "none", "finalizer", "weak handle", "profile", "reachable", "pin counter", "cleanup"};

static int bit(uint64_t word, uint32_t i) {
    return word >> i % WORD_BITS & 1;
}

/* The live span that has page p, or 0; large is one of no size class. */
static uint32_t span_at(uint32_t p) {
    uint32_t s = page_span[p];
    if (s == 0 || s >= SPANS || span[s].state == SPAN_DEAD || p < span[s].base ||
        p - span[s].base >= span[s].npages) {
        return 0;
    }
    return s;
}

static int is_large(uint32_t s) {
    return span[s].span_class < 2 || span[s].span_class >= SPAN_CLASSES;
}

static int is_cached(uint32_t p) {
    for (uint32_t t = 0; t < THREADS; t++) {
        if (page_cache[t].base / WORD_BITS == p / WORD_BITS && bit(page_cache[t].free, p)) {
            return 1;
        }
    }
    return 0;
}

enum page_state page_state(uint32_t p) {
    uint32_t s = span_at(p);
    if (chunk_mapped[p / CHUNK_PAGES] == 0) {
        return PAGE_UNMAPPED;
    }
    if (bit(page_free[p / WORD_BITS], p)) {
        return bit(page_released[p / WORD_BITS], p) ? PAGE_RELEASED : PAGE_FREE;
    }
    if (s == 0) {
        return is_cached(p) ? PAGE_CACHED : PAGE_LOST;
    }
    switch (span[s].kind) {
    case KIND_HEAP:
        return !is_large(s) ? PAGE_SLOTS : large_cell[s] == LARGE_IS_KEPT ? PAGE_KEPT : PAGE_LARGE;
    case KIND_STACK:
        return PAGE_STACK;
    case KIND_WORKBUF:
        return PAGE_WORKBUF;
    case KIND_PTRBITS:
        return PAGE_PTRBITS;
    default:
        return PAGE_LOST;
    }
}

static void count_run(struct heap_view *view, uint32_t length) {
    if (length > 0) {
        uint32_t log = bits_highest(length);
        view->runs[log]++;
        view->run_pages[log] += length;
        view->longest = length > view->longest ? length : view->longest;
    }
}

static void count_pages(struct heap_view *view) {
    uint32_t run = 0;
    for (uint32_t p = 0; p < PAGES; p++) {
        enum page_state state = page_state(p);
        view->pages[state]++;
        if (state == PAGE_FREE || state == PAGE_RELEASED) {
            run++;
        } else {
            count_run(view, run);
            run = 0;
        }
    }
    count_run(view, run);
}

/* The free slots of span s, thread me's: in the table, and at hand in its cursor; those of other
 * threads' are counted as well. */
static uint64_t free_slots(uint32_t s, uint32_t me, uint64_t *remote) {
    uint32_t k = (me - 1) * SIZE_CLASSES + span[s].span_class / 2;
    uint64_t first = (uint64_t)span[s].base * PAGE_SLOT_WORDS, count = 0;
    uint64_t end = first + ((uint64_t)span[s].slots + WORD_BITS - 1) / WORD_BITS;
    for (uint64_t w = first; w < end && w < SLOT_WORDS; w++) {
        uint64_t word = slot_free[w];
        if (current_span[k] == s && slot_cursor[k].word == w) {
            word |= slot_cursor[k].cache;
        }
        count += word_count(word);
        *remote += word_count(slot_remote[w] & ~word);
    }
    return count < span[s].slots ? count : span[s].slots;
}

static void count_span(struct heap_view *view, uint32_t s) {
    struct class_view *class = &view->class[is_large(s) ? 0 : span[s].span_class / 2];
    uint32_t me = slots_owner[s] <= THREADS ? slots_owner[s] : 0;
    class->spans++;
    class->pages += span[s].npages;
    class->slots += span[s].slots;
    if (is_large(s)) {
        class->live += large_cell[s] != LARGE_IS_KEPT;
    } else if (me != 0) {
        class->live += span[s].slots - free_slots(s, me, &class->remote);
    } else {
        class->live += span[s].live_slots;
    }
    view->owned[is_large(s) ? 0 : me]++;
}

uint64_t heap_view_remote(const struct heap_view *view) {
    uint64_t remote = 0;
    for (int c = 1; c < SIZE_CLASSES; c++) {
        remote += view->class[c].remote;
    }
    return remote;
}

double percent(uint64_t part, uint64_t all) {
    return all == 0 ? 0 : 100.0 * (double)part / (double)all;
}

void heap_view_take(struct heap_view *view) {
    memset(view, 0, sizeof *view);
    count_pages(view);
    for (uint32_t s = 1; s < SPANS; s++) {
        if (span[s].state == SPAN_IN_USE) {
            count_span(view, s);
        }
    }
    for (uint32_t r = 1; r <= special_made && r < SPECIALS; r++) {
        if (special[r].span != 0) {
            view->specials[special[r].kind < SPECIAL_KINDS ? special[r].kind : 0]++;
        }
    }
}
