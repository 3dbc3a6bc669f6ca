/* The executable twin of the invariant of the page caches. */
#include "page/page_cache.h"
#include "../../specs/page_cache_audit_lemmas.acsl"

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
    requires before: CachesApartTo(t);
    terminates \true;
    exits \false;
    assigns audit_note;
    ensures apart: \result != 0 <==> CacheApartFrom(t, t);
    ensures flaw: \result == 0 ==> CachesFlawed;
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
            return audit_fails(CACHE_APART, u, t);
        }
    }
    return 1;
}

int page_cache_audit(void) {
    /*@ loop invariant range: 0 <= t <= THREADS;
        loop invariant own: CachesOwn(t);
        loop invariant apart: CachesApartTo(t);
        loop assigns t, audit_note;
        loop variant THREADS - t;
     */
    for (uint32_t t = 0; t < THREADS; t++) {
        if (!cache_is_sound(t)) {
            return audit_fails(CACHE_SOUND, t, 0);
        }
        if (!cache_is_used(t)) {
            return audit_fails(CACHE_OWNS, t, 0);
        }
        if (!cache_is_apart(t)) {
            return 0;
        }
    }
    return 1;
}
