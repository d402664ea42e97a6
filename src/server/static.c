#include "server/static.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/lang.h"
#include "parse/json.h"
#include "server/page.h"

#define ETAG_DIGITS 32
#define NAME_MAX_BYTES 200

static const char *
type_of(struct slice name)
{
	static const struct {
		struct slice ending;
		const char *type;
	} types[] = {
		{ S_INIT(".html"), "text/html; charset=utf-8" },
		{ S_INIT(".js"), "text/javascript; charset=utf-8" },
		{ S_INIT(".css"), "text/css; charset=utf-8" },
		{ S_INIT(".json"), "application/json; charset=utf-8" },
		{ S_INIT(".svg"), "image/svg+xml" },
		{ S_INIT(".png"), "image/png" },
		{ S_INIT(".ico"), "image/x-icon" },
		{ S_INIT(".woff2"), "font/woff2" },
		{ S_INIT(".txt"), "text/plain; charset=utf-8" },
		{ S_INIT(".webmanifest"), "application/manifest+json" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (slice_ends(name, types[i].ending))
			return types[i].type;
	}
	return "application/octet-stream";
}

static int
by_name(const void *key, const void *file)
{
	return slice_cmp(*(const struct slice *)key, ((const struct embedded *)file)->name);
}

static const struct embedded *
find(struct slice name)
{
	return bsearch(&name, page_files, page_count, sizeof(page_files[0]), by_name);
}

/* The same, packed as the browser takes it; *coding NULL: as it is. */
static const struct embedded *
packed(const struct embedded *plain, struct slice accept, const char **coding)
{
	static const struct {
		const char *coding, *ending;
	} ways[] = { { "br", ".br" }, { "gzip", ".gz" } };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char name[NAME_MAX_BYTES + 4];
		const struct embedded *f;

		if (plain->name.len > NAME_MAX_BYTES || !static_takes(accept, slice_of_str(ways[i].coding)))
			continue;
		memcpy(name, plain->name.p, plain->name.len);
		memcpy(name + plain->name.len, ways[i].ending, 3);
		f = find(slice_of(name, plain->name.len + 3));
		if (f != NULL) {
			*coding = ways[i].coding;
			return f;
		}
	}
	*coding = NULL;
	return plain;
}

/* "br;q=0.5" takes it, "br;q=0" and "br;q=0.000" do not. */
static bool
is_zero(struct slice parameters)
{
	struct slice s = slice_trim(parameters);

	if (!slice_starts_nocase(s, S("q=")))
		return false;
	for (size_t i = 2; i < s.len; i++) {
		if (s.p[i] != '0' && s.p[i] != '.')
			return false;
	}
	return true;
}

bool
static_takes(struct slice accept, struct slice coding)
{
	bool any = false;
	struct slice part;

	while (slice_cut(&accept, ',', &part)) {
		size_t semicolon = slice_find_byte(part, ';');
		struct slice name = slice_trim(slice_sub(part, 0, semicolon < part.len ? semicolon : part.len));
		bool zero = semicolon < part.len && is_zero(slice_from(part, semicolon + 1));

		if (slice_eq_nocase(name, coding))
			return !zero;
		if (slice_eq(name, S("*")))
			any = !zero;
	}
	return any;
}

/* "name-HASH.ext" under assets/: another content has another name. */
static bool
is_hashed(struct slice name)
{
	size_t dash = slice_rfind_byte(name, '-'), dot;

	if (!slice_starts(name, S("assets/")) || dash >= name.len)
		return false;
	dot = slice_find_byte(slice_from(name, dash + 1), '.');
	return dot >= 8 && dot < name.len - dash - 1;
}

static bool
matches(struct slice if_none_match, struct slice etag)
{
	struct slice part;

	while (slice_cut(&if_none_match, ',', &part)) {
		part = slice_trim(part);
		if (slice_starts(part, S("W/")))
			part = slice_from(part, 2);
		if (slice_eq(part, etag) || slice_eq(part, S("*")))
			return true;
	}
	return false;
}

static void
give(const struct embedded *f, const struct api_request *r, struct api_response *out)
{
	const char *coding;
	const struct embedded *bytes = packed(f, r->encoding, &coding);
	char hex[SHA256_HEX + 1], etag[ETAG_DIGITS + 3];
	struct sha256 sum;
	bool ok;

	out->type = type_of(f->name);
	out->no_store = false;
	ok = api_header(out, "Vary", S("Accept-Encoding"));
	if (coding != NULL)
		ok &= api_header(out, "Content-Encoding", slice_of_str(coding));
	if (is_hashed(f->name)) {
		ok &= api_header(out, "Cache-Control", S("public, max-age=31536000, immutable"));
		buf_put(&out->body, embedded_bytes(bytes));
	} else {
		sum = sha256_of(embedded_bytes(bytes));
		sha256_hex(&sum, hex);
		etag[0] = etag[ETAG_DIGITS + 1] = '"';
		memcpy(etag + 1, hex, ETAG_DIGITS);
		ok &= api_header(out, "Cache-Control", S("no-cache")) && api_header(out, "ETag", slice_of(etag, ETAG_DIGITS + 2));
		if (matches(r->if_none_match, slice_of(etag, ETAG_DIGITS + 2)))
			out->status = 304;
		else
			buf_put(&out->body, embedded_bytes(bytes));
	}
	if (!ok || !buf_ok(&out->body))
		out->status = 500;
}

static void
absent(const struct api_request *r, struct api_response *out)
{
	struct json_out j;

	out->status = 404;
	out->type = "application/problem+json; charset=utf-8";
	json_out_init(&j, &out->body, false);
	json_out_object(&j);
	json_out_key_text(&j, S("type"), S("about:blank"));
	json_out_key_text(&j, S("title"), slice_of_str(lang_text(r->lang, N_("There is nothing at this address"))));
	json_out_key(&j, S("status"));
	json_out_int(&j, 404);
	json_out_object_end(&j);
}

bool
static_answer(const struct api_request *r, struct api_response *out)
{
	struct slice name = slice_from(r->path, 1);
	size_t slash = slice_rfind_byte(name, '/');
	const struct embedded *f;

	if (r->method != API_GET || slice_starts(r->path, S("/api/")) || slice_starts(r->path, S("/taxii2/")) || slice_starts(r->path, S("/.well-known/")) ||
	    slice_eq(r->path, S("/health")) || slice_eq(r->path, S("/metrics")))
		return false;
	f = slice_ends(name, S(".br")) || slice_ends(name, S(".gz")) ? NULL : find(name);
	/* A place in the page: its last part is no file's name. */
	if (f == NULL && !slice_starts(name, S("assets/")) &&
	    slice_find_byte(slice_from(name, slash < name.len ? slash + 1 : 0), '.') == SIZE_MAX)
		f = find(S("index.html"));
	if (f != NULL)
		give(f, r, out);
	else
		absent(r, out);
	return true;
}
