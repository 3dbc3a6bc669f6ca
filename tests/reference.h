/* The heap as one would write it without a thought for speed: a byte a page, first fit by walking,
 * growth as heap/grow.h tells it. Whatever Cairn answers must be what this answers. The whole
 * state is one struct: a test can copy it and put it back. */
#ifndef CAIRN_REFERENCE_H
#define CAIRN_REFERENCE_H

#include "heap/heap.h"
#include "tables.h"
#include "test.h"
#include "tools/os_sim.h"
#include <string.h>

enum { UNMAPPED, RELEASED, FREE, USED, PAGE_STATES };
enum { NOBODYS, OURS, A_STRANGERS };

static struct {
    uint8_t page[PAGES];
    uint32_t count[PAGE_STATES]; /* pages in each state */
    uint32_t end;                /* pages: the mapped ones lie below */
    uint8_t holder[ARENAS];
    uint32_t handed[ARENAS]; /* pages of the arena up to the last ever handed out */
    struct arena_hint hint[HINTS];
    uint32_t hint_first, hint_count;
    uint32_t low, high; /* chunks of the current arena that are not mapped yet */
    struct span span[SPANS];
    uint32_t list[SPANS], specials[SPANS]; /* the list it is on; how many specials it has */
    uint32_t specials_count;
    uint32_t waiting[SPANS], wait, made; /* records given back, and ever used */
    uint32_t live[KINDS];
    uint64_t requests, refuse_first, refuse_count;
} ref;

static inline void ref_set(uint32_t p, uint32_t n, int state) {
    for (uint32_t q = p; q < p + n; q++) {
        ref.count[ref.page[q]]--;
        ref.page[q] = (uint8_t)state;
        ref.count[state]++;
    }
    if (p + n > ref.end) {
        ref.end = p + n;
    }
}

static inline uint32_t ref_find(uint32_t n) {
    uint32_t run = 0;
    for (uint32_t p = 0; p < ref.end; p++) {
        run = ref.page[p] == FREE || ref.page[p] == RELEASED ? run + 1 : 0;
        if (run == n) {
            return p + 1 - n;
        }
    }
    return PAGES;
}

static inline int ref_refused(void) {
    ref.requests++;
    return ref.requests >= ref.refuse_first && ref.requests - ref.refuse_first < ref.refuse_count;
}

static inline int ref_unheld(uint32_t a, uint32_t n) {
    int unheld = a + n <= ARENAS;
    for (uint32_t b = a; unheld && b < a + n; b++) {
        unheld = ref.holder[b] == NOBODYS;
    }
    return unheld;
}

/* Where n more arenas are to be had: by the hints in order, else the lowest. Moves the hint. */
static inline uint32_t ref_arenas(uint32_t n, uint32_t *hint) {
    for (*hint = ref.hint_first; *hint < ref.hint_count; ++*hint) {
        uint32_t a = ref.hint[*hint].arena;
        a = ref.hint[*hint].down == 0 ? a : a < n ? ARENAS : a - n;
        if (!ref_refused() && ref_unheld(a, n)) {
            return a;
        }
    }
    uint32_t a = ref_refused() ? ARENAS : 0;
    while (a < ARENAS && !ref_unheld(a, n)) {
        a++;
    }
    return a;
}

static inline void ref_move_hint(uint32_t hint, uint32_t a, uint32_t n) {
    if (hint < ref.hint_count) {
        ref.hint_first = hint;
        ref.hint[hint].arena = ref.hint[hint].down == 0 ? a + n : a;
    } else {
        ref.hint_first = 0;
        ref.hint_count = 2;
        ref.hint[0] = (struct arena_hint){a + n, 0};
        ref.hint[1] = (struct arena_hint){a, 1};
    }
}

/* Takes the next chunks of the current arena into use. */
static inline void ref_take(uint32_t chunks) {
    ref_set(ref.low * CHUNK_PAGES, chunks * CHUNK_PAGES, RELEASED);
    ref.low += chunks;
}

static inline int ref_grow(uint32_t n) {
    uint32_t chunks = (n + CHUNK_PAGES - 1) / CHUNK_PAGES, hint;
    if (chunks > ref.high - ref.low) {
        uint32_t arenas = (chunks + ARENA_CHUNKS - 1) / ARENA_CHUNKS;
        uint32_t a = ref_arenas(arenas, &hint);
        int follows = a * ARENA_CHUNKS == ref.high;
        if (a == ARENAS || ref_refused() || (!follows && ref.low < ref.high && ref_refused())) {
            return 0;
        }
        memset(ref.holder + a, OURS, arenas);
        ref_move_hint(hint, a, arenas);
        if (!follows) {
            ref_take(ref.high - ref.low);
            ref.low = a * ARENA_CHUNKS;
        }
        ref.high = (a + arenas) * ARENA_CHUNKS;
    } else if (ref_refused()) {
        return 0;
    }
    ref_take(chunks);
    return 1;
}

/* Does a page from p on count as handed out? All do from now on. */
static inline uint8_t ref_hand_out(uint32_t p, uint32_t n) {
    uint8_t handed = 0;
    for (uint32_t q = p; q < p + n; q++) {
        uint32_t *upto = &ref.handed[q / ARENA_PAGES];
        handed |= q % ARENA_PAGES < *upto && (q == p || q % ARENA_PAGES == 0);
        *upto = q % ARENA_PAGES < *upto ? *upto : q % ARENA_PAGES + 1;
    }
    return handed;
}

static inline uint64_t ref_slots(uint64_t n, uint32_t c) {
    uint64_t size = class_size[c / 2], bytes = n * PAGE_SIZE;
    return c < 2 ? 1 : (bytes - (c % 2 == 0 && size <= POINTER_BITS_MAX ? bytes / 64 : 0)) / size;
}

static inline struct heap_answer ref_alloc(uint32_t n, uint32_t kind, uint32_t c) {
    if (n == 0 || n > PAGES || kind >= KINDS) {
        return (struct heap_answer){n == 0 || n > PAGES ? HEAP_BAD_SIZE : HEAP_BAD_KIND, 0};
    }
    int heap = kind == KIND_HEAP;
    if (c >= SPAN_CLASSES || (!heap && c != 0) || ref_slots(n, c) == 0 || ref_slots(n, c) > 65535) {
        return (struct heap_answer){HEAP_BAD_CLASS, 0};
    }
    uint32_t p = ref.wait == 0 && ref.made == SPANS - 1 ? PAGES + 1 : ref_find(n);
    if (p == PAGES && ref_grow(n)) {
        p = ref_find(n);
    }
    if (p >= PAGES) {
        return (struct heap_answer){HEAP_NO_MEMORY, 0};
    }
    uint32_t s = ref.wait > 0 ? ref.waiting[--ref.wait] : ++ref.made;
    ref_set(p, n, USED);
    ref.live[kind] += n;
    ref.span[s] = (struct span){.base = p,
                                .npages = n,
                                .kind = (uint8_t)kind,
                                .span_class = (uint8_t)c,
                                .needs_zero = ref_hand_out(p, n),
                                .state = heap ? SPAN_IN_USE : SPAN_MANUAL};
    if (heap) {
        ref.span[s].slot_size = c < 2 ? (uint64_t)n * PAGE_SIZE : class_size[c / 2];
        ref.span[s].slots = (uint32_t)ref_slots(n, c);
        ref.span[s].div_magic = c < 2 ? 0
                                      : (uint32_t)((1ull << 32) / class_size[c / 2] +
                                                   ((1ull << 32) % class_size[c / 2] != 0));
    }
    return (struct heap_answer){HEAP_OK, s};
}

/* The live span with page p, by looking at all. */
static inline uint32_t ref_span_of(uint32_t p) {
    uint32_t s = ref.made;
    while (s > 0 && (ref.span[s].state == SPAN_DEAD || p < ref.span[s].base ||
                     p >= ref.span[s].base + ref.span[s].npages)) {
        s--;
    }
    return s;
}

static inline enum heap_status ref_free(uint32_t p, uint32_t kind) {
    uint32_t s = ref_span_of(p);
    if (s == 0) {
        return HEAP_NO_SPAN;
    }
    struct span *it = &ref.span[s];
    if (it->base != p || it->kind != kind || it->live_slots != 0 || ref.list[s] != 0) {
        return it->base != p         ? HEAP_NOT_FIRST
               : it->kind != kind    ? HEAP_BAD_KIND
               : it->live_slots != 0 ? HEAP_HAS_SLOTS
                                     : HEAP_ON_LIST;
    }
    if (ref.specials[s] != 0) {
        return HEAP_HAS_SPECIALS;
    }
    ref_set(p, it->npages, FREE);
    ref.live[kind] -= it->npages;
    it->state = SPAN_DEAD;
    it->npages = 0;
    ref.waiting[ref.wait++] = s;
    return HEAP_OK;
}

/* ---- Cairn and its floor on one side, the reference on the other. */

/* A fresh program on both sides; refusals and holes are to be told to both. */
static inline void ref_reset(void) {
    tables_clear();
    os_sim_reset();
    tables_clear_one((unsigned char *)&ref, sizeof ref);
    ref.count[UNMAPPED] = PAGES;
}

static inline void ref_hold(uint32_t a, uint32_t n) {
    os_sim_hold(a, n);
    memset(ref.holder + a, A_STRANGERS, n);
}

static inline void ref_hint(uint32_t arena) {
    int expected = arena <= ARENAS && ref.hint_count < HINTS;
    if (expected) {
        ref.hint[ref.hint_count++] = (struct arena_hint){arena, 0};
    }
    CHECK(heap_add_hint(arena) == expected);
}

/* Refuses n requests from the first'th of those to come. */
static inline void ref_refuse(uint64_t first, uint64_t n) {
    ref.refuse_first = ref.requests + first;
    ref.refuse_count = n;
    os_sim_refuse(os_sim_requests + first, n);
}

/* Numbers and records: cheap enough for every step. */
static inline void ref_check(void) {
    CHECK(total_mapped == PAGES - ref.count[UNMAPPED]);
    CHECK(total_free == ref.count[RELEASED] + ref.count[FREE]);
    CHECK(total_released == ref.count[RELEASED]);
    CHECK(memcmp(total_live, ref.live, sizeof ref.live) == 0);
    CHECK(current_low == ref.low && current_high == ref.high);
    CHECK(hint_first == ref.hint_first && hint_count == ref.hint_count);
    CHECK(os_sim_requests == ref.requests);
    CHECK(os_sim_mapped * CHUNK_PAGES == total_mapped);
    CHECK(pool_made - pool_count == ref.made - ref.wait);
    CHECK(memcmp(span, ref.span, (ref.made + 1) * sizeof span[0]) == 0);
}

/* Every page, every arena. */
static inline void ref_check_pages(void) {
    uint32_t wrong = 0;
    for (uint32_t p = 0; p < ref.end; p++) {
        uint64_t bit = 1ull << p % WORD_BITS;
        int is_free = (page_free[p / WORD_BITS] & bit) != 0;
        int is_released = (page_released[p / WORD_BITS] & bit) != 0;
        wrong += is_free != (ref.page[p] == FREE || ref.page[p] == RELEASED);
        wrong += is_released != (ref.page[p] == RELEASED);
        wrong += chunk_mapped[p / CHUNK_PAGES] != (ref.page[p] != UNMAPPED);
    }
    for (uint32_t s = 1; s <= ref.made; s++) {
        for (uint32_t i = 0; i < ref.span[s].npages; i++) {
            wrong += page_span[ref.span[s].base + i] != s;
        }
        wrong += special_head[s] != 0 ? ref.specials[s] == 0 : ref.specials[s] != 0;
        wrong += span_link[s].list != ref.list[s];
    }
    CHECK(wrong == 0);
    CHECK(memcmp(zeroed_base, ref.handed, sizeof zeroed_base) == 0);
    CHECK(memcmp(arena_hint, ref.hint, sizeof arena_hint) == 0);
}

/* Cairn's answer: from the public functions as well as from those beneath the lock. */
static inline struct heap_answer ref_ask(uint32_t n, uint32_t kind, uint32_t c) {
    if (test_random() % 2 == 0 || kind >= KINDS || (kind != KIND_HEAP && c != 0)) {
        return heap_alloc_span_locked(n, kind, c);
    }
    return kind == KIND_HEAP ? heap_alloc(n, c) : heap_alloc_manual(n, kind);
}

static inline enum heap_status ref_ask_free(uint32_t p, uint32_t kind) {
    if (test_random() % 2 == 0 || kind >= KINDS) {
        return heap_free_span_locked(p, kind);
    }
    return kind == KIND_HEAP ? heap_free(p) : heap_free_manual(p, kind);
}

/* Asks both and compares the answers. */
static inline enum heap_status ref_both_alloc(uint32_t n, uint32_t kind, uint32_t c) {
    struct heap_answer expected = ref_alloc(n, kind, c);
    struct heap_answer answer = ref_ask(n, kind, c);
    CHECK(answer.status == expected.status && answer.span == expected.span);
    ref_check();
    return expected.status;
}

static inline enum heap_status ref_both_free(uint32_t p, uint32_t kind) {
    enum heap_status expected = ref_free(p, kind);
    CHECK(heap_may_free(p, kind) == expected);
    CHECK(ref_ask_free(p, kind) == expected);
    ref_check();
    return expected;
}

#endif
