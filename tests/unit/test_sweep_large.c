// config: host pool
/* Blocks that are spans of their own, and the collector: by which calls one that was not reached
 * goes, which bytes mark it, what is born when, what becomes of its special records, and that what
 * an earlier block has left in its span, or another thread's block is, is not mistaken for it. */
#include "../live_slots.h"
#include "../test.h"
#include "heap/audit.h"

enum { LONG = 100, STEP = 64 }; /* pages of a block; of an alignment */
#define BYTES ((uint64_t)LONG * PAGE_SIZE)
_Static_assert(LONG *PAGE_SIZE > CLASS_BYTES_MAX && LONG <= KEPT_PAGES_MAX, "a block, and kept");

static uint32_t in_use(void) {
    return heap_totals().heap;
}

static uint64_t take(void) {
    uint64_t at = sweep_alloc(BYTES);
    CHECK(at != NO_PLACE && stays(at) && span[span_at(at)].npages >= LONG);
    return at;
}

/* Ends marking and sweeps all there is to sweep. */
static void sweep_all(void) {
    CHECK(sweep_marked() == SWEEP_OK);
    sweep_pages(UINT32_MAX);
    CHECK(sweep_pages(1) == 0 && heap_audit());
}

/* A cycle in which nothing is marked; the thread keeps no memory either. Returns the pages that are
 * in use then. */
static uint32_t drop_all(void) {
    CHECK(sweep_begin() == SWEEP_OK);
    sweep_all();
    CHECK(live_large() == 0 && live_slots() == 0);
    sweep_release();
    CHECK(heap_audit());
    return in_use();
}

/* Before the first cycle nothing is collected. What an earlier block's thread has left is no mark,
 * and does not count as swept. */
static void check_first(void) {
    uint64_t at[3] = {take(), take(), take()};
    uint32_t me = heap_enter();
    CHECK(thread_cycle_load(me - 1) == 0 && sweep_mark(at[0]) == SWEEP_NOT_MARKING);
    CHECK(sweep_at(at[0]) == SWEEP_NO_BLOCK && sweep_pages(UINT32_MAX) == 0 && live_large() == 3);
    for (int i = 0; i < 3; i++) {
        span_cycle_store(span_at(at[i]), 2); /* that of the cycle which begins */
        large_mark_set(span_at(at[i]));
    }
    CHECK(sweep_begin() == SWEEP_OK && thread_cycle_load(me - 1) == 1);
    CHECK(sweep_mark(at[0]) == SWEEP_OK && sweep_mark(at[1]) == SWEEP_OK);
    sweep_all();
    CHECK(stays(at[0]) && stays(at[1]) && !stays(at[2]) && live_large() == 2);
    drop_all();
}

/* One that nobody marked goes by whatever sweeps its span, and its pages go back. */
static void check_unmarked(int way) {
    uint32_t before = drop_all();
    uint64_t at = take(), new = NO_PLACE;
    CHECK(in_use() == before + LONG && sweep_begin() == SWEEP_OK);
    CHECK(sweep_at(at) == SWEEP_MARKING && sweep_pages(UINT32_MAX) == 0 && stays(at));
    CHECK(sweep_marked() == SWEEP_OK && stays(at) && in_use() == before + LONG);
    switch (way) {
    case 0:
        CHECK(sweep_pages(1) == LONG);
        break;
    case 1:
    case 2:
    case 3:
        CHECK(sweep_at(way == 1 ? at : way == 2 ? at + BYTES / 2 : at + BYTES - 1) == SWEEP_OK);
        CHECK(sweep_at(at) == SWEEP_NO_BLOCK && sweep_pages(UINT32_MAX) == 0);
        break;
    case 4:
        new = take(); /* sweeps first: there is no more memory in use than was */
        CHECK(in_use() == before + LONG && live_large() == 1);
        sweep_pages(UINT32_MAX);
        CHECK(stays(new) && object_free(new) == OBJECT_OK);
        kept_flush();
        break;
    case 5:
        CHECK(sweep_begin() == SWEEP_OK);
        break;
    default:
        CHECK(sweep_release() >= BYTES);
    }
    CHECK(!stays(at) && object_free(at) == OBJECT_NO_SPAN && live_large() == 0);
    CHECK(in_use() == before && heap_audit());
    if (way == 5) {
        CHECK(sweep_marked() == SWEEP_OK);
    }
}

/* The answer of sweep_pages counts the pages of each, and it ends where there are enough. */
static void check_pages(void) {
    uint32_t before = drop_all(), all = 0, got;
    for (int i = 0; i < 7; i++) {
        take();
    }
    CHECK(sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK && sweep_pages(0) == 0);
    CHECK(in_use() == before + 7 * LONG && live_large() == 7 && sweep_pages(LONG) == LONG);
    while ((got = sweep_pages(LONG + 1)) != 0) {
        all += got;
        CHECK(got == 2 * LONG && in_use() == before + 6 * LONG - all);
    }
    CHECK(all == 6 * LONG && in_use() == before && live_large() == 0 && heap_audit());
}

/* Each byte of its span from its first on means a block, and what is around it does not. Who marks
 * it first is told so; it stays for this cycle. */
static void check_marked(void) {
    uint32_t before = drop_all();
    uint64_t low = take(), at = sweep_alloc(BYTES - PAGE_SIZE - 5), high = take();
    uint64_t end = end_of(span_at(at)), any[] = {0, 1, PAGE_SIZE, BYTES / 2, end - 1 - at};
    uint32_t pages = span[span_at(at)].npages;
    CHECK(pages == LONG - 1 && object_bytes(at) == end - at && at + object_bytes(at) == end);
    for (uint32_t i = 0; i < 5; i++) {
        CHECK(sweep_begin() == SWEEP_OK && sweep_mark(at + any[i]) == SWEEP_OK);
        CHECK(sweep_mark(at) == SWEEP_WAS_MARKED && sweep_mark(end - 1) == SWEEP_WAS_MARKED);
        CHECK(i != 0 || (sweep_mark(low + BYTES - 1) == SWEEP_OK && sweep_mark(high) == SWEEP_OK));
        sweep_all();
        CHECK(stays(at) && stays(low) == (i == 0) && stays(high) == (i == 0));
        CHECK(sweep_mark(at + any[i]) == SWEEP_NOT_MARKING && sweep_at(at) == SWEEP_OK);
        CHECK(stays(at) && in_use() == before + pages + (i == 0 ? 2 * LONG : 0));
    }
    CHECK(sweep_begin() == SWEEP_OK && sweep_mark(end) == SWEEP_NO_BLOCK);
    CHECK(sweep_mark(at - 1) == SWEEP_NO_BLOCK);
    sweep_all();
    CHECK(!stays(at) && in_use() == before);
    CHECK(sweep_begin() == SWEEP_OK && sweep_mark(at) == SWEEP_NO_BLOCK);
    sweep_all();
}

/* What is handed out while marking, or before it is swept, stays in this cycle and is like any
 * other in the next. */
static void check_born(void) {
    drop_all();
    uint64_t old = take();
    CHECK(sweep_begin() == SWEEP_OK);
    uint64_t during = take();
    CHECK(sweep_mark(during + BYTES - 1) == SWEEP_WAS_MARKED && sweep_marked() == SWEEP_OK);
    CHECK(sweep_at(old) == SWEEP_OK && !stays(old));
    uint64_t before = take();
    CHECK(sweep_at(before) == SWEEP_OK && sweep_at(during) == SWEEP_OK);
    CHECK(stays(during) && stays(before));
    sweep_pages(UINT32_MAX);
    uint64_t after = take(); /* when there is nothing else to sweep */
    CHECK(stays(during) && stays(before) && live_large() == 3 && heap_audit());
    CHECK(sweep_begin() == SWEEP_OK && live_large() == 3);
    CHECK(sweep_mark(before) == SWEEP_OK && sweep_mark(after) == SWEEP_OK);
    sweep_all();
    CHECK(!stays(during) && stays(before) && stays(after) && live_large() == 2);
    drop_all();
}

/* sweep_born marks the block that begins at the place, as long as it is not swept, and no other. */
static void check_born_places(void) {
    uint32_t me = heap_enter();
    drop_all();
    uint64_t at = object_alloc(BYTES);
    uint32_t s = span_at(at), cycle = thread_cycle_load(me - 1);
    CHECK(large_mark[s] == 0 && span_cycle_load(s) != cycle);
    sweep_born(at + 1), sweep_born(at + PAGE_SIZE), sweep_born(at + BYTES - 16);
    sweep_born(WINDOW_BYTES), sweep_born(NO_PLACE), sweep_born(at + WINDOW_BYTES);
    CHECK(large_mark[s] == 0);
    span_cycle_store(s, cycle);
    sweep_born(at);
    CHECK(large_mark[s] == 0);
    span_cycle_store(s, cycle - 2);
    large_owner_store(s, 0);
    sweep_born(at);
    CHECK(large_mark[s] == 0);
    large_owner_store(s, me);
    sweep_born(at);
    CHECK(large_mark[s] != 0);
    sweep_pages(UINT32_MAX);
    CHECK(sweep_at(at) == SWEEP_OK && stays(at) && large_mark[s] == 0 && heap_audit());
    drop_all();
}

/* A block that does not begin where its span does: what is before it is not its own. */
static void check_aligned(void) {
    uint32_t before = drop_all();
    uint64_t low = take(), at = object_alloc_aligned(BYTES, (uint64_t)STEP * PAGE_SIZE);
    sweep_born(at);
    uint32_t s = span_at(at), pages = span[s].npages;
    uint64_t begin = (uint64_t)span[s].base * PAGE_SIZE, end = end_of(s);
    CHECK(at % ((uint64_t)STEP * PAGE_SIZE) == 0 && begin < at && at + BYTES <= end);
    CHECK(sweep_begin() == SWEEP_OK && sweep_mark(low) == SWEEP_OK);
    CHECK(sweep_mark(begin) == SWEEP_NO_BLOCK && sweep_mark(at - 1) == SWEEP_NO_BLOCK);
    CHECK(large_mark[s] == 0 && sweep_mark(end - 1) == SWEEP_OK);
    CHECK(sweep_mark(at) == SWEEP_WAS_MARKED && sweep_mark(at - 1) == SWEEP_NO_BLOCK);
    sweep_all();
    CHECK(stays(at) && stays(low) && sweep_begin() == SWEEP_OK && sweep_mark(at) == SWEEP_OK);
    sweep_all();
    CHECK(stays(at) && !stays(low) && in_use() == before + pages);
    CHECK(sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK);
    CHECK(sweep_at(begin) == SWEEP_NO_BLOCK && sweep_at(at - 1) == SWEEP_NO_BLOCK && stays(at));
    CHECK(sweep_at(at + 5) == SWEEP_OK && !stays(at) && in_use() == before && heap_audit());
    CHECK(sweep_at(at) == SWEEP_NO_BLOCK);
}

static struct special_added add(uint64_t at, uint32_t kind, uint64_t value) {
    struct special_added added = heap_add_special(at, kind, value, ~value);
    CHECK(added.status == SPECIAL_OK);
    return added;
}

/* What is due first is this, and nothing for kind 0. */
static void check_due(uint32_t kind, uint64_t value, uint64_t at) {
    struct special_due due = heap_take_due();
    CHECK(due.kind == kind && (kind == 0 || (due.value == value && due.argument == ~value)));
    CHECK(kind == 0 || due.place == at);
}

/* Records about bytes from the block's first to its last, further in than 64 pages, 64 slots of a
 * page would be. */
static void check_records(void) {
    uint32_t before = drop_all();
    uint64_t at = take(), deep = at + 70 * PAGE_SIZE + 3, last = at + BYTES - 1;
    uint32_t s = span_at(at);
    struct special_added weak = add(deep, SPECIAL_WEAK_HANDLE, 0);
    struct special_added weak_last = add(last, SPECIAL_WEAK_HANDLE, 0);
    add(at + 66 * PAGE_SIZE, SPECIAL_FINALIZER, 1);
    add(at + 7, SPECIAL_PROFILE, 2);
    add(deep, SPECIAL_REACHABLE, 3);
    add(deep, SPECIAL_CLEANUP, 4);
    add(last, SPECIAL_CLEANUP, 5);
    CHECK(heap_pin(at) == SPECIAL_OK && sweep_begin() == SWEEP_OK && sweep_mark(deep) == SWEEP_OK);
    sweep_all();
    CHECK(stays(at) && heap_special_place(weak.record, weak.birth) == deep);
    check_due(SPECIAL_REACHABLE, 3, at);
    check_due(0, 0, 0);
    CHECK(sweep_begin() == SWEEP_OK);
    sweep_all(); /* its finalizer keeps it */
    CHECK(stays(at) && in_use() == before + LONG);
    CHECK(heap_special_place(weak.record, weak.birth) == UINT64_MAX);
    CHECK(heap_special_place(weak_last.record, weak_last.birth) == UINT64_MAX);
    CHECK(heap_find_special(at, SPECIAL_PROFILE).value == 2);
    CHECK(heap_find_special(last, SPECIAL_CLEANUP).value == 5);
    check_due(SPECIAL_FINALIZER, 1, at);
    check_due(0, 0, 0);
    CHECK(sweep_begin() == SWEEP_OK && stays(at) && heap_has_specials(s));
    sweep_all(); /* and it is gone, with what is left */
    CHECK(!stays(at) && in_use() == before && !heap_has_specials(s));
    check_due(SPECIAL_CLEANUP, 4, deep);
    check_due(SPECIAL_CLEANUP, 5, last);
    check_due(0, 0, 0);
    uint64_t new = take();
    CHECK(heap_find_special(new, SPECIAL_PROFILE).status == SPECIAL_ABSENT);
    drop_all();
}

/* Records behind an alignment, without a finalizer: nothing that is known of it keeps a block. */
static void check_aligned_records(void) {
    uint32_t before = drop_all();
    uint64_t low = take(), at = object_alloc_aligned(BYTES, (uint64_t)STEP * PAGE_SIZE);
    sweep_born(at);
    struct special_added weak = add(at + BYTES - 1, SPECIAL_WEAK_HANDLE, 0);
    add(at, SPECIAL_CLEANUP, 6);
    CHECK(sweep_begin() == SWEEP_OK && sweep_mark(at) == SWEEP_OK);
    sweep_all();
    CHECK(!stays(low) && stays(at) && heap_special_place(weak.record, weak.birth) != UINT64_MAX);
    check_due(0, 0, 0);
    CHECK(sweep_begin() == SWEEP_OK);
    sweep_all();
    CHECK(!stays(at) && heap_special_place(weak.record, weak.birth) == UINT64_MAX);
    check_due(SPECIAL_CLEANUP, 6, at);
    check_due(0, 0, 0);
    CHECK(in_use() == before);
}

/* A block is freed, marked or not, and its span, which the thread keeps, is handed out anew at each
 * stage of a cycle: that is another block. */
static void check_freed(void) {
    uint32_t before = drop_all();
    uint64_t at = take();
    CHECK(sweep_begin() == SWEEP_OK && sweep_mark(at) == SWEEP_OK && object_free(at) == OBJECT_OK);
    CHECK(sweep_mark(at) == SWEEP_NO_BLOCK && sweep_mark(at + BYTES - 1) == SWEEP_NO_BLOCK);
    CHECK(take() == at && sweep_mark(at) == SWEEP_WAS_MARKED); /* from its birth */
    sweep_all();
    CHECK(stays(at) && sweep_begin() == SWEEP_OK && sweep_mark(at) == SWEEP_OK);
    CHECK(sweep_marked() == SWEEP_OK && object_free(at) == OBJECT_OK && take() == at);
    sweep_pages(UINT32_MAX); /* born while it is to be swept */
    CHECK(stays(at) && sweep_begin() == SWEEP_OK && sweep_mark(at) == SWEEP_OK);
    CHECK(object_free(at) == OBJECT_OK && sweep_marked() == SWEEP_OK);
    CHECK(sweep_at(at) == SWEEP_NO_BLOCK && sweep_pages(UINT32_MAX) == 0); /* it is kept */
    CHECK(object_look(at) == OBJECT_IS_FREE && in_use() == before + LONG && heap_audit());
    CHECK(sweep_begin() == SWEEP_OK);
    sweep_all();
    CHECK(take() == at && sweep_begin() == SWEEP_OK && sweep_mark(at) == SWEEP_OK);
    sweep_all();
    CHECK(stays(at) && sweep_begin() == SWEEP_OK && object_free(at) == OBJECT_OK);
    sweep_all();
    CHECK(object_look(at) == OBJECT_IS_FREE && take() == at);
    CHECK(sweep_begin() == SWEEP_OK && stays(at));
    sweep_all();
    CHECK(!stays(at) && in_use() == before);
}

/* Whose a block is says its owner: of another thread's it counts whether that one marks, and it is
 * not swept. */
static void check_others(void) {
    uint32_t before = drop_all(), me = heap_enter();
    uint64_t at = take();
    uint32_t s = span_at(at), last = THREADS - 1;
    CHECK(large_owner_load(s) == me && sweep_begin() == SWEEP_OK);
    large_owner[s] = THREADS; /* as if another's, which does not mark */
    CHECK(sweep_mark(at) == SWEEP_NOT_MARKING && large_mark[s] == 0);
    thread_cycle_store(last, 5);
    CHECK(sweep_mark(at + BYTES - 1) == SWEEP_OK && sweep_mark(at) == SWEEP_WAS_MARKED);
    thread_cycle_store(last, 6);
    CHECK(sweep_mark(at) == SWEEP_NOT_MARKING && sweep_at(at) == SWEEP_NO_BLOCK);
    thread_cycle_store(last, 0);
    large_owner[s] = THREADS + 1;
    CHECK(sweep_mark(at) == SWEEP_NO_BLOCK);
    large_owner[s] = 0; /* a thread's that has no number */
    CHECK(sweep_mark(at) == SWEEP_NO_BLOCK && sweep_at(at) == SWEEP_NO_BLOCK);
    sweep_all();
    CHECK(stays(at) && large_mark[s] != 0 && in_use() == before + LONG);
    large_owner[s] = THREADS;
    CHECK(sweep_at(at) == SWEEP_NO_BLOCK && sweep_begin() == SWEEP_OK);
    sweep_all();
    CHECK(stays(at) && large_mark[s] != 0 && in_use() == before + LONG);
    large_owner[s] = (uint16_t)me;
    CHECK(sweep_begin() == SWEEP_OK && stays(at) && sweep_mark(at) == SWEEP_OK);
    sweep_all();
    CHECK(stays(at) && sweep_begin() == SWEEP_OK);
    sweep_all();
    CHECK(!stays(at) && in_use() == before);
}

/* What the page heap does not take back is a block again, and counts as swept. */
static void check_refused(void) {
    uint32_t before = drop_all();
    uint64_t at = take();
    uint32_t s = span_at(at);
    CHECK(sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK);
    span[s].live_slots = 1; /* as if a slot of it were handed out */
    CHECK(sweep_pages(UINT32_MAX) == 0 && stays(at) && live_large() == 1);
    span[s].live_slots = 0;
    CHECK(sweep_at(at) == SWEEP_OK && stays(at) && in_use() == before + LONG && heap_audit());
    CHECK(sweep_begin() == SWEEP_OK);
    sweep_all();
    CHECK(!stays(at) && in_use() == before);
}

/* What fits no more is refused until something is swept; a block may be all there is. */
static void check_pool(void) {
#ifdef CAIRN_POOL
    uint32_t n = 0, before = drop_all();
    while (sweep_alloc(BYTES) != NO_PLACE) {
        n++;
    }
    CHECK(n > 5 && live_large() == n && sweep_begin() == SWEEP_OK &&
          sweep_alloc(BYTES) == NO_PLACE);
    CHECK(sweep_marked() == SWEEP_OK);
    for (uint32_t i = 0; i < n; i++) {
        take();
    }
    CHECK(live_large() == n && sweep_begin() == SWEEP_OK && live_large() == n);
    sweep_all();
    CHECK(live_large() == 0 && in_use() == before);
    CHECK(before == 0 && sweep_alloc(WINDOW_BYTES) == 0 && sweep_begin() == SWEEP_OK);
    CHECK(sweep_mark(WINDOW_BYTES - 1) == SWEEP_OK && sweep_marked() == SWEEP_OK);
    CHECK(sweep_pages(UINT32_MAX) == 0 && stays(0) && sweep_begin() == SWEEP_OK);
    CHECK(sweep_marked() == SWEEP_OK && sweep_pages(1) == PAGES && in_use() == 0);
#endif
}

#ifndef CAIRN_POOL
/* Numbers of one thread's own: each collects what was handed out to it. */
static void check_numbers(void) {
    uint32_t before = drop_all(), own = heap_move(9);
    uint64_t at = take(), other = take();
    CHECK(own == 1 && sweep_begin() == SWEEP_OK);
    heap_move_back(own);
    uint64_t mine = take();
    CHECK(sweep_begin() == SWEEP_OK && sweep_mark(at) == SWEEP_OK && live_large() == 1);
    CHECK(sweep_mark(at + BYTES / 2) == SWEEP_WAS_MARKED);
    sweep_all();
    CHECK(!stays(mine) && stays(at) && stays(other) && sweep_at(other) == SWEEP_NO_BLOCK);
    CHECK(heap_move(9) == own && sweep_mark(at) == SWEEP_WAS_MARKED);
    sweep_all();
    CHECK(stays(at) && !stays(other) && live_large() == 1);
    heap_move_back(own);
    CHECK(sweep_mark(at) == SWEEP_NOT_MARKING && stays(at) && drop_all() == before + LONG);
    CHECK(object_free(at) == OBJECT_OK && take() == at); /* this one's now, that it kept */
    CHECK(heap_move(9) == own && live_large() == 0 && sweep_begin() == SWEEP_OK);
    sweep_all();
    CHECK(stays(at));
    heap_move_back(own);
    CHECK(live_large() == 1 && drop_all() == before && !stays(at));
}
#endif

int main(void) {
    check_first();
    for (int way = 0; way < 7; way++) {
        check_unmarked(way);
    }
    check_pages();
    check_marked();
    check_born();
    check_born_places();
    check_aligned();
    check_records();
    check_aligned_records();
    check_freed();
    check_others();
    check_refused();
    check_pool();
#ifndef CAIRN_POOL
    check_numbers();
#endif
    return test_report("sweep_large");
}
