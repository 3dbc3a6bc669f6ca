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
        taken.released = bits_count(released, i, n);
        page_cache[t].free = bits_clear(free, i, n);
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

void page_cache_refill(uint32_t t) {
    uint32_t p = pages_search(1);
    if (p == PAGES) {
        //@ ghost count_union(0, 0, 0);
        hold(t, 0, 0, 0);
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
    pages_give_word(page_cache[t].base / WORD_BITS, page_cache[t].free, page_cache[t].released);
    hold(t, 0, 0, 0);
    //@ assert sound: CachesSound;
    //@ assert mapped: CachesMapped;
    //@ assert used: CachesUsed;
    //@ assert apart: CachesApart;
}

/* Have a and b no bit in common? */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures apart: \result != 0 <==> BitsApart(a, b);
 */
static int are_apart(uint64_t a, uint64_t b) {
    uint64_t common = bits_and(a, b);
    if (common != 0) {
        //@ ghost bits_some(common);
        return 0;
    }
    return 1;
}

/* Is thread t's cache sound by itself? */
/*@ requires thread: t < THREADS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures sound: \result != 0 <==> CacheSound(t);
 */
static int cache_is_sound(uint32_t t) {
    uint32_t base = page_cache[t].base;
    return base % WORD_BITS == 0 && base <= PAGES - WORD_BITS &&
           are_apart(page_cache[t].released, bits_not(page_cache[t].free));
}

/* Are the pages of thread t's cache mapped and used? */
/*@ requires thread: t < THREADS;
    requires sound: CacheSound(t);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures owns: \result != 0 <==> CacheOwns(t);
 */
static int cache_is_used(uint32_t t) {
    uint32_t base = page_cache[t].base;
    if (page_cache[t].free == 0) {
        return 1;
    }
    //@ ghost bits_some(page_cache[t].free);
    return chunk_mapped[base / CHUNK_PAGES] != 0 &&
           are_apart(page_cache[t].free, page_free[base / WORD_BITS]);
}

/* Has thread t's cache no page in common with those of the threads before it? */
/*@ requires thread: t < THREADS;
    requires own: CachesOwn(t + 1);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures apart: \result != 0 <==> CacheApartFrom(t, t);
 */
static int cache_is_apart(uint32_t t) {
    /*@ loop invariant range: 0 <= u <= t;
        loop invariant apart: CacheApartFrom(t, u);
        loop assigns u;
        loop variant t - u;
     */
    for (uint32_t u = 0; u < t; u++) {
        if (page_cache[u].base == page_cache[t].base &&
            !are_apart(page_cache[u].free, page_cache[t].free)) {
            //@ assert both: !CacheApart(u, t);
            return 0;
        }
    }
    return 1;
}

int page_cache_audit(void) {
    /*@ loop invariant range: 0 <= t <= THREADS;
        loop invariant own: CachesOwn(t);
        loop invariant apart: CachesApartTo(t);
        loop assigns t;
        loop variant THREADS - t;
     */
    for (uint32_t t = 0; t < THREADS; t++) {
        if (!cache_is_sound(t) || !cache_is_used(t) || !cache_is_apart(t)) {
            return 0;
        }
    }
    return 1;
}
