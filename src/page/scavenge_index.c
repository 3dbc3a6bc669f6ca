#include "page/scavenge_index.h"

uint64_t scavenge_chunk[CHUNKS];
struct scavenge_search scavenge_search[2];
uint32_t free_high;
uint32_t scavenge_gen;

inline uint32_t chunk_in_use(uint64_t s) {
    return (uint32_t)(s % 65536);
}

inline uint32_t chunk_last_in_use(uint64_t s) {
    return (uint32_t)(s / 65536 % 1024);
}

inline uint32_t chunk_flags(uint64_t s) {
    return (uint32_t)(s / 67108864 % 64);
}

inline uint32_t chunk_gen(uint64_t s) {
    return (uint32_t)(s / 4294967296);
}

inline uint64_t chunk_record(uint32_t use, uint32_t last, uint32_t flags, uint32_t gen) {
    return (((uint64_t)gen * 64 + flags) * 1024 + last) * 65536 + use;
}

/* What a record keeps as the pages used last generation, as its chunk is touched in this one. */
/*@ requires range: InUse(s) <= CHUNK_PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures last: \result == (ChunkGen(s) == scavenge_gen ? LastInUse(s) : InUse(s));
    ensures range: \result < 1024;
 */
static inline uint32_t touched(uint64_t s) {
    return chunk_gen(s) == scavenge_gen ? chunk_last_in_use(s) : chunk_in_use(s);
}

void index_alloc(uint32_t c, uint32_t n) {
    uint64_t s = scavenge_chunk[c];
    uint32_t use = chunk_in_use(s) + n;
    uint32_t flags = chunk_flags(s);
    if (use == CHUNK_PAGES) {
        flags -= flags % 2;
    }
    scavenge_chunk[c] = chunk_record(use, touched(s), flags, scavenge_gen);
}

void index_free(uint32_t c, uint32_t end, uint32_t n) {
    uint64_t s = scavenge_chunk[c];
    uint32_t flags = chunk_flags(s);
    uint32_t high = CHUNK_PAGES * c + end;
    scavenge_chunk[c] =
        chunk_record(chunk_in_use(s) - n, touched(s), flags - flags % 2 + 1, scavenge_gen);
    if (free_high < high) {
        free_high = high;
    }
    if (scavenge_search[1].end < high) {
        scavenge_search[1].end = high;
        scavenge_search[1].marked = 1;
    }
}

void index_next_gen(void) {
    scavenge_gen = scavenge_gen == UINT32_MAX ? 0 : scavenge_gen + 1;
    if (scavenge_search[0].end < free_high) {
        scavenge_search[0].end = free_high;
        scavenge_search[0].marked = 1;
    }
    free_high = 0;
}

void index_set_empty(uint32_t c) {
    uint64_t s = scavenge_chunk[c];
    uint32_t flags = chunk_flags(s) - chunk_flags(s) % 2;
    scavenge_chunk[c] = chunk_record(chunk_in_use(s), chunk_last_in_use(s), flags, chunk_gen(s));
}

/* Whether the scavenger may look at a chunk with record s. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures should: \result != 0 <==> ShouldScavenge(s, scavenge_gen, force);
 */
static inline int should_scavenge(uint64_t s, int force) {
    if (chunk_flags(s) % 2 == 0) {
        return 0;
    }
    if (force) {
        return 1;
    }
    int was_low = chunk_gen(s) != scavenge_gen || chunk_last_in_use(s) < HIGH_OCCUPANCY_PAGES;
    return chunk_in_use(s) < HIGH_OCCUPANCY_PAGES && was_low;
}

struct scavenge_place index_find(int force, uint32_t low) {
    struct scavenge_place place = {CHUNKS, 0};
    uint32_t k = force != 0;
    uint32_t end = scavenge_search[k].end;
    uint32_t top = (end + CHUNK_PAGES - 1) / CHUNK_PAGES;
    uint32_t above = top;
    /*@ loop invariant range: above <= top;
        loop invariant none: NoneToScavenge(above, top, force);
        loop assigns above;
        loop variant above;
     */
    while (above > low && !should_scavenge(scavenge_chunk[above - 1], force)) {
        above--;
    }
    if (above > low) {
        place.chunk = above - 1;
        place.index = above == top ? (end - 1) % CHUNK_PAGES : CHUNK_PAGES - 1;
    }
    if (above > low && above < top) {
        scavenge_search[k].end = CHUNK_PAGES * above;
        scavenge_search[k].marked = 0;
    } else if (above <= low && !scavenge_search[k].marked) {
        scavenge_search[k].end = 0;
    }
    return place;
}

int index_audit(void) {
    if (scavenge_search[0].end > PAGES || scavenge_search[1].end > PAGES || free_high > PAGES) {
        return audit_fails(SEARCH_ENDS, 0, 0);
    }
    /*@ loop invariant range: c <= CHUNKS;
        loop invariant below: \forall integer d; 0 <= d < c && HasFree(scavenge_chunk[d]) ==>
          CHUNK_PAGES * d < scavenge_search[1].end;
        loop assigns c;
        loop variant CHUNKS - c;
     */
    for (uint32_t c = 0; c < CHUNKS; c++) {
        if (chunk_flags(scavenge_chunk[c]) % 2 != 0 && CHUNK_PAGES * c >= scavenge_search[1].end) {
            return audit_fails(FLAG_BELOW, c, 0);
        }
    }
    return 1;
}
