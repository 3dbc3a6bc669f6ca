/* Collecting: for an embedder that is a garbage collector. It says which blocks it reaches, and the
 * others are taken back, with what is known of them (heap/heap_special.h): a finalizer gives its
 * block one cycle more (and what only that block refers to is the collector's to mark). As the Go
 * runtime does (mgcsweep.go, mheap.go's reclaim), but that what is swept is a thread's own.
 *
 * What is collected is all that the running thread was handed out, by sweep_alloc. A thread that
 * collects frees nothing that it does not want to; one that uses malloc for other things as well
 * collects under a number of its own (heap_move, os/lock.h). One over THREADS has nothing to
 * collect.
 *
 * A cycle: sweep_begin; then sweep_mark each block that is reached, from any thread; sweep_marked.
 * From there on a block that is not marked is gone, and is swept when it suits: by sweep_alloc
 * before it asks the system for more, by sweep_pages and sweep_at, and in the end by the next
 * sweep_begin. What is handed out while a span is to be swept yet is marked from its birth. Of a
 * block that is gone nothing may be asked any more.
 *
 * A span is swept, or to be swept, or, while nobody marks or sweeps it, handed out of: that makes
 * no difference. Nobody sees one half swept, but who looks from another thread.
 *
 * A place is a number of bytes from the start of the window. */
#ifndef CAIRN_SWEEP_H
#define CAIRN_SWEEP_H

#include "heap/heap_special.h"
#include "object/object.h"

/* What became of a call. */
enum sweep_status {
    SWEEP_OK,
    SWEEP_WAS_MARKED,  /* the block is marked already */
    SWEEP_NO_BLOCK,    /* no block that can be collected has this byte */
    SWEEP_MARKING,     /* the thread marks: it is too early */
    SWEEP_NOT_MARKING, /* the block's thread does not mark */
    SWEEP_NO_NUMBER    /* the thread's number is over THREADS */
};

extern uint32_t sweep_next[THREADS]; /* a thread's spans below this one were looked at; a hint */

/*@ ghost uint64_t sweep_kept[SLOT_WORDS]; // the slots that stayed when the word was swept last */

#include "../../specs/sweep.acsl"

/* T5. Other threads have run, and made what they like of what is theirs in these tables. */
/*@ requires self: self != 0;
    terminates \true;
    exits \false;
    assigns SWEEP_TABLES;
    ensures kept: MarksKept{Pre,Post}(self);
 */
void marks_elapse(void);

/* Begins a stretch without the lock, as slot_cache_enter, and says which thread runs. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures thread: \result == self;
    ensures map: MapOk && LiveSpansMapped && KindsKnown && SpanList;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures held: MineHeld{Pre,Post}(self);
    ensures marks: MarksKept{Pre,Post}(self);
    ensures marked: MarkedKept{Pre,Post}(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures safe_large: LargeSafeKept{Pre,Post}(self);
    ensures stay: AllStay{Pre,Post}(self);
 */
uint32_t sweep_enter(void);

/* Marks the block just handed out at this place, if its span is to be swept yet, so that it stays:
 * sweep_alloc's last step. Any other place is nothing to it, NO_PLACE too. Cost: a few steps. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures held: MineHeld{Pre,Post}(self);
    ensures born: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
      SafeBlock(self, s, i, at);
    ensures born_large: \forall integer s; LargeLive{Pre}(self, s, at) ==>
      LargeLive(self, s, at) && LargeSafe(self, s);
    ensures safe_large: LargeSafeKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures stay: AllStay{Pre,Post}(self);
 */
void sweep_born(uint64_t at);

/* Hands out a block, as object_alloc does, that the sweep of this cycle does not take. While there
 * are spans to be swept it sweeps some of them first where nothing is at hand. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES, object_span,
            object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != NO_PLACE ==> 0 < object_span < SPANS;
    ensures aligned: \result != NO_PLACE ==> \result % SLOT_BYTES_MIN == 0;
    ensures inside: \result != NO_PLACE ==> \result + bytes <= WINDOW_BYTES;
    ensures safe: SafeKept{Pre,Post}(self);
    ensures born: \result != NO_PLACE && Mine(self, object_span) && 0 < self <= THREADS ==>
      SafeBlock(self, object_span, object_slot, \result);
    ensures born_large: \result != NO_PLACE && span[object_span].span_class < 2 ==>
      LargeLive(self, object_span, \result) && LargeSafe(self, object_span);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures still: !Sweeps{Pre}(self) ==> AllStay{Pre,Post}(self);
 */
uint64_t sweep_alloc(uint64_t bytes);

/* Begins a cycle of the running thread's: finishes the last one's sweeping, and no block is marked.
 * Returns SWEEP_OK; SWEEP_MARKING if it marks already, SWEEP_NO_NUMBER: then nothing changed. Cost:
 * a step each span there ever was, and what is left to sweep. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures number: \result == SWEEP_NO_NUMBER <==> self > THREADS;
    ensures marking: self <= THREADS ==> thread_cycle[self - 1] % 2 == 1;
    ensures early: self <= THREADS && \old(thread_cycle)[self - 1] % 2 == 1 ==>
      \result == SWEEP_MARKING;
    ensures live: LiveSafe{Pre,Post}(self);
    ensures swept: \result == SWEEP_OK && \old(thread_cycle)[self - 1] != 0 ==>
      \forall integer s; Mine(self, s) ==> span_cycle[s] == \old(thread_cycle)[self - 1];
    ensures large: LargeSafeStay{Pre,Post}(self);
    ensures still: !Sweeps{Pre}(self) ==> AllStay{Pre,Post}(self);
 */
enum sweep_status sweep_begin(void);

/* Marks the block that has the byte at `place`, any thread's that marks. Returns SWEEP_OK, or
 * SWEEP_WAS_MARKED: the first to say SWEEP_OK has it to look through. Or why there is nothing to
 * mark: SWEEP_NO_BLOCK, for any place there is; SWEEP_NOT_MARKING. Whether a block of another
 * thread's is free is not looked at. Cost: a few steps. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures marked: \forall integer s, i; 0 < self <= THREADS && IndexLive{Pre}(self, s, i) &&
      BlockHas{Pre}(s, i, place) && \old(thread_cycle)[self - 1] % 2 == 1 ==>
        (\result == SWEEP_OK || \result == SWEEP_WAS_MARKED) && Marked(s, i);
    ensures marked_large: \forall integer s; 0 < self <= THREADS && LargeHeld{Pre}(self, s) &&
      LargeHas{Pre}(s, place) && \old(thread_cycle)[self - 1] % 2 == 1 ==>
        (\result == SWEEP_OK || \result == SWEEP_WAS_MARKED) && large_mark[s] != 0;
    ensures safe_large: LargeSafeKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
enum sweep_status sweep_mark(uint64_t place);

/* All is marked: what is not is gone. Returns SWEEP_OK, or SWEEP_NOT_MARKING, SWEEP_NO_NUMBER: then
 * nothing changed. Cost: a step. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures number: \result == SWEEP_NO_NUMBER <==> self > THREADS;
    ensures done: self <= THREADS ==> thread_cycle[self - 1] % 2 == 0 &&
      (\result == SWEEP_OK <==> \old(thread_cycle)[self - 1] % 2 == 1);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures marks: MarkedKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
    ensures large_marks: \forall integer s; LargeHeld{Pre}(self, s) ==>
      \old(large_mark)[s] != 0 ==> large_mark[s] != 0;
 */
enum sweep_status sweep_marked(void);

/* Sweeps the span of the running thread's that has the byte at `place`, if that is to be done yet.
 * Returns SWEEP_OK, SWEEP_MARKING, SWEEP_NO_BLOCK, SWEEP_NO_NUMBER. Cost: a few steps a word of 64
 * slots and a block that goes; for a span with special records (heap/heap_special.h) also the lock
 * and a step each of them, a word. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures swept: \forall integer s; Mine(self, s) && 0 < self <= THREADS &&
      \result == SWEEP_OK && InSpan(s, place / PAGE_SIZE) && place < WINDOW_BYTES ==>
        Swept(self, s);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures still: !Sweeps{Pre}(self) ==> AllStay{Pre,Post}(self);
 */
enum sweep_status sweep_at(uint64_t place);

/* Sweeps spans of the running thread's until this many pages went back to the page heap, or all are
 * swept: what an allocation of as many pages does first that is not to let the heap grow. Returns
 * how many went back; 0 while the thread marks. Cost: that of sweep_at for each of them. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures still: !Sweeps{Pre}(self) ==> AllStay{Pre,Post}(self);
 */
uint32_t sweep_pages(uint32_t n);

/* Finishes sweeping and gives all free memory back to the system, as Go's debug.FreeOSMemory does.
 * Returns the bytes given back. While the thread marks nothing is swept. Cost: what is left to
 * sweep, and that of heap_scavenge. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, SWEEP_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures safe: SafeKept{Pre,Post}(self);
    ensures large: LargeSafeKept{Pre,Post}(self);
    ensures still: !Sweeps{Pre}(self) ==> AllStay{Pre,Post}(self);
 */
uint64_t sweep_release(void);

#endif
