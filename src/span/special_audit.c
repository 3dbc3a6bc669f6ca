/* Are the lists of special records sound? It takes nothing in the tables for granted. */
#include "span/special.h"
#include "span/special_list.h"
#include "../../specs/special_audit_lemmas.acsl"

uint8_t special_met[SPECIALS];

/* Whether nothing points past the records made, or past the lists. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> SpecialLinks;
    ensures flaw: \result == 0 ==> LinksFlawed;
 */
static int audit_links(void) {
    if (special_made >= SPECIALS) {
        return audit_fails(SPECIAL_LINKS, 0, 0);
    }
    /*@ loop invariant range: 0 <= s <= SPECIAL_LISTS;
        loop invariant heads: \forall integer t; 0 <= t < s ==> special_head[t] <= special_made;
        loop assigns s;
        loop variant SPECIAL_LISTS - s;
     */
    for (uint32_t s = 0; s < SPECIAL_LISTS; s++) {
        if (special_head[s] > special_made) {
            return audit_fails(HEAD_NAMES, s, 0);
        }
    }
    /*@ loop invariant range: 1 <= r <= special_made + 1;
        loop invariant links: \forall integer q; 0 < q < r ==>
          special[q].next <= special_made && special[q].span < SPECIAL_LISTS;
        loop assigns r;
        loop variant special_made + 1 - r;
     */
    for (uint32_t r = 1; r <= special_made; r++) {
        if (special[r].next > special_made || special[r].span >= SPECIAL_LISTS) {
            return audit_fails(SPECIAL_NAMES, r, 0);
        }
    }
    return 1;
}

/* Meets record r: counts it, and lines it up behind those met before. */
/*@ requires links: SpecialLinks;
    requires record: 0 < r <= special_made && special_met[r] == 0;
    requires counted: MetCounted;
    terminates \true;
    exits \false;
    assigns special_met[r], special_found[r], special_count;
    ensures met: special_met[r] == 1;
    ensures last: special_found[r] == special_count;
    ensures count: special_count == \old(special_count) + 1;
    ensures counted: MetCounted;
 */
static void audit_meet(uint32_t r) {
    special_met[r] = 1;
    /*@ ghost
        uint32_t n = 0;
        /@ loop invariant range: 0 <= n <= special_made;
           loop invariant bound: MetCount(n) <= n;
           loop invariant count: MetCount(n) == MetCount{Pre}(n) + (r <= n ? 1 : 0);
           loop assigns n;
           loop variant special_made - n;
         @/
        while (n < special_made) { n++; }
        special_count++;
        special_found[r] = special_count;
     */
}

/* Whether record r may stand in list s, behind `prev`; at its front, if prev is 0. */
/*@ requires records: r < SPECIALS && prev < SPECIALS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result != 0 <==> special[r].span == s && (s != 0 ==>
      SpecialKind(special[r].kind) && (OfSpan(s) && prev != 0 ==>
        !SpecialBefore(r, special[prev].offset, special[prev].kind)));
 */
static int audit_order(uint32_t s, uint32_t prev, uint32_t r) {
    if (special[r].span != s || s == 0) {
        return special[r].span == s;
    }
    if (special[r].kind < SPECIAL_FINALIZER || special[r].kind > SPECIAL_CLEANUP) {
        return 0;
    }
    return s == SPECIAL_DUE || prev == 0 || special[prev].offset < special[r].offset ||
           (special[prev].offset == special[r].offset && special[prev].kind <= special[r].kind);
}

/* Whether list s is sound, the lists below it being so. */
/*@ requires links: SpecialLinks;
    requires list: s < SPECIAL_LISTS;
    requires counted: MetCounted;
    requires places: MetPlaces;
    requires apart: MetApart;
    requires below: MetBelow(s);
    requires heads: MetHeads(s);
    requires firsts: MetFirsts;
    requires nexts: MetNexts(0);
    requires gaps: MetGaps(0);
    requires sorted: MetSorted;
    requires kinds: MetKinds;
    terminates \true;
    exits \false;
    assigns special_met[0 .. SPECIALS - 1], special_found[0 .. SPECIALS - 1], special_count;
    ensures counted: \result != 0 ==> MetCounted;
    ensures places: \result != 0 ==> MetPlaces;
    ensures apart: \result != 0 ==> MetApart;
    ensures below: \result != 0 ==> MetBelow(s + 1);
    ensures heads: \result != 0 ==> MetHeads(s + 1);
    ensures firsts: \result != 0 ==> MetFirsts;
    ensures nexts: \result != 0 ==> MetNexts(0);
    ensures gaps: \result != 0 ==> MetGaps(0);
    ensures sorted: \result != 0 ==> MetSorted;
    ensures kinds: \result != 0 ==> MetKinds;
    ensures complete: SpecialLists && MetAllBelow{Pre}(s) ==> \result != 0 && MetAllBelow(s + 1);
 */
static int audit_list(uint32_t s) {
    uint32_t prev = 0;
    uint32_t r = special_head[s];
    /*@ loop invariant records: r <= special_made && prev <= special_made;
        loop invariant behind: SpecialBehind(s, prev, r);
        loop invariant counted: MetCounted;
        loop invariant places: MetPlaces;
        loop invariant apart: MetApart;
        loop invariant last: MetLast(s, prev);
        loop invariant below: MetBelow(s + 1);
        loop invariant heads: MetHeads(s) && (prev != 0 ==> MetHeads(s + 1));
        loop invariant firsts: MetFirsts;
        loop invariant nexts: MetNexts(prev);
        loop invariant gaps: MetGaps(prev);
        loop invariant greatest: MetGreatest(s, prev);
        loop invariant sorted: MetSorted;
        loop invariant kinds: MetKinds;
        loop invariant complete: SpecialLists && MetAllBelow{Pre}(s) ==> MetUpTo(s, prev);
        loop assigns prev, r, special_met[0 .. SPECIALS - 1], special_found[0 .. SPECIALS - 1],
                     special_count;
        loop variant special_made - special_count;
     */
    while (r != 0) {
        if (special_met[r] || !audit_order(s, prev, r)) {
            return 0;
        }
        //@ assert followed: MetFollowed(s);
        //@ assert lesser: MetLesser(s, r);
        audit_meet(r);
        //@ assert only: MetOnly{LoopCurrent,Here}(r);
        prev = r;
        r = special[r].next;
    }
    return 1;
}

/* Forgets what an audit met before. */
/*@ requires links: SpecialLinks;
    terminates \true;
    exits \false;
    assigns special_met[0 .. SPECIALS - 1], special_count;
    ensures none: NoneMet;
    ensures counted: MetCounted && special_count == 0;
 */
static void audit_forget(void) {
    /*@ loop invariant range: 0 <= r <= SPECIALS;
        loop invariant none: \forall integer q; 0 <= q < r ==> special_met[q] == 0;
        loop assigns r, special_met[0 .. SPECIALS - 1];
        loop variant SPECIALS - r;
     */
    for (uint32_t r = 0; r < SPECIALS; r++) {
        special_met[r] = 0;
    }
    /*@ ghost
        special_count = 0;
        uint32_t n = 0;
        /@ loop invariant range: 0 <= n <= special_made;
           loop invariant count: MetCount(n) == 0;
           loop assigns n;
           loop variant special_made - n;
         @/
        while (n < special_made) { n++; }
     */
}

/* Whether every record was met. */
/*@ requires links: SpecialLinks;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures audit: \result != 0 <==> MetAllBelow(SPECIAL_LISTS);
 */
static int audit_all_met(void) {
    /*@ loop invariant range: 1 <= r <= special_made + 1;
        loop invariant met: \forall integer q; 0 < q < r ==> special_met[q] != 0;
        loop assigns r;
        loop variant special_made + 1 - r;
     */
    for (uint32_t r = 1; r <= special_made; r++) {
        if (!special_met[r]) {
            return 0;
        }
    }
    return 1;
}

/* Takes the line the audit met the records in. */
/*@ ghost
    /@ requires links: SpecialLinks;
       terminates \true;
       exits \false;
       assigns special_rank[1 .. special_made];
       ensures line: FoundLine(special_made);
     @/
    void audit_line(void) {
        uint32_t r = 1;
        /@ loop invariant range: 1 <= r <= special_made + 1;
           loop invariant line: FoundLine(r - 1);
           loop assigns r, special_rank[1 .. special_made];
           loop variant special_made + 1 - r;
         @/
        while (r <= special_made) { special_rank[r] = special_found[r]; r++; }
    }
 */

/* Whether all lists are sound. */
/*@ requires links: SpecialLinks;
    terminates \true;
    exits \false;
    assigns special_met[0 .. SPECIALS - 1], special_found[0 .. SPECIALS - 1], special_count,
            special_rank[0 .. SPECIALS - 1];
    ensures places: \result != 0 ==> SpecialPlaces;
    ensures apart: \result != 0 ==> SpecialApart;
    ensures heads: \result != 0 ==> SpecialHeads;
    ensures firsts: \result != 0 ==> SpecialFirsts;
    ensures nexts: \result != 0 ==> SpecialNexts;
    ensures gaps: \result != 0 ==> SpecialGaps;
    ensures sorted: \result != 0 ==> SpecialSorted;
    ensures kinds: \result != 0 ==> SpecialKinds;
    ensures complete: SpecialLists{Pre} ==> \result != 0;
 */
static int audit_lists(void) {
    audit_forget();
    /*@ loop invariant range: 0 <= s <= SPECIAL_LISTS;
        loop invariant counted: MetCounted;
        loop invariant places: MetPlaces;
        loop invariant apart: MetApart;
        loop invariant below: MetBelow(s);
        loop invariant heads: MetHeads(s);
        loop invariant firsts: MetFirsts;
        loop invariant nexts: MetNexts(0);
        loop invariant gaps: MetGaps(0);
        loop invariant sorted: MetSorted;
        loop invariant kinds: MetKinds;
        loop invariant complete: SpecialLists ==> MetAllBelow(s);
        loop assigns s, special_met[0 .. SPECIALS - 1], special_found[0 .. SPECIALS - 1],
                     special_count;
        loop variant SPECIAL_LISTS - s;
     */
    for (uint32_t s = 0; s < SPECIAL_LISTS; s++) {
        if (!audit_list(s)) {
            return 0;
        }
    }
    if (!audit_all_met()) {
        return 0;
    }
    //@ ghost audit_line();
    //@ assert all: \forall integer r; 0 < r <= special_made ==> Met(r);
    return 1;
}

/* Whether records belong to heap spans only and lie inside them. */
/*@ requires links: SpecialLinks;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> SpecialsHeld;
    ensures flaw: \result == 0 ==> HeldFlawed;
 */
static int audit_held(void) {
    /*@ loop invariant range: 1 <= r <= special_made + 1;
        loop invariant held: \forall integer q;
          q < r && SpecialOwned(q) && OfSpan(special[q].span) ==>
            SpanInUse(special[q].span) && OffsetInside(special[q].span, special[q].offset);
        loop assigns r;
        loop variant special_made + 1 - r;
     */
    for (uint32_t r = 1; r <= special_made; r++) {
        uint32_t s = special[r].span;
        if (s != SPECIAL_SPARE && s != SPECIAL_DUE &&
            (span[s].state != SPAN_IN_USE ||
             special[r].offset >= (uint64_t)span[s].npages * PAGE_SIZE)) {
            return audit_fails(SPECIAL_HELD, r, 0);
        }
    }
    return 1;
}

/* Whether the last record due is known. */
/*@ requires links: SpecialLinks;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures audit: \result != 0 <==> SpecialLastDue;
 */
static int audit_last_due(void) {
    uint32_t r = special_last_due;
    if (r == 0) {
        return special_head[SPECIAL_DUE] == 0;
    }
    return r <= special_made && special[r].span == SPECIAL_DUE && special[r].next == 0;
}

/* Whether no record was born after the last one. */
/*@ requires links: SpecialLinks;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> SpecialBirths;
    ensures flaw: \result == 0 ==> HeldFlawed;
 */
static int audit_births(void) {
    /*@ loop invariant range: 1 <= r <= special_made + 1;
        loop invariant births: \forall integer q; 0 < q < r ==> special[q].birth <= special_births;
        loop assigns r;
        loop variant special_made + 1 - r;
     */
    for (uint32_t r = 1; r <= special_made; r++) {
        if (special[r].birth > special_births) {
            return audit_fails(SPECIAL_BORN, r, 0);
        }
    }
    return 1;
}

/* Whether pages' bits say where heap spans with records begin. */
/*@ requires map: MapOk;
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> SpecialsBits;
    ensures flaw: \result == 0 ==> HeldFlawed;
 */
static int audit_bits(void) {
    /*@ loop invariant range: 0 <= p <= PAGES;
        loop invariant bits: \forall integer q; 0 <= q < p ==>
          (PageSpecial(q) <==> HeapSpanAt(q) && special_head[page_span[q]] != 0);
        loop assigns p;
        loop variant PAGES - p;
     */
    for (uint32_t p = 0; p < PAGES; p++) {
        uint32_t s = page_span[p];
        int has =
            s != 0 && span[s].state == SPAN_IN_USE && span[s].base == p && special_head[s] != 0;
        if (has != (arena_has_special(p) != 0)) {
            return audit_fails(SPECIAL_BIT, p, 0);
        }
    }
    return 1;
}

int special_audit(void) {
    return audit_links() && (audit_lists() || audit_fails(SPECIAL_LISTS_SOUND, 0, 0)) &&
           (audit_last_due() || audit_fails(SPECIAL_LAST_DUE, 0, 0)) && audit_births() &&
           audit_held() && audit_bits();
}
