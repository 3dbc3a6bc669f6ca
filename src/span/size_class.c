#include "span/size_class.h"
#include "../../specs/size_class_lemmas.acsl"

/* Go 1.24's size classes. */
const uint16_t class_size[SIZE_CLASSES] = {
    0,     8,     16,    24,    32,    48,    64,    80,    96,    112,   128,   144,  160,   176,
    192,   208,   224,   240,   256,   288,   320,   352,   384,   416,   448,   480,  512,   576,
    640,   704,   768,   896,   1024,  1152,  1280,  1408,  1536,  1792,  2048,  2304, 2688,  3072,
    3200,  3456,  4096,  4864,  5376,  6144,  6528,  6784,  6912,  8192,  9472,  9728, 10240, 10880,
    12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768};

/* The class for SMALL_STEP * k bytes. */
static const uint8_t class_of_small[SMALL_STEPS] = {
    1,  1,  2,  3,  4,  5,  5,  6,  6,  7,  7,  8,  8,  9,  9,  10, 10, 11, 11, 12, 12, 13,
    13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19, 19, 19, 19, 20, 20, 20, 20, 21, 21, 21,
    21, 22, 22, 22, 22, 23, 23, 23, 23, 24, 24, 24, 24, 25, 25, 25, 25, 26, 26, 26, 26, 27,
    27, 27, 27, 27, 27, 27, 27, 28, 28, 28, 28, 28, 28, 28, 28, 29, 29, 29, 29, 29, 29, 29,
    29, 30, 30, 30, 30, 30, 30, 30, 30, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31,
    31, 31, 31, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32};

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

uint32_t size_class(uint64_t bytes) {
    if (bytes > CLASS_BYTES_MAX) {
        return 0;
    }
    if (bytes <= LARGE_FROM - SMALL_STEP) {
        uint32_t k = ((uint32_t)bytes + SMALL_STEP - 1) / SMALL_STEP;
        //@ assert small: StepClass(SMALL_STEP * k, SMALL_STEP, class_of_small[k]);
        return class_of_small[k];
    }
    uint32_t k = ((uint32_t)bytes + LARGE_STEP - 1 - LARGE_FROM) / LARGE_STEP;
    //@ assert large: StepClass(LARGE_FROM + LARGE_STEP * k, LARGE_STEP, class_of_large[k]);
    return class_of_large[k];
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
        if (magic != 0) {
            magic_divides(offset, magic, size);
        }
     */
    return (uint32_t)((uint64_t)offset * magic / MAGIC_ONE);
}
