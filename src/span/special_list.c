/* Records in their lists, and in the line of all. */
#include "span/special_list.h"
#include "../../specs/special_move_lemmas.acsl"

struct special special[SPECIALS];
uint32_t special_head[SPECIAL_LISTS];
uint32_t special_made;
uint32_t special_last_due;
uint64_t special_births;

int special_in_use(uint32_t s) {
    return s != 0 && s < SPANS && span_state_load(s) == SPAN_IN_USE;
}

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

uint32_t special_behind(uint32_t s, uint32_t prev) {
    return prev == 0 ? special_head[s] : special[prev].next;
}

/* Takes record r out from behind `prev` of its list and links it in behind `ahead` of s. */
/*@ requires links: SpecialLinks;
    requires record: 0 < r <= special_made && special[r].span != s;
    requires prev: SpecialBehind(special[r].span, prev, r);
    requires list: s < SPECIAL_LISTS;
    requires ahead: ahead <= special_made && (ahead != 0 ==> special[ahead].span == s);
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1];
    ensures links: SpecialLinks;
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

void special_move(uint32_t r, uint32_t prev, uint32_t s, uint32_t ahead) {
    //@ assert only: OnlyBehind(special[r].span, prev, r) && TakenBehind(special[r].span, prev, r);
    special_relink(r, prev, s, ahead);
    //@ ghost special_line_up(r, special[r].next);
    //@ assert moved: SpecialMoved{Pre,Here}(r, prev, s, ahead);
    //@ assert joined: JoinedBehind(s, ahead, r) && FollowedBehind(s, r);
    //@ assert placed: PlacedBehind(s, ahead, r);
    //@ assert around: SortedAround(s, r);
}
