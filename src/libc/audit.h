/* The proved audit of this very program's heap, for a program that would look at itself. */
#ifndef CAIRN_LIBC_AUDIT_H
#define CAIRN_LIBC_AUDIT_H

#include <stddef.h>

/* Whether the heap's tables keep their invariant, as heap_flaw() tells (heap/audit.h): NULL if so;
 * else the first formula of it that is false, as specs/ has it: "PageSound(77)", the pages below 77
 * being sound. The text stays until the next call. To be called at a quiet point: no other thread
 * is inside the allocator, nor comes in before this returns, since what it does there without the
 * lock is sound again only at its end. Not from a signal handler. What threads have of slots is no
 * part of it: build/cairn-audit looks at that too, and says more of what it finds.
 *
 * Holds the heap lock, asks for no memory, changes nothing but the audit's own notes.
 * Cost: a look at every page of the window and every record, used or not: some 0.1 s. */
const char *cairn_audit(void);

struct audit_note; /* page/audit_note.h */

/* Writes the formula that an audit noted, as above, and returns it. 64 bytes are enough. */
const char *audit_formula(struct audit_note note, char *text, size_t size);

#endif
