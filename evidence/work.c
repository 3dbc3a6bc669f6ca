/* A day's work for every public function, always the same: random calls, and what is hard on an
 * allocator (memory in crumbs, all of it taken, wrong frees). Each answer goes into a number that
 * is printed, which all compilers must agree on. Compiled with COUNTED and run by valgrind's
 * callgrind, it has the instructions of each call written out by itself, with the function's name.
 *
 * A refused span is held against the pool's bound on its memory (page_parts.py says it): status 1 if
 * the pool refused where the bound says that it does not. */
#include "heap/audit.h"
#include "object/block.h"
#include <inttypes.h>
#include <stdio.h>

#ifdef COUNTED
#include <valgrind/callgrind.h>
#define BEGIN()   CALLGRIND_ZERO_STATS
#define END(name) CALLGRIND_DUMP_STATS_AT(name)
#else
#define BEGIN()
#define END(name)
#endif
#define DO(name, call)                                                                             \
    do {                                                                                           \
        BEGIN();                                                                                   \
        call;                                                                                      \
        END(#name);                                                                                \
    } while (0)

static uint64_t answers = 14695981039346656037u, state = 88172645463325252u;
static int bound_broken;

static __attribute__((noinline)) void nothing(void) {
    __asm__ volatile("");
}

static void answer(uint64_t value) {
    answers = (answers ^ value) * 1099511628211u;
}

static uint32_t any(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 11) % below;
}

/* ---- Spans. */

enum { MOST = SPANS < 4096 ? SPANS : 4096 };
static struct {
    uint32_t page, kind;
} held[MOST];
static uint32_t holds;

/* A refusal leaves fewer than n free pages between any two live spans and at both ends. */
static void refused(uint32_t n) {
    if (total_mapped == PAGES && holds < SPANS - 1) {
        uint64_t live = total_live[KIND_HEAP] + total_live[KIND_STACK] + total_live[KIND_WORKBUF] +
                        total_live[KIND_PTRBITS];
        bound_broken |= PAGES - live > ((uint64_t)holds + 1) * (n - 1);
    }
}

static void take(uint32_t n, uint32_t kind) {
    struct heap_answer got;
    if (holds == MOST) {
        return;
    }
    if (kind == KIND_HEAP) {
        DO(heap_alloc, got = heap_alloc(n, any(2)));
    } else {
        DO(heap_alloc_manual, got = heap_alloc_manual(n, kind));
    }
    answer(got.status);
    answer(got.span);
    if (got.status == HEAP_OK) {
        held[holds].page = span[got.span].base;
        held[holds++].kind = kind;
        answer(span[got.span].base);
        answer(span[got.span].needs_zero);
    } else if (got.status == HEAP_NO_MEMORY) {
        refused(n);
    }
}

static void give(uint32_t i) {
    enum heap_status status;
    uint32_t page = held[i].page, kind = held[i].kind;
    if (kind == KIND_HEAP) {
        DO(heap_free, status = heap_free(page));
    } else {
        DO(heap_free_manual, status = heap_free_manual(page, kind));
    }
    answer(status);
    held[i] = held[--holds];
    DO(heap_free, status = heap_free(page)); /* once too often */
    answer(status);
}

/* Of another kind, outside the window, and what was never handed out. */
static void wrong_frees(void) {
    enum heap_status status;
    uint32_t page = holds > 0 ? held[any(holds)].page : 0;
    DO(heap_free_manual, status = heap_free_manual(page, KIND_HEAP));
    answer(status);
    DO(heap_free, status = heap_free(PAGES + any(PAGES)));
    answer(status);
}

static void look(void) {
    struct heap_totals totals;
    DO(heap_totals, totals = heap_totals());
    answer(totals.free + totals.mapped + totals.waiting);
}

static void upkeep(void) {
    uint64_t got;
    DO(heap_next_generation, heap_next_generation());
    DO(heap_background, got = heap_background(any(PAGES)));
    answer(got);
    DO(heap_set_limit, heap_set_limit(any(PAGES) * (uint64_t)PAGE_SIZE));
    DO(heap_set_limit, heap_set_limit(0));
    DO(heap_set_goal, heap_set_goal(any(2) * (uint64_t)PAGE_SIZE));
    DO(heap_scavenge, got = heap_scavenge(any(2) ? UINT64_MAX : any(65536)));
    answer(got);
    DO(heap_flush, heap_flush());
    look();
}

static void give_all(void) {
    while (holds > 0) {
        give(any(holds));
    }
    DO(heap_flush, heap_flush());
}

static void random_spans(uint32_t times) {
    for (uint32_t i = 0; i < times; i++) {
        uint32_t kind = any(KINDS);
        if (any(16) == 0) {
            take(1 + any(CHUNK_PAGES), kind);
        } else if (any(2) || holds == 0) {
            take(1 + any(24), kind);
        } else {
            give(any(holds));
        }
        if (any(64) == 0) {
            wrong_frees();
            upkeep();
        }
    }
}

/* Free pages in runs of n, none longer, all over the memory; then more than that is asked for. */
static void crumbs(uint32_t n) {
    while (holds + 1 < MOST && total_mapped - total_free + n <= PAGES) {
        uint32_t before = holds;
        take(n, KIND_HEAP);
        if (holds == before) {
            break;
        }
    }
    DO(heap_flush, heap_flush());
    for (uint32_t i = 0; i < holds; i++) {
        if (held[i].page / n % 2 == 1) {
            give(i--);
        }
    }
    DO(heap_flush, heap_flush());
    for (uint32_t i = 0; i < 8; i++) {
        take(n + 1, KIND_HEAP);
        take(n, KIND_STACK);
        take(CHUNK_PAGES + any(CHUNK_PAGES), KIND_WORKBUF);
    }
    give_all();
}

/* ---- Blocks. */

enum { BLOCKS = 600 };
static uint64_t block_at[BLOCKS];

static uint64_t ask(uint32_t bytes) {
    struct block got;
    switch (any(8)) {
    case 0: DO(block_calloc, got = block_calloc(1 + any(3), bytes)); break;
    case 1: DO(block_alloc_aligned, got = block_alloc_aligned(16 << any(8), bytes)); break;
    case 2: DO(block_alloc_posix, got = block_alloc_posix(16 << any(6), bytes)); break;
    case 3: DO(block_alloc_rounded, got = block_alloc_rounded(any(700), bytes)); break;
    case 4: DO(block_alloc_page, got = block_alloc_page(bytes)); break;
    case 5: DO(block_alloc_pages, got = block_alloc_pages(bytes)); break;
    default: DO(block_alloc, got = block_alloc(bytes)); break;
    }
    answer(got.error);
    return got.at;
}

static void drop(uint32_t i) {
    uint64_t at = block_at[i];
    enum block_error error = BLOCK_OK;
    int given = 0;
    switch (any(6)) {
    case 0: DO(block_free_sized, error = block_free_sized(at, 1)); break;
    case 1: DO(block_free_aligned_sized, error = block_free_aligned_sized(at, 16, 1)); break;
    case 2: DO(block_give, given = block_give(at)); break;
    default: DO(block_free, error = block_free(at)); given = error == BLOCK_OK; break;
    }
    answer(error);
    if (!given) {
        DO(block_free, error = block_free(at));
        answer(error);
    }
    DO(block_free, error = block_free(at)); /* once too often */
    answer(error);
    block_at[i] = BLOCK_NONE;
}

static void random_blocks(uint32_t times, uint32_t most) {
    for (uint32_t i = 0; i < times; i++) {
        uint32_t k = any(BLOCKS);
        uint64_t bytes = 0;
        struct block moved;
        if (block_at[k] == BLOCK_NONE) {
            block_at[k] = ask(any(16) ? any(most) : any(16 * most));
        } else if (any(3) == 0) {
            DO(block_realloc, moved = block_realloc(block_at[k], 1 + any(most)));
            block_at[k] = moved.error == BLOCK_OK ? moved.at : block_at[k];
            answer(moved.error);
        } else {
            drop(k);
        }
        DO(block_bytes, bytes = block_bytes(block_at[k] == BLOCK_NONE ? 0 : block_at[k]));
        answer(bytes);
        answer(block_at[k]);
        if (any(512) == 0) {
            DO(block_flush, block_flush());
        }
    }
    for (uint32_t i = 0; i < BLOCKS; i++) {
        if (block_at[i] != BLOCK_NONE) {
            drop(i);
        }
    }
    DO(block_flush, block_flush());
}

int main(void) {
    for (uint32_t i = 0; i < BLOCKS; i++) {
        block_at[i] = BLOCK_NONE;
    }
    DO(nothing, nothing());
    take(1, KIND_HEAP);
    random_spans(3000);
    give_all();
#ifdef CAIRN_POOL
    take(PAGES, KIND_WORKBUF); /* all of it, so that all is mapped */
    give_all();
    for (uint32_t n = 1; n <= 64; n = 2 * n + 1) {
        crumbs(n);
    }
#endif
    random_blocks(6000, 600);
    random_blocks(2000, 9000);
    int sound = 0;
    DO(heap_audit, sound = heap_audit());
    answer(sound);
    printf("answers %016" PRIx64 "\n", answers);
    return !sound || bound_broken;
}
