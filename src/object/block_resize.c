/* realloc. */
#include "object/block_parts.h"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/stays_lemmas.acsl"

#include "../../specs/block_lemmas.acsl"

/* A block of so many bytes for what grows or shrinks. What is large has a slot's way to go before
 * it moves again, if there is memory for that: so growing by small steps does not move it each
 * time. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures inside: \result != BLOCK_NONE ==> \result + bytes <= WINDOW_BYTES;
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures block: \result != BLOCK_NONE ==> BlockIs(\result, bytes);
    ensures new: \result != BLOCK_NONE ==> NewBlock{Pre,Post}(self, \result);
    ensures sized: 0 < self <= THREADS ==> LiveSized{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t alloc_room(uint64_t has, uint64_t bytes) {
    if (bytes <= has || bytes <= CLASS_BYTES_MAX || WINDOW_BYTES < bytes) {
        return block_room(bytes);
    }
    uint64_t at = object_alloc(bytes + bytes / 8);
    //@ assert sized: 0 < self <= THREADS ==> LiveSized{Pre,Here}(self);
    if (at != BLOCK_NONE) {
        return at;
    }
    //@ ghost first: ;
    at = block_room(bytes);
    //@ assert then: 0 < self <= THREADS ==> SizedThen{Pre,first,Here}(self);
    //@ assert new: at != BLOCK_NONE ==> NewBlock{Pre,Here}(self, at);
    return at;
}

/* Frees the block at a place, whose bytes another of the running thread's has now: which stays, if
 * it begins elsewhere. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires new: BlockHere(self, s, i, next, bytes);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures done: \forall integer t, j; 0 < self <= THREADS && LiveSlot{Pre}(self, t, j, at) ==>
      \result == BLOCK_OK;
    ensures live: 0 < self <= THREADS ==> LiveKeptBut{Pre,Post}(self, at);
    ensures ended: \result == BLOCK_OK ==> BlockEnded{Pre,Post}(self, at);
    ensures large: LargeAllStayBut{Pre,Post}(self, at);
    ensures gone: \forall integer t; LargeLive{Pre}(self, t, at) ==>
      \result == BLOCK_OK || \result == BLOCK_BUSY;
    ensures one: OneBlock{Pre}(self, at);
    ensures new: next != at ==> BlockHere(self, s, i, next, bytes);
 */
static enum block_error free_moved(uint64_t at)
/*@ ghost (uint32_t s, uint32_t i, uint64_t next, uint64_t bytes) */ {
    return block_free(at);
}

/* Moves the block at this place, which has so many bytes, to one of other size. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires block: has != 0 ==> at + has <= WINDOW_BYTES;
    requires size: \forall integer s, i; 0 < self <= THREADS && LiveSlot(self, s, i, at) &&
      has != 0 ==> has <= span[s].slot_size;
    requires large_size: \forall integer s; LargeLive(self, s, at) && has != 0 ==>
      LargeAt(s, at, has);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: Answer(\result.at, \result.error);
    ensures error: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
      \result.error == BLOCK_OK || \result.error == BLOCK_NO_MEMORY;
    ensures live: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
      LiveKeptBut{Pre,Post}(self, at);
    ensures kept: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) &&
      \result.error != BLOCK_OK ==> LiveKept{Pre,Post}(self);
    ensures moved: \result.error == BLOCK_OK && \result.at != at ==>
      BlockEnded{Pre,Post}(self, at);
    ensures block: \forall integer s, i; (LargeLive{Pre}(self, s, at) ||
      (0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at))) && \result.error == BLOCK_OK &&
        \result.at != at ==> BlockIs(\result.at, bytes);
    ensures stays: bytes > 0 && \result.error == BLOCK_OK && \result.at == at ==>
      Serves{Pre,Post}(self, at, bytes);
    ensures large: has <= WINDOW_BYTES < bytes ==> \result.error != BLOCK_OK;
    ensures large_kept: \forall integer s, i; (LargeLive{Pre}(self, s, at) ||
      (0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at))) && \result.error != BLOCK_BUSY ==>
        LargeAllStayBut{Pre,Post}(self, at);
 */
static struct block move(uint64_t at, uint64_t has, uint64_t bytes) {
    uint64_t next = alloc_room(has, bytes);
    if (next == BLOCK_NONE) {
        //@ assert serves: 0 < bytes <= has ==> Serves{Pre,Here}(self, at, bytes);
        return block_answer(bytes <= has ? at : BLOCK_NONE);
    }
    if (has != 0) {
        os_copy(next, at, has < bytes ? has : bytes);
    }
    //@ ghost uint32_t s = object_span, i = object_slot;
    //@ assert new: BlockHere(self, s, i, next, bytes);
    /*@ assert lives: \forall integer t; LargeLive{Pre}(self, t, at) ==>
          LargeLive(self, t, at) && t != s; */
    enum block_error status = free_moved(at) /*@ ghost (s, i, next, bytes) */;
    if (status != BLOCK_OK) { /* somebody else has freed it meanwhile */
        object_free(next);
        return block_none(status);
    }
    /*@ assert slot: \forall integer t, j; 0 < self <= THREADS && LiveSlot{Pre}(self, t, j, at) ==>
          next != at; */
    //@ assert large: \forall integer t; LargeLive{Pre}(self, t, at) ==> next != at;
    //@ ghost object_span = s;
    //@ ghost object_slot = i;
    return block_answer(next);
}

/* Makes the block at this place, which object_look has found, one of so many bytes, at least 1,
 * where it is or elsewhere. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires some: bytes > 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: Answer(\result.at, \result.error);
    ensures large_kept: \forall integer s, i; (LargeLive{Pre}(self, s, at) ||
      (0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at))) && \result.error != BLOCK_BUSY ==>
        LargeAllStayBut{Pre,Post}(self, at);
    ensures error: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
      \result.error == BLOCK_OK || \result.error == BLOCK_NO_MEMORY;
    ensures live: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
      LiveKeptBut{Pre,Post}(self, at);
    ensures kept: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) &&
      \result.error != BLOCK_OK ==> LiveKept{Pre,Post}(self);
    ensures moved: \result.error == BLOCK_OK && \result.at != at ==>
      BlockEnded{Pre,Post}(self, at);
    ensures block: \forall integer s, i; (LargeLive{Pre}(self, s, at) ||
      (0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at))) && \result.error == BLOCK_OK &&
        \result.at != at ==> BlockIs(\result.at, bytes);
    ensures stays: \result.error == BLOCK_OK && \result.at == at ==>
      Serves{Pre,Post}(self, at, bytes);
    ensures large: bytes > WINDOW_BYTES ==> \result.error != BLOCK_OK;
 */
static struct block resize(uint64_t at, uint64_t bytes) {
    uint64_t has = object_bytes(at);
    //@ assert large: LargeAllStay{Pre,Here}(self);
    //@ assert sized: 0 < self <= THREADS ==> LiveSized{Pre,Here}(self);
    /*@ assert size: \forall integer s, i; 0 < self <= THREADS && LiveSlot(self, s, i, at) &&
          has != 0 ==> has <= span[s].slot_size; */
    if (bytes <= has && (has / 2 <= bytes || has == SLOT_BYTES_MIN)) {
        //@ assert serves: Serves{Pre,Here}(self, at, bytes);
        return block_answer(at);
    }
    return move(at, has, bytes);
}

struct block block_realloc(uint64_t at, uint64_t bytes) {
    if (bytes == 0) {
        enum block_error error = block_free(at);
        return block_none(error == BLOCK_OK ? BLOCK_GONE : error);
    }
    enum object_status status = object_look(at);
    if (status != OBJECT_OK) {
        return block_none((uint32_t)status);
    }
    /*@ assert lives: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
          LiveSlot(self, s, i, at); */
    //@ assert large: \forall integer s; LargeLive{Pre}(self, s, at) ==> LargeLive(self, s, at);
    //@ ghost looked: ;
    struct block block = resize(at, bytes);
    /*@ assert ended: block.error == BLOCK_OK && block.at != at ==>
          SlotsEnded{looked,Here}(self, at); */
    //@ assert moved: block.error == BLOCK_OK && block.at != at ==> SlotsEnded{Pre,Here}(self, at);
    return block;
}
