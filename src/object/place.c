#include "object/place.h"

#include "../../specs/place_lemmas.acsl"

#include "../../specs/told_lemmas.acsl"

uint64_t slot_place(uint32_t s, uint32_t i) {
    //@ assert end: i * span[s].slot_size + span[s].slot_size <= span[s].npages * PAGE_SIZE;
    return (uint64_t)span[s].base * PAGE_SIZE + i * span[s].slot_size;
}

void slot_tell(uint32_t k, struct slot slot) /*@ ghost (uint32_t me) */ {
    uint32_t w = slot.index / WORD_BITS;
    //@ assert word: w == slot_cursor[k].word - FirstWord(slot.span);
    current_slots[k].size = span[slot.span].slot_size;
    current_slots[k].place = slot_place(slot.span, WORD_BITS * w);
    //@ assert told: Told(k);
}

uint64_t slot_told(uint32_t k, uint32_t j) /*@ ghost (uint32_t i) */ {
    //@ ghost uint32_t s = current_span[k], n = i / WORD_BITS;
    //@ assert end: i * span[s].slot_size + span[s].slot_size <= span[s].npages * PAGE_SIZE;
    //@ assert index: i == 64 * n + j && n == slot_cursor[k].word - FirstWord(s);
    //@ assert parts: i * span[s].slot_size == 64 * n * span[s].slot_size + j * span[s].slot_size;
    return current_slots[k].place + j * current_slots[k].size;
}

inline uint32_t slot_span_at(uint32_t me, uint64_t at) {
    uint32_t s = page_span_load((uint32_t)(at / PAGE_SIZE));
    return slots_owner_load(s) == me ? s : 0;
}

uint32_t slot_at(uint32_t s, uint64_t at) {
    uint64_t first = (uint64_t)span[s].base * PAGE_SIZE;
    if (at < first) {
        return NO_SLOT;
    }
    uint64_t offset = at - first, size = span[s].slot_size;
    uint32_t i = slot_of((uint32_t)(offset % MAGIC_ONE), span[s].div_magic) /*@ ghost (size) */;
    return i < span[s].slots && i * size == offset ? i : NO_SLOT;
}

/* The slot of a span of size class c that has the byte at this offset. */
/*@ requires class: 2 <= c < SIZE_CLASSES && offset < CLASS_SPAN_MAX;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures slot: 0 < class_size[c] && \result == offset / class_size[c];
 */
static uint32_t class_slot_over(uint32_t c, uint32_t offset) {
    //@ ghost class_is_sound(c);
    return slot_of(offset, slot_magic(2 * c + 1)) /*@ ghost (class_size[c]) */;
}

uint32_t foreign_slot_over(uint32_t s, uint64_t offset) {
    uint32_t c = span[s].span_class / 2;
    if (c < 2 || c >= SIZE_CLASSES || offset >= CLASS_SPAN_MAX) {
        return NO_SLOT;
    }
    uint32_t i = class_slot_over(c, (uint32_t)offset);
    return i < span[s].slots && class_size[c] == span[s].slot_size ? i : NO_SLOT;
}

uint32_t foreign_slot_at(uint32_t s, uint64_t offset) {
    uint32_t i = foreign_slot_over(s, offset);
    return i != NO_SLOT && (uint64_t)i * span[s].slot_size == offset ? i : NO_SLOT;
}

int slot_is_free(uint32_t me, uint32_t s, uint32_t i) {
    uint32_t k = (me - 1) * SIZE_CLASSES + span[s].span_class / 2;
    uint32_t w = slot_first_word(s) + i / WORD_BITS;
    return slots_is_free(k, w, i % WORD_BITS);
}
