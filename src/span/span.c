#include "span/span.h"

struct span span[SPANS];

/* Go 1.24's size classes. */
const uint16_t class_size[SIZE_CLASSES] = {
    0,     8,     16,    24,    32,    48,    64,    80,    96,    112,   128,   144,  160,   176,
    192,   208,   224,   240,   256,   288,   320,   352,   384,   416,   448,   480,  512,   576,
    640,   704,   768,   896,   1024,  1152,  1280,  1408,  1536,  1792,  2048,  2304, 2688,  3072,
    3200,  3456,  4096,  4864,  5376,  6144,  6528,  6784,  6912,  8192,  9472,  9728, 10240, 10880,
    12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768};

/*@ requires class: c < SPAN_CLASSES;
    requires pages: n <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures size: \result == SlotSize(n, c);
 */
static uint64_t slot_size(uint32_t n, uint32_t c) {
    if (c < 2) {
        return (uint64_t)n * PAGE_SIZE;
    }
    return class_size[c / 2];
}

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

/*@ requires class: c < SPAN_CLASSES;
    requires pages: n <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures slots: \result == Slots(n, c);
 */
static uint64_t slots(uint32_t n, uint32_t c) {
    if (c < 2) {
        return 1;
    }
    return ((uint64_t)n * PAGE_SIZE - pointer_bytes(n, c)) / class_size[c / 2];
}

int span_class_fits(uint32_t n, uint32_t c) {
    if (c >= SPAN_CLASSES) {
        return 0;
    }
    uint64_t count = slots(n, c);
    return 1 <= count && count <= SLOTS_MAX;
}

/*@ requires class: c < SPAN_CLASSES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures magic: \result == DivMagic(c);
 */
static uint32_t div_magic(uint32_t c) {
    return c < 2 ? 0 : UINT32_MAX / class_size[c / 2] + 1;
}

void span_init(uint32_t s, uint32_t p, uint32_t n, uint32_t kind, uint32_t c, uint32_t needs_zero) {
    int heap = kind == KIND_HEAP;
    span[s].base = p;
    span[s].npages = n;
    span[s].kind = (uint8_t)kind;
    span[s].span_class = (uint8_t)c;
    span[s].needs_zero = (uint8_t)needs_zero;
    span[s].live_slots = 0;
    span[s].slot_size = heap ? slot_size(n, c) : 0;
    span[s].slots = heap ? (uint32_t)slots(n, c) : 0;
    span[s].div_magic = heap ? div_magic(c) : 0;
}
