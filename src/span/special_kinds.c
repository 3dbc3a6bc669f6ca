/* Special records that count pins, and that name a place. */
#include "span/special_kinds.h"

int special_pin(uint32_t s, uint64_t offset) {
    uint32_t r = special_find(s, offset, SPECIAL_PIN_COUNTER);
    if (r == 0) {
        return special_add(s, offset, SPECIAL_PIN_COUNTER, 1, 0, 0).status;
    }
    if (special[r].value == UINT64_MAX) {
        return SPECIAL_NO_MEMORY;
    }
    special[r].value++;
    //@ ghost special_touched = r;
    return SPECIAL_OK;
}

int special_unpin(uint32_t s, uint64_t offset) {
    uint32_t r = special_find(s, offset, SPECIAL_PIN_COUNTER);
    if (r == 0 || special[r].value <= 1) {
        return special_remove(s, offset, SPECIAL_PIN_COUNTER).status;
    }
    special[r].value--;
    //@ ghost special_touched = r;
    return SPECIAL_OK;
}

uint64_t special_place(uint32_t record, uint64_t birth) {
    if (!special_is(record, birth)) {
        return UINT64_MAX;
    }
    return (uint64_t)span[special[record].span].base * PAGE_SIZE + special[record].offset;
}
