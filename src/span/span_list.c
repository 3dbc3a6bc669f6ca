#include "span/span_list.h"
#include "../../specs/span_list_lemmas.acsl"

struct span_link span_link[SPANS];
struct span_list span_list[SPAN_LISTS];

/*@ ghost
    // A count is at most what was counted.
    /@ terminates \true;
       exits \false;
       assigns \nothing;
       ensures bound: 0 <= ListCount(list, SPANS) <= SPANS;
     @/
    static void count_fits(uint32_t list)
    {
        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant bound: 0 <= ListCount(list, i) <= i;
           loop assigns i;
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            ;
    }

    // The spans of a list from place k on make room by one.
    /@ requires list: ListNumber(list);
       requires none_off: NoneOff;
       requires bound: PlaceBound;
       requires unique: PlaceUnique;
       requires length: list_length[list] <= SPANS;
       terminates \true;
       exits \false;
       assigns list_place[1 .. SPANS - 1];
       ensures unique: PlaceUnique;
       ensures free: PlaceFree(list, k);
       ensures opened: PlacesOpened{Pre,Post}(list, k);
       ensures others: PlacesBut{Pre,Post}(list);
     @/
    static void open_places(uint32_t list, uint32_t k)
    {
        /@ loop invariant range: 1 <= i <= SPANS;
           loop invariant opened: \forall integer t; 1 <= t < SPANS && span_link[t].list == list ==>
             list_place[t] == \at(list_place[t], Pre) + (t < i && \at(list_place[t], Pre) >= k ? 1 : 0);
           loop invariant others: PlacesBut{Pre,Here}(list);
           loop assigns i, list_place[1 .. SPANS - 1];
           loop variant SPANS - i;
         @/
        for (uint32_t i = 1; i < SPANS; i++)
            if (span_link[i].list == list && list_place[i] >= k)
                list_place[i]++;
    }

    // The spans of a list behind place k close up.
    /@ requires list: ListNumber(list);
       requires none_off: NoneOff;
       terminates \true;
       exits \false;
       assigns list_place[1 .. SPANS - 1];
       ensures closed: PlacesClosed{Pre,Post}(list, k);
       ensures others: PlacesBut{Pre,Post}(list);
     @/
    static void close_places(uint32_t list, uint32_t k)
    {
        /@ loop invariant range: 1 <= i <= SPANS;
           loop invariant closed: \forall integer t; 1 <= t < SPANS && span_link[t].list == list ==>
             list_place[t] == \at(list_place[t], Pre) - (t < i && \at(list_place[t], Pre) > k ? 1 : 0);
           loop invariant others: PlacesBut{Pre,Here}(list);
           loop assigns i, list_place[1 .. SPANS - 1];
           loop variant SPANS - i;
         @/
        for (uint32_t i = 1; i < SPANS; i++)
            if (span_link[i].list == list && list_place[i] > k)
                list_place[i]--;
    }
 */

/* Puts span `after` behind span `before` on a list; 0 stands for the ends of the list. */
/*@ requires list: ListNumber(list);
    requires range: before < SPANS && after < SPANS;
    terminates \true;
    exits \false;
    assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1];
    ensures next: JoinedNext{Pre,Post}(before, after);
    ensures prev: JoinedPrev{Pre,Post}(before, after);
    ensures list: JoinedList{Pre,Post};
    ensures first: JoinedFirst{Pre,Post}(list, before, after);
    ensures last: JoinedLast{Pre,Post}(list, before, after);
 */
static void join(uint32_t list, uint32_t before, uint32_t after) {
    if (before != 0)
        span_link[before].next = after;
    else
        span_list[list].first = after;
    if (after != 0)
        span_link[after].prev = before;
    else
        span_list[list].last = before;
}

/* Puts span s between two neighbours on a list; 0 stands for the ends of the list. */
/*@ requires list: ListNumber(list);
    requires span: SpanNumber(s) && span_link[s].list == 0;
    requires gap: Gap(list, before, after);
    requires links: SpanListLinks;
    requires order: SpanListOrder;
    terminates \true;
    exits \false;
    assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1],
            list_place[1 .. SPANS - 1], list_length[1 .. SPAN_LISTS - 1];
    ensures link_range: LinkRange;
    ensures end_range: EndRange;
    ensures none_off: NoneOff;
    ensures link_off: LinkOff;
    ensures next_link: NextLink;
    ensures prev_link: PrevLink;
    ensures first_link: FirstLink;
    ensures last_link: LastLink;
    ensures first_on: FirstOn;
    ensures last_on: LastOn;
    ensures ends_agree: EndsAgree;
    ensures place_next: PlaceNext;
    ensures place_first: PlaceFirst;
    ensures place_last: PlaceLast;
    ensures place_bound: PlaceBound;
    ensures place_unique: PlaceUnique;
    ensures length_count: LengthCount;
    ensures length_empty: LengthEmpty;
    ensures on: span_link[s].list == list;
    ensures place: list_place[s] == PlaceAfter{Pre}(before);
    ensures members: MembersBut{Pre,Post}(s);
    ensures opened: PlacesOpened{Pre,Post}(list, PlaceAfter{Pre}(before));
    ensures lengths: LengthsBut{Pre,Post}(list, 1);
    ensures other_links: OtherLinks{Pre,Post}(list, list);
    ensures other_entries: OtherEntries{Pre,Post}(list, list);
 */
static void link_between(uint32_t list, uint32_t s, uint32_t before, uint32_t after) {
    /*@ ghost count_fits(list);
        uint32_t k = before == 0 ? 0 : list_place[before] + 1;
        /@ assert gap: GapPlace(list, before, after, k); @/
        open_places(list, k);
        list_place[s] = k;
        list_length[list]++;
     */
    span_link[s].list = list;
    join(list, before, s);
    join(list, s, after);
    /*@ ghost
        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant count: \forall integer q; ListNumber(q) ==>
             ListCount(q, i) == ListCount{Pre}(q, i) + (q == list && s < i ? 1 : 0);
           loop assigns i;
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            ;
     */
}

/* Takes span s from between its neighbours. */
/*@ requires list: ListNumber(list);
    requires span: SpanNumber(s) && span_link[s].list == list;
    requires links: SpanListLinks;
    requires order: SpanListOrder;
    terminates \true;
    exits \false;
    assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1],
            list_place[1 .. SPANS - 1], list_length[1 .. SPAN_LISTS - 1];
    ensures link_range: LinkRange;
    ensures end_range: EndRange;
    ensures none_off: NoneOff;
    ensures link_off: LinkOff;
    ensures next_link: NextLink;
    ensures prev_link: PrevLink;
    ensures first_link: FirstLink;
    ensures last_link: LastLink;
    ensures first_on: FirstOn;
    ensures last_on: LastOn;
    ensures ends_agree: EndsAgree;
    ensures place_next: PlaceNext;
    ensures place_first: PlaceFirst;
    ensures place_last: PlaceLast;
    ensures place_bound: PlaceBound;
    ensures place_unique: PlaceUnique;
    ensures length_count: LengthCount;
    ensures length_empty: LengthEmpty;
    ensures off: span_link[s].list == 0;
    ensures members: MembersBut{Pre,Post}(s);
    ensures closed: PlacesClosed{Pre,Post}(list, \old(list_place[s]));
    ensures lengths: LengthsBut{Pre,Post}(list, -1);
    ensures other_links: OtherLinks{Pre,Post}(list, list);
    ensures other_entries: OtherEntries{Pre,Post}(list, list);
 */
static void unlink_span(uint32_t list, uint32_t s) {
    uint32_t next = span_link[s].next;
    uint32_t prev = span_link[s].prev;

    //@ assert ends: Ends(list, s);
    //@ ghost close_places(list, list_place[s]);
    //@ ghost list_length[list]--;
    join(list, prev, next);
    span_link[s].next = 0;
    span_link[s].prev = 0;
    span_link[s].list = 0;
    /*@ ghost
        /@ loop invariant range: 0 <= i <= SPANS;
           loop invariant count: \forall integer q; ListNumber(q) ==>
             ListCount(q, i) == ListCount{Pre}(q, i) - (q == list && s < i ? 1 : 0);
           loop assigns i;
           loop variant SPANS - i;
         @/
        for (uint32_t i = 0; i < SPANS; i++)
            ;
     */
}

enum span_list_status span_list_init(uint32_t list) {
    if (list == 0 || list >= SPAN_LISTS)
        return LIST_BAD_LIST;
    /*@ loop invariant lists: SpanList;
        loop invariant length: list_length[list] <= \at(list_length[list], Pre);
        loop invariant members: MembersLeft{Pre,Here}(list, 0, list_length[list]);
        loop invariant places: PlacesLeft{Pre,Here}(list, list_length[list]);
        loop invariant other_links: OtherLinks{Pre,Here}(list, list);
        loop invariant other_entries: OtherEntries{Pre,Here}(list, list);
        loop assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1],
                     list_place[1 .. SPANS - 1], list_length[1 .. SPAN_LISTS - 1];
        loop variant list_length[list];
     */
    while (span_list[list].last != 0)
        unlink_span(list, span_list[list].last);
    return LIST_OK;
}

int span_list_is_empty(uint32_t list) {
    return list == 0 || list >= SPAN_LISTS || span_list[list].first == 0;
}

enum span_list_status span_list_insert(uint32_t list, uint32_t s) {
    if (list == 0 || list >= SPAN_LISTS)
        return LIST_BAD_LIST;
    if (s == 0 || s >= SPANS)
        return LIST_BAD_SPAN;
    if (span_link[s].list != 0)
        return LIST_IS_ON;
    link_between(list, s, 0, span_list[list].first);
    return LIST_OK;
}

enum span_list_status span_list_insert_back(uint32_t list, uint32_t s) {
    if (list == 0 || list >= SPAN_LISTS)
        return LIST_BAD_LIST;
    if (s == 0 || s >= SPANS)
        return LIST_BAD_SPAN;
    if (span_link[s].list != 0)
        return LIST_IS_ON;
    link_between(list, s, span_list[list].last, 0);
    return LIST_OK;
}

enum span_list_status span_list_remove(uint32_t list, uint32_t s) {
    if (list == 0 || list >= SPAN_LISTS)
        return LIST_BAD_LIST;
    if (s == 0 || s >= SPANS)
        return LIST_BAD_SPAN;
    if (span_link[s].list != list)
        return LIST_NOT_ON;
    unlink_span(list, s);
    return LIST_OK;
}

/* Moves the last span of `other` to the front of the list. */
/*@ requires list: ListNumber(list) && ListNumber(other) && list != other;
    requires some: span_list[other].last != 0;
    requires lists: SpanList;
    terminates \true;
    exits \false;
    assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1],
            list_place[1 .. SPANS - 1], list_length[1 .. SPAN_LISTS - 1];
    ensures lists: SpanList;
    ensures on: span_link[\old(span_list[other].last)].list == list;
    ensures place: list_place[\old(span_list[other].last)] == 0;
    ensures members: MembersBut{Pre,Post}(\old(span_list[other].last));
    ensures opened: PlacesOpened{Pre,Post}(list, 0);
    ensures stayed: PlacesStayed{Pre,Post}(other);
    ensures more: list_length[list] == \old(list_length[list]) + 1;
    ensures less: list_length[other] == \old(list_length[other]) - 1;
    ensures other_links: OtherLinks{Pre,Post}(list, other);
    ensures other_entries: OtherEntries{Pre,Post}(list, other);
 */
static void move_last(uint32_t list, uint32_t other) {
    uint32_t s = span_list[other].last;

    unlink_span(other, s);
    link_between(list, s, 0, span_list[list].first);
}

/* Each span has to be told its new list, so nothing is lost by moving them one at a time. */
enum span_list_status span_list_take_all(uint32_t list, uint32_t other) {
    if (list == 0 || list >= SPAN_LISTS || other == 0 || other >= SPAN_LISTS)
        return LIST_BAD_LIST;
    if (list == other)
        return LIST_SAME;
    /*@ loop invariant lists: SpanList;
        loop invariant left: list_length[other] <= \at(list_length[other], Pre);
        loop invariant moved: list_length[list] + list_length[other] ==
          \at(list_length[list], Pre) + \at(list_length[other], Pre);
        loop invariant members: MembersLeft{Pre,Here}(other, list, list_length[other]);
        loop invariant kept: PlacesLeft{Pre,Here}(other, list_length[other]);
        loop invariant places: PlacesMoved{Pre,Here}(list, other, list_length[other]);
        loop invariant other_links: OtherLinks{Pre,Here}(list, other);
        loop invariant other_entries: OtherEntries{Pre,Here}(list, other);
        loop assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1],
                     list_place[1 .. SPANS - 1], list_length[1 .. SPAN_LISTS - 1];
        loop variant list_length[other];
     */
    while (span_list[other].last != 0)
        move_last(list, other);
    return LIST_OK;
}

/* Every number in the tables names something, and 0 nothing. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> LinkRange && EndRange && NoneOff;
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
            return 0;
    /*@ loop invariant range: 0 <= q <= SPAN_LISTS;
        loop invariant sound: \forall integer p; 0 <= p < q ==>
          span_list[p].first < SPANS && span_list[p].last < SPANS;
        loop assigns q;
        loop variant SPAN_LISTS - q;
     */
    for (q = 0; q < SPAN_LISTS; q++)
        if (span_list[q].first >= SPANS || span_list[q].last >= SPANS)
            return 0;
    return span_link[0].list == 0 && span_list[0].first == 0 && span_list[0].last == 0;
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
    assigns \nothing;
    ensures sound: \result != 0 <==> SpanListLinks;
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
            return 0;
    /*@ loop invariant range: 1 <= q <= SPAN_LISTS;
        loop invariant sound: \forall integer p; 0 < p < q ==> EndsSound(p);
        loop assigns q;
        loop variant SPAN_LISTS - q;
     */
    for (q = 1; q < SPAN_LISTS; q++)
        if (!ends_audit(q))
            return 0;
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
    return walked == on;
}
