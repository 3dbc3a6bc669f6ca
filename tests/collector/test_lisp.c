// config: host
// link: tests/collector/run_lisp.c tests/collector/lisp.c tests/collector/primitives.c tests/collector/store.c src/os/os_linux.c
/* The Lisp beside the C library's malloc: the collected heap is all that Cairn has, and the
 * thread's number is as it comes. */
#include "store.h"

const uint32_t own_number = 0;
