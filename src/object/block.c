#include "object/block.h"
#include "os/memory.h"
#include "page/bits.h"

#include "../../specs/object_lemmas.acsl"

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

struct block block_alloc(uint64_t bytes) {
    return answer(object_alloc(bytes));
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

struct block block_calloc(uint64_t n, uint64_t bytes) {
    uint64_t all = product(n, bytes);
    struct block block = block_alloc(all);
    if (block.at != BLOCK_NONE && object_needs_zero(block.at)) {
        os_clear(block.at, all);
    }
    return block;
}

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures power: \result != 0 <==> PowerOfTwo(n);
 */
static int is_power(uint64_t n) {
    return n != 0 && bits_lowest(n) == bits_highest(n);
}

struct block block_alloc_aligned(uint64_t alignment, uint64_t bytes) {
    if (!is_power(alignment)) {
        return none(BLOCK_BAD_ALIGNMENT);
    }
    return answer(object_alloc_aligned(bytes, alignment));
}

struct block block_alloc_posix(uint64_t alignment, uint64_t bytes) {
    if (alignment % sizeof(uintptr_t) != 0) {
        return none(BLOCK_BAD_ALIGNMENT);
    }
    return block_alloc_aligned(alignment, bytes);
}

/* The lowest power of two that is not below n; 0 if there is none. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: \result == 0 <==> n > 1 << 63;
    ensures power: \result != 0 ==> PowerOfTwo(\result) && n <= \result;
    ensures lowest: \forall integer k; 0 <= k <= 63 && n <= 1 << k ==> \result <= 1 << k;
 */
static uint64_t power_from(uint64_t n) {
    if (n <= 1) {
        return 1;
    }
    uint32_t k = bits_highest(n - 1) + 1;
    return k == WORD_BITS ? 0 : bits_mask(k, 1);
}

struct block block_alloc_rounded(uint64_t alignment, uint64_t bytes) {
    return block_alloc_aligned(power_from(alignment), bytes);
}

/* Bytes of the system's page, or of ours if that is larger. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures bytes: \result == PAGE_SIZE * os_group;
 */
static uint64_t page_bytes(void) {
    return (uint64_t)PAGE_SIZE * os_physical_page();
}

struct block block_alloc_page(uint64_t bytes) {
    return block_alloc_aligned(page_bytes(), bytes);
}

struct block block_alloc_pages(uint64_t bytes) {
    uint64_t page = page_bytes();
    if (bytes > WINDOW_BYTES) {
        return none(BLOCK_NO_MEMORY);
    }
    return block_alloc_aligned(page, (bytes + page - 1) / page * page);
}

enum block_error block_free(uint64_t at) {
    if (block_clears) {
        uint64_t bytes = object_bytes(at);
        if (bytes != 0) {
            os_clear(at, bytes);
        }
    }
    return (enum block_error)object_free(at);
}

/* Why no block begins at this place, as object_bytes said. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures none: \result != BLOCK_OK;
 */
static enum block_error refusal(uint64_t at) {
    enum block_error error = block_free(at);
    return error == BLOCK_OK ? BLOCK_UNKNOWN : error;
}

/* A block of so many bytes for what grows or shrinks. What is large has a slot's way to go before
 * it moves again, if there is memory for that: so growing by small steps does not move it each
 * time. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, block_page[0 .. SPANS - 1],
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures block: \result != BLOCK_NONE ==> BlockAt(object_span, object_slot, \result, bytes) &&
      span_owner[object_span] == self;
 */
static uint64_t alloc_room(uint64_t has, uint64_t bytes) {
    if (has < bytes && CLASS_BYTES_MAX < bytes && bytes <= WINDOW_BYTES) {
        uint64_t at = object_alloc(bytes + bytes / 8);
        if (at != BLOCK_NONE) {
            return at;
        }
    }
    return object_alloc(bytes);
}

/* Moves the block at this place, which has so many bytes, to one of other size. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    requires block: at + has <= WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, block_page[0 .. SPANS - 1],
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures answer: Answer(\result.at, \result.error);
 */
static struct block move(uint64_t at, uint64_t has, uint64_t bytes) {
    uint64_t next = alloc_room(has, bytes);
    if (next == BLOCK_NONE) {
        return answer(bytes <= has ? at : BLOCK_NONE);
    }
    os_copy(next, at, has < bytes ? has : bytes);
    enum block_error status = block_free(at);
    if (status != BLOCK_OK) { /* it was free all along */
        object_free(next);
        return none(status);
    }
    return answer(next);
}

struct block block_realloc(uint64_t at, uint64_t bytes) {
    uint64_t has = object_bytes(at);
    if (bytes == 0) {
        return none(block_free(at));
    }
    if (has == 0) {
        return none(refusal(at));
    }
    if (bytes <= has && (has / 2 <= bytes || has == SLOT_BYTES_MIN)) {
        return answer(at);
    }
    return move(at, has, bytes);
}

struct block block_realloc_array(uint64_t at, uint64_t n, uint64_t bytes) {
    return block_realloc(at, product(n, bytes));
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
    uint64_t has = object_bytes(at);
    if (has == 0) {
        return refusal(at);
    }
    if (!is_power(alignment) || at % alignment != 0) {
        return BLOCK_WRONG_ALIGNMENT;
    }
    if (alignment > WINDOW_BYTES || !is_size(has, bytes, alignment)) {
        return BLOCK_WRONG_SIZE;
    }
    return block_free(at);
}

enum block_error block_free_sized(uint64_t at, uint64_t bytes) {
    return block_free_aligned_sized(at, 1, bytes);
}

uint64_t block_bytes(uint64_t at) {
    return object_bytes(at);
}

void block_flush(void) {
    slots_elapse();
    uint32_t me = heap_enter();
    if (me <= THREADS) {
        slot_cache_collect(me);
    }
    heap_flush();
}
