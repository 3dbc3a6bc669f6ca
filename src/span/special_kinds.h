/* What single kinds of special records do beyond being added and removed: pins, which are counted,
 * and names, which tell a place. Called under the heap lock. */
#ifndef CAIRN_SPECIAL_KINDS_H
#define CAIRN_SPECIAL_KINDS_H

#include "span/special.h"

#include "../../specs/special_kinds.acsl"

/* Pins the object at this offset of span s, once more if it is pinned: one record counts an
 * object's pins. Returns SPECIAL_OK, or why not, as special_add; SPECIAL_NO_MEMORY too if it has
 * UINT64_MAX pins. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns SPECIAL_LIST_TABLES, page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    ensures span: \result == SPECIAL_BAD_SPAN <==> !SpanInUse(s);
    ensures offset: \result == SPECIAL_BAD_OFFSET <==> SpanInUse(s) && !OffsetInside(s, offset);
    ensures memory: \result == SPECIAL_NO_MEMORY ==>
      (SpecialAbsent{Pre}(s, offset, SPECIAL_PIN_COUNTER) ? SpecialsOut{Pre} :
        MostPinned{Pre}(s, offset));
    ensures status: \result == SPECIAL_OK || \result == SPECIAL_BAD_SPAN ||
      \result == SPECIAL_BAD_OFFSET || \result == SPECIAL_NO_MEMORY;
    ensures refused: \result != SPECIAL_OK ==> OtherSpecialsSame{Pre,Post}(0);
    ensures pinned: \result == SPECIAL_OK ==> SpecialIn(special_touched, s) &&
      SpecialHasKey(special_touched, offset, SPECIAL_PIN_COUNTER);
    ensures first: \result == SPECIAL_OK && SpecialAbsent{Pre}(s, offset, SPECIAL_PIN_COUNTER) ==>
      special[special_touched].value == 1;
    ensures more: \result == SPECIAL_OK && !SpecialAbsent{Pre}(s, offset, SPECIAL_PIN_COUNTER) ==>
      special[special_touched].value == \old(special)[special_touched].value + 1;
    ensures others: \result == SPECIAL_OK ==> OtherSpecialsSame{Pre,Post}(special_touched);
    ensures order: \result == SPECIAL_OK ==> OrderKept{Pre,Post}(special_touched);
 */
int special_pin(uint32_t s, uint64_t offset);

/* Takes a pin from the object at this offset of span s; with the last its record goes. Returns
 * SPECIAL_OK; SPECIAL_BAD_SPAN; SPECIAL_ABSENT if it is not pinned. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires bits: SpecialsBits;
    requires map: MapOk;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns SPECIAL_LIST_TABLES, page_specials[0 .. PAGE_WORDS - 1];
    ensures specials: Specials;
    ensures held: SpecialsHeld;
    ensures bits: SpecialsBits;
    ensures span: \result == SPECIAL_BAD_SPAN <==> !SpanInUse(s);
    ensures absent: \result == SPECIAL_ABSENT <==>
      SpanInUse(s) && SpecialAbsent{Pre}(s, offset, SPECIAL_PIN_COUNTER);
    ensures status:
      \result == SPECIAL_OK || \result == SPECIAL_BAD_SPAN || \result == SPECIAL_ABSENT;
    ensures refused: \result != SPECIAL_OK ==> OtherSpecialsSame{Pre,Post}(0);
    ensures was: \result == SPECIAL_OK ==> SpecialIn{Pre}(special_touched, s) &&
      SpecialHasKey{Pre}(special_touched, offset, SPECIAL_PIN_COUNTER);
    ensures less: \result == SPECIAL_OK && \old(special)[special_touched].value > 1 ==>
      SpecialIn(special_touched, s) &&
      special[special_touched].value == \old(special)[special_touched].value - 1;
    ensures last: \result == SPECIAL_OK && \old(special)[special_touched].value <= 1 ==>
      !SpecialOwned(special_touched);
    ensures others: \result == SPECIAL_OK ==> OtherSpecialsSame{Pre,Post}(special_touched);
    ensures order: \result == SPECIAL_OK ==> OrderKept{Pre,Post}(special_touched);
 */
int special_unpin(uint32_t s, uint64_t offset);

/* The place, in bytes from the start of the window, that the record with this name is about:
 * UINT64_MAX if it is no span's any more. For a weak handle: where its object is, if it is. */
/*@ requires specials: Specials;
    requires held: SpecialsHeld;
    requires mapped: LiveSpansMapped;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures gone: \result == UINT64_MAX <==> !SpecialNamed(record, birth);
    ensures place: \result != UINT64_MAX ==> \result ==
      special[record].offset + span[special[record].span].base * PAGE_SIZE;
 */
uint64_t special_place(uint32_t record, uint64_t birth);

#endif
