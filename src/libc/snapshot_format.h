/* The file that cairn_snapshot writes, and what is in it: the one list of tables for who writes it
 * and who reads it.
 *
 *   bytes 0-7    "CAIRNSNP"
 *         8-11   the version: 2
 *        12-15   the number of the process
 *        16-19   the number of constants
 *        20-23   the number of tables
 *        24-     the constants of the configuration, in the order of the list below, 32 bytes each:
 *                  bytes 0-23   the name in ASCII, zeros behind it
 *                       24-31   the value
 *                the tables, in the order of the list below, 32 bytes each:
 *                  bytes 0-23   the name in ASCII, zeros behind it
 *                       24-27   the bytes of a record
 *                       28-31   the number of records
 *                the blocks of tables that are not all zero, by table and then by number:
 *                  bytes 0-3    the table's number, from 0
 *                        4-7    the block's number in the table, from 0
 *                        8-     the block: 4096 bytes of the table, or what is left of it
 *                the end:
 *                  bytes 0-3    0xffffffff
 *                        4-7    the number of blocks
 *                        8-15   the checksum of all that stands before it: FNV-1a of 64 bits
 *
 * All numbers are little endian; so is the machine whose records these are, as they were in its
 * memory. Blocks that are not there are zero. A change of a record's fields is another version. */
#ifndef CAIRN_SNAPSHOT_FORMAT_H
#define CAIRN_SNAPSHOT_FORMAT_H

#include "heap/heap.h"
#include "object/slot_cache.h"

#define SNAPSHOT_MAGIC "CAIRNSNP"

enum {
    SNAPSHOT_VERSION = 2,
    SNAPSHOT_HEADER = 24,
    SNAPSHOT_NAME = 24,
    SNAPSHOT_ENTRY = 32,
    SNAPSHOT_BLOCK = 4096
};

#define SNAPSHOT_END   UINT32_MAX
#define SNAPSHOT_BASIS 0xcbf29ce484222325 /* FNV-1a: the checksum of nothing, */
#define SNAPSHOT_PRIME 0x100000001b3      /* and what it is multiplied with for each byte */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they are");

// clang-format off
/* What a snapshot's numbers are counted in. All else in config.h follows from these. */
#define EACH_SNAPSHOT_CONSTANT(DO) \
    DO(PAGE_SHIFT) DO(CHUNK_PAGES) DO(ARENA_CHUNKS) DO(ARENAS) DO(SPANS) DO(SPECIALS) DO(HINTS) \
    DO(THREADS) DO(SPAN_CACHE) DO(LARGE_KEPT) DO(KEPT_PAGES_MAX) DO(SMALL_SPAN) DO(TREE_HEIGHTS) \
    DO(KINDS) DO(SIZE_CLASSES) DO(SLOT_BYTES_MIN)

/* All tables that an invariant speaks of (specs/heap.acsl: Heap; specs/slot_cache.acsl) and that a
 * running program has: TABLE(NAME) for an array, ONE(NAME) for a single record. */
#define EACH_SNAPSHOT_TABLE(TABLE, ONE) \
    TABLE(page_free) TABLE(page_released) TABLE(summary) TABLE(chunk_mapped) TABLE(mapped_range) \
    ONE(mapped_ranges) ONE(search_left) ONE(total_mapped) ONE(total_free) ONE(total_released) \
    TABLE(scavenge_chunk) TABLE(scavenge_search) ONE(free_high) ONE(scavenge_gen) \
    TABLE(page_cache) \
    TABLE(span) TABLE(pool_stack) TABLE(pool_place) ONE(pool_count) ONE(pool_made) \
    TABLE(cache_record) TABLE(cache_count) TABLE(cache_cell) TABLE(span_link) TABLE(span_list) \
    TABLE(page_span) TABLE(page_in_use) TABLE(zeroed_base) TABLE(total_live) \
    TABLE(special) TABLE(special_head) ONE(special_made) ONE(special_last_due) \
    ONE(special_births) TABLE(page_specials) \
    TABLE(arena_hint) ONE(hint_first) ONE(hint_count) ONE(current_low) ONE(current_high) \
    ONE(memory_limit) ONE(growth_goal) \
    TABLE(slot_free) TABLE(slot_cursor) TABLE(current_span) TABLE(current_slots) \
    TABLE(slots_owner) TABLE(large_cell) TABLE(large_owner) TABLE(large_kept) \
    TABLE(slot_remote) TABLE(inbox) TABLE(inbox_link)

/* What the lists are of, as they stand in the file. */
#define SNAPSHOT_CONSTANT(NAME) {#NAME, NAME},
#define SNAPSHOT_TABLE(NAME) {#NAME, sizeof NAME[0], sizeof NAME / sizeof NAME[0]},
#define SNAPSHOT_ONE(NAME) {#NAME, sizeof NAME, 1},
#define SNAPSHOT_PLUS_ONE(NAME) +1
enum {
    SNAPSHOT_CONSTANTS = 0 EACH_SNAPSHOT_CONSTANT(SNAPSHOT_PLUS_ONE),
    SNAPSHOT_TABLES = 0 EACH_SNAPSHOT_TABLE(SNAPSHOT_PLUS_ONE, SNAPSHOT_PLUS_ONE)
};
// clang-format on

struct snapshot_constant {
    char name[SNAPSHOT_NAME];
    uint64_t value;
};

struct snapshot_entry { /* as in the file */
    char name[SNAPSHOT_NAME];
    uint32_t record;  /* bytes */
    uint32_t records; /* how many */
};

_Static_assert(sizeof(struct snapshot_constant) == SNAPSHOT_ENTRY, "as in the file");
_Static_assert(sizeof(struct snapshot_entry) == SNAPSHOT_ENTRY, "as in the file");

extern const struct snapshot_constant snapshot_constant[SNAPSHOT_CONSTANTS];
extern const struct snapshot_entry snapshot_table[SNAPSHOT_TABLES];

/* Where table t is in memory. Of a table beside the memory (PLACED) only what belongs to an arena
 * that is reserved is there in a library. */
unsigned char *snapshot_at(uint32_t t);

/* The bytes of table t; how many blocks they are, and how many bytes block b of them has. */
uint64_t snapshot_bytes(uint32_t t);
uint32_t snapshot_blocks(uint32_t t);
uint32_t snapshot_block_bytes(uint32_t t, uint32_t b);

/* Are these bytes, one at the least, all zero? */
int snapshot_is_zero(const unsigned char *bytes, uint64_t size);

/* The checksum of what `sum` is the checksum of and then these bytes. */
uint64_t snapshot_sum(uint64_t sum, const void *bytes, uint64_t size);

#endif
