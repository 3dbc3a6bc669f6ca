/* Span lists against an obvious reference: each list is an array of spans, front first. */
#include "span/span_list.h"
#include "../test.h"

#include <string.h>

#define TEST_LISTS 4 /* lists 1 to 3 are used */
#define TEST_SPANS 64

struct sequence {
    uint32_t length;
    uint32_t span[TEST_SPANS];
};

static struct sequence model[TEST_LISTS];

static uint32_t model_list_of(uint32_t s) {
    uint32_t q, i;

    for (q = 1; q < TEST_LISTS; q++)
        for (i = 0; i < model[q].length; i++)
            if (model[q].span[i] == s)
                return q;
    return 0;
}

static void model_insert(uint32_t q, uint32_t place, uint32_t s) {
    uint32_t i;

    for (i = model[q].length; i > place; i--)
        model[q].span[i] = model[q].span[i - 1];
    model[q].span[place] = s;
    model[q].length++;
}

static void model_remove(uint32_t q, uint32_t s) {
    uint32_t i, kept = 0;

    for (i = 0; i < model[q].length; i++)
        if (model[q].span[i] != s)
            model[q].span[kept++] = model[q].span[i];
    model[q].length = kept;
}

static void model_take_all(uint32_t q, uint32_t other) {
    struct sequence joined = model[other];

    memcpy(joined.span + joined.length, model[q].span, model[q].length * sizeof(uint32_t));
    joined.length += model[q].length;
    model[q] = joined;
    model[other].length = 0;
}

/* The lists read forwards and backwards are the model's. */
static int walks_agree(void) {
    uint32_t q, i, s;

    for (q = 1; q < TEST_LISTS; q++) {
        for (i = 0, s = span_list[q].first; i < model[q].length; i++, s = span_link[s].next)
            if (s != model[q].span[i] || span_link[s].list != q)
                return 0;
        if (s != 0)
            return 0;
        for (s = span_list[q].last; i > 0; i--, s = span_link[s].prev)
            if (s != model[q].span[i - 1])
                return 0;
        if (s != 0 || span_list_is_empty(q) != (model[q].length == 0))
            return 0;
    }
    return 1;
}

/* They are, and nothing else is on a list. */
static int agrees(void) {
    uint32_t q, s, on = 0, in_model = 0;

    for (q = 1; q < TEST_LISTS; q++)
        in_model += model[q].length;
    for (s = 0; s < SPANS; s++)
        on += span_link[s].list != 0;
    return on == in_model && walks_agree();
}

static int is_list(uint32_t q) {
    return q >= 1 && q < SPAN_LISTS;
}

static int is_span(uint32_t s) {
    return s >= 1 && s < SPANS;
}

static enum span_list_status want_insert(uint32_t q, uint32_t s) {
    return !is_list(q)             ? LIST_BAD_LIST
           : !is_span(s)           ? LIST_BAD_SPAN
           : model_list_of(s) != 0 ? LIST_IS_ON
                                   : LIST_OK;
}

static void check_insert(uint32_t q, uint32_t s) {
    enum span_list_status want = want_insert(q, s);

    CHECK(span_list_insert(q, s) == want);
    if (want == LIST_OK)
        model_insert(q, 0, s);
}

static void check_insert_back(uint32_t q, uint32_t s) {
    enum span_list_status want = want_insert(q, s);

    CHECK(span_list_insert_back(q, s) == want);
    if (want == LIST_OK)
        model_insert(q, model[q].length, s);
}

static void check_remove(uint32_t q, uint32_t s) {
    enum span_list_status want = !is_list(q)             ? LIST_BAD_LIST
                                 : !is_span(s)           ? LIST_BAD_SPAN
                                 : model_list_of(s) != q ? LIST_NOT_ON
                                                         : LIST_OK;

    CHECK(span_list_remove(q, s) == want);
    if (want == LIST_OK)
        model_remove(q, s);
}

static void check_take_all(uint32_t q, uint32_t other) {
    enum span_list_status want = !is_list(q) || !is_list(other) ? LIST_BAD_LIST
                                 : q == other                   ? LIST_SAME
                                                                : LIST_OK;

    CHECK(span_list_take_all(q, other) == want);
    if (want == LIST_OK)
        model_take_all(q, other);
}

static void check_init(uint32_t q) {
    CHECK(span_list_init(q) == (is_list(q) ? LIST_OK : LIST_BAD_LIST));
    if (is_list(q))
        model[q].length = 0;
}

static void reset(void) {
    uint32_t q;

    memset(span_link, 0, sizeof span_link);
    memset(span_list, 0, sizeof span_list);
    for (q = 1; q < TEST_LISTS; q++)
        model[q].length = 0;
}

/* The calls there are on lists 1 to 3 and spans 1 to 4: 36 with a span, 9 take_all, 3 init. */
#define CALLS 48

static void check_call(uint32_t call) {
    uint32_t q = call % 3 + 1, s = call / 3 % 4 + 1;

    if (call < 12)
        check_insert(q, s);
    else if (call < 24)
        check_insert_back(q, s);
    else if (call < 36)
        check_remove(q, s);
    else if (call < 45)
        check_take_all(q, (call - 36) / 3 + 1);
    else
        check_init(q);
}

/* Every order of four calls. The audit of all tables runs on a sample. */
static void test_orders(void) {
    uint32_t order, rest, i;

    for (order = 0; order < CALLS * CALLS * CALLS * CALLS; order++) {
        for (i = 0; i < 5; i++)
            span_link[i] = (struct span_link){0, 0, 0};
        for (i = 1; i < TEST_LISTS; i++) {
            span_list[i] = (struct span_list){0, 0};
            model[i].length = 0;
        }
        for (i = 0, rest = order; i < 4; i++, rest /= CALLS) {
            check_call(rest % CALLS);
            CHECK(walks_agree());
            if (order % 37 == 0)
                CHECK(agrees() && span_list_audit());
        }
    }
}

static uint32_t any_number(uint32_t most) {
    uint64_t pick = test_random() % 100;

    return pick == 0 ? UINT32_MAX : pick == 1 ? 0 : (uint32_t)(test_random() % most) + 1;
}

static void test_steps(uint32_t steps) {
    uint32_t i, q;

    reset();
    for (i = 0; i < steps; i++) {
        uint64_t pick = test_random() % 100;

        q = test_random() % 50 == 0 ? SPAN_LISTS : any_number(TEST_LISTS - 1);
        if (pick < 35)
            check_insert(q, any_number(TEST_SPANS - 1));
        else if (pick < 60)
            check_insert_back(q, any_number(TEST_SPANS - 1));
        else if (pick < 94)
            check_remove(q, any_number(TEST_SPANS - 1));
        else if (pick < 99)
            check_take_all(q, any_number(TEST_LISTS - 1));
        else if (test_random() % 8 == 0)
            check_init(q);
        CHECK(agrees());
        CHECK(span_list_audit());
    }
}

static void test_misuse(void) {
    reset();
    check_insert(1, 7);
    check_insert(2, 8);
    check_insert(1, 7);
    check_insert(2, 7);
    check_insert_back(1, 7);
    check_insert_back(2, 7);
    check_remove(2, 7);
    check_remove(3, 7);
    check_remove(1, 9);
    check_remove(0, 9);
    check_remove(SPAN_LISTS, 7);
    check_remove(1, SPANS);
    check_remove(1, 0);
    check_insert(0, 9);
    check_insert(SPAN_LISTS, 9);
    check_insert(1, 0);
    check_insert(1, SPANS);
    check_insert_back(0, 9);
    check_insert_back(SPAN_LISTS, 9);
    check_insert_back(1, 0);
    check_insert_back(1, SPANS);
    check_take_all(1, 1);
    check_take_all(0, 1);
    check_take_all(1, 0);
    check_take_all(SPAN_LISTS, 1);
    check_take_all(1, SPAN_LISTS);
    check_init(0);
    check_init(SPAN_LISTS);
    CHECK(agrees() && span_list_audit());
    CHECK(span_list_is_empty(0) == 1 && span_list_is_empty(SPAN_LISTS) == 1);
    CHECK(span_list_insert(SPAN_LISTS - 1, SPANS - 1) == LIST_OK && span_list_audit());
    CHECK(span_list_is_empty(SPAN_LISTS - 1) == 0);
    CHECK(span_list_remove(SPAN_LISTS - 1, SPANS - 1) == LIST_OK && agrees());
}

#define CHECK_SPOILT(entry, value)                                                                 \
    do {                                                                                           \
        uint32_t was = (entry);                                                                    \
        (entry) = (value);                                                                         \
        CHECK((entry) == was || !span_list_audit());                                               \
        (entry) = was;                                                                             \
    } while (0)

/* Broken tables are found: each entry of three spans and two lists, set to each other value. */
static void test_broken(void) {
    uint32_t s, q, value;

    reset();
    for (s = 1; s <= 3; s++)
        check_insert_back(1, s);
    for (value = 0; value < SPANS + 2; value++) {
        for (s = 0; s <= 4; s++) {
            CHECK_SPOILT(span_link[s].next, value);
            CHECK_SPOILT(span_link[s].prev, value);
            CHECK_SPOILT(span_link[s].list, value);
        }
        for (q = 0; q <= 2; q++) {
            CHECK_SPOILT(span_list[q].first, value);
            CHECK_SPOILT(span_list[q].last, value);
        }
    }
    CHECK_SPOILT(span_list[SPAN_LISTS - 1].last, 5);
    CHECK(agrees() && span_list_audit());
}

/* A ring that is on a list by name only is found, though all neighbours agree. */
static void test_ring(void) {
    reset();
    check_insert(1, 1);
    span_link[5] = (struct span_link){6, 7, 1};
    span_link[6] = (struct span_link){7, 5, 1};
    span_link[7] = (struct span_link){5, 6, 1};
    CHECK(!span_list_audit());
    span_link[5] = (struct span_link){5, 5, 2};
    span_link[6] = span_link[7] = (struct span_link){0, 0, 0};
    CHECK(!span_list_audit());
    span_link[5] = (struct span_link){0, 0, 0};
    CHECK(span_list_audit() && agrees());
}

int main(void) {
    CHECK(span_list_audit() && agrees());
    test_misuse();
    test_broken();
    test_ring();
    test_steps(200000);
    reset();
    test_orders();
    return test_report("span_list");
}
