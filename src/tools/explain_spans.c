/* The predicates of span records: specs/span_pool.acsl, specs/span_cache.acsl, specs/span_list.acsl
 * and specs/arena.acsl. */
#include "span/arena.h"
#include "span/span_cache.h"
#include "span/span_list.h"
#include "tools/explain.h"
#include <stddef.h>
#include <string.h>

static int pool_bounds(struct flaw *flaw) {
    if (pool_made >= SPANS) {
        return flaw_over(flaw, NULL, 0, "pool_made", pool_made, SPANS - 1);
    }
    return pool_count <= pool_made || flaw_over(flaw, NULL, 0, "pool_count", pool_count, pool_made);
}

static int pool_stack_holds(struct flaw *flaw) {
    for (uint32_t i = 0; i < pool_made; i++) {
        uint32_t s = pool_stack[i];
        if (s < 1 || s > pool_made || pool_place[s] != i) {
            return flaw_at(flaw, "place", i);
        }
    }
    return 1;
}

static int pool_place_holds(struct flaw *flaw) {
    for (uint32_t s = 1; s <= pool_made; s++) {
        if (pool_place[s] >= pool_made || pool_stack[pool_place[s]] != s) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

const struct predicate explained_pool[] = {
    {"PoolBounds", "no more records wait than were made, and no more were made than there are",
     pool_bounds},
    {"PoolStack", "each entry of the stack is a record made, which knows where it stands",
     pool_stack_holds},
    {"PoolPlace", "each record made stands where it says", pool_place_holds},
    {NULL, NULL, NULL},
};

static int is_taken(uint32_t s) {
    return 1 <= s && s <= pool_made && pool_count <= pool_place[s];
}

static int waits(uint32_t s) {
    return s < SPANS && is_taken(s) && span[s].state == SPAN_DEAD;
}

static int is_used(uint32_t k) {
    return k < SPAN_CELLS && k % SPAN_CACHE < cache_count[k / SPAN_CACHE];
}

static int cell_counts(struct flaw *flaw) {
    for (uint32_t t = 0; t < THREADS; t++) {
        if (cache_count[t] > SPAN_CACHE) {
            return flaw_at(flaw, "thread", t + 1);
        }
    }
    return 1;
}

static int cells_hold(struct flaw *flaw) {
    for (uint32_t k = 0; k < SPAN_CELLS; k++) {
        if (is_used(k) && !(waits(cache_record[k]) && cache_cell[cache_record[k]] == k)) {
            return flaw_at(flaw, "cell", k);
        }
    }
    return 1;
}

static int waiting_held(struct flaw *flaw) {
    for (uint32_t s = 1; s <= pool_made; s++) {
        if (waits(s) && !(is_used(cache_cell[s]) && cache_record[cache_cell[s]] == s)) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

const struct predicate explained_records[] = {
    {"CellCounts", "a thread has no more records at hand than cells", cell_counts},
    {"CellsHold", "what a cell holds waits, and knows its cell", cells_hold},
    {"WaitingHeld", "a record that waits is in the cell that it names", waiting_held},
    {NULL, NULL, NULL},
};

static int link_range(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPANS; s++) {
        struct span_link link = span_link[s];
        if (link.next >= SPANS || link.prev >= SPANS || link.list >= SPAN_LISTS) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int end_range(struct flaw *flaw) {
    for (uint32_t q = 0; q < SPAN_LISTS; q++) {
        if (span_list[q].first >= SPANS || span_list[q].last >= SPANS) {
            return flaw_at(flaw, "list", q);
        }
    }
    return 1;
}

static int none_off(struct flaw *flaw) {
    if (span_link[0].list != 0) {
        return flaw_at(flaw, "span", 0);
    }
    return (span_list[0].first == 0 && span_list[0].last == 0) || flaw_at(flaw, "list", 0);
}

static int links_agree(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPANS; s++) {
        struct span_link link = span_link[s];
        if (link.list == 0 && (link.next != 0 || link.prev != 0)) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int next_link(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPANS; s++) {
        uint32_t next = span_link[s].next;
        if (next != 0 && (span_link[next].list != span_link[s].list || span_link[next].prev != s)) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int prev_link(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPANS; s++) {
        uint32_t prev = span_link[s].prev;
        if (prev != 0 && (span_link[prev].list != span_link[s].list || span_link[prev].next != s)) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int first_link(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPANS; s++) {
        struct span_link link = span_link[s];
        if (link.list != 0 && link.prev == 0 && span_list[link.list].first != s) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int last_link(struct flaw *flaw) {
    for (uint32_t s = 0; s < SPANS; s++) {
        struct span_link link = span_link[s];
        if (link.list != 0 && link.next == 0 && span_list[link.list].last != s) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

static int first_on(struct flaw *flaw) {
    for (uint32_t q = 1; q < SPAN_LISTS; q++) {
        uint32_t s = span_list[q].first;
        if (s != 0 && (span_link[s].list != q || span_link[s].prev != 0)) {
            return flaw_at(flaw, "list", q);
        }
    }
    return 1;
}

static int last_on(struct flaw *flaw) {
    for (uint32_t q = 1; q < SPAN_LISTS; q++) {
        uint32_t s = span_list[q].last;
        if (s != 0 && (span_link[s].list != q || span_link[s].next != 0)) {
            return flaw_at(flaw, "list", q);
        }
    }
    return 1;
}

static int ends_agree(struct flaw *flaw) {
    for (uint32_t q = 1; q < SPAN_LISTS; q++) {
        if ((span_list[q].first == 0) != (span_list[q].last == 0)) {
            return flaw_at(flaw, "list", q);
        }
    }
    return 1;
}

/* A span in a cycle is on a list, and no walk from the front of one meets it. */
static int lists_walked(struct flaw *flaw) {
    static uint8_t met[SPANS];
    memset(met, 0, sizeof met);
    for (uint32_t q = 1; q < SPAN_LISTS; q++) {
        for (uint32_t s = span_list[q].first; s != 0 && !met[s]; s = span_link[s].next) {
            met[s] = 1;
        }
    }
    for (uint32_t s = 0; s < SPANS; s++) {
        if (span_link[s].list != 0 && !met[s]) {
            return flaw_at(flaw, "span", s);
        }
    }
    return 1;
}

const struct predicate explained_lists[] = {
    {"LinkRange", "every number in a link names something", link_range},
    {"EndRange", "the ends of a list are records", end_range},
    {"NoneOff", "record 0 is on no list, and list 0 is empty", none_off},
    {"LinkOff", "what is on no list has no neighbours", links_agree},
    {"NextLink", "a span and the next are on the same list and know each other", next_link},
    {"PrevLink", "a span and the one before are on the same list and know each other", prev_link},
    {"FirstLink", "who has nobody before is the first", first_link},
    {"LastLink", "who has nobody after is the last", last_link},
    {"FirstOn", "a list's first span is on it, at its front", first_on},
    {"LastOn", "a list's last span is on it, at its back", last_on},
    {"EndsAgree", "a list has both ends or neither", ends_agree},
    {"SpanListSound", "the walks along all lists see as many spans as are on lists", lists_walked},
    {NULL, NULL, NULL},
};

static int map_ok(struct flaw *flaw) {
    for (uint32_t p = 0; p < PAGES; p++) {
        if (page_span[p] >= SPANS) {
            return flaw_at(flaw, "page", p);
        }
    }
    return 1;
}

static int live_spans_mapped(struct flaw *flaw) {
    for (uint32_t s = 1; s < SPANS; s++) {
        uint64_t base = span[s].base, end = base + span[s].npages;
        if (span[s].state == SPAN_DEAD) {
            continue;
        }
        if (end == base || end > PAGES) {
            return flaw_at(flaw, "span", s);
        }
        for (uint64_t p = base; p < end; p++) {
            if (page_span[p] != s) {
                return flaw_says(flaw, "page", p, "the map", page_span[p], s);
            }
        }
    }
    return 1;
}

static int in_use_bits(struct flaw *flaw) {
    for (uint32_t p = 0; p < PAGES; p++) {
        uint32_t s = page_span[p];
        int begins = 0 < s && span[s].state == SPAN_IN_USE && span[s].base == p;
        if ((page_in_use[p / WORD_BITS] >> p % WORD_BITS & 1) != (uint64_t)begins) {
            return flaw_at(flaw, "page", p);
        }
    }
    return 1;
}

static int bases_inside(struct flaw *flaw) {
    for (uint32_t a = 0; a < ARENAS; a++) {
        if (zeroed_base[a] > ARENA_PAGES) {
            return flaw_over(flaw, "arena", a, "its base", zeroed_base[a], ARENA_PAGES);
        }
    }
    return 1;
}

const struct predicate explained_arena[] = {
    {"MapOk", "every entry of the map is the number of a record", map_ok},
    {"LiveSpansMapped", "a live span has pages, all inside the window, and the map knows them",
     live_spans_mapped},
    {"InUseBits", "a page's bit is set exactly where a heap span begins", in_use_bits},
    {"BasesInside", "a zeroed base is a number of pages of its arena", bases_inside},
    {NULL, NULL, NULL},
};
