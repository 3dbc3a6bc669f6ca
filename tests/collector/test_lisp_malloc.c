// config: libc
// link: tests/collector/run_lisp.c tests/collector/lisp.c tests/collector/primitives.c tests/collector/store.c src/libc/malloc.c src/libc/options.c src/libc/report.c src/libc/snapshot.c src/libc/snapshot_format.c src/libc/snapshot_here.c src/libc/threads.c src/os/os_linux.c -pthread
/* The Lisp in a program whose malloc is Cairn's too: the collected heap has a thread number of its
 * own there, and what malloc gave is not collected. */
#include "store.h"

const uint32_t own_number = 200;
