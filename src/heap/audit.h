/* The audit of a live heap: the executable twin of its invariant. */
#ifndef CAIRN_AUDIT_H
#define CAIRN_AUDIT_H

#include "heap/heap.h"

#include "../../specs/audit.acsl"

/* Whether the heap's tables are sound: 1 exactly if HeapTables and HeapSpecials hold (special_rank
 * is a ghost that the audit lays out anew). Any state of the tables may be asked about, however
 * broken. The caller holds the heap lock. Cost: a few looks at every page and every record. */
/*@ terminates \true;
    exits \false;
    assigns AUDIT_TABLES, special_rank[0 .. SPECIALS - 1];
    ensures answer: \result == 0 || \result == 1;
    ensures sound: \result == 1 ==> HeapTables && HeapSpecials;
    ensures complete: HeapTables && HeapSpecials{Pre} ==> \result == 1;
 */
int heap_audit_locked(void);

/* The same for anybody: takes the lock. The heap of a program that keeps the contracts is always
 * sound. */
/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES, AUDIT_TABLES;
    ensures apart: heap_held == 0;
    ensures kept: Kept{Pre,Post}(self);
    ensures sound: \result == 1;
 */
int heap_audit(void);

#endif
