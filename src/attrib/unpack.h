/*
 * unpack: a table or registry's dump as it was published: plain, or in gzip, zstd,
 * bzip2 or xz, by what it begins with. Pulled window by window; what comes out is
 * limited, as a few KiB can stand for terabytes.
 */
#ifndef ATTRIB_UNPACK_H
#define ATTRIB_UNPACK_H

#include "base/source.h"

#define UNPACK_BYTES_MAX ((uint64_t)16 << 30)
/* Unpacked over packed, looked at from 64 MiB on. */
#define UNPACK_RATIO_MAX 1000

struct unpack;

/* src pulls what fd holds; the fd stays the caller's. Free with unpack_close(), which ends src too. */
bool unpack_open(int fd, size_t window_max, struct source *src, struct unpack **out, struct err *e) MUST_USE;
void unpack_close(struct unpack **u, struct source *src);

#endif
