/* cairn-record [-o FILE] [-f] PROGRAM ARGUMENTS...
 * Runs a program and writes its allocations to FILE (cairn.rec if not given): see recording.h for
 * what is in it, and record_preload.c for how. With -f the programs it starts are recorded too,
 * each in FILE.PROCESS. The status is the program's (128 + the signal that ended it). */
#define _GNU_SOURCE
#include "tools/recording.h"
#include <errno.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void fail(const char *what, const char *which) {
    fprintf(stderr, "cairn-record: %s: %s: %s\n", which, what, strerror(errno));
    exit(2);
}

static _Noreturn void usage(void) {
    fprintf(stderr, "usage: cairn-record [-o FILE] [-f] PROGRAM ARGUMENTS...\n"
                    "  -o FILE  where the recording goes, cairn.rec if not said\n"
                    "  -f       records the programs started by it too, each in FILE.PROCESS\n");
    exit(2);
}

/* The library that records stands beside this program. */
static void set_preload(void) {
    char own[PATH_MAX], path[2 * PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", own, sizeof own - 1);
    if (size < 0) {
        fail("cannot be read", "/proc/self/exe");
    }
    own[size] = 0;
    snprintf(path, sizeof path, "%s/record_preload.so", dirname(own));
    if (access(path, R_OK) != 0) {
        fail("cannot be read", path);
    }
    const char *others = getenv("LD_PRELOAD");
    if (others != NULL && others[0] != 0) {
        size_t end = strlen(path);
        snprintf(path + end, sizeof path - end, ":%s", others);
    }
    setenv("LD_PRELOAD", path, 1);
}

static _Noreturn void become(char **program) {
    char process[24];
    snprintf(process, sizeof process, "%ld", (long)getpid());
    setenv("CAIRN_RECORD_PROCESS", process, 1);
    execvp(program[0], program);
    fprintf(stderr, "cairn-record: %s: %s\n", program[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

/* Cuts off what was set aside in a recording and not used. Returns 0 if the file is none. */
static int trim(const char *name) {
    unsigned char header[RECORD_HEADER];
    struct stat status;
    FILE *file = fopen(name, "rb");
    size_t size = file != NULL ? fread(header, 1, sizeof header, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    if (size != sizeof header || memcmp(header, RECORD_MAGIC, 8) != 0 || stat(name, &status) != 0) {
        return 0;
    }
    uint64_t length = 0;
    for (int i = 7; i >= 0; i--) {
        length = length << 8 | header[16 + i];
    }
    return length <= (uint64_t)status.st_size && truncate(name, (off_t)length) == 0;
}

static void trim_others(const char *name) {
    char pattern[PATH_MAX + 8];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s.[0-9]*", name);
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            trim(found.gl_pathv[i]);
        }
        globfree(&found);
    }
}

int main(int argc, char **argv) {
    const char *name = "cairn.rec";
    int follow = 0, option;
    while ((option = getopt(argc, argv, "+o:f")) != -1) {
        if (option == 'o') {
            name = optarg;
        } else if (option == 'f') {
            follow = 1;
        } else {
            usage();
        }
    }
    if (optind == argc) {
        usage();
    }
    FILE *file = fopen(name, "wb"); /* now, so that a wrong name is found before the program runs */
    char *path = file != NULL && fclose(file) == 0 ? realpath(name, NULL) : NULL;
    if (path == NULL) {
        fail("cannot be written", name);
    }
    set_preload();
    setenv("CAIRN_RECORD", path, 1);
    unsetenv("CAIRN_RECORD_FOLLOW");
    if (follow) {
        setenv("CAIRN_RECORD_FOLLOW", "1", 1);
    }
    pid_t child = fork();
    if (child < 0) {
        fail("cannot be started", argv[optind]);
    }
    if (child == 0) {
        become(argv + optind);
    }
    signal(SIGINT, SIG_IGN); /* the program's to answer */
    signal(SIGQUIT, SIG_IGN);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!trim(path)) {
        fprintf(stderr, "cairn-record: %s recorded nothing: is it static?\n", argv[optind]);
        return 2;
    }
    if (follow) {
        trim_others(path);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
