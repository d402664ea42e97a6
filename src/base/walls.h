/*
 * walls: what the sandboxes of our processes are built of. Which calls and paths
 * a process needs is its own room's to say (intake/reader_sandbox.c,
 * server/sandbox.c).
 */
#ifndef BASE_WALLS_H
#define BASE_WALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sanitizer's own work needs memory and calls that the program does not. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/*
 * From now on this process has the allowed system calls, memory that does not run,
 * and signals to itself; the refused ones fail with EACCES, any other ends it.
 * False: errno says why.
 */
bool walls_calls(const int *allowed, size_t allowed_count, const int *refused,
    size_t refused_count);

/* The file rights of Landlock's first version, of which later ones are left out. */
#define WALLS_FILES (((uint64_t)1 << 13) - 1)
/* What the kernel has of Landlock; under 1: nothing. */
int walls_landlock(void);
/* A rule set that handles WALLS_FILES and grants none; -1: errno says why. */
int walls_paths_new(void);
/* It holds for this process from now on. False: errno says why. */
bool walls_paths_close(int ruleset);

#endif
