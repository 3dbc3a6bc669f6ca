/* The atomic cells. The compiler's builtins are all that is trusted here. */
#include "os/atomic.h"

uint32_t zeroed_base[ARENAS];

uint32_t zeroed_base_load(uint32_t a) {
    return __atomic_load_n(&zeroed_base[a], __ATOMIC_ACQUIRE);
}

int zeroed_base_swap(uint32_t a, uint32_t seen, uint32_t next) {
    return __atomic_compare_exchange_n(&zeroed_base[a], &seen, next, 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}
