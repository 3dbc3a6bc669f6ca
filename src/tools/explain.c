#include "tools/explain.h"
#include <inttypes.h>
#include <stdio.h>

#define PART_NAME(part, predicate) [part] = #predicate,
static const char *const name[] = {EACH_HEAP_PART(PART_NAME)};

static const struct predicate *const predicates_of[HEAP_SOUND] = {
    [PART_PAGES] = explained_pages,       [PART_PAGE_CACHES] = explained_caches,
    [PART_SPAN_POOL] = explained_pool,    [PART_SPAN_CACHES] = explained_records,
    [PART_SPAN_LISTS] = explained_lists,  [PART_ARENA] = explained_arena,
    [PART_SPANS] = explained_spans,       [PART_CONSERVED] = explained_conserved,
    [PART_TOTALS] = explained_totals,     [PART_GROWTH] = explained_growth,
    [PART_SPECIALS] = explained_specials,
};

int explain(const struct predicate *predicates, struct flaw *flaw) {
    for (const struct predicate *p = predicates; p->name != NULL; p++) {
        *flaw = (struct flaw){.predicate = p->name, .meaning = p->meaning};
        if (!p->holds(flaw)) {
            return 0;
        }
    }
    return 1;
}

void explain_part(enum heap_part part, struct flaw *flaw) {
    if (explain(predicates_of[part], flaw)) {
        *flaw = (struct flaw){.predicate = name[part],
                              .meaning = "its proved audit fails, and no walk finds where"};
    }
}

enum heap_part explain_heap(struct flaw *flaw) {
    enum heap_part part = PART_PAGES;
    while (part < HEAP_SOUND && explain(predicates_of[part], flaw)) {
        part++;
    }
    return part;
}

int is_live(uint32_t s) {
    return 0 < s && s < SPANS && span[s].state != SPAN_DEAD;
}

int flaw_at(struct flaw *flaw, const char *unit, uint64_t index) {
    flaw->unit = unit;
    flaw->index = index;
    return 0;
}

int flaw_says(struct flaw *flaw, const char *unit, uint64_t index, const char *what, uint64_t said,
              uint64_t found) {
    snprintf(flaw->detail, sizeof flaw->detail, "%s says %" PRIu64 ", it is %" PRIu64, what, said,
             found);
    return flaw_at(flaw, unit, index);
}

int flaw_over(struct flaw *flaw, const char *unit, uint64_t index, const char *what, uint64_t said,
              uint64_t most) {
    snprintf(flaw->detail, sizeof flaw->detail, "%s says %" PRIu64 ", it is %" PRIu64 " at most",
             what, said, most);
    return flaw_at(flaw, unit, index);
}
