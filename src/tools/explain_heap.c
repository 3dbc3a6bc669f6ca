/* The predicates of the heap on top of pages and spans: specs/heap.acsl, specs/grow.acsl. */
#include "heap/heap.h"
#include "tools/explain.h"
#include <stddef.h>
#include <string.h>

static int live_taken(struct flaw *flaw) {
    for (uint32_t s = 1; s < SPANS; s++) {
        if (is_live(s) && (s > pool_made || pool_place[s] < pool_count)) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int dead_empty(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPANS; s++) {
        if (!is_live(s) && span[s].npages != 0) {
            return flaw_says(flaw, "span", s, "npages", span[s].npages, 0);
        }
    }
    return 1;
}

static int kinds_known(struct flaw *flaw) {
    for (uint32_t s = 1; s < SPANS; s++) {
        int state = span[s].kind == KIND_HEAP ? SPAN_IN_USE : SPAN_MANUAL;
        if (is_live(s) && (span[s].kind >= KINDS || span[s].state != state)) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int lists_live(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPANS; s++) {
        if (span_link[s].list != 0 && !is_live(s)) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

const struct predicate explained_spans[] = {
    {"LiveTaken", "a live span's record is taken", live_taken},
    {"DeadEmpty", "a dead record has no pages", dead_empty},
    {"KindsKnown", "a live span is in use if it is for objects, else manual", kinds_known},
    {"ListsLive", "what is on a list is live", lists_live},
    {NULL, NULL, NULL},
};

/* Which of these has page p: each is a thread's whose cache it is, or a span. */
static int conserved(struct flaw *flaw) {
    static uint64_t waiting[PAGE_WORDS];
    memset(waiting, 0, sizeof waiting);
    for (uint32_t t = 0; t < THREADS; t++) {
        waiting[page_cache[t].base / WORD_BITS] |= page_cache[t].free;
    }
    for (uint32_t p = 0; p < PAGES; p++) {
        uint64_t word = p / WORD_BITS, bit = (uint64_t)1 << p % WORD_BITS;
        uint32_t s = page_span[p];
        int live = is_live(s) && span[s].base <= p && p < span[s].base + span[s].npages;
        int mapped = chunk_mapped[p / CHUNK_PAGES] != 0;
        int has = (page_free[word] & bit) != 0, waits = (waiting[word] & bit) != 0;
        if (mapped != (has || waits || live) || (live && (has || waits))) {
            return flaw_at(flaw, "page", p);
        }
    }
    return 1;
}

const struct predicate explained_conserved[] = {
    {"Conserved",
     "a mapped page is free, or waits, or is in a live span, exactly one of them; another is none",
     conserved},
    {NULL, NULL, NULL},
};

static int kind_totals(struct flaw *flaw) {
    uint64_t live[UINT8_MAX + 1] = {0};
    for (uint32_t s = 0; s < SPANS; s++) {
        live[span[s].kind] += span[s].npages;
    }
    for (uint32_t k = 0; k < KINDS; k++) {
        if (total_live[k] != live[k]) {
            return flaw_says(flaw, "kind", k, "total_live", total_live[k], live[k]);
        }
    }
    return 1;
}

static int totals_conserved(struct flaw *flaw) {
    uint64_t used = total_free;
    for (uint32_t t = 0; t < THREADS; t++) {
        used += word_count(page_cache[t].free);
    }
    for (uint32_t k = 0; k < KINDS; k++) {
        used += total_live[k];
    }
    return total_mapped == used || flaw_says(flaw, NULL, 0, "total_mapped", total_mapped, used);
}

const struct predicate explained_totals[] = {
    {"KindTotals", "the totals of live pages say what the spans say", kind_totals},
    {"TotalsConserved", "what is free, waits and is live is all that is mapped", totals_conserved},
    {NULL, NULL, NULL},
};

static int current_inside(struct flaw *flaw) {
    if (current_high > CHUNKS) {
        return flaw_over(flaw, NULL, 0, "current_high", current_high, CHUNKS);
    }
    if (current_low > current_high) {
        return flaw_over(flaw, NULL, 0, "current_low", current_low, current_high);
    }
    return current_high % ARENA_CHUNKS == 0 || flaw_at(flaw, "chunk", current_high);
}

static int current_arena(struct flaw *flaw) {
    for (uint32_t c = current_low; c < current_high; c++) {
        if (chunk_mapped[c] != 0) {
            return flaw_at(flaw, "chunk", c);
        }
    }
    return 1;
}

static int hints(struct flaw *flaw) {
    if (hint_count > HINTS) {
        return flaw_over(flaw, NULL, 0, "hint_count", hint_count, HINTS);
    }
    if (hint_first > hint_count) {
        return flaw_over(flaw, NULL, 0, "hint_first", hint_first, hint_count);
    }
    for (uint32_t i = 0; i < HINTS; i++) {
        if (arena_hint[i].arena > ARENAS) {
            return flaw_over(flaw, "hint", i, "its arena", arena_hint[i].arena, ARENAS);
        }
    }
    return 1;
}

const struct predicate explained_growth[] = {
    {"CurrentInside", "the current arena is in the window and ends with an arena", current_inside},
    {"CurrentArena", "the chunks of the current arena are not mapped yet", current_arena},
    {"Hints", "the hints name arenas, and the untried ones are some of them", hints},
    {NULL, NULL, NULL},
};
