#include "span/size_class.h"
#include "../../specs/size_class_lemmas.acsl"

/* Go 1.24's size classes: bytes of a slot, and pages of Go's (GO_PAGE bytes) that a span of it has
 * there, of which an eighth or less is not in any slot. */
// clang-format off
#define CLASSES(X) \
    X(8,1) X(16,1) X(24,1) X(32,1) X(48,1) X(64,1) X(80,1) X(96,1) X(112,1) X(128,1) X(144,1) \
    X(160,1) X(176,1) X(192,1) X(208,1) X(224,1) X(240,1) X(256,1) X(288,1) X(320,1) X(352,1) \
    X(384,1) X(416,1) X(448,1) X(480,1) X(512,1) X(576,1) X(640,1) X(704,1) X(768,1) X(896,1) \
    X(1024,1) X(1152,1) X(1280,1) X(1408,2) X(1536,1) X(1792,2) X(2048,1) X(2304,2) X(2688,1) \
    X(3072,3) X(3200,2) X(3456,3) X(4096,1) X(4864,3) X(5376,2) X(6144,3) X(6528,4) X(6784,5) \
    X(6912,6) X(8192,1) X(9472,7) X(9728,6) X(10240,5) X(10880,4) X(12288,3) X(13568,5) \
    X(14336,7) X(16384,2) X(18432,9) X(19072,7) X(20480,5) X(21760,8) X(24576,3) X(27264,10) \
    X(28672,7) X(32768,4)
// clang-format on

/* What is known of a class: the bytes in a span of it, its pages, and the slots in them. */
#define SPAN_BYTES(size, pages)                                                                    \
    ((size) <= SMALL_SPAN / SMALL_SPAN_SLOTS ? SMALL_SPAN : (pages)*GO_PAGE)
#define SIZE(size, pages)     size,
#define PAGES_OF(size, pages) SPAN_BYTES(size, pages) / PAGE_SIZE,
#define SLOTS_OF(size, pages) SPAN_BYTES(size, pages) / (size),

const uint16_t class_size[SIZE_CLASSES] = {0, CLASSES(SIZE)};
const uint16_t class_pages[SIZE_CLASSES] = {0, CLASSES(PAGES_OF)};
const uint16_t class_slots[SIZE_CLASSES] = {0, CLASSES(SLOTS_OF)};

/* The class for SMALL_STEP * k bytes. */
static const uint8_t class_of_small[SMALL_STEPS] = {
    1,  1,  2,  3,  4,  5,  5,  6,  6,  7,  7,  8,  8,  9,  9,  10, 10, 11, 11, 12, 12, 13,
    13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19, 19, 19, 19, 20, 20, 20, 20, 21, 21, 21,
    21, 22, 22, 22, 22, 23, 23, 23, 23, 24, 24, 24, 24, 25, 25, 25, 25, 26, 26, 26, 26, 27,
    27, 27, 27, 27, 27, 27, 27, 28, 28, 28, 28, 28, 28, 28, 28, 29, 29, 29, 29, 29, 29, 29,
    29, 30, 30, 30, 30, 30, 30, 30, 30, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31,
    31, 31, 31, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32};

/* The class for LARGE_FROM + LARGE_STEP * k bytes. */
static const uint8_t class_of_large[LARGE_STEPS] = {
    32, 33, 34, 35, 36, 37, 37, 38, 38, 39, 39, 40, 40, 40, 41, 41, 41, 42, 43, 43, 44, 44, 44,
    44, 44, 45, 45, 45, 45, 45, 45, 46, 46, 46, 46, 47, 47, 47, 47, 47, 47, 48, 48, 48, 49, 49,
    50, 51, 51, 51, 51, 51, 51, 51, 51, 51, 51, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52, 53, 53,
    54, 54, 54, 54, 55, 55, 55, 55, 55, 56, 56, 56, 56, 56, 56, 56, 56, 56, 56, 56, 57, 57, 57,
    57, 57, 57, 57, 57, 57, 57, 58, 58, 58, 58, 58, 58, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59,
    59, 59, 59, 59, 59, 59, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 61,
    61, 61, 61, 61, 62, 62, 62, 62, 62, 62, 62, 62, 62, 62, 62, 63, 63, 63, 63, 63, 63, 63, 63,
    63, 63, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 65, 66,
    66, 66, 66, 66, 66, 66, 66, 66, 66, 66, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67,
    67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67, 67};

/* The class for SLOT_BYTES_MIN * k bytes, of those whose slots are multiples of that. */
static const uint8_t class_of_block[BLOCK_STEPS] = {
    2,  2,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 20, 21,
    21, 22, 22, 23, 23, 24, 24, 25, 25, 26, 26, 27, 27, 27, 27, 28, 28, 28, 28, 29, 29, 29,
    29, 30, 30, 30, 30, 31, 31, 31, 31, 31, 31, 31, 31, 32, 32, 32, 32, 32, 32, 32, 32};

uint32_t size_class(uint64_t bytes) {
    if (bytes > CLASS_BYTES_MAX) {
        return 0;
    }
    if (bytes <= LARGE_FROM) {
        uint32_t k = ((uint32_t)bytes + SMALL_STEP - 1) / SMALL_STEP;
        //@ assert small: StepClass(SMALL_STEP * k, SMALL_STEP, class_of_small[k]);
        return class_of_small[k];
    }
    uint32_t k = ((uint32_t)bytes + LARGE_STEP - 1 - LARGE_FROM) / LARGE_STEP;
    //@ assert large: StepClass(LARGE_FROM + LARGE_STEP * k, LARGE_STEP, class_of_large[k]);
    return class_of_large[k];
}

uint32_t block_class(uint64_t bytes) {
    if (bytes > LARGE_FROM) {
        return size_class(bytes);
    }
    uint32_t k = ((uint32_t)bytes + SLOT_BYTES_MIN - 1) / SLOT_BYTES_MIN;
    uint32_t c = class_of_block[k];
    //@ assert holds: SLOT_BYTES_MIN * k <= class_size[c];
    //@ assert smallest: 2 < c ==> class_size[BlockClassBelow(c)] <= SLOT_BYTES_MIN * (k - 1);
    return c;
}

uint64_t slot_size(uint32_t n, uint32_t c) {
    if (c < 2) {
        return (uint64_t)n * PAGE_SIZE;
    }
    return class_size[c / 2];
}

/* The bytes at the end of the span that hold its pointer bits. */
/*@ requires class: 2 <= c < SPAN_CLASSES;
    requires pages: n <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures bytes: \result == PointerBytes(n, c);
 */
static uint64_t pointer_bytes(uint32_t n, uint32_t c) {
    if (c % 2 == 0 && class_size[c / 2] <= POINTER_BITS_MAX) {
        return (uint64_t)n * PAGE_SIZE / 64;
    }
    return 0;
}

uint64_t slot_count(uint32_t n, uint32_t c) {
    if (c < 2) {
        return 1;
    }
    return ((uint64_t)n * PAGE_SIZE - pointer_bytes(n, c)) / class_size[c / 2];
}

uint32_t slot_magic(uint32_t c) {
    return c < 2 ? 0 : UINT32_MAX / class_size[c / 2] + 1;
}

/*@ ghost
  /@ requires size: 0 < size <= CLASS_BYTES_MAX;
     requires magic: MagicOf(magic, size);
     requires offset: offset < CLASS_SPAN_MAX;
     terminates \true;
     exits \false;
     assigns \nothing;
     ensures exact: Exact(offset, offset / size, magic);
   @/
  void magic_divides(uint32_t offset, uint32_t magic, uint32_t size) {
      uint32_t q = offset / size;
      /@ assert slot: q * size <= offset <= (q + 1) * size - 1; @/
      /@ assert low: q * (1 << 32) <= q * (size * magic) <= offset * magic; @/
      /@ assert room: (q + 1) * size <= magic; @/
      /@ assert high: offset * magic <= (q + 1) * (size * magic) - magic; @/
      /@ assert above: (q + 1) * (size * magic) <= (q + 1) * ((1 << 32) + size - 1); @/
  }
 */

uint32_t slot_of(uint32_t offset, uint32_t magic) /*@ ghost (uint32_t size) */ {
    /*@ ghost
        if (magic != 0 && offset < CLASS_SPAN_MAX) {
            magic_divides(offset, magic, size);
        }
     */
    return (uint32_t)((uint64_t)offset * magic / MAGIC_ONE);
}

/*@ ghost
    /@ requires class: 2 <= c < SIZE_CLASSES;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures grows: class_size[c - 1] < class_size[c];
       ensures whole: class_size[c] % SLOT_BYTES_MIN == 0 ||
         class_size[c] / SLOT_BYTES_MIN == class_size[c - 1] / SLOT_BYTES_MIN;
     @/
    static void class_steps(uint32_t c) {
    }

    /@ requires class: 2 <= c < SIZE_CLASSES;
       terminates \true;
       exits \false;
       assigns \nothing;
       ensures fit: class_slots[c] * class_size[c] <= class_pages[c] * PAGE_SIZE;
       ensures full_small: c < SIZE_CLASSES / 2 ==>
         class_pages[c] * PAGE_SIZE < (class_slots[c] + 1) * class_size[c];
       ensures full_large: SIZE_CLASSES / 2 <= c ==>
         class_pages[c] * PAGE_SIZE < (class_slots[c] + 1) * class_size[c];
     @/
    static void class_fills(uint32_t c) {
    }

    void class_is_sound(uint32_t c) {
        /@ assert size: SLOT_BYTES_MIN <= class_size[c] <= CLASS_BYTES_MAX; @/
        class_fills(c);
        /@ assert quotient: class_pages[c] * PAGE_SIZE / class_size[c] == class_slots[c]; @/
        /@ assert some: 1 <= class_slots[c] <= class_pages[c] * (PAGE_SIZE / SLOT_BYTES_MIN); @/
        class_steps(c);
    }
 */
