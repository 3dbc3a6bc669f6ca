// config: host
/* The malloc family in places: a million wrong frees among live traffic, each refused, and no right
 * one; then memory runs out at each request of the system in turn, and from there on. */
#define _GNU_SOURCE
#include "../test.h"
#include "heap/audit.h"
#include "object/block.h"
#include "os/memory.h"
#include "tools/os_sim.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIVE = 3000, STEPS = 2000000, PARTS = 1 << 24 };

/* What begins at each 16 bytes of the window's first 256 MiB. */
enum { NOTHING, INSIDE, START };
static uint8_t part[PARTS];

static struct live { uint64_t at, bytes, asked, alignment; } live[LIVE];
static uint32_t count, refused[16];

static uint64_t random_below(uint64_t n) {
    return test_random() % n;
}

/* A size of any order of magnitude up to 128 KiB, and now and then a larger one. */
static uint64_t random_size(void) {
    uint64_t bits = random_below(64) == 0 ? 21 : random_below(18);
    return random_below(((uint64_t)1 << bits) + 1);
}

static void mark(const struct live *one, uint8_t start, uint8_t rest) {
    uint64_t first = one->at / 16, n = one->bytes / 16;
    uint32_t wrong = n > PARTS || first > PARTS - n;
    for (uint64_t i = first; !wrong && i < first + n; i++) {
        wrong = part[i] != (start != NOTHING ? NOTHING : i == first ? START : INSIDE);
        part[i] = i == first ? start : rest;
    }
    CHECK(!wrong);
}

static void add(struct block block, uint64_t asked, uint64_t alignment) {
    CHECK(block.at != BLOCK_NONE && block.error == BLOCK_OK);
    struct live one = {block.at, block_bytes(block.at), asked, alignment};
    CHECK(one.bytes >= asked && one.bytes % 16 == 0 && one.at % 16 == 0);
    CHECK(one.at % alignment == 0);
    mark(&one, START, INSIDE);
    memset(os_pointer(one.at), (int)(one.at / 16 % 251), asked < 64 ? asked : 64);
    live[count++] = one;
}

/* The i'th, which is in the list no more. Its first bytes are what they were made. */
static struct live drop(uint64_t i) {
    struct live one = live[i];
    const unsigned char *byte = os_pointer(one.at);
    uint32_t wrong = 0;
    for (uint64_t k = 0; k < one.asked && k < 64; k++) {
        wrong += byte[k] != one.at / 16 % 251;
    }
    CHECK(wrong == 0);
    mark(&one, NOTHING, NOTHING);
    live[i] = live[--count];
    return one;
}

static void allocate(void) {
    uint64_t bytes = random_size(), alignment = (uint64_t)1 << random_below(15);
    switch (random_below(6)) {
    case 0:
        add(block_calloc(1 + bytes / 10, 10), (1 + bytes / 10) * 10, 1);
        break;
    case 1:
        add(block_alloc_aligned(alignment, bytes), bytes, alignment);
        break;
    case 2:
        add(block_alloc_rounded(alignment - alignment / 4, bytes), bytes, alignment);
        break;
    default:
        add(block_alloc(bytes), bytes, 1);
    }
}

static void release(void) {
    struct live one = drop(random_below(count));
    enum block_error error;
    switch (random_below(3)) {
    case 0:
        error = block_free_aligned_sized(one.at, one.alignment, one.asked);
        break;
    case 1: {
        uint64_t bytes = random_size() + 1;
        struct block next = block_realloc(one.at, bytes);
        error = next.error;
        add(next, bytes, 1);
        break;
    }
    default:
        error = block_free(one.at);
    }
    CHECK(error == BLOCK_OK);
}

/* A place at which no block begins: anywhere in the heap or outside, or near a block's start. */
static uint64_t wrong_place(void) {
    for (;;) {
        uint64_t at = random_below(4) == 0 ? test_random() >> random_below(64)
                                           : random_below((uint64_t)16 << 20);
        if (random_below(3) == 0 && count > 0) {
            const struct live *one = &live[random_below(count)];
            at = one->at + random_below(2) * random_below(one->bytes) + 8 - random_below(17);
        }
        at = random_below(2) ? at : at / 16 * 16;
        if (at >= (uint64_t)PARTS * 16 || at % 16 != 0 || part[at / 16] != START) {
            return at;
        }
    }
}

static void misuse(void) {
    uint64_t at = wrong_place();
    const struct live *one = count > 0 ? &live[random_below(count)] : NULL;
    enum block_error error = BLOCK_OK;
    switch (random_below(6)) {
    case 0:
        error = block_free_sized(at, random_size());
        break;
    case 1:
        error = block_realloc(at, CLASS_BYTES_MAX + 1 + random_size()).error;
        break;
    case 2:
        error = one != NULL ? block_free_sized(one->at, one->bytes + 1 + random_size()) : error;
        error = one == NULL ? BLOCK_UNKNOWN : error;
        break;
    default:
        error = block_free(at);
    }
    CHECK(error != BLOCK_OK && error < 16);
    refused[error < 16 ? error : 0]++;
}

static void test_traffic(void) {
    os_sim_reset();
    os_sim_use_memory();
    for (uint32_t i = 0; i < STEPS; i++) {
        if (i % 2 == 1) {
            misuse();
        } else if (count < LIVE && (count == 0 || random_below(i % 20000 < 10000 ? 3 : 2) != 0)) {
            allocate();
        } else {
            release();
        }
    }
    CHECK(heap_audit() == 1);
    while (count > 0) {
        CHECK(block_free(drop(count - 1).at) == BLOCK_OK);
    }
    block_flush();
    CHECK(heap_audit() == 1 && heap_totals().heap < 2048);
    CHECK(refused[BLOCK_UNKNOWN] > 10000 && refused[BLOCK_INSIDE] > 10000);
    CHECK(refused[BLOCK_IS_FREE] > 10000 && refused[BLOCK_WRONG_SIZE] > 10000);
}

/* ---- Out of memory. Each run is a child's, which begins with an empty heap. */

static uint64_t *requests; /* of the system in a run: shared with the children */

static void check_answer(struct block block) {
    CHECK((block.at == BLOCK_NONE) == (block.error == BLOCK_NO_MEMORY));
    CHECK(block.at != BLOCK_NONE || block.error == BLOCK_NO_MEMORY);
}

/* Allocates what it can, grows and shrinks it, and frees a half. */
static void run_program(void) {
    uint64_t at[60];
    uint32_t n = 0;
    for (uint64_t i = 0; i < 60; i++) {
        uint64_t bytes = i % 3 == 0 ? 100 + i : i % 3 == 1 ? 40000 * (i + 1) : 3000 * i;
        struct block block = i % 5 == 0   ? block_calloc(bytes, 3)
                             : i % 5 == 1 ? block_alloc_aligned((uint64_t)1 << i % 23, bytes)
                                          : block_alloc(bytes);
        check_answer(block);
        if (block.at != BLOCK_NONE) {
            memset(os_pointer(block.at), (int)i, 100);
            at[n++] = block.at;
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        const unsigned char *old = os_pointer(at[i]);
        unsigned char value = old[99];
        uint64_t has = block_bytes(at[i]);
        struct block block = block_realloc(at[i], i % 2 == 0 ? 2 * has : has / 5 + 100);
        check_answer(block);
        at[i] = block.at != BLOCK_NONE ? block.at : at[i];
        old = os_pointer(at[i]);
        CHECK(old[0] == value && old[50] == value && old[99] == value);
    }
    for (uint32_t i = 0; i < n; i += 2) {
        CHECK(block_free(at[i]) == BLOCK_OK);
    }
}

/* Runs it, with n requests refused from this one on; then the system helps again. */
static int run_refused(uint64_t first, uint64_t n) {
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        test_failed = 0;
        os_sim_reset();
        os_sim_use_memory();
        os_sim_refuse(first, n);
        run_program();
        *requests = os_sim_requests;
        os_sim_refuse(0, 0);
        CHECK(block_alloc(100).at != BLOCK_NONE && block_alloc(3000000).at != BLOCK_NONE);
        CHECK(first % 2 == n % 2 ||
              heap_audit() == 1); /* it looks at everything: every other time */
        fflush(stdout);
        _exit(test_failed != 0);
    }
    waitpid(child, &status, 0);
    return status;
}

static void test_out_of_memory(void) {
    requests =
        mmap(NULL, sizeof *requests, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(run_refused(0, 0) == 0 && *requests > 10);
    uint64_t all = *requests;
    for (uint64_t k = 1; k <= all; k++) {
        CHECK(run_refused(k, 1) == 0);
        CHECK(run_refused(k, UINT64_MAX) == 0);
    }
}

int main(void) {
    test_out_of_memory();
    test_traffic();
    return test_report("block");
}
