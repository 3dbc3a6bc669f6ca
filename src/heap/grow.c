#include "heap/grow.h"

struct arena_hint arena_hint[HINTS];
uint32_t hint_first, hint_count;
uint32_t current_low, current_high;

int heap_add_hint(uint32_t arena) {
    if (arena > ARENAS || hint_count == HINTS) {
        return 0;
    }
    arena_hint[hint_count].arena = arena;
    arena_hint[hint_count].down = 0;
    hint_count++;
    return 1;
}

/* The first of the n arenas that hint i asks for, or ARENAS if there are not so many below it. */
/*@ requires hints: Hints;
    requires hint: i < HINTS;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures range: \result <= ARENAS;
    ensures start: \result == HintStart(i, n);
 */
static uint32_t hint_start(uint32_t i, uint32_t n) {
    if (arena_hint[i].down == 0) {
        return arena_hint[i].arena;
    }
    return n <= arena_hint[i].arena ? arena_hint[i].arena - n : ARENAS;
}

/* Claims n arenas where a hint says. Returns the hint's index, or hint_count if none could. */
/*@ requires hints: Hints;
    terminates \true;
    exits \false;
    assigns os_reserved[0 .. ARENAS - 1], os_refused;
    ensures range: \result <= hint_count;
    ensures given: \result < hint_count ==> hint_first <= \result && n > 0 &&
      HintStart(\result, n) + n <= ARENAS &&
      ArenasUnheld{Pre}(HintStart(\result, n), HintStart(\result, n) + n);
    ensures reserved: \result < hint_count ==>
      ReservedMore{Pre,Post}(HintStart(\result, n), HintStart(\result, n) + n);
    ensures same: \result == hint_count ==> ReservedUnchanged{Pre,Post};
 */
static uint32_t reserve_at_hint(uint32_t n) {
    uint32_t i = hint_first;
    /*@ loop invariant range: hint_first <= i <= hint_count;
        loop invariant same: ReservedUnchanged{Pre,Here};
        loop assigns i, os_reserved[0 .. ARENAS - 1], os_refused;
        loop variant hint_count - i;
     */
    while (i < hint_count) {
        if (os_reserve(hint_start(i, n), n)) {
            return i;
        }
        i++;
    }
    return hint_count;
}

/* Moves hint i past the n arenas from a that it led to. Where none did (i is hint_count), the
 * place the system chose becomes the hint, upwards first. */
/*@ requires hints: Hints;
    requires hint: i == hint_count || hint_first <= i < hint_count;
    requires range: a + n <= ARENAS;
    terminates \true;
    exits \false;
    assigns arena_hint[0 .. HINTS - 1], hint_first, hint_count;
    ensures hints: Hints;
    ensures moved: i < \old(hint_count) ==> HintMoved{Pre,Post}(i, a, n);
    ensures left: i == \old(hint_count) ==> HintsLeft(a, n);
 */
static void move_hint(uint32_t i, uint32_t a, uint32_t n) {
    if (i < hint_count) {
        hint_first = i;
        arena_hint[i].arena = arena_hint[i].down == 0 ? a + n : a;
        return;
    }
    hint_first = 0;
    hint_count = 2;
    arena_hint[0].arena = a + n;
    arena_hint[0].down = 0;
    arena_hint[1].arena = a;
    arena_hint[1].down = 1;
}

/* Backs what growing by n chunks takes, the new arenas starting at chunk low: see
 * BackedForGrowth. The rest of the current arena must not be lost when the new arenas lie
 * elsewhere. Returns 1, or 0 if the system refused; then nothing changed. */
/*@ requires current: current_low <= current_high <= CHUNKS && current_high % ARENA_CHUNKS == 0;
    requires range: 0 < n && low + n <= CHUNKS && low % ARENA_CHUNKS == 0;
    requires fits: low == current_high ==> current_low + n <= CHUNKS;
    requires held: ArenasHeld(low / ARENA_CHUNKS, (low + n + ARENA_CHUNKS - 1) / ARENA_CHUNKS);
    requires mine: current_low < current_high ==>
      ArenasHeld(current_low / ARENA_CHUNKS, current_high / ARENA_CHUNKS);
    requires backed: BackedIsHeld;
    requires unbacked: ChunksUnbacked(low, low + n);
    requires rest: ChunksUnbacked(current_low, current_high);
    requires apart: current_low == current_high || low >= current_high || low + n <= current_low;
    terminates \true;
    exits \false;
    assigns os_mapped[0 .. CHUNKS - 1], os_refused;
    ensures answer: \result == 0 || \result == 1;
    ensures mapped: \result == 1 ==> BackedForGrowth{Pre,Post}(low, n);
    ensures held: BackedIsHeld;
    ensures same: \result == 0 ==> BackedUnchanged{Pre,Post};
    ensures refused: \result == 0 ==> os_refused == 1;
 */
static int map_for_growth(uint32_t low, uint32_t n) {
    if (low == current_high) {
        return os_map(current_low, n);
    }
    if (!os_map(low, n)) {
        return 0;
    }
    if (current_low == current_high || os_map(current_low, current_high - current_low)) {
        return 1;
    }
    os_unmap(low, n);
    return 0;
}

/* Makes the arenas from chunk low to high the current one, the rest of the old one pages. */
/*@ requires pages: Pages;
    requires low: low < high <= CHUNKS;
    requires current: current_low <= current_high <= CHUNKS;
    requires unmapped: NoneMapped(current_low, current_high);
    requires fresh: NoneMapped(low, high);
    requires apart: low >= current_high || high <= current_low || current_low == current_high;
    terminates \true;
    exits \false;
    assigns PAGE_TABLES, MAPPED_TABLES, total_mapped, current_low, current_high;
    ensures pages: Pages;
    ensures current: current_high == high &&
      current_low == (low == \old(current_high) ? \old(current_low) : low);
    ensures grew: GrewPages{Pre,Post};
    ensures unmapped: NoneMapped(current_low, current_high);
    ensures follows: low == \old(current_high) ==> PagesUnchanged{Pre,Post};
    ensures apart: low != \old(current_high) ==>
      MappedMore{Pre,Post}(\old(current_low), \old(current_high));
    ensures total: total_mapped - \old(total_mapped) == total_free - \old(total_free);
    ensures more: \old(total_mapped) <= total_mapped;
    ensures committed: total_mapped - \old(total_mapped) == total_released - \old(total_released);
 */
static void switch_arena(uint32_t low, uint32_t high) {
    if (low != current_high) {
        if (current_low < current_high) {
            pages_grow(current_low, current_high - current_low);
        }
        current_low = low;
    }
    current_high = high;
}

/* Turns the n chunks that follow in the current arena, backed already, into pages. */
/*@ requires pages: Pages;
    requires range: 0 < n && current_low + n <= CHUNKS;
    requires unmapped: NoneMapped(current_low, current_low + n);
    terminates \true;
    exits \false;
    assigns PAGE_TABLES, MAPPED_TABLES, total_mapped, current_low;
    ensures pages: Pages;
    ensures current: current_low == \old(current_low) + n;
    ensures grew: GrewPages{Pre,Post};
    ensures mapped: MappedMore{Pre,Post}(\old(current_low), current_low);
    ensures run: AllFree(CHUNK_START(\old(current_low)), CHUNK_START(current_low));
    ensures total: total_mapped - \old(total_mapped) == total_free - \old(total_free);
    ensures more: \old(total_mapped) <= total_mapped;
    ensures committed: total_mapped - \old(total_mapped) == total_released - \old(total_released);
 */
static void take_chunks(uint32_t n) {
    pages_grow(current_low, n);
    current_low += n;
}

/* Grows by n chunks that the current arena has no room for. */
/*@ requires pages: Pages;
    requires growth: Growth;
    requires range: current_high - current_low < n <= CHUNKS;
    terminates \true;
    exits \false;
    assigns GROWTH_TABLES;
    ensures answer: \result == 0 || \result == 1;
    ensures pages: Pages;
    ensures backed: MappedIsBacked;
    ensures held: BackedIsHeld;
    ensures inside: CurrentInside;
    ensures mine: CurrentHeld;
    ensures unmapped: NoneMapped(current_low, current_high);
    ensures hints: Hints;
    ensures follows: \result == 1 ==> HintFollows(n);
    ensures grew: GrewPages{Pre,Post};
    ensures run: \result == 1 ==> n <= current_low &&
      AllFree(CHUNK_START(current_low - n), CHUNK_START(current_low));
    ensures total: total_mapped - \old(total_mapped) == total_free - \old(total_free);
    ensures more: \old(total_mapped) <= total_mapped;
    ensures committed: total_mapped - \old(total_mapped) == total_released - \old(total_released);
    ensures same: \result == 0 ==> PagesUnchanged{Pre,Post} && GrowthUnchanged{Pre,Post};
    ensures refused: \result == 0 ==> os_refused == 1;
 */
static int grow_by_arenas(uint32_t n) {
    uint32_t arenas = (n + ARENA_CHUNKS - 1) / ARENA_CHUNKS;
    uint32_t hint = reserve_at_hint(arenas);
    uint32_t first = hint < hint_count ? hint_start(hint, arenas) : os_reserve_any(arenas);
    if (first == ARENAS) {
        return 0;
    }
    //@ assert unheld: !ArenaHeld{Pre}(first);
    //@ assert held: current_low < current_high ==> ArenaHeld{Pre}(current_low / ARENA_CHUNKS);
    uint32_t low = first * ARENA_CHUNKS;
    if (!map_for_growth(low, n)) {
        os_release(first, arenas);
        return 0;
    }
    move_hint(hint, first, arenas);
    //@ assert fresh: NoneMapped(low, low + arenas * ARENA_CHUNKS);
    switch_arena(low, low + arenas * ARENA_CHUNKS);
    take_chunks(n);
    return 1;
}

/* Grows by n chunks of the current arena. */
/*@ requires pages: Pages;
    requires growth: Growth;
    requires range: 0 < n <= current_high - current_low;
    terminates \true;
    exits \false;
    assigns PAGE_TABLES, MAPPED_TABLES, total_mapped, current_low, os_mapped[0 .. CHUNKS - 1],
            os_refused;
    ensures answer: \result == 0 || \result == 1;
    ensures pages: Pages;
    ensures backed: MappedIsBacked;
    ensures held: BackedIsHeld;
    ensures inside: CurrentInside;
    ensures mine: CurrentHeld;
    ensures unmapped: NoneMapped(current_low, current_high);
    ensures hints: Hints;
    ensures grew: GrewPages{Pre,Post};
    ensures run: \result == 1 ==> n <= current_low &&
      AllFree(CHUNK_START(current_low - n), CHUNK_START(current_low));
    ensures total: total_mapped - \old(total_mapped) == total_free - \old(total_free);
    ensures more: \old(total_mapped) <= total_mapped;
    ensures committed: total_mapped - \old(total_mapped) == total_released - \old(total_released);
    ensures same: \result == 0 ==> PagesUnchanged{Pre,Post} && GrowthUnchanged{Pre,Post};
    ensures refused: \result == 0 ==> os_refused == 1;
 */
static int grow_in_arena(uint32_t n) {
    if (!os_map(current_low, n)) {
        return 0;
    }
    take_chunks(n);
    return 1;
}

int heap_grow(uint32_t n) {
    uint32_t chunks = (n + CHUNK_PAGES - 1) / CHUNK_PAGES;
    int fits = chunks <= current_high - current_low;
    int grew = fits ? grow_in_arena(chunks) : grow_by_arenas(chunks);
    return grew;
}
