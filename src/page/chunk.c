#include "page/chunk.h"
#include "page/bits.h"

uint64_t page_free[PAGE_WORDS];
uint64_t page_released[PAGE_WORDS];

/* The pages from p to end that lie in p's word. */
/*@ requires range: p < end;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: 0 < \result <= end - p && p % 64 + \result <= 64;
    ensures whole: p + \result < end ==> (p + \result) % 64 == 0;
 */
static inline uint32_t pages_in_word(uint32_t p, uint32_t end) {
    uint32_t rest = WORD_BITS - p % WORD_BITS;
    return rest < end - p ? rest : end - p;
}

/* The changes the whole module is made of: to n pages of one word, from page p. */
/*@ requires word: p % 64 + n <= 64 && p < PAGES;
    terminates \true;
    exits \false;
    assigns page_free[p / 64];
    ensures took: TookPages{Pre,Post}(p, p + n);
 */
static inline void take_pages(uint32_t p, uint32_t n) {
    uint32_t k = p / WORD_BITS;
    page_free[k] = bits_clear(page_free[k], p % WORD_BITS, n);
}

/*@ requires word: p % 64 + n <= 64 && p < PAGES;
    terminates \true;
    exits \false;
    assigns page_free[p / 64];
    ensures gave: GavePages{Pre,Post}(p, p + n);
 */
static inline void give_pages(uint32_t p, uint32_t n) {
    uint32_t k = p / WORD_BITS;
    page_free[k] = bits_set(page_free[k], p % WORD_BITS, n);
}

/*@ requires word: p % 64 + n <= 64 && p < PAGES;
    terminates \true;
    exits \false;
    assigns page_released[p / 64];
    ensures cleared: ClearedReleased{Pre,Post}(p, p + n);
 */
static inline void clear_released(uint32_t p, uint32_t n) {
    uint32_t k = p / WORD_BITS;
    page_released[k] = bits_clear(page_released[k], p % WORD_BITS, n);
}

/*@ requires word: p % 64 + n <= 64 && p < PAGES;
    terminates \true;
    exits \false;
    assigns page_released[p / 64];
    ensures set: SetReleased{Pre,Post}(p, p + n);
 */
static inline void set_released(uint32_t p, uint32_t n) {
    uint32_t k = p / WORD_BITS;
    page_released[k] = bits_set(page_released[k], p % WORD_BITS, n);
}

uint32_t chunk_alloc_range(uint32_t c, uint32_t i, uint32_t n) {
    uint32_t released = chunk_count_released(c, i, n);
    uint32_t start = CHUNK_START(c) + i;
    uint32_t end = start + n;
    uint32_t p = start;
    /*@ loop invariant range: start <= p <= end;
        loop invariant took: TookPages{Pre,Here}(start, p);
        loop invariant cleared: ClearedReleased{Pre,Here}(start, p);
        loop assigns p, page_free[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1],
          page_released[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
        loop variant end - p;
     */
    while (p < end) {
        uint32_t part = pages_in_word(p, end);
        take_pages(p, part);
        clear_released(p, part);
        p += part;
    }
    return released;
}

void chunk_free_range(uint32_t c, uint32_t i, uint32_t n) {
    uint32_t start = CHUNK_START(c) + i;
    uint32_t end = start + n;
    uint32_t p = start;
    /*@ loop invariant range: start <= p <= end;
        loop invariant gave: GavePages{Pre,Here}(start, p);
        loop assigns p, page_free[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
        loop variant end - p;
     */
    while (p < end) {
        uint32_t part = pages_in_word(p, end);
        give_pages(p, part);
        p += part;
    }
}

void chunk_alloc_all(uint32_t c) {
    chunk_alloc_range(c, 0, CHUNK_PAGES);
}

void chunk_free_all(uint32_t c) {
    chunk_free_range(c, 0, CHUNK_PAGES);
}

void chunk_release_range(uint32_t c, uint32_t i, uint32_t n) {
    uint32_t start = CHUNK_START(c) + i;
    uint32_t end = start + n;
    uint32_t p = start;
    /*@ loop invariant range: start <= p <= end;
        loop invariant set: SetReleased{Pre,Here}(start, p);
        loop assigns p, page_released[CHUNK_WORDS * c .. CHUNK_WORDS * c + CHUNK_WORDS - 1];
        loop variant end - p;
     */
    while (p < end) {
        uint32_t part = pages_in_word(p, end);
        set_released(p, part);
        p += part;
    }
}

/* Counting pages of one word is counting its bits. */
/*@ ghost
  /@ requires word: lo <= p && p % 64 + n <= 64 && p + n <= PAGES;
     terminates \true;
     exits \false;
     assigns \nothing;
     ensures count: FreeCount(lo, p + n) == FreeCount(lo, p) +
       BitCount(page_free[p / 64], p % 64 + n) - BitCount(page_free[p / 64], p % 64);
   @/
  static void free_count_word(uint32_t lo, uint32_t p, uint32_t n) {
    uint32_t k = 0;
    /@ loop invariant range: 0 <= k <= n;
       loop invariant count: FreeCount(lo, p + k) == FreeCount(lo, p) +
         BitCount(page_free[p / 64], p % 64 + k) - BitCount(page_free[p / 64], p % 64);
       loop assigns k;
       loop variant n - k;
     @/
    while (k < n) {
      /@ assert word: (p + k) / 64 == p / 64 && (p + k) % 64 == p % 64 + k; @/
      k = k + 1;
    }
  }
 */

/*@ ghost
  /@ requires word: lo <= p && p % 64 + n <= 64 && p + n <= PAGES;
     terminates \true;
     exits \false;
     assigns \nothing;
     ensures count: ReleasedCount(lo, p + n) == ReleasedCount(lo, p) +
       BitCount(page_released[p / 64], p % 64 + n) - BitCount(page_released[p / 64], p % 64);
   @/
  static void released_count_word(uint32_t lo, uint32_t p, uint32_t n) {
    uint32_t k = 0;
    /@ loop invariant range: 0 <= k <= n;
       loop invariant count: ReleasedCount(lo, p + k) == ReleasedCount(lo, p) +
         BitCount(page_released[p / 64], p % 64 + k) - BitCount(page_released[p / 64], p % 64);
       loop assigns k;
       loop variant n - k;
     @/
    while (k < n) {
      /@ assert word: (p + k) / 64 == p / 64 && (p + k) % 64 == p % 64 + k; @/
      k = k + 1;
    }
  }
 */

uint32_t chunk_count_free(uint32_t c, uint32_t i, uint32_t n) {
    uint32_t start = CHUNK_START(c) + i;
    uint32_t end = start + n;
    uint32_t p = start;
    uint32_t count = 0;
    /*@ loop invariant range: start <= p <= end && count <= p - start;
        loop invariant count: count == FreeCount(start, p);
        loop assigns p, count;
        loop variant end - p;
     */
    while (p < end) {
        uint32_t part = pages_in_word(p, end);
        //@ ghost free_count_word(start, p, part);
        count += bits_count(page_free[p / WORD_BITS], p % WORD_BITS, part);
        p += part;
    }
    return count;
}

uint32_t chunk_count_released(uint32_t c, uint32_t i, uint32_t n) {
    uint32_t start = CHUNK_START(c) + i;
    uint32_t end = start + n;
    uint32_t p = start;
    uint32_t count = 0;
    /*@ loop invariant range: start <= p <= end && count <= p - start;
        loop invariant count: count == ReleasedCount(start, p);
        loop assigns p, count;
        loop variant end - p;
     */
    while (p < end) {
        uint32_t part = pages_in_word(p, end);
        //@ ghost released_count_word(start, p, part);
        count += bits_count(page_released[p / WORD_BITS], p % WORD_BITS, part);
        p += part;
    }
    return count;
}

int chunk_audit(uint32_t c) {
    uint32_t end = CHUNK_WORDS * (c + 1);
    /*@ loop invariant range: CHUNK_WORDS * c <= k <= end;
        loop invariant sound: \forall integer p; CHUNK_PAGES * c <= p < 64 * k ==>
          (PageReleased(p) ==> PageFree(p));
        loop assigns k;
        loop variant end - k;
     */
    for (uint32_t k = CHUNK_WORDS * c; k < end; k++) {
        uint64_t wrong = bits_and(page_released[k], bits_not(page_free[k]));
        if (wrong != 0) {
            //@ ghost bits_some(wrong);
            /*@ assert page: \exists integer j; 0 <= j < 64 && Bit(wrong, j) &&
                  PageReleased(64 * k + j); */
            return 0;
        }
        //@ assert none: BitNone(wrong, 0, 64);
    }
    return 1;
}
