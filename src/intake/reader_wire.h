/*
 * reader_wire: frames between keeper and reader; reader.h draws them.
 */
#ifndef INTAKE_READER_WIRE_H
#define INTAKE_READER_WIRE_H

#include "base/buf.h"
#include "base/err.h"

enum frame_kind {
	FRAME_JOB = 'J', /* to the reader, with a descriptor */
	FRAME_TABLE = 'T',
	FRAME_BLOCK = 'B', /* from the reader: events and bad records */
	FRAME_BYTES = 'X', /* a piece of an excerpt */
	FRAME_ALIVE = 'A',
	FRAME_END = 'E'
};

#define FRAME_HEAD 5
#define FRAME_MAX ((size_t)48 << 20)
/* A block goes out when it has this much. */
#define BLOCK_BYTES ((size_t)128 << 10)

enum item_kind { ITEM_EVENT = 1, ITEM_BAD = 2 };

/* Begin a frame in b; frame_end() fills in its length. */
void frame_begin(struct buf *b, enum frame_kind kind);
void frame_end(struct buf *b);

void wire_text(struct buf *b, struct slice s);
struct cursor;
struct slice wire_text_take(struct cursor *c);

/* Send all of s, with fd (>= 0) on its first byte. */
bool wire_send(int sock, struct slice s, int fd, struct err *e) MUST_USE;
/*
 * One frame from a blocking socket into b (its payload); *fd_out gets what came
 * with it, or -1. *end_out: the other side has closed between two frames.
 */
bool wire_receive(int sock, struct buf *b, uint8_t *kind_out, int *fd_out,
    bool *end_out, struct err *e) MUST_USE;

/* The reader's whole life, on its socket. Does not come back. */
struct intake_tables;
struct reader_limits;
_Noreturn void reader_main(int sock, struct intake_tables *tables,
    const struct reader_limits *limits);

#endif
