/* cairn-replay [--audit N] [--sim [--refuse K]] FILE
 * Plays a trace (tests/golden/README.md) or a recording (cairn-record's) through Cairn. Status: 0
 * done, 1 the heap did something wrong, 2 the file or the command line is not as it should be. */
#include "heap/heap.h"
#include "tools/recording.h"
#include "tools/replay.h"
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    void (*replay)(struct trace *t, const struct replay_options *options);
} kinds[] = {{"bits", replay_bits},     {"lists", replay_lists}, {"specials", replay_specials},
             {"zeroed", replay_zeroed}, {"slots", replay_slots}, {"pages", replay_pages},
             {"heap", replay_heap}};

static _Noreturn void usage(void) {
    fprintf(stderr, "usage: cairn-replay [--audit N] [--sim [--refuse K]] FILE\n"
                    "  FILE        a trace (.ops) or a recording (.rec)\n"
                    "  --audit N   audits the tables after every N operations\n"
                    "  --sim       runs a recording on the simulated floor, without memory\n"
                    "  --refuse K  which refuses everything from request K on\n");
    exit(2);
}

void replay_audit(const struct replay_options *options, int (*audit)(void), const char *what) {
    static uint64_t operations;
    operations++;
    if (options->audit != 0 && operations % options->audit == 0 && !audit()) {
        fflush(stdout);
        fprintf(stderr, "cairn-replay: after operation %llu the %s are not sound\n",
                (unsigned long long)operations, what);
        exit(1);
    }
}

void replay_print_hint(void) {
    if (search_left == 0) {
        printf(" search=max");
    } else {
        printf(" search=%u", (unsigned)SEARCH_HINT);
    }
}

static void replay_trace(const char *name, const struct replay_options *options) {
    struct trace t;
    trace_open(&t, name);
    if (!trace_next(&t)) {
        trace_fail(&t, "config kind=KIND", NULL);
    }
    if (!trace_has(&t, "config") || !trace_has_field(&t, "kind=")) {
        trace_fail(&t, "config kind=KIND", t.rest);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (trace_has(&t, kinds[i].name)) {
            trace_end(&t);
            kinds[i].replay(&t, options);
            trace_close(&t);
            return;
        }
    }
    trace_fail(&t, "the kind bits, lists, specials, zeroed, pages or heap", t.rest);
}

static uint64_t number_of(const char *text) {
    char *end = NULL;
    uint64_t value = text && text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    if (value == 0 || value == UINT64_MAX || *end != 0) {
        usage();
    }
    return value;
}

int main(int argc, char **argv) {
    struct replay_options options = {0};
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--audit") == 0) {
            options.audit = number_of(argv[++i]);
        } else if (strcmp(argv[i], "--sim") == 0) {
            options.simulate = 1;
        } else if (strcmp(argv[i], "--refuse") == 0) {
            options.refuse = number_of(argv[++i]);
        } else {
            usage();
        }
    }
    if (i != argc - 1 || (options.refuse != 0 && !options.simulate)) {
        usage();
    }
    int status = 0;
    if (is_recording(argv[i])) {
        status = replay_recording(argv[i], &options);
    } else {
        replay_trace(argv[i], &options);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "cairn-replay: the answers cannot be written\n");
        return 1;
    }
    return status;
}
