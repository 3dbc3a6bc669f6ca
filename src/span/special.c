/* Special records: the lists, and the list of spare records, which is that of span 0. */
#include "span/special.h"
#include "../../specs/special_lemmas.acsl"
#include "../../specs/special_move_lemmas.acsl"

struct special special[SPECIALS];
uint32_t special_head[SPANS];
uint32_t special_made;

/* Moves record r in the line of all: just before record y, or to the end if y is 0. */
/*@ ghost
    /@ requires line: SpecialLine;
       requires links: SpecialLinks;
       requires record: 0 < r <= special_made;
       requires place: y <= special_made && y != r;
       terminates \true;
       exits \false;
       assigns special_rank[1 .. special_made];
       ensures line: SpecialLine;
       ensures kept: LineKept{Pre,Post}(r);
       ensures placed: LinedUp{Pre,Post}(r, y);
     @/
    void special_line_up(uint32_t r, uint32_t y) {
        uint32_t from = special_rank[r];
        uint32_t to = y == 0 ? special_made : special_rank[y];
        if (y != 0 && from < to) { to--; }
        uint32_t q = 1;
        /@ loop invariant range: 1 <= q <= special_made + 1;
           loop invariant moved: MovedRanks{Pre,Here}(q - 1, from, to);
           loop assigns q, special_rank[1 .. special_made];
           loop variant special_made + 1 - q;
         @/
        while (q <= special_made) {
            if (special_rank[q] == from) { special_rank[q] = to; }
            else if (from < special_rank[q] && special_rank[q] <= to) { special_rank[q]--; }
            else if (to <= special_rank[q] && special_rank[q] < from) { special_rank[q]++; }
            q++;
        }
    }
 */

/* The record behind `prev` in the list of span s, its first if prev is 0; 0 if there is none. */
/*@ requires specials: Specials;
    requires span: s < SPANS;
    requires prev: prev <= special_made && (prev != 0 ==> special[prev].span == s);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures behind: SpecialBehind(s, prev, \result);
    ensures member: \result != 0 ==> 0 < \result <= special_made && special[\result].span == s;
 */
static uint32_t special_behind(uint32_t s, uint32_t prev) {
    return prev == 0 ? special_head[s] : special[prev].next;
}

/* Whether all records are taken. */
/*@ requires specials: Specials;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> SpecialsOut;
 */
static int special_is_out(void) {
    return special_head[0] == 0 && special_made == SPECIALS - 1;
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
        special_head[0] = special_made;
        //@ ghost special_rank[special_made] = special_made;
    }
}

/* Fills a spare record and returns it; it is spare still, and the first. */
/*@ requires specials: Specials;
    requires some: !SpecialsOut;
    requires kind: SpecialKind(kind);
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0], special_made,
            special_rank[0 .. SPECIALS - 1];
    ensures links: SpecialLinks;
    ensures line: SpecialLine;
    ensures heads: SpecialHeads;
    ensures firsts: SpecialFirsts;
    ensures nexts: SpecialNexts;
    ensures gaps: SpecialGaps;
    ensures sorted: SpecialSorted;
    ensures kinds: SpecialKinds;
    ensures record: 0 < \result <= special_made && special[\result].span == 0;
    ensures first: special_head[0] == \result;
    ensures key: SpecialHasKey(\result, offset, kind);
    ensures value: special[\result].value == value;
    ensures made: \old(special_made) <= special_made;
    ensures others: OtherSpecialsSame{Pre,Post}(0);
    ensures order: LineKept{Pre,Post}(0);
 */
static uint32_t special_fill(uint64_t offset, uint32_t kind, uint64_t value) {
    special_make_spare();
    uint32_t r = special_head[0];
    special[r].offset = offset;
    special[r].kind = (uint8_t)kind;
    special[r].value = value;
    return r;
}

/* Takes record r out from behind `prev` of its list and links it in behind `ahead` of s. */
/*@ requires links: SpecialLinks;
    requires record: 0 < r <= special_made && special[r].span != s;
    requires prev: SpecialBehind(special[r].span, prev, r);
    requires span: s < SPANS;
    requires ahead: ahead <= special_made && (ahead != 0 ==> special[ahead].span == s);
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPANS - 1];
    ensures heads: HeadsMoved{Pre,Post}(r, prev, s, ahead);
    ensures nexts: NextsMoved{Pre,Post}(r, prev, s, ahead);
    ensures fields: OnlyMoved{Pre,Post}(r, s);
 */
static void special_relink(uint32_t r, uint32_t prev, uint32_t s, uint32_t ahead) {
    uint32_t next = special[r].next;
    if (prev == 0) {
        special_head[special[r].span] = next;
    } else {
        special[prev].next = next;
    }
    special[r].span = s;
    if (ahead == 0) {
        special[r].next = special_head[s];
        special_head[s] = r;
    } else {
        special[r].next = special[ahead].next;
        special[ahead].next = r;
    }
}

/* Moves record r, which comes behind `prev` in its list, to the list of span s, behind `ahead`. */
/*@ requires specials: Specials;
    requires record: 0 < r <= special_made && special[r].span != s;
    requires prev: SpecialBehind(special[r].span, prev, r);
    requires span: s < SPANS;
    requires ahead: ahead <= special_made && (ahead != 0 ==> special[ahead].span == s);
    requires split: s != 0 ==> SpecialSplit(s, ahead, special[r].offset, special[r].kind);
    requires kind: s != 0 ==> SpecialKind(special[r].kind);
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPANS - 1],
            special_rank[0 .. SPECIALS - 1];
    ensures links: SpecialLinks;
    ensures line: SpecialLine;
    ensures heads: SpecialHeads;
    ensures firsts: SpecialFirsts;
    ensures nexts: SpecialNexts;
    ensures gaps: SpecialGaps;
    ensures sorted: SpecialSorted;
    ensures kinds: SpecialKinds;
    ensures fields: OnlyMoved{Pre,Post}(r, s);
    ensures placed: PlacedBehind(s, ahead, r);
    ensures order: LineKept{Pre,Post}(r);
    ensures others: OtherHeadsSame{Pre,Post}(\at(special[r].span, Pre), s);
 */
static void special_move(uint32_t r, uint32_t prev, uint32_t s, uint32_t ahead) {
    //@ assert only: OnlyBehind(special[r].span, prev, r) && TakenBehind(special[r].span, prev, r);
    special_relink(r, prev, s, ahead);
    //@ ghost special_line_up(r, special[r].next);
    //@ assert moved: SpecialMoved{Pre,Here}(r, prev, s, ahead);
    //@ assert joined: JoinedBehind(s, ahead, r) && FollowedBehind(s, r);
    //@ assert placed: PlacedBehind(s, ahead, r);
    //@ assert around: SortedAround(s, r);
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
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPANS - 1], special_made,
            special_rank[0 .. SPECIALS - 1], special_touched, page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    ensures taken: !SpecialOwned{Pre}(special_touched) && SpecialIn(special_touched, s);
    ensures key: SpecialHasKey(special_touched, offset, kind);
    ensures value: special[special_touched].value == value;
    ensures newest: SpecialNewest(s, special_touched);
    ensures others: OtherSpecialsSame{Pre,Post}(special_touched);
    ensures order: OrderKept{Pre,Post}(special_touched);
 */
static void special_insert(uint32_t s, uint64_t offset, uint32_t kind, uint64_t value) {
    uint32_t r = special_fill(offset, kind, value);
    special_move(r, 0, s, special_before(s, offset, kind));
    //@ ghost special_touched = r;
    //@ assert others: OtherSpecialsSame{Pre,Here}(r);
    arena_set_special(span[s].base);
}

int special_add(uint32_t s, uint64_t offset, uint32_t kind, uint64_t value, int force) {
    if (s == 0 || s >= SPANS || span_state_load(s) != SPAN_IN_USE) {
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
    if (special_is_out()) {
        return SPECIAL_NO_MEMORY;
    }
    special_insert(s, offset, kind, value);
    return SPECIAL_OK;
}

struct special_removed special_remove(uint32_t s, uint64_t offset, uint32_t kind) {
    struct special_removed removed = {SPECIAL_OK, 0};
    if (s == 0 || s >= SPANS || span_state_load(s) != SPAN_IN_USE) {
        removed.status = SPECIAL_BAD_SPAN;
        return removed;
    }
    uint32_t prev = special_before(s, offset, kind);
    uint32_t r = special_newest(s, prev, offset, kind);
    if (r == 0) {
        removed.status = SPECIAL_ABSENT;
        return removed;
    }
    removed.value = special[r].value;
    special_move(r, prev, 0, 0);
    //@ ghost special_touched = r;
    if (special_head[s] == 0) {
        arena_clear_special(span[s].base);
    }
    return removed;
}
