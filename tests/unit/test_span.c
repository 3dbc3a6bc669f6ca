// config: pool host
/* Classes, slots and the division by multiplication against Go's own table, and records filled. */
#include "../test.h"
#include "span/span.h"
#include <string.h>

/* Data: tests/golden/sizeclasses.json, go1.24.0. Bytes of a slot, pages (of 8 KiB) of a span, and
 * what an offset is multiplied with. */
static const struct {
    uint32_t size, pages, magic;
} go[SIZE_CLASSES] = {
    {0, 0, 0},          {8, 1, 536870912},   {16, 1, 268435456}, {24, 1, 178956971},
    {32, 1, 134217728}, {48, 1, 89478486},   {64, 1, 67108864},  {80, 1, 53687092},
    {96, 1, 44739243},  {112, 1, 38347923},  {128, 1, 33554432}, {144, 1, 29826162},
    {160, 1, 26843546}, {176, 1, 24403224},  {192, 1, 22369622}, {208, 1, 20648882},
    {224, 1, 19173962}, {240, 1, 17895698},  {256, 1, 16777216}, {288, 1, 14913081},
    {320, 1, 13421773}, {352, 1, 12201612},  {384, 1, 11184811}, {416, 1, 10324441},
    {448, 1, 9586981},  {480, 1, 8947849},   {512, 1, 8388608},  {576, 1, 7456541},
    {640, 1, 6710887},  {704, 1, 6100806},   {768, 1, 5592406},  {896, 1, 4793491},
    {1024, 1, 4194304}, {1152, 1, 3728271},  {1280, 1, 3355444}, {1408, 2, 3050403},
    {1536, 1, 2796203}, {1792, 2, 2396746},  {2048, 1, 2097152}, {2304, 2, 1864136},
    {2688, 1, 1597831}, {3072, 3, 1398102},  {3200, 2, 1342178}, {3456, 3, 1242757},
    {4096, 1, 1048576}, {4864, 3, 883012},   {5376, 2, 798916},  {6144, 3, 699051},
    {6528, 4, 657931},  {6784, 5, 633103},   {6912, 6, 621379},  {8192, 1, 524288},
    {9472, 7, 453439},  {9728, 6, 441506},   {10240, 5, 419431}, {10880, 4, 394759},
    {12288, 3, 349526}, {13568, 5, 316552},  {14336, 7, 299594}, {16384, 2, 262144},
    {18432, 9, 233017}, {19072, 7, 225198},  {20480, 5, 209716}, {21760, 8, 197380},
    {24576, 3, 174763}, {27264, 10, 157533}, {28672, 7, 149797}, {32768, 4, 131072},
};

enum { RECORD = 7 };

/* The slots of so many bytes as class c, counted one by one: Go sets an eighth of a byte a word
 * aside for pointer bits where slots are small and hold pointers. */
static uint64_t count_slots(uint64_t bytes, uint32_t c) {
    if (c < 2) {
        return 1;
    }
    uint64_t size = go[c / 2].size, slots = 0;
    uint64_t room = c % 2 == 0 && size <= 512 ? bytes - bytes / 8 / 8 : bytes;
    while ((slots + 1) * size <= room) {
        slots++;
    }
    return slots;
}

/* The same for any size: the test above is too slow for large spans. */
static uint64_t divide_slots(uint64_t bytes, uint32_t c) {
    uint64_t size = go[c / 2].size;
    return c < 2 ? 1 : (bytes - (c % 2 == 0 && size <= 512 ? bytes / 64 : 0)) / size;
}

static void check_record(uint32_t p, uint32_t n, uint32_t kind, uint32_t c, uint32_t needs_zero) {
    struct span expected = {.base = p,
                            .npages = n,
                            .kind = (uint8_t)kind,
                            .span_class = (uint8_t)c,
                            .needs_zero = (uint8_t)needs_zero};
    if (kind == KIND_HEAP) {
        expected.slot_size = c < 2 ? (uint64_t)n * PAGE_SIZE : go[c / 2].size;
        expected.slots = (uint32_t)divide_slots((uint64_t)n * PAGE_SIZE, c);
        expected.div_magic = c < 2 ? 0 : go[c / 2].magic;
    }
    memset(&span[RECORD], 0xff, sizeof span[RECORD]);
    span[RECORD].state = SPAN_DEAD; /* which it is, and stays */
    span_init(RECORD, p, n, kind, c, needs_zero);
    CHECK(memcmp(&span[RECORD], &expected, sizeof expected) == 0);
}

/* n pages as each class: does it fit, and if it does, what is in the record? */
static void check_size(uint32_t n) {
    uint64_t bytes = (uint64_t)n * PAGE_SIZE;
    for (uint32_t c = 0; c < SPAN_CLASSES; c++) {
        uint64_t slots = divide_slots(bytes, c);
        int fits = slots >= 1 && slots <= 65535;
        CHECK(span_class_fits(n, c) == fits);
        if (n <= 4) {
            CHECK(count_slots(bytes, c) == slots);
        }
        if (fits && n > 0) {
            check_record(PAGES - n, n, KIND_HEAP, c, c % 2);
        }
    }
    CHECK(span_class_fits(n, SPAN_CLASSES) == 0 && span_class_fits(n, UINT32_MAX) == 0);
    for (uint32_t kind = KIND_STACK; n > 0 && kind < KINDS; kind++) {
        check_record(n - 1, n, kind, 0, n % 2);
    }
}

/* All small sizes, and those where a class ceases to fit. */
static void check_sizes(void) {
    for (uint32_t n = 0; n <= 600 && n <= PAGES; n++) {
        check_size(n);
    }
    for (uint32_t class = 1; class < SIZE_CLASSES; class ++) {
        uint64_t last = 65536ull * go[class].size / PAGE_SIZE; /* without pointer bits */
        uint64_t most = last * 64 / 63;                        /* with them */
        for (uint64_t n = 0; n < 6; n++) {
            check_size(last - 3 + n < PAGES ? (uint32_t)(last - 3 + n) : PAGES);
            check_size(most - 3 + n < PAGES ? (uint32_t)(most - 3 + n) : PAGES);
        }
    }
    check_size(PAGES);
}

/* Offsets of a span, as Go lays it out and longer, divided: each exactly. */
static void check_division(uint32_t class) {
    uint32_t bytes = go[class].pages * GO_PAGE, wrong = 0;
    span_init(RECORD, 0, bytes / PAGE_SIZE, KIND_HEAP, 2 * class, 0);
    uint32_t magic = span[RECORD].div_magic;
    for (uint32_t offset = 0; offset < CLASS_SPAN_MAX; offset++) {
        wrong += slot_of(offset, magic) != offset / go[class].size;
        wrong += slot_of(offset, 0) != 0;
    }
    CHECK(wrong == 0 && bytes < CLASS_SPAN_MAX);
    CHECK(span[RECORD].slots * go[class].size <= bytes && span[RECORD].slots > 0);
}

/* Longer spans than Go's: the first offset of all classes that is divided wrong. */
static void check_limit(void) {
    uint64_t first = UINT64_MAX;
    for (uint32_t class = 1; class < SIZE_CLASSES; class ++) {
        uint64_t magic = go[class].magic, size = go[class].size;
        uint64_t slot = 0; /* an offset divided wrong is the last of its slot */
        while (slot < 65536 && ((slot * size + size - 1) * magic) >> 32 == slot) {
            slot++;
        }
        uint64_t offset = slot * size + size - 1;
        first = slot < 65536 && offset < first ? offset : first;
    }
    CHECK(first == 217599);
}

/* The class of every size, looked for one by one; and of sizes without a class. */
static void check_class_of_size(void) {
    uint32_t class = 1, whole = 2, wrong = 0;
    for (uint32_t bytes = 0; bytes <= CLASS_BYTES_MAX; bytes++) {
        class += bytes > go[class].size;
        while (bytes > go[whole].size || go[whole].size % SLOT_BYTES_MIN != 0) {
            whole++;
        }
        wrong += size_class(bytes) != class || block_class(bytes) != whole;
    }
    CHECK(wrong == 0 && class == SIZE_CLASSES - 1 && whole == SIZE_CLASSES - 1);
    for (uint64_t bytes = CLASS_BYTES_MAX + 1; bytes != 0; bytes *= 2) {
        CHECK(size_class(bytes) == 0 && size_class(bytes - 1 + bytes) == 0);
        CHECK(block_class(bytes) == 0 && block_class(bytes - 1 + bytes) == 0);
    }
    CHECK(block_class((uint64_t)1 << 32) == 0 && block_class(UINT64_MAX) == 0);
    CHECK(size_class((uint64_t)1 << 32) == 0 && size_class(UINT64_MAX) == 0);
}

int main(void) {
    for (uint32_t class = 0; class < SIZE_CLASSES; class ++) {
        CHECK(class_size[class] == go[class].size);
    }
    check_class_of_size();
    check_sizes();
    for (uint32_t class = 1; class < SIZE_CLASSES; class ++) {
        check_division(class);
    }
    check_limit();
    return test_report("span");
}
