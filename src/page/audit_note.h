/* What an audit notes where a heap is broken: the formula of specs/ that is false in the tables as
 * they lie, the first in the order in which it looks at them. */
#ifndef CAIRN_AUDIT_NOTE_H
#define CAIRN_AUDIT_NOTE_H

#include <stdint.h>

/* The formulas: a name here, the predicate in specs/, how many arguments it has. */
#define EACH_FORMULA(FORMULA)                                                                      \
    FORMULA(SUMMARIZED, Summarized, 2)                                                             \
    FORMULA(RANGES_SORTED, RangesSorted, 0)                                                        \
    FORMULA(RANGES_SORTED_TO, RangesSortedTo, 1)                                                   \
    FORMULA(RANGES_EXACT_TO, RangesExactTo, 1)                                                     \
    FORMULA(NONE_MAPPED, NoneMapped, 2)                                                            \
    FORMULA(SEARCH_HINT_SOUND, SearchHint, 0)                                                      \
    FORMULA(ALL_USED, AllUsed, 2)                                                                  \
    FORMULA(SEARCH_ENDS, SearchEnds, 0)                                                            \
    FORMULA(FLAG_BELOW, FlagBelow, 1)                                                              \
    FORMULA(CHUNK_SOUND, ChunkSound, 1)                                                            \
    FORMULA(INDEX_SOUND, IndexSound, 1)                                                            \
    FORMULA(PAGE_TOTALS, PageTotals, 0)                                                            \
    FORMULA(CACHE_SOUND, CacheSound, 1)                                                            \
    FORMULA(CACHE_OWNS, CacheOwns, 1)                                                              \
    FORMULA(CACHE_APART, CacheApart, 2)                                                            \
    FORMULA(POOL_BOUNDS, PoolBounds, 0)                                                            \
    FORMULA(POOL_STACK, PoolStack, 1)                                                              \
    FORMULA(POOL_PLACE, PoolPlace, 1)                                                              \
    FORMULA(CELL_COUNT, CellCount, 1)                                                              \
    FORMULA(CELL_HOLDS, CellHolds, 1)                                                              \
    FORMULA(RECORD_HELD, RecordHeld, 1)                                                            \
    FORMULA(LINK_NAMES, LinkNames, 1)                                                              \
    FORMULA(ENDS_NAME, EndsName, 1)                                                                \
    FORMULA(NONE_OFF, NoneOff, 0)                                                                  \
    FORMULA(LINK_SOUND, LinkSound, 1)                                                              \
    FORMULA(ENDS_SOUND, EndsSound, 1)                                                              \
    FORMULA(SPAN_LIST_SOUND, SpanListSound, 0)                                                     \
    FORMULA(PAGE_KNOWN, PageKnown, 1)                                                              \
    FORMULA(SPAN_PLACED, SpanPlaced, 1)                                                            \
    FORMULA(BASE_INSIDE, BaseInside, 1)                                                            \
    FORMULA(SPAN_SOUND, SpanSound, 1)                                                              \
    FORMULA(PAGE_SOUND, PageSound, 1)                                                              \
    FORMULA(CACHE_UNLIVE, CacheUnlive, 1)                                                          \
    FORMULA(KIND_TOTAL, KindTotal, 1)                                                              \
    FORMULA(TOTALS_CONSERVED, TotalsConserved, 0)                                                  \
    FORMULA(CURRENT_INSIDE, CurrentInside, 0)                                                      \
    FORMULA(HINT_INSIDE, HintInside, 1)                                                            \
    FORMULA(HINTS_SOUND, Hints, 0)                                                                 \
    FORMULA(SPECIAL_LINKS, SpecialLinks, 0)                                                        \
    FORMULA(HEAD_NAMES, HeadNames, 1)                                                              \
    FORMULA(SPECIAL_NAMES, SpecialNames, 1)                                                        \
    FORMULA(SPECIAL_LISTS_SOUND, SpecialLists, 0)                                                  \
    FORMULA(SPECIAL_LAST_DUE, SpecialLastDue, 0)                                                   \
    FORMULA(SPECIAL_BORN, SpecialBorn, 1)                                                          \
    FORMULA(SPECIAL_HELD, SpecialHeld, 1)                                                          \
    FORMULA(SPECIAL_BIT, SpecialBit, 1)

#define FORMULA_NAME(name, predicate, arguments) name,
enum formula { EACH_FORMULA(FORMULA_NAME) FORMULAS };

/* The formula that is false, and of what: as many of the two numbers as it has arguments. */
struct audit_note {
    uint32_t formula;
    uint32_t a;
    uint32_t b;
};

extern struct audit_note audit_note;

/* Notes that a formula is false. Returns 0, as an audit then does. */
/*@ terminates \true;
    exits \false;
    assigns audit_note;
    ensures answer: \result == 0;
    ensures formula: audit_note.formula == formula;
    ensures arguments: audit_note.a == a && audit_note.b == b;
 */
int audit_fails(enum formula formula, uint32_t a, uint32_t b);

#endif
