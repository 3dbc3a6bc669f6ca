#include "object/block.h"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/stays_lemmas.acsl"

#include "../../specs/block_lemmas.acsl"

_Static_assert(WINDOW_BYTES <= PTRDIFF_MAX, "what is over PTRDIFF_MAX does not fit in the window");

int block_clears;

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result.at == BLOCK_NONE && \result.error == error;
 */
static struct block none(uint32_t error) {
    struct block block = {BLOCK_NONE, error};
    return block;
}

/* What object_alloc says, as an answer. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures place: \result.at == at;
    ensures error: \result.error == (at == BLOCK_NONE ? BLOCK_NO_MEMORY : BLOCK_OK);
 */
static struct block answer(uint64_t at) {
    struct block block = {at, at == BLOCK_NONE ? BLOCK_NO_MEMORY : BLOCK_OK};
    return block;
}

/* Takes back what other threads have freed of the running thread's blocks; one that was free
 * already is reported. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static void collect(void) {
    uint64_t twice = object_collect();
    if (twice != NO_PLACE) {
        os_freed_twice(twice);
    }
}

/* A block of the objects'. For want of memory what threads keep goes back first. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != BLOCK_NONE ==> BlockIs(\result, bytes);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures aligned: \result != BLOCK_NONE ==> \result % SLOT_BYTES_MIN == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t alloc(uint64_t bytes) {
    uint64_t at = object_alloc(bytes);
    if (at != NO_PLACE || bytes > WINDOW_BYTES || !kept_release(0)) {
        return at;
    }
    return object_alloc(bytes);
}

/* The same at a multiple of `alignment`. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != BLOCK_NONE ==> BlockIs(\result, bytes);
    ensures aligned: \result != BLOCK_NONE ==> \result % alignment == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t alloc_aligned(uint64_t bytes, uint64_t alignment) {
    uint64_t at = object_alloc_aligned(bytes, alignment);
    if (at != NO_PLACE || bytes > WINDOW_BYTES || !kept_release(0)) {
        return at;
    }
    return object_alloc_aligned(bytes, alignment);
}

/* A block where none is at hand. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: Answer(\result.at, \result.error);
    ensures block: \result.at != BLOCK_NONE ==> BlockIs(\result.at, bytes);
    ensures error: \result.error == BLOCK_OK || \result.error == BLOCK_NO_MEMORY;
    ensures aligned: \result.at != BLOCK_NONE ==> \result.at % SLOT_BYTES_MIN == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static SLOW struct block alloc_next(uint64_t bytes) {
    collect();
    return answer(alloc(bytes));
}

inline struct block block_alloc(uint64_t bytes) {
    struct object object = object_take(bytes);
    if (object.found) {
        struct block block = {object.at, BLOCK_OK};
        return block;
    }
    return alloc_next(bytes);
}

/* n times bytes; more than WINDOW_BYTES if that is too large. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures fits: n * bytes <= WINDOW_BYTES ==> \result == n * bytes;
    ensures large: n * bytes > WINDOW_BYTES ==> \result > WINDOW_BYTES;
 */
static uint64_t product(uint64_t n, uint64_t bytes) {
    return n != 0 && bytes > WINDOW_BYTES / n ? UINT64_MAX : n * bytes;
}

/* Clears the block just handed out at this place, if it may hold other bytes than zeros. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires block: BlockIs(at, bytes);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: BlockIs(at, bytes);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static void clear_used(uint64_t at, uint64_t bytes) {
    int used = object_needs_zero(at);
    //@ assert block: BlockIs(at, bytes);
    if (used) {
        os_clear(at, bytes);
    }
}

struct block block_calloc(uint64_t n, uint64_t bytes) {
    uint64_t all = product(n, bytes);
    struct block block = block_alloc(all);
    if (block.at != BLOCK_NONE) {
        clear_used(block.at, all);
    }
    return block;
}

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures power: \result != 0 <==> PowerOfTwo(n);
 */
static int is_power(uint64_t n) {
    return n != 0 && TWO_63 % n == 0;
}

struct block block_alloc_aligned(uint64_t alignment, uint64_t bytes) {
    if (!is_power(alignment)) {
        return none(BLOCK_BAD_ALIGNMENT);
    }
    collect();
    //@ ghost collected: ;
    uint64_t at = alloc_aligned(bytes, alignment);
    //@ assert then: LargeThen{Pre,collected,Here}(self);
    //@ assert large: LargeAllStay{Pre,Here}(self);
    return answer(at);
}

/* Clears what of the block at this place can be told. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures stays: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> SlotStays{Pre,Post}(self, s, i, at);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static SLOW void clear(uint64_t at) {
    uint64_t bytes = object_bytes(at);
    if (bytes != 0) {
        os_clear(at, bytes);
    }
}

inline int block_give(uint64_t at) {
    return !block_clears && object_give(at);
}

enum block_error block_free(uint64_t at) {
    if (block_clears) {
        clear(at);
    }
    return (enum block_error)object_free(at);
}

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
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t alloc_room(uint64_t has, uint64_t bytes) {
    if (has < bytes && CLASS_BYTES_MAX < bytes && bytes <= WINDOW_BYTES) {
        uint64_t at = object_alloc(bytes + bytes / 8);
        if (at != BLOCK_NONE) {
            return at;
        }
    }
    return alloc(bytes);
}

/* Moves the block at this place, which has so many bytes, to one of other size. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires block: has != 0 ==> at + has <= WINDOW_BYTES;
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
    ensures large: has <= WINDOW_BYTES < bytes ==> \result.error != BLOCK_OK;
    ensures large_kept: \forall integer s, i; (LargeLive{Pre}(self, s, at) ||
      (0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at))) && \result.error != BLOCK_BUSY ==>
        LargeAllStayBut{Pre,Post}(self, at);
 */
static struct block move(uint64_t at, uint64_t has, uint64_t bytes) {
    uint64_t next = alloc_room(has, bytes);
    if (next == BLOCK_NONE) {
        return answer(bytes <= has ? at : BLOCK_NONE);
    }
    if (has != 0) {
        os_copy(next, at, has < bytes ? has : bytes);
    }
    enum block_error status = block_free(at);
    if (status != BLOCK_OK) { /* somebody else has freed it meanwhile */
        object_free(next);
        return none(status);
    }
    return answer(next);
}

struct block block_realloc(uint64_t at, uint64_t bytes) {
    if (bytes == 0) {
        enum block_error error = block_free(at);
        return none(error == BLOCK_OK ? BLOCK_GONE : error);
    }
    enum object_status status = object_look(at);
    if (status != OBJECT_OK) {
        return none((uint32_t)status);
    }
    uint64_t has = object_bytes(at);
    //@ assert large: LargeAllStay{Pre,Here}(self);
    //@ assert live: 0 < self <= THREADS ==> LiveKept{Pre,Here}(self);
    if (bytes <= has && (has / 2 <= bytes || has == SLOT_BYTES_MIN)) {
        return answer(at);
    }
    return move(at, has, bytes);
}

/* Can a block of so many bytes be what was handed out, or left in place, for this size and
 * alignment? A slot is at most twice what was asked for, or what alignment makes of it; a span of
 * its own has a page, and the alignment, to spare. */
/*@ requires alignment: alignment <= WINDOW_BYTES && has <= WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures small: has < bytes ==> \result == 0;
 */
static int is_size(uint64_t has, uint64_t bytes, uint64_t alignment) {
    uint64_t spare = has % PAGE_SIZE == 0 ? PAGE_SIZE : SLOT_BYTES_MIN;
    return bytes <= has && (has - bytes <= bytes + 1 || has - bytes <= spare + alignment);
}

enum block_error block_free_aligned_sized(uint64_t at, uint64_t alignment, uint64_t bytes) {
    enum object_status status = object_look(at);
    if (status != OBJECT_OK) {
        return (enum block_error)status;
    }
    uint64_t has = object_bytes(at);
    if (!is_power(alignment) || at % alignment != 0) {
        return BLOCK_WRONG_ALIGNMENT;
    }
    if (alignment > WINDOW_BYTES || !is_size(has, bytes, alignment)) {
        return BLOCK_WRONG_SIZE;
    }
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    //@ ghost seen: ;
    enum block_error error = block_free(at);
    //@ assert then: LargeThenBut{Pre,seen,Here}(self, at);
    //@ assert large: LargeAllStayBut{Pre,Here}(self, at);
    return error;
}

enum block_error block_free_sized(uint64_t at, uint64_t bytes) {
    return block_free_aligned_sized(at, 1, bytes);
}

uint64_t block_bytes(uint64_t at) {
    return object_bytes(at);
}

void block_flush(void) {
    collect();
    //@ ghost collected: ;
    kept_flush();
    //@ assert then: LargeThen{Pre,collected,Here}(self);
    //@ assert large: LargeAllStay{Pre,Here}(self);
    kept_flush_pages();
}
