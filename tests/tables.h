/* All tables of the heap in a row: to be copied, compared, put back and made empty again. On the
 * host they are large and mostly zero: there a test empties them and compares with a reference. */
#ifndef CAIRN_TABLES_H
#define CAIRN_TABLES_H

#include "heap/heap.h"
#include <string.h>

// clang-format off
#define EACH_HIDDEN_TABLE(DO) DO(search_left) DO(page_cache)
#define EACH_OTHER_TABLE(DO) \
    DO(page_free) DO(page_released) DO(chunk_mapped) DO(mapped_range) DO(mapped_ranges) \
    DO(summary) DO(scavenge_chunk) DO(scavenge_search) DO(free_high) DO(scavenge_gen) \
    DO(total_mapped) DO(total_free) DO(total_released) DO(total_live) \
    DO(memory_limit) DO(growth_goal) \
    DO(arena_hint) DO(hint_first) DO(hint_count) DO(current_low) DO(current_high) \
    DO(zeroed_base) DO(page_span) DO(page_in_use) DO(page_specials) \
    DO(span) DO(span_link) DO(span_list) DO(special) DO(special_head) DO(special_made) \
    DO(special_last_due) DO(special_births) \
    DO(pool_stack) DO(pool_place) DO(pool_count) DO(pool_made) \
    DO(cache_record) DO(cache_count) DO(cache_cell)
#define EACH_TABLE(DO) EACH_OTHER_TABLE(DO) EACH_HIDDEN_TABLE(DO)

#define TABLE_BYTES(TABLE) + sizeof TABLE
#define TABLE_CLEAR(TABLE) tables_clear_one((unsigned char *)&TABLE, sizeof TABLE);
#define TABLE_SAVE(TABLE) memcpy(at, &TABLE, sizeof TABLE); at += sizeof TABLE;
#define TABLE_LOAD(TABLE) memcpy(&TABLE, at, sizeof TABLE); at += sizeof TABLE;
#define TABLE_SAME(TABLE) \
    if (memcmp(at, &TABLE, sizeof TABLE) != 0) { changed = #TABLE; } at += sizeof TABLE;
// clang-format on

/* Zeroes what is not zero: untouched memory stays untouched. */
static inline void tables_clear_one(unsigned char *table, size_t size) {
    static const unsigned char zero[4096];
    for (size_t i = 0; i < size; i += sizeof zero) {
        size_t n = size - i < sizeof zero ? size - i : sizeof zero;
        if (memcmp(table + i, zero, n) != 0) {
            memset(table + i, 0, n);
        }
    }
}

/* The empty heap, as in a fresh program. */
static inline void tables_clear(void) {
    EACH_TABLE(TABLE_CLEAR)
}

#ifdef CAIRN_POOL
struct tables {
    unsigned char byte[0 EACH_TABLE(TABLE_BYTES)];
};

static inline void tables_save(struct tables *copy) {
    unsigned char *at = copy->byte;
    EACH_TABLE(TABLE_SAVE)
}

static inline void tables_load(const struct tables *copy) {
    const unsigned char *at = copy->byte;
    EACH_TABLE(TABLE_LOAD)
}

/* The name of a table that is not what it was, or NULL. */
static inline const char *tables_changed(const struct tables *copy) {
    const unsigned char *at = copy->byte;
    const char *changed = NULL;
    EACH_TABLE(TABLE_SAME)
    return changed;
}

/* The same but for what no answer tells: an alloc that fails may have learned that no page is free,
 * which the search hint says then and the base of the thread's empty page cache. */
static inline const char *tables_changed_but_hidden(const struct tables *copy) {
    const unsigned char *at = copy->byte;
    const char *changed = NULL;
    EACH_OTHER_TABLE(TABLE_SAME)
    return changed;
}
#endif

#endif
