/* Reads a snapshot (libc/snapshot_format.h) into this program's own tables. */
#ifndef CAIRN_SNAPSHOT_LOAD_H
#define CAIRN_SNAPSHOT_LOAD_H

#include <stdint.h>
#include <stdio.h>

struct snapshot_read {
    uint32_t process;  /* whose snapshot it is */
    uint32_t blocks;   /* that were in the file */
    char message[400]; /* of a file that is not as it should be: at which byte, what was expected
                         * and what was found */
};

/* Fills the tables, all of them zero before, with what the file says. Returns 1; or 0 and says why
 * not in the message: then the tables hold anything, and nothing may be asked of them. What the
 * records say is not looked at: any will do for heap_audit. Asks for no memory by the file's word.
 * Cost: a few steps a byte of the file. */
int snapshot_load(const char *name, struct snapshot_read *read);

/* Reads what a snapshot begins with, up to its blocks. Returns 1 if it is of this version and of
 * this configuration; or 0, with a message. */
int snapshot_load_head(FILE *file, struct snapshot_read *read);

#endif
