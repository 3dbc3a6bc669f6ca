/* A process that runs, or that is stopped: ptrace stops its threads, and lets them go on as they
 * were. */
#define _GNU_SOURCE
#include "tools/image.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How often to look if a thread has stopped: the first times at once, then each 100 microseconds; a
 * thread that is told to stop, and one that makes a step. */
enum { QUICK_LOOKS = 50, STOP_LOOKS = 20000, STEP_LOOKS = 80, LEAVE_SECONDS = 2 };

static void wait_a_while(long microseconds) {
    nanosleep(&(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
}

/* Opens what all threads share: by one of them, as the first may have ended. */
static int open_of(struct image *image, const char *name) {
    char path[64];
    uint32_t i = 0;
    while (i + 1 < image->threads && image->thread[i].number == 0) {
        i++;
    }
    snprintf(path, sizeof path, "/proc/%d/%s", image->thread[i].number, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
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

/* Is the signal that the thread has stopped for that of our own step? */
static int is_trap(const struct image_thread *thread) {
    siginfo_t what = {0};
    return thread->is_stepped && thread->signal == SIGTRAP &&
           ptrace(PTRACE_GETSIGINFO, thread->number, 0, &what) == 0 && what.si_code > 0;
}

/* Fills in what the thread that has stopped, and with which status, is at. */
static void fill_in(struct image_thread *thread, int status) {
    struct user_regs_struct registers = {0};
    int event = status >> 16;
    thread->is_halted = event == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP;
    thread->signal = event == 0 ? WSTOPSIG(status) : 0;
    if (is_trap(thread)) {
        thread->signal = 0;
    }
    ptrace(PTRACE_GETREGS, thread->number, 0, &registers);
    thread->code = registers.rip;
    thread->stack = registers.rsp;
}

/* Looks so often if the thread has stopped, or is no more: then it has number 0. */
static int has_stopped(struct image_thread *thread, int looks) {
    for (int look = 0; look < looks; look++) {
        int status = 0;
        pid_t seen = waitpid(thread->number, &status, __WALL | WNOHANG);
        if (seen == thread->number && WIFSTOPPED(status)) {
            fill_in(thread, status);
            return 1;
        }
        if (seen == thread->number || (seen < 0 && errno != EINTR)) {
            thread->number = 0;
            return 1;
        }
        if (look < QUICK_LOOKS) {
            sched_yield();
        } else {
            wait_a_while(100);
        }
    }
    return 0;
}

/* Stops a thread of ours. */
static int interrupt(struct image *image, struct image_thread *thread) {
    return ptrace(PTRACE_INTERRUPT, thread->number, 0, 0) != 0 || has_stopped(thread, STOP_LOOKS) ||
           image_refuse(image, "thread %d: expected it to stop, it does not", thread->number);
}

static int stop_thread(struct image *image, int process, int number) {
    if (image->threads == IMAGE_THREADS) {
        return image_refuse(image, "expected at most %d threads, found more", IMAGE_THREADS);
    }
    if (ptrace(PTRACE_SEIZE, number, 0, 0) != 0) {
        int error = errno;
        return is_ended(process, number) ||
               image_refuse(image, "thread %d cannot be stopped: %s%s", number, strerror(error),
                            error == EPERM ? " (another user's, or a debugger has it)" : "");
    }
    struct image_thread *thread = &image->thread[image->threads++];
    *thread = (struct image_thread){.number = number};
    return interrupt(image, thread);
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
            return image_refuse(image, "expected a process, found none");
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
    return stopped &&
           (image->threads > 0 || image_refuse(image, "expected a process, found one that ended"));
}

/* A signal that a thread was about to be given, it is given now. */
static void let_go(struct image *image) {
    for (uint32_t i = 0; i < image->threads; i++) {
        ptrace(PTRACE_DETACH, image->thread[i].number, 0, (long)image->thread[i].signal);
    }
}

static int read_maps(struct image *image) {
    int maps = open_of(image, "maps"), added = 1;
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

static int is_past(const struct timespec *end) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > end->tv_sec || (now.tv_sec == end->tv_sec && now.tv_nsec > end->tv_nsec);
}

/* Can this thread come out of the allocator by itself? A signal that it is about to be given would
 * have it do something else first. */
static int can_leave(struct image *image, const struct image_thread *thread) {
    return !thread->is_halted && thread->signal == 0 && image_is_inside(image, thread);
}

/* A thread that was stopped in the midst of a step may have got the trap that ends the step, which
 * would end the process: it is taken back. No other signal comes now. */
static int take_back_trap(struct image *image, struct image_thread *thread) {
    struct __ptrace_peeksiginfo_args next = {.nr = 1};
    siginfo_t what;
    for (; ptrace(PTRACE_PEEKSIGINFO, thread->number, &next, &what) == 1; next.off++) {
        if (what.si_signo == SIGTRAP && what.si_code > 0) {
            ptrace(PTRACE_CONT, thread->number, 0, 0);
            return has_stopped(thread, STOP_LOOKS) ||
                   image_refuse(image, "thread %d: expected a trap, found none", thread->number);
        }
    }
    return 1;
}

static int step(struct image *image, struct image_thread *thread, const struct timespec *end) {
    while (can_leave(image, thread) && !is_past(end) &&
           ptrace(PTRACE_SINGLESTEP, thread->number, 0, 0) == 0) {
        if (!has_stopped(thread, STEP_LOOKS)) {
            return interrupt(image, thread) && take_back_trap(image, thread);
        }
    }
    return 1;
}

/* Has the thread execute what is left of its call, instruction by instruction. It may have to wait
 * for a lock that another has: then it stays inside. Signals wait, but for those that an
 * instruction itself gives rise to. */
static int leave(struct image *image, struct image_thread *thread, const struct timespec *end) {
    const uint64_t own = 1ull << (SIGTRAP - 1) | 1ull << (SIGSEGV - 1) | 1ull << (SIGBUS - 1) |
                         1ull << (SIGILL - 1) | 1ull << (SIGFPE - 1);
    uint64_t before = 0, blocked = ~own;
    if (!can_leave(image, thread) ||
        ptrace(PTRACE_GETSIGMASK, thread->number, sizeof before, &before) != 0) {
        return 1;
    }
    ptrace(PTRACE_SETSIGMASK, thread->number, sizeof blocked, &blocked);
    thread->is_stepped = 1;
    int stopped = step(image, thread, end);
    ptrace(PTRACE_SETSIGMASK, thread->number, sizeof before, &before);
    return stopped;
}

/* Brings the threads out of the allocator, all others being stopped, if that does not take long. */
static int leave_all(struct image *image) {
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += LEAVE_SECONDS;
    for (int left = 0; !left && !is_past(&end);) {
        left = 1;
        for (uint32_t i = 0; i < image->threads; i++) {
            left &= !can_leave(image, &image->thread[i]);
            if (!leave(image, &image->thread[i], &end)) {
                return 0;
            }
        }
    }
    return 1;
}

static int look(struct image *image) {
    image->file = open_of(image, "mem");
    if (image->file < 0) {
        return 0;
    }
    image->page_map = open_of(image, "pagemap");
    int loaded = read_maps(image) && image_find(image) && leave_all(image) && read_maps(image) &&
                 image_load(image);
    close(image->file);
    if (image->page_map >= 0) {
        close(image->page_map);
    }
    return loaded;
}

int image_load_process(struct image *image, const char *number) {
    char *end = NULL;
    long process = strtol(number, &end, 10);
    if (!isdigit((unsigned char)number[0]) || *end != 0 || process < 1 || process > INT32_MAX) {
        return image_refuse(image, "expected the number of a process");
    }
    sigset_t all, before; /* nothing may end this program before it has let the other go */
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    int loaded = stop(image, (int)process) && look(image);
    let_go(image);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return loaded;
}
