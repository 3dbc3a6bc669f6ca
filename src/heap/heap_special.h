/* Special records of objects, for an embedder whose objects lie in heap spans: finalizers, weak
 * handles, profiles, questions whether an object is reachable, pins, cleanups. Any thread may call
 * any function here at any time with any arguments; each takes the heap lock.
 *
 * A place is a number of bytes from the start of the window (os/os.h says where that is). An object
 * is a slot of a heap span, of the span's slot size, and any byte of it means the object; only weak
 * handles and cleanups are of the very byte. Statuses are span/special.h's: SPECIAL_OK,
 * SPECIAL_BAD_SPAN where the place is in no heap span, SPECIAL_BAD_OFFSET where it is in one and in
 * no object, and what a function says besides. The page heap takes no span back that has a record
 * left: whoever frees an object calls heap_end_object first. Nobody's code is called here: what is
 * to run waits until heap_take_due is asked for it.
 *
 * Cost of each: a step each record of the span up to the object's last. */
#ifndef CAIRN_HEAP_SPECIAL_H
#define CAIRN_HEAP_SPECIAL_H

#include "heap/heap.h"
#include "span/special_kinds.h"

#include "../../specs/heap_special.acsl"

/* Adds a record of this kind to the object at `place`:
 *   SPECIAL_FINALIZER    the function `value` is to be called with `argument` when the object is
 *                        gone; one an object
 *   SPECIAL_WEAK_HANDLE  one a byte: whoever asks for it gets the same name, with SPECIAL_OK or
 *                        SPECIAL_EXISTS; heap_special_place says whether the object is still there
 *   SPECIAL_PROFILE      the caller's words; one an object
 *   SPECIAL_REACHABLE    a question to a collector: due when it has reached the object, and gone
 *                        with it else; one an object
 *   SPECIAL_CLEANUP      as a finalizer, but many a byte: the newest runs first; each can be
 *                        stopped by its name
 * Pins are counted: heap_pin. Returns the record's name, or why there is none: SPECIAL_EXISTS, with
 * the name of the one there is; SPECIAL_NO_MEMORY where all records are taken; SPECIAL_BAD_KIND. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures kind: \result.status == SPECIAL_BAD_KIND <==> !AddedKind(kind);
    ensures mine: MineHas{Pre}(self, place) ==> \result.status != SPECIAL_BAD_SPAN;
    ensures named: \result.record != 0 <==>
      \result.status == SPECIAL_OK || \result.status == SPECIAL_EXISTS;
    ensures often: kind == SPECIAL_CLEANUP ==> \result.status != SPECIAL_EXISTS;
 */
struct special_added heap_add_special(uint64_t place, uint32_t kind, uint64_t value,
                                      uint64_t argument);

/* The words of the newest record of this kind that the object at `place` has, and SPECIAL_OK; or
 * SPECIAL_ABSENT. Of a pin counter: how many pins. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures mine: MineHas{Pre}(self, place) ==> \result.status != SPECIAL_BAD_SPAN;
    ensures none: \result.status != SPECIAL_OK ==> \result.value == 0 && \result.argument == 0;
    ensures kind: \result.status == SPECIAL_OK ==> SpecialKind(kind);
 */
struct special_words heap_find_special(uint64_t place, uint32_t kind);

/* Removes that record, and returns its words: nothing of it will run. SPECIAL_BAD_KIND for pins. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures kind: \result.status == SPECIAL_BAD_KIND <==> !AddedKind(kind);
    ensures mine: MineHas{Pre}(self, place) ==> \result.status != SPECIAL_BAD_SPAN;
    ensures none: \result.status != SPECIAL_OK ==> \result.value == 0 && \result.argument == 0;
 */
struct special_words heap_remove_special(uint64_t place, uint32_t kind);

/* The place that the record with this name is about; UINT64_MAX if its object is gone, or it was
 * removed, or there never was one: no name is given twice. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures window: \result == UINT64_MAX || \result < WINDOW_BYTES;
 */
uint64_t heap_special_place(uint32_t record, uint64_t birth);

/* Removes the record with this name, say stops a cleanup: SPECIAL_OK and its words; SPECIAL_ABSENT
 * if it is gone, or due already. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures status: \result.status == SPECIAL_OK || \result.status == SPECIAL_ABSENT;
    ensures none: \result.status != SPECIAL_OK ==> \result.value == 0 && \result.argument == 0;
 */
struct special_words heap_remove_named(uint32_t record, uint64_t birth);

/* Pins the object at `place`, once more if it is pinned: SPECIAL_OK, or SPECIAL_NO_MEMORY. What a
 * pin keeps from being done is the embedder's to know. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures mine: MineHas{Pre}(self, place) ==> \result != SPECIAL_BAD_SPAN;
 */
int heap_pin(uint64_t place);

/* Takes one pin from it: SPECIAL_OK, or SPECIAL_ABSENT if it has none. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures mine: MineHas{Pre}(self, place) ==> \result != SPECIAL_BAD_SPAN;
 */
int heap_unpin(uint64_t place);

/* The object at `place` is gone: no record of it is left. Its finalizer and cleanups are due, in
 * the order of its list and after all that were; weak handles to it tell no place any more. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures mine: MineHas{Pre}(self, place) ==> \result != SPECIAL_BAD_SPAN;
    ensures status: \result == SPECIAL_OK || \result == SPECIAL_BAD_SPAN ||
      \result == SPECIAL_BAD_OFFSET;
 */
int heap_end_object(uint64_t place);

/* Whether span s has a record. Cost: a step. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures range: s >= SPANS ==> \result == 0;
 */
int heap_has_specials(uint32_t s);

/* What a collector does with the records of the 64 objects of `size` bytes from byte lo of span s
 * on, when it has marked some of them; see special_sweep (span/special.h), which says which objects
 * stay. Any arguments. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures marked: BitsWithin(marked, \result);
    ensures live: \forall integer j; 0 <= j < 64 && Bit(\result, j) ==>
      Bit(marked, j) || Bit(live, j);
 */
uint64_t heap_sweep_objects(uint32_t s, uint64_t lo, uint64_t size, uint64_t live, uint64_t marked);

/* Takes what is first to run: its kind, its two words and the place its object had; kind 0 if
 * nothing is due. It is the caller's now, and runs once. Cost: a step. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures kind: \result.kind == 0 || SpecialKind(\result.kind);
    ensures none: \result.kind == 0 ==> \result.value == 0 && \result.argument == 0;
 */
struct special_due heap_take_due(void);

#endif
