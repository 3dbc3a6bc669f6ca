// config: pool
// link: src/libc/snapshot.c src/libc/snapshot_format.c src/tools/snapshot_load.c src/tools/explain.c src/tools/explain_heap.c src/tools/explain_pages.c src/tools/explain_slots.c src/tools/explain_spans.c src/tools/explain_specials.c
/* Snapshots that are spoilt: with the checksum put right again, what is said of them is what the
 * specs say (rules.h) and what the walks find; without, none is taken. CAIRN_SEED begins elsewhere,
 * CAIRN_CORRUPTIONS is how many. */
#define _GNU_SOURCE
#include "rules.h"
#include "tools/explain.h"
#include "tools/snapshot_load.h"
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    IMAGE = 1 << 20,
    BLOCK_HEADER = 8,
    DIRECTORY = 24 + 32 * (SNAPSHOT_CONSTANTS + SNAPSHOT_TABLES)
};

static char file[PATH_MAX];
static unsigned char image[IMAGE], spoilt[IMAGE];
static size_t size;
static struct snapshot_read read_back;
static struct { /* what became of the corruptions of a table */
    unsigned tried, broken, slots, sound;
} statistics[SNAPSHOT_TABLES];

void report_snapshot(const char *name, int error) {
    printf("%s: %d\n", name, error);
}

static void write_image(const unsigned char *bytes, size_t length) {
    FILE *out = fopen(file, "wb");
    CHECK(out != NULL && fwrite(bytes, 1, length, out) == length && fclose(out) == 0);
}

static void read_image(void) {
    FILE *in = fopen(file, "rb");
    CHECK(in != NULL);
    size = fread(image, 1, sizeof image, in);
    CHECK(size > DIRECTORY && size < sizeof image);
    fclose(in);
}

static void fix_sum(unsigned char *bytes, size_t length) {
    uint64_t sum = snapshot_sum(SNAPSHOT_BASIS, bytes, length - 8);
    memcpy(bytes + length - 8, &sum, sizeof sum);
}

static int load(const unsigned char *bytes, size_t length) {
    write_image(bytes, length);
    clear_tables();
    return snapshot_load(file, &read_back);
}

static uint32_t number_at(size_t at) {
    uint32_t number;
    memcpy(&number, image + at, sizeof number);
    return number;
}

/* A block of table t in the image, one of those there, and how many bytes it has. Returns where its
 * bytes begin, 0 if there is none. */
static size_t block_of(uint32_t t, uint32_t *b) {
    size_t found = 0;
    uint32_t seen = 0;
    for (size_t at = DIRECTORY; number_at(at) != SNAPSHOT_END;
         at += BLOCK_HEADER + snapshot_block_bytes(number_at(at), number_at(at + 4))) {
        if (number_at(at) == t && test_random() % ++seen == 0) {
            found = at + BLOCK_HEADER;
            *b = number_at(at + 4);
        }
    }
    return found;
}

/* One byte of one table becomes another, in a block that is there; more often than not it is one that
 * is not zero. Returns where in the table it is. */
static uint64_t spoil_once(uint32_t t) {
    uint32_t b = 0;
    memcpy(spoilt, image, size);
    size_t start = block_of(t, &b);
    CHECK(start != 0);
    uint32_t bytes = snapshot_block_bytes(t, b), i = (uint32_t)(test_random() % bytes);
    if (test_random() % 4 != 0) {
        while (spoilt[start + i] == 0) {
            i = (i + 1) % bytes;
        }
    }
    spoilt[start + i] ^= test_random() % 2 == 0 ? 1u << test_random() % 8 : 1 + test_random() % 255;
    return (uint64_t)SNAPSHOT_BLOCK * b + i;
}

/* The same, and three times in four one that some predicate mentions if there is any. */
static uint64_t spoil(uint32_t t) {
    uint64_t offset = spoil_once(t);
    for (int i = 0; i < 200 && rule_of(t, offset) == RULE_NONE && test_random() % 4 != 0; i++) {
        offset = spoil_once(t);
    }
    fix_sum(spoilt, size);
    return offset;
}

/* Says where it was, of what failed. */
static void check_verdict(int right, uint32_t t, uint64_t offset, const char *what) {
    if (!right) {
        printf("%s: byte %" PRIu64 " of %s, record %" PRIu64 "\n", what, offset,
               snapshot_table[t].name, offset / snapshot_table[t].record);
    }
    CHECK(right);
}

static void corrupt(uint32_t t) {
    struct flaw flaw;
    CHECK(load(image, size));
    uint64_t offset = spoil(t);
    enum rule rule = rule_of(t, offset);
    CHECK(load(spoilt, size));
    enum heap_part broken = heap_flaw(), explained = explain_heap(&flaw);
    int sound = broken == HEAP_SOUND;
    check_verdict(rule != RULE_NONE || sound, t, offset,
                  "no invariant mentions it, and it is unsound");
    check_verdict(rule != RULE_BROKEN || !sound, t, offset,
                  "an invariant is broken, and it is sound");
    check_verdict(broken == explained, t, offset, "the walks find something else");
    statistics[t].tried++;
    statistics[t].broken += !sound;
    if (sound) {
        int slots = explain(explained_slots, &flaw);
        statistics[t].sound += slots;
        statistics[t].slots += !slots;
    }
}

static void test_corruptions(void) {
    const char *given = getenv("CAIRN_CORRUPTIONS");
    unsigned long n = given != NULL ? strtoul(given, NULL, 10) : 1040;
    for (unsigned long i = 0; i < n; i++) {
        corrupt((uint32_t)(i % SNAPSHOT_TABLES));
    }
    printf("%lu corruptions of one byte, seed %" PRIu64 "\n", n, test_start());
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        printf("  %-16s %4u: %4u break Heap, %4u break what threads have of slots, %4u sound\n",
               snapshot_table[t].name, statistics[t].tried, statistics[t].broken,
               statistics[t].slots, statistics[t].sound);
    }
}

/* The first predicate that fails, and where, after a change of several tables at once. */
static void check_broken(const char *predicate, const char *unit, uint64_t index) {
    struct flaw flaw;
    enum heap_part broken = heap_flaw();
    int found = broken != HEAP_SOUND && explain_heap(&flaw) == broken &&
                strcmp(flaw.predicate, predicate) == 0 && flaw.unit != NULL &&
                strcmp(flaw.unit, unit) == 0 && flaw.index == index;
    if (!found) {
        printf("%s at %s %" PRIu64 " was not found\n", predicate, unit, index);
    }
    CHECK(found && load(image, size) && heap_audit());
}

/* A dead record that waits with the thread. */
static void test_spans_broken(void) {
    uint32_t stack = live_span(KIND_STACK), work = live_span(KIND_WORKBUF);
    uint32_t low = stack < work ? stack : work, record = cache_record[0], p = span[stack].base;
    page_cache[2].base = p / 64 * 64; /* a live page waits as well */
    page_cache[2].free = (uint64_t)1 << p % 64;
    check_broken("Conserved", "page", p);
    span_link[stack] = (struct span_link){work, work, 3}; /* two of a list, and none at its ends */
    span_link[work] = (struct span_link){stack, stack, 3};
    check_broken("SpanListSound", "span", low);
    span_link[record].list = 3; /* one on a list, alone, and dead */
    span_list[3] = (struct span_list){record, record};
    check_broken("ListsLive", "span", record);
    span[stack].state = SPAN_DEAD; /* taken from the pool, in no cell */
    check_broken("WaitingHeld", "span", stack);
    cache_cell[record] = 1;
    check_broken("CellsHold", "cell", 0);
    span[record].state = SPAN_MANUAL; /* live, and at hand */
    check_broken("CellsHold", "cell", 0);
    uint32_t other = pool_stack[0]; /* live, and in the pool */
    span[other] = (struct span){
        .base = p, .npages = span[stack].npages, .state = SPAN_MANUAL, .kind = KIND_STACK};
    for (uint32_t i = 0; i < span[stack].npages; i++) {
        page_span[p + i] = other;
    }
    span[stack].state = SPAN_DEAD, span[stack].npages = 0;
    cache_cell[stack] = cache_count[1] + SPAN_CACHE, cache_record[cache_cell[stack]] = stack;
    cache_count[1]++;
    check_broken("LiveTaken", "span", other);
}

static void test_pages_broken(void) {
    uint32_t p = span[live_span(KIND_STACK)].base, c = CHUNKS - 1;
    page_cache[1].base = page_cache[2].base = p / 64 * 64; /* one page waits with two */
    page_cache[1].free = page_cache[2].free = (uint64_t)1 << p % 64;
    check_broken("CachesApart", "thread", 3);
    CHECK(chunk_mapped[c] == 0);
    page_cache[1].base = c * CHUNK_PAGES, page_cache[1].free = 1;
    check_broken("CachesMapped", "thread", 2);
    scavenge_chunk[c] = (uint64_t)1 << 26, scavenge_search[1].end = PAGES;
    check_broken("IndexMapped", "chunk", c);
    scavenge_chunk[c] = (uint64_t)1 << 26, scavenge_search[1].end = c * CHUNK_PAGES;
    check_broken("FlagsBelow", "chunk", c);
    current_low = 0, current_high = CHUNKS; /* of which the first is mapped */
    check_broken("CurrentArena", "chunk", 0);
}

static void test_specials_broken(void) {
    uint32_t s = live_span(KIND_HEAP);
    while (s < SPANS - 1 && special[special_head[s]].next == 0) {
        s++;
    }
    uint32_t first = special_head[s], next = special[first].next, last = next;
    CHECK(first != 0 && next != 0);
    while (special[last].next != 0) {
        last = special[last].next;
    }
    special[last].next = first;
    check_broken("SpecialLine", "special", first);
    special[first].offset = special[next].offset + 1;
    check_broken("SpecialSorted", "special", next);
    special[last].offset = (uint64_t)span[s].npages * PAGE_SIZE;
    check_broken("SpecialsHeld", "special", last);
    special[last].kind = SPECIAL_CLEANUP + 1;
    check_broken("SpecialKinds", "special", last);
    special[last].span = 0;
    check_broken("SpecialNexts", "special", last);
    special_head[s] = next; /* a list without its first */
    check_broken("SpecialFirsts", "special", first);
    special_last_due = special_head[SPECIAL_DUE]; /* of three */
    check_broken("SpecialLastDue", "special", special_last_due);
    special_births = special[first].birth - 1;
    check_broken("SpecialBirths", "special", first);
}

/* It is refused, and the message says at which byte. */
static void check_refused(size_t length) {
    int taken = load(spoilt, length);
    CHECK(!taken && strncmp(read_back.message, "byte ", 5) == 0 &&
          strstr(read_back.message, "expected") != NULL);
}

/* No byte of header and directory may be another, but for the process's number. */
static void test_directory(void) {
    for (size_t i = 0; i < DIRECTORY; i++) {
        memcpy(spoilt, image, size);
        spoilt[i] ^= 1u << test_random() % 8;
        fix_sum(spoilt, size);
        if (12 <= i && i < 16) {
            CHECK(load(spoilt, size));
        } else {
            check_refused(size);
        }
    }
}

/* Without the checksum put right: bytes flipped, cut off, added, moved and left out. */
static void test_broken(void) {
    for (int i = 0; i < 1500; i++) {
        size_t length = size, at = test_random() % size, n = 1 + test_random() % 9000;
        memcpy(spoilt, image, size);
        n = n < size - at ? n : size - at;
        if (i % 5 == 0) {
            length = at;
        } else if (i % 5 == 1) {
            memset(spoilt + size, i % 2 ? 0 : 0x5a, n);
            length = size + n;
        } else if (i % 5 == 2) {
            memmove(spoilt + at, spoilt + at + n, size - at - n);
            length = size - n;
        } else {
            for (uint64_t flips = i % 5 == 3 ? 1 : 1 + test_random() % 20; flips > 0; flips--) {
                spoilt[test_random() % size] ^= 1 + test_random() % 255;
            }
        }
        if (length != size || memcmp(spoilt, image, size) != 0) {
            check_refused(length);
        }
    }
}

/* With the checksum put right, numbers of tables and blocks that may be anything: whatever is taken
 * can be audited. */
static void test_wild(void) {
    struct flaw flaw;
    unsigned taken = 0;
    for (int i = 0; i < 1000; i++) {
        memcpy(spoilt, image, size);
        size_t at = DIRECTORY;
        for (uint64_t n = test_random() % 20; n > 0 && number_at(at) != SNAPSHOT_END; n--) {
            at += BLOCK_HEADER + snapshot_block_bytes(number_at(at), number_at(at + 4));
        }
        uint32_t wild = i % 3 == 0 ? (uint32_t)test_random() : (uint32_t)(test_random() % 60);
        memcpy(spoilt + at + test_random() % 2 * 4, &wild, sizeof wild);
        fix_sum(spoilt, size);
        if (load(spoilt, size)) {
            taken++;
            CHECK(heap_flaw() == explain_heap(&flaw));
        } else {
            CHECK(strncmp(read_back.message, "byte ", 5) == 0);
        }
    }
    CHECK(0 < taken && taken < 1000);
}

/* Tables of nothing but noise, or noise in one record: whatever they say, no walk leaves them. */
static void test_noise(void) {
    struct flaw flaw;
    for (int i = 0; i < 200; i++) {
        CHECK(load(image, size));
        for (int n = 0; n < 1 + i % 4; n++) {
            uint32_t t = (uint32_t)(test_random() % SNAPSHOT_TABLES);
            for (uint64_t at = 0; at < snapshot_bytes(t); at++) {
                snapshot_at(t)[at] = (unsigned char)test_random();
            }
        }
        CHECK(heap_flaw() == explain_heap(&flaw));
        if (heap_audit()) {
            explain(explained_slots, &flaw);
        }
    }
}

int main(void) {
    char folder[] = "/tmp/cairn-corrupt-XXXXXX";
    CHECK(mkdtemp(folder) != NULL);
    snprintf(file, sizeof file, "%s/file", folder);
    make_heap();
    CHECK(cairn_snapshot(file) == 0);
    read_image();
    test_corruptions();
    CHECK(load(image, size) && heap_audit());
    test_spans_broken();
    test_pages_broken();
    test_specials_broken();
    test_directory();
    test_broken();
    test_wild();
    test_noise();
    CHECK(unlink(file) == 0 && rmdir(folder) == 0);
    return test_report("corrupt");
}
