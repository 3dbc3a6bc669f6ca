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
               snapshot_table[t].entry.name, offset / snapshot_table[t].entry.record);
    }
    CHECK(right);
}

static void corrupt(uint32_t t) {
    struct flaw flaw;
    CHECK(load(image, size));
    uint64_t offset = spoil(t);
    enum rule rule = rule_of(t, offset);
    CHECK(load(spoilt, size));
    int sound = heap_audit(), explained = explain_heap(&flaw);
    check_verdict(rule != RULE_NONE || sound, t, offset,
                  "no invariant mentions it, and it is unsound");
    check_verdict(rule != RULE_BROKEN || !sound, t, offset,
                  "an invariant is broken, and it is sound");
    check_verdict(sound == explained, t, offset, "the walks find something else");
    statistics[t].tried++;
    statistics[t].broken += !sound;
    if (sound) {
        int slots = explain(explained_slots, &flaw);
        statistics[t].sound += slots;
        statistics[t].slots += !slots;
    } else {
        check_verdict(strstr(flaw.meaning, "no walk") == NULL, t, offset, flaw.predicate);
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
               snapshot_table[t].entry.name, statistics[t].tried, statistics[t].broken,
               statistics[t].slots, statistics[t].sound);
    }
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
            CHECK(heap_audit() == explain_heap(&flaw));
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
                snapshot_table[t].at[at] = (unsigned char)test_random();
            }
        }
        CHECK(heap_audit() == explain_heap(&flaw));
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
    test_directory();
    test_broken();
    test_wild();
    test_noise();
    CHECK(unlink(file) == 0 && rmdir(folder) == 0);
    return test_report("corrupt");
}
