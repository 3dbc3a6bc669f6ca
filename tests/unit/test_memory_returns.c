// config: host
// link: src/os/os_linux.c
/* Memory really goes back to Linux: the program's resident size says so, and it reads as zero when
 * it is had again. */
#include "heap/audit.h"
#include "os/memory.h"
#include "../test.h"
#include <string.h>

enum { SPANS_TAKEN = 80, SPAN_PAGES = 100 };
#define TAKEN ((int64_t)SPANS_TAKEN * SPAN_PAGES * PAGE_SIZE)

/* Bytes of this program that are in memory. */
static int64_t resident(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%*s %ld", &pages) == 1);
    fclose(file);
    return (int64_t)pages * 4096;
}

static int reads_zero(uint32_t p) {
    const char *start = os_address(p);
    return start[0] == 0 && memcmp(start, start + 1, (size_t)SPAN_PAGES * PAGE_SIZE - 1) == 0;
}

int main(void) {
    uint32_t page[SPANS_TAKEN];
    for (int i = 0; i < SPANS_TAKEN; i++) {
        page[i] = span[heap_alloc(SPAN_PAGES, 0).span].base;
    }
    int64_t before = resident();
    for (int i = 0; i < SPANS_TAKEN; i++) {
        memset(os_address(page[i]), 0x5a, (size_t)SPAN_PAGES * PAGE_SIZE);
    }
    int64_t full = resident();
    CHECK(full - before > TAKEN / 10 * 9);
    for (int i = 0; i < SPANS_TAKEN; i += 2) { /* holes: every other span */
        CHECK(heap_free(page[i]) == HEAP_OK);
    }
    CHECK(resident() > full - TAKEN / 10);
    CHECK(heap_scavenge(1) >= PAGE_SIZE);
    CHECK(heap_scavenge(UINT64_MAX) > 0);
    CHECK(heap_scavenge(UINT64_MAX) == 0);
    int64_t half = resident();
    CHECK(full - half > TAKEN / 2 / 10 * 9);
    CHECK(total_released == total_free);
    CHECK(heap_audit());
    int intact = 1;
    for (int i = 1; i < SPANS_TAKEN; i += 2) { /* what is in use is untouched */
        const char *start = os_address(page[i]);
        size_t rest = (size_t)SPAN_PAGES * PAGE_SIZE - 1;
        intact = intact && start[0] == 0x5a && memcmp(start, start + 1, rest) == 0;
    }
    CHECK(intact);
    for (int i = 0; i < SPANS_TAKEN; i += 2) { /* and what went is there again, and zero */
        page[i] = span[heap_alloc(SPAN_PAGES, 0).span].base;
        CHECK(reads_zero(page[i]));
    }
    CHECK(heap_audit());
    return test_report("memory_returns");
}
