#include "store.h"
#include "../live_slots.h"
#include "os/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cycle begins when so many bytes were asked for since the last; each so manyth is compared. */
enum { PACE = 3 << 20, COMPARE = 5, MAGIC = 0x5a1d };

value store_stack[STACK];
uint32_t store_top;
struct store_counts store_counts;

static uint64_t asked;   /* bytes, since the last cycle */
static uint32_t threads; /* the thread's number, while it has the store's */

/* The collected heap has a number of its own where malloc is Cairn's too: a cycle under the
 * thread's would take all that malloc gave. */
static void enter(void) {
    if (own_number != 0 && (threads = heap_move(own_number)) == 0) {
        abort();
    }
}

static void leave(void) {
    if (own_number != 0) {
        heap_move_back(threads);
    }
}

void store_push(value v) {
    if (store_top == STACK) {
        printf("the stack of roots is full\n");
        abort();
    }
    store_stack[store_top++] = v;
}

value store_leave(uint32_t frame, value v) {
    store_top = frame;
    store_push(v);
    return v;
}

static int is_cell(value v) {
    return (v & 3) == 0;
}

/* Cells yet to be looked through. They lie in malloc's memory, as the walk's notes below. */
struct list {
    struct cell **cell;
    size_t count, room;
};

static void add(struct list *list, struct cell *cell) {
    if (list->count == list->room) {
        list->room = list->room == 0 ? 1000 : 2 * list->room;
        list->cell = realloc(list->cell, list->room * sizeof *list->cell);
        if (list->cell == NULL) {
            abort();
        }
    }
    list->cell[list->count++] = cell;
}

/* Marks a value's cell. Who is told that it is the first looks through it. */
static void mark(struct list *todo, value v) {
    if (is_cell(v)) {
        struct cell *cell = cell_of(v);
        enum sweep_status status = sweep_mark(os_place(cell));
        store_counts.wrong += cell->magic != MAGIC;
        store_counts.wrong += status != SWEEP_OK && status != SWEEP_WAS_MARKED;
        if (status == SWEEP_OK) {
            add(todo, cell);
        }
    }
}

/* Any thread may mark: this one does under its own number, which `add` has its memory of. */
static void mark_all(void) {
    struct list todo = {0};
    size_t i = 0;
    for (; i < store_top || todo.count > 0; i++) {
        struct cell *cell = i < store_top ? NULL : todo.cell[--todo.count];
        uint32_t values = cell == NULL ? 1 : cell->values;
        for (uint32_t k = 0; k < values; k++) {
            mark(&todo, cell == NULL ? store_stack[i] : cell->at[k]);
        }
    }
    free(todo.cell);
}

/* Closes the ports that nothing reaches: their cells are there for this cycle. Returns how many. */
static uint32_t close_ports(void) {
    uint32_t count = 0;
    for (struct special_due due; (due = heap_take_due()).kind != 0; count++) {
        struct cell *cell = os_pointer(due.place);
        int sound = due.kind == SPECIAL_FINALIZER && cell->type == PORT && cell->magic == MAGIC;
        store_counts.wrong += !sound || cell->at[0] != due.value;
        store_counts.closed++;
        store_counts.closed_sum += (uint64_t)number_of(due.value);
    }
    return count;
}

/* The cells that the roots reach, by a walk that knows nothing of marks: it notes the numbers of
 * those it met. */
static uint32_t walk(void) {
    uint8_t *met = calloc(store_counts.made / 8 + 1, 1);
    struct list todo = {0};
    uint32_t count = 0;
    for (size_t i = 0; met != NULL && (i < store_top || todo.count > 0); i++) {
        struct cell *cell = i < store_top ? NULL : todo.cell[--todo.count];
        uint32_t values = cell == NULL ? 1 : cell->values;
        for (uint32_t k = 0; k < values; k++) {
            value v = cell == NULL ? store_stack[i] : cell->at[k];
            uint32_t n = is_cell(v) ? cell_of(v)->number : 0;
            if (is_cell(v) && (met[n / 8] >> n % 8 & 1) == 0) {
                met[n / 8] |= (uint8_t)(1 << n % 8);
                count++;
                add(&todo, cell_of(v));
            }
        }
    }
    free(met);
    free(todo.cell);
    return count;
}

uint32_t store_live(void) {
    enter();
    uint32_t count = live_slots();
    leave();
    return count;
}

/* A cycle up to where it is known what goes. The spans are swept by whoever asks for memory. */
static void begin(void) {
    asked = 0;
    store_counts.cycles++;
    enter();
    store_counts.wrong += sweep_begin() != SWEEP_OK;
    leave();
    close_ports();
    mark_all();
    enter();
    store_counts.wrong += sweep_marked() != SWEEP_OK;
    leave();
}

void store_compare(void) {
    begin();
    uint32_t reached = walk();
    enter();
    sweep_pages(UINT32_MAX);
    uint32_t live = live_slots();
    leave();
    uint32_t revived = close_ports();
    store_counts.compared++;
    store_counts.kept_most = live > store_counts.kept_most ? live : store_counts.kept_most;
    if (live != reached + revived) {
        store_counts.wrong++;
        printf("%u cells are there, %u are reached, %u revived\n", live, reached, revived);
    }
}

static void pace(uint64_t bytes) {
    asked += bytes;
    if (asked > PACE) {
        if ((store_counts.cycles + 1) % COMPARE == 0) {
            store_compare();
        } else {
            begin();
        }
    }
}

value store_make(enum type type, uint32_t values, uint32_t bytes) {
    size_t size = sizeof(struct cell) + values * sizeof(value) + bytes;
    pace(size);
    enter();
    uint64_t place = sweep_alloc(size);
    leave();
    if (place == NO_PLACE || size > CLASS_BYTES_MAX) {
        printf("no memory for a cell of %zu bytes\n", size);
        abort();
    }
    struct cell *cell = os_pointer(place);
    cell->type = (uint16_t)type;
    cell->magic = MAGIC;
    cell->bytes = bytes;
    cell->values = values;
    cell->number = (uint32_t)store_counts.made++;
    for (uint32_t k = 0; k < values; k++) {
        cell->at[k] = NIL;
    }
    memset(&cell->at[values], 0, bytes);
    store_push((value)(uintptr_t)cell);
    return (value)(uintptr_t)cell;
}

value store_open(int64_t id) {
    value port = store_make(PORT, 1, 0);
    cell_of(port)->at[0] = number(id);
    struct special_added added =
        heap_add_special(os_place(cell_of(port)), SPECIAL_FINALIZER, number(id), 0);
    store_counts.wrong += added.status != SPECIAL_OK;
    return port;
}
