/*
 * annual: the annual report: its figures are frozen, looked over by two persons,
 * and made into pages, PDF and data.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/desk.h"
#include "cli/progress.h"
#include "desk/annual.h"
#include "share/annual_html.h"
#include "share/annual_pdf.h"

#define PAGE_BYTES_MAX ((size_t)32 << 20)
#define MORE_MAX 16 /* files of --with */

struct annual_verb {
	const char *name;
	bool writes, year; /* year: it is of one */
	bool (*run)(struct desk_work *w, struct err *e);
};

static bool
year_of(const struct desk_work *w, int *out, struct err *e)
{
	uint64_t n;

	if (!slice_u64(desk_arg(w, 1), &n) || n < 2000 || n > 2200)
		return err_set(e, ERR_USAGE, "%s is no year (2000 to 2200)", QUOTE(desk_arg(w, 1)));
	*out = (int)n;
	return true;
}

/* --- the data ----------------------------------------------------------------------- */

static void
at(void *cookie, int part)
{
	progress_at(cookie, (uint64_t)part, T(annual_part_title(part)));
}

static bool
collect(struct desk_work *w, int year, int64_t as_of_s, struct slice corrects, struct buf *out, struct err *e)
{
	struct progress p;
	struct annual_ask q = { .year = year, .as_of_s = as_of_s, .node = w->node.conf.name, .corrects = corrects, .at = at, .cookie = &p };
	bool ok;

	progress_begin(&p, T("parts"), ANNUAL_PARTS, w->c->quiet);
	ok = annual_collect(w->node.store, &q, out, e);
	progress_end(&p);
	return ok;
}

/* The report's record and the data that it names. b: whose memory the data are. */
static bool
frozen(struct desk_work *w, int year, struct buf *b, struct desk_record *r, struct annual *x, struct err *e)
{
	char id[32];
	struct sha256 sha;
	struct slice hash;
	bool found = false;

	(void)snprintf(id, sizeof(id), "report:%d", year);
	if (!desk_load(w->node.store, slice_of_str(id), 0, &w->a, r, &found, e))
		return false;
	hash = found ? desk_text(r, "snapshot") : SLICE_NONE;
	if (hash.len == 0)
		return err_set(e, ERR_ABSENT, "the report of %d is not frozen yet (entente annual freeze %d --as ACCOUNT)", year, year);
	if (!slice_starts(hash, S("sha256:")) || !sha256_parse(slice_from(hash, 7), &sha))
		return err_set(e, ERR_INPUT, "%s: %s is no hash of data", id, QUOTE(hash));
	if (!desk_file_get(w->node.store, &sha, b, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_ABSENT, "%s: its data %s are not there", id, QUOTE(hash));
	if (!annual_read(buf_view(b), &w->a, x, e))
		return err_within(e, "%s", id);
	if (memcmp(&x->sha, &sha, sizeof(sha)) != 0)
		return err_set(e, ERR_INPUT, "%s: its data are not those of %s", id, QUOTE(hash));
	x->draft = !desk_in(r, "approved") && !desk_in(r, "published") && !desk_in(r, "corrected");
	x->summary = desk_get(r, "summary");
	x->lessons = desk_get(r, "lessons");
	x->corrections = desk_get(r, "corrections");
	return true;
}

/* --- freezing ---------------------------------------------------------------------------- */

struct freeze {
	int year;
	struct slice data; /* the snapshot */
	const char *move;
	struct desk_record out;
};

static void
titles_put(int year, struct buf *b)
{
	struct annual x = { .year = year };
	struct buf t;

	buf_init(&t, 1000);
	for (int l = 0; l < LANG_COUNT; l++) {
		buf_clear(&t);
		annual_title(&x, (enum lang)l, &t);
		buf_printf(b, "%s\"%s\":", l == 0 ? "" : ",", lang_tag((enum lang)l));
		json_quote(b, buf_view(&t));
	}
	buf_fini(&t);
}

static bool
deed(struct desk_work *w, struct freeze *x, enum desk_verb verb, const char *id, struct slice patch, struct err *e)
{
	struct desk_deed d = { .verb = verb, .kind = DESK_REPORT, .move = slice_of_str(x->move), .actor = &w->actor, .now_s = w->now_s,
		.reason = slice_of_str(cli_opt(w->c, "reason")) };

	return json_parse(patch, &JSON_LIMITS, &w->a, &d.patch, e) &&
	    desk_deed(w->node.store, verb == DESK_NEW ? SLICE_NONE : slice_of_str(id), &d, &w->by, &w->a, &x->out, e);
}

/* The snapshot's hash, and the fields of the command line. */
static bool
patch_make(struct desk_work *w, const struct sha256 *sha, struct slice *out, struct err *e)
{
	const struct json *fields = NULL;
	char hex[SHA256_HEX + 1];
	struct buf b;

	if (!desk_fields(w, desk_kind_of(DESK_REPORT), 2, &fields, e))
		return false;
	sha256_hex(sha, hex);
	buf_init(&b, 2 * DESK_DOC_BYTES_MAX);
	buf_printf(&b, "{\"snapshot\":\"sha256:%s\"", hex);
	JSON_EACH(f, fields) {
		buf_byte(&b, ',');
		json_quote(&b, f->key);
		buf_byte(&b, ':');
		buf_put(&b, f->raw);
	}
	buf_byte(&b, '}');
	*out = arena_copy(&w->a, buf_view(&b));
	buf_fini(&b);
	return out->p != NULL || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", w->a.max);
}

static bool
freeze_do(struct desk_work *w, void *cookie, struct err *e)
{
	struct freeze *x = cookie;
	char id[32], name[64];
	struct desk_record r;
	struct sha256 sha;
	struct slice patch;
	bool found = false, ok = true;

	(void)snprintf(id, sizeof(id), "report:%d", x->year);
	(void)snprintf(name, sizeof(name), "annual-%d.json", x->year);
	if (!desk_load(w->node.store, slice_of_str(id), 0, &w->a, &r, &found, e) ||
	    !desk_file_put(w->node.store, slice_of_str(name), x->data, w->actor.login, w->now_s, &sha, e) || !patch_make(w, &sha, &patch, e))
		return false;
	if (!found) {
		struct buf b;

		buf_init(&b, DESK_DOC_BYTES_MAX);
		buf_printf(&b, "{\"year\":%d,\"title\":{", x->year);
		titles_put(x->year, &b);
		buf_str(&b, "}}");
		ok = deed(w, x, DESK_NEW, id, arena_copy(&w->a, buf_view(&b)), e);
		buf_fini(&b);
	}
	return ok && deed(w, x, DESK_MOVE, id, patch, e);
}

static bool
told(struct desk_work *w, const struct freeze *x, struct err *e)
{
	struct sha256 sha = sha256_of(x->data);
	char hex[SHA256_HEX + 1];

	sha256_hex(&sha, hex);
	if (!w->c->quiet && !w->c->json)
		printf("sha256:%s\n", hex);
	return desk_told(w, &x->out, e);
}

static bool
freeze(struct desk_work *w, struct err *e)
{
	struct freeze x = { .move = "freeze" };
	struct buf b;
	bool ok;

	if (!year_of(w, &x.year, e))
		return false;
	buf_init(&b, ANNUAL_BYTES_MAX);
	ok = collect(w, x.year, w->now_s, SLICE_NONE, &b, e);
	x.data = buf_view(&b);
	ok = ok && desk_change(w, freeze_do, &x, e) && told(w, &x, e);
	buf_fini(&b);
	return ok;
}

/* Another snapshot, of the records as they stand for the year now, beside the one that was published. */
static bool
correct(struct desk_work *w, struct err *e)
{
	struct freeze x = { .move = "correct" };
	struct desk_record r;
	struct buf old, b;
	struct annual was;
	bool ok;

	if (!year_of(w, &x.year, e))
		return false;
	buf_init(&old, ANNUAL_BYTES_MAX);
	buf_init(&b, ANNUAL_BYTES_MAX);
	ok = frozen(w, x.year, &old, &r, &was, e) && collect(w, x.year, w->now_s, desk_text(&r, "snapshot"), &b, e);
	x.data = buf_view(&b);
	ok = ok && desk_change(w, freeze_do, &x, e) && told(w, &x, e);
	buf_fini(&b);
	buf_fini(&old);
	return ok;
}

/* --- reading ------------------------------------------------------------------------------- */

/* As it would be frozen now: to look at. */
static bool
show(struct desk_work *w, struct err *e)
{
	struct buf b;
	int year;
	bool ok;

	if (!year_of(w, &year, e))
		return false;
	buf_init(&b, ANNUAL_BYTES_MAX);
	ok = collect(w, year, w->now_s, SLICE_NONE, &b, e) && desk_put_out(w, buf_view(&b), e);
	buf_fini(&b);
	return ok;
}

static const struct table_column list_columns[] = {
	{ "report", N_("Annual report"), false, 0 },
	{ "state", N_("State"), false, 0 },
	{ "snapshot", N_("Hash of the frozen data"), false, TABLE_DROP(1) },
};

static bool
list_row(void *cookie, const struct desk_record *r, struct err *e)
{
	struct table *t = cookie;

	(void)e;
	table_text(t, r->id);
	table_str(t, t->json ? desk_kind_of(r->kind)->flow->states[r->state].name : T(desk_kind_of(r->kind)->flow->states[r->state].title));
	if (desk_text(r, "snapshot").len > 0)
		table_text(t, desk_text(r, "snapshot"));
	else
		table_none(t);
	return true;
}

static bool
list(struct desk_work *w, struct err *e)
{
	struct desk_query q = { .has_kind = true, .kind = DESK_REPORT };
	struct table t;

	table_begin(&t, list_columns, sizeof(list_columns) / sizeof(list_columns[0]), w->c->json);
	return table_finish(&t, desk_list(w->node.store, &q, list_row, &t, e), e);
}

/* Collected again of the same moment: does it come out the same? */
static bool
verify(struct desk_work *w, struct err *e)
{
	struct desk_record r;
	struct annual was, now;
	struct buf old, b;
	int year;
	bool ok;

	if (!year_of(w, &year, e))
		return false;
	buf_init(&old, ANNUAL_BYTES_MAX);
	buf_init(&b, ANNUAL_BYTES_MAX);
	ok = frozen(w, year, &old, &r, &was, e) && collect(w, year, was.as_of_s, was.corrects, &b, e) && annual_read(buf_view(&b), &w->a, &now, e);
	for (size_t t = 0; ok && t < ANNUAL_TABLES; t++) {
		if (slice_eq(was.rows[t]->raw, now.rows[t]->raw))
			continue;
		w->c->partial = true;
		printf(T("%s: counted again it is not what was frozen"), annual_tables[t].name);
		putchar('\n');
	}
	if (ok && !w->c->partial && slice_eq(was.json, now.json))
		printf("%s\n", T("Counted again it is the same, byte for byte."));
	buf_fini(&b);
	buf_fini(&old);
	return ok;
}

/* --- making --------------------------------------------------------------------------------- */

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

static bool
make(struct desk_work *w, struct err *e)
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
	if (!year_of(w, &year, e) || !languages(w->c, wanted, &count, e) || !dir_make(m.folder, e))
		return false;
	buf_init(&b, ANNUAL_BYTES_MAX);
	if (cli_has(w->c, "draft"))
		ok = collect(w, year, w->now_s, SLICE_NONE, &b, e) && annual_read(buf_view(&b), &w->a, &x, e);
	else
		ok = frozen(w, year, &b, &r, &x, e);
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

/* --- the command -------------------------------------------------------------------------------- */

static const struct annual_verb verbs[] = {
	{ "list", false, false, list },
	{ "show", false, true, show },
	{ "freeze", true, true, freeze },
	{ "correct", true, true, correct },
	{ "make", false, true, make },
	{ "verify", false, true, verify },
};

static bool
annual(struct cli *c, struct err *e)
{
	struct desk_work w = { .c = c, .node = NODE_NONE, .lang = lang_tag(lang_get()) };
	const char *name = c->arg_count == 0 ? "list" : c->args[0];
	const struct annual_verb *v = NULL;
	bool ok;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		v = strcmp(name, verbs[i].name) == 0 ? &verbs[i] : v;
	if (v == NULL)
		return err_set(e, ERR_USAGE, "\"%s\" is none of %s", name, "list, show, freeze, correct, make, verify");
	if ((v->year && c->arg_count < 2) || (!v->writes && c->arg_count > (v->year ? 2 : 1)))
		return err_set(e, ERR_USAGE, "expected: entente annual %s %s", name, v->writes ? "YEAR [FIELD=VALUE...]" : v->year ? "YEAR" : "");
	if (!node_open(c->node, v->writes ? NODE_BESIDE : NODE_READ, &w.node, e))
		return false;
	w.now_s = clock_now_s(); /* the node's own, where it stands still */
	arena_init(&w.a, (size_t)1 << 30);
	ok = desk_actor_take(&w, v->writes, e) && v->run(&w, e);
	arena_fini(&w.a);
	node_close(&w.node);
	return ok;
}

static const struct cli_option options[] = {
	{ "as", 0, N_("ACCOUNT"), N_("freeze, correct: as whom") },
	{ "reason", 'r', N_("TEXT"), N_("correct: why") },
	{ "fields", 0, N_("FILE"), N_("freeze, correct: fields as a JSON object, beside those on the command line (- for standard input)") },
	{ "out", 'o', N_("FOLDER"), N_("make: write the files there; show: the file to write to") },
	{ "language", 'l', N_("LANG..."), N_("make: in this language alone (ar, zh, en, fr, ru, es); may be given several times") },
	{ "with", 0, N_("FILE..."), N_("make: put this file into the data package too, such as IATI; may be given several times") },
	{ "draft", 0, NULL, N_("make: of the records as they stand now, not frozen; the first page says so") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_annual = {
	.name = "annual",
	.args = N_("[VERB] [YEAR] [FIELD=VALUE...]"),
	.summary = N_("the annual report: frozen figures, approved by two, as pages, PDF and data"),
	.details = N_("freeze counts the desk's records as they stood at the end of the year (or now, while it runs) and the stream's, and keeps the result under its hash: one JSON text, the same for the same records whenever it is counted. The report is then reviewed, approved and published as any record of the desk, by two coordinators (entente desk do review report:YEAR summary=\"...\" --as ACCOUNT, and so on). make writes it to a folder: a page of HTML and a PDF in each of six languages, the data as a zip of CSV and JSON with their hashes, and the JSON itself. verify counts again and says whether it is the same: exit status 1 where it is not. correct adds another count to a published report, with its reason and its corrections; what was published stays. show prints what would be frozen now. What is not known is told as not known; there is no ranking of countries."),
	.examples = "  entente annual freeze 2026 --as kim\n  entente desk do review report:2026 summary=\"Twelve countries joined\" --as kim\n  entente desk approve report:2026 --as kai\n  entente annual make 2026 --out report\n  entente annual make 2026 --out draft --draft --language ar\n  entente annual correct 2026 --as kim --reason \"A project was counted twice\" corrections=\"en: Projects: 11, not 12\"",
	.options = options,
	.args_max = -1,
	.run = annual,
};
