/*
 * annual_zip: the data package. Names, order and dates of its files follow from the
 * snapshot, so that the same snapshot gives the same bytes.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

#include "parse/date.h"
#include "share/annual_pdf.h"

#define CSV_MAX ANNUAL_BYTES_MAX

struct package {
	const struct annual *x;
	struct archive *zip;
	struct buf *out;
	struct buf list; /* datapackage.json's resources */
	size_t count;
};

static la_ssize_t
sink(struct archive *a, void *cookie, const void *p, size_t n)
{
	struct buf *b = cookie;

	(void)a;
	buf_put(b, slice_of(p, n));
	return b->failed ? -1 : (la_ssize_t)n;
}

static bool
put(struct package *p, const char *name, struct slice bytes, struct err *e)
{
	struct archive_entry *f = archive_entry_new();
	bool ok;

	archive_entry_set_pathname(f, name);
	archive_entry_set_size(f, (la_int64_t)bytes.len);
	archive_entry_set_filetype(f, AE_IFREG);
	archive_entry_set_perm(f, 0644);
	archive_entry_set_mtime(f, (time_t)p->x->as_of_s, 0);
	ok = archive_write_header(p->zip, f) == ARCHIVE_OK && (bytes.len == 0 || archive_write_data(p->zip, bytes.p, bytes.len) == (la_ssize_t)bytes.len);
	archive_entry_free(f);
	if (ok)
		return true;
	return err_set(e, p->out->failed ? ERR_LIMIT : ERR_SYSTEM, "%s could not be put into the data package", name);
}

static void
resource_begin(struct package *p, const char *name, const char *path, const char *type, struct slice bytes)
{
	struct sha256 sha = sha256_of(bytes);
	char hex[SHA256_HEX + 1];

	sha256_hex(&sha, hex);
	buf_printf(&p->list, "%s\n    {\"name\":\"%s\",\"path\":\"%s\",\"mediatype\":\"%s\",\"encoding\":\"utf-8\",\"bytes\":%zu,\"hash\":\"sha256:%s\"", p->count++ == 0 ? "" : ",", name, path,
	    type, bytes.len, hex);
}

static const char *
column_type(enum annual_type t)
{
	switch (t) {
	case ANNUAL_COUNT: /* also "<10" */
	case ANNUAL_TEXT: case ANNUAL_TEXTS: case ANNUAL_COUNTRY: case ANNUAL_REGION: case ANNUAL_WORD: case ANNUAL_STATE:
	case ANNUAL_READY: case ANNUAL_DOMAIN: case ANNUAL_CLASS:
		return t == ANNUAL_COUNT ? "any" : "string";
	case ANNUAL_NUMBER:
		return "number";
	case ANNUAL_DAY:
		return "date";
	case ANNUAL_MONTH:
		return "yearmonth";
	}
	return "string";
}

static bool
table_put(struct package *p, enum annual_id id, struct buf *csv, struct err *e)
{
	const struct annual_table *t = &annual_tables[id];
	char path[80];

	buf_clear(csv);
	annual_csv(p->x, id, csv);
	if (!buf_ok(csv))
		return err_set(e, ERR_LIMIT, "%s: a table of more than %zu bytes", t->name, csv->max);
	(void)snprintf(path, sizeof(path), "%s.csv", t->name);
	resource_begin(p, t->name, path, "text/csv", buf_view(csv));
	buf_printf(&p->list, ",\"title\":\"%s\",\"schema\":{\"missingValues\":[\"\"],\"fields\":[", t->title);
	for (size_t c = 0; c < t->column_count; c++) {
		buf_printf(&p->list, "%s{\"name\":\"%s\",\"type\":\"%s\",\"title\":", c == 0 ? "" : ",", t->columns[c].name, column_type(t->columns[c].type));
		json_quote(&p->list, slice_of_str(t->columns[c].title));
		buf_byte(&p->list, '}');
	}
	buf_str(&p->list, "]}}");
	return put(p, path, buf_view(csv), e);
}

static void
texts_put(const char *name, const struct json *texts, struct buf *b)
{
	buf_printf(b, "%s\"%s\":", b->len > 1 ? "," : "", name);
	if (texts == NULL)
		buf_str(b, "null");
	else
		buf_put(b, texts->raw);
}

static void
about(const struct package *p, struct buf *b)
{
	char moment[DATE_TEXT_MAX];

	(void)date_print_z(p->x->as_of_s, moment);
	buf_printf(b, "{\n  \"name\":\"annual-report-%d\",\n  \"title\":\"Annual report %d\",\n  \"created\":\"%s\",\n  \"contributors\":[{\"title\":", p->x->year, p->x->year, moment);
	json_quote(b, p->x->node);
	buf_str(b, ",\"role\":\"publisher\"}],\n  \"resources\":[");
	buf_put(b, buf_view(&p->list));
	buf_str(b, "\n  ]\n}\n");
}

static bool
fill(struct package *p, const struct annual_file *files, size_t count, struct err *e)
{
	struct buf b;
	bool ok;

	buf_init(&b, CSV_MAX);
	resource_begin(p, "data", "data.json", "application/json", p->x->json);
	buf_byte(&p->list, '}');
	ok = put(p, "data.json", p->x->json, e);
	for (size_t t = 0; ok && t < ANNUAL_TABLES; t++)
		ok = table_put(p, (enum annual_id)t, &b, e);
	buf_clear(&b);
	buf_byte(&b, '{');
	texts_put("summary", p->x->summary, &b);
	texts_put("lessons", p->x->lessons, &b);
	texts_put("corrections", p->x->corrections, &b);
	buf_str(&b, "}\n");
	if (ok) {
		resource_begin(p, "texts", "texts.json", "application/json", buf_view(&b));
		buf_byte(&p->list, '}');
		ok = put(p, "texts.json", buf_view(&b), e);
	}
	for (size_t i = 0; ok && i < count; i++) {
		char name[32], path[300];

		(void)snprintf(path, sizeof(path), "\"path\":\"%s\"", files[i].name);
		if (slice_find(buf_view(&p->list), slice_of_str(path)) != SIZE_MAX || strcmp(files[i].name, "datapackage.json") == 0) {
			ok = err_set(e, ERR_CONFLICT, "%s: a file of this name is in the data package already", files[i].name);
			break;
		}
		(void)snprintf(name, sizeof(name), "file-%zu", i + 1);
		resource_begin(p, name, files[i].name, files[i].type, files[i].bytes);
		buf_byte(&p->list, '}');
		ok = put(p, files[i].name, files[i].bytes, e);
	}
	buf_clear(&b);
	about(p, &b);
	ok = ok && (buf_ok(&p->list) || err_set(e, ERR_LIMIT, "a data package of more than %zu bytes", p->out->max)) && put(p, "datapackage.json", buf_view(&b), e);
	buf_fini(&b);
	return ok;
}

bool
annual_zip(const struct annual *x, const struct annual_file *files, size_t count, struct buf *out, struct err *e)
{
	struct package p = { .x = x, .zip = archive_write_new(), .out = out };
	bool ok;

	buf_init(&p.list, (size_t)4 << 20);
	ok = (archive_write_set_format_zip(p.zip) == ARCHIVE_OK && archive_write_set_bytes_in_last_block(p.zip, 1) == ARCHIVE_OK &&
		 archive_write_open(p.zip, out, NULL, sink, NULL) == ARCHIVE_OK) || err_set(e, ERR_SYSTEM, "the data package could not be begun");
	ok = ok && fill(&p, files, count, e);
	ok = archive_write_close(p.zip) == ARCHIVE_OK && ok;
	archive_write_free(p.zip);
	buf_fini(&p.list);
	return ok && (buf_ok(out) || err_set(e, ERR_LIMIT, "a data package of more than %zu bytes", out->max));
}
