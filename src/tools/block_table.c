#include "tools/block_table.h"
#include <stdio.h>
#include <stdlib.h>

/* A hash table with linear probing, never more than half full; address 0 is an empty place. */
static struct block *table;
static uint64_t places, used;

static uint64_t place_of(uint64_t address) {
    return (address * 0x9e3779b97f4a7c15u >> 20) & (places - 1);
}

/* Where the block is, or would be put. */
static uint64_t probe(uint64_t address) {
    uint64_t i = place_of(address);
    while (table[i].address != 0 && table[i].address != address) {
        i = (i + 1) & (places - 1);
    }
    return i;
}

struct block *block_find(uint64_t address) {
    if (used == 0) {
        return NULL;
    }
    struct block *found = &table[probe(address)];
    return found->address != 0 ? found : NULL;
}

static void grow(void) {
    struct block *old = table;
    uint64_t old_places = places;
    places = places == 0 ? 1024 : 2 * places;
    table = calloc(places, sizeof *table);
    if (table == NULL) {
        fprintf(stderr, "cairn-replay: no memory for a table of %llu blocks\n",
                (unsigned long long)places);
        exit(1);
    }
    for (uint64_t i = 0; i < old_places; i++) {
        if (old[i].address != 0) {
            table[probe(old[i].address)] = old[i];
        }
    }
    free(old);
}

void block_add(struct block block) {
    if (2 * used >= places) {
        grow();
    }
    table[probe(block.address)] = block;
    used++;
}

void block_remove(uint64_t address) {
    uint64_t hole = probe(address);
    used--;
    /* What was pushed past the hole moves up. */
    for (uint64_t i = (hole + 1) & (places - 1); table[i].address != 0;
         i = (i + 1) & (places - 1)) {
        uint64_t home = place_of(table[i].address);
        if (((i - home) & (places - 1)) >= ((i - hole) & (places - 1))) {
            table[hole] = table[i];
            hole = i;
        }
    }
    table[hole].address = 0;
}

struct block *block_any(void) {
    static uint64_t i; /* goes on where it stopped: emptying the table is one round, or two */
    for (uint64_t looked = 0; used > 0 && looked < places; looked++) {
        if (table[i & (places - 1)].address != 0) {
            return &table[i & (places - 1)];
        }
        i++;
    }
    return NULL;
}
