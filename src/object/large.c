#include "object/large.h"

#include "../../specs/slot_cache_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/kept_lemmas.acsl"

#include "../../specs/large_lemmas.acsl"

/* A span of n pages of the page heap's, or 0. */
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
    ensures span: \result != 0 ==> LargeSpan(\result) && span_owner[\result] == self &&
      n <= span[\result].npages;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures fresh: \result != 0 ==> !LargeHeld{Pre}(self, \result);
 */
static uint32_t fresh_span(uint32_t n) {
    uint32_t s = heap_alloc(n, 1).span;
    //@ assert other: 0 < self <= THREADS ==> !Mine{Pre}(self, s);
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

/* Hands span s, the running thread's, out to it, with a block that begins where the cell says. */
/*@ requires self: me == self && self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: LargeSpan(s) && span_owner[s] == self;
    requires cell: LargeCell(s, cell);
    terminates \true;
    exits \false;
    assigns large_owner[s], large_cell[s];
    ensures block: LargeHeld(self, s) && large_cell[s] == cell;
    ensures slots: 0 < self <= THREADS ==> !Mine(self, s);
    ensures others: LargeOthersStay{Pre,Post}(self, s);
 */
static void hand_out(uint32_t me, uint32_t s, uint32_t cell) {
    large_owner_store(s, me <= THREADS ? me : 0);
    large_put(s, cell);
}

uint64_t large_alloc(uint32_t me, uint64_t bytes, uint32_t step) {
    uint32_t n = (uint32_t)((bytes + PAGE_SIZE - 1) / PAGE_SIZE) + step - 1;
    uint32_t s = me <= THREADS ? kept_take(me, n) : 0, used = s != 0 ? PAGES : 0;
    if (s == 0) {
        s = fresh_span(n);
    }
    if (s == 0) {
        return NO_PLACE;
    }
    uint32_t first = round_up(span[s].base, step);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    //@ assert records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Here}(self, 0);
    hand_out(me, s, used + first + 1);
    //@ assert others: LargeOthersStay{Pre,Here}(self, s);
    //@ ghost object_span = s;
    return (uint64_t)first * PAGE_SIZE;
}

/* The page where the block begins that a cell of its span tells of. */
/*@ requires cell: 0 < cell <= 2 * PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures page: \result == LargePage(cell) < PAGES;
 */
static uint32_t page_of(uint32_t cell) {
    return cell <= PAGES ? cell - 1 : cell - 1 - PAGES;
}

/* Does a block begin at this place, by what its span's cell says? */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures found: \result == OBJECT_OK <==>
      0 < cell <= 2 * PAGES && at == LargePage(cell) * PAGE_SIZE;
    ensures free: \result == OBJECT_IS_FREE <==> cell == LARGE_IS_KEPT;
    ensures answer: \result == OBJECT_OK || \result == OBJECT_IS_FREE ||
      \result == OBJECT_INSIDE || \result == OBJECT_NO_SPAN;
 */
static enum object_status look(uint32_t cell, uint64_t at) {
    if (cell == LARGE_IS_KEPT) {
        return OBJECT_IS_FREE;
    }
    if (cell == 0 || cell > 2 * PAGES) {
        return OBJECT_NO_SPAN;
    }
    return at == (uint64_t)page_of(cell) * PAGE_SIZE ? OBJECT_OK : OBJECT_INSIDE;
}

uint64_t large_place(uint32_t s) {
    uint32_t cell = large_cell_load(s);
    return cell == 0 || cell > 2 * PAGES ? NO_PLACE : (uint64_t)page_of(cell) * PAGE_SIZE;
}

enum object_status large_look(uint32_t s, uint64_t at) {
    return look(large_cell_load(s), at);
}

/* Gives the span s of a block, now the running thread's, back to the page heap; what that does not
 * take is the block that this cell tells of again. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: LargeSpan(s) && span_owner[s] == self && large_cell[s] == 0;
    requires cell: LargeCell(s, cell);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures answer: \result == OBJECT_OK || \result == OBJECT_BUSY;
    ensures gone: \result == OBJECT_OK ==> span_owner[s] != self;
    ensures busy: \result == OBJECT_BUSY ==> large_cell[s] == cell &&
      SpanUnchanged{Pre,Post}(s) && span_owner[s] == self && large_owner[s] == \old(large_owner[s]);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static enum object_status drop_claimed(uint32_t s, uint32_t cell) {
    if (kept_give_back(s)) {
        return OBJECT_OK;
    }
    large_put(s, cell);
    return OBJECT_BUSY;
}

/* Takes back the block that was in span s, now the running thread's, by this cell. */
/*@ requires apart: heap_held == 0;
    requires self: me == self && self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: LargeSpan(s) && span_owner[s] == self && large_cell[s] == 0;
    requires cell: LargeCell(s, cell);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures answer: \result == OBJECT_OK || \result == OBJECT_BUSY;
    ensures gone: \result == OBJECT_OK ==> span_owner[s] != self;
    ensures busy: \result == OBJECT_BUSY ==> large_cell[s] == cell &&
      SpanUnchanged{Pre,Post}(s) && span_owner[s] == self && large_owner[s] == \old(large_owner[s]);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static enum object_status free_claimed(uint32_t me, uint32_t s, uint32_t cell) {
    uint32_t n = span[s].npages;
    if (me <= THREADS && n <= KEPT_PAGES_MAX) {
        kept_add(me, s, n);
        return OBJECT_OK;
    }
    return drop_claimed(s, cell);
}

/* Takes span s out of its cell, if that says the same as it did when the caller read it. Returns 1,
 * and it is the running thread's, or 0. */
/*@ requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: 0 < s < SPANS && cell == large_cell[s] && 0 < cell <= 2 * PAGES;
    terminates \true;
    exits \false;
    assigns span_owner[s], SLOT_TABLES;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures span: \result != 0 ==> LargeSpan(s) && span_owner[s] == self && large_cell[s] == 0;
    ensures cell: \result != 0 ==> LargeCell(s, cell);
    ensures same: LargeHeld{Pre}(self, s) ==> \result != 0 && SpanUnchanged{Pre,Post}(s) &&
      large_owner[s] == \old(large_owner[s]);
    ensures others: LargeOthersStay{Pre,Post}(self, s);
    ensures refused: \result == 0 ==> LargeAllStay{Pre,Post}(self);
 */
static int claim(uint32_t s, uint32_t cell) {
    slots_elapse();
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, 0);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    return kept_claim(s, cell);
}

enum object_status large_free(uint32_t me, uint32_t s, uint64_t at) {
    uint32_t cell = large_cell_load(s);
    enum object_status status = look(cell, at);
    if (status != OBJECT_OK) {
        return status;
    }
    if (!claim(s, cell)) { /* another thread was faster */
        return OBJECT_IS_FREE;
    }
    //@ assert so_far: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Here}(self, 0);
    status = free_claimed(me, s, cell);
    //@ assert records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Here}(self, 0);
    //@ assert others: LargeOthersStay{Pre,Here}(self, s);
    return status;
}

enum object_status large_drop(uint32_t s, uint64_t at) {
    uint32_t cell = large_cell_load(s);
    enum object_status status = look(cell, at);
    if (status != OBJECT_OK) {
        return status;
    }
    if (!claim(s, cell)) {
        return OBJECT_IS_FREE;
    }
    //@ assert so_far: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Here}(self, 0);
    status = drop_claimed(s, cell);
    //@ assert records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Here}(self, 0);
    //@ assert others: LargeOthersStay{Pre,Here}(self, s);
    return status;
}

int large_is_of(uint32_t me, uint32_t s) {
    return large_owner_load(s) == me && large_place(s) != NO_PLACE;
}

uint64_t large_bytes(uint32_t s, uint64_t at) {
    uint64_t begin = (uint64_t)span[s].base * PAGE_SIZE,
             end = begin + (uint64_t)span[s].npages * PAGE_SIZE;
    return large_look(s, at) == OBJECT_OK && begin <= at && at < end ? end - at : 0;
}

int large_was_used(uint32_t s) {
    return large_cell_load(s) > PAGES;
}
