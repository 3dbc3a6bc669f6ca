// config: host pool
/* What an earlier life of a block's memory has left must not be taken for a mark, or for a free, of
 * the block that is there now: sweep_begin says that no block is marked, and who is told first has
 * to look it through. */
#include "../live_slots.h"
#include "../test.h"
#include "heap/audit.h"

enum { MOST = 40000, BYTES = 1024 };

static uint64_t place[MOST];

/* Takes blocks that are more than so many spans. Returns how many. */
static uint32_t take_spans(uint32_t spans) {
    place[0] = sweep_alloc(BYTES);
    uint32_t n = span[span_at(place[0])].slots * spans;
    for (uint32_t i = 0; i < n && i < MOST; i++) {
        place[i] = sweep_alloc(BYTES);
    }
    CHECK(n <= MOST && place[n - 1] != NO_PLACE);
    return n;
}

static void free_span(uint32_t s, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        CHECK(span_at(place[i]) != s || object_free(place[i]) == OBJECT_OK);
    }
    CHECK(span[s].state == SPAN_DEAD);
}

/* A block that was marked is freed, and its span goes back before it is swept; the memory is handed
 * out again under the number of a span that was swept in this cycle. */
static void check_freed(void) {
    uint32_t n = take_spans(6);
    uint32_t low = span_at(place[n / 3]), high = span_at(place[n / 2]), page = span[low].base;
    CHECK(low != high && page < span[high].base && sweep_begin() == SWEEP_OK);
    for (uint32_t i = 0; i < n; i++) {
        CHECK(sweep_mark(place[i]) == SWEEP_OK);
    }
    CHECK(sweep_marked() == SWEEP_OK && sweep_at(place[n / 2]) == SWEEP_OK);
    free_span(low, n);
    free_span(high, n);
    heap_flush(); /* the lowest free pages are handed out next */
    uint64_t at = 0;
    for (uint32_t i = 0; i < n && at / PAGE_SIZE != page; i++) {
        at = sweep_alloc(BYTES);
    }
    CHECK(at / PAGE_SIZE == page && sweep_begin() == SWEEP_OK);
    CHECK(sweep_mark(at) == SWEEP_OK && sweep_mark(at) == SWEEP_WAS_MARKED);
    CHECK(sweep_marked() == SWEEP_OK && sweep_begin() == SWEEP_OK);
    CHECK(sweep_marked() == SWEEP_OK && sweep_begin() == SWEEP_OK && live_slots() == 0);
    CHECK(sweep_marked() == SWEEP_OK && heap_audit());
}

/* What another thread frees is taken back once, by whoever comes first: a sweep, or the owner that
 * looks what came. Then the block is somebody's again, and stays. */
static void check_remote(void) {
    uint64_t at = sweep_alloc(BYTES), other = 0;
    uint32_t s = span_at(at), me = slots_owner_load(s), n = span[s].slots;
    slots_owner[s] = THREADS; /* as if another's: it is freed as by another */
    CHECK(object_free(at) == OBJECT_OK);
    CHECK(inbox_take(THREADS - 1) == s && inbox_leave(s) == 0);
    slots_owner[s] = me;
    inbox_put(me - 1, s);
    CHECK(sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK);
    CHECK(sweep_pages(UINT32_MAX) < PAGES && object_look(at) == OBJECT_IS_FREE);
    for (uint32_t i = 0; i < 2 * n && other != at; i++) {
        other = sweep_alloc(BYTES);
    }
    CHECK(other == at && object_collect() == NO_PLACE);
    CHECK(object_look(at) == OBJECT_OK && heap_audit());
    CHECK(sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK);
}

#ifndef CAIRN_POOL
/* A thread that has not collected yet is given memory, and numbers of spans, that another one that
 * collects has had. Its first cycle begins without marks. */
static void check_first(void) {
    uint32_t own = heap_move(7), n = take_spans(300);
    for (uint32_t round = 0; round < 2; round++) {
        CHECK(sweep_begin() == SWEEP_OK);
        for (uint32_t i = 0; round == 0 && i < n; i++) {
            sweep_mark(place[i]);
        }
        CHECK(sweep_marked() == SWEEP_OK);
        sweep_release();
    }
    heap_move_back(own);
    own = heap_move(8);
    uint32_t wrong[4] = {0};
    n = take_spans(200);
    CHECK(thread_cycle_load(7) == 0 && live_slots() == n + 1);
    for (uint32_t round = 0; round < 4; round++) { /* marks every one, then every other, twice */
        CHECK(sweep_begin() == SWEEP_OK);
        for (uint32_t i = 0; i < n; i += round == 0 ? 1 : 2) {
            wrong[round] += sweep_mark(place[i]) != SWEEP_OK;
        }
        CHECK(sweep_marked() == SWEEP_OK);
        sweep_pages(UINT32_MAX);
        CHECK(wrong[round] == 0 && live_slots() == (round == 0 ? n : n / 2));
    }
    CHECK(sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK && sweep_release() > 0);
    CHECK(live_slots() == 0 && heap_audit());
    heap_move_back(own);
}
#endif

int main(void) {
    check_freed();
    check_remote();
#ifndef CAIRN_POOL
    check_first();
#endif
    return test_report("sweep_stale");
}
