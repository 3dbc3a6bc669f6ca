// config: one
/* Every sequence of so many calls on a pool of one chunk, against the reference: handing out a few
 * sizes, with the system willing and not, taking back each of the spans and what is none, and
 * giving the thread's pages back. */
#include "../reference.h"
#include "heap/audit.h"

_Static_assert(CHUNKS == 1, "one chunk");

#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
enum { DEPTH = 5 };
#else
enum { DEPTH = 6 };
#endif

static struct {
    struct tables tables;
    unsigned char reference[sizeof ref];
} saved[DEPTH];
static uint64_t sequences;

/* Kind, class and pages of what is asked for, and how. The last is refused. */
static const uint32_t asked[][4] = {
    {KIND_HEAP, 1, 1, PUBLICLY},      {KIND_HEAP, 5, 170, BY_POOL},
    {KIND_STACK, 0, 15, PUBLICLY},    {KIND_HEAP, 0, 256, BY_THREAD},
    {KIND_PTRBITS, 0, 512, PUBLICLY}, {KIND_STACK, 0, 171, PUBLICLY},
    {KIND_HEAP, 1, 513, PUBLICLY},
};
enum { ASKED = sizeof asked / sizeof asked[0] };

static void go_on(uint32_t depth);

static void save(uint32_t depth) {
    tables_save(&saved[depth].tables);
    memcpy(saved[depth].reference, &ref, sizeof ref);
}

static void load(uint32_t depth) {
    tables_load(&saved[depth].tables);
    memcpy(&ref, saved[depth].reference, sizeof ref);
    if (ref.count[UNMAPPED] == PAGES && os_sim_reserved != 0) {
        os_sim_reset();
    }
    ref_refuse(0, 0);
}

/* The floor counts on over all sequences; the reference with it. */
static void try_alloc(uint32_t depth, uint32_t i, uint64_t refusals) {
    ref.requests = os_sim_requests;
    ref_refuse(1, refusals);
    ref_way = asked[i][3];
    enum heap_status status = ref_both_alloc(asked[i][2], asked[i][0], asked[i][1]);
    CHECK(status == HEAP_OK || ref.gave || tables_changed_but_hidden(&saved[depth].tables) == NULL);
    ref_refuse(0, 0);
    go_on(depth + 1);
    load(depth);
}

static void try_free(uint32_t depth, uint32_t p, uint32_t kind) {
    ref.requests = os_sim_requests;
    ref_way = depth % 2 == 0 ? PUBLICLY : BY_POOL;
    enum heap_status status = ref_both_free(p, kind);
    if (status == HEAP_OK) {
        go_on(depth + 1);
        load(depth);
    } else {
        CHECK(tables_changed(&saved[depth].tables) == NULL);
    }
}

/* Gives the thread's pages back: none have moved if none waited. */
static void try_flush(uint32_t depth) {
    int none = ref.waits[0] == 0;
    ref.requests = os_sim_requests;
    ref_both_flush(0);
    if (none) {
        CHECK(tables_changed(&saved[depth].tables) == NULL);
    } else {
        go_on(depth + 1);
        load(depth);
    }
}

/* All that can be done next, and what can be done then. */
static void go_on(uint32_t depth) {
    ref_check_pages();
    CHECK(pages_audit() && page_cache_audit() && span_pool_audit() && span_cache_audit());
    if (depth == DEPTH) {
        sequences++;
        CHECK(sequences % 64 != 0 || heap_audit());
        return;
    }
    save(depth);
    for (uint32_t i = 0; i < ASKED; i++) {
        try_alloc(depth, i, 0);
    }
    if (ref.count[UNMAPPED] != 0) {
        try_alloc(depth, 1, 1);
    }
    try_flush(depth);
    for (uint32_t s = 1; s <= ref.made; s++) {
        if (ref.span[s].kind == KIND_HEAP && ref.span[s].slots == 0) {
            continue; /* a record that was no span yet */
        }
        try_free(depth, ref.span[s].base, ref.span[s].kind);
        try_free(depth, ref.span[s].base + 1, ref.span[s].kind);
        try_free(depth, ref.span[s].base, KIND_WORKBUF);
    }
}

int main(void) {
    ref_reset();
    go_on(0);
    printf("%" PRIu64 " sequences of %d calls\n", sequences, DEPTH);
    return test_report("heap_exhaustive");
}
