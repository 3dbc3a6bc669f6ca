/* Between the window's numbers and addresses, for those above the core that hand memory out; and
 * the bytes in it, which the core has cleared and copied by place and never sees. A place is a
 * number of bytes from the window's start. */
#ifndef CAIRN_MEMORY_H
#define CAIRN_MEMORY_H

#include "config.h"

/* The address of page p of the window, p <= PAGES: that of PAGES is the window's end. */
void *os_address(uint32_t p);

/* The page the address lies in, or PAGES if it lies outside the window. */
uint32_t os_page_of(const void *address);

/* Makes the n pages from page p, all mapped, read as zero. */
void os_zero(uint32_t p, uint32_t n);

/* The address of a place in the window. */
void *os_pointer(uint64_t place);

/* The place of an address; not below the window's bytes if the address lies outside. */
uint64_t os_place(const void *address);

/* T12. Makes this many bytes from a place on, all mapped, read as zero. */
/*@ requires range: place + bytes <= PAGES * PAGE_SIZE;
    terminates \true;
    exits \false;
    assigns \nothing;
 */
void os_clear(uint64_t place, uint64_t bytes);

/* T12. Copies this many bytes, all mapped, from one place to another; the two may overlap. */
/*@ requires from: from + bytes <= PAGES * PAGE_SIZE;
    requires to: to + bytes <= PAGES * PAGE_SIZE;
    terminates \true;
    exits \false;
    assigns \nothing;
 */
void os_copy(uint64_t to, uint64_t from, uint64_t bytes);

/* T12. Tells whoever embeds Cairn that a thread freed the block at this place when it was free
 * already, as its owner finds out now. Weak, and does nothing: to be replaced, as libc/ does. */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
 */
void os_freed_twice(uint64_t place);

#endif
