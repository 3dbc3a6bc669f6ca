#include "object/kept.h"

#include "../../specs/base_lemmas.acsl"

#include "../../specs/slot_cache_lemmas.acsl"

#include "../../specs/held_lemmas.acsl"

#include "../../specs/kept_lemmas.acsl"

int kept_claim(uint32_t s, uint32_t cell) {
    int taken = large_take(s, cell);
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, taken == 0 ? 0 : s);
    //@ assert told: 0 < self <= THREADS ==> CursorsToldBut(self, -1);
    return taken;
}

/* Leaves span s, the running thread's, in its cell for anybody. */
/*@ requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: LargeSpan(s) && span_owner[s] == self && large_cell[s] == 0;
    terminates \true;
    exits \false;
    assigns large_cell[s], span_owner[s];
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures kept: large_cell[s] == LARGE_IS_KEPT;
    ensures gone: span_owner[s] != self;
    ensures large: LargeAllStay{Pre,Post}(self);
 */
static void leave(uint32_t s) {
    large_keep(s);
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, s);
    //@ assert told: 0 < self <= THREADS ==> CursorsToldBut(self, -1);
}

int kept_give_back(uint32_t s) {
    enum heap_status status = heap_free(span[s].base);
    //@ assert touched: heap_touched == 0 || heap_touched == s;
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    slots_elapse();
    //@ assert other: 0 < self <= THREADS ==> !Mine{Pre}(self, heap_touched);
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, heap_touched);
    //@ assert told: 0 < self <= THREADS ==> CursorsToldBut(self, -1);
    return status == HEAP_OK;
}

/* Gives span s, the running thread's, back to the page heap; what that does not take is left for
 * anybody. Returns 1 if it went back, or 0. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: LargeSpan(s) && span_owner[s] == self && large_cell[s] == 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures gone: span_owner[s] != self;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures owned: OwnsFewer{Pre,Post}(self);
 */
static int dispose(uint32_t s) {
    int given = kept_give_back(s);
    if (!given) {
        leave(s);
    }
    return given;
}

/* Gives what cell k names back to the page heap, if it is still kept. Returns 1, or 0. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires cell: k < KEPT_CELLS;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures owned: OwnsFewer{Pre,Post}(self);
 */
static int release(uint32_t k) {
    uint32_t s = large_kept_load(k) % SPANS;
    int mine = s != 0 && kept_claim(s, LARGE_IS_KEPT);
    //@ assert stay: LargeAllStay{Pre,Here}(self);
    //@ assert owned: mine == 0 ==> OwnsFewer{Pre,Here}(self);
    return mine && dispose(s);
}

int kept_release(uint32_t me) {
    uint32_t first = me == 0 ? 0 : (me - 1) * LARGE_KEPT;
    uint32_t end = me == 0 ? KEPT_CELLS : first + LARGE_KEPT;
    int some = 0;
    /*@ loop invariant range: first <= k <= end <= KEPT_CELLS;
        loop invariant apart: heap_held == 0;
        loop invariant cache: SlotCaches(self) && ClassesMine(self);
        loop invariant records: 0 < self <= THREADS ==> MineUnchangedBut{Pre,Here}(self, 0);
        loop invariant free: 0 < self <= THREADS ==> MineFreeUnchanged{Pre,Here}(self);
        loop invariant large: LargeAllStay{Pre,Here}(self);
        loop assigns k, some, heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
        loop variant end - k;
     */
    for (uint32_t k = first; k < end; k++) {
        some |= release(k);
        if (me != 0) {
            large_kept_store(k, 0);
        }
    }
    return some;
}

/* The cell of thread me's that names a span of n pages or a few more, or KEPT_CELLS. */
/*@ requires thread: 0 < me <= THREADS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: \result == KEPT_CELLS || \result < me * LARGE_KEPT;
    ensures mine: (me - 1) * LARGE_KEPT <= \result;
    ensures fits: \result < KEPT_CELLS ==> n <= large_kept[\result] / SPANS;
 */
static uint32_t fitting(uint32_t me, uint32_t n) {
    uint32_t first = (me - 1) * LARGE_KEPT;
    /*@ loop invariant range: first <= k <= first + LARGE_KEPT;
        loop assigns k;
        loop variant first + LARGE_KEPT - k;
     */
    for (uint32_t k = first; k < first + LARGE_KEPT; k++) {
        uint32_t pages = large_kept_load(k) / SPANS;
        if (n <= pages && pages - n <= n / 8) {
            return k;
        }
    }
    return KEPT_CELLS;
}

/* The cell of thread me's for a span of n pages: if there is one, one that names nothing kept. */
/*@ requires thread: 0 < me <= THREADS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures mine: (me - 1) * LARGE_KEPT <= \result < me * LARGE_KEPT;
 */
static uint32_t vacant(uint32_t me, uint32_t n) {
    uint32_t first = (me - 1) * LARGE_KEPT;
    /*@ loop invariant range: first <= k <= first + LARGE_KEPT;
        loop assigns k;
        loop variant first + LARGE_KEPT - k;
     */
    for (uint32_t k = first; k < first + LARGE_KEPT; k++) {
        if (large_cell_load(large_kept_load(k) % SPANS) != LARGE_IS_KEPT) {
            return k;
        }
    }
    return first + n % LARGE_KEPT;
}

void kept_add(uint32_t me, uint32_t s, uint32_t n) {
    uint32_t k = vacant(me, n);
    leave(s);
    release(k);
    large_kept_store(k, n * SPANS + s);
}

/* Takes span s if it is kept and has n pages. Returns s, or 0. */
/*@ requires apart: heap_held == 0;
    requires self: 0 < self <= THREADS;
    requires cache: SlotCaches(self) && ClassesMine(self);
    requires span: 0 < s < SPANS;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures records: MineUnchangedBut{Pre,Post}(self, 0);
    ensures free: MineFreeUnchanged{Pre,Post}(self);
    ensures span: \result != 0 ==> LargeSpan(\result) && span_owner[\result] == self &&
      n <= span[\result].npages;
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures fresh: \result != 0 ==> !LargeHeld{Pre}(self, \result);
 */
static uint32_t take_kept(uint32_t s, uint32_t n) {
    if (!kept_claim(s, LARGE_IS_KEPT)) {
        return 0;
    }
    if (span[s].npages < n) { /* the hint was for another */
        dispose(s);
        return 0;
    }
    return s;
}

uint32_t kept_take(uint32_t me, uint32_t n) {
    uint32_t k = fitting(me, n);
    if (k == KEPT_CELLS) {
        return 0;
    }
    uint32_t s = large_kept_load(k) % SPANS;
    large_kept_store(k, 0);
    return s == 0 ? 0 : take_kept(s, n);
}

void kept_flush(void) {
    uint32_t me = slot_cache_enter();
    if (me <= THREADS) {
        kept_release(me);
    }
}

void kept_flush_pages(void) {
    heap_flush();
    slots_elapse();
    //@ assert kept: 0 < self <= THREADS ==> ThreadKept{Pre,Here}(self, 0);
}
