/* A core: an ELF file whose segments are the ranges of memory, and whose notes say which of them
 * are of files, and what the threads' registers held. */
#define _GNU_SOURCE
#include "tools/image.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/procfs.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <unistd.h>

struct core {
    struct image *image;
    const char *program; /* NULL: any will do */
    uint64_t size;       /* of the file */
    uint64_t held;       /* bytes in the segments so far */
    int has_program;
    char first[256]; /* the name of the first file in its memory */
};

/* Reads a part of the file, which is that of a `what`. */
static int take(struct core *core, uint64_t offset, void *bytes, uint64_t size, const char *what) {
    if (offset > core->size || size > core->size - offset ||
        pread(core->image->file, bytes, size, (off_t)offset) != (ssize_t)size) {
        return image_refuse(core->image,
                            "byte %" PRIu64 ": expected %s of %" PRIu64
                            " bytes, found a file of %" PRIu64,
                            offset, what, size, core->size);
    }
    return 1;
}

static int take_header(struct core *core, Elf64_Ehdr *header, uint32_t *segments) {
    if (!take(core, 0, header, sizeof *header, "an ELF header")) {
        return 0;
    }
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
        return image_refuse(core->image, "byte 0: expected an ELF file, found something else");
    }
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_machine != EM_X86_64) {
        return image_refuse(core->image,
                            "byte 18: expected 64 bits of x86-64 (machine %d), found machine %d",
                            EM_X86_64, header->e_machine);
    }
    if (header->e_type != ET_CORE) {
        return image_refuse(core->image, "byte 16: expected a core (type %d), found type %d",
                            ET_CORE, header->e_type);
    }
    if (header->e_phentsize != sizeof(Elf64_Phdr)) {
        return image_refuse(core->image, "byte 54: expected segments of %zu bytes, found %d",
                            sizeof(Elf64_Phdr), header->e_phentsize);
    }
    *segments = header->e_phnum;
    if (header->e_phnum == PN_XNUM) { /* more than that: the first section has their number */
        Elf64_Shdr section;
        if (!take(core, header->e_shoff, &section, sizeof section, "a section header")) {
            return 0;
        }
        *segments = section.sh_info;
    }
    return 1;
}

static int add_segment(struct core *core, uint64_t at, const Elf64_Phdr *segment) {
    uint64_t held = segment->p_filesz, start = segment->p_vaddr, size = segment->p_memsz;
    if (held > 0 && (segment->p_offset > core->size || held > core->size - segment->p_offset)) {
        return image_refuse(core->image,
                            "byte %" PRIu64 ": expected a segment of %" PRIu64
                            " bytes, found a file of %" PRIu64 ", which is cut short",
                            (uint64_t)segment->p_offset, held, core->size);
    }
    core->held += held;
    if (held > size || size > UINT64_MAX - start || core->held > core->size) {
        return image_refuse(core->image,
                            "byte %" PRIu64
                            ": expected a segment apart from others, found 0x%" PRIx64
                            " bytes of memory at 0x%" PRIx64 ", %" PRIu64 " in the file",
                            at, size, start, held);
    }
    return image_add(core->image, (struct image_range){.start = start,
                                                       .end = start + size,
                                                       .offset = segment->p_offset,
                                                       .held = held});
}

/* The registers of a thread. */
static int take_thread(struct core *core, uint64_t offset, uint64_t size) {
    struct elf_prstatus status;
    struct user_regs_struct registers;
    struct image *image = core->image;
    if (size < sizeof status || image->threads == IMAGE_THREADS) {
        return image_refuse(image,
                            "byte %" PRIu64 ": expected a note of %zu bytes on one of at most %d "
                            "threads, found %" PRIu64,
                            offset, sizeof status, IMAGE_THREADS, size);
    }
    if (!take(core, offset, &status, sizeof status, "a note")) {
        return 0;
    }
    memcpy(&registers, status.pr_reg, sizeof registers);
    image->thread[image->threads++] = (struct image_thread){
        .number = status.pr_pid, .code = registers.rip, .stack = registers.rsp};
    return 1;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Reads names, one behind the other, and looks for the program's. */
static int take_names(struct core *core, uint64_t names, uint64_t offset, uint64_t end) {
    char name[4096];
    for (uint64_t i = 0; i < names && offset < end; i++) {
        uint64_t room = end - offset < sizeof name ? end - offset : sizeof name;
        if (!take(core, offset, name, room, "names of files")) {
            return 0;
        }
        name[room - 1] = 0;
        if (i == 0) {
            snprintf(core->first, sizeof core->first, "%.255s", name);
        }
        core->has_program |=
            core->program != NULL && strcmp(base_name(name), base_name(core->program)) == 0;
        offset += strlen(name) + 1;
    }
    return 1;
}

/* The files in the memory: how many, a page's size, where each begins, ends, and is of its file,
 * and then the names. */
static int take_files(struct core *core, uint64_t offset, uint64_t size) {
    uint64_t head[2], file[3], end = offset + size;
    if (!take(core, offset, head, sizeof head, "a list of files")) {
        return 0;
    }
    if (head[0] > (size - sizeof head) / sizeof file) {
        return image_refuse(core->image,
                            "byte %" PRIu64 ": expected a list of %" PRIu64
                            " files, found a note of %" PRIu64 " bytes",
                            offset, head[0], size);
    }
    offset += sizeof head;
    for (uint64_t i = 0; i < head[0]; i++, offset += sizeof file) {
        if (!take(core, offset, file, sizeof file, "a file")) {
            return 0;
        }
        struct image_range *range = image_range_at(core->image, file[0]);
        if (range != NULL) {
            range->is_data = 1;
        }
    }
    return take_names(core, head[0], offset, end);
}

static int take_note(struct core *core, const Elf64_Nhdr *note, uint64_t start) {
    if (note->n_type == NT_PRSTATUS) {
        return take_thread(core, start, note->n_descsz);
    }
    if (note->n_type == NT_FILE && note->n_descsz >= 2 * sizeof(uint64_t)) {
        return take_files(core, start, note->n_descsz);
    }
    return 1;
}

static int take_notes(struct core *core, const Elf64_Phdr *segment) {
    Elf64_Nhdr note;
    uint64_t at = segment->p_offset, left = segment->p_filesz;
    while (left >= sizeof note) {
        if (!take(core, at, &note, sizeof note, "a note")) {
            return 0;
        }
        uint64_t name = (note.n_namesz + 3ull) / 4 * 4, body = (note.n_descsz + 3ull) / 4 * 4;
        uint64_t size = sizeof note + name + body;
        if (size > left) {
            return image_refuse(core->image,
                                "byte %" PRIu64 ": expected a note of at most %" PRIu64
                                " bytes, found one of %" PRIu64,
                                at, left, size);
        }
        if (!take_note(core, &note, at + sizeof note + name)) {
            return 0;
        }
        at += size;
        left -= size;
    }
    return 1;
}

/* Adds all segments, and then reads the notes on them, which are one. */
static int take_segments(struct core *core) {
    Elf64_Ehdr header;
    Elf64_Phdr segment, notes = {0};
    uint32_t segments = 0;
    if (!take_header(core, &header, &segments)) {
        return 0;
    }
    for (uint32_t i = 0; i < segments; i++) {
        uint64_t at = header.e_phoff + (uint64_t)i * sizeof segment;
        if (!take(core, at, &segment, sizeof segment, "a segment's header") ||
            (segment.p_type == PT_LOAD && !add_segment(core, at, &segment))) {
            return 0;
        }
        notes = segment.p_type == PT_NOTE ? segment : notes;
    }
    image_sort(core->image);
    return take_notes(core, &notes);
}

static int load(struct core *core) {
    struct stat status;
    if (fstat(core->image->file, &status) != 0 || !S_ISREG(status.st_mode)) {
        return image_refuse(core->image, "expected a core, found no plain file");
    }
    core->size = (uint64_t)status.st_size;
    if (!take_segments(core)) {
        return 0;
    }
    if (core->program != NULL && !core->has_program) {
        return image_refuse(core->image, "expected a core of %s, found one of %s", core->program,
                            core->first[0] != 0 ? core->first : "no known program");
    }
    return image_find(core->image) && image_load(core->image);
}

int image_load_core(struct image *image, const char *name, const char *program) {
    struct core core = {.image = image, .program = program};
    image->page_map = -1;
    image->file = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (image->file < 0) {
        return image_refuse(image, "cannot be read: %s", strerror(errno));
    }
    int loaded = load(&core);
    close(image->file);
    return loaded;
}
