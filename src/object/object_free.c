#include "object/object.h"

#include "../../specs/base_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/stays_lemmas.acsl"

#include "../../specs/object_free_lemmas.acsl"

#include "../../specs/place_lemmas.acsl"

#include "../../specs/told_lemmas.acsl"

/* Takes back the block that begins at this place of span s, one of thread me's, the running one. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: Mine(self, s) && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures done: \forall integer i; SlotAt{Pre}(s, i, at) ==>
      (\result == OBJECT_OK <==> !IndexFree{Pre}(self, s, i));
    ensures twice: \forall integer i; SlotAt{Pre}(s, i, at) ==>
      (\result == OBJECT_IS_FREE <==> IndexFree{Pre}(self, s, i));
    ensures ended: \result == OBJECT_OK ==> \forall integer i; !LiveSlot(self, s, i, at);
    ensures live: LiveKeptBut{Pre,Post}(self, at);
    ensures records: MineSame{Pre,Post}(self);
    ensures refused: \result != OBJECT_OK ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static enum object_status free_mine(uint32_t me, uint32_t s, uint64_t at) {
    uint32_t i = slot_at(s, at);
    if (i == NO_SLOT) {
        return OBJECT_INSIDE;
    }
    //@ assert here: SlotAt(s, i, at);
    int freed = slot_cache_free(me, s, i);
    //@ assert freed: SlotFreed{Pre,Here}(self, s, i);
    //@ assert told: CursorsToldBut(self, -1);
    return freed ? OBJECT_OK : OBJECT_IS_FREE;
}

/* Tells the owner of span s that the slot that begins `offset` bytes into it is free. Of a wild
 * free the span may be another meanwhile: so its base is the one that the offset was counted from,
 * and the bit lies between that page's and the place's, both of memory that was had once. */
/*@ requires span: 0 < s < SPANS;
    requires base: base <= PAGES;
    terminates \true;
    exits \false;
    assigns REMOTE_TABLES;
 */
static enum object_status free_remote(uint32_t s, uint32_t base, uint64_t offset) {
    uint32_t i = foreign_slot_at(s, offset), owner = slots_owner_load(s);
    if (i == NO_SLOT) {
        return OBJECT_INSIDE;
    }
    uint64_t word = (uint64_t)base * PAGE_SLOT_WORDS + i / WORD_BITS;
    if (owner == 0 || owner > THREADS || word >= SLOT_WORDS) {
        return OBJECT_NO_SPAN;
    }
    if (!slot_remote_set((uint32_t)word, i % WORD_BITS)) {
        return OBJECT_IS_FREE;
    }
    inbox_put(owner - 1, s);
    return OBJECT_OK;
}

/* The heap span that has this place, or 0. */
/*@ requires map: MapOk && LiveSpansMapped && KindsKnown;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != 0 ==>
      SpanLive(\result) && InSpan(\result, at / PAGE_SIZE) && at < WINDOW_BYTES;
    ensures mine: \forall integer s, i; 0 < self <= THREADS && Mine(self, s) && SlotAt(s, i, at) ==>
      s == \result;
    ensures large: \forall integer s; LargeLive(self, s, at) ==> s == \result;
 */
static uint32_t span_at(uint64_t at) {
    return at < WINDOW_BYTES ? span_of_heap((uint32_t)(at / PAGE_SIZE)) : 0;
}

/* Takes back the block that begins at this place of span s, which holds no slots of the running
 * thread's. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires map: MapOk && LiveSpansMapped && KindsKnown;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: SpanLive(s) && InSpan(s, at / PAGE_SIZE) && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures large: LargeAllStayBut{Pre,Post}(self, at);
    ensures stays: \result != OBJECT_OK ==> LargeAllStay{Pre,Post}(self);
    ensures gone: LargeLive{Pre}(self, s, at) ==>
      \result == OBJECT_OK || \result == OBJECT_BUSY;
    ensures large_ended: LargeLive{Pre}(self, s, at) && \result == OBJECT_OK ==>
      !LargeLive(self, s, at);
 */
static enum object_status free_foreign(uint32_t me, uint32_t s, uint64_t at) {
    uint32_t base = span[s].base;
    return span[s].span_class < 2 ? large_free(me, s, at)
                                  : free_remote(s, base, at - (uint64_t)base * PAGE_SIZE);
}

/* Takes back the block that begins at this place of span s. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires map: MapOk && LiveSpansMapped && KindsKnown && SpanList;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: SpanLive(s) && InSpan(s, at / PAGE_SIZE) && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures done: \forall integer i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> (\result == OBJECT_OK <==> !IndexFree{Pre}(self, s, i));
    ensures twice: \forall integer i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> (\result == OBJECT_IS_FREE <==> IndexFree{Pre}(self, s, i));
    ensures ended: \result == OBJECT_OK ==> SlotEnded{Pre,Post}(self, s, at);
    ensures live: 0 < self <= THREADS ==> LiveKeptBut{Pre,Post}(self, at);
    ensures records: MineSame{Pre,Post}(self);
    ensures refused: 0 < self <= THREADS && \result != OBJECT_OK ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStayBut{Pre,Post}(self, at);
    ensures stays: \result != OBJECT_OK ==> LargeAllStay{Pre,Post}(self);
    ensures gone: LargeLive{Pre}(self, s, at) ==>
      \result == OBJECT_OK || \result == OBJECT_BUSY;
    ensures large_ended: \result == OBJECT_OK ==> LargeEnded{Pre,Post}(self, s, at);
 */
static enum object_status free_found(uint32_t me, uint32_t s, uint64_t at) {
    if (me <= THREADS && slots_owner_load(s) == me) {
        return free_mine(me, s, at);
    }
    //@ assert others: 0 < self <= THREADS ==> !Mine(self, s);
    return free_foreign(me, s, at);
}

/* Takes back the block that begins at this place, in a stretch that has begun. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires map: MapOk && LiveSpansMapped && KindsKnown && SpanList;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures done: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> (\result == OBJECT_OK <==> !IndexFree{Pre}(self, s, i));
    ensures twice: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> (\result == OBJECT_IS_FREE <==> IndexFree{Pre}(self, s, i));
    ensures ended: \result == OBJECT_OK ==> BlockEnded{Pre,Post}(self, at);
    ensures live: 0 < self <= THREADS ==> LiveKeptBut{Pre,Post}(self, at);
    ensures records: MineSame{Pre,Post}(self);
    ensures one: OneBlock{Pre}(self, at);
    ensures refused: 0 < self <= THREADS && \result != OBJECT_OK ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStayBut{Pre,Post}(self, at);
    ensures stays: \result != OBJECT_OK ==> LargeAllStay{Pre,Post}(self);
    ensures gone: \forall integer s; LargeLive{Pre}(self, s, at) ==>
      \result == OBJECT_OK || \result == OBJECT_BUSY;
 */
static enum object_status free_entered(uint32_t me, uint64_t at) {
    uint32_t s = span_at(at);
    //@ assert one: OneSlot(self, at) && OneLarge(self, at) && OneKind(self, at);
    if (s == 0) {
        return OBJECT_NO_SPAN;
    }
    return free_found(me, s, at);
}

inline int object_give(uint64_t at) {
    uint32_t me = slot_cache_enter_again();
    if (me == 0 || at >= WINDOW_BYTES) {
        return 0;
    }
    /*@ assert same: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
          SlotAt{Pre}(s, i, at) ==> SlotStays{Pre,Here}(self, s, i, at); */
    uint32_t s = slot_span_at(me, at);
    /*@ assert mine: \forall integer t, i; 0 < self <= THREADS && Mine{Pre}(self, t) &&
          SlotAt{Pre}(t, i, at) ==> t == s; */
    return s != 0 && free_mine(me, s, at) == OBJECT_OK;
}

enum object_status object_free(uint64_t at) {
    uint32_t me = slot_cache_enter();
    /*@ assert same: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
          SlotAt{Pre}(s, i, at) ==> SlotStays{Pre,Here}(self, s, i, at); */
    //@ assert large: \forall integer s; LargeLive{Pre}(self, s, at) ==> LargeLive(self, s, at);
    //@ ghost entered: ;
    enum object_status status = free_entered(me, at);
    /*@ assert one: OneSlot{entered}(self, at) && OneLarge{entered}(self, at) &&
          OneKind{entered}(self, at); */
    //@ assert ended: status == OBJECT_OK ==> SlotsEnded{entered,Here}(self, at);
    //@ assert slots: status == OBJECT_OK ==> SlotsEnded{Pre,Here}(self, at);
    return status;
}

/* What object_look says of a place of span s, one of thread me's, the running one. */
/*@ requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self);
    requires span: Mine(self, s) && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \forall integer i; SlotAt(s, i, at) && !IndexFree(self, s, i) ==>
      \result == OBJECT_OK;
    ensures free: \forall integer i; SlotAt(s, i, at) && IndexFree(self, s, i) ==>
      \result == OBJECT_IS_FREE;
 */
static enum object_status look_mine(uint32_t me, uint32_t s, uint64_t at) {
    uint32_t i = slot_at(s, at);
    if (i == NO_SLOT) {
        return OBJECT_INSIDE;
    }
    //@ assert here: SlotAt(s, i, at);
    return slot_is_free(me, s, i) ? OBJECT_IS_FREE : OBJECT_OK;
}

/* What object_look says of a place of span s. */
/*@ requires self: me == self && self != 0;
    requires cache: SlotCaches(self);
    requires span: SpanLive(s) && InSpan(s, at / PAGE_SIZE) && at < WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \forall integer i; 0 < self <= THREADS && LiveSlot(self, s, i, at) ==>
      \result == OBJECT_OK;
    ensures free: \forall integer i; 0 < self <= THREADS && Mine(self, s) && SlotAt(s, i, at) &&
      IndexFree(self, s, i) ==> \result == OBJECT_IS_FREE;
    ensures large: LargeLive(self, s, at) ==> \result == OBJECT_OK;
 */
static enum object_status look_found(uint32_t me, uint32_t s, uint64_t at) {
    if (me <= THREADS && slots_owner_load(s) == me) {
        return look_mine(me, s, at);
    }
    if (span[s].span_class < 2) {
        return large_look(s, at);
    }
    return foreign_slot_at(s, at - (uint64_t)span[s].base * PAGE_SIZE) == NO_SLOT ? OBJECT_INSIDE
                                                                                  : OBJECT_OK;
}

enum object_status object_look(uint64_t at) {
    uint32_t me = slot_cache_enter();
    /*@ assert same: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
          SlotAt{Pre}(s, i, at) ==> SlotStays{Pre,Here}(self, s, i, at); */
    uint32_t s = span_at(at);
    return s == 0 ? OBJECT_NO_SPAN : look_found(me, s, at);
}

uint64_t object_collect(void) {
    uint32_t me = slot_cache_enter();
    if (me > THREADS) {
        return NO_PLACE;
    }
    uint64_t twice = slot_cache_collect(me);
    //@ assert told: CursorsToldBut(self, -1);
    return twice;
}

uint64_t object_bytes(uint64_t at) {
    slot_cache_enter();
    /*@ assert same: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
          SlotAt{Pre}(s, i, at) ==> SlotStays{Pre,Here}(self, s, i, at); */
    uint32_t s = span_at(at);
    if (s == 0) {
        return 0;
    }
    uint64_t offset = at - (uint64_t)span[s].base * PAGE_SIZE;
    //@ ghost object_span = s;
    /*@ assert where: \forall integer t, j; 0 < self <= THREADS && LiveSlot(self, t, j, at) ==>
          t == s && SlotSizes(s) && SlotAt(s, j, at) && 2 <= span[s].span_class; */
    if (span[s].span_class >= 2) {
        uint32_t i = foreign_slot_at(s, offset);
        //@ assert slot: i != NO_SLOT ==> SlotAt(s, i, at);
        /*@ assert which: \forall integer t, j; 0 < self <= THREADS && LiveSlot(self, t, j, at) &&
              i != NO_SLOT ==> j == i; */
        //@ ghost object_slot = i;
        uint64_t room = (uint64_t)span[s].npages * PAGE_SIZE - offset;
        return i == NO_SLOT || room < span[s].slot_size ? 0 : span[s].slot_size;
    }
    return large_bytes(s, at);
}

int object_needs_zero(uint64_t at) {
    slot_cache_enter();
    uint32_t s = span_at(at);
    return s == 0 || span[s].span_class >= 2 || span[s].needs_zero != 0 || large_was_used(s);
}
