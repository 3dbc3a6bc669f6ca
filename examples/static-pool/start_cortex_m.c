/* The start of a program on a bare Cortex-M: the vectors, the clearing of what must be zero, and
 * the end, which tells a debugger (or QEMU) main's answer by semihosting. */
#include <stdint.h>

extern uint32_t stack_top, data_start, data_end, data_source, bss_start, bss_end;

int main(void);

static void leave(int answer) {
    static uint32_t report[2];
    report[0] = 0x20026; /* the program ended by itself */
    report[1] = (uint32_t)answer;
    register uint32_t operation __asm__("r0") = 0x20; /* SYS_EXIT_EXTENDED */
    register uint32_t *argument __asm__("r1") = report;
    __asm__ volatile("bkpt 0xab" : : "r"(operation), "r"(argument) : "memory");
}

void reset(void) {
    volatile uint32_t *from = &data_source;
    for (volatile uint32_t *to = &data_start; to < &data_end; to++, from++) {
        *to = *from;
    }
    for (volatile uint32_t *to = &bss_start; to < &bss_end; to++) {
        *to = 0;
    }
    leave(main());
    for (;;) {
    }
}

static void fault(void) {
    leave(255);
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    &stack_top,    (void *)reset, (void *)fault, (void *)fault,
    (void *)fault, (void *)fault, (void *)fault};
