#include "libc/snapshot_here.h"
#include "config.h"

/* In data that is written to, which a core has. */
static struct snapshot_here here = {
    .magic = SNAPSHOT_HERE_MAGIC,
    .head = {.magic = SNAPSHOT_MAGIC,
             .version = SNAPSHOT_VERSION,
             .constants = SNAPSHOT_CONSTANTS,
             .tables = SNAPSHOT_TABLES,
             .constant = {EACH_SNAPSHOT_CONSTANT(SNAPSHOT_CONSTANT)},
             .table = {EACH_SNAPSHOT_TABLE(SNAPSHOT_TABLE, SNAPSHOT_ONE)}},
};

/* The ends of the library's code (text.ld), where that is linked so. */
extern const char cairn_code[] __attribute__((weak, visibility("hidden")));
extern const char cairn_code_end[] __attribute__((weak, visibility("hidden")));

/* Volatile: nothing in this program reads what is written here. */
SLOW void snapshot_show(void) {
    volatile struct snapshot_here *record = &here;
    record->code = (uintptr_t)cairn_code;
    record->code_end = (uintptr_t)cairn_code_end;
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        record->at[t] = (uintptr_t)snapshot_at(t);
    }
    record->self = (uintptr_t)&here;
}
