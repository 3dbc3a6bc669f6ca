#include "page/audit_note.h"

struct audit_note audit_note;

int audit_fails(enum formula formula, uint32_t a, uint32_t b) {
    audit_note.formula = formula;
    audit_note.a = a;
    audit_note.b = b;
    return 0;
}
