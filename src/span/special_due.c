/* Special records of objects that are gone: spare again, or due. */
#include "page/bits.h"
#include "span/special.h"
#include "span/special_list.h"
#include "../../specs/special_due_lemmas.acsl"

/* Record r of span s, which comes behind `prev` in its list, is due, as the last. */
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

/* Takes record r off the list of span s, where it comes behind `prev`: it is due, as the last, if
 * somebody is to be told, or spare. */
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
    ensures gone: told != 0 ? CameDue{Pre,Post}(r, s) : !SpecialOwned(r);
    ensures step: LetGo{Pre,Post}(s, r);
    ensures others: OtherSpecialsSame{Pre,Post}(r);
    ensures order: LineKept{Pre,Post}(r);
    ensures behind: SpecialBehind(s, prev, \old(special[r].next));
    ensures heads: \forall integer t; 0 < t < SPANS && t != s ==>
      special_head[t] == \old(special_head[t]);
 */
static void special_let_go(uint32_t s, uint32_t prev, uint32_t r, int told) {
    if (told) {
        special_fall_due(s, prev, r);
    } else {
        special_move(r, prev, SPECIAL_SPARE, 0);
    }
}

/* Which of the objects of `size` bytes from byte lo on has the byte at this offset. */
/*@ requires size: 0 < size && lo <= offset && offset - lo < 64 * size;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures object: \result == (offset - lo) / size < 64;
 */
static uint32_t special_object(uint64_t offset, uint64_t lo, uint64_t size) {
    uint64_t j = (offset - lo) / size;
    //@ assert whole: j * size <= offset - lo;
    return j < WORD_BITS ? (uint32_t)j : 0;
}

/* Whether a record of this kind goes, of object j of those that were marked or not, and that stay
 * or not; and if it goes, whether somebody is told. */
/*@ requires object: j < 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures goes: \result != 0 <==> SpecialGoes(kind, marked, keep, j);
 */
static int special_goes(uint32_t kind, uint64_t marked, uint64_t keep, uint32_t j) {
    if (!bits_test(keep, j)) {
        return 1;
    }
    if (bits_test(marked, j)) {
        return kind == SPECIAL_REACHABLE;
    }
    return kind == SPECIAL_FINALIZER || kind == SPECIAL_WEAK_HANDLE;
}

/*@ requires object: j < 64;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures told: \result != 0 <==> SpecialTold(kind, marked, j);
 */
static int special_told(uint32_t kind, uint64_t marked, uint32_t j) {
    if (kind == SPECIAL_REACHABLE) {
        return bits_test(marked, j);
    }
    return kind == SPECIAL_FINALIZER || kind == SPECIAL_CLEANUP;
}

/* Lets go of the records about the bytes from lo to hi of span s, in use, that go; but for its
 * first page's bit. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires span: 0 < s < SPANS && span[s].base < PAGES;
    requires size: 0 < size && hi - lo <= 64 * size;
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1], special_last_due,
            special_rank[0 .. SPECIALS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures over: OverSwept{Pre,Post}(s, lo, hi, size, marked, keep);
    ensures others: OthersReleased{Pre,Post}(s, lo, hi);
    ensures from: DueFrom{Pre,Post}(s);
    ensures order: DueOrder{Pre,Post};
    ensures left: LeftOrder{Pre,Post}(s);
    ensures heads: \forall integer t; 0 < t < SPANS && t != s ==>
      special_head[t] == \old(special_head[t]);
 */
static void special_let_go_all(uint32_t s, uint64_t lo, uint64_t hi, uint64_t size, uint64_t marked,
                               uint64_t keep) {
    uint32_t prev = special_before(s, lo, 0);
    uint32_t r = special_behind(s, prev);
    /*@ loop invariant specials: Specials;
        loop invariant held: SpecialsHeld;
        loop invariant prev: prev != 0 ==> SpecialIn(prev, s);
        loop invariant behind: SpecialBehind(s, prev, r);
        loop invariant member: r != 0 ==> SpecialIn(r, s) && lo <= special[r].offset;
        loop invariant waiting: WaitingFrom{Pre,Here}(s, r);
        loop invariant over: OverSweptTo{Pre,Here}(s, r, lo, hi, size, marked, keep);
        loop invariant others: OthersReleased{Pre,Here}(s, lo, hi);
        loop invariant from: DueFrom{Pre,Here}(s);
        loop invariant order: DueOrder{Pre,Here};
        loop invariant left: LeftOrder{Pre,Here}(s);
        loop invariant before: DueBefore{Pre,Here}(s, r);
        loop invariant heads: \forall integer t; 0 < t < SPANS && t != s ==>
          special_head[t] == \at(special_head[t], Pre);
        loop assigns prev, r, special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1],
                     special_last_due, special_rank[0 .. SPECIALS - 1];
        loop variant r == 0 ? 0 : SPECIALS - RankOf{Pre}(r);
     */
    while (r != 0 && special[r].offset < hi) {
        uint32_t next = special[r].next;
        uint32_t j = special_object(special[r].offset, lo, size);
        //@ assert next: NextOf{Pre}(s, r, next);
        if (special_goes(special[r].kind, marked, keep, j)) {
            special_let_go(s, prev, r, special_told(special[r].kind, marked, j));
            //@ assert gone: RecordSwept{Pre,Here}(r, s, ObjectOf{Pre}(r, lo, size), marked, keep);
        } else {
            //@ assert stays: RecordSwept{Pre,Here}(r, s, ObjectOf{Pre}(r, lo, size), marked, keep);
            prev = r;
        }
        //@ assert to: OverSweptTo{Pre,Here}(s, r, lo, hi, size, marked, keep);
        r = next;
    }
}

/* The objects of `size` bytes from byte lo of span s on that stay: those of `marked`, and those of
 * `live` that have a finalizer. */
/*@ requires specials: Specials;
    requires span: 0 < s < SPANS;
    requires size: 0 < size && hi - lo <= 64 * size;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures stay: Staying(s, lo, hi, size, live, marked, \result);
 */
static uint64_t special_staying(uint32_t s, uint64_t lo, uint64_t hi, uint64_t size, uint64_t live,
                                uint64_t marked) {
    uint64_t keep = marked;
    uint32_t r = special_behind(s, special_before(s, lo, 0));
    /*@ loop invariant member: r != 0 ==> SpecialIn(r, s) && lo <= special[r].offset;
        loop invariant marked: BitsWithin(marked, keep);
        loop invariant only: StayOnly(s, lo, hi, size, live, marked, keep);
        loop invariant all: StayTo(s, r, lo, hi, size, live, keep);
        loop assigns r, keep;
        loop variant r == 0 ? 0 : SPECIALS - RankOf(r);
     */
    while (r != 0 && special[r].offset < hi) {
        uint32_t j = special_object(special[r].offset, lo, size);
        if (special[r].kind == SPECIAL_FINALIZER && bits_test(live, j)) {
            keep = bits_set_one(keep, j);
        }
        r = special[r].next;
    }
    return keep;
}

void special_release(uint32_t s, uint64_t lo, uint64_t hi) {
    if (!special_in_use(s) || hi <= lo) {
        return;
    }
    special_let_go_all(s, lo, hi, hi - lo, 0, 0);
    //@ assert gone: \forall integer r; SpecialOver{Pre}(r, s, lo, hi) ==> !SpecialIn(r, s);
    if (special_head[s] == 0) {
        arena_clear_special(span[s].base);
    }
}

uint64_t special_sweep(uint32_t s, uint64_t lo, uint64_t size, uint64_t live, uint64_t marked) {
    if (!special_in_use(s) || size == 0 || size > WINDOW_BYTES || lo > WINDOW_BYTES) {
        return marked;
    }
    uint64_t hi = lo + WORD_BITS * size;
    uint64_t keep = special_staying(s, lo, hi, size, live, marked);
    special_let_go_all(s, lo, hi, size, marked, keep);
    if (special_head[s] == 0) {
        arena_clear_special(span[s].base);
    }
    return keep;
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
