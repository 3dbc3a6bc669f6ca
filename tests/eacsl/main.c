/* Runs drive() with the group of modules and the planted fault the arguments name. */
#include <stdlib.h>

int group, fault;
int drive(void);
void __e_acsl_globals_init(void);

int main(int argc, char **argv) {
    group = argc > 1 ? atoi(argv[1]) : 0;
    fault = argc > 2 ? atoi(argv[2]) : 0;
    return drive();
}
