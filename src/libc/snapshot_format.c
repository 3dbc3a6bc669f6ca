#include "libc/snapshot_format.h"
#include <stddef.h>
#include <string.h>

// clang-format off
#define AT(NAME) if (t == n++) { return (unsigned char *)&NAME; }
// clang-format on

const struct snapshot_constant snapshot_constant[] = {EACH_SNAPSHOT_CONSTANT(SNAPSHOT_CONSTANT)};
const struct snapshot_entry snapshot_table[] = {EACH_SNAPSHOT_TABLE(SNAPSHOT_TABLE, SNAPSHOT_ONE)};

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

int snapshot_is_zero(const unsigned char *bytes, uint64_t size) {
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

uint64_t snapshot_sum(uint64_t sum, const void *bytes, uint64_t size) {
    const unsigned char *byte = bytes;
    for (uint64_t i = 0; i < size; i++) {
        sum = (sum ^ byte[i]) * SNAPSHOT_PRIME;
    }
    return sum;
}
