/* Runs drive(), with the planted fault that the argument numbers. */
#include <stdio.h>
#include <stdlib.h>

int planted;
void drive(void);

int main(int argc, char **argv) {
    planted = argc > 1 ? atoi(argv[1]) : 0;
    drive();
    puts("driven");
    return 0;
}
