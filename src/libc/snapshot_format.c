#include "libc/snapshot_format.h"
#include <stddef.h>

// clang-format off
#define CONSTANT(NAME) {#NAME, NAME},
#define TABLE(NAME) \
    {#NAME, sizeof NAME[0], sizeof NAME / sizeof NAME[0]},
#define ONE(NAME) {#NAME, sizeof NAME, 1},
#define AT(NAME) if (t == n++) { return (unsigned char *)&NAME; }
// clang-format on

const struct snapshot_constant snapshot_constant[] = {EACH_SNAPSHOT_CONSTANT(CONSTANT)};
const struct snapshot_entry snapshot_table[] = {EACH_SNAPSHOT_TABLE(TABLE, ONE)};

/* Not a column of the list: the linker does not know of all (os/beside/). */
unsigned char *snapshot_at(uint32_t t) {
    uint32_t n = 0;
    EACH_SNAPSHOT_TABLE(AT, AT)
    return NULL;
}

uint64_t snapshot_bytes(uint32_t t) {
    return (uint64_t)snapshot_table[t].record * snapshot_table[t].records;
}

uint32_t snapshot_blocks(uint32_t t) {
    return (uint32_t)((snapshot_bytes(t) + SNAPSHOT_BLOCK - 1) / SNAPSHOT_BLOCK);
}

uint32_t snapshot_block_bytes(uint32_t t, uint32_t b) {
    uint64_t left = snapshot_bytes(t) - (uint64_t)SNAPSHOT_BLOCK * b;
    return left < SNAPSHOT_BLOCK ? (uint32_t)left : SNAPSHOT_BLOCK;
}

uint64_t snapshot_sum(uint64_t sum, const void *bytes, uint64_t size) {
    const unsigned char *byte = bytes;
    for (uint64_t i = 0; i < size; i++) {
        sum = (sum ^ byte[i]) * SNAPSHOT_PRIME;
    }
    return sum;
}
