/* The audit of the span lists, and the proof that it says without ghosts what SpanList says. */
#include "span/span_list.h"
#include "../../specs/span_list_lemmas.acsl"

/* Every number in the tables names something, and 0 nothing. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures sound: \result != 0 <==> LinkRange && EndRange && NoneOff;
    ensures flaw: \result == 0 ==> ListsFlawed;
 */
static int ranges_audit(void) {
    uint32_t s, q;
    /*@ loop invariant range: 0 <= s <= SPANS;
        loop invariant sound: \forall integer t; 0 <= t < s ==>
          span_link[t].next < SPANS && span_link[t].prev < SPANS && span_link[t].list < SPAN_LISTS;
        loop assigns s;
        loop variant SPANS - s;
     */
    for (s = 0; s < SPANS; s++)
        if (span_link[s].next >= SPANS || span_link[s].prev >= SPANS ||
            span_link[s].list >= SPAN_LISTS)
            return audit_fails(LINK_NAMES, s, 0);
    /*@ loop invariant range: 0 <= q <= SPAN_LISTS;
        loop invariant sound: \forall integer p; 0 <= p < q ==>
          span_list[p].first < SPANS && span_list[p].last < SPANS;
        loop assigns q;
        loop variant SPAN_LISTS - q;
     */
    for (q = 0; q < SPAN_LISTS; q++)
        if (span_list[q].first >= SPANS || span_list[q].last >= SPANS)
            return audit_fails(ENDS_NAME, q, 0);
    return (span_link[0].list == 0 && span_list[0].first == 0 && span_list[0].last == 0) ||
           audit_fails(NONE_OFF, 0, 0);
}

/* A span and its neighbours agree. */
/*@ requires range: LinkRange;
    requires span: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> LinkSound(s);
 */
static int link_audit(uint32_t s) {
    uint32_t next = span_link[s].next;
    uint32_t prev = span_link[s].prev;
    uint32_t list = span_link[s].list;
    if (list == 0)
        return next == 0 && prev == 0;
    if (next == 0 ? span_list[list].last != s
                  : span_link[next].list != list || span_link[next].prev != s)
        return 0;
    return prev == 0 ? span_list[list].first == s
                     : span_link[prev].list == list && span_link[prev].next == s;
}

/* A list and its ends agree. */
/*@ requires range: EndRange;
    requires list: ListNumber(q);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> EndsSound(q);
 */
static int ends_audit(uint32_t q) {
    uint32_t first = span_list[q].first;
    uint32_t last = span_list[q].last;
    if (first == 0 || last == 0)
        return first == last;
    return span_link[first].list == q && span_link[first].prev == 0 && span_link[last].list == q &&
           span_link[last].next == 0;
}

/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures sound: \result != 0 <==> SpanListLinks;
    ensures flaw: \result == 0 ==> ListsFlawed;
 */
static int links_audit(void) {
    uint32_t s, q;
    if (!ranges_audit())
        return 0;
    /*@ loop invariant range: 0 <= s <= SPANS;
        loop invariant sound: \forall integer t; 0 <= t < s ==> LinkSound(t);
        loop assigns s;
        loop variant SPANS - s;
     */
    for (s = 0; s < SPANS; s++)
        if (!link_audit(s))
            return audit_fails(LINK_SOUND, s, 0);
    /*@ loop invariant range: 1 <= q <= SPAN_LISTS;
        loop invariant sound: \forall integer p; 0 < p < q ==> EndsSound(p);
        loop assigns q;
        loop variant SPAN_LISTS - q;
     */
    for (q = 1; q < SPAN_LISTS; q++)
        if (!ends_audit(q))
            return audit_fails(ENDS_SOUND, q, 0);
    return 1;
}

/* How many spans a walk from span s sees, in at most SPANS steps. */
/*@ requires range: LinkRange;
    requires span: s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures count: \result == WalkCount(s, SPANS);
    ensures bound: \result <= SPANS;
 */
static uint32_t walk_count(uint32_t s) {
    uint32_t n = 0;
    /*@ loop invariant range: s < SPANS && 0 <= n <= SPANS;
        loop invariant count: n + WalkCount(s, SPANS - n) == WalkCount(\at(s, Pre), SPANS);
        loop assigns s, n;
        loop variant SPANS - n;
     */
    while (s != 0 && n < SPANS) {
        s = span_link[s].next;
        n++;
    }
    return n;
}

/* A span in a cycle is on a list, but no walk from the front of a list meets it. */
int span_list_audit(void) {
    uint64_t walked = 0;
    uint32_t on = 0, q, s;

    if (!links_audit())
        return 0;
    /*@ loop invariant range: 1 <= q <= SPAN_LISTS;
        loop invariant walked: walked == WalkTotal(q) && walked <= (q - 1) * SPANS;
        loop assigns q, walked;
        loop variant SPAN_LISTS - q;
     */
    for (q = 1; q < SPAN_LISTS; q++)
        walked += walk_count(span_list[q].first);
    /*@ loop invariant range: 0 <= s <= SPANS;
        loop invariant on: 0 <= on <= s && on == OnCount(s);
        loop assigns s, on;
        loop variant SPANS - s;
     */
    for (s = 0; s < SPANS; s++)
        if (span_link[s].list != 0)
            on++;
    return walked == on || audit_fails(SPAN_LIST_SOUND, 0, 0);
}

/*@ ghost
    void span_list_zero(void)
    {
        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant none: \forall integer q; ListNumber(q) ==> ListCount(q, i) == 0;
           loop assigns i;
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            ;
    }

    // A walk along a list sees as many spans as name it.
    /@ requires list: ListNumber(list);
       requires lists: SpanList;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures length: WalkCount(span_list[list].first, SPANS) == ListCount(list, SPANS);
     @/
    static void walk_is_length(uint32_t list)
    {
        uint32_t s = span_list[list].first;
        uint32_t n = 0;

        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant bound: ListCount(list, i) <= i;
           loop assigns i;
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            ;
        /@ loop invariant range: s < SPANS && 0 <= n <= list_length[list];
           loop invariant place: s != 0 ==> span_link[s].list == list && list_place[s] == n;
           loop invariant done: s == 0 ==> n == list_length[list];
           loop invariant count: n + WalkCount(s, SPANS - n) ==
             WalkCount(span_list[list].first, SPANS);
           loop assigns s, n;
           loop variant list_length[list] - n;
         @/
        while (s != 0) {
            s = span_link[s].next;
            n++;
        }
    }

    // One span more on a list makes the counts of all lists together one more.
    /@ requires range: LinkRange && s < SPANS;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures step: CountTotal(SPAN_LISTS, s + 1) ==
         CountTotal(SPAN_LISTS, s) + (span_link[s].list != 0 ? 1 : 0);
     @/
    static void count_step(uint32_t s)
    {
        /@ loop invariant range: 1 <= q <= SPAN_LISTS;
           loop invariant step: CountTotal(q, s + 1) ==
             CountTotal(q, s) + (0 < span_link[s].list < q ? 1 : 0);
           loop assigns q;
           loop variant SPAN_LISTS - q;
         @/
        for (uint32_t q = 1; q < SPAN_LISTS; q++)
            ;
    }

    void span_list_sound(void)
    {
        /@ loop invariant range: 1 <= q <= SPAN_LISTS;
           loop invariant walked: WalkTotal(q) == CountTotal(q, SPANS);
           loop invariant none: CountTotal(q, 0) == 0;
           loop assigns q;
           loop variant SPAN_LISTS - q;
         @/
        for (uint32_t q = 1; q < SPAN_LISTS; q++)
            walk_is_length(q);
        /@ loop invariant range: 0 <= s <= SPANS;
           loop invariant on: CountTotal(SPAN_LISTS, s) == OnCount(s);
           loop assigns s;
           loop variant SPANS - s;
         @/
        for (uint32_t s = 0; s < SPANS; s++)
            count_step(s);
    }
 */

/*@ ghost
    // Gives span s of list q, which has none, place k; it comes after `before`, or first.
    /@ requires span: SpanNumber(s) && k < SPANS && !Marked(s) && span_link[s].list == q;
       requires behind: before != 0 ==> before < SPANS && span_link[before].next == s &&
         list_place[before] + 1 == k;
       requires below: MarkedBelow(q, k);
       requires next: MarkedNext(before);
       requires unique: MarkedUnique;
       terminates \true;
       exits \false;
       assigns list_place[s];
       ensures place: list_place[s] == k;
       ensures below: MarkedBelow(q, k + 1);
       ensures next: MarkedNext(s);
       ensures unique: MarkedUnique;
       ensures count: MarkCount(SPANS) == MarkCount{Pre}(SPANS) + 1;
       ensures counts: MarkedMore{Pre,Post}(s, SPANS);
     @/
    static void mark(uint32_t q, uint32_t s, uint32_t before, uint32_t k)
    {
        list_place[s] = k;
        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant count: MarkCount(i) == MarkCount{Pre}(i) + (s < i ? 1 : 0);
           loop invariant counts: MarkedMore{Pre,Here}(s, i);
           loop assigns i;
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            ;
    }

    // A list of which a span has no place yet has fewer than SPANS with one.
    /@ requires span: s < SPANS && !Marked(s);
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures room: MarkOn(list, SPANS) < SPANS;
     @/
    static void marks_fit(uint32_t list, uint32_t s)
    {
        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant room: MarkOn(list, i) <= i - (s < i ? 1 : 0);
           loop assigns i;
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            ;
    }

    // Gives the spans a walk from the front of a list sees their places.
    /@ requires list: ListNumber(q);
       requires links: SpanListLinks;
       requires numbered: Numbered(q);
       requires walked: MarkCount(SPANS) == WalkTotal(q);
       terminates \true;
       exits \false;
       assigns list_place[0 .. SPANS - 1], list_length[q];
       ensures below: MarkedBelow(q + 1, 0);
       ensures next: MarkedNext(0);
       ensures prev: MarkedPrev;
       ensures first: MarkedFirst;
       ensures unique: MarkedUnique;
       ensures last: MarkedLast(q + 1);
       ensures bound: MarkedBound(q + 1);
       ensures lengths: MarkedLengths(q + 1);
       ensures rest: MarkedRest(q + 1);
       ensures walked: MarkCount(SPANS) == WalkTotal(q + 1);
     @/
    static void number_list(uint32_t q)
    {
        uint32_t s = span_list[q].first;
        uint32_t before = 0;
        uint32_t n = 0;

        /@ loop invariant range: s < SPANS && before < SPANS && 0 <= n <= SPANS;
           loop invariant start: (before == 0 <==> n == 0) &&
             (n == 0 ==> s == span_list[q].first);
           loop invariant here: s != 0 ==> span_link[s].list == q && span_link[s].prev == before;
           loop invariant behind: before != 0 ==> span_link[before].list == q &&
             span_link[before].next == s && list_place[before] == n - 1;
           loop invariant below: MarkedBelow(q, n);
           loop invariant next: MarkedNext(before);
           loop invariant prev: MarkedPrev;
           loop invariant first: MarkedFirst;
           loop invariant unique: MarkedUnique;
           loop invariant last: MarkedLast(q);
           loop invariant bound: MarkedBound(q);
           loop invariant lengths: MarkedLengths(q);
           loop invariant rest: MarkedRest(q + 1);
           loop invariant length: MarkOn(q, SPANS) == n;
           loop invariant walked: MarkCount(SPANS) == WalkTotal(q) + n;
           loop invariant count: n + WalkCount(s, SPANS - n) ==
             WalkCount(span_list[q].first, SPANS);
           loop assigns s, before, n, list_place[0 .. SPANS - 1];
           loop variant SPANS - n;
         @/
        while (s != 0) {
            /@ assert unmarked: !Marked(s); @/
            marks_fit(q, s);
            mark(q, s, before, n);
            before = s;
            s = span_link[s].next;
            n++;
        }
        list_length[q] = n;
    }

    // Where as many spans have a place as are on lists, each on a list has one.
    /@ requires below: MarkedBelow(SPAN_LISTS, 0);
       requires equal: MarkCount(SPANS) == OnCount(SPANS);
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures all: MarkedAll(SPANS);
     @/
    static void marks_all(void)
    {
        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant most: MarkCount(i) <= OnCount(i);
           loop invariant all: MarkCount(i) == OnCount(i) ==> MarkedAll(i);
           loop assigns i;
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            ;
    }

    void span_list_number(void)
    {
        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant none: \forall integer t; 0 <= t < i ==> list_place[t] == SPANS;
           loop assigns i, list_place[0 .. SPANS - 1];
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            list_place[i] = SPANS;
        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant none: MarkCount(i) == 0;
           loop invariant rest: \forall integer q; ListNumber(q) ==> MarkOn(q, i) == 0;
           loop assigns i;
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            ;
        /@ loop invariant range: 1 <= q <= SPAN_LISTS;
           loop invariant numbered: Numbered(q);
           loop invariant walked: MarkCount(SPANS) == WalkTotal(q);
           loop assigns q, list_place[0 .. SPANS - 1], list_length[0 .. SPAN_LISTS - 1];
           loop variant SPAN_LISTS - q;
         @/
        for (uint32_t q = 1; q < SPAN_LISTS; q++)
            number_list(q);
        marks_all();
        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant same: \forall integer q; ListNumber(q) ==>
             ListCount(q, i) == MarkOn(q, i);
           loop assigns i;
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            ;
    }
 */
