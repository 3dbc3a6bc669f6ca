#define _GNU_SOURCE
#include "libc/options.h"
#include "libc/report.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options options;

/* Is the word `name` and then a number? Sets the number if so. */
static int is_number(const char *word, size_t length, const char *name, uint64_t *number) {
    size_t start = strlen(name);
    if (length <= start || strncmp(word, name, start) != 0) {
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = start; i < length; i++) {
        if (word[i] < '0' || word[i] > '9' || value > UINT64_MAX / 10 - 1) {
            return 0;
        }
        value = 10 * value + (uint64_t)(word[i] - '0');
    }
    *number = value;
    return 1;
}

static int is(const char *word, size_t length, const char *name) {
    return length == strlen(name) && strncmp(word, name, length) == 0;
}

/* Is the word `name` and then a file's name? Keeps it if so: a program may write over its
 * environment, to be called something else. */
static int is_file(const char *word, size_t length, const char *name, char file[PATH_MAX]) {
    size_t start = strlen(name);
    if (length <= start || length - start >= PATH_MAX || strncmp(word, name, start) != 0) {
        return 0;
    }
    memcpy(file, word + start, length - start);
    file[length - start] = 0;
    return 1;
}

static void obey(const char *word, size_t length) {
    uint64_t number = 0;
    if (is(word, length, "misuse=abort")) {
        options.misuse = MISUSE_ABORT;
    } else if (is(word, length, "misuse=count")) {
        options.misuse = MISUSE_COUNT;
    } else if (is(word, length, "misuse=ignore")) {
        options.misuse = MISUSE_IGNORE;
    } else if (is_number(word, length, "zero_on_free=", &number) && number <= 1) {
        block_clears = number != 0;
    } else if (is_number(word, length, "statistics=", &number) && number <= 1) {
        options.statistics = number != 0;
    } else if (is_number(word, length, "limit=", &number)) {
        heap_set_limit(number);
    } else if (is_file(word, length, "snapshot=", options.snapshot)) {
        return;
    } else if (length > 0) {
        report_word(word, length);
    }
}

void options_read(void) {
    static int is_done;
    if (is_done || environ == NULL) {
        return;
    }
    is_done = 1;
    const char *word = secure_getenv("CAIRN_OPTIONS");
    while (word != NULL) {
        const char *comma = strchr(word, ',');
        obey(word, comma != NULL ? (size_t)(comma - word) : strlen(word));
        word = comma != NULL ? comma + 1 : NULL;
    }
}
