/* Size classes: how large the slots of a class are and how many a span has, which class a block of
 * so many bytes takes, and which slot of a span has a byte. They are Go 1.24's (sizeclasses.go,
 * msize.go, mksizeclasses.go). A size class is a number from 1; 0 is none of them. A span's class
 * is 2 * size class, plus 1 if no pointers are stored in it; 0 and 1 are one large object. Nothing
 * here has a state: any thread may call it at any time. Each costs a few steps. */
#ifndef CAIRN_SIZE_CLASS_H
#define CAIRN_SIZE_CLASS_H

#include "config.h"

/* For each class the bytes of a slot; and the pages and the slots of a span for slots of it without
 * pointers, as object/slot_cache.h has them: SMALL_SPAN bytes where that is SMALL_SPAN_SLOTS slots
 * or more, so that a thread seldom needs another; else Go's. All are 0 for the large class. */
extern const uint16_t class_size[SIZE_CLASSES];
extern const uint16_t class_pages[SIZE_CLASSES];
extern const uint16_t class_slots[SIZE_CLASSES];

#include "../../specs/size_class.acsl"

/* The size class for a block of this many bytes: the one with the smallest slots that hold it; 0
 * bytes take the smallest there is. Returns 0 for more than CLASS_BYTES_MAX bytes: such a block is
 * a span of its own. Total. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: \result == 0 <==> bytes > CLASS_BYTES_MAX;
    ensures class: \result < SIZE_CLASSES;
    ensures holds: \result != 0 ==> bytes <= class_size[\result];
    ensures smallest: 1 < \result ==> class_size[\result - 1] < bytes;
    ensures first: SMALL_STEP < bytes ==> \result != 1;
 */
uint32_t size_class(uint64_t bytes);

/* The same of the classes whose slots are multiples of SLOT_BYTES_MIN: the size class for a block
 * that is to begin at such a multiple. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures none: \result == 0 <==> bytes > CLASS_BYTES_MAX;
    ensures class: \result == 0 || 2 <= \result < SIZE_CLASSES;
    ensures holds: \result != 0 ==> bytes <= class_size[\result];
    ensures whole: class_size[\result] % SLOT_BYTES_MIN == 0;
    ensures smallest: 2 < \result ==> class_size[BlockClassBelow(\result)] < bytes;
 */
uint32_t block_class(uint64_t bytes);

/* The bytes of a slot in a span of n pages and class c. */
/*@ requires class: c < SPAN_CLASSES;
    requires pages: n <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures size: \result == SlotSize(n, c);
 */
uint64_t slot_size(uint32_t n, uint32_t c);

/* How many slots that span has, beside the pointer bits that Go keeps at the end of some. */
/*@ requires class: c < SPAN_CLASSES;
    requires pages: n <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures slots: \result == Slots(n, c);
 */
uint64_t slot_count(uint32_t n, uint32_t c);

/* What slot_of multiplies with, for class c: 2^32 / slot size, rounded up; 0 for a large object. */
/*@ requires class: c < SPAN_CLASSES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures magic: \result == DivMagic(c);
    ensures divides: 2 <= c ==> MagicOf(\result, class_size[c / 2]);
 */
uint32_t slot_magic(uint32_t c);

/* Which slot, from 0, has the byte at this offset of a span: the offset divided by the slots' size,
 * without a division. `magic` is what slot_magic says; where it is 0 the only slot has it. */
/*@ requires size: 0 < size <= CLASS_BYTES_MAX;
    requires magic: magic == 0 || MagicOf(magic, size);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures slot: offset < CLASS_SPAN_MAX ==> \result == (magic == 0 ? 0 : offset / size);
 */
uint32_t slot_of(uint32_t offset, uint32_t magic) /*@ ghost (uint32_t size) */;

/*@ ghost
    // What the tables say of a class whose slots have a bit of their own.
    /@ requires class: 2 <= c < SIZE_CLASSES;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures size: SLOT_BYTES_MIN <= class_size[c] <= CLASS_BYTES_MAX;
       ensures pages: 1 <= class_pages[c] && class_pages[c] * PAGE_SIZE < CLASS_SPAN_MAX;
       ensures some: 1 <= class_slots[c] <= class_pages[c] * (PAGE_SIZE / SLOT_BYTES_MIN);
       ensures slots: class_slots[c] == Slots(class_pages[c], 2 * c + 1);
       ensures fit: class_slots[c] * class_size[c] <= class_pages[c] * PAGE_SIZE;
       ensures magic: MagicOf(DivMagic(2 * c + 1), class_size[c]);
       ensures grows: class_size[c - 1] < class_size[c];
       ensures whole: class_size[c] % SLOT_BYTES_MIN == 0 ||
         class_size[c] / SLOT_BYTES_MIN == class_size[c - 1] / SLOT_BYTES_MIN;
     @/
    void class_is_sound(uint32_t c);
 */

#endif
