/* An interpreter of Lisp whose objects are the collector's, on the real floor: what its programs
 * say is compared with what the same is in C, and what is there after a cycle with what a walk of
 * the interpreter's own reaches. In the end all is dropped, and nothing is left. */
#include "lisp.h"
#include "programs.h"
#include "../test.h"
#include "heap/audit.h"
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
enum { SCALE = 1 };
#else
enum { SCALE = 2 };
#endif
enum {
    ROUNDS = 3,
    SORTED = 3000 * SCALE,
    KEYS = 1500 * SCALE,
    PORTS = 5000 * SCALE,
    ALL_MOST = 50000
};

static uint64_t next_of(uint64_t x) {
    return (x * 1103515245 + 12345) % 2147483648;
}

static uint64_t hashed(const uint64_t *list, uint32_t n, uint64_t hash) {
    for (uint32_t i = 0; i < n; i++) {
        hash = (hash * 31 + list[i]) % 1000003;
    }
    return hash;
}

/* Runs a program for so much, and compares what it says. */
static void check(const char *program, int much, const char *expected) {
    char text[2048];
    snprintf(text, sizeof text, program, much);
    const char *said = lisp_run(text);
    CHECK(strcmp(said, expected) == 0);
    if (strcmp(said, expected) != 0) {
        printf("%.40s... said %s, not %s\n", text, said, expected);
    }
}

static void check_number(const char *program, int much, uint64_t expected) {
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, expected);
    check(program, much, text);
}

static void check_fib(int n) {
    uint64_t a = 0, b = 1;
    for (int i = 0; i < n; i++) {
        uint64_t sum = a + b;
        a = b;
        b = sum;
    }
    check_number(fib, n, a);
}

static int is_less(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void check_sort(void) {
    static uint64_t list[SORTED];
    for (uint64_t i = 0, x = 1; i < SORTED; i++) {
        list[i] = x = next_of(x);
    }
    qsort(list, SORTED, sizeof *list, is_less);
    check_number(sort, SORTED, hashed(list, SORTED, 7));
}

static void check_bank(int end) {
    static int queue[ALL_MOST];
    uint64_t first = 0, count = 0, busy = 0, waited = 0, x = 1;
    char text[60];
    for (int time = 0; time < end && end <= ALL_MOST; time++) {
        uint64_t y = next_of(x);
        if (x / 65536 % 3 == 0) {
            queue[count++] = time;
        }
        x = next_of(y);
        if (busy > 0) {
            busy--;
        } else if (first < count) {
            waited += (uint64_t)(time - queue[first++]);
            busy = y / 65536 % 4;
        }
    }
    CHECK(first > (uint64_t)end / 5);
    snprintf(text, sizeof text, "(%" PRIu64 " %" PRIu64 ")", first, waited);
    check(bank, end, text);
}

/* The keys in their order, each with how often it came. */
static void check_tree(void) {
    static uint64_t times[5000], list[10000];
    uint32_t n = 0;
    char text[60];
    memset(times, 0, sizeof times);
    times[2500] = 1;
    for (uint64_t i = 0, x = 99; i < KEYS; i++) {
        x = next_of(x);
        times[x / 1024 % 5000]++;
    }
    for (uint32_t key = 0; key < 5000; key++) {
        if (times[key] != 0) {
            list[n++] = key;
            list[n++] = times[key];
        }
    }
    snprintf(text, sizeof text, "(%" PRIu32 " %" PRIu64 ")", n, hashed(list, n, 0));
    check(tree, KEYS, text);
}

/* Queens that can be placed on the rows that are left: bits say which columns are threatened. */
static uint64_t queens_on(uint32_t all, uint32_t down, uint32_t left, uint32_t right) {
    uint64_t ways = down == all;
    for (uint32_t open = all & ~(down | left | right); open != 0; open &= open - 1) {
        uint32_t q = open & -open;
        ways += queens_on(all, down | q, (left | q) << 1, (right | q) >> 1);
    }
    return ways;
}

static uint64_t string_sum(const char *s, size_t size) {
    uint64_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum = (sum * 31 + (unsigned char)s[i]) % 1000003;
    }
    return sum;
}

static void check_strings(int end) {
    static char s[40000];
    size_t size = 1;
    uint64_t sum = 0;
    char text[80];
    s[0] = '7';
    for (int i = 0; i < end; i++) {
        size_t longer = size + (size_t)sprintf(s + size, "%d", i);
        if (longer > 30000) {
            sum += string_sum(s, longer);
            size = (size_t)sprintf(s, "%d", i);
        } else {
            sum += longer;
            size = longer;
        }
    }
    snprintf(text, sizeof text, "(%" PRIu64 " %zu %" PRIu64 ")", sum, size, string_sum(s, size));
    check(strings, end, text);
}

static int is_prime(uint64_t n) {
    int prime = n > 1;
    for (uint64_t d = 2; d * d <= n; d++) {
        prime = prime && n % d != 0;
    }
    return prime;
}

static void check_primes(int times, int nth) {
    uint64_t sum = 0, p = 1;
    for (uint64_t n = 3; n < 4000; n += 3 + n / 3) {
        for (uint64_t k = 0; k < n; k++) {
            sum += is_prime(k);
        }
    }
    check_number(sieve, times, sum * (uint64_t)times);
    for (int i = 0; i <= nth; i++) {
        do {
            p++;
        } while (!is_prime(p));
    }
    check_number(streams, nth, p);
}

/* Fifty steps around a ring of 1 to k. */
static void check_rings(int n) {
    uint64_t sum = 0;
    for (int i = 1; i <= n; i++) {
        for (int step = 0; step < 50; step++) {
            sum += (uint64_t)(step % (1 + i % 40) + 1);
        }
    }
    check_number(rings, n, sum);
}

static void run_all(void) {
    check_fib(19 + SCALE);
    check_sort();
    check_bank(10000 * SCALE);
    check_tree();
    check_number(queens, 7, queens_on(127, 0, 0, 0));
    check_strings(4000 * SCALE);
    check_primes(3 * SCALE, 60 * SCALE);
    check_rings(1500 * SCALE);
    check_number(ports, PORTS, PORTS / 100);
    store_compare();
    CHECK(store_counts.wrong == 0 && heap_audit());
}

int main(void) {
    for (int round = 0; round < ROUNDS; round++) {
        lisp_begin();
        check(library, 0, "");
        run_all();
        CHECK(store_live() > SORTED + KEYS / 2 + PORTS / 100); /* what was kept */
        lisp_end();
        for (int i = 0; i < 3; i++) { /* the ports that were kept live for one cycle more */
            store_compare();
        }
        CHECK(store_live() == 0 && store_counts.wrong == 0 && heap_audit());
    }
    CHECK(store_counts.closed == (uint64_t)ROUNDS * PORTS); /* each once */
    CHECK(store_counts.closed_sum == (uint64_t)ROUNDS * PORTS * (PORTS + 1) / 2);
    CHECK(store_counts.made > 1000000 * SCALE && store_counts.cycles > 30 * SCALE);
    CHECK(store_counts.compared > store_counts.cycles / 6);
    printf("%" PRIu64 " objects, %" PRIu64 " cycles, %" PRIu64 " compared, at most %" PRIu64
           " live\n",
           store_counts.made, store_counts.cycles, store_counts.compared, store_counts.kept_most);
    return test_report("lisp");
}
