/* Words against loops over their bits. Every range in a word, and every pattern of 16 bits at
 * several places in a word and in its complement. */
#include "test.h"
#include "page/bits.h"

static int bit(uint64_t w, uint32_t i) {
    return (int)(w >> i) & 1;
}

static uint64_t with_bit(uint64_t w, uint32_t i, int value) {
    uint64_t one = (uint64_t)1 << i;
    return value ? w | one : w & ~one;
}

/* How many set bits follow each other from bit i on. */
static uint32_t run_at(uint64_t w, uint32_t i) {
    uint32_t n = 0;
    while (i + n < 64 && bit(w, i + n)) {
        n++;
    }
    return n;
}

static void check_range(uint64_t w, uint32_t i, uint32_t n) {
    uint64_t mask = 0, set = w, clear = w;
    uint32_t count = 0;
    for (uint32_t k = i; k < i + n; k++) {
        mask = with_bit(mask, k, 1);
        set = with_bit(set, k, 1);
        clear = with_bit(clear, k, 0);
        count += (uint32_t)bit(w, k);
    }
    CHECK(bits_mask(i, n) == mask);
    CHECK(bits_set(w, i, n) == set);
    CHECK(bits_clear(w, i, n) == clear);
    CHECK(bits_count(w, i, n) == count);
    CHECK(n != 1 || (bits_set_one(w, i) == set && bits_clear_one(w, i) == clear));
}

static void check_ranges(uint64_t w) {
    for (uint32_t i = 0; i <= 64; i++) {
        for (uint32_t n = 0; i + n <= 64; n++) {
            check_range(w, i, n);
        }
    }
}

static void check_counts(uint64_t w) {
    uint32_t count = 0, low = 64, high = 64, wrong = 0;
    for (uint32_t i = 0; i < 64; i++) {
        if (bit(w, i)) {
            count++;
            low = low == 64 ? i : low;
            high = i;
        }
        wrong += (bits_test(w, i) != 0) != bit(w, i);
    }
    CHECK(wrong == 0);
    CHECK(word_count(w) == count);
    CHECK(word_low_zeros(w) == low);
    CHECK(word_high_zeros(w) == (high == 64 ? 64 : 63 - high));
    CHECK(bits_lowest(w) == low);
    CHECK(bits_highest(w) == high);
}

static void check_runs(uint64_t w) {
    uint32_t runs[64], longest = 0, high = 0;
    for (uint32_t i = 0; i < 64; i++) {
        runs[i] = run_at(w, i);
        longest = runs[i] > longest ? runs[i] : longest;
    }
    while (high < 64 && bit(w, 63 - high)) {
        high++;
    }
    CHECK(bits_low_run(w) == runs[0]);
    CHECK(bits_high_run(w) == high);
    for (uint32_t n = 1; n <= 64; n += n < 20 ? 1 : 11) {
        uint64_t begins = 0;
        uint32_t first = 64;
        for (uint32_t i = 64; i-- > 0;) {
            if (runs[i] >= n) {
                begins = with_bit(begins, i, 1);
                first = i;
            }
        }
        CHECK(bits_runs(w, n) == begins);
        CHECK(bits_find_run(w, n) == first);
    }
    for (uint32_t known = 0; known <= 20; known++) {
        CHECK(bits_longest_run(w, known) == (longest > known ? longest : known));
    }
    CHECK(bits_longest_run(w, 63) == (longest > 63 ? longest : 63));
    CHECK(bits_longest_run(w, 64) == 64);
    CHECK(bits_longest_run(w, UINT32_MAX) == UINT32_MAX);
}

static void check_operations(uint64_t a, uint64_t b) {
    for (uint32_t n = 0; n < 64; n++) {
        uint64_t not = 0, and = 0, or = 0, shifted = 0;
        for (uint32_t i = 0; i < 64; i++) {
            not = with_bit(not, i, !bit(a, i));
            and = with_bit(and, i, bit(a, i) && bit(b, i));
            or = with_bit(or, i, bit(a, i) || bit(b, i));
            shifted = with_bit(shifted, i, i + n < 64 && bit(a, i + n));
        }
        CHECK(bits_not(a) == not );
        CHECK(bits_and(a, b) == and);
        CHECK(bits_or(a, b) == or);
        CHECK(bits_shift(a, n) == shifted);
    }
}

static void check_word(uint64_t w) {
    check_counts(w);
    check_runs(w);
}

int main(void) {
    static const uint32_t places[] = {0, 1, 7, 24, 47, 48};
    check_ranges(0);
    check_ranges(UINT64_MAX);
    for (int round = 0; round < 40; round++) {
        check_ranges(test_random());
        check_operations(test_random(), test_random());
    }
    for (uint64_t pattern = 0; pattern < 65536; pattern++) {
        for (uint32_t i = 0; i < sizeof places / sizeof places[0]; i++) {
            check_word(pattern << places[i]);
            check_word(~(pattern << places[i]));
        }
    }
    for (int round = 0; round < 100000; round++) {
        check_word(test_random());
        check_word(test_random() | test_random() | test_random());
    }
    for (uint32_t i = 0; i <= 64; i++) {
        for (uint32_t n = 0; i + n <= 64; n++) {
            check_word(bits_mask(i, n));
            check_word(bits_not(bits_mask(i, n)));
        }
    }
    return test_report("bits");
}
