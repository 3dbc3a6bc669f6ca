/* The trusted floor: all that Cairn believes without proof about the system below it. Managed
 * memory is a window of PAGES pages; the core speaks of it in arenas, chunks and pages only, and
 * the floor alone knows where the window lies. Each contract here is an assumption, numbered as in
 * proofs/TRUSTED.md and tested against the real thing. The ghost tables
 * say what the system has given us so far. */
#ifndef CAIRN_OS_H
#define CAIRN_OS_H

#include "config.h"

/* 1: the arena's addresses are ours; the chunk's memory is there; the system refused something
 * since this was cleared. */
//@ ghost unsigned char os_reserved[ARENAS];
//@ ghost unsigned char os_mapped[CHUNKS];
//@ ghost int os_refused;

#include "../../specs/os.acsl"
#include "../../specs/page_size.acsl"

/* T1. Claims the addresses of the n arenas from arena a; what a floor has beside them (PLACED) is
 * there with them, and zero. Returns 1, or 0 if any of them is held by somebody (us included), lies
 * outside the window, or the system refuses; then nothing changed. */
/*@ terminates \true;
    exits \false;
    assigns os_reserved[0 .. ARENAS - 1], os_refused;
    ensures answer: \result == 0 || \result == 1;
    ensures given: \result == 1 ==> n > 0 && a + n <= ARENAS && ArenasUnheld{Pre}(a, a + n);
    ensures reserved: \result == 1 ==> ReservedMore{Pre,Post}(a, a + n);
    ensures same: \result == 0 ==> ReservedUnchanged{Pre,Post};
    ensures refused: os_refused == (\result == 0 ? 1 : \old(os_refused));
 */
int os_reserve(uint32_t a, uint32_t n);

/* T1. Claims the addresses of any n arenas in a row. Returns the first, or ARENAS if the system
 * refuses; then nothing changed. */
/*@ terminates \true;
    exits \false;
    assigns os_reserved[0 .. ARENAS - 1], os_refused;
    ensures range: \result <= ARENAS;
    ensures given: \result < ARENAS ==>
      n > 0 && \result + n <= ARENAS && ArenasUnheld{Pre}(\result, \result + n);
    ensures reserved: \result < ARENAS ==> ReservedMore{Pre,Post}(\result, \result + n);
    ensures same: \result == ARENAS ==> ReservedUnchanged{Pre,Post};
    ensures refused: os_refused == (\result == ARENAS ? 1 : \old(os_refused));
 */
uint32_t os_reserve_any(uint32_t n);

/* T1. Gives the addresses of the n arenas from arena a back; no chunk of theirs is mapped. */
/*@ requires range: a + n <= ARENAS;
    requires held: ArenasHeld(a, a + n);
    requires unmapped: ChunksUnbacked(a * ARENA_CHUNKS, (a + n) * ARENA_CHUNKS);
    terminates \true;
    exits \false;
    assigns os_reserved[0 .. ARENAS - 1];
    ensures released: ReservedLess{Pre,Post}(a, a + n);
 */
void os_release(uint32_t a, uint32_t n);

/* T2. Backs the n chunks from chunk c with memory that reads as zero. Returns 1, or 0 if the
 * system refuses; then nothing changed. */
/*@ requires range: c + n <= CHUNKS;
    requires held: ArenasHeld(c / ARENA_CHUNKS, (c + n + ARENA_CHUNKS - 1) / ARENA_CHUNKS);
    requires unmapped: ChunksUnbacked(c, c + n);
    terminates \true;
    exits \false;
    assigns os_mapped[0 .. CHUNKS - 1], os_refused;
    ensures answer: \result == 0 || \result == 1;
    ensures mapped: \result == 1 ==> BackedMore{Pre,Post}(c, c + n);
    ensures same: \result == 0 ==> BackedUnchanged{Pre,Post};
    ensures refused: os_refused == (\result == 0 ? 1 : \old(os_refused));
 */
int os_map(uint32_t c, uint32_t n);

/* T2. Takes the memory of the n chunks from chunk c away again, just mapped and never used. */
/*@ requires range: c + n <= CHUNKS;
    requires mapped: ChunksBacked(c, c + n);
    terminates \true;
    exits \false;
    assigns os_mapped[0 .. CHUNKS - 1];
    ensures unmapped: BackedLess{Pre,Post}(c, c + n);
 */
void os_unmap(uint32_t c, uint32_t n);

/* How many pages the system takes back at once, and how many a huge page has: it says, once. */
//@ ghost extern const uint32_t os_group;
//@ ghost extern const uint32_t os_huge;

/* T6. Pages in a physical page: 1 also where a page holds several of these. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures group: \result == os_group && GroupSize(\result);
 */
uint32_t os_physical_page(void);

/* T6. Pages in a huge page, 0 where the system has none. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures huge: \result == os_huge && HugeSize(\result);
 */
uint32_t os_huge_page(void);

/* T6. Gives the memory of the n pages from page p, all of one chunk, back: they stay ours, and read
 * as zero from now on. Returns 1, or 0 if the system refuses; then they are as they were. */
/*@ requires range: n > 0 && p + n <= PAGES;
    requires chunk: p % CHUNK_PAGES + n <= CHUNK_PAGES;
    requires mapped: ChunkBacked(p / CHUNK_PAGES);
    requires whole: p % os_group == 0 && (p + n) % os_group == 0;
    terminates \true;
    exits \false;
    assigns os_refused;
    ensures answer: \result == 0 || \result == 1;
    ensures refused: os_refused == (\result == 0 ? 1 : \old(os_refused));
 */
int os_discard(uint32_t p, uint32_t n);

#endif
