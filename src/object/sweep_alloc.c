/* Blocks that are born while others are swept. */
#include "object/sweep.h"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/safe_lemmas.acsl"

#include "../../specs/large_safe_lemmas.acsl"

#include "../../specs/safe_then_lemmas.acsl"

/* What sweep_alloc does where nothing is at hand, but for the mark. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES, object_span,
            object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> BlockIs(\result, bytes);
    ensures aligned: \result != NO_PLACE ==> \result % SLOT_BYTES_MIN == 0;
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures still: !Sweeps{Pre}(self) ==> AllStay{Pre,Post}(self);
 */
static SLOW uint64_t sweep_and_alloc(uint64_t bytes) {
    sweep_pages(bytes < WINDOW_BYTES ? (uint32_t)(bytes / PAGE_SIZE) + 1 : 0);
    //@ ghost before: ;
    uint64_t at = object_alloc(bytes);
    //@ assert marks: MarksKept{before,Here}(self);
    //@ assert safe: SafeKept{before,Here}(self);
    //@ assert large: LargeSafeKept{before,Here}(self);
    //@ assert then: SafeThen{Pre,before,Here}(self);
    //@ assert stay: !Sweeps{Pre}(self) ==> StayThen{Pre,before,Here}(self);
    return at;
}

/* As sweep_alloc, but for the mark. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES, object_span,
            object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> BlockIs(\result, bytes);
    ensures aligned: \result != NO_PLACE ==> \result % SLOT_BYTES_MIN == 0;
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures still: !Sweeps{Pre}(self) ==> AllStay{Pre,Post}(self);
 */
static uint64_t alloc_unmarked(uint64_t bytes) {
    struct object object = object_take(bytes);
    //@ assert marks: MarksKept{Pre,Here}(self);
    //@ assert safe: SafeKept{Pre,Here}(self) && LargeSafeKept{Pre,Here}(self);
    //@ ghost taken: ;
    uint64_t at = object.found ? object.at : sweep_and_alloc(bytes);
    //@ assert then: SafeThen{Pre,taken,Here}(self);
    //@ assert stay: !Sweeps{Pre}(self) ==> StayThen{Pre,taken,Here}(self);
    return at;
}

uint64_t sweep_alloc(uint64_t bytes) {
    uint64_t at = alloc_unmarked(bytes);
    /*@ assert live: at != NO_PLACE && 0 < self <= THREADS && Mine(self, object_span) ==>
          LiveSlot(self, object_span, object_slot, at); */
    /*@ assert which: at != NO_PLACE ==> LargeLive(self, object_span, at) ||
          (0 < self <= THREADS && LiveSlot(self, object_span, object_slot, at)); */
    //@ ghost born: ;
    sweep_born(at);
    //@ assert then: SafeThen{Pre,born,Here}(self);
    //@ assert stay: !Sweeps{Pre}(self) ==> StayThen{Pre,born,Here}(self);
    /*@ assert slots: 0 < self <= THREADS && LiveSlot{born}(self, object_span, object_slot, at) ==>
          2 <= span[object_span].span_class; */
    return at;
}
