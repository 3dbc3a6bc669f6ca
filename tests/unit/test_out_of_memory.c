// config: pool host
/* Out of memory at every place: one fixed program, run once for each request it makes of the
 * system, with that request refused, or it and all that follow. What is answered is what the
 * reference answers, a failure leaves every table as it was, and when the system helps again the
 * program goes on. Then the tables: records of spans, hints and specials run out. */
#include "../reference.h"
#include "heap/audit.h"

#ifdef CAIRN_POOL
enum { WINDOW = ARENAS };
#else
enum { WINDOW = 10 }; /* arenas: a stranger holds those further up */
#endif

static uint64_t failures;

/* Tables as they were, but for what no answer tells (see tables.h). On the host the reference alone
 * says so: the tables are too large to be copied. */
#ifdef CAIRN_POOL
static struct tables before;
#define NOTE()         tables_save(&before)
#define IS_UNCHANGED() (tables_changed_but_hidden(&before) == NULL)
#else
#define NOTE()         ((void)0)
#define IS_UNCHANGED() 1
#endif

/* The records that are neither in the pool nor with a thread. */
static uint32_t records_out(void) {
    uint32_t out = pool_made - pool_count;
    for (uint32_t t = 0; t < THREADS; t++) {
        out -= cache_count[t];
    }
    return out;
}

/* What fails may have given the thread's own pages back, and then there was no run even so. */
static void alloc(uint32_t n, uint32_t kind) {
    uint32_t fits = ref_find(n) < PAGES;
    uint32_t out = records_out();
    NOTE();
    enum heap_status status = ref_both_alloc(n, kind, 0);
    CHECK(status == HEAP_OK || status == HEAP_NO_MEMORY);
    if (status == HEAP_NO_MEMORY) {
        failures++;
        CHECK(!fits && ref_find(n) == PAGES);
        CHECK((ref.gave || IS_UNCHANGED()) && records_out() == out);
        ref_check_pages();
    }
}

/* Frees what lies at the k'th live span, if there are so many. */
static void free_nth(uint32_t k) {
    for (uint32_t s = 1; s <= ref.made; s++) {
        if (ref.span[s].state != SPAN_DEAD && k-- == 0) {
            CHECK(ref_both_free(ref.span[s].base, ref.span[s].kind) == HEAP_OK);
            return;
        }
    }
}

/* Grows in the first arena, by several, past a hole, where the system will, and into the rest. */
static void run_program(void) {
    alloc(1, KIND_HEAP);
    alloc(CHUNK_PAGES, KIND_STACK);
    alloc(ARENA_PAGES / 2, KIND_WORKBUF);
    free_nth(1);
    alloc(ARENA_PAGES, KIND_HEAP);
    alloc(ARENA_PAGES + 1, KIND_PTRBITS);
    free_nth(0);
    alloc(3 * CHUNK_PAGES, KIND_HEAP);
    alloc(2 * ARENA_PAGES - 1, KIND_STACK);
    alloc(CHUNK_PAGES / 2, KIND_HEAP);
    free_nth(2);
    alloc(ARENA_PAGES - 1, KIND_HEAP);
    alloc(CHUNK_PAGES - 1, KIND_HEAP);
    alloc(ARENA_PAGES, KIND_WORKBUF);
    alloc(PAGES, KIND_HEAP);
}

static void free_all(void) {
    for (uint32_t s = 1; s <= ref.made; s++) {
        if (ref.span[s].state != SPAN_DEAD) {
            CHECK(ref_both_free(ref.span[s].base, ref.span[s].kind) == HEAP_OK);
        }
    }
    ref_both_flush(0);
    ref_check_pages();
    CHECK(total_free == total_mapped && heap_audit());
}

/* Runs the program on a fresh heap with n requests refused from the first'th on. Returns how many
 * it made. */
static uint64_t run_refusing(uint64_t first, uint64_t n) {
    ref_reset();
    if (WINDOW < ARENAS) {
        ref_hold(WINDOW, ARENAS - WINDOW);
    }
    ref_hold(3, 1);
    ref_hint(1);
    ref_hint(6);
    ref_hint(ARENAS);
    ref_refuse(first, n);
    run_program();
    uint64_t requests = ref.requests;
    ref_check_pages();
    CHECK(heap_audit());
    /* the system helps again: whatever is asked for now is had if there is room */
    ref_refuse(0, 0);
    run_program();
    CHECK(ref_both_alloc(1, KIND_HEAP, 0) == HEAP_OK || ref_find(1) == PAGES);
    free_all();
    return requests;
}

static void refuse_each(void) {
    uint64_t requests = run_refusing(0, 0);
    CHECK(requests > 8);
    uint64_t unrefused = failures;
    for (uint64_t k = 1; k <= requests; k++) {
        run_refusing(k, 1);
        run_refusing(k, UINT64_MAX);
    }
    CHECK(failures > unrefused * 2 * requests);
    printf("each of %d requests refused, alone and with all that follow: %d failures\n",
           (int)requests, (int)failures);
}

/* All records taken: no span more, though pages are free; one given back is one had again. Whoever
 * asks publicly has none more either: all its pages go back, and nothing else changes. */
static void run_out_of_records(enum way way) {
#ifdef CAIRN_POOL
    ref_reset();
    ref_way = way;
    for (uint32_t i = 1; i < SPANS; i++) {
        CHECK(ref_both_alloc(1, i % KINDS, 0) == HEAP_OK);
    }
    CHECK(records_out() == SPANS - 1 && (ref_find(1) < PAGES || ref.waits[0] > 0));
    struct tables full;
    tables_save(&full);
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        CHECK(ref_both_alloc(1, kind, 0) == HEAP_NO_MEMORY);
        CHECK(ref_both_alloc(PAGES, kind, 0) == HEAP_NO_MEMORY);
        CHECK(ref.waits[0] == 0);
    }
    ref_check_pages();
    CHECK(way == PUBLICLY || tables_changed(&full) == NULL);
    CHECK(heap_audit());
    for (uint32_t s = 1; s < SPANS; s += 7) {
        CHECK(ref_both_free(ref.span[s].base, ref.span[s].kind) == HEAP_OK);
        CHECK(ref_both_alloc(1, KIND_STACK, 0) == HEAP_OK);
        CHECK(ref_both_alloc(1, KIND_STACK, 0) == HEAP_NO_MEMORY);
    }
    free_all();
    ref_way = ANY_WAY;
#else
    (void)way;
#endif
}

/* No hint more than there is room for; growth works on with all of them spent. */
static void run_out_of_hints(void) {
    ref_reset();
    for (uint32_t i = 0; i < HINTS; i++) {
        ref_hint(ARENAS);
    }
    NOTE();
    CHECK(hint_count == HINTS && heap_add_hint(0) == 0 && heap_add_hint(ARENAS) == 0);
    CHECK(hint_count == HINTS && IS_UNCHANGED());
    CHECK(ref_both_alloc(1, KIND_HEAP, 0) == HEAP_OK);
    CHECK(hint_count == 2);
    CHECK(ref_both_alloc(ARENA_PAGES, KIND_HEAP, 0) == HEAP_OK);
    free_all();
}

/* All specials taken: none more, in any span; one removed is one had again. */
static void run_out_of_specials(void) {
#ifdef CAIRN_POOL
    ref_reset();
    ref_way = BY_POOL; /* the records are 1 and 2 then */
    CHECK(ref_both_alloc(1, KIND_HEAP, 0) == HEAP_OK && ref_both_alloc(1, KIND_HEAP, 0) == HEAP_OK);
    for (uint32_t i = 1; i < SPECIALS; i++) {
        CHECK(special_add(1, i % PAGE_SIZE, SPECIAL_PROFILE, i, 0, i >= PAGE_SIZE).status ==
              SPECIAL_OK);
    }
    struct tables full;
    tables_save(&full);
    CHECK(special_add(1, 0, SPECIAL_FINALIZER, 0, 0, 0).status == SPECIAL_NO_MEMORY);
    CHECK(special_add(2, 0, SPECIAL_FINALIZER, 0, 0, 1).status == SPECIAL_NO_MEMORY);
    CHECK(tables_changed(&full) == NULL);
    CHECK(heap_audit());
    CHECK(special_remove(1, 1, SPECIAL_PROFILE).status == SPECIAL_OK);
    CHECK(special_add(2, 0, SPECIAL_FINALIZER, 0, 0, 0).status == SPECIAL_OK);
    CHECK(special_add(2, 1, SPECIAL_FINALIZER, 0, 0, 0).status == SPECIAL_NO_MEMORY);
    CHECK(heap_free(0) == HEAP_HAS_SPECIALS && heap_audit());
    ref_way = ANY_WAY;
#endif
}

int main(void) {
    refuse_each();
    run_out_of_records(BY_POOL);
    run_out_of_records(BY_THREAD);
    run_out_of_records(PUBLICLY);
    run_out_of_hints();
    run_out_of_specials();
    return test_report("out_of_memory");
}
