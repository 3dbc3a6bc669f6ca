/* Special records: found, added and removed. */
#include "span/special.h"
#include "span/special_list.h"

/* Whether all records are taken; whether none can be added. */
/*@ requires specials: Specials;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> SpecialsTaken;
 */
static int special_all_taken(void) {
    //@ assert spare: special_head[0] != 0 ==> !SpecialOwned(special_head[0]);
    //@ assert unmade: !SpecialOwned(special_made + 1);
    return special_head[0] == 0 && special_made == SPECIALS - 1;
}

/*@ requires specials: Specials;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> SpecialsOut;
 */
static int special_is_out(void) {
    return special_births == UINT64_MAX || special_all_taken();
}

/* Makes a spare record if there is none. */
/*@ requires specials: Specials;
    requires some: !SpecialsOut;
    terminates \true;
    exits \false;
    assigns special[special_made + 1], special_head[0], special_made,
            special_rank[special_made + 1];
    ensures specials: Specials;
    ensures spare: special_head[0] != 0;
    ensures made: \old(special_made) <= special_made;
    ensures others: OtherSpecialsSame{Pre,Post}(0);
    ensures order: LineKept{Pre,Post}(0);
 */
static void special_make_spare(void) {
    if (special_head[0] == 0) {
        special_made++;
        special[special_made].span = 0;
        special[special_made].next = 0;
        special[special_made].birth = 0;
        special_head[0] = special_made;
        //@ ghost special_rank[special_made] = special_made;
    }
}

/* Fills a spare record, which is born with it, and returns it; it is spare still, and the first. */
/*@ requires specials: Specials;
    requires some: !SpecialsOut;
    requires kind: SpecialKind(kind);
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0], special_made, special_births,
            special_rank[0 .. SPECIALS - 1];
    ensures links: SpecialLinks;
    ensures line: SpecialLine;
    ensures heads: SpecialHeads;
    ensures firsts: SpecialFirsts;
    ensures nexts: SpecialNexts;
    ensures gaps: SpecialGaps;
    ensures sorted: SpecialSorted;
    ensures kinds: SpecialKinds;
    ensures last: SpecialLastDue;
    ensures births: SpecialBirths;
    ensures record: 0 < \result <= special_made && special[\result].span == 0;
    ensures first: special_head[0] == \result;
    ensures key: SpecialHasKey(\result, offset, kind);
    ensures words: SpecialHas(\result, value, argument);
    ensures birth: special[\result].birth == special_births == \old(special_births) + 1;
    ensures made: \old(special_made) <= special_made;
    ensures others: OtherSpecialsSame{Pre,Post}(0);
    ensures order: LineKept{Pre,Post}(0);
 */
static uint32_t special_fill(uint64_t offset, uint32_t kind, uint64_t value, uint64_t argument) {
    special_make_spare();
    uint32_t r = special_head[0];
    special[r].offset = offset;
    special[r].kind = (uint8_t)kind;
    special[r].value = value;
    special[r].argument = argument;
    special_births++;
    special[r].birth = special_births;
    return r;
}

/* Whether record r comes before the key; whether it has it. */
/*@ requires record: r < SPECIALS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> SpecialBefore(r, offset, kind);
 */
static int special_is_before(uint32_t r, uint64_t offset, uint32_t kind) {
    return special[r].offset < offset || (special[r].offset == offset && special[r].kind < kind);
}

/*@ requires record: r < SPECIALS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> SpecialHasKey(r, offset, kind);
 */
static int special_has_key(uint32_t r, uint64_t offset, uint32_t kind) {
    return special[r].offset == offset && special[r].kind == kind;
}

uint32_t special_before(uint32_t s, uint64_t offset, uint32_t kind) {
    uint32_t prev = 0;
    uint32_t r = special_head[s];
    /*@ loop invariant member: r != 0 ==> SpecialIn(r, s);
        loop invariant prev: prev != 0 ==> SpecialIn(prev, s);
        loop invariant behind: SpecialBehind(s, prev, r);
        loop invariant passed: prev != 0 ==> SpecialBefore(prev, offset, kind);
        loop assigns prev, r;
        loop variant r == 0 ? 0 : SPECIALS - special_rank[r];
     */
    while (r != 0 && special_is_before(r, offset, kind)) {
        prev = r;
        r = special[r].next;
    }
    return prev;
}

/* Of the list of span s, `prev` its last record with a lesser key, or 0: the one behind `prev` if
 * it has the key, else 0. */
/*@ requires specials: Specials;
    requires span: 0 < s < SPANS;
    requires prev: prev != 0 ==> SpecialIn(prev, s);
    requires split: SpecialSplit(s, prev, offset, kind);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures behind: \result != 0 ==> SpecialBehind(s, prev, \result);
    ensures absent: \result == 0 <==> SpecialAbsent(s, offset, kind);
    ensures found: \result != 0 ==> SpecialIn(\result, s) && SpecialHasKey(\result, offset, kind);
    ensures newest: \result != 0 ==> SpecialNewest(s, \result);
 */
static uint32_t special_newest(uint32_t s, uint32_t prev, uint64_t offset, uint32_t kind) {
    uint32_t r = special_behind(s, prev);
    return r != 0 && special_has_key(r, offset, kind) ? r : 0;
}

uint32_t special_find(uint32_t s, uint64_t offset, uint32_t kind) {
    if (s == 0 || s >= SPANS) {
        return 0;
    }
    return special_newest(s, special_before(s, offset, kind), offset, kind);
}

/* Adds a record to span s, in front of those with the same key. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    requires span: SpanInUse(s);
    requires key: SpecialKind(kind) && OffsetInside(s, offset);
    requires some: !SpecialsOut;
    terminates \true;
    exits \false;
    assigns SPECIAL_LIST_TABLES, page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    ensures record: \result == special_touched;
    ensures taken: !SpecialOwned{Pre}(special_touched) && SpecialIn(special_touched, s);
    ensures key: SpecialHasKey(special_touched, offset, kind);
    ensures words: SpecialHas(special_touched, value, argument);
    ensures birth: special[special_touched].birth == special_births == \old(special_births) + 1;
    ensures newest: SpecialNewest(s, special_touched);
    ensures others: OtherSpecialsSame{Pre,Post}(special_touched);
    ensures order: OrderKept{Pre,Post}(special_touched);
 */
static uint32_t special_insert(uint32_t s, uint64_t offset, uint32_t kind, uint64_t value,
                               uint64_t argument) {
    uint32_t r = special_fill(offset, kind, value, argument);
    special_move(r, 0, s, special_before(s, offset, kind));
    //@ ghost special_touched = r;
    //@ assert others: OtherSpecialsSame{Pre,Here}(r);
    arena_set_special(span[s].base);
    return r;
}

/* Why no record can be added to span s; SPECIAL_OK if one can. */
/*@ requires specials: Specials;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures span: \result == SPECIAL_BAD_SPAN <==> !SpanInUse(s);
    ensures kind: \result == SPECIAL_BAD_KIND <==> SpanInUse(s) && !SpecialKind(kind);
    ensures offset: \result == SPECIAL_BAD_OFFSET <==>
      SpanInUse(s) && SpecialKind(kind) && !OffsetInside(s, offset);
    ensures exists: \result == SPECIAL_EXISTS <==>
      SpanInUse(s) && SpecialKind(kind) && OffsetInside(s, offset) &&
      force == 0 && !SpecialAbsent(s, offset, kind);
    ensures memory: \result == SPECIAL_NO_MEMORY <==>
      SpanInUse(s) && SpecialKind(kind) && OffsetInside(s, offset) &&
      (force != 0 || SpecialAbsent(s, offset, kind)) && SpecialsOut;
    ensures status: \result == SPECIAL_OK || \result == SPECIAL_BAD_SPAN ||
      \result == SPECIAL_BAD_KIND || \result == SPECIAL_BAD_OFFSET ||
      \result == SPECIAL_EXISTS || \result == SPECIAL_NO_MEMORY;
 */
static int special_may_add(uint32_t s, uint64_t offset, uint32_t kind, int force) {
    if (!special_in_use(s)) {
        return SPECIAL_BAD_SPAN;
    }
    if (kind < SPECIAL_FINALIZER || kind > SPECIAL_CLEANUP) {
        return SPECIAL_BAD_KIND;
    }
    if (offset >= (uint64_t)span[s].npages * PAGE_SIZE) {
        return SPECIAL_BAD_OFFSET;
    }
    if (!force && special_find(s, offset, kind) != 0) {
        return SPECIAL_EXISTS;
    }
    return special_is_out() ? SPECIAL_NO_MEMORY : SPECIAL_OK;
}

struct special_added special_add(uint32_t s, uint64_t offset, uint32_t kind, uint64_t value,
                                 uint64_t argument, int force) {
    struct special_added added = {special_may_add(s, offset, kind, force), 0, 0};
    if (added.status == SPECIAL_OK) {
        added.record = special_insert(s, offset, kind, value, argument);
        added.birth = special[added.record].birth;
    } else if (added.status == SPECIAL_EXISTS) {
        added.record = special_find(s, offset, kind);
        added.birth = special[added.record].birth;
    }
    return added;
}

/* Removes record r, which comes behind `prev` in the list of span s. Returns its words. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    requires span: SpanInUse(s);
    requires record: SpecialIn(r, s);
    requires prev: SpecialBehind(s, prev, r);
    terminates \true;
    exits \false;
    assigns SPECIAL_LIST_TABLES, page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    ensures status: \result.status == SPECIAL_OK;
    ensures births: special_births == \old(special_births);
    ensures gone: special_touched == r && !SpecialOwned(r);
    ensures words: SpecialHas{Pre}(r, \result.value, \result.argument);
    ensures others: OtherSpecialsSame{Pre,Post}(r);
    ensures order: OrderKept{Pre,Post}(r);
 */
static struct special_words special_take(uint32_t s, uint32_t prev, uint32_t r) {
    struct special_words removed = {SPECIAL_OK, special[r].value, special[r].argument};
    special_move(r, prev, SPECIAL_SPARE, 0);
    //@ ghost special_touched = r;
    if (special_head[s] == 0) {
        arena_clear_special(span[s].base);
    }
    return removed;
}

struct special_words special_remove(uint32_t s, uint64_t offset, uint32_t kind) {
    struct special_words none = {SPECIAL_BAD_SPAN, 0, 0};
    if (!special_in_use(s)) {
        return none;
    }
    uint32_t prev = special_before(s, offset, kind);
    uint32_t r = special_newest(s, prev, offset, kind);
    if (r == 0) {
        none.status = SPECIAL_ABSENT;
        return none;
    }
    return special_take(s, prev, r);
}

int special_is(uint32_t record, uint64_t birth) {
    return record != 0 && record <= special_made && special[record].span != SPECIAL_SPARE &&
           special[record].span != SPECIAL_DUE && special[record].birth == birth;
}

/* The record in front of record r in its list; 0 if r is the first. */
/*@ requires specials: Specials;
    requires record: 0 < r <= special_made;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures behind: SpecialBehind(special[r].span, \result, r);
 */
static uint32_t special_in_front(uint32_t r) {
    uint32_t prev = 0;
    uint32_t q = special_head[special[r].span];
    /*@ loop invariant behind: SpecialBehind(special[r].span, prev, q);
        loop invariant ahead: 0 < q <= special_made && !Ahead(r, q);
        loop invariant member: special[q].span == special[r].span;
        loop assigns prev, q;
        loop variant SPECIALS - special_rank[q];
     */
    while (q != r) {
        prev = q;
        q = special[q].next;
    }
    return prev;
}

struct special_words special_remove_named(uint32_t record, uint64_t birth) {
    struct special_words none = {SPECIAL_ABSENT, 0, 0};
    if (!special_is(record, birth)) {
        return none;
    }
    return special_take(special[record].span, special_in_front(record), record);
}
