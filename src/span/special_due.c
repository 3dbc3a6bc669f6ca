/* Special records of objects that are gone: spare again, or due. */
#include "span/special.h"
#include "span/special_list.h"
#include "../../specs/special_due_lemmas.acsl"

/* Record r of span s, which comes behind `prev` in its list, is due, as the last. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires span: 0 < s < SPANS && span[s].base < PAGES;
    requires record: SpecialIn(r, s);
    requires prev: SpecialBehind(s, prev, r);
    requires runs: SpecialRuns(r);
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1], special_last_due,
            special_rank[0 .. SPECIALS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures due: CameDue{Pre,Post}(r, s);
    ensures last: \forall integer q; q != r && SpecialIn(q, SPECIAL_DUE) ==> Ahead(q, r);
    ensures others: OtherSpecialsSame{Pre,Post}(r);
    ensures order: LineKept{Pre,Post}(r);
    ensures behind: SpecialBehind(s, prev, \old(special[r].next));
    ensures heads: \forall integer t; 0 < t < SPANS && t != s ==>
      special_head[t] == \old(special_head[t]);
 */
static void special_fall_due(uint32_t s, uint32_t prev, uint32_t r) {
    special_move(r, prev, SPECIAL_DUE, special_last_due);
    special_last_due = r;
    special[r].offset += (uint64_t)span[s].base * PAGE_SIZE;
}

/* Takes record r off the list of span s, where it comes behind `prev`: it is due, as the last, or
 * spare. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires span: 0 < s < SPANS && span[s].base < PAGES;
    requires record: SpecialIn(r, s);
    requires prev: SpecialBehind(s, prev, r);
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1], special_last_due,
            special_rank[0 .. SPECIALS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures gone: SpecialRuns{Pre}(r) ? CameDue{Pre,Post}(r, s) : !SpecialOwned(r);
    ensures step: LetGo{Pre,Post}(s, r);
    ensures others: OtherSpecialsSame{Pre,Post}(r);
    ensures order: LineKept{Pre,Post}(r);
    ensures behind: SpecialBehind(s, prev, \old(special[r].next));
    ensures heads: \forall integer t; 0 < t < SPANS && t != s ==>
      special_head[t] == \old(special_head[t]);
 */
static void special_let_go(uint32_t s, uint32_t prev, uint32_t r) {
    if (special[r].kind == SPECIAL_FINALIZER || special[r].kind == SPECIAL_CLEANUP) {
        special_fall_due(s, prev, r);
    } else {
        special_move(r, prev, SPECIAL_SPARE, 0);
    }
}

/* What special_release does of a span in use, but for its first page's bit. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires span: 0 < s < SPANS && span[s].base < PAGES;
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1], special_last_due,
            special_rank[0 .. SPECIALS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures none: \forall integer r; SpecialIn(r, s) ==> !(lo <= special[r].offset < hi);
    ensures over: OverReleased{Pre,Post}(s, lo, hi);
    ensures others: OthersReleased{Pre,Post}(s, lo, hi);
    ensures order: DueOrder{Pre,Post};
    ensures heads: \forall integer t; 0 < t < SPANS && t != s ==>
      special_head[t] == \old(special_head[t]);
 */
static void special_let_go_all(uint32_t s, uint64_t lo, uint64_t hi) {
    uint32_t prev = special_before(s, lo, 0);
    uint32_t r = special_behind(s, prev);
    /*@ loop invariant specials: Specials;
        loop invariant held: SpecialsHeld;
        loop invariant prev: prev != 0 ==> SpecialIn(prev, s);
        loop invariant split: SpecialSplit(s, prev, lo, 0);
        loop invariant behind: SpecialBehind(s, prev, r);
        loop invariant member: r != 0 ==> SpecialIn(r, s);
        loop invariant over: OverReleasedYet{Pre,Here}(s, lo, hi);
        loop invariant others: OthersReleased{Pre,Here}(s, lo, hi);
        loop invariant from: DueFrom{Pre,Here}(s);
        loop invariant order: DueOrder{Pre,Here};
        loop invariant left: LeftOrder{Pre,Here}(s);
        loop invariant later: LeftLater{Pre,Here}(s, lo);
        loop invariant heads: \forall integer t; 0 < t < SPANS && t != s ==>
          special_head[t] == \at(special_head[t], Pre);
        loop assigns r, special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1],
                     special_last_due, special_rank[0 .. SPECIALS - 1];
        loop variant r == 0 ? 0 : SPECIALS - RankOf{Pre}(r);
     */
    while (r != 0 && special[r].offset < hi) {
        uint32_t next = special[r].next;
        //@ assert first: FirstLeft(s, lo, r) && lo <= special[r].offset;
        special_let_go(s, prev, r);
        r = next;
    }
}

void special_release(uint32_t s, uint64_t lo, uint64_t hi) {
    if (!special_in_use(s)) {
        return;
    }
    special_let_go_all(s, lo, hi);
    if (special_head[s] == 0) {
        arena_clear_special(span[s].base);
    }
}

struct special_due special_take_due(void) {
    uint32_t r = special_head[SPECIAL_DUE];
    struct special_due due; /* field by field: nobody has a memset in a pool */
    due.place = 0;
    due.value = 0;
    due.argument = 0;
    due.kind = 0;
    if (r == 0) {
        return due;
    }
    due.place = special[r].offset;
    due.value = special[r].value;
    due.argument = special[r].argument;
    due.kind = special[r].kind;
    special_move(r, 0, SPECIAL_SPARE, 0);
    if (r == special_last_due) {
        special_last_due = 0;
    }
    //@ ghost special_touched = r;
    return due;
}
