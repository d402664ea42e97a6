/*
 * fetch: one page of somebody else's, by https: small, within seconds, without
 * following anybody, and from the open Internet alone.
 */
#ifndef SHARE_FETCH_H
#define SHARE_FETCH_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define FETCH_BYTES_MAX ((size_t)256 << 10)

/*
 * GET url into out. near: addresses of one's own network, and http, too; else only
 * public ones, so that nobody's entry in the directory makes us knock at our own
 * doors. ERR_INPUT: no such page, or none that may be asked; ERR_SYSTEM: not reached.
 */
bool fetch_page(struct slice url, bool near, struct buf *out, struct err *e) MUST_USE;

#endif
