#include "span/span_pool.h"

uint32_t pool_stack[SPANS];
uint32_t pool_place[SPANS];
uint32_t pool_count;
uint32_t pool_made;

uint32_t span_pool_alloc(void) {
    uint32_t s;

    if (pool_count > 0) {
        pool_count--;
        return pool_stack[pool_count];
    }
    if (pool_made == SPANS - 1)
        return 0;
    s = pool_made + 1;
    pool_stack[pool_made] = s;
    pool_place[s] = pool_made;
    pool_made = s;
    return s;
}

int span_pool_is_empty(void) {
    //@ assert waits: pool_count > 0 ==> !SpanTaken(pool_stack[0]);
    //@ assert unused: pool_made < SPANS - 1 ==> !SpanTaken(SPANS - 1);
    return pool_count == 0 && pool_made == SPANS - 1;
}

int span_pool_has_taken(uint32_t s) {
    return s != 0 && s <= pool_made && pool_place[s] >= pool_count;
}

/* Record s changes places with the first taken one in the stack, and the border moves past it. */
int span_pool_free(uint32_t s) {
    uint32_t place, other;

    if (!span_pool_has_taken(s)) {
        return 0;
    }
    place = pool_place[s];
    other = pool_stack[pool_count];
    pool_stack[place] = other;
    pool_place[other] = place;
    pool_stack[pool_count] = s;
    pool_place[s] = pool_count;
    pool_count++;
    return 1;
}

int span_pool_audit(void) {
    uint32_t i;

    if (pool_count > pool_made || pool_made >= SPANS)
        return audit_fails(POOL_BOUNDS, 0, 0);
    /*@ loop invariant range: 0 <= i <= pool_made;
        loop invariant stack: PoolStack(i);
        loop invariant place: PoolPlace(i);
        loop assigns i;
        loop variant pool_made - i;
     */
    for (i = 0; i < pool_made; i++) {
        if (pool_stack[i] == 0 || pool_stack[i] > pool_made || pool_place[pool_stack[i]] != i)
            return audit_fails(POOL_STACK, i + 1, 0);
        if (pool_place[i + 1] >= pool_made || pool_stack[pool_place[i + 1]] != i + 1)
            return audit_fails(POOL_PLACE, i + 1, 0);
    }
    return 1;
}

/*@ ghost
    void span_pool_zero(void)
    {
    }
 */
