/*
 * What holds other documents: ZIP and tar, and the compressions around one
 * file. libarchive unpacks, member by member, as the member's reader asks for
 * bytes; each byte that comes out is accounted for, so that a bomb stops at
 * INTAKE_LIMITS and not when memory or time is used up.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "base/hash.h"
#include "base/lang.h"
#include "intake/formats.h"

#define CHUNK ((size_t)256 << 10)

struct unpacker {
	struct intake *in;
	struct archive *a;
	struct source *src; /* the packed bytes, where they are not held whole */
	size_t given; /* of src's window, to libarchive */
	struct err read_error; /* of src */
	uint64_t *names; /* hashes of the members' names */
	size_t name_count;
	unsigned members; /* files so far */
};

/* Has a member before this one the same name? */
static bool
name_again(struct unpacker *u, struct slice name)
{
	uint64_t hash = hash64(name, 0);

	for (size_t i = 0; i < u->name_count; i++) {
		if (u->names[i] == hash)
			return true;
	}
	/* Over the limit of parts no member is read any more. */
	if (u->names == NULL)
		u->names = arena_array(&u->in->document, u->in->limits.parts, sizeof(*u->names));
	if (u->names != NULL && u->name_count < u->in->limits.parts)
		u->names[u->name_count++] = hash;
	return false;
}

static la_ssize_t
packed_read(struct archive *a, void *cookie, const void **out)
{
	struct unpacker *u = cookie;

	source_advance(u->src, u->given);
	u->given = 0;
	if (u->src->window.len == 0 && !u->src->eof && !source_more(u->src, &u->read_error)) {
		archive_set_error(a, EIO, "reading failed");
		return -1;
	}
	*out = u->src->window.p;
	u->given = u->src->window.len;
	return (la_ssize_t)u->given;
}

static bool
unpack_failed(const struct unpacker *u, struct err *e)
{
	const char *why = archive_error_string(u->a);

	if (u->read_error.code != ERR_NONE) {
		*e = u->read_error;
		return false;
	}
	if (why != NULL && (strstr(why, "assphrase") != NULL || strstr(why, "ncrypt") != NULL))
		(void)err_set(e, ERR_INPUT, "it is protected by a password; give it as password=...");
	else
		(void)err_set(e, ERR_INPUT, "it cannot be unpacked: it is damaged or cut short");
	return err_cause(e, "%s", why == NULL ? "" : why);
}

static bool
pull(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct unpacker *u = cookie;
	la_ssize_t n = archive_read_data(u->a, p, cap);
	la_int64_t packed = archive_filter_bytes(u->a, -1);

	if (n < 0)
		return unpack_failed(u, e);
	*n_out = (size_t)n;
	return intake_unpacked(u->in, packed < 0 ? 0 : (uint64_t)packed, (uint64_t)n, e);
}

/* The name of a member without its folders; of a compressed file without ".gz". */
static struct slice
member_name(const struct intake *in, struct archive *a, struct archive_entry *entry,
    struct slice outer)
{
	static const struct slice endings[] = { S_INIT(".gz"), S_INIT(".zst"), S_INIT(".bz2"),
		S_INIT(".xz"), S_INIT(".Z"), S_INIT(".lz") };
	const char *path;

	(void)in;
	if (archive_format(a) == ARCHIVE_FORMAT_RAW) {
		for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
			if (slice_ends_nocase(outer, endings[i]))
				return slice_sub(outer, 0, outer.len - endings[i].len);
		}
		return outer;
	}
	path = archive_entry_pathname_utf8(entry);
	if (path == NULL)
		path = archive_entry_pathname(entry);
	return slice_of_str(path == NULL ? "" : path);
}

/* Read what the member's reader left, so that skipping it is accounted for. */
static bool
drain(struct source *src, struct err *e)
{
	while (!src->eof) {
		source_advance(src, src->window.len);
		if (!source_more(src, e))
			return false;
	}
	return true;
}

static bool
member(struct unpacker *u, struct archive_entry *entry, struct slice outer,
    struct err *e)
{
	struct intake *in = u->in;
	struct slice name = member_name(in, u->a, entry, outer);
	bool raw = archive_format(u->a) == ARCHIVE_FORMAT_RAW;
	struct slice base = name;
	size_t slash = slice_rfind_byte(name, '/');
	struct err ignored = ERR_INIT;
	struct source src;
	bool ok;

	if (!raw && archive_entry_filetype(entry) != AE_IFREG)
		return true;
	/* Also as Windows writes it, which is not allowed in a ZIP. */
	if (slice_rfind_byte(name, '\\') != SIZE_MAX && (slash == SIZE_MAX || slice_rfind_byte(name, '\\') > slash))
		slash = slice_rfind_byte(name, '\\');
	if (slash != SIZE_MAX)
		base = slice_from(name, slash + 1);
	u->members++;
	if (!raw && name_again(u, name))
		name = arena_printf(&in->document, "%.*s#%u", SLICE_ARG(name), u->members);
	source_of_pull(&src, pull, u, in->limits.document_bytes);
	/* The path in a gzip says nothing that the report's name does not say. */
	ok = intake_child(in, raw ? S("") : name, base, S(""), &src, e);
	/* A damaged rest was told of by the reader, or is nobody's concern. */
	if (ok && u->src != NULL && !drain(&src, &ignored) && in->stopped) {
		*e = ignored;
		ok = false;
	}
	source_fini(&src);
	return ok;
}

static bool
open_packed(struct unpacker *u, struct source *src, struct err *e)
{
	struct slice password = intake_option(u->in, S("password"));
	struct archive *a = u->a;

	(void)archive_read_support_filter_gzip(a);
	(void)archive_read_support_filter_bzip2(a);
	(void)archive_read_support_filter_xz(a);
	(void)archive_read_support_filter_zstd(a);
	(void)archive_read_support_format_zip(a);
	(void)archive_read_support_format_tar(a);
	(void)archive_read_support_format_raw(a);
	if (password.len > 0) {
		char *text = arena_str(&u->in->document, password);

		if (text != NULL)
			(void)archive_read_add_passphrase(a, text);
	}
	/* Held whole, a ZIP is read by its directory, which takes more of them. */
	if (!source_want(src, u->in->limits.document_bytes, e))
		return false;
	if (src->eof) {
		if (archive_read_open_memory(a, src->window.p, src->window.len) != ARCHIVE_OK)
			return unpack_failed(u, e);
		return true;
	}
	u->src = src;
	if (archive_read_open(a, u, NULL, packed_read, NULL) != ARCHIVE_OK)
		return unpack_failed(u, e);
	return true;
}

static bool
document_read(struct intake *in, struct source *src, struct err *e)
{
	struct unpacker u = { .in = in, .a = archive_read_new(), .read_error = ERR_INIT };
	/* The name of what is being read: of the report, or the member's in part. */
	struct slice outer = in->part.len > 0 ? in->part : in->name;
	size_t slash = slice_rfind_byte(outer, '/');
	struct archive_entry *entry;
	bool ok = false;
	int r;

	if (slash != SIZE_MAX)
		outer = slice_from(outer, slash + 1);
	if (u.a == NULL)
		return err_set(e, ERR_LIMIT, "there is no memory to unpack it");
	if (!open_packed(&u, src, e))
		goto out;
	while ((r = archive_read_next_header(u.a, &entry)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
		if (!member(&u, entry, outer, e))
			goto out;
		if (archive_format(u.a) == ARCHIVE_FORMAT_RAW)
			break;
	}
	/* Zeros look like an empty tar; nothing that was sent is passed over in silence. */
	if (r == ARCHIVE_EOF && u.members == 0) {
		(void)err_set(e, ERR_INPUT, "there is no file in it");
		goto out;
	}
	ok = r == ARCHIVE_EOF || r == ARCHIVE_OK || r == ARCHIVE_WARN || unpack_failed(&u, e);
out:
	archive_read_free(u.a);
	return ok;
}

/* Tables of the compressors and the character sets of names are made at first use. */
static void
warmup(void)
{
	/* A gzip of "a". */
	static const uint8_t gz[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0,
		0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0 };
	struct source src;
	struct intake in;
	struct err ignored = ERR_INIT;

	intake_init(&in);
	source_of_slice(&src, slice_of(gz, sizeof(gz)));
	(void)!document_read(&in, &src, &ignored);
	intake_fini(&in);
}

static int
recognise_zip(const struct intake_head *head, const struct intake *in)
{
	(void)in;
	if (slice_starts(head->bytes, S("PK\x03\x04")) || slice_starts(head->bytes, S("PK\x05\x06")))
		return 100;
	if (head->bytes.len >= 512 && slice_eq(slice_sub(head->bytes, 257, 5), S("ustar")))
		return 100;
	return 0;
}

static int
recognise_compressed(const struct intake_head *head, const struct intake *in)
{
	(void)in;
	if (slice_starts(head->bytes, S("\x1f\x8b\x08")) || slice_starts(head->bytes, S("BZh")) ||
	    slice_starts(head->bytes, S("\x28\xb5\x2f\xfd")) ||
	    slice_starts(head->bytes, S("\xfd" "7zXZ")))
		return 100;
	return 0;
}

static const struct intake_option_row options[] = {
	{ S_INIT("password"), NULL },
	{ S_INIT(""), NULL },
};

const struct intake_format intake_zip = {
	.name = S_INIT("zip"),
	.summary = N_("ZIP or tar archive of reports"),
	.recognise = recognise_zip,
	.read = document_read,
	.warmup = warmup,
	.wrapper = true,
	.options = options,
};

const struct intake_format intake_compressed = {
	.name = S_INIT("compressed"),
	.summary = N_("gzip, zstd, bzip2 or xz around a report"),
	.recognise = recognise_compressed,
	.read = document_read,
	.wrapper = true,
};
