#include "heap/limit.h"

uint32_t memory_limit;
uint32_t growth_goal;

/* By how many pages more than `most` were committed, were there `more` of them. */
/*@ requires pages: Pages;
    requires range: more <= PAGES;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures beyond: \result == Beyond(most, more);
 */
static uint32_t beyond(uint32_t most, uint32_t more) {
    uint32_t mapped = total_mapped + more;
    uint64_t may = (uint64_t)total_released + most;
    return most == 0 || mapped <= may ? 0 : mapped - (uint32_t)may;
}

uint32_t limit_growth(uint32_t n) {
    uint32_t many = beyond(growth_goal, n);
    return n < many ? n : many;
}

void limit_obey(uint32_t n) {
    uint32_t over = beyond(memory_limit, 0);
    uint32_t pages = over > n ? over : n;
    //@ ghost limit_due = n;
    if (pages > 0) {
        pages_scavenge(pages, over > 0);
    }
}

uint32_t limit_background(uint32_t goal) {
    if (beyond(memory_limit, 0) == 0 && total_mapped <= (uint64_t)total_released + goal) {
        return 0;
    }
    return pages_scavenge(SCAVENGE_STEP, 0);
}
