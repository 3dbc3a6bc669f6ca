/* Reads a trace: a text file with an operation a line, its words and numbers a single space apart
 * (tests/golden/README.md). Whatever is not as it should be ends the program with status 2 and
 * says which line it is, what was expected and what was found. Lines may be of any length. */
#ifndef CAIRN_TRACE_H
#define CAIRN_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct trace {
    FILE *file;
    const char *name;
    char *line;     /* the current line, its words ended by zero bytes as they are taken */
    size_t size;    /* bytes reserved for it */
    char *rest;     /* what is not taken of it yet */
    char *end;      /* where it ends */
    uint64_t count; /* its number, from 1 */
};

void trace_open(struct trace *t, const char *name);
void trace_close(struct trace *t);

/* Goes to the next line that is no comment. Returns 0 at the end of the file. */
int trace_next(struct trace *t);

/* Takes a word off the line; `what` says what is expected there. */
const char *trace_word(struct trace *t, const char *what);

/* Takes a word off the line if it is this one. */
int trace_has(struct trace *t, const char *word);

/* Takes a decimal number from low to high. */
uint64_t trace_number(struct trace *t, uint64_t low, uint64_t high, const char *what);

/* The same, a power of two; or 0 if that is no less than low. */
uint32_t trace_power(struct trace *t, uint32_t low, uint32_t high, const char *what);

/* Takes a word `name` that a number follows at once, as in hint=7. Returns 0 if it does not begin
 * the line's rest. */
int trace_has_field(struct trace *t, const char *name);

/* Takes two numbers with a comma between them. */
void trace_pair(struct trace *t, uint64_t high, const char *what, uint64_t *first,
                uint64_t *second);

/* Takes the next range FIRST+COUNT off a list of such, a comma between any two. Returns 0 at its
 * end. */
int trace_range(const struct trace *t, const char **list, uint64_t high, const char *what,
                uint64_t *first, uint64_t *count);

/* Takes a word of exactly 16 * n hexadecimal digits into n words. */
void trace_hex(struct trace *t, uint64_t *words, size_t n, const char *what);

/* Checks that nothing is left of the line. */
void trace_end(struct trace *t);

/* Ends the program: the line is wrong at `found`. */
_Noreturn void trace_fail(const struct trace *t, const char *expected, const char *found);

#endif
