/*
 * keyfile: 32 random bytes in a file that is its owner's alone (mode 0600).
 */
#ifndef BASE_KEYFILE_H
#define BASE_KEYFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define KEYFILE_BYTES 32

/*
 * Read it; it is made where it is not there, and of two that make it at once both
 * read the same one. ERR_DENIED: others may read it. ERR_INPUT: it is not what
 * was made. The caller takes sodium up before (sodium_init()) and wipes key.
 */
bool keyfile_get(const char *path, uint8_t key[KEYFILE_BYTES], struct err *e) MUST_USE;

#endif
