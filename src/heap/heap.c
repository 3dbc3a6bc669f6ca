#include "heap/heap.h"

#include "../../specs/heap_lemmas.acsl"

/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires kind: KindOk(kind);
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: KeptBut{Pre,Post}(self, \result.span);
    ensures size: \result.status == HEAP_BAD_SIZE <==> !SizeOk(n);
    ensures class: \result.status == HEAP_BAD_CLASS <==> SizeOk(n) && !ClassOk(n, kind, c);
    ensures other: \result.status == HEAP_OK || \result.status == HEAP_NO_MEMORY ||
      \result.status == HEAP_BAD_SIZE || \result.status == HEAP_BAD_CLASS;
    ensures none: \result.span == 0 <==> \result.status != HEAP_OK;
    ensures fresh: \result.span != 0 ==> \old(span_owner)[\result.span] != self;
    ensures mine: \result.span != 0 ==> span_owner[\result.span] == self;
    ensures span: \result.span != 0 ==> SpanIs(\result.span, span[\result.span].base, n, kind, c);
    ensures disjoint: \result.span != 0 ==> MineDisjoint(self);
 */
static struct heap_answer alloc_span(uint32_t n, uint32_t kind, uint32_t c) {
    heap_lock();
    struct heap_answer answer = heap_alloc_span_locked(n, kind, c);
    //@ assert disjoint: MineDisjoint(self);
    heap_unlock();
    return answer;
}

/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: KeptBut{Pre,Post}(self, heap_touched);
    ensures refused: \result != HEAP_OK ==> heap_touched == 0;
    ensures gone: \result == HEAP_OK ==> 0 < heap_touched < SPANS &&
      span_owner[heap_touched] != self;
    ensures found: MineBegins{Pre}(self, p, kind) ==> \result == HEAP_OK ||
      \result == HEAP_HAS_SLOTS || \result == HEAP_ON_LIST || \result == HEAP_HAS_SPECIALS;
 */
static enum heap_status free_span(uint32_t p, uint32_t kind) {
    heap_lock();
    //@ ghost heap_touched = p < PAGES ? page_span[p] : 0;
    enum heap_status status = heap_free_span_locked(p, kind);
    //@ ghost if (status != HEAP_OK) heap_touched = 0;
    //@ assert kept: KeptBut{Pre,Here}(self, heap_touched);
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

uint64_t heap_scavenge(uint64_t bytes) {
    uint64_t n = bytes / PAGE_SIZE;
    if (n < PAGES && bytes % PAGE_SIZE != 0) {
        n++;
    }
    heap_lock();
    uint32_t released = heap_scavenge_locked(n < PAGES ? (uint32_t)n : PAGES, 1);
    //@ assert kept: Kept{Pre,Here}(self);
    heap_unlock();
    return (uint64_t)released * PAGE_SIZE;
}
