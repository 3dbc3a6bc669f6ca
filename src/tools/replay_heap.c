#include "heap/audit.h"
#include "tools/os_sim.h"
#include "tools/replay.h"
#include <inttypes.h>

/* What an answer's second half compares with. */
struct totals {
    uint32_t free, in_use, released;
};

/* As Go counts: pages that wait in a page cache are free, and may be released. */
static struct totals totals_now(void) {
    uint32_t released = total_released + bits_count(page_cache[REPLAYER].released, 0, WORD_BITS);
    uint32_t free = total_free + bits_count(page_cache[REPLAYER].free, 0, WORD_BITS);
    struct totals now = {free - released, total_live[KIND_HEAP], released};
    return now;
}

static const char *const kind_name[KINDS] = {"heap", "stack", "workbuf", "ptrbits"};

static uint32_t take_kind(struct trace *t) {
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        if (trace_has(t, kind_name[kind])) {
            return kind;
        }
    }
    trace_fail(t, "heap, stack, workbuf or ptrbits", t->rest);
}

static const char *const refusal[] = {"",
                                      "out of memory",
                                      "no such number of pages",
                                      "not of this kind",
                                      "no such class for this span",
                                      "no span",
                                      "not the span's first page",
                                      "the span has live slots",
                                      "the span is on a list",
                                      "the span has specials"};

static void alloc(struct trace *t) {
    uint32_t n = (uint32_t)trace_number(t, 0, UINT32_MAX, "a number of pages");
    uint32_t kind = take_kind(t);
    uint32_t class = (uint32_t)trace_number(t, 0, SPAN_CLASSES - 1, "a span class");
    trace_end(t);
    struct heap_answer answer =
        kind == KIND_HEAP ? heap_alloc(n, class) : heap_alloc_manual(n, kind);
    uint32_t s = answer.span;
    if (answer.status != HEAP_OK) {
        printf("refused: %s", refusal[answer.status]);
        return;
    }
    printf("base=%" PRIu32 " needzero=%d", span[s].base, span[s].needs_zero);
    if (kind == KIND_HEAP) {
        printf(" nelems=%" PRIu32 " elemsize=%" PRIu64 " divmul=%" PRIu32, span[s].slots,
               span[s].slot_size, span[s].div_magic);
    }
}

static void free_span(struct trace *t) {
    uint32_t p = (uint32_t)trace_number(t, 0, PAGES - 1, "a page");
    uint32_t kind = take_kind(t);
    trace_end(t);
    enum heap_status status = kind == KIND_HEAP ? heap_free(p) : heap_free_manual(p, kind);
    if (status == HEAP_OK) {
        printf("ok");
    } else {
        printf("refused: %s", refusal[status]);
    }
}

/* A cache that was used up keeps its base, as Go's does. */
static void print_caches(void) {
    if (page_cache[REPLAYER].free == 0 && page_cache[REPLAYER].base == 0) {
        printf(" pcache=-,%016d,%016d", 0, 0);
    } else {
        printf(" pcache=%" PRIu32 ",%016" PRIx64 ",%016" PRIx64, page_cache[REPLAYER].base,
               page_cache[REPLAYER].free, page_cache[REPLAYER].released);
    }
    printf(" span_cache=%" PRIu32, cache_count[REPLAYER]);
}

static void print_state(struct totals before) {
    struct totals now = totals_now();
    printf(" | free=%+" PRId64 " inuse=%+" PRId64 " released=%+" PRId64,
           (int64_t)now.free - before.free, (int64_t)now.in_use - before.in_use,
           (int64_t)now.released - before.released);
    printf(" pages_in_use=%" PRIu32, now.in_use);
    if (current_high == 0) {
        printf(" arena=-,-");
    } else {
        printf(" arena=%" PRIu32 ",%" PRIu32, CHUNK_PAGES * current_low,
               CHUNK_PAGES * current_high);
    }
    replay_print_hint();
    print_caches();
    printf(" spans=%" PRIu32 " arenas=%" PRIu32 "\n", pool_made, os_sim_reserved);
}

/* A page that begins an arena, as the arena's number. */
static uint32_t arena_of(struct trace *t, uint64_t p) {
    if (p % ARENA_PAGES != 0) {
        trace_fail(t, "the first page of an arena", t->line);
    }
    return (uint32_t)(p / ARENA_PAGES);
}

static void configure(struct trace *t) {
    static uint32_t physical_page = 1, huge_page;
    if (trace_has_field(t, "physpage_pages=")) {
        physical_page = trace_power(t, 1, WORD_BITS, "pages of a physical page");
    } else if (trace_has_field(t, "hugepage_pages=")) {
        huge_page = trace_power(t, 0, CHUNK_PAGES, "pages of a huge page");
    } else if (trace_has_field(t, "hint=")) {
        if (!heap_add_hint(arena_of(t, trace_number(t, 0, PAGES, "a page")))) {
            trace_fail(t, "no more hints than there is room for", "one more");
        }
    } else if (trace_has_field(t, "blocked=")) {
        uint64_t p, n;
        trace_pair(t, PAGES, "a page and a number of pages", &p, &n);
        if (n == 0 || n > PAGES - p) {
            trace_fail(t, "pages inside the window", "more");
        }
        uint32_t first = (uint32_t)(p / ARENA_PAGES);
        os_sim_hold(first, (uint32_t)((p + n - 1) / ARENA_PAGES) - first + 1);
    } else {
        trace_fail(t, "physpage_pages=, hugepage_pages=, hint= or blocked=", t->rest);
    }
    os_sim_page_sizes(physical_page, huge_page);
    trace_end(t);
}

void replay_heap(struct trace *t, const struct replay_options *options) {
    int configured = 0;
    while (trace_next(t)) {
        struct totals before = totals_now();
        if (!configured && trace_has(t, "config")) {
            configure(t);
            continue;
        }
        configured = 1;
        if (trace_has(t, "alloc")) {
            alloc(t);
        } else if (trace_has(t, "free")) {
            free_span(t);
        } else if (trace_has(t, "flush")) {
            trace_end(t);
            heap_flush();
            printf("ok");
        } else if (trace_has(t, "scavenge")) {
            uint64_t bytes = trace_number(t, 0, UINT64_MAX, "a number of bytes");
            trace_end(t);
            printf("released=%" PRIu64, heap_scavenge(bytes) / PAGE_SIZE);
        } else {
            trace_fail(t, "alloc, free, flush or scavenge", t->rest);
        }
        print_state(before);
        replay_audit(options, heap_audit, "heap's tables");
    }
}
