/* While this thread does not hold the heap, nobody else allocates. */
#include "heap/heap.h"

/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, HEAP_TABLES;
    ensures never: \result == 0;
 */
uint32_t others_wait(void) {
    heap_lock();
    uint32_t before = total_live[KIND_HEAP];
    heap_unlock();
    heap_lock();
    uint32_t after = total_live[KIND_HEAP];
    heap_unlock();
    return before == after ? 0 : 1;
}
