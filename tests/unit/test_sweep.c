// config: host pool
/* The collector's functions one by one: what each answers at each stage of a cycle, which blocks
 * stay and which go, and what becomes of their spans. */
#include "../live_slots.h"
#include "../test.h"
#include "heap/audit.h"
#include "tools/os_sim.h"

enum { MOST = 40000 };

static uint64_t place[MOST]; /* of blocks */

/* Ends marking and sweeps all there is to sweep. */
static void sweep_all(void) {
    CHECK(sweep_marked() == SWEEP_OK);
    sweep_pages(UINT32_MAX);
    CHECK(sweep_pages(1) == 0);
}

/* A cycle in which nothing is marked: no block is left. */
static void drop_all(void) {
    CHECK(sweep_begin() == SWEEP_OK);
    sweep_all();
    CHECK(live_slots() == 0 && live_large() == 0);
    CHECK(heap_audit());
    CHECK(marked_slots(SLOT_WORDS < 100000 ? SLOT_WORDS : 100000) == 0);
}

/* Takes n blocks of so many bytes. */
static void take(uint32_t n, uint64_t bytes) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < n && i < MOST; i++) {
        place[i] = sweep_alloc(bytes);
        wrong += place[i] == NO_PLACE;
    }
    CHECK(n <= MOST && wrong == 0);
}

/* So many of this size that they are more than `spans` spans. */
static uint32_t take_spans(uint32_t spans, uint64_t bytes) {
    place[0] = sweep_alloc(bytes);
    uint32_t n = span[span_at(place[0])].slots * spans + 1;
    take(n, bytes);
    return n;
}

/* Before the first cycle. */
static void check_never(void) {
    uint64_t at = sweep_alloc(100);
    CHECK(at != NO_PLACE && stays(at));
    CHECK(sweep_mark(at) == SWEEP_NOT_MARKING && sweep_marked() == SWEEP_NOT_MARKING);
    CHECK(sweep_mark(WINDOW_BYTES) == SWEEP_NO_BLOCK && sweep_at(at) == SWEEP_NO_BLOCK);
    CHECK(sweep_at(UINT64_MAX) == SWEEP_NO_BLOCK);
    CHECK(sweep_pages(1) == 0 && sweep_pages(UINT32_MAX) == 0);
    uint32_t discarded = os_sim_discarded;
    uint64_t bytes = sweep_release();
    CHECK(bytes == (uint64_t)(os_sim_discarded - discarded) * PAGE_SIZE);
    CHECK(stays(at) && live_slots() == 1 && sweep_marked() == SWEEP_NOT_MARKING);
}

/* What each stage of a cycle answers. */
static void check_stages(void) {
    uint64_t at = sweep_alloc(100), other = sweep_alloc(100);
    CHECK(sweep_begin() == SWEEP_OK && sweep_begin() == SWEEP_MARKING);
    CHECK(sweep_mark(at) == SWEEP_OK && sweep_mark(at) == SWEEP_WAS_MARKED);
    CHECK(sweep_at(at) == SWEEP_MARKING && sweep_pages(1) == 0 && sweep_pages(UINT32_MAX) == 0);
    CHECK(sweep_begin() == SWEEP_MARKING && sweep_mark(at) == SWEEP_WAS_MARKED);
    sweep_release(); /* sweeps nothing now */
    CHECK(stays(at) && stays(other) && sweep_mark(at) == SWEEP_WAS_MARKED);
    CHECK(sweep_marked() == SWEEP_OK && sweep_marked() == SWEEP_NOT_MARKING);
    CHECK(sweep_mark(at) == SWEEP_NOT_MARKING && sweep_mark(other) == SWEEP_NOT_MARKING);
    CHECK(sweep_mark(UINT64_MAX) == SWEEP_NO_BLOCK);
    CHECK(sweep_at(WINDOW_BYTES) == SWEEP_NO_BLOCK && sweep_at(UINT64_MAX) == SWEEP_NO_BLOCK);
    CHECK(sweep_at(WINDOW_BYTES - 1) == SWEEP_NO_BLOCK);
    CHECK(sweep_at(at + 50) == SWEEP_OK && sweep_at(at) == SWEEP_OK);
    CHECK(stays(at) && object_look(other) == OBJECT_IS_FREE);
    CHECK(sweep_marked() == SWEEP_NOT_MARKING);
    CHECK(sweep_begin() == SWEEP_OK && sweep_mark(at) == SWEEP_OK);
    sweep_all();
    CHECK(stays(at) && live_slots() == 1);
    drop_all();
    CHECK(object_look(at) != OBJECT_OK);
}

/* Places that have no block to be collected; of a large one that was freed, none has it. */
static void check_places(void) {
    uint64_t large = sweep_alloc(CLASS_BYTES_MAX + 1), at = sweep_alloc(48);
    uint32_t stack = heap_alloc_manual(1, KIND_STACK).span, strange = heap_alloc(1, 9).span;
    uint64_t stack_at = (uint64_t)span[stack].base * PAGE_SIZE;
    uint64_t strange_at = (uint64_t)span[strange].base * PAGE_SIZE;
    CHECK(large != NO_PLACE && at != NO_PLACE && stack != 0 && strange != 0);
    CHECK(object_bytes(large) > CLASS_BYTES_MAX && object_free(large) == OBJECT_OK);
    uint64_t none[] = {large,
                       large + 1,
                       large + CLASS_BYTES_MAX,
                       stack_at,
                       strange_at,
                       strange_at + 20,
                       WINDOW_BYTES,
                       WINDOW_BYTES - 1,
                       UINT64_MAX,
                       WINDOW_BYTES + 1,
                       at + 48,
                       end_of(span_at(at)) - 1};
    CHECK(sweep_begin() == SWEEP_OK);
    for (uint32_t i = 0; i < sizeof none / sizeof *none; i++) {
        CHECK(sweep_mark(none[i]) == SWEEP_NO_BLOCK);
    }
    CHECK(sweep_mark(at + 47) == SWEEP_OK && object_free(at) == OBJECT_OK);
    CHECK(sweep_mark(at) == SWEEP_NO_BLOCK);
    CHECK(sweep_marked() == SWEEP_OK);
    for (uint32_t i = 0; i < 10; i++) {
        CHECK(sweep_at(none[i]) == SWEEP_NO_BLOCK);
    }
    CHECK(object_look(large) == OBJECT_IS_FREE); /* it is kept, and not swept */
    sweep_pages(UINT32_MAX);
    CHECK(object_look(large) == OBJECT_IS_FREE && live_slots() == 0);
    CHECK(heap_free_manual(span[stack].base, KIND_STACK) == HEAP_OK);
    CHECK(heap_free(span[strange].base) == HEAP_OK);
    drop_all();
}

/* Of blocks that are another thread's it counts whether it marks, not whether they are free. */
static void check_others(void) {
    uint64_t at = sweep_alloc(64), next = at + 64;
    uint32_t s = span_at(at), me = slots_owner_load(s);
    CHECK(sweep_begin() == SWEEP_OK);
    slots_owner[s] = THREADS; /* as if another's, which does not mark */
    CHECK(sweep_mark(at) == SWEEP_NOT_MARKING);
    thread_cycle[THREADS - 1] = 5;
    CHECK(sweep_mark(at + 3) == SWEEP_OK && sweep_mark(at) == SWEEP_WAS_MARKED);
    CHECK(sweep_mark(next) == SWEEP_OK && sweep_mark(next + 63) == SWEEP_WAS_MARKED);
    thread_cycle[THREADS - 1] = 6;
    CHECK(sweep_mark(at) == SWEEP_NOT_MARKING && sweep_at(at) == SWEEP_NO_BLOCK);
    slots_owner[s] = THREADS + 1;
    CHECK(sweep_mark(at) == SWEEP_NO_BLOCK);
    slots_owner[s] = me;
    thread_cycle[THREADS - 1] = 0;
    CHECK(sweep_mark(next) == SWEEP_NO_BLOCK && sweep_mark(at) == SWEEP_WAS_MARKED);
    sweep_all();
    CHECK(stays(at) && live_slots() == 1 && object_look(next) == OBJECT_IS_FREE);
    drop_all();
}

/* Of each size class: any byte of a block means it, what is behind the last one means none. */
static void check_classes(void) {
    uint64_t kept[SIZE_CLASSES] = {0}, tails = 0;
    uint32_t count = 0;
    for (uint32_t c = 2; c < SIZE_CLASSES; c++) {
        CHECK(sweep_begin() == SWEEP_OK);
        for (uint32_t d = 2; d < c; d++) {
            CHECK(kept[d] == 0 || sweep_mark(kept[d] + test_random() % class_size[d]) == SWEEP_OK);
        }
        sweep_all();
        CHECK(live_slots() == count);
        if (class_size[c] % SLOT_BYTES_MIN != 0) {
            continue;
        }
        kept[c] = sweep_alloc(class_size[c]);
        CHECK(sweep_alloc(class_size[c]) != NO_PLACE);
        count++;
        uint32_t s = span_at(kept[c]);
        CHECK(span[s].slot_size == class_size[c] && sweep_begin() == SWEEP_OK);
        uint64_t end = (uint64_t)span[s].base * PAGE_SIZE + span[s].slots * span[s].slot_size;
        tails += end < end_of(s);
        CHECK(end == end_of(s) || sweep_mark(end) == SWEEP_NO_BLOCK);
        CHECK(end == end_of(s) || sweep_mark(end_of(s) - 1) == SWEEP_NO_BLOCK);
        CHECK(sweep_mark(kept[c] + class_size[c] - 1) == SWEEP_OK);
        for (uint32_t d = 2; d < c; d++) {
            CHECK(kept[d] == 0 || sweep_mark(kept[d]) == SWEEP_OK);
        }
        sweep_all();
        CHECK(live_slots() == count);
    }
    CHECK(count > 50 && tails > 10);
    drop_all();
}

/* Of many blocks of a size each is looked at: those that were marked stay, and no other. */
static void check_kept(uint32_t n, uint64_t bytes) {
    static uint8_t is_marked[MOST];
    uint32_t count = 0;
    take(n, bytes);
    for (int round = 0; round < 3; round++) {
        CHECK(sweep_begin() == SWEEP_OK);
        for (uint32_t i = 0; i < n; i++) {
            int was = round == 0 || is_marked[i];
            is_marked[i] = was && test_random() % 3 != 0;
            uint64_t any = place[i] + test_random() % bytes;
            CHECK(!is_marked[i] || sweep_mark(any) == SWEEP_OK);
        }
        sweep_all();
        count = 0;
        for (uint32_t i = 0; i < n; i++) {
            CHECK(stays(place[i]) == is_marked[i]);
            count += is_marked[i];
        }
        CHECK(live_slots() == count);
    }
    drop_all();
}

/* What is handed out while marking, or while its span is to be swept yet, stays in this cycle and
 * is like any other in the next. */
static void check_born(void) {
    uint64_t old = sweep_alloc(200);
    CHECK(sweep_begin() == SWEEP_OK);
    uint64_t during = sweep_alloc(200);
    CHECK(sweep_mark(during) == SWEEP_WAS_MARKED && sweep_marked() == SWEEP_OK);
    uint64_t before = sweep_alloc(200);
    uint32_t end = slot_end_word(span_at(old)), marked = marked_slots(end);
    sweep_born(before + 1), sweep_born(UINT64_MAX), sweep_born(WINDOW_BYTES), sweep_born(before);
    CHECK(marked == 2 && marked_slots(end) == 2);
    CHECK(span_at(before) == span_at(old) && span_cycle[span_at(old)] != thread_cycle[0]);
    CHECK(sweep_at(before) == SWEEP_OK && span_cycle[span_at(old)] == thread_cycle[0]);
    uint64_t after = sweep_alloc(200);
    CHECK(span_at(after) == span_at(old) && marked_slots(end) == 0);
    sweep_pages(UINT32_MAX);
    CHECK(object_look(old) != OBJECT_OK && stays(during) && stays(before) && stays(after));
    CHECK(live_slots() == 3 && sweep_begin() == SWEEP_OK);
    CHECK(sweep_mark(before) == SWEEP_OK && sweep_mark(after) == SWEEP_OK);
    sweep_all();
    CHECK(stays(after) && stays(before) && live_slots() == 2);
    CHECK(object_look(during) == OBJECT_IS_FREE);
    drop_all();
}

/* Fresh spans, whole, of a thread that marks, and of one that sweeps. */
static void check_born_spans(void) {
    uint32_t n = take_spans(3, 1024);
    CHECK(sweep_begin() == SWEEP_OK);
    uint64_t first = place[0], last = place[n - 1];
    CHECK(take_spans(3, 1024) == n && sweep_marked() == SWEEP_OK);
    CHECK(sweep_alloc(1024) != NO_PLACE);
    CHECK(sweep_begin() == SWEEP_OK && live_slots() == n + 2); /* one more in take_spans */
    for (uint32_t i = 0; i < n; i++) {
        CHECK(stays(place[i]) && sweep_mark(place[i]) == SWEEP_OK);
    }
    CHECK(object_look(first) != OBJECT_OK && object_look(last) != OBJECT_OK);
    sweep_all();
    CHECK(live_slots() == n);
    drop_all();
}

/* Spans whose blocks all go return to the page heap: as many pages as it is said, and no more at a
 * time than are asked for and a span has. */
static void check_pages(uint64_t bytes) {
    drop_all();
    uint32_t before = heap_totals().heap, n = take_spans(8, bytes), got, all = 0;
    uint32_t pages = span[span_at(place[0])].npages;
    uint32_t full = heap_totals().heap, lives = live_slots();
    CHECK(full >= before + 7 * pages && lives == n + 1 && sweep_begin() == SWEEP_OK);
    CHECK(sweep_pages(1) == 0 && sweep_marked() == SWEEP_OK && sweep_pages(0) == 0);
    CHECK(heap_totals().heap == full && live_slots() == lives);
    while ((got = sweep_pages(pages + 1)) > pages) {
        all += got;
        CHECK(got == 2 * pages && heap_totals().heap == full - all);
    }
    all += got;
    CHECK(heap_totals().heap == full - all && all >= 7 * pages && live_slots() == 0);
    CHECK(heap_totals().heap <= before + pages); /* one that a cursor walks over stays */
    CHECK(sweep_pages(1) == 0 && sweep_pages(UINT32_MAX) == 0 && heap_audit());
    for (uint32_t i = 0; i < n; i++) {
        CHECK(object_look(place[i]) != OBJECT_OK);
    }
}

/* sweep_release finishes sweeping and gives back all that is free. */
static void check_release(void) {
    uint32_t n = take_spans(8, 512), me = heap_enter();
    CHECK(sweep_begin() == SWEEP_OK && sweep_mark(place[n / 2]) == SWEEP_OK);
    CHECK(sweep_marked() == SWEEP_OK);
    uint32_t discarded = os_sim_discarded, dead = span_at(place[n / 4]);
    uint32_t pages = span[dead].npages;
    CHECK(slots_owner_load(dead) == me);
    uint64_t bytes = sweep_release();
    CHECK(bytes == (uint64_t)(os_sim_discarded - discarded) * PAGE_SIZE);
    CHECK(bytes >= 6ull * pages * PAGE_SIZE && slots_owner_load(dead) != me);
    struct heap_totals totals = heap_totals();
    CHECK(totals.free == totals.released && totals.waiting == 0);
    CHECK(live_slots() == 1 && stays(place[n / 2]) && sweep_pages(1) == 0 && heap_audit());
    CHECK(sweep_release() == 0);
    drop_all();
}

/* While there is something to sweep the system is not asked: as much as was given up is handed out
 * again, and the system would refuse. */
static void check_asks_nothing(void) {
    uint32_t n = 0;
    drop_all();
#ifdef CAIRN_POOL
    while (n < MOST && (place[n] = sweep_alloc(4096)) != NO_PLACE) {
        n++;
    }
#else
    for (uint32_t mapped = os_sim_mapped; n < MOST && os_sim_mapped < mapped + 2; n++) {
        place[n] = sweep_alloc(32768);
    }
#endif
    CHECK(n > 100 && n < MOST && sweep_begin() == SWEEP_OK && sweep_marked() == SWEEP_OK);
    uint64_t asked = os_sim_requests, bytes = object_bytes(place[0]);
    os_sim_refuse(asked + 1, UINT64_MAX / 2);
    for (uint32_t i = 0; i < n; i++) {
        place[i] = sweep_alloc(bytes);
        CHECK(place[i] != NO_PLACE);
    }
#ifndef CAIRN_POOL
    CHECK(os_sim_requests == asked);
#endif
    os_sim_refuse(0, 0);
    CHECK(sweep_begin() == SWEEP_OK && live_slots() == n);
    sweep_all();
    drop_all();
    CHECK(sweep_alloc(UINT64_MAX) == NO_PLACE && sweep_alloc(WINDOW_BYTES + 1) == NO_PLACE);
}

/* The number of a cycle begins anew at its end, and cycles go on. */
static void check_wrap(void) {
    uint32_t me = heap_enter();
    sweep_release();
    thread_cycle_store(me - 1, UINT32_MAX - 3);
    take(3, 80);
    for (uint32_t i = 0; i < 6; i++) {
        CHECK(sweep_begin() == SWEEP_OK && live_slots() == 3);
        CHECK(sweep_mark(place[0]) == SWEEP_OK && sweep_mark(place[i % 2 + 1]) == SWEEP_OK);
        CHECK(sweep_marked() == SWEEP_OK);
        CHECK(thread_cycle_load(me - 1) == (i == 0 ? UINT32_MAX - 1 : 2 * i));
        CHECK(i % 2 == 0 || sweep_at(place[0]) == SWEEP_OK);
        uint64_t new = sweep_alloc(80);
        sweep_pages(UINT32_MAX);
        CHECK(stays(place[0]) && stays(place[i % 2 + 1]) && stays(new) && live_slots() == 3);
        place[2 - i % 2] = new;
    }
    drop_all();
}

#ifndef CAIRN_POOL
/* A thread over THREADS has nothing to collect, and is told so at every stage. */
static void check_no_number(void) {
    uint64_t at = sweep_alloc(100), mine;
    uint32_t me = heap_enter(), cycle = thread_cycle_load(me - 1);
    heap_leave();
    CHECK(heap_enter() > THREADS && sweep_begin() == SWEEP_NO_NUMBER);
    CHECK(sweep_marked() == SWEEP_NO_NUMBER && sweep_at(at) == SWEEP_NO_NUMBER);
    CHECK(sweep_at(UINT64_MAX) == SWEEP_NO_NUMBER && sweep_pages(1) == 0);
    mine = sweep_alloc(100);
    CHECK(mine != NO_PLACE && object_bytes(mine) == PAGE_SIZE);
    CHECK(sweep_mark(at) == SWEEP_NOT_MARKING && sweep_mark(mine) == SWEEP_NO_BLOCK);
    thread_cycle_store(me - 1, cycle + 1); /* as if it marked */
    CHECK(sweep_mark(at) == SWEEP_OK && sweep_mark(mine) == SWEEP_NO_BLOCK);
    thread_cycle_store(me - 1, cycle);
    uint32_t discarded = os_sim_discarded;
    uint64_t bytes = sweep_release();
    CHECK(bytes == (uint64_t)(os_sim_discarded - discarded) * PAGE_SIZE);
    CHECK(thread_cycle_load(me - 1) == cycle && stays(mine) && object_free(mine) == OBJECT_OK);
    CHECK(heap_move(me) > THREADS && heap_enter() == me && stays(at) && heap_audit());
    slot_mark_take(slot_first_word(span_at(at)) + slot_at(span_at(at), at) / WORD_BITS);
    drop_all();
}
#endif

int main(void) {
    check_never();
    check_stages();
    check_places();
    check_others();
    check_kept(700, 16);
    check_kept(300, 112);
    check_kept(60, 8192);
    check_born();
    check_born_spans();
    check_pages(1024);
    check_pages(16);
    check_release();
    check_wrap();
    check_asks_nothing();
    check_classes();
#ifndef CAIRN_POOL
    check_no_number();
#endif
    return test_report("sweep");
}
