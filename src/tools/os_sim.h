/* The floor for tests: a say over the real one. It refuses what the test wants refused, holds
 * addresses as a stranger would, counts, and stops the program where a requires of os.h is not
 * met. At first it has no memory and answers from its tables alone. */
#ifndef CAIRN_OS_SIM_H
#define CAIRN_OS_SIM_H

#include "config.h"

extern uint64_t os_sim_requests;  /* of the system since the reset: may it be refused */
extern uint32_t os_sim_reserved;  /* arenas we hold */
extern uint32_t os_sim_mapped;    /* chunks we have memory in */
extern uint32_t os_sim_discarded; /* pages given back, as often as they were */

/* Gives everything back and starts anew: nothing held, refused or counted, and no memory. */
void os_sim_reset(void);

/* From now on the real floor stands behind the answers. To be called right after a reset. */
void os_sim_use_memory(void);

/* A stranger holds the n arenas from arena a. */
void os_sim_hold(uint32_t a, uint32_t n);

/* The system's pages, in ours: a physical one and a huge one (0: 1, and none). */
void os_sim_page_sizes(uint32_t physical, uint32_t huge);

/* Refuses n requests from the one numbered first; the first after the reset is number 1. */
void os_sim_refuse(uint64_t first, uint64_t n);

#endif
