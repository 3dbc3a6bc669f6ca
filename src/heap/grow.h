/* Growth: where new pages come from. The heap grows by whole chunks inside its current arena, a
 * range of addresses claimed ahead; when that is used up the next arenas are claimed where a hint
 * says, or else where the system will. As Go's mheap.grow and sysAlloc. Under the heap lock. */
#ifndef CAIRN_GROW_H
#define CAIRN_GROW_H

#include "config.h"
#include "os/os.h"
#include "page/pages.h"
#include "page/scavenge.h"

/* Where to ask for arenas next: from `arena` upwards, or ending there. */
struct arena_hint {
    uint32_t arena; /* 0 to ARENAS */
    uint32_t down;  /* 1: the arenas end at `arena` */
};

extern struct arena_hint arena_hint[HINTS]; /* those at hint_first .. hint_count - 1 are untried */
extern uint32_t hint_first, hint_count;
extern uint32_t current_low, current_high; /* chunks of the current arena not mapped yet */

#include "../../specs/grow.acsl"

/* Adds a hint, to be tried after those already there. Returns 1, or 0 if `arena` is over ARENAS or
 * no room is left; then nothing changed. */
/*@ requires growth: Growth;
    terminates \true;
    exits \false;
    assigns arena_hint[0 .. HINTS - 1], hint_count;
    ensures growth: Growth;
    ensures answer: \result == 0 || \result == 1;
    ensures refused: \result == 0 <==> arena > ARENAS || \old(hint_count) == HINTS;
    ensures same: \result == 0 ==> GrowthUnchanged{Pre,Post};
    ensures added: \result == 1 ==> hint_count == \old(hint_count) + 1 &&
      arena_hint[hint_count - 1].arena == arena && arena_hint[hint_count - 1].down == 0;
    ensures others: HintsUnchanged{Pre,Post}(\old(hint_count));
 */
int heap_add_hint(uint32_t arena);

/* Makes a run of n pages free by mapping new chunks. Returns 1, or 0 if the system refused the
 * addresses or the memory; then nothing changed. Cost: a call of the system a hint tried, and two
 * or three more. */
/*@ requires pages: Pages;
    requires growth: Growth;
    requires range: 0 < n <= PAGES;
    terminates \true;
    exits \false;
    assigns GROWTH_TABLES;
    ensures answer: \result == 0 || \result == 1;
    ensures pages: Pages;
    ensures growth: Growth;
    ensures grew: GrewPages{Pre,Post};
    ensures run: \result == 1 ==> !NoRun(0, PAGES, n);
    ensures total: total_mapped - \old(total_mapped) == total_free - \old(total_free);
    ensures more: \old(total_mapped) <= total_mapped;
    ensures committed: total_mapped - \old(total_mapped) == total_released - \old(total_released);
    ensures same: \result == 0 ==> PagesUnchanged{Pre,Post} && GrowthUnchanged{Pre,Post};
    ensures refused: \result == 0 ==> os_refused == 1;
 */
int heap_grow(uint32_t n);

#endif
