#define _GNU_SOURCE
#include "tools/os_sim.h"
#include "os/os.h"
#include <assert.h>
#include <string.h>

/* The real floor of this configuration, under names of its own. */
int real_reserve(uint32_t a, uint32_t n);
uint32_t real_reserve_any(uint32_t n);
void real_release(uint32_t a, uint32_t n);
int real_map(uint32_t c, uint32_t n);
void real_unmap(uint32_t c, uint32_t n);
uint32_t real_physical_page(void);
uint32_t real_huge_page(void);
int real_discard(uint32_t p, uint32_t n);
#define os_reserve       real_reserve
#define os_reserve_any   real_reserve_any
#define os_release       real_release
#define os_map           real_map
#define os_unmap         real_unmap
#define os_physical_page real_physical_page
#define os_huge_page     real_huge_page
#define os_discard       real_discard
#ifdef CAIRN_POOL
#include "os/os_pool.c"
#else
#include "os/os_linux.c"
#endif
#undef os_reserve
#undef os_reserve_any
#undef os_release
#undef os_map
#undef os_unmap
#undef os_physical_page
#undef os_huge_page
#undef os_discard

enum { NOBODY, OURS, STRANGER };
uint64_t os_sim_requests;
uint32_t os_sim_reserved, os_sim_mapped, os_sim_discarded;
static uint32_t physical_page, huge_page; /* 0: 1 and none */
static uint8_t holder[ARENAS];            /* whose an arena is */
static uint8_t mapped[CHUNKS];            /* OURS where a chunk has memory, else NOBODY */
static uint64_t refuse_first, refuse_count;
static int with_memory;

static int all_are(uint8_t value, const uint8_t *table, uint32_t i, uint32_t n, uint32_t size) {
    int all = n <= size && i <= size - n;
    for (uint32_t k = i; all && k < i + n; k++) {
        all = table[k] == value;
    }
    return all;
}

static int is_refused(void) {
    os_sim_requests++;
    return os_sim_requests >= refuse_first && os_sim_requests - refuse_first < refuse_count;
}

static int take(uint32_t a, uint32_t n) {
    if (n == 0 || !all_are(NOBODY, holder, a, n, ARENAS) || (with_memory && !real_reserve(a, n))) {
        return 0;
    }
    memset(holder + a, OURS, n);
    os_sim_reserved += n;
    return 1;
}

int os_reserve(uint32_t a, uint32_t n) {
    return !is_refused() && take(a, n);
}

uint32_t os_reserve_any(uint32_t n) {
    uint32_t a = is_refused() ? ARENAS : 0;
    while (a < ARENAS && !take(a, n)) {
        a++;
    }
    return a;
}

void os_release(uint32_t a, uint32_t n) {
    assert(all_are(OURS, holder, a, n, ARENAS));
    assert(all_are(NOBODY, mapped, a * ARENA_CHUNKS, n * ARENA_CHUNKS, CHUNKS));
    memset(holder + a, NOBODY, n);
    os_sim_reserved -= n;
    if (with_memory) {
        real_release(a, n);
    }
}

int os_map(uint32_t c, uint32_t n) {
    assert(all_are(NOBODY, mapped, c, n, CHUNKS));
    for (uint32_t i = c; i < c + n; i++) {
        assert(holder[i / ARENA_CHUNKS] == OURS);
    }
    if (is_refused() || (with_memory && !real_map(c, n))) {
        return 0;
    }
    memset(mapped + c, OURS, n);
    os_sim_mapped += n;
    return 1;
}

void os_unmap(uint32_t c, uint32_t n) {
    assert(all_are(OURS, mapped, c, n, CHUNKS));
    memset(mapped + c, NOBODY, n);
    os_sim_mapped -= n;
    if (with_memory) {
        real_unmap(c, n);
    }
}

uint32_t os_physical_page(void) {
    return physical_page == 0 ? 1 : physical_page;
}

uint32_t os_huge_page(void) {
    return huge_page;
}

int os_discard(uint32_t p, uint32_t n) {
    assert(n > 0 && p % os_physical_page() == 0 && n % os_physical_page() == 0);
    assert(all_are(OURS, mapped, p / CHUNK_PAGES, (p + n - 1) / CHUNK_PAGES - p / CHUNK_PAGES + 1,
                   CHUNKS));
    if (is_refused() || (with_memory && !real_discard(p, n))) {
        return 0;
    }
    os_sim_discarded += n;
    return 1;
}

void os_sim_page_sizes(uint32_t physical, uint32_t huge) {
    physical_page = physical;
    huge_page = huge;
}

void os_sim_reset(void) {
    for (uint32_t c = 0; c < CHUNKS; c++) {
        if (mapped[c]) {
            os_unmap(c, 1);
        }
    }
    for (uint32_t a = 0; a < ARENAS; a++) {
        if (holder[a] == OURS) {
            os_release(a, 1);
        }
        holder[a] = NOBODY;
    }
    os_sim_requests = refuse_first = refuse_count = 0;
    os_sim_discarded = physical_page = huge_page = 0;
    with_memory = 0;
}

void os_sim_use_memory(void) {
    with_memory = 1;
}

void os_sim_hold(uint32_t a, uint32_t n) {
    memset(holder + a, STRANGER, n);
}

void os_sim_refuse(uint64_t first, uint64_t n) {
    refuse_first = first;
    refuse_count = n;
}
