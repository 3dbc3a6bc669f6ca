#include "span/span.h"

struct span span[SPANS];

int span_class_fits(uint32_t n, uint32_t c) {
    if (c >= SPAN_CLASSES) {
        return 0;
    }
    uint64_t count = slot_count(n, c);
    return 1 <= count && count <= SLOTS_MAX;
}

void span_init(uint32_t s, uint32_t p, uint32_t n, uint32_t kind, uint32_t c, uint32_t needs_zero) {
    int heap = kind == KIND_HEAP;
    span[s].base = p;
    span[s].npages = n;
    span[s].kind = (uint8_t)kind;
    span[s].span_class = (uint8_t)c;
    span[s].needs_zero = (uint8_t)needs_zero;
    span[s].live_slots = 0;
    span[s].slot_size = heap ? slot_size(n, c) : 0;
    span[s].slots = heap ? (uint32_t)slot_count(n, c) : 0;
    span[s].div_magic = heap ? slot_magic(c) : 0;
}
