/* The contracts of the heap, of its lock and of the floor below contradict each other: after all
 * of them, 1 is 0. */
#include "heap/heap.h"

/*@ requires apart: heap_held == 0;
    requires self: self != 0;
    terminates \true;
    exits \false;
    assigns heap_held, heap_touched, HEAP_TABLES;
    ensures never: \false;
 */
void heap_contracts_contradict(uint32_t n) {
    struct heap_answer answer = heap_alloc(n, 0);
    if (answer.span != 0) {
        heap_free(span[answer.span].base);
    }
    heap_lock();
    answer = heap_alloc_span_locked(THREADS, n, KIND_STACK, 0);
    if (answer.span != 0) {
        heap_free_span_locked(THREADS, span[answer.span].base, KIND_STACK);
    }
    heap_unlock();
}
