/* Special records: what somebody wants to know of an object when it dies, or of its profile. Each
 * heap span has a list of them, ordered by (offset, kind). Records are numbers into one table; 0
 * is "none". Everything here is called under the heap lock. As in the Go runtime's mheap.go. */
#ifndef CAIRN_SPECIAL_H
#define CAIRN_SPECIAL_H

#include "config.h"
#include "page/audit_note.h"
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

/* Lists that are no span's: of the spare records; of those that are due, finalizers and cleanups of
 * objects that are gone, in the order in which they are to run. */
#define SPECIAL_SPARE 0
#define SPECIAL_DUE   (SPECIAL_LISTS - 1)

struct special {
    uint64_t offset;   /* bytes from the start of the span; if it is due, of the window */
    uint64_t value;    /* the caller's two words */
    uint64_t argument; /* (a finalizer's or cleanup's function, and what it is called with) */
    uint64_t birth;    /* it is the one that was added the how manyth, of all ever */
    uint32_t next;     /* the next record of the list, 0 at its end */
    uint32_t span;     /* whose list: 1 to SPANS-1, or SPECIAL_SPARE or SPECIAL_DUE */
    uint8_t kind;      /* SPECIAL_FINALIZER to SPECIAL_CLEANUP */
};

/* What became of a record to be added. `record` and `birth` together name it for ever: no other
 * record will have that name when this one is gone. */
struct special_added {
    int status;
    uint32_t record; /* of SPECIAL_EXISTS the one there is; of another refusal 0, as the birth */
    uint64_t birth;
};

/* What a record says. */
struct special_words {
    int status;
    uint64_t value; /* 0 unless the status is SPECIAL_OK; so is the argument */
    uint64_t argument;
};

/* A record that was due. */
struct special_due {
    uint64_t place; /* of the object: bytes from the start of the window */
    uint64_t value;
    uint64_t argument;
    uint8_t kind; /* of a finalizer, a cleanup or a question; 0: nothing is due */
};

extern struct special special[SPECIALS];
extern uint32_t special_head[SPECIAL_LISTS]; /* a list's first record */
extern uint32_t special_made;     /* the records from 1 to this one were taken at least once */
extern uint32_t special_last_due; /* the last record of the list of those due, 0 if there is none */
extern uint64_t special_births;   /* how many were added, ever */

extern uint8_t special_met[SPECIALS]; /* the audit's own: it met the record */

/*@ ghost uint32_t special_rank[SPECIALS]; // a record's place in the line of all */
/*@ ghost uint32_t special_found[SPECIALS]; // the audit's own: the line it meets them in */
/*@ ghost uint32_t special_count;           // the audit's own: how many it met */
/*@ ghost uint32_t special_touched;         // the record last added, removed or taken when due */

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

/* The newest record of span s with this key, or 0 if it has none, for any s. Cost as above, and of
 * all below that look for a key. */
/*@ requires specials: Specials;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: s >= SPANS ==> \result == 0;
    ensures absent: s < SPANS ==> (\result == 0 <==> SpecialAbsent(s, offset, kind));
    ensures found: \result != 0 ==> SpecialIn(\result, s) && SpecialHasKey(\result, offset, kind);
    ensures newest: \result != 0 ==> SpecialNewest(s, \result);
 */
uint32_t special_find(uint32_t s, uint64_t offset, uint32_t kind);

/* Adds a record to span s, in front of those with the same key. If there is one the new one is
 * refused, unless `force`. Returns a status, and the name of the record or of the one there is. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns SPECIAL_LIST_TABLES, page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    ensures none: \result.status != SPECIAL_OK && \result.status != SPECIAL_EXISTS ==>
      \result.record == 0 && \result.birth == 0;
    ensures same: \result.status != SPECIAL_OK ==> OtherSpecialsSame{Pre,Post}(0);
    behavior bad_span:
      assumes !SpanInUse(s);
      assigns \nothing;
      ensures status: \result.status == SPECIAL_BAD_SPAN;
    behavior bad_kind:
      assumes SpanInUse(s) && !SpecialKind(kind);
      assigns \nothing;
      ensures status: \result.status == SPECIAL_BAD_KIND;
    behavior bad_offset:
      assumes SpanInUse(s) && SpecialKind(kind) && !OffsetInside(s, offset);
      assigns \nothing;
      ensures status: \result.status == SPECIAL_BAD_OFFSET;
    behavior exists:
      assumes SpanInUse(s) && SpecialKind(kind) && OffsetInside(s, offset);
      assumes force == 0 && !SpecialAbsent(s, offset, kind);
      assigns \nothing;
      ensures status: \result.status == SPECIAL_EXISTS;
      ensures name: SpecialNamed(\result.record, \result.birth);
      ensures is: SpecialIn(\result.record, s) && SpecialHasKey(\result.record, offset, kind);
      ensures newest: SpecialNewest(s, \result.record);
    behavior no_memory:
      assumes SpanInUse(s) && SpecialKind(kind) && OffsetInside(s, offset);
      assumes (force != 0 || SpecialAbsent(s, offset, kind)) && SpecialsOut;
      assigns \nothing;
      ensures status: \result.status == SPECIAL_NO_MEMORY;
    behavior added:
      assumes SpanInUse(s) && SpecialKind(kind) && OffsetInside(s, offset);
      assumes (force != 0 || SpecialAbsent(s, offset, kind)) && !SpecialsOut;
      ensures status: \result.status == SPECIAL_OK;
      ensures name: \result.record == special_touched && \result.birth == special_births;
      ensures taken: !SpecialOwned{Pre}(special_touched) && SpecialIn(special_touched, s);
      ensures key: SpecialHasKey(special_touched, offset, kind);
      ensures words: SpecialHas(special_touched, value, argument);
      ensures birth: special[special_touched].birth == special_births == \old(special_births) + 1;
      ensures newest: SpecialNewest(s, special_touched);
      ensures others: OtherSpecialsSame{Pre,Post}(special_touched);
      ensures order: OrderKept{Pre,Post}(special_touched);
    complete behaviors;
    disjoint behaviors;
 */
struct special_added special_add(uint32_t s, uint64_t offset, uint32_t kind, uint64_t value,
                                 uint64_t argument, int force);

/* Removes the newest record with this key from span s. Returns its words and a status. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns SPECIAL_LIST_TABLES, page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    ensures none: \result.status != SPECIAL_OK ==> \result.value == 0 && \result.argument == 0;
    ensures same: \result.status != SPECIAL_OK ==> OtherSpecialsSame{Pre,Post}(0);
    behavior bad_span:
      assumes !SpanInUse(s);
      assigns \nothing;
      ensures status: \result.status == SPECIAL_BAD_SPAN;
    behavior absent:
      assumes SpanInUse(s) && SpecialAbsent(s, offset, kind);
      assigns \nothing;
      ensures status: \result.status == SPECIAL_ABSENT;
    behavior removed:
      assumes SpanInUse(s) && !SpecialAbsent(s, offset, kind);
      ensures status: \result.status == SPECIAL_OK;
      ensures births: special_births == \old(special_births);
      ensures gone: SpecialIn{Pre}(special_touched, s) && !SpecialOwned(special_touched);
      ensures key: SpecialHasKey{Pre}(special_touched, offset, kind);
      ensures newest: SpecialNewest{Pre}(s, special_touched);
      ensures words: SpecialHas{Pre}(\at(special_touched, Post), \result.value, \result.argument);
      ensures others: OtherSpecialsSame{Pre,Post}(special_touched);
      ensures order: OrderKept{Pre,Post}(special_touched);
    complete behaviors;
    disjoint behaviors;
 */
struct special_words special_remove(uint32_t s, uint64_t offset, uint32_t kind);

/* Whether the record with this name is still a span's: neither removed nor due. Any name. */
/*@ requires specials: Specials;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> SpecialNamed(record, birth);
 */
int special_is(uint32_t record, uint64_t birth);

/* Removes the record with this name, if it is still a span's. Cost: a step each record of the span
 * before it. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns SPECIAL_LIST_TABLES, page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    behavior absent:
      assumes !SpecialNamed(record, birth);
      assigns \nothing;
      ensures status: \result.status == SPECIAL_ABSENT;
      ensures none: \result.value == 0 && \result.argument == 0;
    behavior removed:
      assumes SpecialNamed(record, birth);
      ensures status: \result.status == SPECIAL_OK;
      ensures births: special_births == \old(special_births);
      ensures gone: special_touched == record && !SpecialOwned(record);
      ensures words: SpecialHas{Pre}(record, \result.value, \result.argument);
      ensures others: OtherSpecialsSame{Pre,Post}(record);
      ensures order: OrderKept{Pre,Post}(record);
    complete behaviors;
    disjoint behaviors;
 */
struct special_words special_remove_named(uint32_t record, uint64_t birth);

/* The object of the bytes from lo to hi of span s is gone: takes its records off the list, from the
 * first on. Finalizers and cleanups are due then, in this order and after all that were; the others
 * are spare. Any span and bounds: where there is no such record nothing is done. Cost: a step each
 * record of the span before hi. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1], special_last_due,
            special_rank[0 .. SPECIALS - 1], page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    behavior refused:
      assumes !SpanInUse(s);
      assigns \nothing;
    behavior released:
      assumes SpanInUse(s);
      ensures none: \forall integer r; SpecialIn(r, s) ==> !(lo <= special[r].offset < hi);
      ensures over: OverReleased{Pre,Post}(s, lo, hi);
      ensures others: OthersReleased{Pre,Post}(s, lo, hi);
      ensures order: DueOrder{Pre,Post};
    complete behaviors;
    disjoint behaviors;
 */
void special_release(uint32_t s, uint64_t lo, uint64_t hi);

/* A collector has marked the objects that it reached, of those of `size` bytes from byte lo of span
 * s on, numbers 0 to 63: bit j of `marked` is object j's, and of `live`, if there is such an object
 * at all. Returns those that stay: the marked ones, and for one cycle more the live ones that have
 * a finalizer, which is due then and their weak handles spare; all else that they have stays with
 * them. Of those that do not stay no record is left, as after special_release. The question whether
 * an object is reachable is due if it was marked. All in the order of the list, and after all that
 * were due. Any arguments: where there is no such record, `marked` is the answer and nothing is
 * done. Cost: a step each record of the span before byte lo, two each one from there on. As in the
 * Go runtime's mgcsweep.go. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1], special_last_due,
            special_rank[0 .. SPECIALS - 1], page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    ensures marked: BitsWithin(marked, \result);
    ensures live: \forall integer j; 0 <= j < 64 && Bit(\result, j) ==>
      Bit(marked, j) || Bit(live, j);
    behavior refused:
      assumes !SpanInUse(s) || size == 0 || size > WINDOW_BYTES || lo > WINDOW_BYTES;
      assigns \nothing;
      ensures none: \result == marked;
    behavior swept:
      assumes SpanInUse(s) && 0 < size <= WINDOW_BYTES && lo <= WINDOW_BYTES;
      ensures stay: Staying{Pre}(s, lo, lo + 64 * size, size, live, marked, \result);
      ensures over: OverSwept{Pre,Post}(s, lo, lo + 64 * size, size, marked, \result);
      ensures others: OthersReleased{Pre,Post}(s, lo, lo + 64 * size);
      ensures order: DueOrder{Pre,Post};
    complete behaviors;
    disjoint behaviors;
 */
uint64_t special_sweep(uint32_t s, uint64_t lo, uint64_t size, uint64_t live, uint64_t marked);

/* Takes the first record of those due. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1], special_last_due,
            special_rank[0 .. SPECIALS - 1], special_touched;
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    behavior none:
      assumes NoneDue;
      assigns \nothing;
      ensures none: \result.kind == 0 && \result.place == 0;
      ensures words: \result.value == 0 && \result.argument == 0;
    behavior taken:
      assumes !NoneDue;
      ensures gone: SpecialIn{Pre}(special_touched, SPECIAL_DUE) && !SpecialOwned(special_touched);
      ensures first: \forall integer r; SpecialIn{Pre}(r, SPECIAL_DUE) ==>
        !Ahead{Pre}(r, special_touched);
      ensures key: SpecialHasKey{Pre}(\at(special_touched, Post), \result.place, \result.kind);
      ensures words: SpecialHas{Pre}(\at(special_touched, Post), \result.value, \result.argument);
      ensures others: OtherSpecialsSame{Pre,Post}(special_touched);
      ensures order: OrderKept{Pre,Post}(special_touched);
    complete behaviors;
    disjoint behaviors;
 */
struct special_due special_take_due(void);

/* The executable twin of the predicates Specials, SpecialsHeld and SpecialsBits. The line of the
 * records is no part of the tables: where a line exists that makes the lists sound, the answer is 1
 * and the line is one of those. It notes what it finds. Cost: a look at every record, span and
 * page. */
/*@ requires map: MapOk;
    terminates \true;
    exits \false;
    assigns special_met[0 .. SPECIALS - 1], special_found[0 .. SPECIALS - 1], special_count,
            special_rank[0 .. SPECIALS - 1], audit_note;
    ensures sound: \result != 0 ==> Specials && SpecialsHeld && SpecialsBits;
    ensures complete: Specials{Pre} && SpecialsHeld{Pre} && SpecialsBits{Pre} ==> \result != 0;
    ensures flaw: \result == 0 ==> SpecialsFlawed{Pre,Post};
 */
int special_audit(void);

#endif
