#include "heap/audit.h"
#include "os/memory.h"
#include "tools/block_table.h"
#include "tools/os_sim.h"
#include "tools/recording.h"
#include "tools/replay.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEAP_BYTES ((uint64_t)PAGES * PAGE_SIZE)

static struct {
    uint64_t operations[RECORD_FREE + 1];
    uint64_t threads, blocks, refused, failed;
    uint64_t live_blocks, live_bytes;
    uint64_t peak_blocks, peak_bytes; /* at any time */
    uint64_t pages_then, mapped_then; /* when the most bytes were live */
    uint64_t peak_pages, peak_mapped; /* at any time */
} sum;

static int has_memory;

/* What the recording asks is done; what the heap did wrong ends the program. */
static _Noreturn void wrong(const struct recording *r, const struct block *block,
                            const char *what) {
    fflush(stdout);
    fprintf(stderr,
            "%s: event %" PRIu64 ": block %" PRIu64 " (%" PRIu64 " bytes, page %" PRIu32 ") %s\n",
            r->name, r->count, block->id, block->size, block->page, what);
    exit(1);
}

/* ---- Patterns: the k-th word of block `id` is another for each block and place. */

static uint64_t pattern(uint64_t id, uint64_t k) {
    uint64_t word = (id << 32 ^ k) * 0x9e3779b97f4a7c15u;
    return word ^ word >> 29;
}

/* Programs ask for more than they touch: of a block larger than this only half as much is filled
 * at its start and at its end. */
#define LARGE ((uint64_t)256 << 20)

static uint64_t next_word(uint64_t i, uint64_t size) {
    i += sizeof(uint64_t);
    return size > LARGE && i == LARGE / 2 ? (size - LARGE / 2) / sizeof i * sizeof i : i;
}

static void fill(const struct block *block) {
    unsigned char *memory = os_address(block->page);
    for (uint64_t i = 0; has_memory && i < block->size; i = next_word(i, block->size)) {
        uint64_t word = pattern(block->id, i), left = block->size - i;
        memcpy(memory + i, &word, left < sizeof word ? left : sizeof word);
    }
}

/* Are the first `size` bytes at page p as block `id` was filled? */
static int is_filled(uint32_t p, uint64_t id, uint64_t size) {
    const unsigned char *memory = os_address(p);
    for (uint64_t i = 0; has_memory && i < size; i = next_word(i, size)) {
        uint64_t word = pattern(id, i), left = size - i;
        if (memcmp(memory + i, &word, left < sizeof word ? left : sizeof word) != 0) {
            return 0;
        }
    }
    return 1;
}

static int is_zero(uint32_t p, uint64_t size) {
    const unsigned char *memory = os_address(p);
    for (uint64_t i = 0; has_memory && i < size; i = next_word(i, size)) {
        uint64_t word = 0, left = size - i;
        memcpy(&word, memory + i, left < sizeof word ? left : sizeof word);
        if (word != 0) {
            return 0;
        }
    }
    return 1;
}

/* ---- Blocks: each is a span of its own. */

static uint64_t pages_for(uint64_t size) {
    return size == 0 ? 1 : size / PAGE_SIZE + (size % PAGE_SIZE != 0);
}

static void note_peaks(void) {
    uint64_t pages = total_live[KIND_HEAP];
    if (sum.live_blocks > sum.peak_blocks) {
        sum.peak_blocks = sum.live_blocks;
    }
    if (pages > sum.peak_pages) {
        sum.peak_pages = pages;
    }
    if (total_mapped > sum.peak_mapped) {
        sum.peak_mapped = total_mapped;
    }
    if (sum.live_bytes > sum.peak_bytes) {
        sum.peak_bytes = sum.live_bytes;
        sum.pages_then = pages;
        sum.mapped_then = total_mapped;
    }
}

/* The pages that no span has. */
static uint32_t pages_left(void) {
    return total_free + bits_count(page_cache[REPLAYER].free, 0, WORD_BITS);
}

/* Gives the block a span, if the heap has one. A span begins at a page: where that is not aligned
 * enough the span is longer, and the block begins inside it. */
static void place(const struct recording *r, struct block *block, uint64_t alignment) {
    uint64_t spare = alignment > PAGE_SIZE ? alignment / PAGE_SIZE - 1 : 0;
    uint64_t n = pages_for(block->size) + spare;
    uint32_t left_before = pages_left(), mapped_before = total_mapped;
    struct heap_answer answer = heap_alloc(n > PAGES ? 0 : (uint32_t)n, 0);
    block->span = answer.span;
    if (answer.status != HEAP_OK) {
        int has_record = span_cache_left(REPLAYER);
        if (has_record && n <= PAGES && pages_find((uint32_t)n) != PAGES) {
            wrong(r, block, "was refused with enough pages free");
        }
        if (pages_left() != left_before || total_mapped != mapped_before) {
            wrong(r, block, "was refused, and that changed something");
        }
        sum.failed++;
        return;
    }
    block->page = span[block->span].base;
    while (((uint64_t)block->page * PAGE_SIZE & (alignment - 1)) != 0) {
        block->page++;
    }
    uint64_t first = block->page - span[block->span].base;
    if (first + pages_for(block->size) > span[block->span].npages) {
        wrong(r, block, "has a span that is too short");
    }
    if (!span[block->span].needs_zero && !is_zero(block->page, block->size)) {
        wrong(r, block, "is said to be zero and is not");
    }
    note_peaks(); /* while a block moves it has two spans */
}

static void add(const struct record_event *event, struct block block) {
    block.address = event->address;
    block.size = event->size;
    block_add(block);
    if (block.span != 0) {
        fill(&block);
        sum.live_blocks++;
        sum.live_bytes += block.size;
    }
    note_peaks();
}

static void check_new(const struct recording *r, const struct record_event *event) {
    if (block_find(event->address) != NULL) {
        recording_fail(r, "the address of no live block", event->address);
    }
}

static void allocate(const struct recording *r, const struct record_event *event) {
    if (event->address == 0) {
        sum.refused++;
        return;
    }
    check_new(r, event);
    struct block block = {.id = ++sum.blocks, .size = event->size};
    place(r, &block, event->alignment == 0 ? 1 : event->alignment);
    add(event, block);
}

/* Checks the block's pattern and gives its span back. */
static void release(const struct recording *r, const struct block *block) {
    if (block->span == 0) {
        return;
    }
    if (!is_filled(block->page, block->id, block->size)) {
        wrong(r, block, "was overwritten");
    }
    uint32_t base = span[block->span].base;
    if (span_of_heap(block->page) != block->span) {
        wrong(r, block, "is not found by its page");
    }
    if (heap_free(base) != HEAP_OK) {
        wrong(r, block, "cannot be freed");
    }
    if (heap_free(base) == HEAP_OK) {
        wrong(r, block, "can be freed twice");
    }
    sum.live_blocks--;
    sum.live_bytes -= block->size;
}

static struct block *find_live(const struct recording *r, const struct record_event *event) {
    struct block *block = block_find(event->old);
    if (block == NULL) {
        recording_fail(r, "the address of a live block", event->old);
    }
    return block;
}

static void free_block(const struct recording *r, const struct record_event *event) {
    release(r, find_live(r, event));
    block_remove(event->old);
}

/* The block keeps its span where that has as many pages as it would get. */
static void reallocate(const struct recording *r, const struct record_event *event) {
    if (event->old == 0) {
        allocate(r, event);
        return;
    }
    struct block old = *find_live(r, event);
    if (event->address == 0) {
        if (event->size == 0) {
            free_block(r, event);
        } else {
            sum.refused++;
        }
        return;
    }
    if (event->address != event->old) {
        check_new(r, event);
    }
    struct block block = {.id = ++sum.blocks, .size = event->size};
    uint64_t filled = old.size > LARGE ? LARGE / 2 : old.size; /* from its start */
    uint64_t kept = filled < event->size ? filled : event->size;
    if (old.span != 0 && pages_for(old.size) == pages_for(event->size)) {
        if (!is_filled(old.page, old.id, old.size)) {
            wrong(r, &old, "was overwritten");
        }
        block.span = old.span;
        block.page = old.page;
        sum.live_blocks--;
        sum.live_bytes -= old.size;
    } else {
        place(r, &block, 1);
        if (has_memory && block.span != 0 && old.span != 0) {
            memcpy(os_address(block.page), os_address(old.page), kept);
        }
        release(r, &old);
        if (block.span != 0 && old.span != 0 && !is_filled(block.page, old.id, kept)) {
            wrong(r, &block, "lost what was copied into it");
        }
    }
    block_remove(event->old);
    add(event, block);
}

static double percent(uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static void print_sum(uint64_t left) {
    uint64_t inside = sum.pages_then * PAGE_SIZE, mapped = sum.mapped_then * PAGE_SIZE;
    printf("malloc %" PRIu64 ", calloc %" PRIu64 ", aligned %" PRIu64 ", realloc %" PRIu64
           ", free %" PRIu64 ", refused there %" PRIu64 ", threads %" PRIu64 "\n",
           sum.operations[RECORD_MALLOC], sum.operations[RECORD_CALLOC],
           sum.operations[RECORD_ALIGNED], sum.operations[RECORD_REALLOC],
           sum.operations[RECORD_FREE], sum.refused, sum.threads);
    printf("blocks: %" PRIu64 " live at most, %" PRIu64 " left at the end, %" PRIu64
           " refused by the heap\n",
           sum.peak_blocks, left, sum.failed);
    printf("pages: %" PRIu64 " used at most, %" PRIu64 " mapped at most, of %d bytes\n",
           sum.peak_pages, sum.peak_mapped, PAGE_SIZE);
    printf("peak: %" PRIu64 " bytes live, in spans of %" PRIu64 " bytes, of %" PRIu64
           " bytes mapped\n",
           sum.peak_bytes, inside, mapped);
    printf("peak fragmentation: %.1f %% (%.1f %% of the spans, %.1f %% of the pages)\n",
           percent(mapped - sum.peak_bytes, mapped), percent(inside - sum.peak_bytes, inside),
           percent(mapped - inside, mapped));
}

static void play(struct recording *r, const struct replay_options *options) {
    struct record_event event;
    while (recording_next(r, &event)) {
        sum.operations[event.operation]++;
        if (event.thread > sum.threads) {
            sum.threads = event.thread;
        }
        if (event.operation == RECORD_FREE) {
            free_block(r, &event);
        } else if (event.operation == RECORD_REALLOC) {
            reallocate(r, &event);
        } else {
            allocate(r, &event);
        }
        replay_audit(options, heap_audit, "heap's tables");
    }
}

int replay_recording(const char *name, const struct replay_options *options) {
    struct recording r;
    recording_open(&r, name);
    has_memory = !options->simulate;
    if (has_memory) {
        os_sim_use_memory();
    }
    if (options->refuse != 0) {
        os_sim_refuse(options->refuse, UINT64_MAX);
    }
    play(&r, options);
    uint64_t left = sum.live_blocks;
    for (struct block *block = block_any(); block != NULL; block = block_any()) {
        release(&r, block);
        block_remove(block->address);
    }
    recording_close(&r);
    print_sum(left);
    heap_flush();
    if (total_free != total_mapped || total_live[KIND_HEAP] != 0 || !heap_audit()) {
        fflush(stdout);
        fprintf(stderr, "%s: when all is freed the heap's tables are not sound\n", name);
        return 1;
    }
    return 0;
}
