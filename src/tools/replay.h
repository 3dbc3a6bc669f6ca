/* The kinds of files cairn-replay plays. Each function reads the rest of an open trace, whose
 * first line named the kind, and prints an answer a line for each operation. */
#ifndef CAIRN_REPLAY_H
#define CAIRN_REPLAY_H

#include "tools/trace.h"

#define REPLAYER 0 /* whose caches: those of the first thread to call the heap, the only one */

struct replay_options {
    uint64_t audit;  /* operations between two audits, 0: none */
    int simulate;    /* a recording runs on the simulated floor, which has no memory */
    uint64_t refuse; /* the simulated floor refuses from this request on, 0: none */
};

void replay_bits(struct trace *t, const struct replay_options *options);
void replay_lists(struct trace *t, const struct replay_options *options);
void replay_specials(struct trace *t, const struct replay_options *options);
void replay_zeroed(struct trace *t, const struct replay_options *options);
void replay_slots(struct trace *t, const struct replay_options *options);
void replay_pages(struct trace *t, const struct replay_options *options);
void replay_heap(struct trace *t, const struct replay_options *options);

/* Runs a recording (tools/recording.h) through the heap. Returns the program's status. */
int replay_recording(const char *name, const struct replay_options *options);

/* Prints the search hint as the traces of pages and of the heap have it. */
void replay_print_hint(void);

/* Is it time for an audit after this operation? If so, the program ends with status 1 unless it
 * finds everything sound. */
void replay_audit(const struct replay_options *options, int (*audit)(void), const char *what);

#endif
