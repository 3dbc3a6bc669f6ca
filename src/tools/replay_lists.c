#include "span/span_list.h"
#include "tools/replay.h"
#include <inttypes.h>

/* The trace's lists are 0 to 2 and its spans 0 to 15; in the tables 0 is "none". */
enum { LISTS = 3, MEMBERS = 16 };

static void print_list(uint32_t list) {
    if (span_list_is_empty(list)) {
        printf("-");
    }
    for (uint32_t s = span_list[list].first; s != 0; s = span_link[s].next) {
        printf("%" PRIu32 "%s", s - 1, span_link[s].next != 0 ? "," : "");
    }
}

static void print_answer(enum span_list_status status) {
    static const char *const why[] = {"",
                                      "no such list",
                                      "no such span",
                                      "the span is on a list",
                                      "the span is not on the list",
                                      "the list is the same"};
    if (status != LIST_OK) {
        printf("refused: %s: ", why[status]);
    }
    for (uint32_t list = 1; list <= LISTS; list++) {
        print_list(list);
        printf("%s", list < LISTS ? " / " : "\n");
    }
}

static uint32_t take_list(struct trace *t) {
    return 1 + (uint32_t)trace_number(t, 0, LISTS - 1, "a list");
}

static uint32_t take_span(struct trace *t) {
    uint32_t s = 1 + (uint32_t)trace_number(t, 0, MEMBERS - 1, "a span");
    trace_end(t);
    return s;
}

void replay_lists(struct trace *t, const struct replay_options *options) {
    while (trace_next(t)) {
        if (trace_has(t, "insert")) {
            uint32_t list = take_list(t);
            print_answer(span_list_insert(list, take_span(t)));
        } else if (trace_has(t, "insert_back")) {
            uint32_t list = take_list(t);
            print_answer(span_list_insert_back(list, take_span(t)));
        } else if (trace_has(t, "remove")) {
            uint32_t list = take_list(t);
            print_answer(span_list_remove(list, take_span(t)));
        } else if (trace_has(t, "take_all")) {
            uint32_t list = take_list(t);
            uint32_t other = take_list(t);
            trace_end(t);
            print_answer(span_list_take_all(list, other));
        } else {
            trace_fail(t, "insert, insert_back, remove or take_all", t->rest);
        }
        replay_audit(options, span_list_audit, "span lists");
    }
}
