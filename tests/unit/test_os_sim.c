// config: host pool
// link: src/tools/os_sim.c
/* The simulated floor keeps to os.h too: against a table of its own, at random; it refuses what
 * it was told to refuse, and stops a caller who does not keep to os.h. */
#include "tools/os_sim.h"
#include "os/memory.h"
#include "os/os.h"
#include "../test.h"
#include <stdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static uint8_t held[ARENAS], mapped[CHUNKS];

static uint32_t below(uint32_t n) {
    return (uint32_t)(test_random() % n);
}

static int arenas_free(uint32_t a, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (a + i >= ARENAS || held[a + i]) {
            return 0;
        }
    }
    return n > 0;
}

static void step_reserve(void) {
    uint32_t a = below(ARENAS + 1), n = below(ARENAS < 8 ? ARENAS + 2 : 8);
    int expected = arenas_free(a, n);
    CHECK(os_reserve(a, n) == expected);
    if (expected) {
        memset(held + a, 1, n);
    }
}

static void step_reserve_any(void) {
    uint32_t n = below(5), expected = 0;
    while (expected < ARENAS && !arenas_free(expected, n)) {
        expected++;
    }
    CHECK(os_reserve_any(n) == expected);
    if (expected < ARENAS) {
        memset(held + expected, 1, n);
    }
}

static void step_chunks(int with_memory) {
    uint32_t c = below(CHUNKS), n = 1 + below(5);
    if (c + n > CHUNKS) {
        return;
    }
    int all_held = 1, none = 1, all = 1;
    for (uint32_t i = c; i < c + n; i++) {
        all_held = all_held && held[i / ARENA_CHUNKS] == 1;
        none = none && !mapped[i];
        all = all && mapped[i];
    }
    if (all) {
        os_unmap(c, n);
        memset(mapped + c, 0, n);
    } else if (all_held && none) {
        CHECK(os_map(c, n) == 1);
        memset(mapped + c, 1, n);
        if (with_memory) {
            unsigned char *memory = os_address(c * CHUNK_PAGES);
            size_t last = (size_t)n * CHUNK_PAGES * PAGE_SIZE - 1;
            CHECK(memory[0] == 0 && memory[last / 2] == 0 && memory[last] == 0);
            memory[0] = memory[last / 2] = memory[last] = 0xff;
        }
    }
}

static void step_release(void) {
    uint32_t a = below(ARENAS);
    if (held[a] != 1) {
        return;
    }
    for (uint32_t c = a * ARENA_CHUNKS; c < (a + 1) * ARENA_CHUNKS; c++) {
        if (mapped[c]) {
            os_unmap(c, 1);
            mapped[c] = 0;
        }
    }
    os_release(a, 1);
    held[a] = 0;
}

static void test_random_steps(int with_memory) {
    os_sim_reset();
    memset(held, 0, sizeof held);
    memset(mapped, 0, sizeof mapped);
    if (with_memory) {
        os_sim_use_memory();
    }
    os_sim_hold(ARENAS / 2, ARENAS / 4);
    memset(held + ARENAS / 2, 2, ARENAS / 4);
    for (int i = 0; i < 20000; i++) {
        switch (below(8)) {
        case 0:
            step_reserve();
            break;
        case 1:
            step_reserve_any();
            break;
        case 2:
            step_release();
            break;
        default:
            step_chunks(with_memory);
        }
        uint32_t count = 0;
        for (uint32_t a = 0; a < ARENAS; a++) {
            count += held[a] == 1;
        }
        CHECK(os_sim_reserved == count);
    }
    os_sim_reset();
    CHECK(os_sim_reserved == 0 && os_sim_mapped == 0 && os_sim_requests == 0);
}

static void test_refusals(void) {
    os_sim_reset();
    os_sim_refuse(3, 2);
    CHECK(os_reserve(0, 1) == 1);
    CHECK(os_map(0, 1) == 1);
    CHECK(os_map(1 % ARENA_CHUNKS, 0) == 0);
    CHECK(os_sim_mapped == 1);
    CHECK(os_reserve_any(1) == ARENAS);
    CHECK(os_sim_reserved == 1);
    CHECK(os_sim_requests == 4);
    CHECK(os_reserve_any(1) == 1);
    os_sim_refuse(6, UINT64_MAX);
    for (int i = 0; i < 100; i++) {
        CHECK(os_reserve(2, 1) == 0);
    }
    os_sim_refuse(0, 0);
    CHECK(os_reserve(2, 1) == 1);
    os_sim_reset();
    CHECK(os_reserve(0, 1) == 1);
    os_sim_reset();
}

/* How a child ends that breaks a requires. */
static void misuse_release(void) {
    os_release(0, 1);
}

static void misuse_release_mapped(void) {
    CHECK(os_reserve(0, 1) && os_map(0, 1));
    os_release(0, 1);
}

static void misuse_map(void) {
    os_map(0, 1);
}

static void misuse_map_twice(void) {
    CHECK(os_reserve(0, 1) && os_map(0, 1));
    os_map(0, 1);
}

static void misuse_map_outside(void) {
    os_map(CHUNKS, 1);
}

static void misuse_unmap(void) {
    CHECK(os_reserve(0, 1));
    os_unmap(0, 1);
}

static void misuse_discard(void) {
    CHECK(os_reserve(0, 1));
    os_discard(0, 1);
}

static void misuse_discard_part(void) {
    os_sim_page_sizes(8, 0);
    CHECK(os_reserve(0, 1) && os_map(0, 1));
    os_discard(4, 8);
}

static void test_discard(void) {
    os_sim_reset();
    CHECK(os_physical_page() == 1 && os_huge_page() == 0);
    os_sim_page_sizes(8, 256);
    CHECK(os_physical_page() == 8 && os_huge_page() == 256);
    CHECK(os_reserve(0, 1) && os_map(0, 1));
    CHECK(os_discard(8, 16) && os_sim_discarded == 16);
    os_sim_refuse(os_sim_requests + 1, 1);
    CHECK(!os_discard(8, 16) && os_sim_discarded == 16);
    CHECK(os_discard(8, 16) && os_sim_discarded == 32);
}

static void test_misuse(void) {
    void (*misuse[])(void) = {misuse_release,   misuse_release_mapped, misuse_map,
                              misuse_map_twice, misuse_map_outside,    misuse_unmap,
                              misuse_discard,   misuse_discard_part};
    for (size_t i = 0; i < sizeof misuse / sizeof misuse[0]; i++) {
        os_sim_reset();
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            fclose(stderr);
            signal(SIGABRT, SIG_DFL);
            misuse[i]();
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

int main(void) {
    test_random_steps(0);
    test_random_steps(1);
    test_refusals();
    test_discard();
    test_misuse();
    return test_report("os_sim");
}
