/* A recording: the allocations of a program in the order in which they happened.
 *
 *   bytes 0-7    "CAIRNREC"
 *         8-11   the version: 1
 *        12-15   the number of the process
 *        16-23   the length of header and events in bytes
 *        24-31   the number of events
 *        32-     the events; behind them, up to the end of the file, nothing but zeros (left by
 *                a program that was killed)
 *
 * All numbers of the header are little endian. An event is a byte, its operation (below) plus
 * RECORD_THREAD if another thread than the event's before it does it, and then numbers: in LEB128
 * (seven bits a byte, the lowest first, the top bit set in all bytes but the last).
 *
 *   with RECORD_THREAD   the thread's number, from 1; the first event has thread 1 unless it says
 *   RECORD_MALLOC        size, address
 *   RECORD_CALLOC        size (count times size), address
 *   RECORD_ALIGNED       alignment (a power of two; 0 stands for whatever the program asked that
 *                        is none), size, address
 *   RECORD_REALLOC       old address, size, address
 *   RECORD_FREE          address
 *
 * An address is the difference from the address written before it, at first 0, zigzagged: 0, -1,
 * 1, -2 are 0, 1, 2, 3. Address 0 is what a refused allocation answers, and realloc of size 0; as
 * an old address it makes a realloc a malloc. A free of nothing is not recorded. */
#ifndef CAIRN_RECORDING_H
#define CAIRN_RECORDING_H

#include <stdint.h>
#include <stdio.h>

#define RECORD_MAGIC  "CAIRNREC"
#define RECORD_THREAD 0x10

enum { RECORD_VERSION = 1, RECORD_HEADER = 32, RECORD_EVENT_MAX = 64 };

enum record_operation {
    RECORD_END, /* no event: a zero behind the last one */
    RECORD_MALLOC,
    RECORD_CALLOC,
    RECORD_ALIGNED,
    RECORD_REALLOC,
    RECORD_FREE
};

struct record_event {
    uint8_t operation; /* RECORD_MALLOC to RECORD_FREE */
    uint64_t thread;
    uint64_t alignment; /* RECORD_ALIGNED: as recorded; else 1 */
    uint64_t size;
    uint64_t old;     /* RECORD_REALLOC and RECORD_FREE: the block that was */
    uint64_t address; /* the block that is; RECORD_FREE: 0 */
};

struct recording {
    FILE *file;
    const char *name;
    uint64_t offset; /* bytes read */
    uint64_t length, events;
    uint64_t count;   /* events read */
    uint64_t start;   /* where the current event begins */
    uint64_t thread;  /* of the event before */
    uint64_t address; /* the one before */
};

/* Does the file begin like a recording? 0 too if it cannot be read. */
int is_recording(const char *name);

/* Opens a recording. This and what follows end the program with status 2 if the file is not as it
 * should be, and say at which byte, what was expected and what was found. */
void recording_open(struct recording *r, const char *name);

/* Reads the next event. Returns 0 behind the last. */
int recording_next(struct recording *r, struct record_event *event);

void recording_close(struct recording *r);

/* Ends the program: the event read last is wrong. */
_Noreturn void recording_fail(const struct recording *r, const char *expected, uint64_t found);

#endif
