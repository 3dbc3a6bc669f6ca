/* The lists of special records, for those who take records from one and put them on another: those
 * of spans, which are sorted, that of the spare records and that of those that are due. A record is
 * on one of them, at all times. Called under the heap lock. */
#ifndef CAIRN_SPECIAL_LIST_H
#define CAIRN_SPECIAL_LIST_H

#include "span/special.h"

#include "../../specs/special_list.acsl"

/* Whether s is a span that may have records. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> SpanInUse(s);
 */
int special_in_use(uint32_t s);

/* The record behind `prev` in list s, its first if prev is 0; 0 if there is none. */
/*@ requires lists: SpecialLists;
    requires list: s < SPECIAL_LISTS;
    requires prev: prev <= special_made && (prev != 0 ==> special[prev].span == s);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures behind: SpecialBehind(s, prev, \result);
    ensures member: \result != 0 ==> 0 < \result <= special_made && special[\result].span == s;
 */
uint32_t special_behind(uint32_t s, uint32_t prev);

/* Moves record r, which comes behind `prev` in its list, to list s, behind `ahead`. */
/*@ requires lists: SpecialLists;
    requires record: 0 < r <= special_made && special[r].span != s;
    requires prev: SpecialBehind(special[r].span, prev, r);
    requires list: s < SPECIAL_LISTS;
    requires ahead: ahead <= special_made && (ahead != 0 ==> special[ahead].span == s);
    requires split: OfSpan(s) ==> SpecialSplit(s, ahead, special[r].offset, special[r].kind);
    requires kind: s != 0 ==> SpecialKind(special[r].kind);
    terminates \true;
    exits \false;
    assigns special[0 .. SPECIALS - 1], special_head[0 .. SPECIAL_LISTS - 1],
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
    ensures first: HeadsMoved{Pre,Post}(r, prev, s, ahead);
    ensures linked: NextsMoved{Pre,Post}(r, prev, s, ahead);
    ensures behind: SpecialBehind(\old(special[r].span), prev, \old(special[r].next));
 */
void special_move(uint32_t r, uint32_t prev, uint32_t s, uint32_t ahead);

#endif
