// config: host pool
/* The scavenger's index against Go's scavengeIndex kept in plain fields: addresses are page + 1,
 * negative where marked. */
#include <string.h>

#include "test.h"
#include "page/scavenge_index.h"

#define SHOWN (CHUNKS < 20 ? CHUNKS : 20) /* chunks in the model, from the bottom of the window */

static struct {
    uint32_t use, last, gen;
    int has_free;
} chunks[SHOWN];
static int64_t search[2]; /* the background's, the forced */
static int64_t high;
static uint32_t gen;

static int64_t plain(int64_t a) {
    return a < 0 ? -a : a;
}

static void check_same(void) {
    int wrong = 0;
    for (uint32_t c = 0; c < SHOWN; c++) {
        uint64_t want = chunks[c].use | (uint64_t)chunks[c].last << 16 |
                        (uint64_t)chunks[c].has_free << 26 | (uint64_t)chunks[c].gen << 32;
        wrong += scavenge_chunk[c] != want;
    }
    CHECK(wrong == 0);
    for (int k = 0; k < 2; k++) {
        CHECK(scavenge_search[k].end == plain(search[k]));
        CHECK((scavenge_search[k].marked != 0) == (search[k] < 0));
    }
    CHECK(free_high == high);
    CHECK(scavenge_gen == gen);
}

static void touch(uint32_t c) {
    if (chunks[c].gen != gen) {
        chunks[c].last = chunks[c].use;
        chunks[c].gen = gen;
    }
}

static void check_alloc(uint32_t c, uint32_t n) {
    index_alloc(c, n);
    touch(c);
    chunks[c].use += n;
    if (chunks[c].use == CHUNK_PAGES) {
        chunks[c].has_free = 0;
    }
    check_same();
}

static void check_free(uint32_t c, uint32_t i, uint32_t n) {
    index_free(c, i + n, n);
    touch(c);
    chunks[c].use -= n;
    chunks[c].has_free = 1;
    int64_t address = (int64_t)c * CHUNK_PAGES + i + n - 1 + 1;
    high = high < address ? address : high;
    if (plain(search[1]) < address) {
        search[1] = -address;
    }
    check_same();
}

static void check_next_gen(void) {
    index_next_gen();
    gen++;
    if (plain(search[0]) < high) {
        search[0] = -high;
    }
    high = 0;
    check_same();
}

static int should(uint32_t c, int force) {
    if (!chunks[c].has_free || force) {
        return chunks[c].has_free;
    }
    if (chunks[c].gen == gen) {
        return chunks[c].use < 496 && chunks[c].last < 496;
    }
    return chunks[c].use < 496;
}

static void check_find(int force, uint32_t low) {
    struct scavenge_place place = index_find(force, low);
    int64_t *cursor = &search[force != 0];
    uint32_t chunk = CHUNKS, index = 0;
    if (*cursor != 0) {
        int64_t page = plain(*cursor) - 1, start = page / CHUNK_PAGES, i = start;
        while (i >= (int64_t)low && !should((uint32_t)i, force)) {
            i--;
        }
        if (i < (int64_t)low) {
            *cursor = *cursor < 0 ? *cursor : 0;
        } else {
            chunk = (uint32_t)i;
            index = i == start ? (uint32_t)(page % CHUNK_PAGES) : CHUNK_PAGES - 1;
            *cursor = i == start ? *cursor : i * CHUNK_PAGES + CHUNK_PAGES - 1 + 1;
        }
    }
    CHECK(place.chunk == chunk);
    CHECK(place.index == index);
    check_same();
}

static void check_set_empty(uint32_t c) {
    index_set_empty(c);
    chunks[c].has_free = 0;
    check_same();
}

static void check_random(void) {
    uint32_t c = (uint32_t)(test_random() % SHOWN), choice = (uint32_t)(test_random() % 40);
    uint32_t used = chunks[c].use, rest = CHUNK_PAGES - used;
    if (choice < 14 && rest > 0) {
        check_alloc(c, choice < 7 ? rest : 1 + (uint32_t)(test_random() % rest));
    } else if (choice < 26 && used > 0) {
        uint32_t n = 1 + (uint32_t)(test_random() % (choice < 20 ? used : (used + 19) / 20));
        check_free(c, (uint32_t)(test_random() % (CHUNK_PAGES - n + 1)), n);
    } else if (choice < 28) {
        check_next_gen();
    } else if (choice < 31) {
        check_set_empty(c);
    } else {
        check_find(choice & 1, choice < 36 ? 0 : (uint32_t)(test_random() % (SHOWN + 1)));
    }
}

/* Around the number of used pages that makes a chunk dense. */
static void check_occupancy(void) {
    for (uint32_t used = 490; used <= CHUNK_PAGES; used++) {
        memset(scavenge_chunk, 0, sizeof scavenge_chunk);
        memset(chunks, 0, sizeof chunks);
        check_alloc(0, used);
        check_free(0, 511, 1);
        check_next_gen();
        check_find(0, 0);
        check_find(2, 0);
        check_free(0, 0, 100);
        check_find(0, 0);
        check_next_gen();
        check_find(0, 0);
        check_find(0, 1);
        check_find(0, 0);
    }
}

int main(void) {
    check_same();
    check_find(0, 0);
    check_find(1, 0);
    check_occupancy();
    scavenge_gen = gen = UINT32_MAX - 100;
    for (uint32_t round = 0; round < 200000; round++) {
        check_random();
    }
    return test_report("scavenge_index");
}
