#include "heap/stats.h"

#include "../../specs/stats_lemmas.acsl"
#include "../../specs/waiting_lemmas.acsl"

struct heap_totals heap_totals_locked(void) {
    struct heap_totals totals;
    //@ ghost released_bounds();
    //@ ghost waiting_bounds();
    totals.mapped = total_mapped;
    totals.free = total_free;
    totals.released = total_released;
    totals.committed = totals.mapped - totals.released;
    totals.heap = total_live_load(KIND_HEAP);
    totals.stack = total_live_load(KIND_STACK);
    totals.workbuf = total_live_load(KIND_WORKBUF);
    totals.ptrbits = total_live_load(KIND_PTRBITS);
    totals.waiting =
        totals.mapped - totals.free - totals.heap - totals.stack - totals.workbuf - totals.ptrbits;
    return totals;
}
