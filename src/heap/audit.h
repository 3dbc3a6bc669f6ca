/* The audit of a live heap: the executable twin of its invariant. */
#ifndef CAIRN_AUDIT_H
#define CAIRN_AUDIT_H

#include "heap/heap.h"

#include "../../specs/audit.acsl"

/* Whether the heap's tables are sound: 1 exactly if HeapTables and HeapSpecials hold (special_rank
 * is a ghost that the audit lays out anew). Any state of the tables may be asked about, however
 * broken. Called at a quiet point: no other thread is inside the heap, since what it does there
 * without the lock is sound again only at its end. Nothing is written but the audit's own notes.
 * Cost: a few looks at every page and every record. */
/*@ terminates \true;
    exits \false;
    assigns AUDIT_TABLES, special_rank[0 .. SPECIALS - 1];
    ensures answer: \result == 0 || \result == 1;
    ensures sound: \result == 1 ==> HeapTables && HeapSpecials;
    ensures complete: HeapTables && HeapSpecials{Pre} ==> \result == 1;
 */
int heap_audit(void);

#endif
