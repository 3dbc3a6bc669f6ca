/* What becomes of a large block that a collector has not reached. */
#include "object/large.h"
#include "object/sweep_span.h"

#include "../../specs/base_lemmas.acsl"

#include "../../specs/slot_cache_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/large_lemmas.acsl"

#include "../../specs/kept_lemmas.acsl"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/told_lemmas.acsl"

#include "../../specs/safe_lemmas.acsl"

#include "../../specs/large_sweep_lemmas.acsl"

/* Whether the block of span s stays, its special records being taken care of: it was marked, or has
 * a finalizer. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures marked: marked != 0 ==> \result != 0;
    ensures mine: MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static int staying(uint32_t s, int marked) {
    uint64_t bytes = (uint64_t)span[s].npages * PAGE_SIZE;
    uint64_t keep = heap_sweep_objects(s, 0, bytes, 1, marked != 0);
    //@ assert kept: ThreadKept{Pre,Here}(self, 0);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    //@ assert mine: MineUnchangedBut{Pre,Here}(self, 0);
    sweep_go_on();
    return marked != 0 || bits_test(keep, 0);
}

/* Gives the block of span s, which begins at this place, back to the page heap. Returns 1; or 0 if
 * that does not take it. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires block: 0 < s < SPANS && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures mine: MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(self);
    ensures others: LargeOthersStay{Pre,Post}(self, s);
    ensures refused: \result == 0 ==> LargeAllStay{Pre,Post}(self);
 */
static int drop(uint32_t s, uint64_t at) {
    enum object_status status = large_drop(s, at);
    //@ ghost dropped: ;
    sweep_go_on();
    //@ assert stay: LargeAllStay{dropped,Here}(self);
    return status == OBJECT_OK;
}

/* Whether the block of span s, which begins at this place, stays; else it went back to the page
 * heap. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires block: 0 < s < SPANS && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures lists: SpanList;
    ensures marked: marked != 0 ==> \result != 0;
    ensures mine: MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(self);
    ensures others: LargeOthersStay{Pre,Post}(self, s);
    ensures stays: \result != 0 ==> LargeAllStay{Pre,Post}(self);
 */
static int stays(uint32_t s, uint64_t at, int marked) {
    int keep = staying(s, marked);
    //@ assert mine: MineUnchangedBut{Pre,Here}(self, 0);
    int gone = !keep && drop(s, at);
    //@ assert still: MineUnchangedBut{Pre,Here}(self, 0);
    return !gone;
}

uint32_t sweep_large(uint32_t me, uint32_t s) {
    if (!large_is_of(me, s)) {
        return 0;
    }
    uint32_t pages = span[s].npages;
    uint64_t at = large_place(s);
    int marked = large_mark_take(s);
    int kept = stays(s, at, marked);
    //@ assert held: MineHeld{Pre,Here}(self);
    if (kept) {
        span_cycle_store(s, thread_cycle_load(me - 1));
        //@ assert kept: LargeSwept{Pre,Here}(self, s);
        return 0;
    }
    //@ assert gone: LargeSwept{Pre,Here}(self, s);
    return pages < PAGES ? pages : PAGES;
}

uint32_t sweep_span(uint32_t me, uint32_t s) {
    if (span_cycle_load(s) == thread_cycle_load(me - 1)) {
        return 0;
    }
    uint32_t pages = 0;
    if (slots_owner_load(s) != me) {
        pages = sweep_large(me, s);
        //@ assert other: !Mine(self, s);
        return pages;
    }
    //@ assert slots: !LargeHeld(self, s);
    pages = sweep_slots(me, s);
    //@ assert swept: SlotsSwept{Pre,Here}(self, s);
    return pages;
}

uint32_t sweep_span_over(uint32_t me, uint64_t place) {
    uint32_t s = page_span_load((uint32_t)(place / PAGE_SIZE));
    return slots_owner_load(s) == me || (large_is_of(me, s) && large_place(s) <= place) ? s : 0;
}
