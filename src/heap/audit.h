/* The audit of a live heap: the executable twin of its invariant. */
#ifndef CAIRN_AUDIT_H
#define CAIRN_AUDIT_H

#include "heap/heap.h"

/* The parts of a heap's invariant, in the order in which an audit looks at them, with the names of
 * their predicates: each is asked for only where all before it hold. */
#define EACH_HEAP_PART(PART)                                                                       \
    PART(PART_PAGES, Pages)                                                                        \
    PART(PART_PAGE_CACHES, PageCaches)                                                             \
    PART(PART_SPAN_POOL, SpanPool)                                                                 \
    PART(PART_SPAN_CACHES, SpanCaches)                                                             \
    PART(PART_SPAN_LISTS, SpanListSound)                                                           \
    PART(PART_ARENA, Arena)                                                                        \
    PART(PART_SPANS, SpansSound)                                                                   \
    PART(PART_CONSERVED, Conserved)                                                                \
    PART(PART_TOTALS, TotalsSound)                                                                 \
    PART(PART_GROWTH, GrowthSound)                                                                 \
    PART(PART_SPECIALS, HeapSpecials)

#define HEAP_PART(part, predicate) part,
enum heap_part { EACH_HEAP_PART(HEAP_PART) HEAP_SOUND };

#include "../../specs/audit.acsl"

/* The first part of the invariant that does not hold, as far as the tables show it (special_rank is
 * a ghost that the audit lays out anew); HEAP_SOUND exactly if all hold. audit_note says what of it
 * is false: a formula of specs/, and the first page, span, thread or whatever it is about of which
 * it is (of a cycle and of a total, only that there is one). Any state of the tables may be asked
 * about, however broken. Called at a quiet point: no other thread is inside the heap, since what it
 * does there without the lock is sound again only at its end. Nothing is written but the audit's
 * own notes. Cost: a few looks at every page and every record. */
/*@ terminates \true;
    exits \false;
    assigns AUDIT_TABLES, special_rank[0 .. SPECIALS - 1];
    ensures range: PART_PAGES <= \result <= HEAP_SOUND;
    ensures before: PartsHold(\result);
    ensures broken: \result < HEAP_SOUND ==> !PartsHold{Pre}(\result + 1);
    ensures pages: \result == PART_PAGES ==> PagesFlawed;
    ensures caches: \result == PART_PAGE_CACHES ==> CachesFlawed;
    ensures pool: \result == PART_SPAN_POOL ==> PoolFlawed;
    ensures records: \result == PART_SPAN_CACHES ==> RecordsFlawed;
    ensures lists: \result == PART_SPAN_LISTS ==> ListsFlawed;
    ensures arena: \result == PART_ARENA ==> ArenaFlawed;
    ensures spans: \result == PART_SPANS ==> SpansFlawed;
    ensures conserved: \result == PART_CONSERVED ==> ConservedFlawed;
    ensures totals: \result == PART_TOTALS ==> TotalsFlawed;
    ensures growth: \result == PART_GROWTH ==> GrowthFlawed;
    ensures specials: \result == PART_SPECIALS ==> SpecialsFlawed{Pre,Post};
 */
enum heap_part heap_flaw(void);

/* Whether the heap's tables are sound: 1 exactly if HeapTables and HeapSpecials hold: heap_flaw()
 * finds none. */
/*@ terminates \true;
    exits \false;
    assigns AUDIT_TABLES, special_rank[0 .. SPECIALS - 1];
    ensures answer: \result == 0 || \result == 1;
    ensures sound: \result == 1 ==> HeapTables && HeapSpecials;
    ensures complete: HeapTables && HeapSpecials{Pre} ==> \result == 1;
 */
int heap_audit(void);

#endif
