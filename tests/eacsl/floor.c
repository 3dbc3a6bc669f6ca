/* The floor of the instrumented program: it refuses what `refuse` says, keeps the ghost tables, and
 * now and then plays the other threads. Its contracts are those of src/os/, and checked. */
static unsigned refuse; /* calls of the system until one is refused; 0: none is */
static unsigned rivals; /* 1: another thread raises every base just before it is looked at */

static int is_refused(void) {
    return refuse > 0 && --refuse == 0;
}

int os_reserve(uint32_t a, uint32_t n) {
    int given = n > 0 && n <= ARENAS && a <= ARENAS - n && !is_refused();
    for (uint32_t i = a; given && i < a + n; i++) {
        given = !os_reserved[i];
    }
    for (uint32_t i = a; given && i < a + n; i++) {
        os_reserved[i] = 1;
    }
    if (!given) {
        os_refused = 1;
    }
    return given;
}

uint32_t os_reserve_any(uint32_t n) {
    uint32_t a = 0;
    int before = os_refused;
    while (a < ARENAS && !os_reserve(a, n)) {
        a++;
    }
    os_refused = a == ARENAS ? 1 : before;
    return a;
}

void os_release(uint32_t a, uint32_t n) {
    for (uint32_t i = a; i < a + n; i++) {
        os_reserved[i] = 0;
    }
}

int os_map(uint32_t c, uint32_t n) {
    if (is_refused()) {
        os_refused = 1;
        return 0;
    }
    for (uint32_t i = c; i < c + n; i++) {
        os_mapped[i] = 1;
    }
    return 1;
}

void os_unmap(uint32_t c, uint32_t n) {
    for (uint32_t i = c; i < c + n; i++) {
        os_mapped[i] = 0;
    }
}

const uint32_t os_group = 2;
const uint32_t os_huge = 0;

uint32_t os_physical_page(void) {
    return os_group;
}

uint32_t os_huge_page(void) {
    return os_huge;
}

int os_discard(uint32_t p, uint32_t n) {
    int given = !is_refused();
    (void)p, (void)n;
    os_refused = given ? os_refused : 1;
    return given;
}

uint32_t zeroed_base[ARENAS];
uint64_t page_in_use[PAGE_WORDS];
uint32_t total_live[KINDS];
uint32_t page_span[PAGES];
uint32_t slots_owner[SPANS];
uint32_t large_cell[SPANS];
uint16_t large_owner[SPANS];
uint32_t large_kept[KEPT_CELLS];
uint64_t slot_remote[SLOT_WORDS];
uint32_t inbox[THREADS];
uint32_t inbox_link[SPANS];
uint64_t slot_mark[SLOT_WORDS];
uint8_t large_mark[SPANS];
uint32_t thread_cycle[THREADS];
uint32_t span_cycle[SPANS];

static void rival(uint32_t a) {
    if (rivals && zeroed_base[a] < ARENA_PAGES) {
        zeroed_base[a]++;
        zeroed_raised = 1;
    }
}

uint32_t zeroed_base_load(uint32_t a) {
    rival(a);
    return zeroed_base[a];
}

int zeroed_base_swap(uint32_t a, uint32_t seen, uint32_t next) {
    rival(a);
    if (zeroed_base[a] != seen) {
        return 0;
    }
    zeroed_base[a] = next;
    return 1;
}

void page_in_use_set(uint32_t k, uint32_t i) {
    page_in_use[k] |= (uint64_t)1 << i;
}

void page_in_use_clear(uint32_t k, uint32_t i) {
    page_in_use[k] &= ~((uint64_t)1 << i);
}

void total_live_add(uint32_t kind, uint32_t n) {
    total_live[kind] += n;
}

void total_live_sub(uint32_t kind, uint32_t n) {
    total_live[kind] -= n;
}

uint32_t total_live_load(uint32_t kind) {
    return total_live[kind];
}

uint32_t page_span_load(uint32_t p) {
    return page_span[p];
}

void page_span_store(uint32_t p, uint32_t s) {
    page_span[p] = s;
}

uint32_t span_state_load(uint32_t s) {
    return span[s].state;
}

void span_state_store(uint32_t s, uint32_t state) {
    span[s].state = (uint8_t)state;
}

uint32_t slots_owner_load(uint32_t s) {
    return slots_owner[s];
}

uint32_t large_cell_load(uint32_t s) {
    return large_cell[s];
}

void large_put(uint32_t s, uint32_t cell) {
    large_cell[s] = cell;
}

void large_keep(uint32_t s) {
    large_cell[s] = LARGE_IS_KEPT;
    span_owner[s] = UINT32_MAX; /* nobody's */
}

int large_take(uint32_t s, uint32_t cell) {
    if (large_cell[s] != cell) {
        return 0;
    }
    large_cell[s] = 0;
    span_owner[s] = self;
    return 1;
}

uint32_t large_owner_load(uint32_t s) {
    return large_owner[s];
}

void large_owner_store(uint32_t s, uint32_t owner) {
    large_owner[s] = (uint16_t)owner;
}

uint32_t large_kept_load(uint32_t k) {
    return large_kept[k];
}

void large_kept_store(uint32_t k, uint32_t hint) {
    large_kept[k] = hint;
}

void slots_owner_store(uint32_t s, uint32_t owner) {
    slots_owner[s] = owner;
}

int slot_remote_set(uint32_t w, uint32_t j) {
    int was = slot_remote[w] >> j & 1;
    slot_remote[w] |= (uint64_t)1 << j;
    return !was;
}

uint64_t slot_remote_take(uint32_t w) {
    uint64_t bits = slot_remote[w];
    slot_remote[w] = 0;
    return bits;
}

void inbox_put(uint32_t t, uint32_t s) {
    if (inbox_link[s] == 0) {
        inbox_link[s] = 1 + inbox[t];
        inbox[t] = s;
    }
}

int inbox_has(uint32_t s) {
    return inbox_link[s] != 0;
}

uint32_t inbox_take(uint32_t t) {
    uint32_t s = inbox[t];
    inbox[t] = 0;
    return s;
}

uint32_t inbox_leave(uint32_t s) {
    uint32_t below = inbox_link[s] == 0 ? 0 : inbox_link[s] - 1;
    inbox_link[s] = 0;
    return below;
}

int slot_mark_set(uint32_t w, uint32_t j) {
    int clear = (slot_mark[w] >> j & 1) == 0;
    slot_mark[w] |= (uint64_t)1 << j;
    return clear;
}

uint64_t slot_mark_take(uint32_t w) {
    uint64_t marks = slot_mark[w];
    slot_mark[w] = 0;
    return marks;
}

int large_mark_set(uint32_t s) {
    int first = large_mark[s] == 0;
    large_mark[s] = 1;
    return first;
}

int large_mark_take(uint32_t s) {
    int mark = large_mark[s];
    large_mark[s] = 0;
    return mark;
}

uint32_t thread_cycle_load(uint32_t t) {
    return thread_cycle[t];
}

void thread_cycle_store(uint32_t t, uint32_t cycle) {
    thread_cycle[t] = cycle;
}

uint32_t span_cycle_load(uint32_t s) {
    return span_cycle[s];
}

void span_cycle_store(uint32_t s, uint32_t cycle) {
    span_cycle[s] = cycle;
}

void slots_elapse(void) {
}

void marks_elapse(void) {
}

uint32_t heap_enter(void) {
    return self;
}

uint32_t heap_enter_again(void) {
    return self <= THREADS ? self : 0;
}

void heap_lock(void) {
    heap_held = 1;
}

void heap_unlock(void) {
    heap_held = 0;
}

void os_clear(uint64_t place, uint64_t bytes) {
    (void)place, (void)bytes;
}

void os_copy(uint64_t to, uint64_t from, uint64_t bytes) {
    (void)to, (void)from, (void)bytes;
}

void os_freed_twice(uint64_t place) {
    (void)place;
}
