/* cairn-audit [--text] [--map FILE.html] SNAPSHOT | --pid PROCESS | --core CORE [PROGRAM]
 * Loads the tables of a snapshot (libc/snapshot_format.h), a process or a core into this program's
 * own and runs the proved audit over them. Status: 0 sound, 1 not, 2 the file, the process or the
 * command line is not as it should be. */
#define _GNU_SOURCE
#include "heap/audit.h"
#include "libc/audit.h"
#include "libc/snapshot_format.h"
#include "tools/explain.h"
#include "tools/heap_view.h"
#include "tools/image.h"
#include "tools/snapshot_load.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static _Noreturn void usage(void) {
    fprintf(stderr, "usage: cairn-audit [--text] [--map FILE.html] SNAPSHOT\n"
                    "       cairn-audit [--text] [--map FILE.html] --pid PROCESS\n"
                    "       cairn-audit [--text] [--map FILE.html] --core CORE [PROGRAM]\n"
                    "  SNAPSHOT         of cairn_snapshot, or of CAIRN_OPTIONS=snapshot=FILE\n"
                    "  --pid PROCESS    looks at one that runs, which is stopped meanwhile\n"
                    "  --core CORE      looks at one that was (of PROGRAM, or it is refused)\n"
                    "  --text           prints how the heap's memory is used\n"
                    "  --map FILE.html  draws the pages, in a file for a browser\n");
    exit(2);
}

/* The tables have 1.5 GB of addresses, of which all are looked at and few hold anything: where the
 * kernel takes the hint, 2 MiB of zeros are one mapping and not 512. */
static void use_huge_pages(void) {
    uintptr_t page = 4096;
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        uintptr_t start = ((uintptr_t)snapshot_at(t) + page - 1) / page * page;
        uintptr_t end = ((uintptr_t)snapshot_at(t) + snapshot_bytes(t)) / page * page;
        if (start < end) {
            madvise((void *)start, end - start, MADV_HUGEPAGE);
        }
    }
}

/* Adds to the verdict what a walk has found. */
static void explain_flaw(const struct flaw *flaw, char *text, size_t size) {
    char place[64] = "";
    size_t length = strlen(text);
    if (flaw->unit != NULL) {
        snprintf(place, sizeof place, " at %s %" PRIu64, flaw->unit, flaw->index);
    }
    snprintf(text + length, size - length, "\n%s fails%s%s%s%s: %s", flaw->predicate, place,
             flaw->detail[0] != 0 ? " (" : "", flaw->detail, flaw->detail[0] != 0 ? ")" : "",
             flaw->meaning);
}

/* Is all of it sound? Says so in the text. The heap's part is the proved audit's to say. */
static int judge(char *text, size_t size) {
    struct flaw flaw;
    enum heap_part broken = heap_flaw();
    if (broken != HEAP_SOUND) {
        char formula[64];
        snprintf(text, size, "not sound: %s is false",
                 audit_formula(audit_note, formula, sizeof formula));
        explain_part(broken, &flaw);
        explain_flaw(&flaw, text, size);
        return 0;
    }
    if (!explain(explained_slots, &flaw)) {
        snprintf(text, size, "not sound: the heap is, what threads have of its slots is not");
        explain_flaw(&flaw, text, size);
        return 0;
    }
    snprintf(text, size, "sound");
    return 1;
}

/* What the command line asks for. */
struct request {
    const char *snapshot, *process, *core; /* one of them is not NULL */
    const char *program;                   /* whose core it is; may be NULL */
    const char *map;                       /* NULL: none is wanted */
    int text;
};

/* Takes the argument of an option that may be given once. */
static const char *take(char **argv, int *i, const char *before) {
    if (argv[*i + 1] == NULL || before != NULL) {
        usage();
    }
    return argv[++*i];
}

static struct request read_arguments(int argc, char **argv) {
    struct request r = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--text") == 0) {
            r.text = 1;
        } else if (strcmp(argv[i], "--map") == 0) {
            r.map = take(argv, &i, r.map);
        } else if (strcmp(argv[i], "--pid") == 0) {
            r.process = take(argv, &i, r.process);
        } else if (strcmp(argv[i], "--core") == 0) {
            r.core = take(argv, &i, r.core);
        } else if (argv[i][0] == '-' || (r.core != NULL ? r.program : r.snapshot) != NULL) {
            usage();
        } else if (r.core != NULL) {
            r.program = argv[i];
        } else {
            r.snapshot = argv[i];
        }
    }
    if ((r.snapshot != NULL) + (r.process != NULL) + (r.core != NULL) != 1) {
        usage();
    }
    return r;
}

/* Loads what is asked for, or ends the program. Returns its name, and the number of a thread that
 * is halfway through a change of it; 0: none is. */
static const char *load(const struct request *r, int *inside) {
    static struct snapshot_read read;
    static struct image image;
    static char name[64];
    const char *message = image.message;
    int loaded = 0;
    if (r->snapshot != NULL) {
        loaded = snapshot_load(r->snapshot, &read);
        message = read.message;
    } else if (r->core != NULL) {
        loaded = image_load_core(&image, r->core, r->program);
    } else {
        loaded = image_load_process(&image, r->process);
        snprintf(name, sizeof name, "process %.20s", r->process);
    }
    *inside = image.inside;
    const char *what = r->snapshot != NULL ? r->snapshot : r->core != NULL ? r->core : name;
    if (!loaded) {
        fprintf(stderr, "%s: %s\n", what, message);
        exit(2);
    }
    return what;
}

/* A thread that was halfway through a change may have left what is not sound yet. */
static void add_caveat(int inside, char *text, size_t size) {
    size_t length = strlen(text);
    snprintf(text + length, size - length,
             "\nThis may be no fault: thread %d is inside the allocator, and what it does there is "
             "sound again at its end.",
             inside);
}

int main(int argc, char **argv) {
    static struct heap_view view;
    char verdict[600];
    int inside = 0;
    struct request r = read_arguments(argc, argv);
    use_huge_pages();
    const char *name = load(&r, &inside);
    int sound = judge(verdict, sizeof verdict);
    if (!sound && inside != 0) {
        add_caveat(inside, verdict, sizeof verdict);
    }
    puts(verdict);
    if (r.text || r.map != NULL) {
        heap_view_take(&view);
    }
    if (r.text) {
        heap_view_text(&view);
    }
    if (r.map != NULL && !heap_view_map(&view, name, verdict, r.map)) {
        fprintf(stderr, "%s: cannot be written: %s\n", r.map, strerror(errno));
        return 2;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "cairn-audit: the answer cannot be written\n");
        return 2;
    }
    return sound ? 0 : 1;
}
