/*
 * base64: RFC 4648 section 4.
 */
#ifndef PARSE_BASE64_H
#define PARSE_BASE64_H

#include "base/arena.h"
#include "base/buf.h"

/* Strict: padding, no white space. False when it is none. */
bool base64_read(struct slice s, struct arena *a, struct slice *out);
/* White space is passed over, missing padding is taken. */
bool base64_read_loose(struct slice s, struct arena *a, struct slice *out);
void base64_put(struct buf *b, struct slice s);

#endif
