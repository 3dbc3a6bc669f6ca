/* Runs drive(), with the planted fault that the argument numbers. */
#include <gmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int planted;
extern unsigned checking;
extern const char *const checks[];
void drive(void);

/* E-ACSL's own malloc keeps books of each block, and most that is asked for are GMP's numbers. */
void *__libc_malloc(size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static void *number_realloc(void *block, size_t was, size_t size) {
    (void)was;
    return __libc_realloc(block, size);
}

static void number_free(void *block, size_t size) {
    (void)size;
    __libc_free(block);
}

/* Says whose clause is broken (E-ACSL itself has only its text) and ends as E-ACSL would have. */
static void broken(int number) {
    fprintf(stderr, "while checking: %s\n", checks[checking]);
    signal(number, SIG_DFL);
    raise(number);
}

int main(int argc, char **argv) {
    planted = argc > 1 ? atoi(argv[1]) : 0;
    signal(SIGABRT, broken);
    mp_set_memory_functions(__libc_malloc, number_realloc, number_free);
    drive();
    puts("driven");
    return 0;
}
