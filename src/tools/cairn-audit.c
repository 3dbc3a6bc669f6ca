/* cairn-audit [--text] [--map FILE.html] SNAPSHOT
 * Loads a snapshot (libc/snapshot_format.h) into this program's own tables and runs the proved
 * audit over them. Status: 0 sound, 1 not, 2 the file or the command line is not as it should be.
 */
#define _GNU_SOURCE
#include "heap/audit.h"
#include "libc/snapshot_format.h"
#include "tools/explain.h"
#include "tools/heap_view.h"
#include "tools/snapshot_load.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static _Noreturn void usage(void) {
    fprintf(stderr, "usage: cairn-audit [--text] [--map FILE.html] SNAPSHOT\n"
                    "  SNAPSHOT         of cairn_snapshot, or of CAIRN_OPTIONS=snapshot=FILE\n"
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

/* Writes down the flaw that has been found, in what is or is not a part of the invariant. */
static void describe(const struct flaw *flaw, const char *where, char *text, size_t size) {
    char place[64] = "";
    if (flaw->unit != NULL) {
        snprintf(place, sizeof place, " at %s %" PRIu64, flaw->unit, flaw->index);
    }
    snprintf(text, size, "not sound: %s fails%s%s%s%s\n%s: %s%s", flaw->predicate, place,
             flaw->detail[0] != 0 ? " (" : "", flaw->detail, flaw->detail[0] != 0 ? ")" : "",
             flaw->predicate, flaw->meaning, where);
}

/* Is all of it sound? Says so in the text. The heap's part is the proved audit's to say. */
static int judge(char *text, size_t size) {
    struct flaw flaw;
    if (!heap_audit()) {
        explain_heap(&flaw);
        describe(&flaw, "", text, size);
        return 0;
    }
    if (!explain(explained_slots, &flaw)) {
        describe(&flaw, " (slots of threads: no part of Heap, which is sound)", text, size);
        return 0;
    }
    snprintf(text, size, "sound");
    return 1;
}

int main(int argc, char **argv) {
    static struct heap_view view;
    static struct snapshot_read read;
    const char *map = NULL, *name = NULL;
    char verdict[400];
    int text = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--text") == 0) {
            text = 1;
        } else if (strcmp(argv[i], "--map") == 0 && i + 1 < argc && map == NULL) {
            map = argv[++i];
        } else if (argv[i][0] != '-' && name == NULL) {
            name = argv[i];
        } else {
            usage();
        }
    }
    if (name == NULL) {
        usage();
    }
    use_huge_pages();
    if (!snapshot_load(name, &read)) {
        fprintf(stderr, "%s: %s\n", name, read.message);
        return 2;
    }
    int sound = judge(verdict, sizeof verdict);
    puts(verdict);
    if (text || map != NULL) {
        heap_view_take(&view);
    }
    if (text) {
        heap_view_text(&view);
    }
    if (map != NULL && !heap_view_map(&view, name, verdict, map)) {
        fprintf(stderr, "%s: cannot be written: %s\n", map, strerror(errno));
        return 2;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "cairn-audit: the answer cannot be written\n");
        return 2;
    }
    return sound ? 0 : 1;
}
