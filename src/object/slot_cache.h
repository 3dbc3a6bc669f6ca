/* A thread's spans of slots: for each size class the one that it takes slots of, with a cursor, and
 * a list of those that have others to give, first in first out. What a thread frees itself goes
 * back into its span; a span that is whole again, and not the current one, goes back to the page
 * heap. What others free waits until the thread looks. No lock is taken but where the page heap
 * does. As mimalloc's pages of a thread, with Go's spans.
 *
 * Owned by the thread. Slots are numbered from 0 in their span. */
#ifndef CAIRN_SLOT_CACHE_H
#define CAIRN_SLOT_CACHE_H

#include "heap/heap.h"
#include "object/slots.h"

struct slot {
    uint32_t span;  /* 0: none */
    uint32_t index; /* below the span's slots */
};

/* Where the first slot of the word that a cursor is at begins, and how large its slots are. */
struct word_slots {
    uint64_t place; /* object/place.h */
    uint64_t size;  /* bytes */
};

extern uint32_t current_span[CURSORS];           /* the span that a cursor walks over; 0: none */
extern struct word_slots current_slots[CURSORS]; /* of a cursor with slots at hand */

#include "../../specs/slot_cache.acsl"

/* T5. Other threads have run, and made what they like of what is theirs in these tables. */
/*@ requires self: self != 0;
    terminates \true;
    exits \false;
    assigns SLOT_TABLES;
    ensures kept: self <= THREADS ==> SlotsKept{Pre,Post}(self);
    ensures cells: CellsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
void slots_elapse(void);

/* Begins a stretch without the lock, as heap_enter, and says which thread runs: one over THREADS
 * has no slots. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES;
    ensures thread: \result == self;
    ensures map: MapOk && LiveSpansMapped && KindsKnown && SpanList;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures mine: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures cursors: 0 < self <= THREADS ==> CursorsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
uint32_t slot_cache_enter(void);

/* The same for a thread that has its number, up to THREADS; 0 for any other. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES;
    ensures thread: \result == 0 || \result == self <= THREADS;
    ensures map: MapOk && LiveSpansMapped && KindsKnown && SpanList;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures mine: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures cursors: 0 < self <= THREADS ==> CursorsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
uint32_t slot_cache_enter_again(void);

/* The words of span s in the bitmap: the first, and the first after them. Cost: a step. */
/*@ requires span: 0 < s < SPANS && SlotSpan(s);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures word: \result == FirstWord(s);
 */
uint32_t slot_first_word(uint32_t s);

/*@ requires span: 0 < s < SPANS && SlotSpan(s);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures word: \result == EndWord(s);
 */
uint32_t slot_end_word(uint32_t s);

/* Makes span s, which thread me was given or has let go, one that it gives slots of: all of them
 * are free, and what others have wrongly freed there, before it was the thread's, is forgotten. */
/*@ requires cache: 0 < me <= THREADS && SlotSpans(me) && SlotLists(me);
    requires span: 0 < s < SPANS && !Mine(me, s) && span_owner[s] == me && SpanLive(s);
    requires slots: SlotSpan(s) && SlotSizes(s) && ApartFrom(me, s) && span_link[s].list == 0;
    terminates \true;
    exits \false;
    assigns slots_owner[s], slot_free[FirstWord(s) .. EndWord(s) - 1],
            slot_remote[FirstWord(s) .. EndWord(s) - 1];
    ensures spans: SlotSpans(me);
    ensures sorted: SlotListsBut(me, s);
    ensures mine: Mine(me, s);
    ensures all: AllTabled(FirstWord(s), EndWord(s), span[s].slots);
    ensures some: !BitNone(slot_free[FirstWord(s)], 0, 64);
    ensures free: MineFreeUnchanged{Pre,Post}(me);
 */
void slot_take_up(uint32_t me, uint32_t s);

/* Hands out a slot of size class c to thread me, the running one. Returns span 0 if there is no
 * memory for another span; then no slot changed. Cost: a step; a few where the span's next word or
 * the next span is needed, and now and then a span of the page heap's. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    requires class: 2 <= c < SIZE_CLASSES;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures mine: \result.span != 0 ==> Mine(self, \result.span) &&
      span[\result.span].span_class == 2 * c + 1 && \result.index < span[\result.span].slots;
    ensures taken: \result.span != 0 ==> !IndexFree(self, \result.span, \result.index);
    ensures free: \result.span != 0 && Mine{Pre}(self, \result.span) ==>
      IndexFree{Pre}(self, \result.span, \result.index);
    ensures others: MineUnchangedBut{Pre,Post}(self, \result.span);
    ensures record: Mine{Pre}(self, \result.span) ==> SpanUnchanged{Pre,Post}(\result.span);
    ensures size: \result.span != 0 && !Mine{Pre}(self, \result.span) ==>
      span[\result.span].slot_size == class_size[c];
    ensures slots: \result.span != 0 ==> MineFreeUnchangedBut{Pre,Post}(self,
      SlotWord(\result.span, \result.index), \result.index % 64);
    ensures none: \result.span == 0 ==> MineFreeUnchanged{Pre,Post}(self);
    ensures cursor: \result.span != 0 ==> current_span[CursorOf(me, c)] == \result.span &&
      slot_cursor[CursorOf(me, c)].word == SlotWord(\result.span, \result.index);
    ensures end: \result.span == 0 ==> current_span[CursorOf(me, c)] == 0;
    ensures cursors: CursorsKeptBut{Pre,Post}(self, CursorOf(me, c));
    ensures large: LargeAllStay{Pre,Post}(self);
 */
struct slot slot_cache_alloc(uint32_t me, uint32_t c);

/* Hands out a slot of size class c to thread me, the running one, if its cursor for that class,
 * CursorOf(me, c), has one at hand: bit j of the word the cursor is at, which is returned. Else
 * returns 64, and nothing changed. Cost: a step. */
/*@ requires self: me == self && 0 < self <= THREADS;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    requires class: 2 <= c < SIZE_CLASSES;
    terminates \true;
    exits \false;
    assigns slot_cursor[CursorOf(me, c)].cache;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures range: \result <= 64;
    ensures mine: \result < 64 ==> Mine(self, current_span[CursorOf(me, c)]) &&
      span[current_span[CursorOf(me, c)]].span_class == 2 * c + 1;
    ensures slot: \result < 64 ==>
      IsSlot(current_span[CursorOf(me, c)], slot_cursor[CursorOf(me, c)].word, \result);
    ensures taken: \result < 64 ==> !MineFree(self, current_span[CursorOf(me, c)],
      slot_cursor[CursorOf(me, c)].word, \result);
    ensures free: \result < 64 ==> MineFree{Pre}(self, current_span[CursorOf(me, c)],
      slot_cursor[CursorOf(me, c)].word, \result);
    ensures others:
      MineFreeUnchangedBut{Pre,Post}(self, slot_cursor[CursorOf(me, c)].word, \result);
    ensures none: \result == 64 ==> MineFreeUnchanged{Pre,Post}(self);
    ensures some: \result < 64 ==> \old(slot_cursor[CursorOf(me, c)].cache) != 0;
    ensures same: \result == 64 ==>
      slot_cursor[CursorOf(me, c)].cache == \old(slot_cursor[CursorOf(me, c)].cache);
 */
uint32_t slot_cache_take(uint32_t me, uint32_t c);

/* Takes back slot i of span s, one of thread me's, the running one. Returns 1; or 0 if the slot is
 * free: then nothing changed. A span that is whole again may go back to the page heap. Cost: a few
 * steps; where the span goes back, what heap_free costs. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    requires slot: Mine(self, s) && i < span[s].slots;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures answer: \result == 0 || \result == 1;
    ensures refused: \result == 0 <==> IndexFree{Pre}(self, s, i);
    ensures freed: Mine(self, s) ==> IndexFree(self, s, i);
    ensures stays: \result == 0 ==> Mine(self, s);
    ensures lists: SpanList;
    ensures record: Mine(self, s) ==> SpanUnchanged{Pre,Post}(s);
    ensures whole: !Mine(self, s) ==> \forall integer j; 0 <= j < \old(span)[s].slots && j != i ==>
      IndexFree{Pre}(self, s, j);
    ensures others: MineUnchangedBut{Pre,Post}(self, s);
    ensures slots: MineFreeUnchangedBut{Pre,Post}(self, SlotWord{Pre}(s, i), i % 64);
    ensures cursors: CursorsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
int slot_cache_free(uint32_t me, uint32_t s, uint32_t i);

/* Which slots of word w of span s, thread me's, are blocks that were handed out. Cost: a step. */
/*@ requires self: 0 < me <= THREADS;
    requires spans: SlotSpans(me);
    requires word: Mine(me, s) && FirstWord(s) <= w < EndWord(s);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures taken: TakenBits(me, s, w, \result);
    ensures all: \forall integer j; IsSlot(s, w, j) && !MineFree(me, s, w, j) ==> Bit(\result, j);
 */
uint64_t slot_cache_taken(uint32_t me, uint32_t s, uint32_t w);

/* Takes back these slots of word w of span s, one of thread me's, the running one; there are some,
 * and none is free. A span that is whole again may go back to the page heap. Cost: as of one slot,
 * slot_cache_free. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    requires word: Mine(self, s) && FirstWord(s) <= w < EndWord(s);
    requires taken: TakenBits(self, s, w, bits);
    requires some: !BitNone(bits, 0, 64);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures lists: SpanList;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures freed: Mine(self, s) ==>
      \forall integer j; 0 <= j < 64 && Bit(bits, j) ==> MineFree(self, s, w, j);
    ensures record: Mine(self, s) ==> SpanUnchanged{Pre,Post}(s);
    ensures whole: !Mine(self, s) ==> \forall integer v, i; IsSlot{Pre}(s, v, i) &&
      !(v == w && Bit(bits, i)) ==> MineFree{Pre}(self, s, v, i);
    ensures others: MineUnchangedBut{Pre,Post}(self, s);
    ensures slots: MineFreeUnchangedWord{Pre,Post}(self, w, bits);
    ensures cursors: CursorsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
void slot_cache_free_word(uint32_t me, uint32_t s, uint32_t w, uint64_t bits);

/* Gives span s back to the page heap if it is thread me's, the running one, no cursor walks over it
 * and all its slots are free: it stayed as long as it was in an inbox. Cost: a step a word; where
 * the span goes back, what heap_free costs. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures lists: SpanList;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures fewer: MineFewer{Pre,Post}(self);
    ensures cursors: CursorsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
void slot_settle(uint32_t me, uint32_t s);

/* Takes back what other threads have freed of the spans of thread me, the running one. Returns the
 * place (object/place.h) of the last slot that was free already, or NO_PLACE. Cost: a step
 * for each span in the thread's inbox and each of its words, and what slot_cache_free costs for
 * each slot. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures lists: SpanList;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures fewer: MineFewer{Pre,Post}(self);
    ensures cursors: CursorsKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
uint64_t slot_cache_collect(uint32_t me);

#endif
