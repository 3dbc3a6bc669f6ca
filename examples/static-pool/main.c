/* A program without an operating system and without a C library that gets its memory from Cairn:
 * 1 MiB in a static array (src/os/os_pool.c). It tries what a user would and returns 0, or the
 * line of the first thing that went wrong. */
#include "heap/audit.h"
#include "os/memory.h"

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            return __LINE__;                                                                       \
        }                                                                                          \
    } while (0)

static uint32_t taken[SPANS]; /* the spans we own */
static uint32_t count;

static void fill(uint32_t s, unsigned char value) {
    volatile unsigned char *memory = os_address(span[s].base);
    for (uint32_t i = 0; i < span[s].npages * PAGE_SIZE; i++) {
        memory[i] = value;
    }
}

static int is_filled(uint32_t s, unsigned char value) {
    const volatile unsigned char *memory = os_address(span[s].base);
    for (uint32_t i = 0; i < span[s].npages * PAGE_SIZE; i++) {
        if (memory[i] != value) {
            return 0;
        }
    }
    return 1;
}

/* Takes spans of 1, 2, 3 pages and again 1 until one is refused. The first of all are zero. */
static int take_all(void) {
    for (;;) {
        struct heap_answer answer = heap_alloc(1 + count % 3, 0);
        if (answer.status != HEAP_OK) {
            EXPECT(answer.status == HEAP_NO_MEMORY && answer.span == 0);
            return 0;
        }
        EXPECT(span[answer.span].needs_zero || is_filled(answer.span, 0));
        fill(answer.span, (unsigned char)count);
        taken[count++] = answer.span;
    }
}

static int give_all_back(void) {
    while (count > 0) {
        uint32_t s = taken[--count], p = span[s].base;
        EXPECT(is_filled(s, (unsigned char)count));
        EXPECT(heap_free(p) == HEAP_OK);
        EXPECT(heap_free(p) == HEAP_NO_SPAN);
    }
    return 0;
}

int main(void) {
    EXPECT(heap_alloc(0, 0).status == HEAP_BAD_SIZE);
    EXPECT(heap_alloc(PAGES + 1, 0).status == HEAP_BAD_SIZE);
    EXPECT(heap_free(0) == HEAP_NO_SPAN);
    for (int round = 0; round < 3; round++) {
        int line = take_all();
        EXPECT(line == 0);
        EXPECT(count > 1000 || count > PAGES / 2 - 2);
        EXPECT(heap_free(span[taken[1]].base + 1) == HEAP_NOT_FIRST);
        EXPECT(heap_audit());
        line = give_all_back();
        EXPECT(line == 0);
        EXPECT(total_free == total_mapped && heap_audit());
    }
    /* all of it at once, and then, if it is all there can be, not a page more */
    struct heap_answer whole = heap_alloc_manual(total_mapped, KIND_WORKBUF);
    EXPECT(whole.status == HEAP_OK && span[whole.span].base == 0);
    fill(whole.span, 0xaa);
    EXPECT(total_mapped < PAGES || heap_alloc(1, 0).status == HEAP_NO_MEMORY);
    EXPECT(heap_free(0) == HEAP_BAD_KIND);
    EXPECT(is_filled(whole.span, 0xaa));
    EXPECT(heap_free_manual(0, KIND_WORKBUF) == HEAP_OK);
    EXPECT(heap_audit());
    return 0;
}
