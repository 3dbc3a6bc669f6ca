/* What a collector asks of the page heap, and how it begins. */
#include "object/kept.h"
#include "object/sweep_span.h"

#include "../../specs/slot_cache_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/told_lemmas.acsl"

#include "../../specs/safe_lemmas.acsl"

#include "../../specs/large_safe_lemmas.acsl"

#include "../../specs/safe_then_lemmas.acsl"

uint32_t sweep_enter(void) {
    marks_elapse();
    uint32_t me = slot_cache_enter();
    //@ assert held: MineHeld{Pre,Here}(self);
    //@ assert marks: MarksKept{Pre,Here}(self);
    return me;
}

uint32_t sweep_last_span(void) {
    uint32_t last = heap_last_span();
    //@ assert kept: ThreadKept{Pre,Here}(self, 0);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    //@ assert all: \forall integer s; Mine(self, s) ==> s <= last;
    slot_cache_enter();
    //@ assert held: MineHeld{Pre,Here}(self);
    //@ assert marks: MarksKept{Pre,Here}(self);
    return last;
}

/* Gives all free memory back to the system. Returns how many bytes went. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures held: MineHeld{Pre,Post}(self);
    ensures marks: MarksKept{Pre,Post}(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures stay: AllStay{Pre,Post}(self);
 */
static uint64_t scavenge(void) {
    uint64_t bytes = heap_scavenge(UINT64_MAX);
    //@ assert kept: ThreadKept{Pre,Here}(self, 0);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    slot_cache_enter();
    //@ assert still: LargeAllStay{Pre,Here}(self);
    //@ assert held: MineHeld{Pre,Here}(self);
    //@ assert marks: MarksKept{Pre,Here}(self);
    return bytes;
}

uint64_t sweep_give_back(void) {
    kept_flush_pages();
    //@ assert held: MineHeld{Pre,Here}(self);
    //@ assert marks: MarksKept{Pre,Here}(self);
    //@ assert safe: SafeKept{Pre,Here}(self) && LargeSafeKept{Pre,Here}(self);
    //@ ghost flushed: ;
    uint64_t bytes = scavenge();
    //@ assert then: SafeThen{Pre,flushed,Here}(self);
    //@ assert stay: StayThen{Pre,flushed,Here}(self);
    return bytes;
}

uint64_t sweep_give_back_alone(void) {
    return heap_scavenge(UINT64_MAX);
}
