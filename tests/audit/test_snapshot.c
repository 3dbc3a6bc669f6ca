// config: pool host
// link: src/libc/snapshot.c src/libc/snapshot_format.c src/tools/snapshot_load.c src/tools/explain.c src/tools/explain_heap.c src/tools/explain_pages.c src/tools/explain_slots.c src/tools/explain_spans.c src/tools/explain_specials.c -Wl,--wrap=syscall
/* A snapshot holds what the tables held, however the system writes it; and a failure leaves nothing
 * behind, and what stood there. */
#define _GNU_SOURCE
#include "heap.h"
#include "tools/explain.h"
#include "tools/snapshot_load.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PLAIN, PIECES, INTERRUPTED, NO_PAGEMAP, REFUSED, NOTHING };

static int mode;      /* what the system does */
static long refused;  /* REFUSED: the call of this number */
static long refusals; /* from this one on */
static int with;      /* what it says then: an errno */
static long calls;    /* of that number, since this was cleared */
static char folder[PATH_MAX - 64], file[PATH_MAX];
static char reported[PATH_MAX];
static int reported_error;
static struct snapshot_read read_back;

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

long __wrap_syscall(long number, ...) {
    long a[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++) {
        a[i] = va_arg(arguments, long);
    }
    va_end(arguments);
    if (mode == INTERRUPTED && number == SYS_write && ++calls % 3 != 0) {
        errno = EINTR;
        return -1;
    }
    if ((mode == PIECES || mode == INTERRUPTED) && number == SYS_write && a[2] > 1) {
        a[2] = 1 + (long)(test_random() % (uint64_t)(a[2] < 5000 ? a[2] : 5000));
    }
    if (mode == NO_PAGEMAP && number == SYS_pread64) {
        errno = EPERM;
        return -1;
    }
    if (mode == NOTHING && number == SYS_write && calls++ < 100) {
        errno = EINTR; /* of some call before: nothing was interrupted now */
        return 0;
    }
    if (mode == REFUSED && number == refused && calls++ >= refusals) {
        if (number == SYS_close) {
            __real_syscall(number, a[0]);
        }
        errno = with;
        return -1;
    }
    return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

void report_snapshot(const char *name, int error) {
    snprintf(reported, sizeof reported, "%s", name);
    reported_error = error;
}

/* Files in the folder. */
static int files(void) {
    int count = 0;
    DIR *open = opendir(folder);
    for (struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
        count += entry->d_name[0] != '.';
    }
    closedir(open);
    return count;
}

/* The checksum of the file's bytes, 0 if there is none. */
static uint64_t file_sum(void) {
    static unsigned char bytes[65536];
    uint64_t sum = SNAPSHOT_BASIS;
    FILE *open = fopen(file, "rb");
    if (open == NULL) {
        return 0;
    }
    for (size_t n = fread(bytes, 1, sizeof bytes, open); n > 0;
         n = fread(bytes, 1, sizeof bytes, open)) {
        sum = snapshot_sum(sum, bytes, n);
    }
    fclose(open);
    return sum;
}

static void try_mode(int how) {
    mode = how;
    calls = 0;
    errno = 0;
}

/* Whatever the system does short of refusing, the file is the same, byte for byte. */
static void test_writes(void) {
    make_heap();
    try_mode(PLAIN);
    CHECK(cairn_snapshot(file) == 0 && errno == 0);
    uint64_t sum = file_sum();
    for (int how = PIECES; how <= NO_PAGEMAP; how++) {
        unlink(file);
        try_mode(how);
        CHECK(cairn_snapshot(file) == 0 && errno == 0 && files() == 1);
        try_mode(PLAIN);
        CHECK(file_sum() == sum);
    }
    struct stat status;
    CHECK(stat(file, &status) == 0 && (status.st_mode & 0777) == 0600);
}

/* All tables come back as they were: each by a sum, all by the audit, and what is asked of it. */
static void test_round_trip(void) {
    make_heap();
    uint64_t sum[SNAPSHOT_TABLES];
    struct flaw flaw;
    struct heap_totals totals = heap_totals();
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        sum[t] = table_sum(t);
        if (sum[t] == SNAPSHOT_BASIS) {
            printf("nothing in %s\n", snapshot_table[t].name);
        }
        CHECK(sum[t] != SNAPSHOT_BASIS);
    }
    CHECK(cairn_snapshot(file) == 0);
    clear_tables();
    CHECK(heap_totals().mapped == 0 && totals.mapped != 0);
    CHECK(snapshot_load(file, &read_back) && read_back.process == (uint32_t)getpid());
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        CHECK(table_sum(t) == sum[t]);
    }
    struct heap_totals again = heap_totals();
    CHECK(memcmp(&again, &totals, sizeof totals) == 0);
    CHECK(heap_audit() && explain_heap(&flaw) == HEAP_SOUND && explain(explained_slots, &flaw));
    total_free++;
    CHECK(heap_flaw() == PART_PAGES && explain_heap(&flaw) == PART_PAGES &&
          strcmp(flaw.predicate, "PageTotals") == 0);
    total_free--;
}

/* The empty heap: a header and no block. */
static void test_empty(void) {
    CHECK(cairn_snapshot(file) == 0 && snapshot_load(file, &read_back) && read_back.blocks == 0);
    CHECK(heap_audit());
    struct stat status;
    CHECK(stat(file, &status) == 0 &&
          status.st_size == 24 + 32 * (SNAPSHOT_CONSTANTS + SNAPSHOT_TABLES) + 16);
}

/* One byte in memory that was never touched, the last of a block in two pages: it is found. */
static void test_lonely(void) {
    uint32_t tables = 0;
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        if (snapshot_blocks(t) > 1) {
            snapshot_at(t)[(snapshot_blocks(t) - 1) / 2 * (uint64_t)SNAPSHOT_BLOCK + 4095] = 1;
            tables++;
        }
    }
    CHECK(tables > 5 && cairn_snapshot(file) == 0);
    clear_tables();
    CHECK(snapshot_load(file, &read_back) && read_back.blocks == tables);
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        CHECK(snapshot_blocks(t) <= 1 ||
              snapshot_at(t)[(snapshot_blocks(t) - 1) / 2 * (uint64_t)SNAPSHOT_BLOCK + 4095] == 1);
    }
}

static void check_refused(long number, long from, int error) {
    uint64_t before = file_sum();
    int there = files();
    refused = number;
    refusals = from;
    with = error;
    try_mode(REFUSED);
    int answer = cairn_snapshot(file);
    int said = errno;
    try_mode(PLAIN);
    CHECK(answer == -1 && said == error);
    CHECK(files() == there && file_sum() == before);
    heap_totals(); /* the lock is open */
}

static void test_refused(void) {
    make_heap();
    CHECK(unlink(file) == 0 && files() == 0);
    for (int there = 0; there < 2; there++) {
        for (long from = 0; from < 2; from++) {
            check_refused(SYS_write, from, ENOSPC);
        }
        check_refused(SYS_openat, 0, EACCES);
        check_refused(SYS_close, 1, EIO); /* the first is the page map's */
        try_mode(NOTHING);
        CHECK(cairn_snapshot(file) == -1 && errno == EIO);
        try_mode(PLAIN);
        CHECK(files() == there);
        CHECK(cairn_snapshot(file) == 0 && files() == 1);
        heap_set_limit(0); /* so the next one would be another file */
    }
}

static void test_names(void) {
    char name[PATH_MAX + 100];
    CHECK(cairn_snapshot(NULL) == -1 && errno == ENOENT);
    CHECK(cairn_snapshot("") == -1 && errno == ENOENT);
    CHECK(cairn_snapshot(folder) == -1 && errno == EEXIST);
    struct stat status; /* a device would lose its place: a pipe stands for one here */
    snprintf(name, sizeof name, "%s/pipe", folder);
    CHECK(mkfifo(name, 0600) == 0 && cairn_snapshot(name) == -1 && errno == EEXIST);
    CHECK(stat(name, &status) == 0 && S_ISFIFO(status.st_mode) && unlink(name) == 0);
    snprintf(name, sizeof name, "%s/none/file", folder);
    CHECK(cairn_snapshot(name) == -1 && errno == ENOENT);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    CHECK(cairn_snapshot(name) == -1 && errno == ENAMETOOLONG);
    name[PATH_MAX - 3] = 0; /* it fits, and its working name does not */
    CHECK(cairn_snapshot(name) == -1 && errno == ENAMETOOLONG);
    snprintf(name, sizeof name, "%s.%ld.part", file, (long)getpid()); /* of one that was killed */
    FILE *part = fopen(name, "w");
    CHECK(part != NULL && fputs("half", part) >= 0 && fclose(part) == 0);
    CHECK(cairn_snapshot(file) == 0 && files() == 1);
    uint64_t sum = file_sum(); /* and a stranger's link there to another file leaves that alone */
    CHECK(symlink(file, name) == 0);
    heap_set_limit(PAGE_SIZE * (uint64_t)CHUNK_PAGES);
    snprintf(name, sizeof name, "%s/moved", folder);
    CHECK(rename(file, name) == 0 && symlink(name, file) == 0);
    CHECK(cairn_snapshot(file) == 0 && lstat(file, &status) == 0 && S_ISREG(status.st_mode));
    CHECK(file_sum() != sum && rename(name, file) == 0 && file_sum() == sum && files() == 1);
}

static void test_at_exit(void) {
    char name[PATH_MAX], want[PATH_MAX];
    snprintf(name, sizeof name, "%s/%%p-%%q%%p%%", folder);
    snprintf(want, sizeof want, "%s/%ld-%%q%ld%%", folder, (long)getpid(), (long)getpid());
    snapshot_at_exit(name);
    CHECK(reported[0] == 0 && unlink(want) == 0);
    snapshot_at_exit(file);
    CHECK(reported[0] == 0 && unlink(file) == 0 && files() == 0);
    snprintf(name, sizeof name, "%s/none/%%p", folder);
    snprintf(want, sizeof want, "%s/none/%ld", folder, (long)getpid());
    snapshot_at_exit(name);
    CHECK(strcmp(reported, want) == 0 && reported_error == ENOENT && files() == 0);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    memcpy(name + sizeof name - 4, "%p", 2);
    snapshot_at_exit(name);
    CHECK(reported_error == ENAMETOOLONG);
}

int main(void) {
    const char *home = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/cairn-snapshot-XXXXXX", home != NULL ? home : "/tmp");
    CHECK(mkdtemp(folder) != NULL);
    snprintf(file, sizeof file, "%s/file", folder);
    test_empty(); /* at first: as long as no table is touched, the host's 1.5 GB are looked at fast */
    test_lonely();
    test_refused();
    test_names();
    test_at_exit();
    test_writes();
    test_round_trip();
    CHECK(unlink(file) == 0 && rmdir(folder) == 0);
    return test_report("snapshot");
}
