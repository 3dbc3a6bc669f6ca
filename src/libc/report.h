/* What the library has to say: lines on the standard error by write(2), without the C library's
 * streams, which may be what asked for memory. */
#ifndef CAIRN_REPORT_H
#define CAIRN_REPORT_H

#include "object/block.h"
#include <stddef.h>

/* A free, or another use, of a block that is none, by what block_free says of it. Does what the
 * options say: writes a line and aborts, counts, or nothing. Keeps errno. */
void report_misuse(const void *address, enum block_error why);

/* A word of CAIRN_OPTIONS, of this length, that says nothing. */
void report_word(const char *word, size_t length);

/* There is no snapshot of this name, and why: an errno. */
void report_snapshot(const char *name, int error);

/* How the heap's memory is spread, and how many misuses were counted. */
void report_statistics(void);

#endif
