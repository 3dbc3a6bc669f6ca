// config: pool host
/* Growth call by call: chunks of the current arena, arenas where hints lead, where the system
 * will, past addresses others hold; and each request refused in turn, which changes nothing. */
#include "../tables.h"
#include "../test.h"
#include "tools/os_sim.h"
#include "os/os.h"

static void begin(void) {
    os_sim_reset();
    tables_clear();
}

/* The current arena, in chunks. */
static int current_is(uint32_t low, uint32_t high) {
    return current_low == low && current_high == high;
}

/* Exactly the chunks of [low, high) are mapped beyond those counted already. */
static int mapped_are(uint32_t low, uint32_t high, uint32_t all) {
    uint32_t count = 0;
    for (uint32_t c = 0; c < CHUNKS; c++) {
        count += chunk_mapped[c];
    }
    for (uint32_t c = low; c < high; c++) {
        count -= chunk_mapped[c] == 0 ? CHUNKS : 0;
    }
    return count == all && os_sim_mapped == all && total_mapped == all * CHUNK_PAGES &&
           total_free == total_mapped && total_released == total_mapped;
}

static int hint_is(uint32_t i, uint32_t arena, uint32_t down) {
    return arena_hint[i].arena == arena && arena_hint[i].down == down;
}

static int is_sound(void) {
    return pages_audit() && os_sim_mapped * CHUNK_PAGES == total_mapped;
}

/* Hints are kept in order, only those in the window, as many as there is room for. */
static void test_add_hint(void) {
    begin();
    CHECK(heap_add_hint(ARENAS) == 1 && heap_add_hint(0) == 1);
    CHECK(heap_add_hint(ARENAS + 1) == 0 && heap_add_hint(UINT32_MAX) == 0);
    CHECK(hint_first == 0 && hint_count == 2 && hint_is(0, ARENAS, 0) && hint_is(1, 0, 0));
    for (uint32_t i = 2; i < HINTS; i++) {
        CHECK(heap_add_hint(i % ARENAS) == 1);
    }
    CHECK(heap_add_hint(1) == 0 && hint_count == HINTS &&
          hint_is(HINTS - 1, (HINTS - 1) % ARENAS, 0));
}

/* Without hints the system chooses; then there is one on either side of what it chose. */
static void test_without_hints(void) {
    begin();
    os_sim_hold(0, 2);
    CHECK(heap_grow(1) == 1 && os_sim_requests == 2);
    uint32_t first = 2 * ARENA_CHUNKS;
    CHECK(mapped_are(first, first + 1, 1) && current_is(first + 1, first + ARENA_CHUNKS));
    CHECK(hint_first == 0 && hint_count == 2 && hint_is(0, 3, 0) && hint_is(1, 2, 1));
    CHECK(mapped_range[0].low == first && mapped_range[0].high == first + 1 &&
          os_sim_reserved == 1 && is_sound());
}

/* Upwards first; where a stranger begins, downwards; where one begins there too, anywhere. */
static void test_either_side(void) {
    begin();
    os_sim_hold(0, 2);
    os_sim_hold(4, 1);
    CHECK(heap_grow(ARENA_PAGES) == 1);
    CHECK(heap_grow(ARENA_PAGES) == 1);
    CHECK(hint_is(0, 4, 0) && current_is(4 * ARENA_CHUNKS, 4 * ARENA_CHUNKS));
    os_sim_hold(6, 1);
    CHECK(heap_grow(ARENA_PAGES) == 1); /* neither side: the lowest anywhere */
    CHECK(chunk_mapped[5 * ARENA_CHUNKS] == 1 && hint_is(0, 6, 0) && hint_is(1, 5, 1));
    CHECK(hint_first == 0 && hint_count == 2 && is_sound());
    CHECK(heap_grow(ARENA_PAGES) == 1); /* 7 */
    CHECK(chunk_mapped[7 * ARENA_CHUNKS] == 1);
    CHECK(mapped_range[0].low == 2 * ARENA_CHUNKS &&
          mapped_range[mapped_ranges - 1].high == 8 * ARENA_CHUNKS && is_sound());

    begin();
    os_sim_hold(0, 1);
    os_sim_hold(3, 1);
    CHECK(heap_add_hint(2) == 1 && heap_grow(ARENA_PAGES) == 1);
    CHECK(hint_is(0, 3, 0) && hint_first == 0 && hint_count == 1);
    CHECK(heap_grow(ARENA_PAGES) == 1); /* 3 is held: the system chooses 1 */
    CHECK(chunk_mapped[ARENA_CHUNKS] == 1 && hint_count == 2 && hint_is(1, 1, 1));
}

/* A hint that points down leads down, arena after arena, to the window's start and no further. */
static void test_downwards(void) {
    begin();
    os_sim_hold(4, ARENAS - 4);
    os_sim_hold(0, 3);
    CHECK(heap_grow(ARENA_PAGES) == 1 && hint_is(0, 4, 0) && hint_is(1, 3, 1)); /* 3 */
    begin();
    os_sim_hold(4, ARENAS - 4);
    CHECK(heap_add_hint(3) == 1);
    arena_hint[0].arena = 4;
    arena_hint[0].down = 1;
    for (uint32_t a = 4; a > 0; a--) {
        CHECK(heap_grow(ARENA_PAGES) == 1);
        CHECK(chunk_mapped[(a - 1) * ARENA_CHUNKS] == 1 && hint_is(0, a - 1, 1));
        CHECK(os_sim_requests == 2 * (5 - a) && current_is(a * ARENA_CHUNKS, a * ARENA_CHUNKS));
    }
    CHECK(heap_grow(1) == 0 && os_sim_requests == 10 && is_sound());
}

/* Hints in their order: the first that leads somewhere is kept, those before it are spent. */
static void test_hint_order(void) {
    begin();
    os_sim_hold(5, 1);
    CHECK(heap_add_hint(5) && heap_add_hint(ARENAS) && heap_add_hint(2) && heap_add_hint(7));
    CHECK(heap_grow(1) == 1 && os_sim_requests == 4);
    CHECK(hint_first == 2 && hint_count == 4 && hint_is(2, 3, 0) && hint_is(3, 7, 0));
    CHECK(current_is(2 * ARENA_CHUNKS + 1, 3 * ARENA_CHUNKS) && chunk_mapped[2 * ARENA_CHUNKS]);
    /* three arenas do not fit before the stranger: the next hint, which does not either */
    os_sim_hold(ARENAS - 1, 1);
    uint32_t rest = current_high - current_low;
    CHECK(heap_grow(2 * ARENA_PAGES) == 1); /* 3 and 4 */
    CHECK(hint_first == 2 && hint_is(2, 5, 0));
    CHECK(mapped_are(2 * ARENA_CHUNKS, 2 * ARENA_CHUNKS + 1 + 2 * ARENA_CHUNKS,
                     1 + 2 * ARENA_CHUNKS));
    CHECK(current_is(4 * ARENA_CHUNKS + 1, 5 * ARENA_CHUNKS) && rest == ARENA_CHUNKS - 1);
}

#ifndef CAIRN_POOL
/* Growth inside the arena is a request; what is left of an arena is not lost when the next one
 * lies elsewhere, and is used first when it follows. */
static void test_rest_of_arena(void) {
    begin();
    CHECK(heap_add_hint(1) && heap_grow(1));
    CHECK(heap_grow(CHUNK_PAGES) && heap_grow(CHUNK_PAGES + 1) && os_sim_requests == 4);
    CHECK(current_is(20, 32) && mapped_are(16, 20, 4));
    CHECK(heap_grow(13 * CHUNK_PAGES) && os_sim_requests == 6); /* the next arena follows */
    CHECK(current_is(33, 48) && mapped_are(16, 33, 17) && hint_is(0, 3, 0));
    os_sim_hold(3, 1);
    CHECK(heap_add_hint(6));
    CHECK(heap_grow(16 * CHUNK_PAGES) && os_sim_requests == 10); /* 2 hints, 2 mappings */
    CHECK(mapped_are(16, 48, 48) && mapped_are(96, 112, 48) && current_is(112, 112));
    CHECK(hint_first == 1 && hint_is(1, 7, 0) && is_sound());
    CHECK(pages_find(32 * CHUNK_PAGES) == 16 * CHUNK_PAGES);
    CHECK(heap_grow(PAGES) == 0 && heap_grow(PAGES - 1) == 0 && is_sound());
}

enum { TRIED = 5 };
static const uint32_t request[TRIED] = {2, 3 * CHUNK_PAGES, ARENA_PAGES, 2 * ARENA_PAGES, 1};
#else
enum { TRIED = 3 };
static const uint32_t request[TRIED] = {2, CHUNK_PAGES + 1, 1};
#endif

/* What growth may change, in a few words: on the host the tables are too large to be copied. */
struct state {
    struct arena_hint hint[HINTS];
    uint32_t number[10];
};

static struct state state(void) {
    struct state now = {.number = {hint_first, hint_count, current_low, current_high, mapped_ranges,
                                   search_left, total_free, total_released, total_mapped,
                                   os_sim_reserved}};
    memcpy(now.hint, arena_hint, sizeof now.hint);
    return now;
}

/* Each request of a few growths refused: that growth or a later hint answers, and a growth that
 * fails changed nothing and succeeds at once when it is asked for again. */
static void test_refusals(void) {
    uint64_t requests = 1;
    uint32_t failed = 0;
    for (uint64_t k = 1; k <= requests; k++) {
        begin();
        os_sim_hold(3, 1);
        CHECK(heap_add_hint(1) && heap_add_hint(2));
        os_sim_refuse(k, 1);
        for (uint32_t i = 0; i < TRIED; i++) {
            struct state before = state();
            uint64_t asked = os_sim_requests;
            if (heap_grow(request[i]) == 0) {
                struct state after = state();
                CHECK(memcmp(&before, &after, sizeof before) == 0 && is_sound());
                CHECK(k > asked && k <= os_sim_requests);
                CHECK(heap_grow(request[i]) == 1);
                failed++;
            }
            CHECK(pages_find(request[i]) < PAGES);
        }
        CHECK(is_sound());
        requests = os_sim_requests;
    }
    CHECK(failed >= TRIED && requests > 2 * TRIED - 1);
    printf("%d requests refused, %d growths failed\n", (int)requests, (int)failed);
}

/* Nothing is to be had: every answer is no, whatever the size. */
static void test_held(void) {
    begin();
    os_sim_hold(0, ARENAS);
    CHECK(heap_add_hint(0) && heap_add_hint(ARENAS - 1));
    struct state before = state();
    for (uint32_t n = 1; n <= 4096; n += n) {
        CHECK(heap_grow(n) == 0);
        struct state after = state();
        CHECK(memcmp(&before, &after, sizeof before) == 0);
    }
    CHECK(heap_grow(PAGES) == 0 && os_sim_reserved == 0 && is_sound());
}

/* The whole window at once; then there is no more. */
static void test_whole_window(void) {
    begin();
    CHECK(heap_grow(PAGES) == 1 && mapped_are(0, CHUNKS, CHUNKS) && current_is(CHUNKS, CHUNKS));
    CHECK(pages_find(PAGES) == 0 && hint_is(0, ARENAS, 0) && hint_is(1, 0, 1));
    CHECK(heap_grow(1) == 0 && is_sound());
}

int main(void) {
    test_add_hint();
    test_without_hints();
    test_either_side();
    test_downwards();
    test_hint_order();
#ifndef CAIRN_POOL
    test_rest_of_arena();
#endif
    test_refusals();
    test_held();
    test_whole_window();
    return test_report("grow");
}
