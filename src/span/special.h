/* Special records: what somebody wants to know of an object when it dies, or of its profile. Each
 * heap span has a list of them, ordered by (offset, kind). Records are numbers into one table; 0
 * is "none". Everything here is called under the heap lock. As in the Go runtime's mheap.go. */
#ifndef CAIRN_SPECIAL_H
#define CAIRN_SPECIAL_H

#include "config.h"
#include "span/arena.h"
#include "span/span.h"

/* The kinds, in the order in which records of one object stand. */
#define SPECIAL_FINALIZER   1
#define SPECIAL_WEAK_HANDLE 2
#define SPECIAL_PROFILE     3
#define SPECIAL_REACHABLE   4
#define SPECIAL_PIN_COUNTER 5
#define SPECIAL_CLEANUP     6

/* What became of a call. */
#define SPECIAL_OK         0
#define SPECIAL_EXISTS     1 /* the object has a record of this kind */
#define SPECIAL_ABSENT     2 /* the object has no record of this kind */
#define SPECIAL_NO_MEMORY  3 /* all records are taken */
#define SPECIAL_BAD_KIND   4 /* no such kind */
#define SPECIAL_BAD_SPAN   5 /* no heap span */
#define SPECIAL_BAD_OFFSET 6 /* not inside the span */

struct special {
    uint64_t offset; /* bytes from the start of the span */
    uint64_t value;  /* the caller's */
    uint32_t next;   /* the next record of the list, 0 at its end */
    uint32_t span;   /* whose list, 1 to SPANS-1; 0: a spare record */
    uint8_t kind;    /* SPECIAL_FINALIZER to SPECIAL_CLEANUP */
};

struct special_removed {
    int status;
    uint64_t value; /* the record's; 0 unless the status is SPECIAL_OK */
};

extern struct special special[SPECIALS];
extern uint32_t special_head[SPANS]; /* a span's first record; of span 0: the first spare one */
extern uint32_t special_made;        /* the records from 1 to this one were taken at least once */

extern uint8_t special_met[SPECIALS]; /* the audit's own: it met the record */

/*@ ghost uint32_t special_rank[SPECIALS]; // a record's place in the line of all */
/*@ ghost uint32_t special_found[SPECIALS]; // the audit's own: the line it meets them in */
/*@ ghost uint32_t special_count;           // the audit's own: how many it met */
/*@ ghost uint32_t special_touched;        // the record last added or removed */

#include "../../specs/special.acsl"

/* Where a record with this key would go in the list of span s: behind the record returned, at the
 * front if it is 0. The records up to it have lesser keys. Cost: a step each of them. */
/*@ requires specials: Specials;
    requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures member: \result != 0 ==> SpecialIn(\result, s);
    ensures split: SpecialSplit(s, \result, offset, kind);
 */
uint32_t special_before(uint32_t s, uint64_t offset, uint32_t kind);

/* The newest record of span s with this key, or 0 if it has none, for any s. */
/*@ requires specials: Specials;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures absent: \result == 0 <==> SpecialAbsent(s, offset, kind);
    ensures found: \result != 0 ==> SpecialIn(\result, s) && SpecialHasKey(\result, offset, kind);
    ensures newest: \result != 0 ==> SpecialNewest(s, \result);
 */
uint32_t special_find(uint32_t s, uint64_t offset, uint32_t kind);

/* Adds a record to span s, in front of those with the same key. If there is one the new one is
 * refused, unless `force`. Returns a status. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPANS - 1], special_made,
            special_rank[0 .. SPECIALS - 1], special_touched, page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    behavior bad_span:
      assumes !SpanInUse(s);
      assigns \nothing;
      ensures status: \result == SPECIAL_BAD_SPAN;
    behavior bad_kind:
      assumes SpanInUse(s) && !SpecialKind(kind);
      assigns \nothing;
      ensures status: \result == SPECIAL_BAD_KIND;
    behavior bad_offset:
      assumes SpanInUse(s) && SpecialKind(kind) && !OffsetInside(s, offset);
      assigns \nothing;
      ensures status: \result == SPECIAL_BAD_OFFSET;
    behavior exists:
      assumes SpanInUse(s) && SpecialKind(kind) && OffsetInside(s, offset);
      assumes force == 0 && !SpecialAbsent(s, offset, kind);
      assigns \nothing;
      ensures status: \result == SPECIAL_EXISTS;
    behavior no_memory:
      assumes SpanInUse(s) && SpecialKind(kind) && OffsetInside(s, offset);
      assumes (force != 0 || SpecialAbsent(s, offset, kind)) && SpecialsOut;
      assigns \nothing;
      ensures status: \result == SPECIAL_NO_MEMORY;
    behavior added:
      assumes SpanInUse(s) && SpecialKind(kind) && OffsetInside(s, offset);
      assumes (force != 0 || SpecialAbsent(s, offset, kind)) && !SpecialsOut;
      ensures status: \result == SPECIAL_OK;
      ensures taken: !SpecialOwned{Pre}(special_touched) && SpecialIn(special_touched, s);
      ensures key: SpecialHasKey(special_touched, offset, kind);
      ensures value: special[special_touched].value == value;
      ensures newest: SpecialNewest(s, special_touched);
      ensures others: OtherSpecialsSame{Pre,Post}(special_touched);
      ensures order: OrderKept{Pre,Post}(special_touched);
    complete behaviors;
    disjoint behaviors;
 */
int special_add(uint32_t s, uint64_t offset, uint32_t kind, uint64_t value, int force);

/* Removes the newest record with this key from span s. Returns its value and a status. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPANS - 1],
            special_rank[0 .. SPECIALS - 1], special_touched, page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    behavior bad_span:
      assumes !SpanInUse(s);
      assigns \nothing;
      ensures status: \result.status == SPECIAL_BAD_SPAN && \result.value == 0;
    behavior absent:
      assumes SpanInUse(s) && SpecialAbsent(s, offset, kind);
      assigns \nothing;
      ensures status: \result.status == SPECIAL_ABSENT && \result.value == 0;
    behavior removed:
      assumes SpanInUse(s) && !SpecialAbsent(s, offset, kind);
      ensures status: \result.status == SPECIAL_OK;
      ensures gone: SpecialIn{Pre}(special_touched, s) && !SpecialOwned(special_touched);
      ensures key: SpecialHasKey{Pre}(special_touched, offset, kind);
      ensures newest: SpecialNewest{Pre}(s, special_touched);
      ensures value: \result.value == \at(special[\at(special_touched, Post)].value, Pre);
      ensures others: OtherSpecialsSame{Pre,Post}(special_touched);
      ensures order: OrderKept{Pre,Post}(special_touched);
    complete behaviors;
    disjoint behaviors;
 */
struct special_removed special_remove(uint32_t s, uint64_t offset, uint32_t kind);

/* The executable twin of the predicates Specials, SpecialsHeld and SpecialsBits. The line of the
 * records is no part of the tables: where a line exists that makes the lists sound, the answer is 1
 * and the line is one of those. Cost: a look at every record, span and page. */
/*@ requires map: MapOk;
    terminates \true;
    exits \false;
    assigns special_met[0 .. SPECIALS - 1], special_found[0 .. SPECIALS - 1], special_count,
            special_rank[0 .. SPECIALS - 1];
    ensures sound: \result != 0 ==> Specials && SpecialsHeld && SpecialsBits;
    ensures complete: Specials{Pre} && SpecialsHeld{Pre} && SpecialsBits{Pre} ==> \result != 0;
 */
int special_audit(void);

#endif
