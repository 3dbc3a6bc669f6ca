/* What a change of one byte of a sound heap's tables must do, by the specs alone and by nothing that
 * an audit does: RULE_NONE, no predicate of `Heap` mentions the field there; RULE_BROKEN, whatever
 * else it becomes breaks one; RULE_EITHER, that depends on the value. Why stands at each. */
#ifndef CAIRN_AUDIT_RULES_H
#define CAIRN_AUDIT_RULES_H

#include "heap.h"
#include <stddef.h>

enum rule { RULE_NONE, RULE_BROKEN, RULE_EITHER };

/* Does byte `at` lie in this field of a record? */
#define IN(AT, TYPE, FIELD) ((AT)-offsetof(TYPE, FIELD) < sizeof((TYPE){0}.FIELD))

static inline enum rule broken_if(int condition) {
    return condition ? RULE_BROKEN : RULE_NONE;
}

/* KIND_* and states: DeadEmpty, KindsKnown, LiveSpansMapped, KindTotals hold each to one value; a
 * dead record's base and kind are nobody's, and what is about slots is no part of the heap's. */
static inline enum rule rule_of_span(uint32_t s, size_t at) {
    int live = s != 0 && span[s].state != SPAN_DEAD;
    if (IN(at, struct span, npages)) {
        return RULE_BROKEN;
    }
    if (IN(at, struct span, base) || IN(at, struct span, kind)) {
        return broken_if(live);
    }
    return broken_if(IN(at, struct span, state) && s != 0); /* a dead one that lives has no pages */
}

/* Made records are a line and in the order of their lists: a link or a span says which. */
static inline enum rule rule_of_special(uint32_t r, size_t at) {
    if (r == 0 || r > special_made || IN(at, struct special, value) ||
        IN(at, struct special, argument)) {
        return RULE_NONE;
    }
    if (IN(at, struct special, birth)) {
        return RULE_EITHER; /* it is broken if it is later than the last one */
    }
    if (IN(at, struct special, next) || IN(at, struct special, span)) {
        return RULE_BROKEN;
    }
    int ordered = IN(at, struct special, offset) || IN(at, struct special, kind);
    return ordered && special[r].span != 0 ? RULE_EITHER : RULE_NONE;
}

/* A page that waits is lost if its cache forgets it, and had twice if it comes to hold another; an
 * empty cache's base need only be a block's. */
static inline enum rule rule_of_cache(uint32_t t, size_t at) {
    if (IN(at, struct page_cache, free)) {
        return RULE_BROKEN;
    }
    if (IN(at, struct page_cache, base)) {
        return page_cache[t].free != 0 ? RULE_BROKEN : RULE_EITHER;
    }
    return IN(at, struct page_cache, released) ? RULE_EITHER : RULE_NONE;
}

/* Bits 0-15 are the pages in use, bit 26 says that some are free; the rest is history. */
static inline enum rule rule_of_chunk(size_t at) {
    return at < 2 ? RULE_BROKEN : at == 3 ? RULE_EITHER : RULE_NONE;
}

/* The nodes that begin in the window say what is so, in all of their 64 bits. */
static inline enum rule rule_of_node(uint32_t n) {
    uint32_t height = n / CHUNKS, width = 1u << 3 * height;
    return broken_if(n % CHUNKS < (CHUNKS + width - 1) / width);
}

/* The map must know a live span's pages, and elsewhere name any record. */
static inline enum rule rule_of_page(uint32_t p) {
    uint32_t s = page_span[p];
    int live = s != 0 && span[s].state != SPAN_DEAD && span[s].base <= p &&
               p - span[s].base < span[s].npages;
    return live ? RULE_BROKEN : RULE_EITHER;
}

static inline int waits(uint32_t s) {
    return 0 < s && s <= pool_made && pool_place[s] >= pool_count && span[s].state == SPAN_DEAD;
}

/* Of tables whose every byte is of one kind. */
static inline enum rule rule_of_table(const char *table) {
    /* Bits and totals that are told twice, and links where each tells the other. */
    static const char *const broken[] = {
        "page_free",  "mapped_ranges", "total_mapped", "total_free",    "total_released",
        "pool_count", "pool_made",     "cache_count",  "span_link",     "span_list",
        "total_live", "page_in_use",   "special_head", "page_specials", "special_last_due"};
    static const char *const either[] = {"page_released",  "chunk_mapped", "search_left",
                                         "free_high",      "zeroed_base",  "special_made",
                                         "special_births", "hint_first",   "hint_count",
                                         "current_low",    "current_high"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        if (strcmp(table, broken[i]) == 0) {
            return RULE_BROKEN;
        }
    }
    for (size_t i = 0; i < sizeof either / sizeof either[0]; i++) {
        if (strcmp(table, either[i]) == 0) {
            return RULE_EITHER;
        }
    }
    return RULE_NONE; /* the goals, the generation, and all that is about slots */
}

/* What must come of a change of byte `offset` of table t, the heap in the tables being sound. */
static inline enum rule rule_of(uint32_t t, uint64_t offset) {
    const char *table = snapshot_table[t].name;
    uint32_t i = (uint32_t)(offset / snapshot_table[t].record);
    size_t at = offset % snapshot_table[t].record;
    if (strcmp(table, "span") == 0) {
        return rule_of_span(i, at);
    }
    if (strcmp(table, "special") == 0) {
        return rule_of_special(i, at);
    }
    if (strcmp(table, "page_cache") == 0) {
        return rule_of_cache(i, at);
    }
    if (strcmp(table, "scavenge_chunk") == 0) {
        return rule_of_chunk(at);
    }
    if (strcmp(table, "summary") == 0) {
        return rule_of_node(i);
    }
    if (strcmp(table, "page_span") == 0) {
        return rule_of_page(i);
    }
    if (strcmp(table, "mapped_range") == 0) {
        return broken_if(i < mapped_ranges);
    }
    if (strcmp(table, "pool_stack") == 0) {
        return broken_if(i < pool_made);
    }
    if (strcmp(table, "pool_place") == 0) {
        return broken_if(0 < i && i <= pool_made);
    }
    if (strcmp(table, "cache_record") == 0) {
        return broken_if(i % SPAN_CACHE < cache_count[i / SPAN_CACHE]);
    }
    if (strcmp(table, "cache_cell") == 0) {
        return broken_if(waits(i));
    }
    if (strcmp(table, "scavenge_search") == 0) {
        return IN(at, struct scavenge_search, end) ? RULE_EITHER : RULE_NONE;
    }
    if (strcmp(table, "arena_hint") == 0) {
        return IN(at, struct arena_hint, arena) ? RULE_EITHER : RULE_NONE;
    }
    return rule_of_table(table);
}

#endif
