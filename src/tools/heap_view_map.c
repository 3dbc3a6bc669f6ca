/* The picture of a heap: one HTML file with all that it needs. Tables are written as such, and the
 * pages as the lengths of runs of one state, which a script draws: a chunk or more a line. */
#include "os/memory.h"
#include "span/size_class.h"
#include "tools/heap_view.h"
#include "tools/heap_view_page.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put_escaped(FILE *file, const char *text) {
    for (; *text != 0; text++) {
        if (*text == '<' || *text == '>' || *text == '&' || *text == '"') {
            fprintf(file, "&#%d;", *text);
        } else {
            putc(*text, file);
        }
    }
}

static void put_bar(FILE *file, double percent) {
    fprintf(file, "<td class=share><u><i style=\"width:%.1f%%\"></i></u></td><td>%.1f %%</td>",
            percent, percent);
}

static void put_states(FILE *file, const struct heap_view *view) {
    uint64_t mapped = PAGES - view->pages[PAGE_UNMAPPED];
    fprintf(
        file,
        "<h2>Pages</h2><table><tr><th></th><th>state</th><th>pages</th><th colspan=2>of %" PRIu64
        " mapped, %d bytes each</th></tr>\n",
        mapped, PAGE_SIZE);
    for (int state = PAGE_FREE; state < PAGE_STATES; state++) {
        fprintf(file,
                "<tr><td><b style=\"background:var(--s%d)\"></b></td><th>%s</th><td>%" PRIu64
                "</td>",
                state, page_state_name[state], view->pages[state]);
        put_bar(file, percent(view->pages[state], mapped));
        fputs("</tr>\n", file);
    }
    fputs("</table>\n", file);
}

static void put_runs(FILE *file, const struct heap_view *view) {
    uint64_t pages = view->pages[PAGE_FREE] + view->pages[PAGE_RELEASED];
    fprintf(file,
            "<h2>Runs of free pages</h2><table><tr><th>pages</th><th>runs</th><th>pages in all</th>"
            "<th colspan=2>of %" PRIu64 " free</th></tr>\n",
            pages);
    for (int log = 0; log < RUN_LENGTHS; log++) {
        if (view->runs[log] != 0) {
            fprintf(file, "<tr><th>%ld to %ld</th><td>%" PRIu32 "</td><td>%" PRIu64 "</td>",
                    1L << log, (2L << log) - 1, view->runs[log], view->run_pages[log]);
            put_bar(file, percent(view->run_pages[log], pages));
            fputs("</tr>\n", file);
        }
    }
    fprintf(file, "</table><p>The longest has %" PRIu32 " pages.</p>\n", view->longest);
}

static void put_classes(FILE *file, const struct heap_view *view) {
    fputs("<h2>Size classes</h2><table><tr><th>class</th><th>bytes</th><th>spans</th><th>pages</th>"
          "<th>slots</th><th>live</th><th colspan=2>occupied</th></tr>\n",
          file);
    for (int c = 1; c < SIZE_CLASSES; c++) {
        const struct class_view *class = &view->class[c];
        if (class->spans != 0) {
            fprintf(file,
                    "<tr><th>%d</th><td>%d</td><td>%" PRIu32 "</td><td>%" PRIu64 "</td><td>%" PRIu64
                    "</td><td>%" PRIu64 "</td>",
                    c, class_size[c], class->spans, class->pages, class->slots, class->live);
            put_bar(file, percent(class->live, class->slots));
            fputs("</tr>\n", file);
        }
    }
    const struct class_view *large = &view->class[0];
    fprintf(file,
            "<tr><th>large</th><td></td><td>%" PRIu32 "</td><td>%" PRIu64 "</td><td>%" PRIu64
            "</td><td>%" PRIu64 "</td>",
            large->spans, large->pages, large->slots, large->live);
    put_bar(file, percent(large->live, large->slots));
    fputs("</tr></table>\n", file);
}

static void put_threads(FILE *file, const struct heap_view *view) {
    fputs("<h2>Threads with spans of slots</h2><table><tr><th>number</th><th>spans</th></tr>\n",
          file);
    for (int t = 1; t <= THREADS; t++) {
        if (view->owned[t] != 0) {
            fprintf(file, "<tr><th>%d</th><td>%" PRIu32 "</td></tr>\n", t, view->owned[t]);
        }
    }
    fprintf(file, "</table><p>Live slots that another thread has freed: %" PRIu64 ".</p>\n",
            heap_view_remote(view));
}

static void put_specials(FILE *file, const struct heap_view *view) {
    fputs("<h2>Special records</h2><table><tr><th>kind</th><th>records</th></tr>\n", file);
    for (int kind = 1; kind < SPECIAL_KINDS; kind++) {
        fprintf(file, "<tr><th>%s</th><td>%" PRIu32 "</td></tr>\n", special_kind_name[kind],
                view->specials[kind]);
    }
    fputs("</table>\n", file);
}

/* The runs of pages of one state from page p on, up to the next that is not mapped: the lengths,
 * and before each the state. Returns that page. */
static uint32_t put_range(FILE *file, uint32_t p) {
    const char *comma = "";
    fprintf(file, "{\"page\":%" PRIu32 ",\"runs\":[", p);
    while (p < PAGES && page_state(p) != PAGE_UNMAPPED) {
        enum page_state state = page_state(p);
        uint32_t first = p;
        while (p < PAGES && page_state(p) == state) {
            p++;
        }
        fprintf(file, "%s%d,%" PRIu32, comma, state, p - first);
        comma = ",";
    }
    fputs("]}", file);
    return p;
}

static void put_data(FILE *file) {
    const char *comma = "";
    fprintf(file,
            "<script id=heap type=\"application/json\">\n"
            "{\"window\":\"%" PRIx64 "\",\"size\":%d,\"names\":[",
            (uint64_t)(uintptr_t)os_address(0), PAGE_SIZE);
    for (int state = 0; state < PAGE_STATES; state++) {
        fprintf(file, "%s\"%s\"", state > 0 ? "," : "", page_state_name[state]);
    }
    fputs("],\"ranges\":[", file);
    for (uint32_t p = 0; p < PAGES; p++) {
        if (page_state(p) != PAGE_UNMAPPED) {
            fputs(comma, file);
            p = put_range(file, p);
            comma = ",\n";
        }
    }
    fputs("]}\n</script>\n", file);
}

int heap_view_map(const struct heap_view *view, const char *snapshot, const char *verdict,
                  const char *name) {
    FILE *file = fopen(name, "w");
    if (file == NULL) {
        return 0;
    }
    fputs(map_page_head, file);
    fputs("<h1>", file);
    put_escaped(file, snapshot);
    fprintf(file, "</h1>\n<pre id=verdict%s>", strcmp(verdict, "sound") == 0 ? "" : " class=bad");
    put_escaped(file, verdict);
    fputs("</pre>\n<h2>The address space</h2>\n<div id=map></div>\n", file);
    put_states(file, view);
    put_runs(file, view);
    put_classes(file, view);
    put_threads(file, view);
    put_specials(file, view);
    put_data(file);
    fputs(map_page_script, file);
    int written = fflush(file) == 0 && !ferror(file);
    int error = errno;
    written &= fclose(file) == 0 || (error = errno, 0);
    errno = error;
    return written;
}
