/* An allocation that makes sense always succeeds. */
#include "heap/heap_locked.h"

/*@ requires heap: Heap;
    requires self: self != 0;
    requires size: SizeOk(n);
    terminates \true;
    exits \false;
    assigns GROWTH_TABLES, scavenge_chunk[0 .. CHUNKS - 1], scavenge_search[0 .. 1], SPAN_TABLES,
            ZEROED_TABLES, heap_run, limit_due;
    ensures never: \result == HEAP_OK;
 */
enum heap_status memory_is_endless(uint32_t n) {
    return heap_alloc_span_locked(THREADS, n, KIND_STACK, 0).status;
}
