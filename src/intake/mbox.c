/*
 * mbox: messages one behind the other, each begun by a line "From ..." (RFC
 * 4155) at the file's start or behind an empty line. Each becomes a document
 * of its own; a message that is too large costs itself alone.
 */
#include "base/lang.h"
#include "intake/formats.h"

/* Where a separator line begins in text from at on, or SIZE_MAX. */
static size_t
separator(struct slice text, size_t at)
{
	for (;;) {
		struct slice rest = slice_from(text, at);
		size_t n = slice_find(rest, S("\nFrom "));

		if (n == SIZE_MAX)
			return SIZE_MAX;
		at += n + 1;
		/* The line before it is empty. */
		if (at >= 2 && (text.p[at - 2] == '\n' || (text.p[at - 2] == '\r' && at >= 3 && text.p[at - 3] == '\n')))
			return at;
	}
}

static bool
skip_line(struct source *src, struct err *e)
{
	for (;;) {
		size_t n = slice_find_byte(src->window, '\n');

		if (n != SIZE_MAX) {
			source_advance(src, n + 1);
			return true;
		}
		source_advance(src, src->window.len);
		if (src->eof)
			return true;
		if (!source_more(src, e))
			return false;
	}
}

/* Enlarge the window until the message that begins in it is whole. */
static bool
message_length(struct intake *in, struct source *src, size_t *len_out,
    bool *cut_out, struct err *e)
{
	size_t seen = 0;

	*cut_out = false;
	for (;;) {
		/* A separator may lie over the border: look again at its last bytes. */
		size_t at = separator(src->window, seen < 8 ? 0 : seen - 8);

		if (at != SIZE_MAX || src->eof) {
			*len_out = at != SIZE_MAX ? at : src->window.len;
			return true;
		}
		seen = src->window.len;
		if (seen >= in->limits.document_bytes / 2) {
			*cut_out = true;
			*len_out = seen - 8;
			return true;
		}
		if (!source_more(src, e))
			return false;
	}
}

static bool
message(struct intake *in, struct source *src, size_t len, unsigned number,
    struct err *e)
{
	unsigned parts = in->parts;
	struct source child;
	char part[16];
	size_t n = 0;
	bool ok;

	/* The number in decimal. */
	for (unsigned v = number, scale = 1000000000; scale > 0; scale /= 10) {
		if (v >= scale || n > 0 || scale == 1)
			part[n++] = (char)('0' + v / scale % 10);
	}
	source_of_slice(&child, slice_sub(src->window, 0, len));
	ok = intake_child(in, slice_of(part, n), S(""), S("message/rfc822"), &child, e);
	/* What was in it is counted by itself: a mailbox may hold any number of messages. */
	in->parts = parts;
	return ok;
}

static bool
document_read(struct intake *in, struct source *src, struct err *e)
{
	struct err why = ERR_INIT;
	unsigned number = 0;
	bool cut = false, inside = false;
	size_t len;

	while (src->window.len > 0 || !src->eof) {
		if (src->window.len == 0) {
			if (!source_more(src, e))
				return false;
			continue;
		}
		if (!inside && !skip_line(src, e))
			return false;
		inside = cut;
		if (!message_length(in, src, &len, &cut, e))
			return false;
		if (!inside && !cut) {
			if (len > 0 && !message(in, src, len, ++number, e))
				return false;
		} else if (!inside) {
			number++;
			(void)err_set(&why, ERR_LIMIT, "a message of more than %zu MiB",
			    in->limits.document_bytes >> 21);
			if (!intake_bad(in, &(struct place){ .offset = src->offset }, S(""), &why, e))
				return false;
		}
		inside = cut;
		source_advance(src, len);
	}
	return true;
}

static int
recognise(const struct intake_head *head, const struct intake *in)
{
	struct slice rest = head->bytes, line;

	(void)in;
	if (!slice_starts(head->bytes, S("From ")) || !slice_line(&rest, &line))
		return 0;
	/* The line behind it is a header of a mail. */
	if (!slice_line(&rest, &line))
		return 0;
	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] == ':')
			return i > 0 ? 97 : 0;
		if (line.p[i] <= ' ')
			return 0;
	}
	return 0;
}

const struct intake_format intake_mbox = {
	.name = S_INIT("mbox"),
	.summary = N_("Mailbox (mbox)"),
	.recognise = recognise,
	.read = document_read,
	.wrapper = true,
};
