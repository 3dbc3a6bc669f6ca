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
