#include "object/object.h"

#include "../../specs/object_lemmas.acsl"
#include "../../specs/slot_cache_lemmas.acsl"

/* No slot. */
#define NO_SLOT UINT32_MAX

uint32_t block_page[SPANS];

/* Begins a stretch without the lock, and says which thread runs. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES;
    ensures thread: \result == self;
    ensures map: MapOk && LiveSpansMapped && KindsKnown && SpanList;
    ensures cache: SlotCaches(self);
    ensures mine: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
 */
static uint32_t enter(void) {
    slots_elapse();
    uint32_t me = heap_enter();
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, 0);
    return me;
}

/* Hands out n pages as a span of its own, or 0. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures span: \result != 0 ==> 0 < \result < SPANS && span[\result].npages == n &&
      span[\result].base + n <= PAGES && 0 < n && span[\result].span_class == 1;
    ensures mine: \result != 0 ==> span_owner[\result] == self;
 */
static uint32_t large_span(uint32_t n) {
    uint32_t s = heap_alloc(n, 1).span;
    slots_elapse();
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, s);
    return s;
}

/* Hands out a block of this many bytes whose first page is a multiple of `step`. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    requires pages: 0 < bytes <= WINDOW_BYTES && 0 < step <= PAGES;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES, block_page[0 .. SPANS - 1], object_span;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures block: \result != OBJECT_NONE ==> 0 < object_span < SPANS &&
      span[object_span].span_class < 2 && BlockAt(object_span, 0, \result, bytes);
    ensures mine: \result != OBJECT_NONE ==> span_owner[object_span] == self;
    ensures aligned: \result != OBJECT_NONE ==> \result / PAGE_SIZE % step == 0;
 */
static uint64_t alloc_large(uint64_t bytes, uint32_t step) {
    uint32_t n = (uint32_t)((bytes + PAGE_SIZE - 1) / PAGE_SIZE);
    uint32_t s = large_span(n + step - 1);
    if (s == 0) {
        return OBJECT_NONE;
    }
    uint32_t past = span[s].base % step;
    block_page[s] = past == 0 ? 0 : step - past;
    //@ ghost object_span = s;
    return (uint64_t)(span[s].base + block_page[s]) * PAGE_SIZE;
}

/* Where slot i of span s begins. */
/*@ requires span: 0 < s < SPANS && SlotSpan(s) && SlotSizes(s) && i < span[s].slots;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures place: SlotAt(s, i, \result);
 */
static uint64_t place_of(uint32_t s, uint32_t i) {
    return (uint64_t)span[s].base * PAGE_SIZE + i * span[s].slot_size;
}

/* Hands out a slot of size class c. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires cache: SlotCaches(self);
    requires class: 2 <= c < SIZE_CLASSES;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures block: \result != OBJECT_NONE ==> 0 < object_span < SPANS &&
      span[object_span].span_class == 2 * c + 1 && SlotAt(object_span, object_slot, \result);
    ensures mine: \result != OBJECT_NONE ==> span_owner[object_span] == self;
    ensures taken: \result != OBJECT_NONE ==>
      Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
 */
static uint64_t alloc_slot(uint32_t me, uint32_t c) {
    slot_cache_collect(me);
    struct slot slot = slot_cache_alloc(me, c);
    //@ ghost object_span = slot.span;
    //@ ghost object_slot = slot.index;
    if (slot.span == 0) {
        return OBJECT_NONE;
    }
    return place_of(slot.span, slot.index);
}

/* Bytes as a multiple of SLOT_BYTES_MIN, rounded up, and not 0. */
/*@ requires bytes: bytes <= WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures whole: \result % SLOT_BYTES_MIN == 0 && SLOT_BYTES_MIN <= \result <= WINDOW_BYTES;
    ensures holds: bytes <= \result;
 */
static uint64_t whole_bytes(uint64_t bytes) {
    uint64_t parts = (bytes + SLOT_BYTES_MIN - 1) / SLOT_BYTES_MIN;
    return parts == 0 ? SLOT_BYTES_MIN : parts * SLOT_BYTES_MIN;
}

uint64_t object_alloc(uint64_t bytes) {
    if (bytes > WINDOW_BYTES) {
        return OBJECT_NONE;
    }
    uint32_t me = enter();
    uint64_t whole = whole_bytes(bytes);
    uint32_t c = size_class(whole);
    return c == 0 || me > THREADS ? alloc_large(whole, 1) : alloc_slot(me, c);
}

/* The first size class from c on whose slots are multiples of `alignment`; 0 if there is none. */
/*@ requires class: c < SIZE_CLASSES && c != 1 && 0 < alignment;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures class: \result == 0 || 2 <= \result < SIZE_CLASSES;
    ensures aligned: \result != 0 ==> class_size[\result] % alignment == 0;
 */
static uint32_t aligned_class(uint32_t c, uint64_t alignment) {
    /*@ loop invariant range: c == 0 || 2 <= c <= SIZE_CLASSES;
        loop assigns c;
        loop variant SIZE_CLASSES - c;
     */
    for (; c != 0 && c < SIZE_CLASSES; c++) {
        if (class_size[c] % alignment == 0) {
            return c;
        }
    }
    return 0;
}

uint64_t object_alloc_aligned(uint64_t bytes, uint64_t alignment) {
    if (bytes > WINDOW_BYTES || alignment == 0 || alignment > WINDOW_BYTES) {
        return OBJECT_NONE;
    }
    uint32_t me = enter();
    uint64_t whole = whole_bytes(bytes);
    if (alignment > PAGE_SIZE) {
        return alloc_large(whole, (uint32_t)(alignment / PAGE_SIZE));
    }
    uint32_t c = aligned_class(size_class(whole), alignment);
    return c == 0 || me > THREADS ? alloc_large(whole, 1) : alloc_slot(me, c);
}

/* The slot that begins `offset` bytes into span s, or NO_SLOT. */
/*@ requires span: 0 < s < SPANS && SlotSpan(s) && SlotSizes(s) && offset < span[s].npages * PAGE_SIZE;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures slot: \result != NO_SLOT ==> OffsetOf(s, \result, offset);
    ensures only: \forall integer i; OffsetOf(s, i, offset) ==> i == \result;
 */
static uint32_t slot_at(uint32_t s, uint32_t offset) {
    uint32_t size = (uint32_t)span[s].slot_size;
    uint32_t i = slot_of(offset, span[s].div_magic) /*@ ghost (size) */;
    //@ assert down: i * size <= offset;
    return i < span[s].slots && i * size == offset ? i : NO_SLOT;
}

/* Takes back the block that begins `offset` bytes into span s, one of thread me's, the running one. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires spans: SlotSpans(self);
    requires sorted: SlotLists(self);
    requires span: Mine(self, s) && offset < span[s].npages * PAGE_SIZE;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures spans: SlotSpans(self);
    ensures sorted: SlotLists(self);
    ensures done: \forall integer i; OffsetOf{Pre}(s, i, offset) ==>
      (\result == OBJECT_OK <==> !IndexFree{Pre}(self, s, i));
    ensures twice: \forall integer i; OffsetOf{Pre}(s, i, offset) ==>
      (\result == OBJECT_IS_FREE <==> IndexFree{Pre}(self, s, i));
    ensures inside: (\forall integer i; !OffsetOf{Pre}(s, i, offset)) <==>
      \result == OBJECT_INSIDE;
 */
static enum object_status free_mine(uint32_t me, uint32_t s, uint32_t offset) {
    uint32_t i = slot_at(s, offset);
    if (i == NO_SLOT) {
        return OBJECT_INSIDE;
    }
    return slot_cache_free(me, s, i) ? OBJECT_OK : OBJECT_IS_FREE;
}

/* Takes back the block that is span s, on its own, and begins `offset` bytes into it. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self);
    requires map: MapOk && LiveSpansMapped && KindsKnown;
    requires span: SpanLive(s) && span[s].span_class < 2;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
 */
static enum object_status free_large(uint32_t s, uint64_t offset) {
    if (offset != (uint64_t)block_page[s] * PAGE_SIZE) {
        return OBJECT_INSIDE;
    }
    enum heap_status status = heap_free(span[s].base);
    slots_elapse();
    //@ assert other: 0 < self <= THREADS ==> !Mine{Pre}(self, heap_touched);
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, heap_touched);
    return status == HEAP_OK ? OBJECT_OK : status == HEAP_NO_SPAN ? OBJECT_NO_SPAN : OBJECT_BUSY;
}

/* The same of any thread's span, or of a record that is about to change. */
/*@ requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures slot: \result != NO_SLOT ==> OffsetOf(s, \result, offset) &&
      0 <= SlotWord(s, \result) < SLOT_WORDS;
 */
static uint32_t any_slot_at(uint32_t s, uint64_t offset) {
    uint32_t c = span[s].span_class;
    if (c < 4 || c >= SPAN_CLASSES || offset >= CLASS_SPAN_MAX) {
        return NO_SLOT;
    }
    //@ ghost class_is_sound(c / 2);
    uint32_t size = class_size[c / 2];
    uint32_t i = slot_of((uint32_t)offset, class_magic[c / 2]) /*@ ghost (size) */;
    //@ assert down: i * size <= offset;
    int is_slot = i < span[s].slots && i * size == offset && size == span[s].slot_size;
    return is_slot && span[s].base < PAGES - CLASS_SPAN_MAX / SLOT_BYTES_MIN ? i : NO_SLOT;
}

/* Tells the owner of span s that the slot that begins `offset` bytes into it is free. */
/*@ requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns REMOTE_TABLES;
 */
static enum object_status free_remote(uint32_t s, uint64_t offset) {
    uint32_t i = any_slot_at(s, offset), owner = slots_owner_load(s);
    if (i == NO_SLOT) {
        return OBJECT_INSIDE;
    }
    if (owner == 0 || owner > THREADS) {
        return OBJECT_NO_SPAN;
    }
    if (!slot_remote_set(span[s].base * PAGE_SLOT_WORDS + i / WORD_BITS, i % WORD_BITS)) {
        return OBJECT_IS_FREE;
    }
    inbox_put(owner - 1, s);
    return OBJECT_OK;
}

/* The heap span that has this place, or 0. */
/*@ requires map: MapOk && LiveSpansMapped && KindsKnown;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result != 0 ==> SpanLive(\result) && InSpan(\result, at / PAGE_SIZE);
    ensures mine: \forall integer s, i; 0 < self <= THREADS && Mine(self, s) && SlotAt(s, i, at) ==>
      s == \result && OffsetOf(s, i, at - span[s].base * PAGE_SIZE);
 */
static uint32_t span_at(uint64_t at) {
    return at < WINDOW_BYTES ? span_of_heap((uint32_t)(at / PAGE_SIZE)) : 0;
}

/* Takes back the block that begins `offset` bytes into span s. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires map: MapOk && LiveSpansMapped && KindsKnown && SpanList;
    requires cache: SlotCaches(self);
    requires span: SpanLive(s) && offset < span[s].npages * PAGE_SIZE;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures done: \forall integer i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      OffsetOf{Pre}(s, i, offset) ==> (\result == OBJECT_OK <==> !IndexFree{Pre}(self, s, i));
    ensures twice: \forall integer i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      OffsetOf{Pre}(s, i, offset) ==> (\result == OBJECT_IS_FREE <==> IndexFree{Pre}(self, s, i));
 */
static enum object_status free_found(uint32_t me, uint32_t s, uint64_t offset) {
    if (me <= THREADS && slots_owner_load(s) == me) {
        return free_mine(me, s, (uint32_t)offset);
    }
    return span[s].span_class < 2 ? free_large(s, offset) : free_remote(s, offset);
}

/* Takes back the block that begins at this place, in a stretch that has begun. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires map: MapOk && LiveSpansMapped && KindsKnown && SpanList;
    requires cache: SlotCaches(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures done: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> (\result == OBJECT_OK <==> !IndexFree{Pre}(self, s, i));
    ensures twice: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) ==> (\result == OBJECT_IS_FREE <==> IndexFree{Pre}(self, s, i));
 */
static enum object_status free_entered(uint32_t me, uint64_t at) {
    uint32_t s = span_at(at);
    if (s == 0) {
        return OBJECT_NO_SPAN;
    }
    uint64_t offset = at - (uint64_t)span[s].base * PAGE_SIZE;
    return free_found(me, s, offset);
}

enum object_status object_free(uint64_t at) {
    uint32_t me = enter();
    /*@ assert same: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
          SlotAt{Pre}(s, i, at) ==> SlotStays{Pre,Here}(self, s, i, at); */
    return free_entered(me, at);
}

uint64_t object_bytes(uint64_t at) {
    enter();
    uint32_t s = span_at(at);
    if (s == 0) {
        return 0;
    }
    uint64_t offset = at - (uint64_t)span[s].base * PAGE_SIZE;
    //@ ghost object_span = s;
    if (span[s].span_class >= 2) {
        uint32_t i = any_slot_at(s, offset);
        //@ ghost object_slot = i;
        return i == NO_SLOT ? 0 : span[s].slot_size;
    }
    uint64_t before = (uint64_t)block_page[s] * PAGE_SIZE;
    return offset == before ? (uint64_t)span[s].npages * PAGE_SIZE - before : 0;
}

int object_needs_zero(uint64_t at) {
    enter();
    uint32_t s = span_at(at);
    return s == 0 || span[s].span_class >= 2 || span[s].needs_zero != 0;
}
