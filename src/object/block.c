#include "object/block_parts.h"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/stays_lemmas.acsl"

#include "../../specs/block_lemmas.acsl"

_Static_assert(WINDOW_BYTES <= PTRDIFF_MAX, "what is over PTRDIFF_MAX does not fit in the window");

int block_clears;

struct block block_none(uint32_t error) {
    struct block block = {BLOCK_NONE, error};
    return block;
}

struct block block_answer(uint64_t at) {
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

/* A block of the objects', for which what threads keep goes back. */
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
    ensures sized: 0 < self <= THREADS ==> LiveSized{Pre,Post}(self);
    ensures new: \result != BLOCK_NONE ==> NewBlock{Pre,Post}(self, \result);
    ensures aligned: \result != BLOCK_NONE ==> \result % SLOT_BYTES_MIN == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static SLOW uint64_t alloc_again(uint64_t bytes) {
    if (!kept_release(0)) {
        //@ assert sized: 0 < self <= THREADS ==> LiveSized{Pre,Here}(self);
        return NO_PLACE;
    }
    //@ assert released: 0 < self <= THREADS ==> LiveSized{Pre,Here}(self);
    //@ ghost released: ;
    uint64_t at = object_alloc(bytes);
    //@ assert then: 0 < self <= THREADS ==> SizedThen{Pre,released,Here}(self);
    //@ assert made: at != NO_PLACE ==> NewBlock{released,Here}(self, at);
    /*@ assert newly: 0 < self <= THREADS && at != NO_PLACE ==>
          NewThen{Pre,released,Here}(self, at); */
    return at;
}

uint64_t block_room(uint64_t bytes) {
    uint64_t at = object_alloc(bytes);
    //@ assert sized: 0 < self <= THREADS ==> LiveSized{Pre,Here}(self);
    if (at != NO_PLACE || bytes > WINDOW_BYTES) {
        return at;
    }
    //@ ghost first: ;
    at = alloc_again(bytes);
    //@ assert then: 0 < self <= THREADS ==> SizedThen{Pre,first,Here}(self);
    //@ assert new: at != NO_PLACE ==> NewBlock{Pre,Here}(self, at);
    return at;
}

/* block_room at a multiple of `alignment`. */
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
    return block_answer(block_room(bytes));
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
        return block_none(BLOCK_BAD_ALIGNMENT);
    }
    collect();
    //@ ghost collected: ;
    uint64_t at = alloc_aligned(bytes, alignment);
    //@ assert then: LargeThen{Pre,collected,Here}(self);
    //@ assert large: LargeAllStay{Pre,Here}(self);
    return block_answer(at);
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
    ensures sized: 0 < self <= THREADS ==> LiveSized{Pre,Post}(self);
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
    //@ assert live: 0 < self <= THREADS ==> LiveKept{Pre,Here}(self);
    //@ assert large: LargeAllStay{Pre,Here}(self);
    //@ ghost cleared: ;
    enum block_error error = (enum block_error)object_free(at);
    //@ assert one: OneSlot{cleared}(self, at) && OneLarge{cleared}(self, at);
    //@ assert kind: OneKind{cleared}(self, at);
    return error;
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
