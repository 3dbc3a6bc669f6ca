#include "object/large.h"

#include "../../specs/large_lemmas.acsl"

#include "../../specs/slot_cache_lemmas.acsl"

/* Hands out n pages as a span of its own, or 0. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures other: \result != 0 && 0 < self <= THREADS ==> !Mine{Pre}(self, \result);
    ensures span: \result != 0 ==> 0 < \result < SPANS && span[\result].npages == n &&
      span[\result].base + n <= PAGES && 0 < n && span[\result].span_class == 1;
    ensures mine: \result != 0 ==> span_owner[\result] == self;
 */
static uint32_t large_span(uint32_t n) {
    uint32_t s = heap_alloc(n, 1).span;
    slots_elapse();
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, s);
    //@ assert told: 0 < self <= THREADS ==> CursorsToldBut(self, -1);
    return s;
}

/* The first page from p on whose number is a multiple of `step`. */
/*@ requires range: p <= PAGES && 0 < step <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures multiple: \result % step == 0;
    ensures next: p <= \result < p + step;
 */
static uint32_t round_up(uint32_t p, uint32_t step) {
    uint32_t k = (p + step - 1) / step;
    //@ assert next: p <= step * k < p + step;
    return step * k;
}

uint64_t large_alloc(uint64_t bytes, uint32_t step) {
    uint32_t n = (uint32_t)((bytes + PAGE_SIZE - 1) / PAGE_SIZE);
    uint32_t s = large_span(n + step - 1);
    if (s == 0) {
        return NO_PLACE;
    }
    uint32_t first = round_up(span[s].base, step);
    block_page_store(s, first - span[s].base);
    //@ ghost object_span = s;
    return (uint64_t)first * PAGE_SIZE;
}

enum object_status large_free(uint32_t s, uint64_t offset) {
    if (offset != (uint64_t)block_page_load(s) * PAGE_SIZE) {
        return OBJECT_INSIDE;
    }
    enum heap_status status = heap_free(span[s].base);
    slots_elapse();
    //@ assert other: 0 < self <= THREADS ==> !Mine{Pre}(self, heap_touched);
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, heap_touched);
    //@ assert told: 0 < self <= THREADS ==> CursorsToldBut(self, -1);
    return status == HEAP_OK ? OBJECT_OK : status == HEAP_NO_SPAN ? OBJECT_NO_SPAN : OBJECT_BUSY;
}

uint64_t large_bytes(uint32_t s, uint64_t offset) {
    uint64_t before = (uint64_t)block_page_load(s) * PAGE_SIZE,
             bytes = (uint64_t)span[s].npages * PAGE_SIZE;
    return offset == before && before < bytes ? bytes - before : 0;
}
