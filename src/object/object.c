#include "object/object.h"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/live_lemmas.acsl"

#include "../../specs/object_lemmas.acsl"

#include "../../specs/told_lemmas.acsl"

/*@ ghost
    /@ requires multiple: 0 < m && x == m * k;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures multiple: x % m == 0;
     @/
    static void is_multiple(uint64_t x, uint64_t k, uint64_t m) {
    }

    // Slots begin at multiples of what a page and a slot are multiples of.
    /@ requires parts: 0 < m && PAGE_SIZE % m == 0 && size % m == 0;
       requires range: base <= PAGES && i <= SLOTS_MAX && size <= CLASS_BYTES_MAX;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures multiple: (base * PAGE_SIZE + i * size) % m == 0;
     @/
    static void slots_aligned(uint32_t base, uint32_t i, uint64_t size, uint64_t m) {
        uint64_t p = PAGE_SIZE / m, q = size / m, k = base * p + i * q;
        /@ assert page: PAGE_SIZE == m * p; @/
        /@ assert slot: size == m * q; @/
        /@ assert parts: base * PAGE_SIZE + i * size == base * (m * p) + i * (m * q) == m * k; @/
        is_multiple((uint64_t)base * PAGE_SIZE + i * size, k, m);
    }

    // A place is a multiple of `alignment` if its page is one of `step` and that many pages are;
    // or if a page is.
    /@ requires place: at % PAGE_SIZE == 0 && at <= WINDOW_BYTES && at / PAGE_SIZE % step == 0;
       requires step: 0 < step <= PAGES && alignment == step * PAGE_SIZE;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures multiple: at % alignment == 0;
     @/
    static void pages_aligned(uint64_t at, uint64_t step, uint64_t alignment) {
        uint64_t p = at / PAGE_SIZE, k = p / step;
        /@ assert place: at == PAGE_SIZE * p && p == step * k; @/
        is_multiple(at, k, alignment);
    }

    /@ requires place: at % PAGE_SIZE == 0 && at <= WINDOW_BYTES;
       requires parts: 0 < alignment && PAGE_SIZE % alignment == 0;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures multiple: at % alignment == 0;
     @/
    static void page_aligned(uint64_t at, uint64_t alignment) {
        slots_aligned((uint32_t)(at / PAGE_SIZE), 0, 0, alignment);
    }
 */

/* Hands out a slot of size class c; it begins at a multiple of m, as pages and its size are. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && 0 < self <= THREADS;
    requires lists: SpanList;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires class: 2 <= c < SIZE_CLASSES;
    requires parts: 0 < m && PAGE_SIZE % m == 0 && class_size[c] % m == 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, class_size[c]);
    ensures class: \result != NO_PLACE ==> span[object_span].span_class == 2 * c + 1;
    ensures mine: \result != NO_PLACE ==> span_owner[object_span] == self;
    ensures taken: \result != NO_PLACE ==>
      Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures inside: \result != NO_PLACE ==> \result + class_size[c] <= WINDOW_BYTES;
    ensures fresh: 0 < self <= THREADS && \result != NO_PLACE ==>
      !LiveSlot{Pre}(self, object_span, object_slot, \result);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures records: MineSame{Pre,Post}(self);
    ensures aligned: \result != NO_PLACE ==> \result % m == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static uint64_t alloc_slot(uint32_t me, uint32_t c) /*@ ghost (uint64_t m) */ {
    struct slot slot = slot_cache_alloc(me, c);
    //@ ghost object_span = slot.span;
    //@ ghost object_slot = slot.index;
    if (slot.span == 0) {
        //@ assert none: CursorsToldBut(self, -1);
        return NO_PLACE;
    }
    //@ assert took: SlotTaken{Pre,Here}(self, slot.span, slot.index);
    //@ ghost slots_aligned(span[slot.span].base, slot.index, span[slot.span].slot_size, m);
    slot_tell((me - 1) * SIZE_CLASSES + c, slot) /*@ ghost (me) */;
    return slot_place(slot.span, slot.index);
}

/* Bytes as a multiple of SLOT_BYTES_MIN, rounded up, and not 0. */
/*@ requires bytes: bytes <= WINDOW_BYTES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures whole: \result % SLOT_BYTES_MIN == 0 && SLOT_BYTES_MIN <= \result <= WINDOW_BYTES;
    ensures holds: bytes <= \result;
    ensures class: bytes <= CLASS_BYTES_MAX ==> \result <= CLASS_BYTES_MAX;
 */
static uint64_t whole_bytes(uint64_t bytes) {
    uint64_t some = bytes == 0 ? 1 : bytes;
    return (some + SLOT_BYTES_MIN - 1) / SLOT_BYTES_MIN * SLOT_BYTES_MIN;
}

/* Hands out a block of whole slots' bytes. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires lists: SpanList;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires bytes: SLOT_BYTES_MIN <= bytes <= WINDOW_BYTES && bytes % SLOT_BYTES_MIN == 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, bytes);
    ensures mine: \result != NO_PLACE ==> span_owner[object_span] == self;
    ensures taken: \result != NO_PLACE && 2 <= span[object_span].span_class ==>
      self <= THREADS && Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures inside: \result != NO_PLACE ==> \result + bytes <= WINDOW_BYTES;
    ensures fresh: 0 < self <= THREADS && \result != NO_PLACE ==>
      !LiveSlot{Pre}(self, object_span, object_slot, \result);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures records: MineSame{Pre,Post}(self);
    ensures aligned: \result != NO_PLACE ==> \result % SLOT_BYTES_MIN == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures new: \result != NO_PLACE && span[object_span].span_class < 2 ==>
      LargeLive(self, object_span, \result) && !LargeHeld{Pre}(self, object_span);
 */
static uint64_t alloc_whole(uint32_t me, uint64_t bytes) {
    uint32_t c = block_class(bytes);
    if (c == 0 || me > THREADS) {
        return large_alloc(me, bytes, 1);
    }
    //@ ghost class_is_sound(c);
    return alloc_slot(me, c) /*@ ghost (SLOT_BYTES_MIN) */;
}

uint64_t object_alloc(uint64_t bytes) {
    if (bytes > WINDOW_BYTES) {
        return NO_PLACE;
    }
    uint32_t me = slot_cache_enter();
    //@ assert live: 0 < self <= THREADS ==> LiveKept{Pre,Here}(self);
    //@ ghost entered: ;
    uint64_t at = alloc_whole(me, whole_bytes(bytes));
    //@ assert then: LargeThen{Pre,entered,Here}(self);
    //@ assert large: LargeAllStay{Pre,Here}(self);
    return at;
}

/*@ ghost
    // Which slot of its span bit j of the word that cursor k is at stands for.
    /@ requires cursor: k < CURSORS && 0 < current_span[k] < SPANS && SlotSpan(current_span[k]);
       requires slot: IsSlot(current_span[k], slot_cursor[k].word, j);
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures index: \result < span[current_span[k]].slots;
       ensures word: SlotWord(current_span[k], \result) == slot_cursor[k].word;
       ensures bit: \result % 64 == j;
     @/
    static uint32_t index_of(uint32_t k, uint32_t j) {
        return WORD_BITS * (slot_cursor[k].word - span[current_span[k]].base * PAGE_SLOT_WORDS) + j;
    }
 */

/* Hands out a slot of size class c that is at hand; it begins at a multiple of SLOT_BYTES_MIN, as
 * its size is one. */
/*@ requires self: me == self && 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires class: 2 <= c < SIZE_CLASSES && class_size[c] % SLOT_BYTES_MIN == 0;
    terminates \true;
    exits \false;
    assigns slot_cursor[CursorOf(me, c)].cache, object_span, object_slot;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: \result.found != 0 <==> \result.at != NO_PLACE;
    ensures block: \result.at != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result.at, class_size[c]);
    ensures class: \result.at != NO_PLACE ==> span[object_span].span_class == 2 * c + 1;
    ensures mine: \result.at != NO_PLACE ==> span_owner[object_span] == self;
    ensures taken: \result.at != NO_PLACE ==>
      Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures inside: \result.at != NO_PLACE ==> \result.at + class_size[c] <= WINDOW_BYTES;
    ensures fresh: \result.at != NO_PLACE ==>
      !LiveSlot{Pre}(self, object_span, object_slot, \result.at);
    ensures live: LiveKept{Pre,Post}(self);
    ensures records: MineSame{Pre,Post}(self);
    ensures aligned: \result.at != NO_PLACE ==> \result.at % SLOT_BYTES_MIN == 0;
 */
static struct object take_slot(uint32_t me, uint32_t c) {
    struct object object = {NO_PLACE, 0};
    uint32_t j = slot_cache_take(me, c);
    if (j == WORD_BITS) {
        return object;
    }
    uint32_t k = (me - 1) * SIZE_CLASSES + c;
    //@ assert told: Told(k);
    //@ assert others: CursorsToldBut(self, k);
    //@ ghost object_span = current_span[k];
    //@ ghost object_slot = index_of(k, j);
    //@ assert took: SlotTaken{Pre,Here}(self, object_span, object_slot);
    /*@ ghost slots_aligned(span[object_span].base, object_slot, span[object_span].slot_size,
                            SLOT_BYTES_MIN); */
    object.at = slot_told(k, j) /*@ ghost (object_slot) */;
    object.found = 1;
    return object;
}

inline struct object object_take(uint64_t bytes) {
    struct object none = {NO_PLACE, 0};
    uint32_t me = slot_cache_enter_again();
    if (bytes > CLASS_BYTES_MAX || me == 0) {
        return none;
    }
    //@ assert live: 0 < self <= THREADS ==> LiveKept{Pre,Here}(self);
    uint32_t c = block_class(bytes);
    //@ ghost class_is_sound(c);
    return take_slot(me, c);
}

/* The first size class from c on whose slots are multiples of `alignment`; 0 if there is none. */
/*@ requires class: 2 <= c < SIZE_CLASSES && 0 < alignment;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures class: \result == 0 || c <= \result < SIZE_CLASSES;
    ensures holds: \result != 0 ==> class_size[c] <= class_size[\result];
    ensures aligned: \result != 0 ==> class_size[\result] % alignment == 0;
 */
static uint32_t aligned_class(uint32_t c, uint64_t alignment) {
    /*@ loop invariant range: c <= d < SIZE_CLASSES;
        loop invariant holds: class_size[c] <= class_size[d];
        loop assigns d;
        loop variant SIZE_CLASSES - d;
     */
    for (uint32_t d = c;; d++) {
        if (class_size[d] % alignment == 0) {
            return d;
        }
        if (d == SIZE_CLASSES - 1) {
            return 0;
        }
        //@ ghost class_is_sound(d + 1);
    }
}

/* The same at a multiple of `alignment`, of which a page is one. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires lists: SpanList;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires bytes: SLOT_BYTES_MIN <= bytes <= WINDOW_BYTES;
    requires part: 0 < alignment && PAGE_SIZE % alignment == 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, bytes);
    ensures mine: \result != NO_PLACE ==> span_owner[object_span] == self;
    ensures taken: \result != NO_PLACE && 2 <= span[object_span].span_class ==>
      self <= THREADS && Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures inside: \result != NO_PLACE ==> \result + bytes <= WINDOW_BYTES;
    ensures fresh: 0 < self <= THREADS && \result != NO_PLACE ==>
      !LiveSlot{Pre}(self, object_span, object_slot, \result);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures aligned: \result != NO_PLACE ==> \result % alignment == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures new: \result != NO_PLACE && span[object_span].span_class < 2 ==>
      LargeLive(self, object_span, \result) && !LargeHeld{Pre}(self, object_span);
 */
static uint64_t alloc_within_page(uint32_t me, uint64_t bytes, uint64_t alignment) {
    uint32_t c = size_class(bytes);
    c = c == 0 || me > THREADS ? 0 : aligned_class(c, alignment);
    if (c == 0) {
        uint64_t at = large_alloc(me, bytes, 1);
        //@ ghost if (at != NO_PLACE) { page_aligned(at, alignment); }
        return at;
    }
    return alloc_slot(me, c) /*@ ghost (alignment) */;
}

/* The same at a multiple of whole pages. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires bytes: SLOT_BYTES_MIN <= bytes <= WINDOW_BYTES;
    requires whole: 0 < alignment <= WINDOW_BYTES && alignment % PAGE_SIZE == 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, bytes);
    ensures mine: \result != NO_PLACE ==> span_owner[object_span] == self;
    ensures taken: \result != NO_PLACE && 2 <= span[object_span].span_class ==>
      self <= THREADS && Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures inside: \result != NO_PLACE ==> \result + bytes <= WINDOW_BYTES;
    ensures fresh: 0 < self <= THREADS && \result != NO_PLACE ==>
      !LiveSlot{Pre}(self, object_span, object_slot, \result);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures aligned: \result != NO_PLACE ==> \result % alignment == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures new: \result != NO_PLACE && span[object_span].span_class < 2 ==>
      LargeLive(self, object_span, \result) && !LargeHeld{Pre}(self, object_span);
 */
static uint64_t alloc_pages(uint32_t me, uint64_t bytes, uint64_t alignment) {
    uint64_t step = alignment / PAGE_SIZE, at = large_alloc(me, bytes, (uint32_t)step);
    //@ ghost if (at != NO_PLACE) { pages_aligned(at, step, alignment); }
    return at;
}

/* The same at a multiple of either kind. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires bytes: SLOT_BYTES_MIN <= bytes <= WINDOW_BYTES;
    requires lists: SpanList;
    requires alignment: 0 < alignment <= WINDOW_BYTES;
    requires part: alignment <= PAGE_SIZE ==> PAGE_SIZE % alignment == 0;
    requires whole: alignment > PAGE_SIZE ==> alignment % PAGE_SIZE == 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS &&
      BlockAt(object_span, object_slot, \result, bytes);
    ensures mine: \result != NO_PLACE ==> span_owner[object_span] == self;
    ensures taken: \result != NO_PLACE && 2 <= span[object_span].span_class ==>
      self <= THREADS && Mine(self, object_span) && !IndexFree(self, object_span, object_slot);
    ensures inside: \result != NO_PLACE ==> \result + bytes <= WINDOW_BYTES;
    ensures fresh: 0 < self <= THREADS && \result != NO_PLACE ==>
      !LiveSlot{Pre}(self, object_span, object_slot, \result);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures aligned: \result != NO_PLACE ==> \result % alignment == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures new: \result != NO_PLACE && span[object_span].span_class < 2 ==>
      LargeLive(self, object_span, \result) && !LargeHeld{Pre}(self, object_span);
 */
static uint64_t alloc_multiple(uint32_t me, uint64_t bytes, uint64_t alignment) {
    return alignment <= PAGE_SIZE ? alloc_within_page(me, bytes, alignment)
                                  : alloc_pages(me, bytes, alignment);
}

uint64_t object_alloc_aligned(uint64_t bytes, uint64_t alignment) {
    if (bytes > WINDOW_BYTES || alignment == 0 || alignment > WINDOW_BYTES) {
        return NO_PLACE;
    }
    if (alignment <= PAGE_SIZE ? PAGE_SIZE % alignment != 0 : alignment % PAGE_SIZE != 0) {
        return NO_PLACE;
    }
    uint32_t me = slot_cache_enter();
    //@ assert live: 0 < self <= THREADS ==> LiveKept{Pre,Here}(self);
    //@ ghost entered: ;
    uint64_t at = alloc_multiple(me, whole_bytes(bytes), alignment);
    //@ assert then: LargeThen{Pre,entered,Here}(self);
    //@ assert large: LargeAllStay{Pre,Here}(self);
    return at;
}
