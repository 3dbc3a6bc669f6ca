/* The pool of span records: numbers 1 to SPANS-1, first in last out. A record is taken, or waits
 * to be handed out again, or was never used; exactly one of these. Everything here is called
 * under the heap lock. */
#ifndef CAIRN_SPAN_POOL_H
#define CAIRN_SPAN_POOL_H

#include "config.h"
#include "page/audit_note.h"

extern uint32_t pool_stack[SPANS]; /* the records made: those below pool_count wait */
extern uint32_t pool_place[SPANS]; /* where in the stack a record stands */
extern uint32_t pool_count;        /* records that wait, 0 to pool_made */
extern uint32_t pool_made;         /* records 1 to pool_made were handed out at least once */

#include "../../specs/span_pool.acsl"

/* Takes a record: the one given back last, else the lowest never used. Returns 0 if none is left;
 * then nothing changed. Cost: one step. */
/*@ requires pool: SpanPool;
    terminates \true;
    exits \false;
    assigns pool_stack[0 .. SPANS - 1], pool_place[0 .. SPANS - 1], pool_count, pool_made;
    ensures pool: SpanPool;
    ensures range: \result < SPANS;
    ensures none: \result == 0 <==> SpanPoolEmpty{Pre};
    ensures same: \result == 0 ==> PoolUnchanged{Pre,Post};
    ensures fresh: \result != 0 ==> !SpanTaken{Pre}(\result) && SpanTaken(\result);
    ensures only: TakenOnly{Pre,Post}(\result);
    ensures last: \old(pool_count) > 0 ==>
      \result == \old(pool_stack[pool_count - 1]) && pool_count == \old(pool_count) - 1;
    ensures next: \old(pool_count) == 0 && \result != 0 ==>
      \result == \old(pool_made) + 1 && pool_count == 0;
    ensures kept: PoolKept{Pre,Post}(pool_count);
 */
uint32_t span_pool_alloc(void);

/* Gives record s back: the next one to be handed out. Returns 1, or 0 if s is no record that is
 * taken (0, past the end, never handed out, given back already); then nothing changed.
 * Cost: one step. */
/*@ requires pool: SpanPool;
    terminates \true;
    exits \false;
    assigns pool_stack[0 .. SPANS - 1], pool_place[0 .. SPANS - 1], pool_count;
    ensures pool: SpanPool;
    ensures only: TakenOnly{Pre,Post}(s);
    ensures kept: PoolKept{Pre,Post}(\old(pool_count));
    behavior given:
      assumes taken: SpanTaken(s);
      ensures answer: \result == 1;
      ensures untaken: !SpanTaken(s);
      ensures last: pool_count == \old(pool_count) + 1 && pool_stack[pool_count - 1] == s;
    behavior refused:
      assumes untaken: !SpanTaken(s);
      ensures answer: \result == 0;
      ensures same: PoolUnchanged{Pre,Post};
    complete behaviors;
    disjoint behaviors;
 */
int span_pool_free(uint32_t s);

/* Is nothing left? */
/*@ requires pool: SpanPool;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures empty: \result != 0 <==> SpanPoolEmpty;
 */
int span_pool_is_empty(void);

/* Is record s taken? Not if it is no record. */
/*@ requires pool: SpanPool;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures taken: \result != 0 <==> SpanTaken(s);
 */
int span_pool_has_taken(uint32_t s);

/* The executable twin of the predicate SpanPool, which notes what it finds. Cost: a look at every
 * record made. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> SpanPool;
    ensures flaw: \result == 0 ==> PoolFlawed;
 */
int span_pool_audit(void);

/*@ ghost
    // The pool of a fresh program is sound, and nothing is taken.
    /@ requires zero: PoolZero;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures pool: SpanPool;
       ensures none: NoneTaken;
     @/
    void span_pool_zero(void);
 */

#endif
