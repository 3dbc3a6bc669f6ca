#include "tools/explain.h"
#include "heap/audit.h"
#include <inttypes.h>
#include <stdio.h>

static const struct predicate nothing[] = {{NULL, NULL, NULL}};

const struct explained_part explained_part[] = {
    {"Pages", pages_audit, explained_pages},
    {"PageCaches", page_cache_audit, explained_caches},
    {"SpanPool", span_pool_audit, explained_pool},
    {"SpanCaches", span_cache_audit, explained_records},
    {"SpanListSound", span_list_audit, explained_lists},
    {"Arena", arena_audit, explained_arena},
    {"SpansSound", NULL, explained_spans},
    {"Conserved", NULL, explained_conserved},
    {"KindTotals", NULL, explained_totals},
    {"GrowthSound", NULL, explained_growth},
    {"HeapSpecials", special_audit, explained_specials},
    {"Heap", heap_audit, nothing},
    {NULL, NULL, NULL},
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

int explain_heap(struct flaw *flaw) {
    for (const struct explained_part *part = explained_part; part->name != NULL; part++) {
        if (!explain(part->predicates, flaw)) {
            return 0;
        }
        if (part->audit != NULL && !part->audit()) {
            *flaw = (struct flaw){.predicate = part->name,
                                  .meaning = "its proved audit fails, and no walk finds where"};
            return 0;
        }
    }
    return 1;
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
