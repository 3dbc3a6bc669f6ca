// config: pool host one
/* The threads' caches of span records against obvious references: a stack a thread, a stack of the
 * pool, and for each record where it is. */
#include "../test.h"
#include "span/span_cache.h"
#include <string.h>

#define SOME (THREADS < 3 ? THREADS : 3) /* threads that take part, and one without a cache */

#ifdef CAIRN_POOL
enum { STEPS = 200000, AUDITED = 1 }; /* the audit is asked every so many steps */
#else
enum { STEPS = 400000, AUDITED = 1024 };
#endif

enum { NEVER_USED, IN_POOL, LIVE, CACHED };
static uint8_t where[SPANS];
static uint32_t pool[SPANS], pooled, made;
static uint32_t held[SOME][SPAN_CACHE], holds[SOME];

/* The threads that take part are the first ones and the last; then one without a cache. */
static uint32_t thread(uint32_t i) {
    return i == SOME ? THREADS : i + 1 == SOME ? THREADS - 1 : i;
}

static uint32_t pool_next(void) {
    return pooled > 0 ? pool[pooled - 1] : made < SPANS - 1 ? made + 1 : 0;
}

static void pool_drop(void) {
    if (pooled > 0) {
        pooled--;
    } else {
        made++;
    }
}

static void check_tables(void) {
    uint32_t wrong = pool_made != made || pool_count != pooled;
    wrong += memcmp(pool_stack, pool, pooled * sizeof pool[0]) != 0;
    for (uint32_t i = 0; i < SOME; i++) {
        wrong += cache_count[thread(i)] != holds[i];
        wrong += memcmp(cache_record + thread(i) * SPAN_CACHE, held[i],
                        holds[i] * sizeof held[i][0]) != 0;
    }
    for (uint32_t i = 0; i <= SOME; i++) {
        int left = pool_next() != 0 || (i < SOME && holds[i] > 0);
        wrong += (span_cache_left(thread(i)) != 0) != left;
    }
    CHECK(wrong == 0);
}

/* Record s left a cache or the pool: on its way it is nowhere, which the audit sees; now it is a
 * span. The audit looks at all records: not every time. */
static void make_live(uint32_t s, int is_audited) {
    if (s == 0) {
        return;
    }
    CHECK(where[s] != LIVE && span[s].state == SPAN_DEAD);
    CHECK(!is_audited || !span_cache_audit());
    where[s] = LIVE;
    span[s].state = SPAN_IN_USE;
    CHECK(!is_audited || span_cache_audit());
}

static void do_pop(uint32_t i, int is_audited) {
    uint32_t want = holds[i] > 0 ? held[i][--holds[i]] : 0;
    uint32_t got = span_cache_pop(thread(i));
    CHECK(got == want);
    check_tables();
    make_live(got, is_audited);
}

static void refill_held(uint32_t i) {
    while (holds[i] < SPAN_CACHE / 2 && pool_next() != 0) {
        where[pool_next()] = CACHED;
        held[i][holds[i]++] = pool_next();
        pool_drop();
    }
}

static void do_refill(uint32_t i) {
    refill_held(i);
    span_cache_refill(thread(i));
    check_tables();
}

static uint32_t do_take(uint32_t i, int is_audited) {
    uint32_t want = pool_next();
    if (i < SOME) {
        if (holds[i] == 0) {
            refill_held(i);
        }
        want = holds[i] > 0 ? held[i][--holds[i]] : 0;
    } else if (want != 0) {
        pool_drop();
    }
    uint32_t got = span_cache_take(thread(i));
    CHECK(got == want);
    check_tables();
    make_live(got, is_audited);
    return got;
}

static void do_give(uint32_t i, uint32_t s) {
    CHECK(where[s] == LIVE);
    span[s].state = SPAN_DEAD;
    if (i < SOME && holds[i] < SPAN_CACHE) {
        held[i][holds[i]++] = s;
        where[s] = CACHED;
    } else {
        pool[pooled++] = s;
        where[s] = IN_POOL;
    }
    span_cache_give(thread(i), s);
    check_tables();
}

/* Each record is in one place: counted without a look at what the reference thinks. */
static void check_places(void) {
    static uint8_t places[SPANS];
    uint32_t wrong = 0;
    memset(places, 0, sizeof places);
    for (uint32_t i = 0; i < pool_count; i++) {
        places[pool_stack[i]]++;
    }
    for (uint32_t t = 0; t < THREADS; t++) {
        for (uint32_t i = 0; i < cache_count[t]; i++) {
            places[cache_record[t * SPAN_CACHE + i]]++;
        }
    }
    for (uint32_t s = 1; s < SPANS; s++) {
        wrong += places[s] + (span[s].state != SPAN_DEAD) + (s > pool_made) != 1;
    }
    CHECK(wrong == 0 && places[0] == 0 && span_pool_audit() && span_cache_audit());
}

/* From nothing: what is empty, what is full, and that the next is the last. */
static void test_edges(void) {
    CHECK(span_cache_audit());
    check_tables();
    do_pop(0, 1);
    CHECK(do_take(SOME, 1) == 1);
    do_refill(0);
    CHECK(holds[0] == SPAN_REFILL && cache_record[0] == 2);
    do_pop(0, 1);
    CHECK(where[SPAN_REFILL + 1] == LIVE);
    do_give(0, 1);
    CHECK(do_take(0, 1) == 1);
    do_give(SOME, 1);
    CHECK(do_take(1, 1) == SPAN_REFILL + SPAN_REFILL && where[1] == CACHED);
    for (uint32_t i = 0; i < SPAN_CACHE + 2; i++) { /* the cache fills up, then the pool */
        uint32_t s = do_take(SOME, 1), room = holds[0] < SPAN_CACHE;
        do_give(0, s);
        CHECK(where[s] == (room ? CACHED : IN_POOL));
    }
    CHECK(cache_count[0] == SPAN_CACHE && span_cache_audit());
    while (holds[0] > 0) {
        do_pop(0, 1);
    }
    do_pop(0, 1);
    check_places();
}

/* A live record, from a random one on; 0 if there is none. */
static uint32_t some_live(void) {
    uint32_t first = (uint32_t)(test_random() % (made + 1));
    for (uint32_t i = 0; i <= made; i++) {
        uint32_t s = (first + i) % (made + 1);
        if (where[s] == LIVE) {
            return s;
        }
    }
    return 0;
}

/* Takes all there are: none is left for whom has none, and one given back is one had again. */
static void test_empty_pool(void) {
    while (do_take(SOME, 0) != 0) {
    }
    CHECK(pool_next() == 0 && pool_made == SPANS - 1 && !span_cache_left(THREADS));
    for (uint32_t i = 0; i < SOME; i++) { /* what waits is not lost to its thread */
        for (uint32_t had = holds[i]; had > 0; had--) {
            CHECK(span_cache_left(thread(i)) && do_take(i, 0) != 0);
        }
        CHECK(!span_cache_left(thread(i)) && do_take(i, 0) == 0);
        do_pop(i, 0);
        do_refill(i);
        CHECK(holds[i] == 0);
    }
    check_places();
    do_give(0, 3); /* with a thread: nobody else's */
    CHECK(do_take(1, 0) == 0 && do_take(SOME, 0) == 0 && do_take(0, 0) == 3);
    do_give(SOME, 4);
    do_give(SOME, 5);
    do_refill(1); /* fewer than it asks for */
    CHECK(holds[1] == 2 && !span_cache_left(0) && span_cache_left(thread(1)));
    CHECK(do_take(1, 0) == 4 && do_take(1, 0) == 5 && do_take(1, 0) == 0);
    check_places();
}

static void test_steps(void) {
    uint32_t bias = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t i = (uint32_t)(test_random() % (SOME + 1)), dice = (uint32_t)(test_random() % 16);
        int is_audited = step % AUDITED == 0;
        if (step % 5000 == 0) {
            bias = (uint32_t)(test_random() % 13);
        }
        uint32_t s = some_live();
        if (dice < bias && s != 0) {
            do_give(i, s);
        } else if (dice < 14) {
            do_take(i, is_audited);
        } else if (i < SOME && holds[i] == 0 && dice == 14) {
            do_refill(i);
        } else if (i < SOME) {
            do_pop(i, is_audited);
        }
        if (step % (STEPS / 64) == 0) {
            check_places();
        }
    }
    check_places();
}

/* What is wrong is seen, and seen no longer once it is mended. */
#define CHECK_SEEN(place, value)                                                                   \
    do {                                                                                           \
        uint64_t was = place;                                                                      \
        CHECK(was != (value));                                                                     \
        place = value;                                                                             \
        CHECK(!span_cache_audit());                                                                \
        place = (uint32_t)was;                                                                     \
    } while (0)

/* Every cell in use, each entry that matters, spoilt in turn. */
static void spoil_cells(void) {
    for (uint32_t k = 0; k < SPAN_CELLS; k++) {
        if (k % SPAN_CACHE >= cache_count[k / SPAN_CACHE]) {
            continue;
        }
        uint32_t s = cache_record[k], live = some_live();
        CHECK_SEEN(cache_record[k], 0);
        CHECK_SEEN(cache_record[k], live);
        CHECK_SEEN(cache_record[k], pool_made + 1);
        CHECK_SEEN(cache_record[k], SPANS);
        CHECK_SEEN(cache_record[k], UINT32_MAX);
        CHECK_SEEN(cache_record[k], held[0][k == 0]); /* had twice */
        CHECK_SEEN(cache_cell[s], k + 1);
        CHECK_SEEN(cache_cell[s], k ^ SPAN_CACHE);
        CHECK_SEEN(cache_cell[s], SPAN_CELLS);
        CHECK_SEEN(cache_cell[s], UINT32_MAX);
        CHECK_SEEN(span[s].state, SPAN_MANUAL);
        if (pooled > 0) {
            CHECK_SEEN(cache_record[k], pool[0]);
        }
    }
    CHECK(span_cache_audit());
}

static void test_broken(void) {
    for (uint32_t i = 0; i < 2 * SPAN_CACHE; i++) {
        do_take(i % (SOME + 1), 0); /* enough that are live */
    }
    for (uint32_t i = 0; i < SOME; i++) {
        while (holds[i] < 3 || (i == 1 && holds[i] < SPAN_CACHE)) {
            do_give(i, some_live());
        }
    }
    do_give(SOME, some_live());
    CHECK(span_cache_audit());
    spoil_cells();
    for (uint32_t t = 0; t < THREADS; t++) {
        if (cache_count[t] > 0) {
            CHECK_SEEN(cache_count[t], cache_count[t] - 1); /* lost */
        }
        CHECK_SEEN(cache_count[t], SPAN_CACHE + 1);
        CHECK_SEEN(cache_count[t], UINT32_MAX);
    }
    uint32_t live = some_live();
    CHECK_SEEN(span[live].state, SPAN_DEAD); /* nowhere */
    uint32_t s = cache_record[0];            /* with two threads, or with one and in the pool */
    cache_record[(THREADS - 1) * SPAN_CACHE + cache_count[THREADS - 1]] = s;
    cache_count[THREADS - 1]++;
    CHECK(!span_cache_audit());
    cache_count[THREADS - 1]--;
    CHECK(span_pool_free(s) == 1 && !span_cache_audit());
    CHECK(span_pool_alloc() == s && span_cache_audit());
    cache_record[SPAN_CELLS - 1] = UINT32_MAX; /* what is not in use may say anything */
    cache_cell[live] = UINT32_MAX;
    CHECK(cache_count[THREADS - 1] < SPAN_CACHE && span_cache_audit());
}

int main(void) {
    test_edges();
    test_steps();
    test_broken();
    test_empty_pool();
    return test_report("span_cache");
}
