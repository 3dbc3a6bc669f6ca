// config: host pool
/* Growth alone against the reference, on many small floors: a few growths each, among addresses
 * that others hold, after hints that may lead nowhere, with requests refused. */
#include "../reference.h"

enum { WINDOW = 7 }; /* arenas: a stranger holds those further up */
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { ROUNDS = 1000 };
#else
enum { ROUNDS = 10000 };
#endif

static uint32_t below(uint32_t n) {
    return (uint32_t)(test_random() % n);
}

/* A fresh floor; of the tables only those that growth changes, as the rest is large. */
static void make_floor(void) {
    tables_clear_one((unsigned char *)page_free, sizeof page_free);
    tables_clear_one((unsigned char *)page_released, sizeof page_released);
    tables_clear_one((unsigned char *)summary, sizeof summary);
    tables_clear_one((unsigned char *)chunk_mapped, sizeof chunk_mapped);
    tables_clear_one((unsigned char *)mapped_range, sizeof mapped_range);
    mapped_ranges = search_left = total_free = total_released = total_mapped = 0;
    hint_first = hint_count = current_low = current_high = 0;
    memset(arena_hint, 0, sizeof arena_hint);
    os_sim_reset();
    memset(ref.page, UNMAPPED, ref.end);
    memset(ref.count, 0, sizeof ref.count);
    memset(ref.holder, NOBODYS, sizeof ref.holder);
    memset(ref.hint, 0, sizeof ref.hint);
    ref.end = ref.hint_first = ref.hint_count = ref.low = ref.high = 0;
    ref.requests = ref.refuse_first = ref.refuse_count = 0;
    ref.count[UNMAPPED] = PAGES;
    ref_hold(WINDOW, ARENAS - WINDOW);
    for (uint32_t holes = below(4); holes > 0; holes--) {
        ref_hold(below(WINDOW), 1);
    }
    for (uint32_t hints = below(4); hints > 0; hints--) {
        ref_hint(below(WINDOW + 1));
    }
}

/* A chunk, some, an arena, some, one more than fits: sizes next to where the ways part. */
static uint32_t some_pages(void) {
    uint32_t chunks = below(3) ? 1 + below(ARENA_CHUNKS) : ref.high - ref.low + below(2);
    chunks += below(3) == 0 ? ARENA_CHUNKS * below(3) : 0;
    uint32_t n = chunks * CHUNK_PAGES + below(3);
    return below(200) == 0 ? PAGES - below(2) : n == 0 ? 1 : n - 1 + (n == 1);
}

static uint32_t growths, failures;

static void run(void) {
    make_floor();
    for (uint32_t i = 0; i < 8; i++) {
        if (below(3) == 0) {
            ref_refuse(1 + below(4), 1 + below(2));
        }
        uint32_t n = some_pages();
        int expected = ref_grow(n);
        CHECK(heap_grow(n) == expected);
        CHECK(total_mapped == PAGES - ref.count[UNMAPPED] && total_free == total_mapped);
        CHECK(current_low == ref.low && current_high == ref.high);
        CHECK(hint_first == ref.hint_first && hint_count == ref.hint_count);
        CHECK(memcmp(arena_hint, ref.hint, sizeof arena_hint) == 0);
        CHECK(os_sim_requests == ref.requests && os_sim_mapped * CHUNK_PAGES == total_mapped);
        CHECK(!expected || pages_find(n) < PAGES);
        growths++;
        failures += !expected;
    }
    ref_check_pages();
}

int main(void) {
    printf("seed %" PRIu64 "\n", test_start());
    ref_reset();
    for (int i = 0; i < ROUNDS; i++) {
        run();
    }
    CHECK(pages_audit());
    CHECK(failures > growths / 20 && failures < growths / 20 * 19);
    printf("%d growths, %d of them failed\n", (int)growths, (int)failures);
    return test_report("grow_model");
}
