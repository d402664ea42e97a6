/*
 * annual make: pages, PDF and data, into a folder.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/annual.h"
#include "cli/progress.h"
#include "share/annual_html.h"
#include "share/annual_pdf.h"

#define PAGE_BYTES_MAX ((size_t)32 << 20)
#define MORE_MAX 16 /* files of --with */

struct make {
	struct desk_work *w;
	const struct annual *x;
	const char *folder;
	struct progress p;
	uint64_t done, missing;
};

static bool
out_put(struct make *m, const char *tail, struct slice bytes, struct err *e)
{
	char name[64], path[PATH_TEXT_MAX];

	(void)snprintf(name, sizeof(name), "annual-%d%s", m->x->year, tail);
	if (!file_write(path_join(path, m->folder, name), bytes, e))
		return false;
	progress_at(&m->p, ++m->done, name);
	return true;
}

static bool
make_language(struct make *m, enum lang l, struct err *e)
{
	struct typeset_made made = { 0, 0 };
	char tail[32];
	struct buf b;
	bool ok;

	buf_init(&b, PAGE_BYTES_MAX);
	(void)snprintf(tail, sizeof(tail), "-%s.html", lang_tag(l));
	ok = annual_html(m->x, l, &b, e) && out_put(m, tail, buf_view(&b), e);
	buf_fini(&b);
	buf_init(&b, ANNUAL_PDF_BYTES_MAX);
	(void)snprintf(tail, sizeof(tail), "-%s.pdf", lang_tag(l));
	ok = ok && annual_pdf(m->x, l, &b, &made, e) && out_put(m, tail, buf_view(&b), e);
	buf_fini(&b);
	m->missing += made.missing;
	return ok || err_within(e, "%s", lang_tag(l));
}

static const char *
type_of(struct slice name)
{
	static const struct { struct slice end; const char *type; } types[] = {
		{ S_INIT(".xml"), "application/xml" }, { S_INIT(".json"), "application/json" }, { S_INIT(".csv"), "text/csv" }, { S_INIT(".pdf"), "application/pdf" },
		{ S_INIT(".txt"), "text/plain" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (slice_ends_nocase(name, types[i].end))
			return types[i].type;
	}
	return "application/octet-stream";
}

/* Files of --with, by their last names, which the package has to be able to hold. */
static bool
more_files(struct make *m, struct annual_file v[MORE_MAX], size_t *count, struct err *e)
{
	const char *path;

	for (*count = 0; (path = cli_opt_nth(m->w->c, "with", *count)) != NULL; (*count)++) {
		const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;

		if (*count == MORE_MAX)
			return err_set(e, ERR_LIMIT, "more than %d files of --with", MORE_MAX);
		for (const char *p = name; *p != '\0'; p++) {
			if (!byte_is_alpha((uint8_t)*p) && !byte_is_digit((uint8_t)*p) && strchr("._-", *p) == NULL)
				return err_set(e, ERR_USAGE, "%s: a file of the data package is named by letters, digits, \".\", \"_\" and \"-\"", QUOTE(slice_of_str(name)));
		}
		v[*count] = (struct annual_file){ .name = name, .type = type_of(slice_of_str(name)) };
		if (!desk_file_read(m->w, path, PAGE_BYTES_MAX, &v[*count].bytes, e))
			return false;
	}
	return true;
}

static bool
make_data(struct make *m, struct err *e)
{
	struct annual_file more[MORE_MAX];
	size_t count;
	struct buf b;
	bool ok;

	buf_init(&b, PAGE_BYTES_MAX);
	ok = more_files(m, more, &count, e) && annual_zip(m->x, more, count, &b, e) && out_put(m, "-data.zip", buf_view(&b), e) && out_put(m, ".json", m->x->json, e);
	buf_fini(&b);
	return ok;
}

/* In which languages: of --language, or all six. */
static bool
languages(const struct cli *c, bool wanted[LANG_COUNT], size_t *count, struct err *e)
{
	const char *name;
	enum lang l;

	*count = 0;
	for (size_t n = 0; (name = cli_opt_nth(c, "language", n)) != NULL; n++) {
		if (!lang_parse(name, &l))
			return err_set(e, ERR_USAGE, "--language: \"%s\" is none of ar, zh, en, fr, ru, es", name);
		*count += !wanted[l];
		wanted[l] = true;
	}
	for (int i = 0; *count == 0 && i < LANG_COUNT; i++)
		wanted[i] = true;
	*count = *count == 0 ? LANG_COUNT : *count;
	return true;
}

bool
cli_annual_make(struct desk_work *w, struct err *e)
{
	struct make m = { .w = w, .folder = cli_opt(w->c, "out") };
	bool wanted[LANG_COUNT] = { false }, ok;
	struct desk_record r;
	struct annual x;
	struct buf b;
	size_t count;
	int year;

	if (m.folder == NULL)
		return err_set(e, ERR_USAGE, "say where to: --out FOLDER");
	if (!annual_year(w, &year, e) || !languages(w->c, wanted, &count, e) || !dir_make(m.folder, e))
		return false;
	buf_init(&b, ANNUAL_BYTES_MAX);
	if (cli_has(w->c, "draft"))
		ok = annual_count(w, year, w->now_s, SLICE_NONE, &b, e) && annual_read(buf_view(&b), &w->a, &x, e);
	else
		ok = annual_frozen(w, year, &b, &r, &x, e);
	x.draft = x.draft || cli_has(w->c, "draft");
	m.x = &x;
	progress_begin(&m.p, T("files"), 2 * count + 2, w->c->quiet);
	for (int l = 0; ok && l < LANG_COUNT; l++)
		ok = !wanted[l] || make_language(&m, (enum lang)l, e);
	ok = ok && make_data(&m, e);
	progress_end(&m.p);
	if (ok && m.missing > 0) {
		char text[300];

		(void)snprintf(text, sizeof(text), TN("%lu character has no glyph in the fonts of this machine; install fonts-noto-core and fonts-droid-fallback (docs/annual.md)",
		    "%lu characters have no glyph in the fonts of this machine; install fonts-noto-core and fonts-droid-fallback (docs/annual.md)", m.missing), (unsigned long)m.missing);
		cli_tell(text);
		w->c->partial = true;
	}
	buf_fini(&b);
	return ok;
}
