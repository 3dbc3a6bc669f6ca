#include "libc/audit.h"
#include "heap/audit.h"

#define PART_NAME(part, predicate) [part] = #predicate,
static const char *const name[HEAP_SOUND + 1] = {EACH_HEAP_PART(PART_NAME)};

EXPORT SLOW const char *cairn_audit(void) {
    heap_lock();
    enum heap_part flaw = heap_flaw();
    heap_unlock();
    return name[flaw];
}
