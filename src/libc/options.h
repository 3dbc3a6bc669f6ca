/* What CAIRN_OPTIONS in the environment says, words with commas between them:
 *   misuse=abort|count|ignore  what a free of what is no block does; abort if nothing is said
 *   zero_on_free=1             what is freed is cleared
 *   limit=BYTES                free memory is given back to the system while more than this is
 *                              committed (heap_set_limit)
 *   statistics=1               a line on the standard error at exit
 *   snapshot=FILE              the heap's tables in a file, at exit (cairn_snapshot); %p in its
 *                              name is the number of the process: those it starts write theirs
 *                              too. Threads that run on then must not be inside the allocator
 * A word that is none of these is named on the standard error, and left out. */
#ifndef CAIRN_OPTIONS_H
#define CAIRN_OPTIONS_H

#include <limits.h>

enum misuse { MISUSE_ABORT, MISUSE_COUNT, MISUSE_IGNORE };

struct options {
    enum misuse misuse;
    int statistics;
    char snapshot[PATH_MAX]; /* empty: none is wanted */
};

extern struct options options;

/* Reads them and sets what they say, the first time that the C library has an environment. In a
 * program that runs with another user's rights there are none. */
void options_read(void);

#endif
