#include "libc/snapshot_format.h"

// clang-format off
#define CONSTANT(NAME) {#NAME, NAME},
#define TABLE(NAME) \
    {{#NAME, sizeof NAME[0], sizeof NAME / sizeof NAME[0]}, (unsigned char *)&NAME},
#define ONE(NAME) {{#NAME, sizeof NAME, 1}, (unsigned char *)&NAME},
// clang-format on

const struct snapshot_constant snapshot_constant[] = {EACH_SNAPSHOT_CONSTANT(CONSTANT)};
const struct snapshot_table snapshot_table[] = {EACH_SNAPSHOT_TABLE(TABLE, ONE)};

uint64_t snapshot_bytes(uint32_t t) {
    return (uint64_t)snapshot_table[t].entry.record * snapshot_table[t].entry.records;
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
