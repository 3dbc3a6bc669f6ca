// config: pool
/* Each misuse that makes Go's runtime throw (tests/golden/misuse.json), and those that Go leaves to
 * its callers: Cairn answers each with a status and changes nothing, to the byte. A misuse of the
 * file that is neither tried nor explained here fails the test. */
#include "../tables.h"
#include "../test.h"
#include "heap/audit.h"
#include "object/slots.h"
#include "tools/os_sim.h"

#define GOLDEN "tests/golden/misuse.json"
enum { LIST = 1, OTHER_LIST };

/* What the misuses are tried on: a heap span of 3 pages, a stack of 2, one taken back. */
static uint32_t object, stack, dead;
static struct tables before;
static int audit_before;

static void make_heap(void) {
    os_sim_reset();
    tables_clear();
    CHECK(heap_alloc(1, 0).status == HEAP_OK);
    object = heap_alloc(3, 11).span;
    stack = heap_alloc_manual(2, KIND_STACK).span;
    dead = heap_alloc(1, 1).span;
    CHECK(heap_alloc(1, 1).status == HEAP_OK);
    CHECK(object != 0 && stack != 0 && heap_free(span[dead].base) == HEAP_OK);
}

static uint32_t page_of(uint32_t s) {
    return span[s].base;
}

/* One misuse each. They arrange what they need, note the tables, and return what came of it. */
static void note(void) {
    tables_save(&before);
    audit_before = heap_audit();
}

static int alloc_manual_as_heap(void) {
    note();
    return (int)heap_alloc_manual(1, KIND_HEAP).status;
}

static int free_dead(void) {
    note();
    return (int)heap_free(page_of(dead));
}

static int free_stack_with_slots(void) {
    span[stack].live_slots = 1;
    note();
    return (int)heap_free_manual(page_of(stack), KIND_STACK);
}

static int free_object_with_slots(void) {
    span[object].live_slots = 1;
    note();
    return (int)heap_free(page_of(object));
}

static int remove_from_other_list(void) {
    CHECK(span_list_insert(LIST, object) == LIST_OK);
    note();
    return (int)span_list_remove(OTHER_LIST, object);
}

static int remove_from_no_list(void) {
    note();
    return (int)span_list_remove(LIST, object);
}

static int insert_again(void) {
    CHECK(span_list_insert(LIST, object) == LIST_OK);
    note();
    CHECK(span_list_insert(OTHER_LIST, object) == LIST_IS_ON);
    return (int)span_list_insert(LIST, object);
}

static int insert_back_again(void) {
    CHECK(span_list_insert(LIST, object) == LIST_OK);
    note();
    CHECK(span_list_insert_back(OTHER_LIST, object) == LIST_IS_ON);
    return (int)span_list_insert_back(LIST, object);
}

static int add_special_to_no_object(void) {
    note();
    CHECK(special_add(stack, 0, SPECIAL_PROFILE, 1, 0, 1).status == SPECIAL_BAD_SPAN);
    CHECK(special_add(dead, 0, SPECIAL_PROFILE, 1, 0, 1).status == SPECIAL_BAD_SPAN);
    CHECK(special_add(SPANS, 0, SPECIAL_PROFILE, 1, 0, 1).status == SPECIAL_BAD_SPAN);
    return special_add(span_of_heap(page_of(stack)), 0, SPECIAL_PROFILE, 1, 0, 1).status;
}

static int remove_special_of_no_object(void) {
    note();
    CHECK(special_remove(stack, 0, SPECIAL_PROFILE).status == SPECIAL_BAD_SPAN);
    CHECK(special_remove(dead, 0, SPECIAL_PROFILE).status == SPECIAL_BAD_SPAN);
    CHECK(special_remove(SPANS, 0, SPECIAL_PROFILE).status == SPECIAL_BAD_SPAN);
    return special_remove(span_of_heap(page_of(stack)), 0, SPECIAL_PROFILE).status;
}

static int alloc_before_init(void) {
    tables_clear();
    os_sim_reset();
    note();
    CHECK(heap_audit() && heap_free(0) == HEAP_NO_SPAN && tables_changed(&before) == NULL);
    int status = (int)heap_alloc(1, 0).status;
    note();
    return status;
}

static int summary_that_promises(void) {
    summary[0] += PACKED_FULL; /* one more page in its longest run */
    note();
    CHECK(pages_audit() == 0);
    return heap_audit();
}

static int inner_summary_that_promises(void) {
    summary[CHUNKS] += PACKED_FULL; /* the first node above the leaves */
    note();
    CHECK(pages_audit() == 0);
    return heap_audit();
}

static int count_beyond_chunk(void) {
    scavenge_chunk[0] += 13 + CHUNK_PAGES - scavenge_chunk[0] % (2 * CHUNK_PAGES);
    note();
    return heap_audit();
}

static int count_below_used(void) {
    scavenge_chunk[0] -= scavenge_chunk[0] % (2 * CHUNK_PAGES);
    note();
    return heap_audit();
}

static int cursor_past_slots(void) {
    slot_cursor[0] = (struct slot_cursor){0, 5, 4};
    note();
    int answer = slots_audit(0);
    slot_cursor[0] = (struct slot_cursor){0, 0, 0};
    return answer;
}

static int profile_twice(void) {
    CHECK(special_add(object, 16, SPECIAL_PROFILE, 1, 0, 0).status == SPECIAL_OK);
    note();
    return special_add(object, 16, SPECIAL_PROFILE, 2, 0, 0).status;
}

static int unknown_special(void) {
    CHECK(special_add(object, 16, SPECIAL_PROFILE, 1, 0, 0).status == SPECIAL_OK);
    note();
    CHECK(special_remove(object, 16, SPECIAL_CLEANUP + 1).status == SPECIAL_ABSENT);
    CHECK(special_add(object, 16, 0, 1, 0, 0).status == SPECIAL_BAD_KIND);
    return special_add(object, 16, SPECIAL_CLEANUP + 1, 1, 0, 0).status;
}

/* What Go does not look at. */
static int alloc_nothing(void) {
    note();
    CHECK(heap_alloc_manual(0, KIND_STACK).status == HEAP_BAD_SIZE);
    return (int)heap_alloc(0, 0).status;
}

static int alloc_too_much(void) {
    note();
    CHECK(heap_alloc(UINT32_MAX, 0).status == HEAP_BAD_SIZE);
    CHECK(heap_alloc_manual(PAGES + 1, KIND_STACK).status == HEAP_BAD_SIZE);
    return (int)heap_alloc(PAGES + 1, 0).status;
}

static int alloc_unknown_kind(void) {
    note();
    CHECK(heap_alloc_manual(1, UINT32_MAX).status == HEAP_BAD_KIND);
    return (int)heap_alloc_manual(1, KINDS).status;
}

static int alloc_unknown_class(void) {
    note();
    CHECK(heap_alloc(1, UINT32_MAX).status == HEAP_BAD_CLASS);
    return (int)heap_alloc(1, SPAN_CLASSES).status;
}

static int alloc_smaller_than_slot(void) {
    note();
    return (int)heap_alloc(1, 2 * 67).status;
}

static int alloc_too_many_slots(void) {
    note();
    return (int)heap_alloc(PAGES, 3).status;
}

static int free_twice(void) {
    CHECK(heap_free(page_of(object)) == HEAP_OK);
    note();
    return (int)heap_free(page_of(object));
}

static int free_manual_twice(void) {
    CHECK(heap_free_manual(page_of(stack), KIND_STACK) == HEAP_OK);
    note();
    return (int)heap_free_manual(page_of(stack), KIND_STACK);
}

static int free_what_never_was(void) {
    note();
    CHECK(heap_free(PAGES) == HEAP_NO_SPAN);
    CHECK(heap_free(UINT32_MAX) == HEAP_NO_SPAN);
    CHECK(heap_free_manual(UINT32_MAX, KIND_STACK) == HEAP_NO_SPAN);
    return (int)heap_free(PAGES - 1);
}

static int free_inside(void) {
    note();
    CHECK(heap_free(page_of(object) + 2) == HEAP_NOT_FIRST);
    CHECK(heap_free_manual(page_of(stack) + 1, KIND_STACK) == HEAP_NOT_FIRST);
    return (int)heap_free(page_of(object) + 1);
}

static int free_as_another_kind(void) {
    note();
    CHECK(heap_free(page_of(stack)) == HEAP_BAD_KIND);
    CHECK(heap_free_manual(page_of(object), KIND_STACK) == HEAP_BAD_KIND);
    CHECK(heap_free_manual(page_of(object), KIND_HEAP) == HEAP_BAD_KIND);
    CHECK(heap_free_manual(page_of(stack), KINDS) == HEAP_BAD_KIND);
    return (int)heap_free_manual(page_of(stack), KIND_WORKBUF);
}

static int free_on_list(void) {
    CHECK(span_list_insert(LIST, object) == LIST_OK);
    note();
    return (int)heap_free(page_of(object));
}

static int free_with_special(void) {
    CHECK(special_add(object, 0, SPECIAL_FINALIZER, 1, 0, 0).status == SPECIAL_OK);
    note();
    return (int)heap_free(page_of(object));
}

static int take_all_of_itself(void) {
    CHECK(span_list_insert(LIST, object) == LIST_OK);
    note();
    return (int)span_list_take_all(LIST, LIST);
}

static int unknown_list(void) {
    note();
    CHECK(span_list_init(0) == LIST_BAD_LIST);
    CHECK(span_list_insert(SPAN_LISTS, object) == LIST_BAD_LIST);
    CHECK(span_list_insert_back(0, object) == LIST_BAD_LIST);
    CHECK(span_list_remove(UINT32_MAX, object) == LIST_BAD_LIST);
    return (int)span_list_take_all(LIST, SPAN_LISTS);
}

static int no_span_on_list(void) {
    note();
    CHECK(span_list_insert(LIST, SPANS) == LIST_BAD_SPAN);
    CHECK(span_list_remove(LIST, UINT32_MAX) == LIST_BAD_SPAN);
    return (int)span_list_insert_back(LIST, 0);
}

static int special_outside(void) {
    note();
    CHECK(special_add(object, UINT64_MAX, SPECIAL_PROFILE, 1, 0, 0).status == SPECIAL_BAD_OFFSET);
    return special_add(object, 3 * PAGE_SIZE, SPECIAL_PROFILE, 1, 0, 0).status;
}

static int remove_absent_special(void) {
    CHECK(special_add(object, 16, SPECIAL_PROFILE, 1, 0, 0).status == SPECIAL_OK);
    note();
    return special_remove(object, 17, SPECIAL_PROFILE).status;
}

static int give_record_back_twice(void) {
    uint32_t unmade = pool_made + 1;
    CHECK(heap_free_span_locked(THREADS, page_of(object), KIND_HEAP) == HEAP_OK);
    note();
    CHECK(span_pool_free(0) == 0 && span_pool_free(SPANS) == 0 && span_pool_free(unmade) == 0);
    return span_pool_free(object);
}

static int hint_outside(void) {
    note();
    CHECK(heap_add_hint(UINT32_MAX) == 0);
    return heap_add_hint(ARENAS + 1);
}

struct misuse {
    const char *name; /* Go's, in the file; our own have none in Go */
    int (*attempt)(void);
    int status; /* the answer it gets; heap_audit's where the misuse is a broken table */
    const char *why_not;
};

#define OF_SYSTEM     "it is no caller's: what the system says is checked, and proved at each call"
#define NO_RANGES     "there are no address ranges: a window of page numbers, a byte a chunk"
#define NO_PERSISTENT "nothing is allocated for ever: tables are static"

/* In the file's order. */
static const struct misuse of_go[] = {
    {"allocManual(typ=spanAllocHeap)", alloc_manual_as_heap, HEAP_BAD_KIND, NULL},
    {"freeSpanLocked on span in state mSpanDead", free_dead, HEAP_NO_SPAN, NULL},
    {"freeSpanLocked on manual span with allocCount != 0", free_stack_with_slots, HEAP_HAS_SLOTS,
     NULL},
    {"freeSpanLocked on in-use span with allocCount != 0", free_object_with_slots, HEAP_HAS_SLOTS,
     NULL},
    {"freeSpanLocked on in-use span with sweepgen != h.sweepgen", NULL, 0,
     "spans have no sweep generation yet"},
    {"freeSpanLocked on user arena chunk", NULL, 0, "there are no user arenas"},
    {"mSpanList.remove of a span on another list", remove_from_other_list, LIST_NOT_ON, NULL},
    {"mSpanList.remove of a span on no list", remove_from_no_list, LIST_NOT_ON, NULL},
    {"mSpanList.insert of a span already on a list", insert_again, LIST_IS_ON, NULL},
    {"mSpanList.insertBack of a span already on a list", insert_back_again, LIST_IS_ON, NULL},
    {"addspecial on a non-heap pointer", add_special_to_no_object, SPECIAL_BAD_SPAN, NULL},
    {"removespecial on a non-heap pointer", remove_special_of_no_object, SPECIAL_BAD_SPAN, NULL},
    {"fixalloc.init with size > 16384", NULL, 0, "a record's size is its type's: no init"},
    {"fixalloc.alloc before init", alloc_before_init, HEAP_OK, NULL}, /* zero is the empty heap */
    {"scavChunkData.alloc beyond 512 pages in use", count_beyond_chunk, 0, NULL},
    {"scavChunkData.free below 0 pages in use", count_below_used, 0, NULL},
    {"addrRanges.add of a zero-size range", NULL, 0, NO_RANGES},
    {"addrRange.subtract of a strictly interior range", NULL, 0, NO_RANGES},
    {"makeAddrRange across the address space segments (amd64)", NULL, 0, NO_RANGES},
    {"findScavengeCandidate with min not a power of 2", NULL, 0, OF_SYSTEM},
    {"findScavengeCandidate with min > 64", NULL, 0, OF_SYSTEM},
    {"findScavengeCandidate with min == 0", NULL, 0, OF_SYSTEM},
    {"fillAligned with bad m", NULL, 0, OF_SYSTEM},
    {"pageAlloc.sysGrow with unaligned base", NULL, 0, "growth counts chunks: no part of one"},
    {"pageAlloc.alloc with a leaf summary promising absent pages (fast path)",
     summary_that_promises, 0, NULL},
    {"allocToCache with a leaf summary promising absent pages", summary_that_promises, 0, NULL},
    {"pageAlloc.find with an inner summary promising absent pages", inner_summary_that_promises, 0,
     NULL},
    {"setprofilebucket twice on one object", profile_twice, SPECIAL_EXISTS, NULL},
    {"freeSpecial with unknown kind", unknown_special, SPECIAL_BAD_KIND, NULL},
    {"persistentalloc(0)", NULL, 0, NO_PERSISTENT},
    {"persistentalloc with align not a power of 2", NULL, 0, NO_PERSISTENT},
    {"persistentalloc with align > page size", NULL, 0, NO_PERSISTENT},
    {"nextFreeIndex with freeindex > nelems", cursor_past_slots, 0, NULL},
};

static const struct misuse our_own[] = {
    {"alloc of no pages", alloc_nothing, HEAP_BAD_SIZE, NULL},
    {"alloc of more than the window", alloc_too_much, HEAP_BAD_SIZE, NULL},
    {"alloc of no kind", alloc_unknown_kind, HEAP_BAD_KIND, NULL},
    {"alloc of no class", alloc_unknown_class, HEAP_BAD_CLASS, NULL},
    {"alloc of less than a slot", alloc_smaller_than_slot, HEAP_BAD_CLASS, NULL},
    {"alloc of too many slots", alloc_too_many_slots, HEAP_BAD_CLASS, NULL},
    {"free twice", free_twice, HEAP_NO_SPAN, NULL},
    {"free of a stack twice", free_manual_twice, HEAP_NO_SPAN, NULL},
    {"free of what never was", free_what_never_was, HEAP_NO_SPAN, NULL},
    {"free inside", free_inside, HEAP_NOT_FIRST, NULL},
    {"free as another kind", free_as_another_kind, HEAP_BAD_KIND, NULL},
    {"free of a span on a list", free_on_list, HEAP_ON_LIST, NULL},
    {"free of a span with specials", free_with_special, HEAP_HAS_SPECIALS, NULL},
    {"take_all of a list into itself", take_all_of_itself, LIST_SAME, NULL},
    {"no list", unknown_list, LIST_BAD_LIST, NULL},
    {"no span on a list", no_span_on_list, LIST_BAD_SPAN, NULL},
    {"special outside its span", special_outside, SPECIAL_BAD_OFFSET, NULL},
    {"removal of an absent special", remove_absent_special, SPECIAL_ABSENT, NULL},
    {"record given back twice", give_record_back_twice, 0, NULL},
    {"hint outside the window", hint_outside, 0, NULL},
};

#define COUNT(TABLE) (sizeof(TABLE) / sizeof(TABLE)[0])

static int breaks_tables(const struct misuse *it) {
    return it->attempt == summary_that_promises || it->attempt == inner_summary_that_promises ||
           it->attempt == count_beyond_chunk || it->attempt == count_below_used;
}

static void attempt(const struct misuse *it) {
    if (it->attempt == NULL) {
        CHECK(it->why_not != NULL);
        printf("does not apply: %s: %s\n", it->name, it->why_not);
        return;
    }
    make_heap();
    int status = it->attempt();
    const char *changed = tables_changed(&before);
    if (status != it->status || changed != NULL) {
        printf("%s: status %d, changed %s\n", it->name, status, changed ? changed : "nothing");
    }
    CHECK(status == it->status);
    CHECK(changed == NULL);
    CHECK(audit_before == !breaks_tables(it));
    CHECK(heap_audit() == audit_before);
}

/* The misuse on this line of the file; NULL if none is. */
static const char *misuse_of(char *line) {
    static const char key[] = "\"misuse\": \"";
    char *name = strstr(line, key);
    char *end = name ? strrchr(line, '"') : NULL;
    if (end == NULL) {
        return NULL;
    }
    *end = '\0';
    return name + sizeof key - 1;
}

/* Is each misuse of the file in our table, once, and nothing else? */
static void compare_with_file(void) {
    char line[400];
    uint32_t tried[COUNT(of_go)] = {0}, found = 0;
    FILE *file = fopen(GOLDEN, "r");
    CHECK(file != NULL);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *name = misuse_of(line);
        if (name == NULL) {
            continue;
        }
        size_t i = 0;
        while (i < COUNT(of_go) && strcmp(of_go[i].name, name) != 0) {
            i++;
        }
        if (i == COUNT(of_go)) {
            printf("neither tried nor explained: %s\n", name);
        } else {
            tried[i]++;
        }
        CHECK(i < COUNT(of_go));
        found++;
    }
    for (size_t i = 0; i < COUNT(of_go); i++) {
        CHECK(tried[i] == 1);
    }
    CHECK(found == COUNT(of_go));
    if (file != NULL) {
        fclose(file);
    }
}

int main(void) {
    compare_with_file();
    size_t tried = COUNT(our_own);
    for (size_t i = 0; i < COUNT(of_go); i++) {
        attempt(&of_go[i]);
        tried += of_go[i].attempt != NULL;
    }
    for (size_t i = 0; i < COUNT(our_own); i++) {
        attempt(&our_own[i]);
    }
    printf("%d misuses tried, %d of them Go's\n", (int)tried, (int)(tried - COUNT(our_own)));
    return test_report("misuse");
}
