/* The malloc family in places and sizes, below the C library's names: what libc/malloc.c calls,
 * with nothing of pointers or errno. Total: any size, any alignment and any place will do. Any
 * thread may call any function here. A size of 0 is a block too. What is over PTRDIFF_MAX, as all
 * that does not fit in the window, is out of memory. Blocks are multiples of 16 bytes and begin at
 * such.
 *
 * Where practice differs from the standard's letter, all this does as glibc does. */
#ifndef CAIRN_BLOCK_H
#define CAIRN_BLOCK_H

#include "object/object.h"
#include "os/memory.h"

#define BLOCK_NONE NO_PLACE /* no place */

/* The first five are object_status's. */
enum block_error {
    BLOCK_OK = OBJECT_OK,
    BLOCK_UNKNOWN = OBJECT_NO_SPAN, /* none was ever handed out there, or its memory went back */
    BLOCK_INSIDE = OBJECT_INSIDE,   /* the place is inside a block and not its start */
    BLOCK_IS_FREE = OBJECT_IS_FREE, /* the block is free */
    BLOCK_BUSY = OBJECT_BUSY,       /* the page heap does not take the block's memory back */
    BLOCK_GONE,                     /* realloc to 0 bytes: the block was taken back */
    BLOCK_WRONG_SIZE,               /* the block is not one of that size */
    BLOCK_WRONG_ALIGNMENT,          /* the block is not one of that alignment */
    BLOCK_NO_MEMORY,
    BLOCK_BAD_ALIGNMENT
};

/* An answer: the block's place, or BLOCK_NONE and why. */
struct block {
    uint64_t at;
    uint32_t error; /* an enum block_error */
};

/* 1: what is freed is cleared. */
extern int block_clears;

#include "../../specs/block.acsl"

/* malloc: a block of this many bytes, or BLOCK_NO_MEMORY. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: Answer(\result.at, \result.error);
    ensures block: \result.at != BLOCK_NONE ==> BlockIs(\result.at, bytes);
    ensures error: \result.error == BLOCK_OK || \result.error == BLOCK_NO_MEMORY;
    ensures aligned: \result.at != BLOCK_NONE ==> \result.at % SLOT_BYTES_MIN == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
 */
struct block block_alloc(uint64_t bytes);

/* calloc: a block of n times this many bytes, all zero, or BLOCK_NO_MEMORY, also if the product is
 * too large. Memory that reads as zero already is not touched. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures large: LargeAllStay{Pre,Post}(self);
    behavior fits:
      assumes n * bytes <= WINDOW_BYTES;
      ensures answer: Answer(\result.at, \result.error);
      ensures block: \result.at != BLOCK_NONE ==> BlockIs(\result.at, n * bytes);
      ensures error: \result.error == BLOCK_OK || \result.error == BLOCK_NO_MEMORY;
    behavior large:
      assumes n * bytes > WINDOW_BYTES;
      ensures none: \result.at == BLOCK_NONE && \result.error == BLOCK_NO_MEMORY;
    complete behaviors;
    disjoint behaviors;
 */
struct block block_calloc(uint64_t n, uint64_t bytes);

/* aligned_alloc: a block at a multiple of the alignment. BLOCK_BAD_ALIGNMENT if that is no power of
 * two; BLOCK_NO_MEMORY. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures large: LargeAllStay{Pre,Post}(self);
    behavior refused:
      assumes !PowerOfTwo(alignment);
      ensures none: \result.at == BLOCK_NONE && \result.error == BLOCK_BAD_ALIGNMENT;
    behavior asked:
      assumes PowerOfTwo(alignment);
      ensures answer: Answer(\result.at, \result.error);
      ensures block: \result.at != BLOCK_NONE ==> BlockIs(\result.at, bytes);
      ensures error: \result.error == BLOCK_OK || \result.error == BLOCK_NO_MEMORY;
      ensures aligned: \result.at != BLOCK_NONE ==> \result.at % alignment == 0;
    complete behaviors;
    disjoint behaviors;
 */
struct block block_alloc_aligned(uint64_t alignment, uint64_t bytes);

/* posix_memalign: the same, where the alignment must be a multiple of a pointer's size too. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures large: LargeAllStay{Pre,Post}(self);
    behavior refused:
      assumes !PowerOfTwo(alignment) || alignment % sizeof(uintptr_t) != 0;
      ensures none: \result.at == BLOCK_NONE && \result.error == BLOCK_BAD_ALIGNMENT;
    behavior asked:
      assumes PowerOfTwo(alignment) && alignment % sizeof(uintptr_t) == 0;
      ensures answer: Answer(\result.at, \result.error);
      ensures block: \result.at != BLOCK_NONE ==> BlockIs(\result.at, bytes);
      ensures error: \result.error == BLOCK_OK || \result.error == BLOCK_NO_MEMORY;
      ensures aligned: \result.at != BLOCK_NONE ==> \result.at % alignment == 0;
    complete behaviors;
    disjoint behaviors;
 */
struct block block_alloc_posix(uint64_t alignment, uint64_t bytes);

/* memalign: the same, where the alignment is rounded up to a power of two, and 0 is any. Only one
 * that no power of two is above is BLOCK_BAD_ALIGNMENT. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures large: LargeAllStay{Pre,Post}(self);
    behavior refused:
      assumes alignment > TWO_63;
      ensures none: \result.at == BLOCK_NONE && \result.error == BLOCK_BAD_ALIGNMENT;
    behavior asked:
      assumes alignment <= TWO_63;
      ensures answer: Answer(\result.at, \result.error);
      ensures block: \result.at != BLOCK_NONE ==> BlockIs(\result.at, bytes);
      ensures aligned: \result.at != BLOCK_NONE ==> \exists integer power;
        PowerOfTwo(power) && alignment <= power && \result.at % power == 0;
    complete behaviors;
    disjoint behaviors;
 */
struct block block_alloc_rounded(uint64_t alignment, uint64_t bytes);

/* valloc: a block at a multiple of the system's page, or BLOCK_NO_MEMORY. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: Answer(\result.at, \result.error);
    ensures block: \result.at != BLOCK_NONE ==> BlockIs(\result.at, bytes);
    ensures error: \result.error == BLOCK_OK || \result.error == BLOCK_NO_MEMORY;
    ensures aligned: \result.at != BLOCK_NONE ==> \result.at % (PAGE_SIZE * os_group) == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
 */
struct block block_alloc_page(uint64_t bytes);

/* pvalloc: the same of as many bytes, rounded up to whole such pages. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: Answer(\result.at, \result.error);
    ensures block: \result.at != BLOCK_NONE ==> BlockIs(\result.at, bytes);
    ensures error: \result.error == BLOCK_OK || \result.error == BLOCK_NO_MEMORY;
    ensures aligned: \result.at != BLOCK_NONE ==> \result.at % (PAGE_SIZE * os_group) == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
 */
struct block block_alloc_pages(uint64_t bytes);

/* realloc of a block: one of this many bytes that begins with what the block held, which is no
 * more; it may be the same one. BLOCK_NO_MEMORY leaves the block as it was. A block stays where it
 * is if it is large enough and at least half of it is asked for, or if it is large enough and there
 * is no memory for a smaller one. 0 bytes free the block: BLOCK_NONE and BLOCK_GONE. Of what is no
 * block it says so as block_free does, and nothing changed. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES,
            object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: Answer(\result.at, \result.error);
    ensures large_kept: \forall integer s, i; (LargeLive{Pre}(self, s, at) ||
      (0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at))) && \result.error != BLOCK_BUSY ==>
        LargeAllStayBut{Pre,Post}(self, at);
    behavior freed:
      assumes bytes == 0;
      ensures none: \result.at == BLOCK_NONE;
      ensures done: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
        \result.error == BLOCK_GONE;
      ensures ended: \result.error == BLOCK_GONE ==> BlockEnded{Pre,Post}(self, at);
      ensures live: 0 < self <= THREADS ==> LiveKeptBut{Pre,Post}(self, at);
    behavior asked:
      assumes bytes > 0;
      ensures free: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
        SlotAt{Pre}(s, i, at) && IndexFree{Pre}(self, s, i) ==> \result.error == BLOCK_IS_FREE;
      ensures error: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
        \result.error == BLOCK_OK || \result.error == BLOCK_NO_MEMORY;
      ensures live: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
        LiveKeptBut{Pre,Post}(self, at);
      ensures kept: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) &&
        \result.error != BLOCK_OK ==> LiveKept{Pre,Post}(self);
      ensures moved: \result.error == BLOCK_OK && \result.at != at ==>
        BlockEnded{Pre,Post}(self, at);
      ensures block: \forall integer s, i; (LargeLive{Pre}(self, s, at) ||
        (0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at))) && \result.error == BLOCK_OK &&
          \result.at != at ==> BlockIs(\result.at, bytes);
      ensures stays: \result.error == BLOCK_OK && \result.at == at ==>
        Serves{Pre,Post}(self, at, bytes);
      ensures large: bytes > WINDOW_BYTES ==> \result.error != BLOCK_OK;
    complete behaviors;
    disjoint behaviors;
 */
struct block block_realloc(uint64_t at, uint64_t bytes);

/* free: takes the block back that begins at this place. Returns BLOCK_OK, or BLOCK_UNKNOWN,
 * BLOCK_INSIDE, BLOCK_IS_FREE, BLOCK_BUSY; then nothing changed (object_free). */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures done: \forall integer s, i; 0 < self <= THREADS && LiveSlot{Pre}(self, s, i, at) ==>
      \result == BLOCK_OK;
    ensures twice: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) && IndexFree{Pre}(self, s, i) ==> \result == BLOCK_IS_FREE;
    ensures ended: \result == BLOCK_OK ==> BlockEnded{Pre,Post}(self, at);
    ensures live: 0 < self <= THREADS ==> LiveKeptBut{Pre,Post}(self, at);
    ensures sized: 0 < self <= THREADS ==> LiveSizedBut{Pre,Post}(self, at);
    ensures one: OneBlock{Pre}(self, at);
    ensures kept: 0 < self <= THREADS && \result != BLOCK_OK ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStayBut{Pre,Post}(self, at);
    ensures stays: \result != BLOCK_OK ==> LargeAllStay{Pre,Post}(self);
    ensures gone: \forall integer s; LargeLive{Pre}(self, s, at) ==>
      \result == BLOCK_OK || \result == BLOCK_BUSY;
 */
enum block_error block_free(uint64_t at);

/* The fast half of free: 1 if it took the block back; 0, and nothing changed, for block_free to do
 * it or say why not. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures answer: \result == 0 || \result == 1;
    ensures twice: \forall integer s, i; 0 < self <= THREADS && Mine{Pre}(self, s) &&
      SlotAt{Pre}(s, i, at) && IndexFree{Pre}(self, s, i) ==> \result == 0;
    ensures ended: \result == 1 ==> SlotsEnded{Pre,Post}(self, at);
    ensures live: 0 < self <= THREADS ==> LiveKeptBut{Pre,Post}(self, at);
    ensures kept: 0 < self <= THREADS && \result == 0 ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
int block_give(uint64_t at);

/* free_aligned_sized: the same of a block that was asked for with this alignment and size; refused
 * if that cannot be so. A size is found wrong if the block is too small for it, or so large that it
 * would have been moved. (Not so: a block that no memory was left to move.) */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures alignment: !PowerOfTwo(alignment) ==> \result != BLOCK_OK;
    ensures elsewhere: alignment != 0 && at % alignment != 0 ==> \result != BLOCK_OK;
    ensures ended: \result == BLOCK_OK ==> BlockEnded{Pre,Post}(self, at);
    ensures live: 0 < self <= THREADS ==> LiveKeptBut{Pre,Post}(self, at);
    ensures kept: 0 < self <= THREADS && \result != BLOCK_OK ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStayBut{Pre,Post}(self, at);
    ensures stays: \result != BLOCK_OK ==> LargeAllStay{Pre,Post}(self);
 */
enum block_error block_free_aligned_sized(uint64_t at, uint64_t alignment, uint64_t bytes);

/* free_sized: the same where no alignment was asked for. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures ended: \result == BLOCK_OK ==> BlockEnded{Pre,Post}(self, at);
    ensures live: 0 < self <= THREADS ==> LiveKeptBut{Pre,Post}(self, at);
    ensures kept: 0 < self <= THREADS && \result != BLOCK_OK ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStayBut{Pre,Post}(self, at);
    ensures stays: \result != BLOCK_OK ==> LargeAllStay{Pre,Post}(self);
 */
enum block_error block_free_sized(uint64_t at, uint64_t bytes);

/* malloc_usable_size: how many bytes the block has that begins at this place; 0 if none does. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures bytes: \result != 0 ==> BlockAt(object_span, object_slot, at, \result);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
uint64_t block_bytes(uint64_t at);

/* Takes back what other threads have freed of the calling thread's, and gives what is whole again,
 * what large blocks it keeps, and the pages that wait with it, back to the heap: at a thread's end,
 * and to trim. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures large: LargeAllStay{Pre,Post}(self);
 */
void block_flush(void);

#endif
