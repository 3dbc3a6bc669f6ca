#ifndef OS_H
#define OS_H

/* T1. A digit from outside. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures digit: 0 <= \result <= 9;
 */
int os_digit(void);

#endif
