/* The predicates of the pages: specs/pages.acsl, specs/page_cache.acsl and what they stand on. */
#include "page/page_cache.h"
#include "tools/explain.h"
#include <stddef.h>

static int bit(uint64_t word, uint32_t i) {
    return word >> i % WORD_BITS & 1;
}

static int is_free(uint32_t p) {
    return bit(page_free[p / WORD_BITS], p);
}

static int is_released(uint32_t p) {
    return bit(page_released[p / WORD_BITS], p);
}

static int is_mapped(uint32_t p) {
    return chunk_mapped[p / CHUNK_PAGES] != 0;
}

/* The node's pages are those of [lo, hi). */
static int node_holds(struct flaw *flaw, uint32_t node, uint32_t lo, uint32_t hi) {
    uint32_t start = 0, max = 0, run = 0;
    for (uint32_t p = lo; p < hi; p++) {
        run = is_free(p) ? run + 1 : 0;
        max = run > max ? run : max;
        start += is_free(p) && start == p - lo;
    }
    uint64_t said = summary[node];
    if (packed_start(said) != start) {
        return flaw_says(flaw, "node", node, "its start", packed_start(said), start);
    }
    if (packed_max(said) != max) {
        return flaw_says(flaw, "node", node, "its longest run", packed_max(said), max);
    }
    return packed_end(said) == run ||
           flaw_says(flaw, "node", node, "its end", packed_end(said), run);
}

static int tree(struct flaw *flaw) {
    uint64_t width = CHUNK_PAGES;
    for (uint32_t h = 0; h < TREE_HEIGHTS; h++, width *= 8) {
        uint32_t i = 0;
        for (uint64_t lo = 0; lo < PAGES; lo += width, i++) {
            uint64_t hi = lo + width < PAGES ? lo + width : PAGES;
            if (!node_holds(flaw, h * CHUNKS + i, (uint32_t)lo, (uint32_t)hi)) {
                return 0;
            }
        }
    }
    return 1;
}

static int ranges_sorted(struct flaw *flaw) {
    if (mapped_ranges > RANGES) {
        return flaw_over(flaw, NULL, 0, "mapped_ranges", mapped_ranges, RANGES);
    }
    for (uint32_t i = 0; i < mapped_ranges; i++) {
        struct chunk_range range = mapped_range[i];
        if (range.low >= range.high || range.high > CHUNKS ||
            (i > 0 && mapped_range[i - 1].high >= range.low)) {
            return flaw_at(flaw, "range", i);
        }
    }
    return 1;
}

static int ranges_exact(struct flaw *flaw) {
    uint32_t i = 0;
    for (uint32_t c = 0; c < CHUNKS; c++) {
        while (i < mapped_ranges && mapped_range[i].high <= c) {
            i++;
        }
        int inside = i < mapped_ranges && mapped_range[i].low <= c;
        if (inside != (chunk_mapped[c] != 0)) {
            return flaw_at(flaw, "chunk", c);
        }
    }
    return 1;
}

static int search_hint(struct flaw *flaw) {
    if (search_left > PAGES) {
        return flaw_over(flaw, NULL, 0, "search_left", search_left, PAGES);
    }
    for (uint32_t p = 0; p < SEARCH_HINT; p++) {
        if (is_free(p)) {
            return flaw_at(flaw, "page", p);
        }
    }
    return search_left == 0 || is_mapped(SEARCH_HINT) || flaw_at(flaw, "page", SEARCH_HINT);
}

static int search_ends(struct flaw *flaw) {
    for (uint32_t i = 0; i < 2; i++) {
        if (scavenge_search[i].end > PAGES) {
            return flaw_at(flaw, "search", i);
        }
    }
    return free_high <= PAGES || flaw_over(flaw, NULL, 0, "free_high", free_high, PAGES);
}

static int has_free(uint32_t c) {
    return scavenge_chunk[c] >> 26 & 1;
}

static int flags_below(struct flaw *flaw) {
    for (uint32_t c = 0; c < CHUNKS; c++) {
        if (has_free(c) && CHUNK_PAGES * c >= scavenge_search[1].end) {
            return flaw_at(flaw, "chunk", c);
        }
    }
    return 1;
}

static int free_is_mapped(struct flaw *flaw) {
    for (uint32_t p = 0; p < PAGES; p++) {
        if (is_free(p) && !is_mapped(p)) {
            return flaw_at(flaw, "page", p);
        }
    }
    return 1;
}

static int released_is_free(struct flaw *flaw) {
    for (uint32_t p = 0; p < PAGES; p++) {
        if (is_released(p) && !is_free(p)) {
            return flaw_at(flaw, "page", p);
        }
    }
    return 1;
}

static int index_use(struct flaw *flaw) {
    for (uint32_t c = 0; c < CHUNKS; c++) {
        uint32_t used = chunk_mapped[c] != 0 ? CHUNK_PAGES : 0;
        for (uint32_t i = 0; i < CHUNK_PAGES; i++) {
            used -= (uint32_t)is_free(CHUNK_PAGES * c + i);
        }
        if ((scavenge_chunk[c] & 0xffff) != used) {
            return flaw_says(flaw, "chunk", c, "scavenge_chunk", scavenge_chunk[c] & 0xffff, used);
        }
    }
    return 1;
}

static int index_mapped(struct flaw *flaw) {
    for (uint32_t c = 0; c < CHUNKS; c++) {
        if (has_free(c) && chunk_mapped[c] == 0) {
            return flaw_at(flaw, "chunk", c);
        }
    }
    return 1;
}

static int page_totals(struct flaw *flaw) {
    uint32_t unused = 0, released = 0, mapped = 0;
    for (uint32_t p = 0; p < PAGES; p++) {
        unused += (uint32_t)is_free(p);
        released += (uint32_t)is_released(p);
        mapped += (uint32_t)is_mapped(p);
    }
    if (total_free != unused) {
        return flaw_says(flaw, NULL, 0, "total_free", total_free, unused);
    }
    if (total_released != released) {
        return flaw_says(flaw, NULL, 0, "total_released", total_released, released);
    }
    return total_mapped == mapped || flaw_says(flaw, NULL, 0, "total_mapped", total_mapped, mapped);
}

const struct predicate explained_pages[] = {
    {"Tree", "every node of the tree says what the bits of its pages say", tree},
    {"RangesSorted",
     "the ranges of mapped chunks are not empty, sorted, and a gap lies between two",
     ranges_sorted},
    {"RangesExact", "a chunk is mapped if and only if it lies in a range", ranges_exact},
    {"SearchHint", "no page below the search hint is free, and it points at mapped memory",
     search_hint},
    {"SearchEnds", "a search of the scavenger ends below a page of the window", search_ends},
    {"FlagsBelow", "what may be left to give back, a forced search has before it", flags_below},
    {"FreeIsMapped", "a free page is mapped", free_is_mapped},
    {"ReleasedIsFree", "a released page is free", released_is_free},
    {"IndexUse", "the scavenger's index counts the used pages of each mapped chunk", index_use},
    {"IndexMapped", "there is something to give back of mapped chunks only", index_mapped},
    {"PageTotals", "the totals of pages say what the bits say", page_totals},
    {NULL, NULL, NULL},
};

static int caches_sound(struct flaw *flaw) {
    for (uint32_t t = 0; t < THREADS; t++) {
        struct page_cache cache = page_cache[t];
        if (cache.base % 64 != 0 || cache.base > PAGES - 64 ||
            (cache.released & ~cache.free) != 0) {
            return flaw_at(flaw, "thread", t + 1);
        }
    }
    return 1;
}

static int caches_mapped(struct flaw *flaw) {
    for (uint32_t t = 0; t < THREADS; t++) {
        if (page_cache[t].free != 0 && !is_mapped(page_cache[t].base)) {
            return flaw_at(flaw, "thread", t + 1);
        }
    }
    return 1;
}

static int caches_used(struct flaw *flaw) {
    for (uint32_t t = 0; t < THREADS; t++) {
        for (uint32_t i = 0; i < 64; i++) {
            if (bit(page_cache[t].free, i) && is_free(page_cache[t].base + i)) {
                return flaw_at(flaw, "page", page_cache[t].base + i);
            }
        }
    }
    return 1;
}

static int caches_apart(struct flaw *flaw) {
    for (uint32_t t = 0; t < THREADS; t++) {
        for (uint32_t u = 0; u < t; u++) {
            if (page_cache[t].base == page_cache[u].base &&
                (page_cache[t].free & page_cache[u].free) != 0) {
                return flaw_at(flaw, "thread", t + 1);
            }
        }
    }
    return 1;
}

const struct predicate explained_caches[] = {
    {"CachesSound", "a thread's block of pages lies in the window, a released page of it is free",
     caches_sound},
    {"CachesMapped", "the pages in threads' caches are mapped", caches_mapped},
    {"CachesUsed", "the pages in threads' caches are not free as well", caches_used},
    {"CachesApart", "no page lies in two caches", caches_apart},
    {NULL, NULL, NULL},
};
