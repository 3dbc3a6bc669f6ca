/* Places: which slot begins where. A place is a number of bytes from the start of the window, an
 * offset one from the start of a span. Each function costs a few steps, without a division where
 * the span is the thread's own. */
#ifndef CAIRN_PLACE_H
#define CAIRN_PLACE_H

#include "object/slot_cache.h"

#define NO_PLACE UINT64_MAX /* nowhere */
#define NO_SLOT  UINT32_MAX /* no slot begins there */

#include "../../specs/place.acsl"

/* The place where slot i of span s begins. */
/*@ requires span: 0 < s < SPANS && SlotSpan(s) && SlotSizes(s) && i < span[s].slots;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures place: SlotAt(s, i, \result);
    ensures inside: \result + span[s].slot_size <= WINDOW_BYTES;
 */
uint64_t slot_place(uint32_t s, uint32_t i);

/* The span of thread me that the page map has for this place, or 0. */
/*@ requires self: 0 < me <= THREADS;
    requires map: MapOk && LiveSpansMapped;
    requires cache: SlotCaches(me);
    requires place: at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != 0 ==> Mine(me, \result) && \result == page_span[at / PAGE_SIZE];
    ensures inside: \forall integer s; Mine(me, s) && InSpan(s, at / PAGE_SIZE) ==> s == \result;
    ensures mine: \forall integer s, i; Mine(me, s) && SlotAt(s, i, at) ==> s == \result;
 */
uint32_t slot_span_at(uint32_t me, uint64_t at);

/* The slot of span s, the thread's own, that begins at this place, or NO_SLOT. */
/*@ requires span: 0 < s < SPANS && SlotSpan(s) && SlotSizes(s);
    requires place: at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures slot: \result != NO_SLOT ==> SlotAt(s, \result, at);
    ensures only: \forall integer i; SlotAt(s, i, at) ==> i == \result;
 */
uint32_t slot_at(uint32_t s, uint64_t at);

/* The slot that begins `offset` bytes into span s, any thread's, whose record may be about to
 * change; or NO_SLOT. */
/*@ requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures slot: \result != NO_SLOT ==> OffsetOf(s, \result, offset);
 */
uint32_t foreign_slot_at(uint32_t s, uint64_t offset);

/* The slot of span s, any thread's, that has the byte `offset` bytes into it; or NO_SLOT. */
/*@ requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures slot: \result != NO_SLOT ==> SlotOver(s, \result, offset);
    ensures none: \result == NO_SLOT ==> !HasClass(s) || offset >= CLASS_SPAN_MAX ||
      offset / span[s].slot_size >= span[s].slots;
 */
uint32_t foreign_slot_over(uint32_t s, uint64_t offset);

/* Is slot i of span s, one of thread me's, free? */
/*@ requires self: 0 < me <= THREADS;
    requires cache: SlotSpans(me);
    requires slot: Mine(me, s) && i < span[s].slots;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures free: \result != 0 <==> IndexFree(me, s, i);
 */
int slot_is_free(uint32_t me, uint32_t s, uint32_t i);

/* Notes with cursor k, which is at the word of this slot, where the word's first slot begins. Cost:
 * a step. */
/*@ requires self: 0 < me <= THREADS && CursorOfThread(k, me);
    requires cache: SlotSpans(me) && SlotLists(me);
    requires slot: Mine(me, slot.span) && slot.index < span[slot.span].slots;
    requires cursor: current_span[k] == slot.span &&
      slot_cursor[k].word == SlotWord(slot.span, slot.index);
    requires others: CursorsToldBut(me, k);
    terminates \true;
    exits \false;
    assigns current_slots[k];
    ensures spans: SlotSpans(me);
    ensures lists: SlotLists(me);
    ensures told: CursorsToldBut(me, -1);
    ensures free: MineFreeUnchanged{Pre,Post}(me);
 */
void slot_tell(uint32_t k, struct slot slot) /*@ ghost (uint32_t me) */;

/* Where slot i of the span of cursor k begins, bit j of the word that the cursor is at, as it was
 * noted. Cost: a step. */
/*@ requires cursor: k < CURSORS && 0 < current_span[k] < SPANS && Told(k);
    requires span: SlotSpan(current_span[k]) && SlotSizes(current_span[k]);
    requires slot: i < span[current_span[k]].slots && j == i % 64 &&
      slot_cursor[k].word == SlotWord(current_span[k], i);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures place: SlotAt(current_span[k], i, \result);
    ensures inside: \result + span[current_span[k]].slot_size <= WINDOW_BYTES;
 */
uint64_t slot_told(uint32_t k, uint32_t j) /*@ ghost (uint32_t i) */;

#endif
