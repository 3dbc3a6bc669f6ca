/* A process that runs, or that is stopped: ptrace stops its threads, and lets them go on as they
 * were, even where this program is killed. */
#define _GNU_SOURCE
#include "tools/image.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS = 200, STOP_LOOKS = 20000 };

static void wait_a_while(long microseconds) {
    nanosleep(&(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
}

static int open_of(struct image *image, int process, const char *name, int flags) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", process, name);
    int file = open(path, flags | O_CLOEXEC);
    if (file < 0) {
        image_refuse(image, "%s cannot be read: %s", path, strerror(errno));
    }
    return file;
}

static int is_stopped_by_us(const struct image *image, int thread) {
    for (uint32_t i = 0; i < image->threads; i++) {
        if (image->thread[i].number == thread) {
            return 1;
        }
    }
    return 0;
}

/* Has this thread ended, though it may still have its number? */
static int is_ended(int process, int thread) {
    char path[64], state = 'X';
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", process, thread);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1) {
            state = '?';
        }
        fclose(file);
    }
    return state == 'X' || state == 'Z';
}

/* Waits until the thread that was told to stop has, or is no more. */
static int await_stop(struct image *image, int thread) {
    int status = 0;
    for (int look = 0; look < STOP_LOOKS; look++) {
        pid_t seen = waitpid(thread, &status, __WALL | WNOHANG);
        if (seen == thread && WIFSTOPPED(status)) {
            struct user_regs_struct registers = {0};
            int signal = status >> 16 == 0 ? WSTOPSIG(status) : 0;
            ptrace(PTRACE_GETREGS, thread, 0, &registers);
            image->thread[image->threads++] = (struct image_thread){
                .number = thread, .signal = signal, .code = registers.rip, .stack = registers.rsp};
            return 1;
        }
        if (seen == thread || (seen < 0 && errno != EINTR)) {
            return 1;
        }
        wait_a_while(100);
    }
    return image_refuse(image, "thread %d: expected it to stop, it does not", thread);
}

static int stop_thread(struct image *image, int process, int thread) {
    if (image->threads == IMAGE_THREADS) {
        return image_refuse(image, "expected at most %d threads, found more", IMAGE_THREADS);
    }
    if (ptrace(PTRACE_SEIZE, thread, 0, 0) != 0) {
        int error = errno;
        return is_ended(process, thread) ||
               image_refuse(image, "thread %d cannot be stopped: %s%s", thread, strerror(error),
                            error == EPERM ? " (another user's, or a debugger has it)" : "");
    }
    return ptrace(PTRACE_INTERRUPT, thread, 0, 0) != 0 || await_stop(image, thread);
}

/* Stops all threads; those that others begin meanwhile are found by another look. */
static int stop(struct image *image, int process) {
    char path[64];
    uint32_t before = 0;
    int stopped = 1;
    snprintf(path, sizeof path, "/proc/%d/task", process);
    do {
        DIR *tasks = opendir(path);
        if (tasks == NULL) {
            return image_refuse(image, "expected a process, found none: %s", strerror(errno));
        }
        before = image->threads;
        for (struct dirent *task = readdir(tasks); task != NULL && stopped; task = readdir(tasks)) {
            int thread = atoi(task->d_name);
            if (thread > 0 && !is_stopped_by_us(image, thread)) {
                stopped = stop_thread(image, process, thread);
            }
        }
        closedir(tasks);
    } while (stopped && image->threads > before);
    return stopped;
}

/* A signal that a thread was about to be given, it is given now. */
static void let_go(struct image *image) {
    for (uint32_t i = 0; i < image->threads; i++) {
        ptrace(PTRACE_DETACH, image->thread[i].number, 0, (long)image->thread[i].signal);
    }
    image->threads = 0;
}

static int read_maps(struct image *image, int process) {
    int maps = open_of(image, process, "maps", O_RDONLY), added = 1;
    FILE *file = maps < 0 ? NULL : fdopen(maps, "r");
    char *line = NULL;
    size_t room = 0;
    image->ranges = 0;
    while (file != NULL && added && getline(&line, &room, file) > 0) {
        uint64_t start = 0, end = 0, inode = 0;
        char access[5] = "";
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %*s %" SCNu64, &start, &end, access,
                   &inode) == 4) {
            added = image_add(image, (struct image_range){start, end, start, end - start,
                                                          access[1] == 'w' && inode != 0});
        }
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return file != NULL && added;
}

/* Looks at the stopped process. It may be at a better moment later: `last` says if it has to do. */
static int look(struct image *image, int process, int last) {
    image->file = open_of(image, process, "mem", O_RDONLY);
    image->page_map = image->file < 0 ? -1 : open_of(image, process, "pagemap", O_RDONLY);
    int loaded = image->file >= 0 && read_maps(image, process) && image_find(image) &&
                 ((image->inside != 0 && !last) || image_load(image));
    if (image->page_map >= 0) {
        close(image->page_map);
    }
    if (image->file >= 0) {
        close(image->file);
    }
    return loaded;
}

int image_load_process(struct image *image, const char *number) {
    char *end = NULL;
    long process = strtol(number, &end, 10);
    if (!isdigit((unsigned char)number[0]) || *end != 0 || process < 1 || process > INT32_MAX) {
        return image_refuse(image, "expected the number of a process");
    }
    for (int looks = 1; looks <= LOOKS; looks++) {
        int loaded = stop(image, (int)process) && look(image, (int)process, looks == LOOKS);
        let_go(image);
        if (!loaded || image->inside == 0 || looks == LOOKS) {
            return loaded;
        }
        wait_a_while(100 + looks * 37 % 1000);
    }
    return 0;
}
