/* The page heap: spans of pages for whoever asks. Any thread may call any function here at any
 * time with any arguments. A span of fewer than CACHED_PAGES pages comes out of the thread's own
 * caches, mostly without the heap lock; all else takes it. A contract speaks of what the calling
 * thread owns: nobody else's doing changes that. The first THREADS threads have caches.
 *
 * Pages are counted, and numbered from the start of the window; spans are records, 0 is none. */
#ifndef CAIRN_HEAP_H
#define CAIRN_HEAP_H

#include "heap/heap_cached.h"
#include "heap/heap_locked.h"
#include "heap/stats.h"
#include "os/lock.h"

#include "../../specs/theorem.acsl"

/* Whether the running thread holds the heap, and the span its last call handed out or took back. */
//@ ghost int heap_held;
//@ ghost uint32_t heap_touched;

/* T5. Begins a stretch without the lock and says which thread runs, by a number from 1 that is its
 * own as long as it runs; what an ended thread had is the next one's who gets its number
 * (os/lock.h). Others may have changed what is theirs since this thread looked last, and left all
 * sound; what is this thread's they left alone. What they do until the stretch ends may be thought
 * of as done before it or after: they touch nothing that it touches but the atomic cells, and the
 * order of steps on those makes no difference. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns HEAP_TABLES;
    ensures thread: \result == self;
    ensures heap: Heap;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures caches: CachesKept{Pre,Post}(self);
 */
uint32_t heap_enter(void);

/* T5. The same for a thread that has its number, up to THREADS; 0 for any other. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns HEAP_TABLES;
    ensures thread: \result == 0 || \result == self <= THREADS;
    ensures heap: Heap;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures caches: CachesKept{Pre,Post}(self);
 */
uint32_t heap_enter_again(void);

/* T5. Waits for the heap. Others may have changed all of it meanwhile, and left it sound; what is
 * this thread's they left alone. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures held: heap_held == 1;
    ensures heap: Heap;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures caches: CachesKept{Pre,Post}(self);
 */
void heap_lock(void);

/* T5. Lets go of the heap, which must be sound. What others do from now on is not known. */
/*@ requires held: heap_held == 1;
    requires heap: Heap;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures caches: CachesKept{Pre,Post}(self);
 */
void heap_unlock(void);

/* Hands out n pages as a heap span of class c: 2 * size class, plus 1 if no pointers are stored in
 * it; 0 and 1 are one large object. Returns HEAP_OK and the span, which is the caller's, or what
 * is wrong: HEAP_BAD_SIZE, HEAP_BAD_CLASS, HEAP_NO_MEMORY; then no page and no span changed hands,
 * but that the thread's own pages may have gone back to the heap.
 * Cost: a step a page handed out; under the lock, one search of the tree more, and growth. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: KeptBut{Pre,Post}(self, \result.span);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, \result.span);
    ensures size: \result.status == HEAP_BAD_SIZE <==> !SizeOk(n);
    ensures class: \result.status == HEAP_BAD_CLASS <==> SizeOk(n) && !ClassFits(n, c);
    ensures other: \result.status == HEAP_OK || \result.status == HEAP_NO_MEMORY ||
      \result.status == HEAP_BAD_SIZE || \result.status == HEAP_BAD_CLASS;
    ensures none: \result.span == 0 <==> \result.status != HEAP_OK;
    ensures fresh: \result.span != 0 ==> \old(span_owner)[\result.span] != self;
    ensures mine: \result.span != 0 ==> span_owner[\result.span] == self;
    ensures off: \result.span != 0 ==> span_link[\result.span].list == 0;
    ensures span: \result.span != 0 ==>
      SpanIs(\result.span, span[\result.span].base, n, KIND_HEAP, c);
    ensures disjoint: \result.span != 0 ==> MineDisjoint(self);
 */
struct heap_answer heap_alloc(uint32_t n, uint32_t c);

/* Hands out n pages as a manual span: KIND_STACK, KIND_WORKBUF or KIND_PTRBITS. Returns as
 * heap_alloc does; HEAP_BAD_KIND for KIND_HEAP and what is no kind. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: KeptBut{Pre,Post}(self, \result.span);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, \result.span);
    ensures kind: \result.status == HEAP_BAD_KIND <==> !(KIND_HEAP < kind < KINDS);
    ensures size: \result.status == HEAP_BAD_SIZE <==> KIND_HEAP < kind < KINDS && !SizeOk(n);
    ensures other: \result.status == HEAP_OK || \result.status == HEAP_NO_MEMORY ||
      \result.status == HEAP_BAD_SIZE || \result.status == HEAP_BAD_KIND;
    ensures none: \result.span == 0 <==> \result.status != HEAP_OK;
    ensures fresh: \result.span != 0 ==> \old(span_owner)[\result.span] != self;
    ensures mine: \result.span != 0 ==> span_owner[\result.span] == self;
    ensures off: \result.span != 0 ==> span_link[\result.span].list == 0;
    ensures span: \result.span != 0 ==>
      SpanIs(\result.span, span[\result.span].base, n, kind, 0);
    ensures disjoint: \result.span != 0 ==> MineDisjoint(self);
 */
struct heap_answer heap_alloc_manual(uint32_t n, uint32_t kind);

/* Takes back the heap span that begins at page p. Returns HEAP_OK, or why not; then nothing
 * changed: HEAP_NO_SPAN (never handed out, or freed already), HEAP_NOT_FIRST, HEAP_BAD_KIND (a
 * manual span), HEAP_HAS_SLOTS, HEAP_ON_LIST, HEAP_HAS_SPECIALS. A span of the caller's is always
 * found. Cost: under the lock, a step a chunk of the span. */
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
    ensures found: MineBegins{Pre}(self, p, KIND_HEAP) ==> \result == HEAP_OK ||
      \result == HEAP_HAS_SLOTS || \result == HEAP_ON_LIST || \result == HEAP_HAS_SPECIALS;
 */
enum heap_status heap_free(uint32_t p);

/* Takes back the manual span of this kind that begins at page p, as heap_free does a heap span.
 * HEAP_BAD_KIND also for KIND_HEAP and what is no kind. */
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
    ensures kind: !(KIND_HEAP < kind < KINDS) ==> \result == HEAP_BAD_KIND;
    ensures found: KIND_HEAP < kind < KINDS && MineBegins{Pre}(self, p, kind) ==>
      \result == HEAP_OK || \result == HEAP_HAS_SLOTS || \result == HEAP_ON_LIST ||
      \result == HEAP_HAS_SPECIALS;
 */
enum heap_status heap_free_manual(uint32_t p, uint32_t kind);

/* Gives the pages that wait with the calling thread back to the heap: for a thread that ends, or
 * that will not ask for a while. Its records stay with it. Cost: under the lock, a step. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
 */
void heap_flush(void);

/* Gives the memory of free pages back to the system, the highest first, until it is this many bytes
 * (rounded up to pages) or there is none left to give: UINT64_MAX gives all. It stays ours and is
 * handed out again like any other. Returns the bytes given back: fewer also once the system
 * refuses, more where a huge page would be split. Cost: under the lock, the system's for each run
 * of pages, and a step a chunk. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures whole: \result % PAGE_SIZE == 0;
    ensures window: \result / PAGE_SIZE <= PAGES;
 */
uint64_t heap_scavenge(uint64_t bytes);

/* Begins the next generation of the scavenger, as Go does at each cycle of its collector. What was
 * freed in the last one is the background's to give back from now on; chunks that were densely
 * used, in that one or since, are left alone. For an embedder's collector, or at a pace of his own.
 * Cost: under the lock, a step. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
 */
void heap_next_generation(void);

/* A step of the background, for a thread of the embedder's that calls it again and again, at a pace
 * of its own: gives some 64 KiB of free pages back to the system if more memory is committed than
 * this many bytes (rounded up to pages), or than the limit. It takes what was freed before this
 * generation, and none of the densely used chunks'. Returns the bytes given back: 0 if there is
 * nothing more to do, or the system refuses. Cost: under the lock, the system's for a run of pages
 * or a few, and a step a chunk looked at. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures whole: \result % PAGE_SIZE == 0;
    ensures window: \result / PAGE_SIZE <= PAGES;
 */
uint64_t heap_background(uint64_t goal);

/* Sets the memory limit, in bytes (rounded up to pages); 0 lifts it. Free pages are given back to
 * the system until no more memory is committed, now and before each later allocation returns: but
 * what is in use stays, and an allocation never fails for the limit. Cost: as heap_scavenge. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
 */
void heap_set_limit(uint64_t bytes);

/* Sets the goal for growth, in bytes (rounded up to pages); 0 lifts it. An allocation for which the
 * heap grows gives as many free pages back to the system as it grew by, or as are committed beyond
 * the goal. Cost: a step. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
 */
void heap_set_goal(uint64_t bytes);

/* The greatest number that a span has or had, of whomever. Cost: a read under the lock. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures range: \result < SPANS;
    ensures all: \forall integer s; 0 < s < SPANS && span_owner[s] == self ==> s <= \result;
 */
uint32_t heap_last_span(void);

/* How the heap's pages are spread now. Cost: a few reads under the lock. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures lists: ListsKept{Pre,Post}(self);
    ensures links: LinksKeptBut{Pre,Post}(self, 0);
    ensures sum: \result.mapped == \result.free + \result.waiting + \result.heap +
      \result.stack + \result.workbuf + \result.ptrbits;
    ensures released: \result.released <= \result.free;
    ensures committed: \result.committed == \result.mapped - \result.released;
 */
struct heap_totals heap_totals(void);

#endif
