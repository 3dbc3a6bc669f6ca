// config: host pool one
/* Mapped chunks against a byte a chunk: what the ranges must be is read off the bytes. */
#include "../test.h"
#include "page/mapped.h"

#define SMALL  8 /* chunks of a window of which every state is tried */
#define ROUNDS (CHUNKS <= 64 ? 500 : 20)
#define SPOILS (CHUNKS <= 64 ? 20 : 5)

static uint8_t is_mapped[CHUNKS];

static void unmap_all(void) {
    for (uint32_t c = 0; c < CHUNKS; c++) {
        chunk_mapped[c] = is_mapped[c] = 0;
    }
    mapped_ranges = 0;
}

/* The ranges are the runs of set bytes, in order. */
static int ranges_agree(void) {
    uint32_t i = 0;
    for (uint32_t c = 0; c < CHUNKS; c++) {
        int begins = is_mapped[c] && (c == 0 || !is_mapped[c - 1]);
        int ends = is_mapped[c] && (c + 1 == CHUNKS || !is_mapped[c + 1]);
        if ((begins || ends) && i >= mapped_ranges) {
            return 0;
        }
        if ((begins && mapped_range[i].low != c) || (ends && mapped_range[i].high != c + 1)) {
            return 0;
        }
        i += ends;
    }
    return i == mapped_ranges;
}

static void check_tables(void) {
    uint32_t wrong = 0, lowest = CHUNKS;
    wrong += mapped_from(CHUNKS) != CHUNKS;
    for (uint32_t c = CHUNKS; c-- > 0;) {
        lowest = is_mapped[c] ? c : lowest;
        wrong += mapped_from(c) != lowest;
        wrong += chunk_mapped[c] != is_mapped[c];
    }
    CHECK(wrong == 0);
    CHECK(mapped_from(0) == lowest);
    CHECK(ranges_agree());
    CHECK(mapped_audit());
}

static void add(uint32_t c, uint32_t n) {
    mapped_add(c, n);
    for (uint32_t i = c; i < c + n; i++) {
        is_mapped[i] = 1;
    }
}

/* What Mapped says, word by word: sorted and apart, and a chunk is mapped if a range has it. */
static int obvious_audit(void) {
    static uint32_t holders[CHUNKS];
    if (mapped_ranges > RANGES) {
        return 0;
    }
    for (uint32_t c = 0; c < CHUNKS; c++) {
        holders[c] = 0;
    }
    for (uint32_t i = 0; i < mapped_ranges; i++) {
        if (mapped_range[i].low >= mapped_range[i].high || mapped_range[i].high > CHUNKS) {
            return 0;
        }
        for (uint32_t j = i + 1; j < mapped_ranges; j++) {
            if (mapped_range[i].high >= mapped_range[j].low) {
                return 0;
            }
        }
        for (uint32_t c = mapped_range[i].low; c < mapped_range[i].high; c++) {
            holders[c]++;
        }
    }
    for (uint32_t c = 0; c < CHUNKS; c++) {
        if ((chunk_mapped[c] != 0) != (holders[c] != 0)) {
            return 0;
        }
    }
    return 1;
}

static uint32_t spoiled, unharmed;

static void check_audit(void) {
    int sound = obvious_audit();
    CHECK((mapped_audit() != 0) == sound);
    unharmed += sound;
    spoiled += !sound;
}

static void spoil_field(uint32_t *field, uint32_t value) {
    uint32_t before = *field;
    *field = value;
    check_audit();
    *field = before;
}

/* Tries `value` and what is about the field's own in every field about the ranges i and i + 1. */
static void spoil_about(uint32_t i, uint32_t value) {
    for (uint32_t j = i; j < i + 2 && j < RANGES; j++) {
        uint32_t *fields[2] = {&mapped_range[j].low, &mapped_range[j].high};
        for (uint32_t f = 0; f < 2; f++) {
            spoil_field(fields[f], value);
            spoil_field(fields[f], *fields[f] + 1);
            spoil_field(fields[f], *fields[f] - 1);
        }
    }
}

static void spoil_chunk(uint32_t c) {
    chunk_mapped[c] ^= 1;
    check_audit();
    chunk_mapped[c] ^= 1;
}

static void spoil_counts(void) {
    spoil_field(&mapped_ranges, mapped_ranges + 1);
    spoil_field(&mapped_ranges, mapped_ranges - 1);
    spoil_field(&mapped_ranges, RANGES);
    spoil_field(&mapped_ranges, RANGES + 1);
    spoil_field(&mapped_ranges, UINT32_MAX);
}

/* Maps what the bits of `state` say, run by run: upwards, or downwards. */
static void build(uint32_t state, int upwards) {
    unmap_all();
    for (uint32_t k = 0; k < CHUNKS; k++) {
        uint32_t c = upwards ? k : CHUNKS - 1 - k;
        if (state >> c & 1) {
            add(c, 1);
        }
    }
}

/* Every addition to every state, and every spoilt field of each. The bytes determine the ranges, so
 * that no state is left out. */
static void test_every_state(void) {
    for (uint32_t state = 0; CHUNKS <= SMALL && state < 1u << CHUNKS % 32; state++) {
        for (uint32_t c = 0; c < CHUNKS; c++) {
            for (uint32_t n = 1; c + n <= CHUNKS; n++) {
                build(state, (c + n) % 2 == 0);
                check_tables();
                uint32_t run = ((1u << n % 32) - 1) << c % 32;
                if ((state & run) == 0) {
                    add(c, n);
                    check_tables();
                }
            }
        }
        build(state, 1);
        for (uint32_t value = 0; value <= CHUNKS + 1; value++) {
            for (uint32_t i = 0; i < RANGES; i++) {
                spoil_field(&mapped_range[i].low, value);
                spoil_field(&mapped_range[i].high, value);
            }
            spoil_field(&mapped_ranges, value);
        }
        for (uint32_t c = 0; c < CHUNKS; c++) {
            spoil_chunk(c);
        }
        spoil_counts();
    }
}

/* Chunks side by side enter in every order, somewhere in the window. */
static void test_every_order(uint32_t entered, uint32_t n) {
    static uint32_t order[5], at;
    if (entered == 0) {
        at = (uint32_t)(test_random() % (CHUNKS - n + 1));
    }
    if (entered == n) {
        unmap_all();
        for (uint32_t k = 0; k < n; k++) {
            add(at + order[k], 1);
            check_tables();
        }
        CHECK(mapped_ranges == 1 && mapped_range[0].low == at && mapped_range[0].high == at + n);
        return;
    }
    for (uint32_t c = 0; c < n; c++) {
        int again = 0;
        for (uint32_t k = 0; k < entered; k++) {
            again |= order[k] == c;
        }
        if (!again) {
            order[entered] = c;
            test_every_order(entered + 1, n);
        }
    }
}

/* The numbers below n that are `rest` modulo 2, mixed. Returns how many. */
static uint32_t mix(uint32_t *numbers, uint32_t n, uint32_t rest) {
    uint32_t count = 0;
    for (uint32_t c = rest; c < n; c += 2) {
        uint32_t k = (uint32_t)(test_random() % (count + 1));
        numbers[count++] = numbers[k];
        numbers[k] = c;
    }
    return count;
}

/* As many ranges as there can be, then every gap between them closes. */
static void test_most_ranges(uint32_t first) {
    static uint32_t numbers[CHUNKS + 1];
    unmap_all();
    for (uint32_t rest = first; rest < first + 2; rest++) {
        uint32_t n = mix(numbers, CHUNKS, rest % 2);
        for (uint32_t k = 0; k < n; k++) {
            add(numbers[k], 1);
            if (k % (CHUNKS / 16 + 1) == 0) {
                check_tables();
            }
        }
        check_tables();
        CHECK(rest > first ? mapped_ranges == 1 : mapped_ranges == (CHUNKS + 1 - first) / 2);
    }
}

static void test_random_adds(void) {
    unmap_all();
    uint32_t longest = (uint32_t)(test_random() % CHUNKS) / 16 + 1;
    for (uint32_t step = 0; step < 200; step++) {
        uint32_t c = (uint32_t)(test_random() % CHUNKS), n = 0;
        uint32_t most = (uint32_t)(test_random() % longest) + 1;
        while (n < most && c + n < CHUNKS && !is_mapped[c + n]) {
            n++;
        }
        if (n > 0) {
            add(c, n);
            check_tables();
        }
    }
    for (uint32_t k = 0; k < SPOILS; k++) {
        uint32_t i = (uint32_t)(test_random() % (mapped_ranges + 1));
        spoil_about(i > 0 ? i - 1 : 0, (uint32_t)(test_random() % (CHUNKS + 2)));
        spoil_chunk((uint32_t)(test_random() % CHUNKS));
    }
    spoil_about(mapped_ranges - 1, 0); /* and the fields that say nothing */
    spoil_counts();
    check_tables();
}

/* Any byte but 0 says mapped. */
static void test_edges(void) {
    check_tables();
    unmap_all();
    add(0, CHUNKS);
    check_tables();
    CHECK(mapped_ranges == 1 && mapped_range[0].low == 0 && mapped_range[0].high == CHUNKS);
    chunk_mapped[CHUNKS - 1] = 255;
    CHECK(mapped_audit() && mapped_from(CHUNKS - 1) == CHUNKS - 1);
    unmap_all();
    add(CHUNKS - 1, 1);
    check_tables();
    CHECK(mapped_from(0) == CHUNKS - 1);
}

int main(void) {
    test_edges();
    test_every_state();
    test_every_order(0, CHUNKS < 5 ? CHUNKS : 5);
    test_most_ranges(0);
    if (CHUNKS > 1) {
        test_most_ranges(1);
    }
    for (uint32_t round = 0; round < ROUNDS; round++) {
        test_random_adds();
    }
    CHECK(spoiled > 0 && unharmed > 0);
    return test_report("test_mapped");
}
