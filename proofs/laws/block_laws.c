/* What a user of malloc can rely on, proved from the contracts alone. */
#include "object/object.h"

#include "../../specs/block_theorem.acsl"
#include "../../specs/place_lemmas.acsl"

/*@ // A block lies in its span; spans lie apart; and so do the slots of one.
    lemma Slot_Block{L}: \forall integer me, s, i, at; SlotSpan(s) && SlotSizes(s) &&
      SpanLive(s) && LiveSlot(me, s, i, at) ==> BlockInside(s, at, span[s].slot_size);
    lemma Large_Block{L}: \forall integer me, s, at; LargeLive(me, s, at) ==>
      BlockInside(s, at, (span[s].base + span[s].npages) * PAGE_SIZE - at);
    lemma Spans_Apart{L}: \forall integer s, at, n, t, place, m; LiveDisjoint && s != t &&
      BlockInside(s, at, n) && BlockInside(t, place, m) && InSpan(s, span[s].base) &&
      InSpan(t, span[t].base) ==> at + n <= place || place + m <= at;
    lemma Slots_Apart{L}: \forall integer s, i, at, j, place; SlotSizes(s) && SlotAt(s, i, at) &&
      SlotAt(s, j, place) && i < j ==> at + span[s].slot_size <= place;
 */

/* Two live blocks have no byte in common, whosever they are. */
/*@ requires heap: Heap;
    requires caches: SlotCaches(me) && SlotCaches(you);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures disjoint: BlocksDisjoint(me, you);
 */
void law_blocks_disjoint(uint32_t me, uint32_t you) {
    //@ assert pages: LiveDisjoint;
    //@ assert begin: \forall integer s; SpanLive(s) ==> InSpan(s, span[s].base);
    //@ assert mine: \forall integer s, i, at, n; Block(me, s, i, at, n) ==> BlockInside(s, at, n);
    /*@ assert yours: \forall integer s, i, at, n; Block(you, s, i, at, n) ==>
          BlockInside(s, at, n); */
    /*@ assert spans: \forall integer s, i, at, n, t, j, place, m; s != t &&
          Block(me, s, i, at, n) && Block(you, t, j, place, m) ==>
            at + n <= place || place + m <= at; */
}

/* What was handed out can be taken back, unless the page heap does not take its span; then it is a
 * block no more. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures freed: \result == OBJECT_OK || \result == OBJECT_BUSY;
 */
enum object_status law_block_is_freed(uint64_t bytes) {
    uint64_t at = object_alloc(bytes);
    if (at == NO_PLACE) {
        return OBJECT_OK;
    }
    //@ ghost had: ;
    enum object_status status = object_free(at);
    //@ assert ended: status == OBJECT_OK ==> BlockEnded{had,Here}(self, at);
    return status;
}
