/*
 * mime: a mail as a flat list of its parts, in the order of the document.
 * GMime finds the structure. Of the mail's own header lines it is shown those
 * about the content only: the others are read here, where they stand, which
 * spares its objects for each line and its address parser. A gate
 * (mime_gate.h) takes off what would make it recurse or grow without end.
 * Contents are decoded only when they are asked for.
 */
#ifndef PARSE_MIME_H
#define PARSE_MIME_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

struct mime_limits {
	size_t bytes; /* of the document (64 MiB) */
	size_t depth; /* part in part (100) */
	size_t parts; /* (10,000) */
	size_t headers; /* of all parts (100,000) */
	size_t header_bytes; /* one that GMime takes apart (16 KiB) */
};

extern const struct mime_limits MIME_LIMITS;

enum mime_kind {
	MIME_LEAF,
	MIME_MULTIPART,
	MIME_MESSAGE /* message/rfc822: content is the message; its parts follow */
};

#define MIME_ROOT SIZE_MAX

struct mime_part {
	enum mime_kind kind;
	const char *type, *subtype; /* as written; mime_is() compares */
	size_t parent; /* index, or MIME_ROOT */
	unsigned depth;
	bool attachment; /* Content-Disposition says so */
	struct slice content; /* as it stands in the mail, encoded */
	uint64_t offset; /* of content in the document */
	void *object; /* GMime's */
};

struct mime {
	struct slice bytes; /* the document */
	struct slice head; /* its header lines, without an mbox "From " line */
	struct mime_part *parts; /* [0] is the mail's own content */
	size_t count;
	bool cut; /* a limit was reached: the rest was not looked at; why says which */
	struct err why;
	/* the module's own */
	void *message, *stream;
	struct slice text; /* what GMime sees; contents are views of it */
	uint64_t shift; /* of text's offsets against bytes'; may wrap */
	struct arena *a;
};

#define MIME_NONE { .message = NULL }

/*
 * Call once in a process, before its rights are given up: GMime's types and
 * the character sets that mails come in, so that no file is opened later.
 */
void mime_warmup(void);

/*
 * Take bytes apart; they must outlive m. Lists and decoded contents lie in a.
 * ERR_LIMIT over limits->bytes or where a is full, ERR_INPUT where there is no
 * header line at all. A mail with more depth, parts or headers than allowed is
 * read as far as the limit goes (m->cut). Free with mime_close(), also after
 * a failure.
 */
bool mime_open(struct mime *m, struct slice bytes,
    const struct mime_limits *limits, struct arena *a, struct err *e) MUST_USE;
void mime_close(struct mime *m);

/* Is the part of this type, whatever the case? subtype NULL: any. */
bool mime_is(const struct mime_part *p, const char *type, const char *subtype);
/* A parameter of Content-Type ("report-type"), decoded, or SLICE_NONE. */
struct slice mime_param(const struct mime_part *p, const char *name);
/* The file name given to it, decoded, or SLICE_NONE. */
struct slice mime_name(const struct mime_part *p);

/* The content, its transfer encoding undone. False: the arena is full. */
bool mime_content(const struct mime *m, const struct mime_part *p,
    struct slice *out);
/*
 * As mime_content, in a superset of ASCII: UTF-16, UTF-32 and UTF-7 become
 * UTF-8, all else stays as it is. Enough to find addresses and names in it.
 */
bool mime_text(const struct mime *m, const struct mime_part *p,
    struct slice *out);

/*
 * Header lines: take the next off *rest (empty at the end). The value is as
 * written, folds included, without the last line end.
 */
struct mime_header {
	struct slice name, value;
};
bool mime_header_next(struct slice *rest, struct mime_header *out);
/* The first of a name, or SLICE_NONE. */
struct slice mime_header_find(struct slice head, struct slice name);
/* The header lines that bytes begin with, up to the empty line. */
struct slice mime_head(struct slice bytes);
/* Unfolded, RFC 2047 words decoded, valid UTF-8, at most max bytes. */
struct slice mime_header_text(struct slice value, size_t max, struct arena *a);

/*
 * The first address in a header as local@domain, without name and brackets; a
 * view of value, SLICE_NONE where there is none.
 */
struct slice mime_address(struct slice value);

#endif
