/* The live blocks of a recorded program, found by the address they had there. */
#ifndef CAIRN_BLOCK_TABLE_H
#define CAIRN_BLOCK_TABLE_H

#include <stdint.h>

struct block {
    uint64_t address; /* in the recorded program; not 0 */
    uint64_t id;      /* its number: what its pattern is made of */
    uint64_t size;
    uint32_t span; /* where it lies here; 0: the heap refused it */
    uint32_t page; /* its first page */
};

/* The live block with this address, or NULL. Valid until the next block_add or block_remove. */
struct block *block_find(uint64_t address);

/* Adds a block whose address no live block has. */
void block_add(struct block block);

/* Removes the block with this address, which is there. */
void block_remove(uint64_t address);

/* Any live block, or NULL if there is none. */
struct block *block_any(void);

#endif
