/* A snapshot of the heap in a file, for build/cairn-audit to look at. The file's format stands in
 * libc/snapshot_format.h. */
#ifndef CAIRN_SNAPSHOT_H
#define CAIRN_SNAPSHOT_H

/* Writes the tables of the heap and of its blocks to a file; what is in the blocks stays here. To
 * be called at a quiet point: no other thread is inside the allocator, nor comes in before this
 * returns, since what it does there without the lock is sound again only at its end. Not from a
 * signal handler.
 *
 * Returns 0; or -1 and says in errno why not: what the system said of the file, ENOENT for no name,
 * EEXIST where the name is that of something other than a plain file, ENAMETOOLONG. The file
 * appears under its name when it is complete and not before: until then it is PATH.PROCESS.part,
 * which a failure takes away again. What stood under the name stays until then. Only its owner may
 * read it; nothing is synced to the disk.
 *
 * Holds the heap lock and asks for no memory. Cost: a look at each page of memory that the tables
 * have touched, and at all of their 1.5 GB, mostly zero, where the system does not tell which these
 * are; the file has those 4 KiB of a table that are not zero. */
int cairn_snapshot(const char *path);

/* The same, at the process's end, under a name in which each %p stands for its number; says on the
 * standard error if there is no snapshot, and why. */
void snapshot_at_exit(const char *path);

#endif
