#include "libc/audit.h"
#include "heap/audit.h"
#include <inttypes.h>
#include <stdio.h>

static const struct {
    const char *predicate;
    int arguments;
} formula[FORMULAS] = {
#define FORMULA_WORDS(name, predicate, arguments) [name] = {#predicate, arguments},
    EACH_FORMULA(FORMULA_WORDS)};

const char *audit_formula(struct audit_note note, char *text, size_t size) {
    const char *predicate = formula[note.formula].predicate;
    switch (formula[note.formula].arguments) {
    case 0:
        snprintf(text, size, "%s", predicate);
        break;
    case 1:
        snprintf(text, size, "%s(%" PRIu32 ")", predicate, note.a);
        break;
    default:
        snprintf(text, size, "%s(%" PRIu32 ", %" PRIu32 ")", predicate, note.a, note.b);
    }
    return text;
}

EXPORT SLOW const char *cairn_audit(void) {
    static char text[64];
    heap_lock();
    enum heap_part flaw = heap_flaw();
    struct audit_note note = audit_note;
    heap_unlock();
    return flaw == HEAP_SOUND ? NULL : audit_formula(note, text, sizeof text);
}
