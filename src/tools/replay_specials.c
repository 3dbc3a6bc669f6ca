#include "span/special.h"
#include "tools/replay.h"
#include <inttypes.h>

/* The one object's span: large enough for any offset a trace names, and not at the start. */
enum { OBJECT = 7, OBJECT_PAGE = 3 };
#define OBJECT_PAGES (PAGES / 2)
#define OFFSET_MAX   ((uint64_t)OBJECT_PAGES * PAGE_SIZE - 1)

static void make_object(void) {
    span_init(OBJECT, OBJECT_PAGE, OBJECT_PAGES, KIND_HEAP, 0, 0);
    arena_set_span(OBJECT, OBJECT_PAGE, OBJECT_PAGES);
    arena_set_in_use(OBJECT_PAGE);
    span[OBJECT].state = SPAN_IN_USE;
}

static void print_list(void) {
    printf(" bit=%d list=%s", arena_has_special(OBJECT_PAGE), special_head[OBJECT] ? "" : "-");
    for (uint32_t r = special_head[OBJECT]; r != 0; r = special[r].next) {
        printf("%" PRIu64 ":%d:%" PRIu64 "%s", special[r].offset, special[r].kind, special[r].value,
               special[r].next != 0 ? " " : "");
    }
    printf("\n");
}

static void take_key(struct trace *t, uint64_t *offset, uint32_t *kind) {
    *offset = trace_number(t, 0, OFFSET_MAX, "an offset");
    *kind = (uint32_t)trace_number(t, SPECIAL_FINALIZER, SPECIAL_CLEANUP, "a kind");
}

static void add(struct trace *t) {
    uint64_t offset;
    uint32_t kind;
    take_key(t, &offset, &kind);
    uint64_t id = trace_number(t, 0, UINT64_MAX, "an identity");
    int force = (int)trace_number(t, 0, 1, "force");
    trace_end(t);
    int status = special_add(OBJECT, offset, kind, id, 0, force).status;
    if (status == SPECIAL_OK || status == SPECIAL_EXISTS) {
        printf("added=%d", status == SPECIAL_OK);
    } else {
        printf("refused: status %d", status);
    }
}

static void remove_record(struct trace *t) {
    uint64_t offset;
    uint32_t kind;
    take_key(t, &offset, &kind);
    trace_end(t);
    struct special_words removed = special_remove(OBJECT, offset, kind);
    if (removed.status == SPECIAL_OK) {
        printf("removed=%" PRIu64, removed.value);
    } else {
        printf("removed=-");
    }
}

void replay_specials(struct trace *t, const struct replay_options *options) {
    make_object();
    while (trace_next(t)) {
        if (trace_has(t, "add")) {
            add(t);
        } else if (trace_has(t, "remove")) {
            remove_record(t);
        } else {
            trace_fail(t, "add or remove", t->rest);
        }
        print_list();
        replay_audit(options, special_audit, "specials");
    }
}
