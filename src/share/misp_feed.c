#include "share/misp_feed.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "parse/json.h"

#define MANIFEST_BYTES_MAX ((size_t)64 << 20)
#define HASHES_BYTES_MAX ((size_t)4 << 30)
#define PIECE ((size_t)256 << 10)

struct misp_feed {
	struct form_run *r;
	char folder[PATH_TEXT_MAX], uuid[40];
	struct file_new event, hashes, manifest;
	struct buf text, lines; /* written when a piece is full */
};

static bool
piece(struct file_new *f, struct buf *b, bool all, struct err *e)
{
	bool ok;

	if (b->len < PIECE && !all)
		return true;
	ok = (buf_ok(b) || err_set(e, ERR_LIMIT, "a finding of more than %zu bytes", b->max)) &&
	    file_new_put(f, buf_view(b), e);
	buf_clear(b);
	return ok;
}

/* Lines of other events stay: "MD5,UUID". */
static bool
hashes_keep(struct misp_feed *f, struct err *e)
{
	struct file_map old = FILE_MAP_NONE;
	char path[PATH_TEXT_MAX];
	struct slice rest, line;
	bool ok = true;

	if (!file_exists(path_join(path, f->folder, "hashes.csv")))
		return true;
	if (!file_map(path, HASHES_BYTES_MAX, &old, e))
		return false;
	rest = old.view;
	while (ok && slice_line(&rest, &line)) {
		if (line.len == 0 || slice_ends(line, slice_of_str(f->uuid)))
			continue;
		buf_put(&f->lines, line);
		buf_byte(&f->lines, '\n');
		ok = piece(&f->hashes, &f->lines, false, e);
	}
	file_unmap(&old);
	return ok;
}

bool
misp_feed_open(const char *folder, struct form_run *r, struct misp_feed **out, struct err *e)
{
	struct misp_feed *f = xalloc(sizeof(*f));
	char path[PATH_TEXT_MAX], name[64];

	*out = f;
	*f = (struct misp_feed){ .r = r, .event.fd = -1, .hashes.fd = -1, .manifest.fd = -1 };
	buf_init(&f->text, (size_t)16 << 20);
	buf_init(&f->lines, (size_t)16 << 20);
	(void)snprintf(f->folder, sizeof(f->folder), "%s", folder);
	misp_event_uuid(r, f->uuid);
	(void)snprintf(name, sizeof(name), "%s.json", f->uuid);
	if (!dir_make(folder, e) || !file_new_open(&f->event, path_join(path, folder, name), e) ||
	    !file_new_open(&f->hashes, path_join(path, folder, "hashes.csv"), e) || !hashes_keep(f, e))
		return false;
	form_begin(&form_misp, r, &f->text);
	return true;
}

static void
hash_line(struct misp_feed *f, struct slice value)
{
	uint8_t h[EVP_MAX_MD_SIZE] = { 0 };

	(void)EVP_Digest(value.p, value.len, h, NULL, EVP_md5(), NULL);
	buf_hex(&f->lines, slice_of(h, 16));
	buf_printf(&f->lines, ",%s\n", f->uuid);
}

bool
misp_feed_row(struct misp_feed *f, const struct finding_row *row, struct err *e)
{
	uint64_t before = f->r->rows;
	struct slice rest, part;

	form_row(&form_misp, f->r, row, &f->text);
	if (f->r->rows == before)
		return true;
	/* Both halves of a value in two parts can be looked for. */
	rest = misp_value(f->r, row);
	while (slice_cut(&rest, '|', &part))
		hash_line(f, part);
	return piece(&f->event, &f->text, false, e) && piece(&f->hashes, &f->lines, false, e);
}

/* What the manifest said of other events stays as it was written. */
static bool
manifest_make(struct misp_feed *f, struct buf *old, struct buf *now, struct err *e)
{
	const struct json *root = NULL;
	char path[PATH_TEXT_MAX];
	struct arena a;
	bool ok = true;

	arena_init(&a, 16 * MANIFEST_BYTES_MAX);
	if (file_exists(path_join(path, f->folder, "manifest.json")))
		ok = file_read(path, old, e) && json_parse(buf_view(old), &JSON_LIMITS, &a, &root, e);
	if (!ok)
		(void)err_within(e, "%s", path);
	buf_byte(now, '{');
	JSON_EACH (j, root) {
		if (slice_eq(j->key, slice_of_str(f->uuid)))
			continue;
		json_quote(now, j->key);
		buf_byte(now, ':');
		buf_put(now, j->raw);
		buf_byte(now, ',');
	}
	misp_manifest_entry(f->r, now);
	buf_str(now, "}\n");
	arena_fini(&a);
	return ok && (buf_ok(now) || err_set(e, ERR_LIMIT, "%s: more than %zu bytes", path, now->max));
}

bool
misp_feed_commit(struct misp_feed *f, struct err *e)
{
	char path[PATH_TEXT_MAX];
	struct buf old, now;
	bool ok;

	buf_init(&old, MANIFEST_BYTES_MAX);
	buf_init(&now, 2 * MANIFEST_BYTES_MAX);
	form_end(&form_misp, f->r, &f->text);
	ok = manifest_make(f, &old, &now, e) && piece(&f->event, &f->text, true, e) && piece(&f->hashes, &f->lines, true, e) &&
	    file_new_open(&f->manifest, path_join(path, f->folder, "manifest.json"), e) &&
	    file_new_put(&f->manifest, buf_view(&now), e) && file_new_commit(&f->event, e) &&
	    file_new_commit(&f->hashes, e) && file_new_commit(&f->manifest, e);
	buf_fini(&old);
	buf_fini(&now);
	return ok;
}

void
misp_feed_free(struct misp_feed **f)
{
	if (*f == NULL)
		return;
	file_new_drop(&(*f)->event);
	file_new_drop(&(*f)->hashes);
	file_new_drop(&(*f)->manifest);
	buf_fini(&(*f)->text);
	buf_fini(&(*f)->lines);
	free(*f);
	*f = NULL;
}
