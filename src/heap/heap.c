#include "heap/heap.h"

#include "../../specs/heap_lemmas.acsl"

/* The running thread as one that has caches: a number below THREADS, or THREADS if it has none.
 * Begins a stretch without the lock. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns HEAP_TABLES;
    ensures thread: \result == (self <= THREADS ? self - 1 : THREADS);
    ensures heap: Heap;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
 */
static uint32_t enter(void) {
    uint32_t thread = heap_enter();
    return thread <= THREADS ? thread - 1 : THREADS;
}

/* Does a span of n pages of this kind come out of a thread's caches? */
/*@ requires kind: KindOk(kind);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures cached: \result != 0 ==> Alignment(kind) == 1;
 */
static int is_cached(uint32_t n, uint32_t kind) {
    return n < CACHED_PAGES && heap_alignment(kind) == 1;
}

/* Hands out what is asked for under the heap lock, to thread t. Where no run is left and no growth,
 * the thread's own pages go back to the heap for another try. Returns 0 if it must. */
/*@ requires heap: Heap;
    requires self: self != 0;
    requires thread: t == (self <= THREADS ? self - 1 : THREADS);
    requires asked: AskOk(n, kind, c);
    terminates \true;
    exits \false;
    assigns LIFE_TABLES;
    ensures heap: Heap;
    ensures range: \result < SPANS;
    ensures fresh: \result != 0 ==> !SpanLive{Pre}(\result);
    ensures span: \result != 0 ==> SpanIs(\result, span[\result].base, n, kind, c);
    ensures owned: \result != 0 ==> span_owner[\result] == self;
    ensures owners: OwnersUnchangedBut{Pre,Post}(\result);
    ensures others: SpansUnchangedBut{Pre,Post}(\result);
 */
static uint32_t alloc_uncached(uint32_t t, uint32_t n, uint32_t kind, uint32_t c) {
    uint32_t s = heap_alloc_span_locked(t, n, kind, c).span;
    if (s != 0 || t == THREADS || page_cache[t].free == 0) {
        return s;
    }
    //@ assert same: SpansOwnedUnchanged{Pre,Here};
    heap_flush_locked(t);
    return heap_alloc_span_locked(t, n, kind, c).span;
}

/* The same from the thread's caches, after filling what is empty of them, if it can be. */
/*@ requires heap: Heap;
    requires self: self != 0;
    requires thread: t == (self <= THREADS ? self - 1 : THREADS);
    requires asked: AskOk(n, kind, c);
    requires cached: t < THREADS && Alignment(kind) == 1;
    terminates \true;
    exits \false;
    assigns LIFE_TABLES;
    ensures heap: Heap;
    ensures range: \result < SPANS;
    ensures fresh: \result != 0 ==> !SpanLive{Pre}(\result);
    ensures span: \result != 0 ==> SpanIs(\result, span[\result].base, n, kind, c);
    ensures owned: \result != 0 ==> span_owner[\result] == self;
    ensures owners: OwnersUnchangedBut{Pre,Post}(\result);
    ensures others: SpansUnchangedBut{Pre,Post}(\result);
 */
static uint32_t alloc_refilled(uint32_t t, uint32_t n, uint32_t kind, uint32_t c) {
    heap_refill_locked(t);
    uint32_t s = heap_alloc_cached(t, n, kind, c);
    if (s != 0) {
        return s;
    }
    //@ assert same: SpansOwnedUnchanged{Pre,Here};
    return alloc_uncached(t, n, kind, c);
}

/* The one or the other. */
/*@ requires heap: Heap;
    requires self: self != 0;
    requires thread: t == (self <= THREADS ? self - 1 : THREADS);
    requires asked: AskOk(n, kind, c);
    requires cached: cached != 0 ==> t < THREADS && Alignment(kind) == 1;
    terminates \true;
    exits \false;
    assigns LIFE_TABLES;
    ensures heap: Heap;
    ensures range: \result < SPANS;
    ensures fresh: \result != 0 ==> !SpanLive{Pre}(\result);
    ensures span: \result != 0 ==> SpanIs(\result, span[\result].base, n, kind, c);
    ensures owned: \result != 0 ==> span_owner[\result] == self;
    ensures owners: OwnersUnchangedBut{Pre,Post}(\result);
    ensures others: SpansUnchangedBut{Pre,Post}(\result);
 */
static uint32_t alloc_locked(uint32_t t, uint32_t n, uint32_t kind, uint32_t c, int cached) {
    return cached ? alloc_refilled(t, n, kind, c) : alloc_uncached(t, n, kind, c);
}

/* Hands out what is asked for under the lock, which it takes. Returns 0 if it must. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires thread: t == (self <= THREADS ? self - 1 : THREADS);
    requires asked: AskOk(n, kind, c);
    requires cached: cached != 0 ==> t < THREADS && Alignment(kind) == 1;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures range: \result < SPANS;
    ensures kept: KeptBut{Pre,Post}(self, \result);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, \result);
    ensures fresh: \result != 0 ==> \old(span_owner)[\result] != self;
    ensures mine: \result != 0 ==> span_owner[\result] == self;
    ensures off: \result != 0 ==> span_link[\result].list == 0;
    ensures span: \result != 0 ==> SpanIs(\result, span[\result].base, n, kind, c);
    ensures disjoint: \result != 0 ==> MineDisjoint(self);
 */
static uint32_t alloc_locking(uint32_t t, uint32_t n, uint32_t kind, uint32_t c, int cached) {
    heap_lock();
    //@ ghost Held: ;
    uint32_t s = alloc_locked(t, n, kind, c, cached);
    //@ assert kept: KeptBut{Held,Here}(self, s);
    //@ assert links: LinksKeptBut{Pre,Here}(self, s);
    //@ assert disjoint: MineDisjoint(self);
    heap_unlock();
    return s;
}

/* The same in a stretch without the lock, which it takes only if the thread's caches have nothing
 * that would do. */
/*@ requires heap: Heap;
    requires apart: heap_held == 0;
    requires self: self != 0;
    requires thread: t == (self <= THREADS ? self - 1 : THREADS);
    requires asked: AskOk(n, kind, c);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures range: \result < SPANS;
    ensures kept: KeptBut{Pre,Post}(self, \result);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, \result);
    ensures fresh: \result != 0 ==> \old(span_owner)[\result] != self;
    ensures mine: \result != 0 ==> span_owner[\result] == self;
    ensures off: \result != 0 ==> span_link[\result].list == 0;
    ensures span: \result != 0 ==> SpanIs(\result, span[\result].base, n, kind, c);
    ensures disjoint: \result != 0 ==> MineDisjoint(self);
 */
static uint32_t alloc_entered(uint32_t t, uint32_t n, uint32_t kind, uint32_t c) {
    int cached = t < THREADS && is_cached(n, kind);
    uint32_t s = cached ? heap_alloc_cached(t, n, kind, c) : 0;
    //@ assert kept: KeptBut{Pre,Here}(self, s);
    //@ assert disjoint: MineDisjoint(self);
    return s != 0 ? s : alloc_locking(t, n, kind, c, cached);
}

/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires kind: KindOk(kind);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: KeptBut{Pre,Post}(self, \result.span);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, \result.span);
    ensures size: \result.status == HEAP_BAD_SIZE <==> !SizeOk(n);
    ensures class: \result.status == HEAP_BAD_CLASS <==> SizeOk(n) && !ClassOk(n, kind, c);
    ensures other: \result.status == HEAP_OK || \result.status == HEAP_NO_MEMORY ||
      \result.status == HEAP_BAD_SIZE || \result.status == HEAP_BAD_CLASS;
    ensures none: \result.span == 0 <==> \result.status != HEAP_OK;
    ensures fresh: \result.span != 0 ==> \old(span_owner)[\result.span] != self;
    ensures mine: \result.span != 0 ==> span_owner[\result.span] == self;
    ensures off: \result.span != 0 ==> span_link[\result.span].list == 0;
    ensures span: \result.span != 0 ==> SpanIs(\result.span, span[\result.span].base, n, kind, c);
    ensures disjoint: \result.span != 0 ==> MineDisjoint(self);
 */
static struct heap_answer alloc_span(uint32_t n, uint32_t kind, uint32_t c) {
    struct heap_answer answer = {heap_may_ask(n, kind, c), 0};
    if (answer.status != HEAP_OK) {
        return answer;
    }
    uint32_t t = enter();
    answer.span = alloc_entered(t, n, kind, c);
    answer.status = answer.span == 0 ? HEAP_NO_MEMORY : HEAP_OK;
    return answer;
}

/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: KeptBut{Pre,Post}(self, heap_touched);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, heap_touched);
    ensures refused: \result != HEAP_OK ==> heap_touched == 0;
    ensures gone: \result == HEAP_OK ==> 0 < heap_touched < SPANS &&
      span_owner[heap_touched] != self;
    ensures mine: \result == HEAP_OK ==> \forall integer s; MineAt{Pre}(self, s, p) ==>
      heap_touched == s;
    ensures begins: \result == HEAP_OK && \old(span_owner)[heap_touched] == self ==>
      MineAt{Pre}(self, heap_touched, p);
    ensures found: MineBegins{Pre}(self, p, kind) ==> \result == HEAP_OK ||
      \result == HEAP_HAS_SLOTS || \result == HEAP_ON_LIST || \result == HEAP_HAS_SPECIALS;
 */
static enum heap_status free_span(uint32_t p, uint32_t kind) {
    uint32_t t = enter();
    heap_lock();
    //@ ghost heap_touched = p < PAGES ? page_span[p] : 0;
    //@ assert mine: \forall integer s; MineAt{Pre}(self, s, p) ==> heap_touched == s;
    enum heap_status status = heap_free_span_locked(t, p, kind);
    //@ ghost if (status != HEAP_OK) heap_touched = 0;
    //@ assert kept: KeptBut{Pre,Here}(self, heap_touched);
    //@ assert lists: ListsKept{Pre,Here}(self);
    heap_unlock();
    return status;
}

struct heap_answer heap_alloc(uint32_t n, uint32_t c) {
    return alloc_span(n, KIND_HEAP, c);
}

struct heap_answer heap_alloc_manual(uint32_t n, uint32_t kind) {
    if (kind == KIND_HEAP || kind >= KINDS) {
        struct heap_answer refusal = {HEAP_BAD_KIND, 0};
        return refusal;
    }
    return alloc_span(n, kind, 0);
}

enum heap_status heap_free(uint32_t p) {
    return free_span(p, KIND_HEAP);
}

enum heap_status heap_free_manual(uint32_t p, uint32_t kind) {
    if (kind == KIND_HEAP || kind >= KINDS) {
        //@ ghost heap_touched = 0;
        return HEAP_BAD_KIND;
    }
    return free_span(p, kind);
}

void heap_flush(void) {
    uint32_t t = enter();
    if (t < THREADS) {
        heap_lock();
        heap_flush_locked(t);
        //@ assert kept: Kept{Pre,Here}(self);
        //@ assert lists: ListsKept{Pre,Here}(self);
        heap_unlock();
    }
}

/* Bytes in whole pages, rounded up; as many as the window has at most. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result <= PAGES;
    ensures most: \result == PAGES ==> (PAGES - 1) * PAGE_SIZE < bytes;
    ensures whole: \result < PAGES ==>
      bytes <= \result * PAGE_SIZE && \result * PAGE_SIZE < bytes + PAGE_SIZE;
 */
static uint32_t whole_pages(uint64_t bytes) {
    uint64_t n = bytes / PAGE_SIZE;
    if (n >= PAGES) {
        return PAGES;
    }
    return bytes % PAGE_SIZE == 0 ? (uint32_t)n : (uint32_t)n + 1;
}

uint64_t heap_scavenge(uint64_t bytes) {
    heap_lock();
    uint32_t released = heap_scavenge_locked(whole_pages(bytes), 1);
    //@ assert kept: Kept{Pre,Here}(self);
    heap_unlock();
    return (uint64_t)released * PAGE_SIZE;
}

void heap_next_generation(void) {
    heap_lock();
    index_next_gen();
    heap_unlock();
}

uint64_t heap_background(uint64_t goal) {
    heap_lock();
    uint32_t released = limit_background(whole_pages(goal));
    //@ assert kept: Kept{Pre,Here}(self);
    heap_unlock();
    return (uint64_t)released * PAGE_SIZE;
}

void heap_set_limit(uint64_t bytes) {
    heap_lock();
    memory_limit = whole_pages(bytes);
    limit_obey(0);
    //@ assert kept: Kept{Pre,Here}(self);
    heap_unlock();
}

void heap_set_goal(uint64_t bytes) {
    heap_lock();
    growth_goal = whole_pages(bytes);
    heap_unlock();
}

uint32_t heap_last_span(void) {
    heap_lock();
    uint32_t last = pool_made;
    //@ assert all: \forall integer s; 0 < s < SPANS && span_owner[s] == self ==> s <= last;
    heap_unlock();
    return last;
}

struct heap_totals heap_totals(void) {
    heap_lock();
    struct heap_totals totals = heap_totals_locked();
    heap_unlock();
    return totals;
}
