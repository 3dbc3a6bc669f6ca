/* What libFuzzer makes of snapshots and cores is loaded, audited, explained and shown: whatever is
 * in a file, nothing may crash, hang, or read outside its tables. Its seeds are a snapshot and a core
 * of a heap of the tests'; begun with FUZZ_SEEDS=FOLDER in the environment, it writes them there. */
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
#include <sys/mman.h>
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

static void put(FILE *file, const void *bytes, size_t size) {
    if (fwrite(bytes, 1, size, file) != size) {
        perror("a seed");
        exit(2);
    }
}

enum { RECORD_AT = 4096, TABLES_AT = 8192, SEGMENTS = 2 + SNAPSHOT_TABLES };

/* A core of this heap's record, at an address of its own, and tables, one a segment. */
static void write_core(const char *name) {
    struct {
        uint64_t files, page, start, end, offset;
        char name[8];
    } list = {1, 4096, RECORD_AT, TABLES_AT, 0, "fuzz"};
    Elf64_Nhdr note = {4, sizeof list, NT_FILE};
    struct snapshot_here here = {SNAPSHOT_HERE_MAGIC,
                                 RECORD_AT,
                                 {SNAPSHOT_MAGIC,
                                  SNAPSHOT_VERSION,
                                  0,
                                  SNAPSHOT_CONSTANTS,
                                  SNAPSHOT_TABLES,
                                  {{{0}, 0}},
                                  {{{0}, 0, 0}}},
                                 0,
                                 0,
                                 {0}};
    Elf64_Ehdr header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB},
                         .e_type = ET_CORE,
                         .e_machine = EM_X86_64,
                         .e_phoff = sizeof header,
                         .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = SEGMENTS};
    Elf64_Phdr segment[SEGMENTS];
    uint64_t offset = sizeof header + sizeof segment, notes = sizeof note + 4 + sizeof list;
    memcpy(here.head.constant, snapshot_constant, sizeof snapshot_constant);
    memcpy(here.head.table, snapshot_table, sizeof snapshot_table);
    segment[0] = (Elf64_Phdr){.p_type = PT_NOTE, .p_offset = offset, .p_filesz = notes};
    segment[1] = (Elf64_Phdr){.p_type = PT_LOAD,
                              .p_offset = offset + notes,
                              .p_vaddr = RECORD_AT,
                              .p_filesz = sizeof here,
                              .p_memsz = sizeof here};
    offset += notes + sizeof here;
    uint64_t address = TABLES_AT;
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        uint64_t bytes = snapshot_bytes(t);
        here.at[t] = address;
        segment[2 + t] = (Elf64_Phdr){.p_type = PT_LOAD,
                                      .p_offset = offset,
                                      .p_vaddr = address,
                                      .p_filesz = bytes,
                                      .p_memsz = bytes};
        address += (bytes + 4095) / 4096 * 4096;
        offset += bytes;
    }
    FILE *file = fopen(name, "wb");
    if (file == NULL) {
        report_snapshot(name, errno);
    }
    put(file, &header, sizeof header);
    put(file, segment, sizeof segment);
    put(file, &note, sizeof note);
    put(file, "CORE", 4);
    put(file, &list, sizeof list);
    put(file, &here, sizeof here);
    for (uint32_t t = 0; t < SNAPSHOT_TABLES; t++) {
        put(file, snapshot_at(t), snapshot_bytes(t));
    }
    fclose(file);
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count, (void)arguments;
    const char *folder = getenv("FUZZ_SEEDS");
    if (folder != NULL) {
        char name[PATH_MAX];
        make_heap();
        snprintf(name, sizeof name, "%s/snapshot", folder);
        if (cairn_snapshot(name) != 0) {
            report_snapshot(name, errno);
        }
        snprintf(name, sizeof name, "%s/core", folder);
        write_core(name);
    }
    input = new_file(input_name);
    output = new_file(output_name);
    return 0;
}

/* As cairn-audit does with what it has loaded. */
static void show(void) {
    static struct heap_view view;
    struct flaw flaw;
    if (!heap_audit()) {
        explain_heap(&flaw);
    } else {
        explain(explained_slots, &flaw);
    }
    heap_view_take(&view);
    heap_view_text(&view);
    fflush(stdout);
    heap_view_map(&view, "fuzz", "fuzz", output_name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct image image;
    static struct snapshot_read read;
    clear_tables();
    if (ftruncate(input, 0) != 0 || pwrite(input, data, size, 0) != (ssize_t)size) {
        return -1;
    }
    image.ranges = image.threads = 0;
    image.inside = 0;
    if (size > 0 && data[0] == ELFMAG0 ? image_load_core(&image, input_name, NULL)
                                       : snapshot_load(input_name, &read)) {
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
