// config: pool host
/* Millions of calls at random against the reference: spans of all kinds and classes handed out and
 * taken back, by every way and out of several threads' caches, nonsense of every sort, while
 * strangers hold addresses and the system refuses. */
#include "../reference.h"
#include "heap/audit.h"

#ifdef CAIRN_POOL
enum { ROUNDS = 1000, WINDOW = ARENAS, MANY = 400 };
#else
enum { ROUNDS = 40, WINDOW = 8, MANY = 300 }; /* arenas: a stranger holds those further up */
#endif
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { SLOWER = 10 };
#else
enum { SLOWER = 1 };
#endif

static uint32_t became[HEAP_HAS_SPECIALS + 1]; /* how often a span asked for became what */
static uint32_t freed[HEAP_HAS_SPECIALS + 1];
static uint32_t at_hand; /* spans made of what a thread had at hand, where only that was asked */
static uint32_t rescued; /* spans made once the thread's own pages were given back */

static uint32_t below(uint32_t n) {
    return (uint32_t)(test_random() % n);
}

static uint32_t some_pages(void) {
    switch (below(64)) {
    case 0:
        return 0;
    case 1:
        return PAGES - 1 + below(3);
    case 2:
        return (uint32_t)test_random();
    case 3:
        return 1 + below(3 * ARENA_PAGES);
    case 4:
    case 5:
    case 6:
        return 1 + below(2 * CHUNK_PAGES);
    default:
        return below(2) ? 1 + below(4) : 1 + below(64);
    }
}

/* A record, live or not, and now and then a number that names none. */
static uint32_t some_span(void) {
    return 1 + below(ref.made + 1 < SPANS - 1 ? ref.made + 1 : SPANS - 1);
}

static void step_alloc(void) {
    uint32_t kind = below(2) ? KIND_HEAP : below(40) == 0 ? below(300) : below(KINDS);
    uint32_t c = kind == KIND_HEAP ? below(SPAN_CLASSES) : 0;
    c = below(4) == 0 ? c : below(40) == 0 ? below(1000) : c % 2;
    c = kind == KIND_HEAP || below(40) == 0 ? c : 0;
    enum heap_status status = ref_both_alloc(some_pages(), kind, c);
    became[status]++;
    rescued += status == HEAP_OK && ref.gave;
}

static void step_free(void) {
    uint32_t s = some_span();
    uint32_t p = ref.span[s].base, kind = ref.span[s].kind;
    switch (below(32)) {
    case 0:
        p += 1 + below(8);
        break;
    case 1:
        p = below(2) ? (uint32_t)test_random() : below(ref.end + 2);
        break;
    case 2:
        kind = below(3) ? below(KINDS) : (uint32_t)test_random();
        break;
    default:
        break;
    }
    freed[ref_both_free(p, kind)]++;
}

/* What makes a span one that must not be freed; and what ends that. */
static void step_pin(void) {
    uint32_t s = some_span();
    if (ref.span[s].state == SPAN_DEAD) {
        return;
    }
    switch (below(3)) {
    case 0:
        ref.span[s].live_slots = ref.span[s].live_slots == 0;
        span[s].live_slots = ref.span[s].live_slots;
        break;
    case 1:
        if (ref.list[s] == 0) {
            ref.list[s] = 1 + below(3);
            CHECK(span_list_insert(ref.list[s], s) == LIST_OK);
        } else {
            CHECK(span_list_remove(ref.list[s], s) == LIST_OK);
            ref.list[s] = 0;
        }
        break;
    default:
        if (ref.span[s].kind != KIND_HEAP) {
            CHECK(special_add(s, 0, SPECIAL_PROFILE, s, 0, 0).status == SPECIAL_BAD_SPAN);
        } else if (ref.specials[s] == 0) {
            int full = ref.specials_count == SPECIALS - 1;
            CHECK(special_add(s, 0, SPECIAL_PROFILE, s, 0, 0).status ==
                  (full ? SPECIAL_NO_MEMORY : SPECIAL_OK));
            ref.specials[s] = !full;
            ref.specials_count += !full;
        } else {
            CHECK(special_remove(s, 0, SPECIAL_PROFILE).value == s);
            ref.specials[s] = 0;
            ref.specials_count--;
        }
    }
}

/* The first threads and the last one. */
static uint32_t some_thread(void) {
    return below(3) ? below(2) : THREADS - 1;
}

/* What a thread does with its caches, whoever it is. */
static void step_caches(void) {
    uint32_t t = some_thread(), kind = below(KINDS), n = below(2) ? 1 + below(4) : 1 + below(20);
    uint32_t c = kind == KIND_HEAP ? below(2) : 0;
    switch (below(8)) {
    case 0:
        ref_both_flush(t);
        break;
    case 1:
    case 2:
        ref_both_refill(t);
        break;
    default:
        if (ref_align(kind) == 1) {
            at_hand += ref_both_cached(t, n, kind, c) != 0;
        }
        break;
    }
}

/* Everything can be had back, and then all that is mapped is free. */
static void free_all(void) {
    CHECK(heap_audit());
    for (uint32_t s = 1; s <= ref.made; s++) {
        if (ref.list[s] != 0) {
            CHECK(span_list_remove(ref.list[s], s) == LIST_OK);
            ref.list[s] = 0;
        }
        if (ref.specials[s] != 0) {
            CHECK(special_remove(s, 0, SPECIAL_PROFILE).status == SPECIAL_OK);
            ref.specials[s] = 0;
        }
        span[s].live_slots = ref.span[s].live_slots = 0;
        if (ref.span[s].state != SPAN_DEAD) {
            CHECK(ref_both_free(ref.span[s].base, ref.span[s].kind) == HEAP_OK);
        }
    }
    CHECK(heap_audit());
    for (uint32_t t = 0; t < THREADS; t++) {
        ref_both_flush(t);
    }
    ref_check_pages();
    CHECK(total_free == total_mapped);
    CHECK(heap_audit());
}

/* A floor with holes that others hold and hints that may lead into them. */
static void make_floor(void) {
    ref_reset();
    ref_page_size(below(2) ? 1 : 1u << below(5));
    if (WINDOW < ARENAS) {
        ref_hold(WINDOW, ARENAS - WINDOW);
    }
    for (uint32_t holes = below(4); holes > 0; holes--) {
        ref_hold(below(WINDOW), 1);
    }
    for (uint32_t hints = below(4); hints > 0; hints--) {
        ref_hint(below(8) ? below(WINDOW) : ARENAS + below(2));
    }
}

/* Fills the heap to a degree, then to another, and empties it in the end. Returns the steps. */
static uint32_t run(void) {
    make_floor();
    uint32_t refusals = below(2) * below(20), steps = (500u << below(6)) / SLOWER;
    for (uint32_t i = 1; i <= steps; i++) {
        if (below(100) < refusals) {
            ref_refuse(1 + below(3), 1 + below(3));
        }
        int filling = ref.made - ref.wait < (uint32_t)MANY >> (i / 1024 % 4);
        uint32_t dice = below(24);
        ref_thread = some_thread();
        if (dice == 0) {
            step_pin();
        } else if (dice > 19) {
            step_caches();
        } else if (dice < (filling ? 13u : 6u)) {
            step_alloc();
        } else {
            step_free();
        }
        if (i % 1000 == 0) {
            ref_check_pages();
        }
    }
    free_all();
    return steps;
}

int main(void) {
    printf("seed %" PRIu64 "\n", test_start());
    uint64_t steps = 0;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        steps += run();
    }
    printf("%" PRIu64 " steps in %d rounds\n", steps, ROUNDS);
    for (int i = HEAP_OK; i <= HEAP_HAS_SPECIALS; i++) {
        printf("status %d: %" PRIu32 " allocs, %" PRIu32 " frees\n", i, became[i], freed[i]);
        CHECK(i > HEAP_BAD_CLASS ? freed[i] > 0 : became[i] > 0);
    }
    printf("%" PRIu32 " of what was at hand, %" PRIu32 " rescued\n", at_hand, rescued);
    CHECK(at_hand > steps / 100 && rescued > 0);
    return test_report("heap_model");
}
