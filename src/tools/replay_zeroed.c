#include "span/arena.h"
#include "tools/replay.h"
#include <inttypes.h>

enum { SHOWN_ARENAS = 5 };
#define SHOWN_PAGES (SHOWN_ARENAS * ARENA_PAGES)

void replay_zeroed(struct trace *t, const struct replay_options *options) {
    while (trace_next(t)) {
        if (!trace_has(t, "take")) {
            trace_fail(t, "take", t->rest);
        }
        uint32_t p = (uint32_t)trace_number(t, 0, SHOWN_PAGES - 1, "a page");
        uint32_t n = (uint32_t)trace_number(t, 1, SHOWN_PAGES - p, "a number of pages");
        trace_end(t);
        printf("needzero=%d zeroed=", alloc_needs_zero(p, n));
        for (uint32_t a = 0; a < SHOWN_ARENAS; a++) {
            printf("%" PRIu32 "%s", zeroed_base[a], a + 1 < SHOWN_ARENAS ? "," : "\n");
        }
        replay_audit(options, arena_audit, "arenas");
    }
}
