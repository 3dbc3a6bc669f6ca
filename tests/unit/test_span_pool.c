/* The pool of span records against an obvious reference: an array of what is taken, and a stack. */
#include "span/span_pool.h"
#include "../test.h"

static uint8_t taken[SPANS];
static uint32_t stack[SPANS];
static uint32_t waiting, made;

static int audit_agrees(void) {
    uint32_t s;

    for (s = 1; s < SPANS; s++)
        if (taken[s] != (s <= pool_made && pool_place[s] >= pool_count))
            return 0;
    return span_pool_audit() != 0;
}

static void check_alloc(void) {
    uint32_t want = waiting > 0 ? stack[waiting - 1] : made < SPANS - 1 ? made + 1 : 0;
    uint32_t got = span_pool_alloc();

    CHECK(got == want);
    if (want == 0)
        return;
    CHECK(!taken[want]);
    taken[want] = 1;
    if (waiting > 0)
        waiting--;
    else
        made = want;
}

static void check_free(uint32_t s) {
    int want = s > 0 && s < SPANS && taken[s];

    CHECK(span_pool_free(s) == want);
    if (want) {
        taken[s] = 0;
        stack[waiting++] = s;
    }
}

static void test_edges(void) {
    uint32_t s;

    CHECK(span_pool_audit());
    check_free(0);
    check_free(1);
    check_free(SPANS);
    check_free(UINT32_MAX);
    for (s = 1; s < SPANS; s++)
        check_alloc();
    CHECK(pool_made == SPANS - 1 && pool_count == 0);
    check_alloc();
    CHECK(span_pool_alloc() == 0);
    check_free(SPANS - 1);
    check_free(SPANS - 1);
    check_free(1);
    CHECK(span_pool_alloc() == 1);
    CHECK(span_pool_free(1) == 1);
    check_alloc();
    check_alloc();
    check_alloc();
    for (s = 1; s < SPANS; s++)
        check_free(s);
    CHECK(pool_count == SPANS - 1);
    CHECK(audit_agrees());
}

static void test_steps(uint32_t steps) {
    uint32_t i, bias = 0;

    for (i = 0; i < steps; i++) {
        if (i % 5000 == 0)
            bias = (uint32_t)(test_random() % 9);
        if (test_random() % 10 < bias + 1)
            check_alloc();
        else
            check_free((uint32_t)(test_random() % (SPANS + 2)));
        if (i % 256 == 0)
            CHECK(audit_agrees());
    }
}

/* Every order of eight calls over the records 1 to 3, from a pool never used. */
static void test_orders(void) {
    uint32_t order, i, rest, s;

    for (order = 0; order < 4 * 4 * 4 * 4 * 4 * 4 * 4 * 4; order++) {
        pool_made = pool_count = made = waiting = 0;
        for (s = 0; s < SPANS; s++)
            taken[s] = 0;
        for (i = 0, rest = order; i < 8; i++, rest /= 4) {
            if (rest % 4 == 0)
                check_alloc();
            else
                check_free(rest % 4);
            CHECK(span_pool_audit());
        }
        CHECK(audit_agrees());
    }
}

/* Broken tables are found: each entry that matters, spoilt in turn. */
static void test_broken(void) {
    uint32_t s, was;

    for (s = 1; s <= pool_made; s++) {
        was = pool_place[s];
        pool_place[s] = was + 1;
        CHECK(!span_pool_audit());
        pool_place[s] = UINT32_MAX;
        CHECK(!span_pool_audit());
        pool_place[s] = was;
        was = pool_stack[s - 1];
        pool_stack[s - 1] = was + 1;
        CHECK(!span_pool_audit());
        pool_stack[s - 1] = 0;
        CHECK(!span_pool_audit());
        pool_stack[s - 1] = UINT32_MAX;
        CHECK(!span_pool_audit());
        pool_stack[s - 1] = was;
    }
    CHECK(span_pool_audit());
    was = pool_count;
    pool_count = pool_made + 1;
    CHECK(!span_pool_audit());
    pool_count = was;
    was = pool_made;
    pool_made = SPANS;
    CHECK(!span_pool_audit());
    pool_made = was;
    CHECK(span_pool_audit());
}

int main(void) {
    test_edges();
    test_steps(2000000);
    CHECK(pool_made == SPANS - 1);
    test_broken();
    test_orders();
    return test_report("span_pool");
}
