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

/* A page that waits is in a thread's cache; whether its memory was given back stays known. */
enum { UNMAPPED, RELEASED, FREE, USED, WAITING, WAITING_RELEASED, PAGE_STATES };
enum { NOBODYS, OURS, A_STRANGERS };

static struct {
    uint8_t page[PAGES];
    uint8_t with[PAGES];         /* the thread a page waits with, where it does */
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
    uint32_t waiting[SPANS], wait, made;     /* records given back, and ever used */
    uint32_t block[THREADS], waits[THREADS]; /* where a thread's pages wait, and how many */
    uint32_t cache[THREADS][SPAN_CACHE];     /* a thread's records, the last is the next */
    uint32_t cached[THREADS];                /* how many */
    uint32_t live[KINDS];
    uint32_t physical; /* pages in a physical page */
    int gave;          /* the last call that failed gave the thread's own pages back */
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

/* ---- What waits with a thread. */

static inline int ref_waits(uint32_t t, uint32_t p) {
    return (ref.page[p] == WAITING || ref.page[p] == WAITING_RELEASED) && ref.with[p] == t;
}

static inline uint32_t ref_find_waiting(uint32_t t, uint32_t n) {
    uint32_t run = 0;
    for (uint32_t p = ref.block[t]; p < ref.block[t] + WORD_BITS; p++) {
        run = ref_waits(t, p) ? run + 1 : 0;
        if (run == n) {
            return p + 1 - n;
        }
    }
    return PAGES;
}

/* Takes all free pages of the block that holds the lowest one. */
static inline void ref_refill_pages(uint32_t t) {
    uint32_t p = ref_find(1), first = p == PAGES ? 0 : p / WORD_BITS * WORD_BITS;
    ref.block[t] = first;
    for (uint32_t q = first; p < PAGES && q < first + WORD_BITS; q++) {
        if (ref.page[q] == FREE || ref.page[q] == RELEASED) {
            ref_set(q, 1, ref.page[q] == FREE ? WAITING : WAITING_RELEASED);
            ref.with[q] = (uint8_t)t;
            ref.waits[t]++;
        }
    }
}

static inline void ref_flush(uint32_t t) {
    if (ref.waits[t] == 0) {
        return;
    }
    for (uint32_t q = ref.block[t]; q < ref.block[t] + WORD_BITS; q++) {
        if (ref_waits(t, q)) {
            ref_set(q, 1, ref.page[q] == WAITING ? FREE : RELEASED);
        }
    }
    ref.waits[t] = ref.block[t] = 0;
}

static inline int ref_pool_left(void) {
    return ref.wait > 0 || ref.made < SPANS - 1;
}

static inline uint32_t ref_pool_take(void) {
    return ref.wait > 0 ? ref.waiting[--ref.wait] : ++ref.made;
}

static inline void ref_refill_records(uint32_t t) {
    while (ref.cached[t] < SPAN_REFILL && ref_pool_left()) {
        ref.cache[t][ref.cached[t]++] = ref_pool_take();
    }
}

/* ---- Handing out and taking back. */

static inline enum heap_status ref_may_ask(uint32_t n, uint32_t kind, uint32_t c) {
    if (n == 0 || n > PAGES || kind >= KINDS) {
        return n == 0 || n > PAGES ? HEAP_BAD_SIZE : HEAP_BAD_KIND;
    }
    int bad = c >= SPAN_CLASSES || (kind != KIND_HEAP && c != 0) || ref_slots(n, c) == 0 ||
              ref_slots(n, c) > 65535;
    return bad ? HEAP_BAD_CLASS : HEAP_OK;
}

/* The n pages from p become span s. */
static inline uint32_t ref_begin(uint32_t s, uint32_t p, uint32_t n, uint32_t kind, uint32_t c) {
    int heap = kind == KIND_HEAP;
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
    return s;
}

/* Pages in a physical page, which a stack begins with. */
static inline uint32_t ref_align(uint32_t kind) {
    return kind == KIND_STACK ? ref.physical : 1;
}

/* What the heap has for thread t; THREADS has no records of its own. Returns 0 if it has not. */
static inline uint32_t ref_alloc_locked(uint32_t t, uint32_t n, uint32_t kind, uint32_t c) {
    uint32_t align = ref_align(kind), needed = align == 1 ? n : n + align;
    int own = t < THREADS && ref.cached[t] > 0;
    uint32_t p = own || ref_pool_left() ? ref_find(needed) : PAGES + 1;
    if (p == PAGES && needed <= PAGES && ref_grow(needed)) {
        p = ref_find(needed);
    }
    if (p >= PAGES) {
        return 0;
    }
    if (t < THREADS && !own) {
        ref_refill_records(t);
    }
    uint32_t s = t < THREADS ? ref.cache[t][--ref.cached[t]] : ref_pool_take();
    return ref_begin(s, (p + align - 1) / align * align, n, kind, c);
}

/* What thread t has at hand. */
static inline uint32_t ref_alloc_cached(uint32_t t, uint32_t n, uint32_t kind, uint32_t c) {
    uint32_t p = ref_find_waiting(t, n);
    if (p == PAGES || ref.cached[t] == 0) {
        return 0;
    }
    ref.waits[t] -= n;
    return ref_begin(ref.cache[t][--ref.cached[t]], p, n, kind, c);
}

static inline void ref_refill(uint32_t t) {
    if (ref.waits[t] == 0) {
        ref_refill_pages(t);
    }
    if (ref.waits[t] > 0 && ref.cached[t] == 0) {
        ref_refill_records(t);
    }
}

/* What thread t is handed out, one way after the other. */
static inline uint32_t ref_alloc_own(uint32_t t, uint32_t n, uint32_t kind, uint32_t c) {
    int cached = n < 16 && ref_align(kind) == 1;
    uint32_t s = cached ? ref_alloc_cached(t, n, kind, c) : 0;
    if (s == 0 && cached) {
        ref_refill(t);
        s = ref_alloc_cached(t, n, kind, c);
    }
    s = s == 0 ? ref_alloc_locked(t, n, kind, c) : s;
    if (s == 0 && ref.waits[t] > 0) {
        ref_flush(t);
        ref.gave = 1;
        s = ref_alloc_locked(t, n, kind, c);
    }
    return s;
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

/* Thread t takes it back. */
static inline enum heap_status ref_free(uint32_t t, uint32_t p, uint32_t kind) {
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
    if (t < THREADS && ref.cached[t] < SPAN_CACHE) {
        ref.cache[t][ref.cached[t]++] = s;
    } else {
        ref.waiting[ref.wait++] = s;
    }
    return HEAP_OK;
}

/* ---- Cairn and its floor on one side, the reference on the other. */

/* A fresh program on both sides; refusals and holes are to be told to both. */
static inline void ref_reset(void) {
    tables_clear();
    os_sim_reset();
    tables_clear_one((unsigned char *)&ref, sizeof ref);
    ref.count[UNMAPPED] = PAGES;
    ref.physical = 1;
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

/* The system's physical pages have so many of ours. */
static inline void ref_page_size(uint32_t pages) {
    os_sim_page_sizes(pages, 0);
    ref.physical = pages;
}

/* Refuses n requests from the first'th of those to come. */
static inline void ref_refuse(uint64_t first, uint64_t n) {
    ref.refuse_first = ref.requests + first;
    ref.refuse_count = n;
    os_sim_refuse(os_sim_requests + first, n);
}

/* Of the caches and of the pool all that will be answered from them, in order. */
static inline int ref_caches_agree(void) {
    uint32_t wrong = pool_made != ref.made || pool_count != ref.wait;
    wrong += memcmp(pool_stack, ref.waiting, ref.wait * sizeof pool_stack[0]) != 0;
    for (uint32_t t = 0; t < THREADS; t++) {
        wrong += cache_count[t] != ref.cached[t];
        wrong += memcmp(cache_record + t * SPAN_CACHE, ref.cache[t],
                        ref.cached[t] * sizeof cache_record[0]) != 0;
        wrong += page_cache[t].base != ref.block[t];
        if (ref.waits[t] == 0) {
            wrong += page_cache[t].free != 0 || page_cache[t].released != 0;
            continue;
        }
        for (uint32_t i = 0; i < WORD_BITS; i++) {
            uint32_t p = ref.block[t] + i;
            int waits = ref_waits(t, p), released = waits && ref.page[p] == WAITING_RELEASED;
            wrong += (int)(page_cache[t].free >> i & 1) != waits;
            wrong += (int)(page_cache[t].released >> i & 1) != released;
        }
    }
    return wrong == 0;
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
    CHECK(ref_caches_agree());
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

/* The ways to ask: beneath the lock with the pool's records or a thread's, or as anybody does. The
 * calling thread is number 0 of those with caches. */
enum way { ANY_WAY, BY_POOL, BY_THREAD, PUBLICLY };
static enum way ref_way;    /* the one to take */
static uint32_t ref_thread; /* the thread that asks by BY_THREAD */

/* One of the ways, where there is a choice; and whose records it takes. */
static inline enum way ref_choose(int is_public, uint32_t *t) {
    enum way way = ref_way;
    if (way == ANY_WAY) {
        way = test_random() % 2 ? PUBLICLY : test_random() % 2 ? BY_POOL : BY_THREAD;
    }
    if (way == PUBLICLY && !is_public) {
        way = BY_THREAD;
    }
    *t = way == BY_POOL ? THREADS : way == BY_THREAD ? ref_thread : 0;
    return way;
}

/* Asks both and compares the answers. */
static inline enum heap_status ref_both_alloc(uint32_t n, uint32_t kind, uint32_t c) {
    uint32_t t;
    enum way way = ref_choose(kind < KINDS && (kind == KIND_HEAP || c == 0), &t);
    struct heap_answer expected = {ref_may_ask(n, kind, c), 0}, answer;
    ref.gave = 0;
    if (expected.status == HEAP_OK) {
        expected.span =
            way == PUBLICLY ? ref_alloc_own(t, n, kind, c) : ref_alloc_locked(t, n, kind, c);
        expected.status = expected.span == 0 ? HEAP_NO_MEMORY : HEAP_OK;
    }
    if (way == PUBLICLY) {
        answer = kind == KIND_HEAP ? heap_alloc(n, c) : heap_alloc_manual(n, kind);
    } else {
        answer = heap_alloc_span_locked(t, n, kind, c);
    }
    CHECK(answer.status == expected.status && answer.span == expected.span);
    ref_check();
    return expected.status;
}

static inline enum heap_status ref_both_free(uint32_t p, uint32_t kind) {
    uint32_t t;
    enum way way = ref_choose(kind < KINDS, &t);
    enum heap_status may = heap_may_free(p, kind), expected = ref_free(t, p, kind), answer;
    if (way == PUBLICLY) {
        answer = kind == KIND_HEAP ? heap_free(p) : heap_free_manual(p, kind);
    } else {
        answer = heap_free_span_locked(t, p, kind);
    }
    CHECK(may == expected && answer == expected);
    ref_check();
    return expected;
}

/* What thread t has at hand, asked for what makes sense. */
static inline uint32_t ref_both_cached(uint32_t t, uint32_t n, uint32_t kind, uint32_t c) {
    uint32_t expected = ref_alloc_cached(t, n, kind, c);
    CHECK(heap_alloc_cached(t, n, kind, c) == expected);
    ref_check();
    return expected;
}

static inline void ref_both_refill(uint32_t t) {
    ref_refill(t);
    heap_refill_locked(t);
    ref_check();
}

static inline void ref_both_flush(uint32_t t) {
    ref_flush(t);
    if (t == 0) {
        heap_flush();
    } else {
        heap_flush_locked(t);
    }
    ref_check();
}

#endif
