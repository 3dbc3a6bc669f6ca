/* How a tool finds the tables in another process or in its core: by a record in the library's data
 * that begins with a word nothing else has and its own address. A copy of it elsewhere, in a file
 * or a buffer, lies at another address and is no such record. */
#ifndef CAIRN_SNAPSHOT_HERE_H
#define CAIRN_SNAPSHOT_HERE_H

#include "libc/snapshot_format.h"

#define SNAPSHOT_HERE_MAGIC "CAIRNMEM"

struct snapshot_head { /* as a snapshot begins */
    char magic[8];     /* SNAPSHOT_MAGIC */
    uint32_t version;
    uint32_t process; /* 0: not told */
    uint32_t constants;
    uint32_t tables;
    struct snapshot_constant constant[SNAPSHOT_CONSTANTS];
    struct snapshot_entry table[SNAPSHOT_TABLES];
};

struct snapshot_here {
    char magic[8];
    uint64_t self; /* the address of this; 0 before the first call of malloc's family */
    struct snapshot_head head;
    uint64_t code, code_end;      /* where the allocator's code is; both 0: not told */
    uint64_t at[SNAPSHOT_TABLES]; /* the tables' addresses: snapshot_at */
};

_Static_assert(sizeof(struct snapshot_head) ==
                   SNAPSHOT_HEADER + SNAPSHOT_ENTRY * (SNAPSHOT_CONSTANTS + SNAPSHOT_TABLES),
               "as in the file");

/* Fills in this program's record: at its start, once. */
void snapshot_show(void);

#endif
