/* Threads that have ended: what no thread has. */
#ifndef CAIRN_THREADS_H
#define CAIRN_THREADS_H

/* Does block_flush for the calling thread, and for every one that has ended and whose number no
 * other has taken over: under that number, which nobody gets meanwhile. */
void threads_flush(void);

#endif
