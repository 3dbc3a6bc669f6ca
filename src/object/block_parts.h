/* What the files of the malloc family share, and nobody else asks for. */
#ifndef CAIRN_BLOCK_PARTS_H
#define CAIRN_BLOCK_PARTS_H

#include "object/block.h"

/* No block, and why. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures answer: \result.at == BLOCK_NONE && \result.error == error;
 */
struct block block_none(uint32_t error);

/* What object_alloc says, as an answer. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures place: \result.at == at;
    ensures error: \result.error == (at == BLOCK_NONE ? BLOCK_NO_MEMORY : BLOCK_OK);
 */
struct block block_answer(uint64_t at);

/* A block of the objects', or NO_PLACE. For want of memory what threads keep goes back first. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    requires cache: SlotCaches(self) && ClassesMine(self);
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES, SLOT_TABLES, object_span, object_slot;
    ensures apart: heap_held == 0;
    ensures cache: SlotCaches(self);
    ensures sizes: ClassesMine(self);
    ensures block: \result != BLOCK_NONE ==> BlockIs(\result, bytes);
    ensures live: 0 < self <= THREADS ==> LiveKept{Pre,Post}(self);
    ensures sized: 0 < self <= THREADS ==> LiveSized{Pre,Post}(self);
    ensures new: \result != BLOCK_NONE ==> NewBlock{Pre,Post}(self, \result);
    ensures aligned: \result != BLOCK_NONE ==> \result % SLOT_BYTES_MIN == 0;
    ensures large: LargeAllStay{Pre,Post}(self);
 */
uint64_t block_room(uint64_t bytes);

#endif
