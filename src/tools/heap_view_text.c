#include "span/size_class.h"
#include "tools/heap_view.h"
#include <inttypes.h>
#include <stdio.h>

static void print_pages(const struct heap_view *view) {
    uint64_t mapped = PAGES - view->pages[PAGE_UNMAPPED];
    printf("\nPages of %d bytes, mapped: %" PRIu64 " (%.1f MiB)\n", PAGE_SIZE, mapped,
           (double)mapped * PAGE_SIZE / (1 << 20));
    for (int state = PAGE_FREE; state < PAGE_STATES; state++) {
        if (view->pages[state] != 0) {
            printf("  %-20s %10" PRIu64 "  %5.1f %%\n", page_state_name[state], view->pages[state],
                   percent(view->pages[state], mapped));
        }
    }
}

static void print_runs(const struct heap_view *view) {
    uint64_t pages = view->pages[PAGE_FREE] + view->pages[PAGE_RELEASED];
    printf("\nRuns of free pages, the longest %" PRIu32 "\n", view->longest);
    if (pages > 0) {
        printf("  %17s %10s %10s\n", "pages", "runs", "in all");
    }
    for (int log = 0; log < RUN_LENGTHS; log++) {
        if (view->runs[log] != 0) {
            printf("  %8ld-%8ld %10" PRIu32 " %10" PRIu64 "  %5.1f %%\n", 1L << log,
                   (2L << log) - 1, view->runs[log], view->run_pages[log],
                   percent(view->run_pages[log], pages));
        }
    }
}

static void print_classes(const struct heap_view *view) {
    uint64_t slots = 0, live = 0, bytes = 0;
    printf("\nHeap spans by size class\n");
    printf("  %5s %6s %8s %8s %10s %10s %8s\n", "class", "bytes", "spans", "pages", "slots", "live",
           "occupied");
    for (int c = 1; c < SIZE_CLASSES; c++) {
        const struct class_view *class = &view->class[c];
        if (class->spans != 0) {
            printf("  %5d %6d %8" PRIu32 " %8" PRIu64 " %10" PRIu64 " %10" PRIu64 " %7.1f%%\n", c,
                   class_size[c], class->spans, class->pages, class->slots, class->live,
                   percent(class->live, class->slots));
            slots += class->slots;
            live += class->live;
            bytes += class->live * class_size[c];
        }
    }
    printf("  %5s %6s %8s %8" PRIu64 " %10" PRIu64 " %10" PRIu64 " %7.1f%%\n", "all", "", "",
           view->pages[PAGE_SLOTS], slots, live, percent(live, slots));
    printf("  live slots have %" PRIu64 " bytes, %.1f %% of their spans\n", bytes,
           percent(bytes, view->pages[PAGE_SLOTS] * PAGE_SIZE));
    const struct class_view *large = &view->class[0];
    printf("  large: %" PRIu32 " spans of %" PRIu64 " pages, %" PRIu64 " live, the others kept\n",
           large->spans, large->pages, large->live);
}

static void print_rest(const struct heap_view *view) {
    int threads = 0;
    printf("\nThreads with spans of slots\n");
    for (int t = 1; t <= THREADS; t++) {
        if (view->owned[t] != 0) {
            printf("  number %3d: %" PRIu32 " spans\n", t, view->owned[t]);
            threads++;
        }
    }
    printf("  in all: %d; live slots that another thread has freed: %" PRIu64 "\n", threads,
           heap_view_remote(view));
    printf("\nSpecial records\n");
    uint32_t all = 0;
    for (int kind = 0; kind < SPECIAL_KINDS; kind++) {
        if (view->specials[kind] != 0) {
            printf("  %-12s %10" PRIu32 "\n", special_kind_name[kind], view->specials[kind]);
        }
        all += view->specials[kind];
    }
    printf("  in all: %" PRIu32 "\n", all);
}

void heap_view_text(const struct heap_view *view) {
    print_pages(view);
    print_runs(view);
    print_classes(view);
    print_rest(view);
}
