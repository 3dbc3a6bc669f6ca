#include "page/cell.h"
#include "os/os.h"

int cell[CELLS];

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures square: 0 <= \result <= 81;
 */
static int cell_square(void) {
    int digit = os_digit();
    return digit * digit;
}

void cell_fill(int i) {
    int square = cell_square();
    cell[i] = square + 1;
}

void cell_empty(int n) {
    /*@ loop invariant range: 0 <= i <= n;
        loop invariant empty: \forall integer k; 0 <= k < i ==> !Full(k);
        loop invariant same: \forall integer k; i <= k < CELLS ==> cell[k] == \at(cell[k], Pre);
        loop assigns i, cell[0 .. CELLS - 1];
        loop variant n - i;
     */
    for (int i = 0; i < n; i++) {
        cell[i] = 0;
    }
}
