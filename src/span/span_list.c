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
       requires length: list_length[list] <= SPANS;
       terminates \true;
       exits \false;
       assigns list_place[1 .. SPANS - 1];
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
    ensures links_elsewhere: LinksElsewhere{Pre,Post}(list);
    ensures entries_elsewhere: EntriesElsewhere{Pre,Post}(list);
 */
static void link_between(uint32_t list, uint32_t s, uint32_t before, uint32_t after)
{
    /*@ ghost count_fits(list);
        uint32_t k = before == 0 ? 0 : list_place[before] + 1;
        /@ assert gap: GapPlace(list, before, after, k); @/
        open_places(list, k);
        list_place[s] = k;
        list_length[list]++;
     */
    span_link[s].next = after;
    span_link[s].prev = before;
    span_link[s].list = list;
    if (before != 0)
        span_link[before].next = s;
    else
        span_list[list].first = s;
    if (after != 0)
        span_link[after].prev = s;
    else
        span_list[list].last = s;
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
    ensures links_elsewhere: LinksElsewhere{Pre,Post}(list);
    ensures entries_elsewhere: EntriesElsewhere{Pre,Post}(list);
 */
static void unlink_span(uint32_t list, uint32_t s)
{
    uint32_t next = span_link[s].next;
    uint32_t prev = span_link[s].prev;

    //@ ghost close_places(list, list_place[s]);
    //@ ghost list_length[list]--;
    if (prev != 0)
        span_link[prev].next = next;
    else
        span_list[list].first = next;
    if (next != 0)
        span_link[next].prev = prev;
    else
        span_list[list].last = prev;
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
