// config: host
// link: src/tools/block_table.c
/* The table of live blocks against a plain array, at random; addresses that collide included. */
#include "tools/block_table.h"
#include "../test.h"

enum { NAMES = 3000 };

static uint64_t address[NAMES], id[NAMES]; /* id 0: not in the table */

int main(void) {
    for (int i = 0; i < NAMES; i++) { /* neighbours, pages, and numbers far apart */
        uint64_t step = i % 3 == 0 ? 16 : i % 3 == 1 ? 4096 : test_random() >> 20;
        address[i] = i == 0 ? 16 : address[i - 1] + (step == 0 ? 1 : step);
    }
    CHECK(block_any() == NULL && block_find(5) == NULL);
    uint64_t live = 0, next = 0;
    for (int round = 0; round < 300000; round++) {
        uint64_t limit = round / 50000 % 2 == 0 ? NAMES : 40; /* fill, then nearly empty */
        uint64_t i = test_random() % NAMES;
        struct block *found = block_find(address[i]);
        CHECK((found != NULL) == (id[i] != 0));
        CHECK(found == NULL || (found->id == id[i] && found->address == address[i]));
        if (id[i] == 0 && live < limit) {
            id[i] = ++next;
            live++;
            block_add((struct block){.address = address[i], .id = id[i]});
        } else if (id[i] != 0) {
            block_remove(address[i]);
            id[i] = 0;
            live--;
        }
    }
    for (struct block *block = block_any(); block != NULL; block = block_any()) {
        uint64_t i = 0;
        while (i < NAMES && address[i] != block->address) {
            i++;
        }
        CHECK(i < NAMES && id[i] == block->id && id[i] != 0);
        id[i] = 0;
        live--;
        block_remove(block->address);
    }
    CHECK(live == 0);
    return test_report("block_table");
}
