/* Between page numbers and addresses, for those above the core that hand memory out. The core
 * speaks of pages alone and includes this nowhere. */
#ifndef CAIRN_MEMORY_H
#define CAIRN_MEMORY_H

#include "config.h"

/* The address of page p of the window, p <= PAGES: that of PAGES is the window's end. */
void *os_address(uint32_t p);

/* The page the address lies in, or PAGES if it lies outside the window. */
uint32_t os_page_of(const void *address);

/* Makes the n pages from page p, all mapped, read as zero. */
void os_zero(uint32_t p, uint32_t n);

#endif
