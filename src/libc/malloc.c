/* The C library's names: casts and errno over object/block.h, nothing else. The whole family is
 * here, so that no block of another allocator's comes to our free. As of malloc everywhere, none of
 * these may be called from a signal handler that may have interrupted one of them. */
#define _GNU_SOURCE
#include "libc/report.h"
#include "libc/threads.h"
#include "os/memory.h"
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>

/* Not in all headers: C23's, and one that is no more. */
void free_sized(void *old, size_t size);
void free_aligned_sized(void *old, size_t alignment, size_t size);
void cfree(void *old);

/* Says in errno, or as a misuse of this address, why there is no block. Returns NULL. */
static SLOW void *refuse(const void *address, uint32_t why) {
    if (why == BLOCK_NO_MEMORY) {
        errno = ENOMEM;
    } else if (why == BLOCK_BAD_ALIGNMENT) {
        errno = EINVAL;
    } else if (why != BLOCK_GONE) {
        report_misuse(address, (enum block_error)why);
        errno = EINVAL;
    }
    return NULL;
}

static void *pointer_to(struct block block, const void *old) {
    return block.error == BLOCK_OK ? os_pointer(block.at) : refuse(old, block.error);
}

EXPORT void *malloc(size_t size) {
    return pointer_to(block_alloc(size), NULL);
}

EXPORT void *calloc(size_t count, size_t size) {
    return pointer_to(block_calloc(count, size), NULL);
}

EXPORT void *realloc(void *old, size_t size) {
    return pointer_to(old == NULL ? block_alloc(size) : block_realloc(os_place(old), size), old);
}

EXPORT void *reallocarray(void *old, size_t count, size_t size) {
    size_t all = 0;
    if (__builtin_mul_overflow(count, size, &all)) {
        return refuse(old, BLOCK_NO_MEMORY);
    }
    return realloc(old, all);
}

/* What is NULL, another thread's, large, or no block at all. */
static SLOW void free_any(void *old) {
    enum block_error error = old == NULL ? BLOCK_OK : block_free(os_place(old));
    if (error != BLOCK_OK) {
        report_misuse(old, error);
    }
}

EXPORT void free(void *old) {
    if (!block_give(os_place(old))) {
        free_any(old);
    }
}

EXPORT void free_sized(void *old, size_t size) {
    enum block_error error = old == NULL ? BLOCK_OK : block_free_sized(os_place(old), size);
    if (error != BLOCK_OK) {
        report_misuse(old, error);
    }
}

EXPORT void free_aligned_sized(void *old, size_t alignment, size_t size) {
    enum block_error error =
        old == NULL ? BLOCK_OK : block_free_aligned_sized(os_place(old), alignment, size);
    if (error != BLOCK_OK) {
        report_misuse(old, error);
    }
}

EXPORT void cfree(void *old) {
    free(old);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size) {
    return pointer_to(block_alloc_aligned(alignment, size), NULL);
}

EXPORT int posix_memalign(void **answer, size_t alignment, size_t size) {
    struct block block = block_alloc_posix(alignment, size);
    if (block.at == BLOCK_NONE) {
        return block.error == BLOCK_BAD_ALIGNMENT ? EINVAL : ENOMEM;
    }
    *answer = os_pointer(block.at);
    return 0;
}

EXPORT void *memalign(size_t alignment, size_t size) {
    return pointer_to(block_alloc_rounded(alignment, size), NULL);
}

EXPORT void *valloc(size_t size) {
    return pointer_to(block_alloc_page(size), NULL);
}

EXPORT void *pvalloc(size_t size) {
    return pointer_to(block_alloc_pages(size), NULL);
}

EXPORT size_t malloc_usable_size(void *block) {
    return block == NULL ? 0 : block_bytes(os_place(block));
}

/* How much is to stay is the heap's to say; whether anything went back it tells. */
EXPORT int malloc_trim(size_t pad) {
    (void)pad;
    threads_flush();
    return heap_scavenge(UINT64_MAX) != 0;
}

/* There is nothing to set, and nothing in that to fail. */
EXPORT int mallopt(int parameter, int value) {
    (void)parameter, (void)value;
    return 1;
}

EXPORT struct mallinfo2 mallinfo2(void) {
    struct heap_totals totals = heap_totals();
    struct mallinfo2 info = {
        .arena = (size_t)totals.mapped * PAGE_SIZE,
        .uordblks = (size_t)totals.heap * PAGE_SIZE,
        .fordblks = (size_t)(totals.mapped - totals.heap) * PAGE_SIZE,
        .keepcost = (size_t)(totals.free - totals.released) * PAGE_SIZE,
    };
    return info;
}

static int as_int(size_t number) {
    return number > INT_MAX ? INT_MAX : (int)number;
}

EXPORT struct mallinfo mallinfo(void) {
    struct mallinfo2 wide = mallinfo2();
    struct mallinfo info = {
        .arena = as_int(wide.arena),
        .uordblks = as_int(wide.uordblks),
        .fordblks = as_int(wide.fordblks),
        .keepcost = as_int(wide.keepcost),
    };
    return info;
}

EXPORT int malloc_info(int flags, FILE *stream) {
    if (flags != 0) {
        return EINVAL;
    }
    struct mallinfo2 info = mallinfo2();
    int written = fprintf(stream,
                          "<malloc version=\"cairn-1\">\n<system type=\"current\" size=\"%zu\"/>\n"
                          "<total type=\"rest\" size=\"%zu\"/>\n</malloc>\n",
                          info.arena, info.fordblks);
    return written < 0 ? -1 : 0;
}

EXPORT void malloc_stats(void) {
    report_statistics();
}
