// config: pool
/* The audit of a heap that is sound, and of the same with a word of one table spoilt: each table,
 * each part of the invariant. The audit itself changes nothing of the heap. */
#include "../tables.h"
#include "../test.h"
#include "heap/audit.h"
#include "tools/os_sim.h"

static struct tables sound;
static uint32_t object, plain, stack, listed, dead, p; /* spans; where the object begins */

/* Two chunks mapped of three held; spans of three kinds, two on a list, specials, a dead record. */
static void make_heap(void) {
    os_sim_reset();
    tables_clear();
    CHECK(heap_audit());
    CHECK(heap_add_hint(1) && heap_add_hint(ARENAS));
    object = heap_alloc(3, 11).span;
    plain = heap_alloc(70, 0).span;
    stack = heap_alloc_manual(2, KIND_STACK).span;
    listed = heap_alloc(1, 1).span;
    dead = heap_alloc(5, 1).span;
    CHECK(heap_alloc_manual(CHUNK_PAGES - 10, KIND_PTRBITS).status == HEAP_OK);
    p = span[object].base;
    CHECK(p == CHUNK_PAGES && heap_free(span[dead].base) == HEAP_OK);
    CHECK(span_list_insert(1, listed) == LIST_OK && span_list_insert(1, stack) == LIST_OK);
    CHECK(special_add(object, 8, SPECIAL_PROFILE, 1, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(object, 8, SPECIAL_FINALIZER, 2, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(plain, 0, SPECIAL_CLEANUP, 3, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(plain, 1, SPECIAL_CLEANUP, 4, 0, 0).status == SPECIAL_OK);
    CHECK(special_remove(plain, 1, SPECIAL_CLEANUP).status == SPECIAL_OK);
    tables_save(&sound);
}

static void check_spoilt(const char *what) {
    struct tables spoilt;
    tables_save(&spoilt);
    int found = heap_audit() == 0;
    if (!found || tables_changed(&sound) == NULL) {
        printf("not found: %s\n", what);
    }
    CHECK(found && tables_changed(&spoilt) == NULL && tables_changed(&sound) != NULL);
    tables_load(&sound);
    CHECK(heap_audit() == 1);
}

/* Does something that must not be, and sees the audit say so. */
#define SPOIL(change)                                                                              \
    do {                                                                                           \
        change;                                                                                    \
        check_spoilt(#change);                                                                     \
    } while (0)

/* Does something that may be, and sees the audit agree. */
#define KEEP(change)                                                                               \
    do {                                                                                           \
        change;                                                                                    \
        CHECK(heap_audit() == 1 && tables_changed(&sound) != NULL);                                \
        tables_load(&sound);                                                                       \
    } while (0)

static void change_what_may_be(void) {
    KEEP(page_cache[1].base = 64); /* where nothing waits */
    KEEP(cache_record[SPAN_CELLS - 1] = object);
    KEEP(cache_cell[object] = SPAN_CELLS);
    KEEP(heap_flush());
    KEEP(page_span[0] = object); /* where no span is live the map may say anything */
    KEEP(page_span[PAGES - 1] = SPANS - 1);
    KEEP(current_high = CHUNKS); /* more of the current arena */
    KEEP(zeroed_base[0] = ARENA_PAGES);
    KEEP(span[object].live_slots = 9);
    KEEP(special[special_head[object]].value = 9);
    KEEP(hint_first = hint_count);
}

static void spoil_pages(void) {
    SPOIL(page_free[p / WORD_BITS] |= 1);
    SPOIL(page_free[PAGE_WORDS - 1] |= 1);
    SPOIL(page_free[3 * CHUNK_WORDS - 1] -= 1); /* of the last word, all free */
    SPOIL(page_released[p / WORD_BITS] |= 1);
    SPOIL(chunk_mapped[1] = 0);
    SPOIL(chunk_mapped[CHUNKS - 1] = 1);
    SPOIL(summary[1]++);                           /* its start */
    SPOIL(summary[1] -= PACKED_FULL);              /* its longest run */
    SPOIL(summary[2] += (uint64_t)1 << 42);        /* its end */
    SPOIL(summary[(TREE_HEIGHTS - 1) * CHUNKS]++); /* the same of a node that has them all */
    SPOIL(mapped_range[0].low++);
    SPOIL(mapped_range[0].high--);
    SPOIL(mapped_ranges = 0);
    SPOIL(mapped_ranges = RANGES + 1);
    SPOIL(search_left = 0); /* it would hide free pages */
    SPOIL(search_left = PAGES + 1);
    SPOIL(total_mapped++);
    SPOIL(total_free--);
    SPOIL(total_released++);
    /* a page lost, with all numbers right */
    SPOIL({
        span[stack].npages--;
        total_live[KIND_STACK]--;
        total_live[KIND_WORKBUF]++;
    });
    SPOIL({
        span[plain].npages--;
        total_live[KIND_HEAP]--;
        total_mapped--;
    });
}

static void spoil_spans(void) {
    SPOIL(span[dead].state = SPAN_IN_USE);
    SPOIL(span[dead].npages = 1);
    SPOIL(span[SPANS - 1].npages = 1);
    SPOIL(span[0].npages = 1);
    SPOIL(span[object].state = SPAN_DEAD);
    SPOIL(span[object].state = SPAN_MANUAL);
    SPOIL(span[stack].state = SPAN_IN_USE);
    SPOIL(span[stack].state = 3);
    SPOIL(span[stack].kind = KINDS);
    SPOIL(span[stack].kind = KIND_WORKBUF);
    SPOIL(span[stack].kind = KIND_HEAP);
    SPOIL(span[object].base++);
    SPOIL(span[object].base = UINT32_MAX);
    SPOIL(span[object].npages = 0);
    SPOIL(span[object].npages = UINT32_MAX);
    SPOIL(span[object].npages = PAGES + 1);
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        SPOIL(total_live[kind]++);
        SPOIL(total_live[kind] -= 1);
    }
    SPOIL(total_live[KIND_STACK] += total_live[KIND_HEAP]--);
    SPOIL(pool_count++);
    SPOIL(pool_count--);
    SPOIL(pool_count = pool_made + 1);
    SPOIL(pool_made = SPANS);
    SPOIL(pool_made--);
    SPOIL(pool_stack[0] = pool_stack[1]);
    SPOIL(pool_stack[0] = 0);
    SPOIL(pool_stack[1] = pool_made + 1);
    SPOIL(pool_place[object] = pool_made);
    SPOIL(pool_place[object] = pool_place[stack]);
}

static void spoil_map(void) {
    SPOIL(page_span[p] = 0);
    SPOIL(page_span[p + 1] = stack);
    SPOIL(page_span[PAGES - 1] = SPANS);
    SPOIL(page_in_use[p / WORD_BITS] ^= 1);
    SPOIL(page_in_use[0] |= 2);
    SPOIL(page_in_use[span[stack].base / WORD_BITS] |= 1ull << span[stack].base % WORD_BITS);
    SPOIL(page_specials[p / WORD_BITS] ^= 1);
    SPOIL(page_specials[PAGE_WORDS - 1] |= 1);
    SPOIL(zeroed_base[0] = ARENA_PAGES + 1);
    SPOIL(zeroed_base[ARENAS - 1] = UINT32_MAX);
}

/* Of the thread's pages, which are those left of the stack's block, and of its records. */
static void spoil_caches(void) {
    uint32_t k = span[stack].base / WORD_BITS, last = cache_count[0] - 1, s = cache_record[0];
    uint64_t high = 1ull << 63;
    CHECK(page_cache[0].base == k * WORD_BITS && (page_cache[0].free & high) != 0);
    CHECK((page_cache[0].free & 1) == 0 && (page_free[k] & high) == 0);
    CHECK(last > 0 && last < SPAN_CACHE - 1 && page_span[k * WORD_BITS] == plain);
    SPOIL(page_cache[0].free &= ~high); /* a page lost; had twice, in each two of three places */
    SPOIL(page_cache[0].free |= 1);
    SPOIL(page_free[k] |= high);
    SPOIL(page_cache[1] = page_cache[0]);
    SPOIL({
        page_cache[1].base = k * WORD_BITS;
        page_cache[1].free = high;
    });
    SPOIL({
        page_cache[1].base = PAGES - 64; /* not mapped */
        page_cache[1].free = 1;
    });
    SPOIL(page_cache[0].base += 64);
    SPOIL(page_cache[0].base++);
    SPOIL(page_cache[0].base = PAGES);
    SPOIL(page_cache[THREADS - 1].base = UINT32_MAX);
    SPOIL(page_cache[0].released |= 1);
    SPOIL(page_cache[0].free = 0);
    SPOIL(total_free++);
    SPOIL(cache_count[0]--);
    SPOIL(cache_count[0]++);
    SPOIL(cache_count[0] = 0);
    SPOIL(cache_count[0] = SPAN_CACHE + 1);
    SPOIL(cache_count[THREADS - 1] = UINT32_MAX);
    SPOIL(cache_record[0] = cache_record[1]);
    SPOIL(cache_record[0] = object);
    SPOIL(cache_record[0] = 0);
    SPOIL(cache_record[last] = SPANS);
    SPOIL(cache_record[last] = pool_made + 1);
    SPOIL(cache_cell[s] = SPAN_CELLS);
    SPOIL(cache_cell[s] = 1);
    SPOIL({
        cache_record[SPAN_CACHE] = s; /* with two threads */
        cache_count[1] = 1;
    });
    SPOIL(CHECK(span_pool_free(s) == 1)); /* with a thread and in the pool */
    SPOIL(CHECK(span_pool_alloc() != 0)); /* nowhere */
}

static void spoil_lists(void) {
    SPOIL(span_link[listed].list = 0);
    SPOIL(span_link[listed].list = 2);
    SPOIL(span_link[listed].list = SPAN_LISTS);
    SPOIL(span_link[stack].next = 0);
    SPOIL(span_link[stack].next = stack);
    SPOIL(span_link[stack].next = SPANS);
    SPOIL(span_link[listed].prev = 0);
    SPOIL(span_link[listed].prev = SPANS);
    SPOIL(span_link[listed].next = stack);
    SPOIL(span_link[0].next = 1);
    SPOIL(span_link[0].list = 1);
    SPOIL(span_link[plain].next = listed);
    SPOIL(span_link[plain].prev = listed);
    SPOIL(span_list[1].first = 0);
    SPOIL(span_list[1].first = listed);
    SPOIL(span_list[1].first = SPANS);
    SPOIL(span_list[1].last = stack);
    SPOIL(span_list[1].last = SPANS);
    SPOIL(span_list[2].first = plain);
    SPOIL(span_list[0].first = plain);
    SPOIL(CHECK(span_list_insert(2, dead) == LIST_OK)); /* sound as a list, but the span is dead */
    SPOIL(CHECK(span_list_insert(2, SPANS - 1) == LIST_OK));
}

static void spoil_specials(void) {
    uint32_t first = special_head[object], second = special[first].next;
    CHECK(first != 0 && second != 0 && special_made == 4);
    SPOIL(special_head[object] = 0);
    SPOIL(special_head[object] = second);
    SPOIL(special_head[object] = SPECIALS);
    SPOIL(special_head[stack] = first);
    SPOIL(special_head[0] = 0);
    SPOIL(special_head[0] = first);
    SPOIL(special_made = SPECIALS);
    SPOIL(special_made--);
    SPOIL(special_made++);
    SPOIL(special[second].next = first);
    SPOIL(special[second].next = SPECIALS);
    SPOIL(special[first].span = plain);
    SPOIL(special[first].span = SPANS);
    SPOIL(special[first].offset = 3 * PAGE_SIZE);
    SPOIL(special[first].offset = 9);
    SPOIL(special[first].kind = SPECIAL_REACHABLE);
    SPOIL(special[first].kind = 0);
    SPOIL(special[first].kind = SPECIAL_CLEANUP + 1);
}

static void spoil_growth(void) {
    SPOIL(current_low = current_high + 1);
    SPOIL(current_high = CHUNKS + 1);
    SPOIL(current_low = 2);
    SPOIL(current_low = 0);
    SPOIL(hint_first = hint_count + 1);
    SPOIL(hint_count = HINTS + 1);
    SPOIL(arena_hint[0].arena = ARENAS + 1);
    SPOIL(arena_hint[HINTS - 1].arena = UINT32_MAX);
}

int main(void) {
    make_heap();
    CHECK(heap_audit() == 1 && tables_changed(&sound) == NULL);
    change_what_may_be();
    spoil_pages();
    spoil_spans();
    spoil_map();
    spoil_caches();
    spoil_lists();
    spoil_specials();
    spoil_growth();
    return test_report("heap_audit");
}
