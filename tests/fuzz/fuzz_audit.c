/* What libFuzzer makes of snapshots and cores is loaded, audited, explained and shown: whatever is
 * in a file, nothing may crash, hang, or read outside its tables. Its seeds are a snapshot and a
 * core of a heap of the tests'; with FUZZ_SEEDS=FOLDER in the environment it writes them there. */
#define _GNU_SOURCE
#include "../audit/heap.h"
#include "libc/snapshot_here.h"
#include "tools/explain.h"
#include "tools/heap_view.h"
#include "tools/image.h"
#include "tools/snapshot_load.h"
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/procfs.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

static int input = -1, output = -1; /* files in memory */
static char input_name[32], output_name[32];

void report_snapshot(const char *name, int error) {
    fprintf(stderr, "%s: %s\n", name, strerror(error));
    exit(2);
}

static int new_file(char name[32]) {
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0) {
        perror("memfd_create");
        exit(2);
    }
    snprintf(name, 32, "/proc/self/fd/%d", file);
    return file;
}

enum { RECORD_AT = 4096, TABLES_AT = 8192, SEGMENTS = 2 + SNAPSHOT_TABLES };

/* What a core begins with: behind it are the tables. */
static struct {
    Elf64_Ehdr header;
    Elf64_Phdr segment[SEGMENTS]; /* the notes, the record, and each table */
    struct {
        Elf64_Nhdr files;
        char files_name[4];
        uint64_t count, page, start, end, offset;
        char name[8];
        Elf64_Nhdr thread;
        char thread_name[4];
        struct elf_prstatus status;
    } notes;
    struct snapshot_here here; /* in a memory of its own, at RECORD_AT */
} core = {
    .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB},
               .e_type = ET_CORE,
               .e_machine = EM_X86_64,
               .e_phoff = sizeof core.header,
               .e_phentsize = sizeof(Elf64_Phdr),
               .e_phnum = SEGMENTS},
    .notes = {.files = {4, 48, NT_FILE},
              .files_name = "CORE",
              .count = 1,
              .page = 4096,
              .start = RECORD_AT,
              .end = TABLES_AT,
              .name = "fuzz",
              .thread = {4, sizeof core.notes.status, NT_PRSTATUS},
              .thread_name = "CORE",
              .status = {.pr_pid = 1}},
    .here = {.magic = SNAPSHOT_HERE_MAGIC,
             .self = RECORD_AT,
             .head = {.magic = SNAPSHOT_MAGIC,
                      .version = SNAPSHOT_VERSION,
                      .constants = SNAPSHOT_CONSTANTS,
                      .tables = SNAPSHOT_TABLES},
             .code = RECORD_AT,
             .code_end = TABLES_AT},
};

static void add_segment(uint32_t type, uint64_t offset, uint64_t address, uint64_t bytes) {
    static uint32_t segments;
    core.segment[segments++] = (Elf64_Phdr){.p_type = type,
                                            .p_offset = offset,
                                            .p_vaddr = address,
                                            .p_filesz = bytes,
                                            .p_memsz = bytes};
}

static void write_core(const char *name) {
    uint64_t address = TABLES_AT, offset = sizeof core;
    memcpy(core.here.head.constant, snapshot_constant, sizeof snapshot_constant);
    memcpy(core.here.head.table, snapshot_table, sizeof snapshot_table);
    add_segment(PT_NOTE, offsetof(__typeof__(core), notes), 0, sizeof core.notes);
    add_segment(PT_LOAD, offsetof(__typeof__(core), here), RECORD_AT, sizeof core.here);
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        core.here.at[t] = address;
        add_segment(PT_LOAD, offset, address, snapshot_bytes(t));
        address += (snapshot_bytes(t) + 4095) / 4096 * 4096;
        offset += snapshot_bytes(t);
    }
    FILE *file = fopen(name, "wb");
    size_t written = file != NULL ? fwrite(&core, sizeof core, 1, file) : 0;
    for (uint32_t t = 0; t < SNAPSHOT_TABLES && written == 1; t++) {
        written = fwrite(snapshot_at(t), snapshot_bytes(t), 1, file);
    }
    if (written != 1 || fclose(file) != 0) {
        report_snapshot(name, errno);
    }
}

/* Loads a file of whichever kind. Returns whether it is one. */
static int load(const char *name, int is_core) {
    static struct image image;
    static struct snapshot_read read;
    clear_tables();
    image.ranges = image.threads = 0;
    image.inside = 0;
    return is_core ? image_load_core(&image, name, NULL) : snapshot_load(name, &read);
}

/* Writes both seeds, and sees that they are what they are meant to be. */
static void write_seeds(const char *folder) {
    char snapshot[PATH_MAX], core_name[PATH_MAX];
    snprintf(snapshot, sizeof snapshot, "%s/snapshot", folder);
    snprintf(core_name, sizeof core_name, "%s/core", folder);
    make_heap();
    if (cairn_snapshot(snapshot) != 0) {
        report_snapshot(snapshot, errno);
    }
    write_core(core_name);
    CHECK(load(snapshot, 0) && heap_audit());
    CHECK(load(core_name, 1) && heap_audit());
    if (test_failed != 0) {
        exit(1);
    }
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count, (void)arguments;
    if (getenv("FUZZ_SEEDS") != NULL) {
        write_seeds(getenv("FUZZ_SEEDS"));
    }
    input = new_file(input_name);
    output = new_file(output_name);
    return 0;
}

/* As cairn-audit does with what it has loaded. */
static void show(void) {
    static struct heap_view view;
    struct flaw flaw;
    enum heap_part broken = heap_flaw();
    if (broken != HEAP_SOUND) {
        explain_part(broken, &flaw);
    } else {
        explain(explained_slots, &flaw);
    }
    heap_view_take(&view);
    heap_view_text(&view);
    fflush(stdout);
    heap_view_map(&view, "fuzz", "fuzz", output_name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (ftruncate(input, 0) != 0 || pwrite(input, data, size, 0) != (ssize_t)size) {
        return -1;
    }
    if (load(input_name, size > 0 && data[0] == ELFMAG0)) {
        show();
    }
    return 0;
}

/* A snapshot ends in its checksum: most get the right one, or none would get past it. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
    uint64_t sum;
    size = LLVMFuzzerMutate(data, size, most);
    if (seed % 8 != 0 && size > sizeof sum && data[0] != ELFMAG0) {
        sum = snapshot_sum(SNAPSHOT_BASIS, data, size - sizeof sum);
        memcpy(data + size - sizeof sum, &sum, sizeof sum);
    }
    return size;
}
