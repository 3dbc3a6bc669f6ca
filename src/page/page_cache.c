#include "page/page_cache.h"
#include "../../specs/page_cache_lemmas.acsl"

struct page_cache page_cache[THREADS];

struct page_taken page_cache_alloc(uint32_t t, uint32_t n) {
    struct page_taken taken = {PAGES, 0};
    if (n == 0 || n > WORD_BITS) {
        return taken;
    }
    uint64_t free = page_cache[t].free;
    uint64_t released = page_cache[t].released;
    uint32_t i = n == 1 ? bits_lowest(free) : bits_find_run(free, n);
    //@ assert lowest: BitNoRun(page_cache[t].free, i, n);
    if (i < WORD_BITS) {
        //@ assert run: BitRun(free, i, n);
        taken.page = page_cache[t].base + i;
        taken.released = n > 1 ? bits_count(released, i, n) : bits_test(released, i) ? 1 : 0;
        page_cache[t].free = bits_clear(free, i, n);
        //@ ghost count_cleared(page_cache[t].free, free, i, n);
        page_cache[t].released = bits_clear(released, i, n);
    }
    return taken;
}

/* Makes thread t's cache hold these pages of the block of page `base`, whatever it held. */
/*@ requires thread: t < THREADS;
    terminates \true;
    exits \false;
    assigns page_cache[t];
    ensures base: page_cache[t].base == base;
    ensures free: page_cache[t].free == free;
    ensures released: page_cache[t].released == released;
 */
static void hold(uint32_t t, uint32_t base, uint64_t free, uint64_t released) {
    page_cache[t].base = base;
    page_cache[t].free = free;
    page_cache[t].released = released;
}

/* Makes thread t's cache hold nothing. */
/*@ requires thread: t < THREADS;
    requires caches: PageCaches;
    terminates \true;
    exits \false;
    assigns page_cache[t];
    ensures empty: page_cache[t].free == 0 && page_cache[t].released == 0;
    ensures base: page_cache[t].base == 0;
    ensures sound: CachesSound;
    ensures mapped: CachesMapped;
    ensures used: CachesUsed;
    ensures apart: CachesApart;
 */
static void hold_nothing(uint32_t t) {
    //@ ghost count_union(0, 0, 0);
    hold(t, 0, 0, 0);
}

void page_cache_refill(uint32_t t) {
    uint32_t p = pages_search(1);
    if (p == PAGES) {
        //@ ghost count_union(0, 0, 0);
        hold_nothing(t);
        return;
    }
    uint32_t k = p / WORD_BITS;
    //@ assert lowest: PageFree(p) && AllUsed(0, p);
    //@ ghost released_within(k);
    hold(t, WORD_BITS * k, page_free[k], page_released[k]);
    pages_take_word(k);
    //@ assert sound: CachesSound;
    //@ assert mapped: CachesMapped;
    //@ assert used: CachesUsed;
    //@ assert apart: CachesApart;
}

void page_cache_flush(uint32_t t) {
    //@ ghost cache_word(t);
    //@ ghost count_union(0, 0, 0);
    if (page_cache[t].free == 0) {
        return;
    }
    uint32_t k = page_cache[t].base / WORD_BITS;
    uint64_t free = page_cache[t].free;
    uint64_t released = page_cache[t].released;
    hold_nothing(t);
    pages_give_word(k, free, released);
    //@ assert mapped: CachesMapped;
    //@ assert used: CachesUsed;
}
