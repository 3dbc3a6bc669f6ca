#define _GNU_SOURCE
#include "tools/trace.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 40 }; /* characters of a wrong word that a message shows */

_Noreturn void trace_fail(const struct trace *t, const char *expected, const char *found) {
    fflush(stdout);
    if (found == NULL) {
        fprintf(stderr, "%s:%llu: expected %s, found the end of the file\n", t->name,
                (unsigned long long)t->count + 1, expected);
    } else if (found[0] == 0) {
        fprintf(stderr, "%s:%llu: expected %s, found the end of the line\n", t->name,
                (unsigned long long)t->count, expected);
    } else {
        int is_long = strlen(found) > SHOWN;
        fprintf(stderr, "%s:%llu: expected %s, found '%.*s%s'\n", t->name,
                (unsigned long long)t->count, expected, SHOWN, found, is_long ? "..." : "");
    }
    exit(2);
}

void trace_open(struct trace *t, const char *name) {
    memset(t, 0, sizeof *t);
    t->name = name;
    t->file = fopen(name, "r");
    if (t->file == NULL) {
        fprintf(stderr, "%s: cannot be read: %s\n", name, strerror(errno));
        exit(2);
    }
}

void trace_close(struct trace *t) {
    free(t->line);
    fclose(t->file);
}

int trace_next(struct trace *t) {
    do {
        ssize_t length = getline(&t->line, &t->size, t->file);
        if (length < 0) {
            if (ferror(t->file)) {
                fprintf(stderr, "%s: cannot be read: %s\n", t->name, strerror(errno));
                exit(2);
            }
            return 0;
        }
        t->count++;
        if (t->line[length - 1] == '\n') {
            t->line[--length] = 0;
        }
        t->rest = t->line;
        t->end = t->line + length;
        if (strlen(t->line) != (size_t)length) {
            trace_fail(t, "text", "a zero byte");
        }
    } while (t->line[0] == '#');
    return 1;
}

const char *trace_word(struct trace *t, const char *what) {
    char *word = t->rest;
    size_t length = strcspn(word, " ");
    if (length == 0) {
        trace_fail(t, what, word);
    }
    t->rest = word + length;
    if (t->rest < t->end) {
        *t->rest++ = 0;
        if (t->rest == t->end) {
            trace_fail(t, "no space at the end of the line", " ");
        }
    }
    return word;
}

int trace_has(struct trace *t, const char *word) {
    size_t length = strlen(word);
    if (strncmp(t->rest, word, length) != 0 || (t->rest[length] != ' ' && t->rest[length] != 0)) {
        return 0;
    }
    trace_word(t, word);
    return 1;
}

int trace_has_field(struct trace *t, const char *name) {
    size_t length = strlen(name);
    if (strncmp(t->rest, name, length) != 0) {
        return 0;
    }
    t->rest += length;
    return 1;
}

/* Reads the digits of the text up to `end`: 1 if they are a number from low to high. */
static int read_number(const char *text, const char *end, uint64_t low, uint64_t high,
                       uint64_t *value) {
    *value = 0;
    for (const char *c = text; c < end; c++) {
        uint64_t digit = (uint64_t)(*c - '0');
        if (*c < '0' || *c > '9' || *value > (UINT64_MAX - digit) / 10) {
            return 0;
        }
        *value = *value * 10 + digit;
    }
    return text < end && (*text != '0' || end - text == 1) && *value >= low && *value <= high;
}

static _Noreturn void fail_number(const struct trace *t, uint64_t low, uint64_t high,
                                  const char *what, const char *found) {
    char expected[160];
    snprintf(expected, sizeof expected, "%s (%llu to %llu)", what, (unsigned long long)low,
             (unsigned long long)high);
    trace_fail(t, expected, found);
}

uint64_t trace_number(struct trace *t, uint64_t low, uint64_t high, const char *what) {
    const char *word = trace_word(t, what);
    uint64_t value;
    if (!read_number(word, word + strlen(word), low, high, &value)) {
        fail_number(t, low, high, what, word);
    }
    return value;
}

uint32_t trace_power(struct trace *t, uint32_t low, uint32_t high, const char *what) {
    const char *word = t->rest;
    uint32_t power = (uint32_t)trace_number(t, low, high, what);
    if ((power & (power - 1)) != 0) {
        trace_fail(t, "a power of two", word);
    }
    return power;
}

void trace_pair(struct trace *t, uint64_t high, const char *what, uint64_t *first,
                uint64_t *second) {
    const char *word = trace_word(t, what);
    const char *comma = strchr(word, ',');
    if (comma == NULL || !read_number(word, comma, 0, high, first) ||
        !read_number(comma + 1, comma + 1 + strlen(comma + 1), 0, high, second)) {
        fail_number(t, 0, high, what, word);
    }
}

int trace_range(const struct trace *t, const char **list, uint64_t high, const char *what,
                uint64_t *first, uint64_t *count) {
    const char *range = *list;
    if (*range == 0) {
        return 0;
    }
    const char *end = range + strcspn(range, ",");
    const char *plus = range + strcspn(range, "+,");
    if (*plus != '+' || !read_number(range, plus, 0, high, first) ||
        !read_number(plus + 1, end, 0, high, count) || (*end == ',' && end[1] == 0)) {
        fail_number(t, 0, high, what, range);
    }
    *list = end + (*end == ',');
    return 1;
}

void trace_hex(struct trace *t, uint64_t *words, size_t n, const char *what) {
    const char *word = trace_word(t, what);
    if (strlen(word) != 16 * n || strspn(word, "0123456789abcdef") != 16 * n) {
        trace_fail(t, what, word);
    }
    for (size_t i = 0; i < 16 * n; i++) {
        uint64_t digit = (uint64_t)(word[i] <= '9' ? word[i] - '0' : word[i] - 'a' + 10);
        words[i / 16] = words[i / 16] << 4 | digit;
    }
}

void trace_end(struct trace *t) {
    if (t->rest != t->end) {
        trace_fail(t, "the end of the line", t->rest);
    }
}
