/* What a test of the collector asks the tables when all is swept: which blocks the thread has. */
#ifndef CAIRN_LIVE_SLOTS_H
#define CAIRN_LIVE_SLOTS_H

#include "object/sweep.h"

/* The blocks of up to CLASS_BYTES_MAX bytes that this thread was handed and has not lost. */
static inline uint32_t live_slots(void) {
    uint32_t me = heap_enter(), last = heap_last_span(), count = 0;
    for (uint32_t s = 1; s <= last; s++) {
        if (slots_owner_load(s) == me) {
            for (uint32_t w = slot_first_word(s); w < slot_end_word(s); w++) {
                count += (uint32_t)__builtin_popcountll(slot_cache_taken(me, s, w));
            }
        }
    }
    return count;
}

/* The larger ones. */
static inline uint32_t live_large(void) {
    uint32_t me = heap_enter(), last = heap_last_span(), count = 0;
    for (uint32_t s = 1; s <= last; s++) {
        count += large_is_of(me, s) != 0;
    }
    return count;
}

/* Is there a block at this place yet? */
static inline int stays(uint64_t at) {
    return object_look(at) == OBJECT_OK;
}

/* The span that has this place. */
static inline uint32_t span_at(uint64_t at) {
    return page_span_load((uint32_t)(at / PAGE_SIZE));
}

/* Where span s ends. */
static inline uint64_t end_of(uint32_t s) {
    return ((uint64_t)span[s].base + span[s].npages) * PAGE_SIZE;
}

/* The slots that are marked, of the words [0, end). */
static inline uint32_t marked_slots(uint32_t end) {
    uint32_t count = 0;
    for (uint32_t w = 0; w < end; w++) {
        count += (uint32_t)__builtin_popcountll(slot_mark[w]);
    }
    return count;
}

#endif
