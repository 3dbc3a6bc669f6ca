/* Lists of spans, doubly linked by record numbers, with the operations of Go's mSpanList. A span
 * is on one list at most. Every misuse is found, answered with a status of its own, and changes
 * nothing. Called by who owns the list and the span: lists 1 to SPAN_LISTS-1 are the threads', one
 * a size class (specs/heap.acsl says which).
 *
 * The contracts speak of a list as a sequence: the ghost list_place[s] is how many spans stand
 * before s on its list, list_length[q] how many spans are on list q. */
#ifndef CAIRN_SPAN_LIST_H
#define CAIRN_SPAN_LIST_H

#include "config.h"
#include "page/audit_note.h"

struct span_link {
    uint32_t next; /* the span after this one on its list; 0: none */
    uint32_t prev; /* the span before */
    uint32_t list; /* the list it is on; 0: none */
};

struct span_list {
    uint32_t first; /* 0 exactly while the list is empty */
    uint32_t last;
};

enum span_list_status {
    LIST_OK,       /* done */
    LIST_BAD_LIST, /* no such list */
    LIST_BAD_SPAN, /* no such span */
    LIST_IS_ON,    /* insert: the span is on a list already */
    LIST_NOT_ON,   /* remove: the span is not on this list */
    LIST_SAME      /* take_all: of a list into itself */
};

extern struct span_link span_link[SPANS];      /* record 0 stays zero */
extern struct span_list span_list[SPAN_LISTS]; /* list 0 stays empty */

/*@ ghost uint32_t list_place[SPANS];
          uint32_t list_length[SPAN_LISTS];
 */

#include "../../specs/span_list.acsl"

/* Makes a list empty: what is on it is on no list afterwards. Cost: a step a span of the list. */
/*@ requires lists: SpanList;
    terminates \true;
    exits \false;
    assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1],
            list_place[1 .. SPANS - 1], list_length[1 .. SPAN_LISTS - 1];
    ensures lists: SpanList;
    behavior done:
      assumes good: ListNumber(list);
      ensures status: \result == LIST_OK;
      ensures emptied: ListEmptied{Pre,Post}(list);
    behavior refused:
      assumes bad: !ListNumber(list);
      ensures status: \result == LIST_BAD_LIST;
      ensures same: ListsUnchanged{Pre,Post};
    complete behaviors;
    disjoint behaviors;
 */
enum span_list_status span_list_init(uint32_t list);

/* Whether no span is on the list; a number that names no list names an empty one. */
/*@ requires lists: SpanList;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result == 0 || \result == 1;
    ensures empty: \result == 1 <==> !ListNumber(list) || NoneOn(list);
    ensures length: ListNumber(list) ==> (\result == 1 <==> list_length[list] == 0);
 */
int span_list_is_empty(uint32_t list);

/* Puts span s, which is on no list, to the front of the list. */
/*@ requires lists: SpanList;
    terminates \true;
    exits \false;
    assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1],
            list_place[1 .. SPANS - 1], list_length[1 .. SPAN_LISTS - 1];
    ensures lists: SpanList;
    behavior done:
      assumes good: ListNumber(list) && SpanNumber(s) && span_link[s].list == 0;
      ensures status: \result == LIST_OK;
      ensures front: ListInserted{Pre,Post}(list, s, 0);
    behavior refused:
      assumes bad: !(ListNumber(list) && SpanNumber(s) && span_link[s].list == 0);
      ensures list: !ListNumber(list) ==> \result == LIST_BAD_LIST;
      ensures span: ListNumber(list) && !SpanNumber(s) ==> \result == LIST_BAD_SPAN;
      ensures on: ListNumber(list) && SpanNumber(s) ==> \result == LIST_IS_ON;
      ensures same: ListsUnchanged{Pre,Post};
    complete behaviors;
    disjoint behaviors;
 */
enum span_list_status span_list_insert(uint32_t list, uint32_t s);

/* Puts span s, which is on no list, to the back of the list. */
/*@ requires lists: SpanList;
    terminates \true;
    exits \false;
    assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1],
            list_place[1 .. SPANS - 1], list_length[1 .. SPAN_LISTS - 1];
    ensures lists: SpanList;
    behavior done:
      assumes good: ListNumber(list) && SpanNumber(s) && span_link[s].list == 0;
      ensures status: \result == LIST_OK;
      ensures back: ListInserted{Pre,Post}(list, s, \old(list_length[list]));
    behavior refused:
      assumes bad: !(ListNumber(list) && SpanNumber(s) && span_link[s].list == 0);
      ensures list: !ListNumber(list) ==> \result == LIST_BAD_LIST;
      ensures span: ListNumber(list) && !SpanNumber(s) ==> \result == LIST_BAD_SPAN;
      ensures on: ListNumber(list) && SpanNumber(s) ==> \result == LIST_IS_ON;
      ensures same: ListsUnchanged{Pre,Post};
    complete behaviors;
    disjoint behaviors;
 */
enum span_list_status span_list_insert_back(uint32_t list, uint32_t s);

/* Takes span s off the list it is on, which the caller must name. */
/*@ requires lists: SpanList;
    terminates \true;
    exits \false;
    assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1],
            list_place[1 .. SPANS - 1], list_length[1 .. SPAN_LISTS - 1];
    ensures lists: SpanList;
    behavior done:
      assumes good: ListNumber(list) && SpanNumber(s) && span_link[s].list == list;
      ensures status: \result == LIST_OK;
      ensures removed: ListRemoved{Pre,Post}(list, s);
    behavior refused:
      assumes bad: !(ListNumber(list) && SpanNumber(s) && span_link[s].list == list);
      ensures list: !ListNumber(list) ==> \result == LIST_BAD_LIST;
      ensures span: ListNumber(list) && !SpanNumber(s) ==> \result == LIST_BAD_SPAN;
      ensures off: ListNumber(list) && SpanNumber(s) ==> \result == LIST_NOT_ON;
      ensures same: ListsUnchanged{Pre,Post};
    complete behaviors;
    disjoint behaviors;
 */
enum span_list_status span_list_remove(uint32_t list, uint32_t s);

/* Moves all spans of `other` to the front of the list, in their order; `other` is empty
 * afterwards. Cost: a step a span moved. */
/*@ requires lists: SpanList;
    terminates \true;
    exits \false;
    assigns span_link[1 .. SPANS - 1], span_list[1 .. SPAN_LISTS - 1],
            list_place[1 .. SPANS - 1], list_length[1 .. SPAN_LISTS - 1];
    ensures lists: SpanList;
    behavior done:
      assumes good: ListNumber(list) && ListNumber(other) && list != other;
      ensures status: \result == LIST_OK;
      ensures taken: ListTaken{Pre,Post}(list, other);
    behavior refused:
      assumes bad: !(ListNumber(list) && ListNumber(other) && list != other);
      ensures list: !ListNumber(list) || !ListNumber(other) ==> \result == LIST_BAD_LIST;
      ensures self: ListNumber(list) && ListNumber(other) ==> \result == LIST_SAME;
      ensures same: ListsUnchanged{Pre,Post};
    complete behaviors;
    disjoint behaviors;
 */
enum span_list_status span_list_take_all(uint32_t list, uint32_t other);

/* The executable twin of the invariant, as far as it is about the tables of a running program:
 * SpanListSound says without ghosts what SpanList says with them. It notes what it finds. Cost: a
 * few looks at every span and list. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures audit: \result != 0 <==> SpanListSound;
    ensures flaw: \result == 0 ==> ListsFlawed;
 */
int span_list_audit(void);

/*@ ghost
    // The lists of a fresh program are sound.
    /@ requires zero: ListsZero;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures lists: SpanList;
     @/
    void span_list_zero(void);

    // SpanList says no less than the audit finds ...
    /@ requires lists: SpanList;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures sound: SpanListSound;
     @/
    void span_list_sound(void);

    // ... and no more: where the audit finds the tables sound, places can be given to the spans.
    /@ requires sound: SpanListSound;
       terminates \true;
       exits \false;
       assigns list_place[0 .. SPANS - 1], list_length[0 .. SPAN_LISTS - 1];
       ensures lists: SpanList;
     @/
    void span_list_number(void);
 */

#endif
