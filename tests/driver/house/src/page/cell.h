#ifndef CELL_H
#define CELL_H

#define CELLS 8
extern int cell[CELLS];

#include "../../specs/cell.acsl"

/* Fills cell i. */
/*@ requires cell: 0 <= i < CELLS;
    terminates \true;
    exits \false;
    assigns cell[i];
    ensures full: Full(i);
 */
void cell_fill(int i);

/* Empties the cells below n. */
/*@ requires count: 0 <= n <= CELLS;
    terminates \true;
    exits \false;
    assigns cell[0 .. CELLS - 1];
    ensures empty: \forall integer k; 0 <= k < n ==> !Full(k);
    ensures same: \forall integer k; n <= k < CELLS ==> cell[k] == \old(cell[k]);
 */
void cell_empty(int n);

#endif
