/*
 * annual: the annual report: its figures are frozen, looked over by two persons,
 * and made into pages, PDF and data.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/annual.h"
#include "cli/commands.h"
#include "cli/progress.h"

struct annual_verb {
	const char *name;
	bool writes, year; /* year: it is of one */
	bool (*run)(struct desk_work *w, struct err *e);
};

bool
annual_year(const struct desk_work *w, int *out, struct err *e)
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

bool
annual_count(struct desk_work *w, int year, int64_t as_of_s, struct slice corrects, struct buf *out, struct err *e)
{
	struct progress p;
	struct annual_ask q = { .year = year, .as_of_s = as_of_s, .node = w->node.conf.name, .corrects = corrects, .at = at, .cookie = &p };
	bool ok;

	progress_begin(&p, T("parts"), ANNUAL_PARTS, w->c->quiet);
	ok = annual_collect(w->node.store, &q, out, e);
	progress_end(&p);
	return ok;
}

bool
annual_frozen(struct desk_work *w, int year, struct buf *b, struct desk_record *r, struct annual *x, struct err *e)
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

	if (!annual_year(w, &x.year, e))
		return false;
	buf_init(&b, ANNUAL_BYTES_MAX);
	ok = annual_count(w, x.year, w->now_s, SLICE_NONE, &b, e);
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

	if (!annual_year(w, &x.year, e))
		return false;
	buf_init(&old, ANNUAL_BYTES_MAX);
	buf_init(&b, ANNUAL_BYTES_MAX);
	ok = annual_frozen(w, x.year, &old, &r, &was, e) && annual_count(w, x.year, w->now_s, desk_text(&r, "snapshot"), &b, e);
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

	if (!annual_year(w, &year, e))
		return false;
	buf_init(&b, ANNUAL_BYTES_MAX);
	ok = annual_count(w, year, w->now_s, SLICE_NONE, &b, e) && desk_put_out(w, buf_view(&b), e);
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

	if (!annual_year(w, &year, e))
		return false;
	buf_init(&old, ANNUAL_BYTES_MAX);
	buf_init(&b, ANNUAL_BYTES_MAX);
	ok = annual_frozen(w, year, &old, &r, &was, e) && annual_count(w, year, was.as_of_s, was.corrects, &b, e) && annual_read(buf_view(&b), &w->a, &now, e);
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

/* --- the command -------------------------------------------------------------------------------- */

static const struct annual_verb verbs[] = {
	{ "list", false, false, list },
	{ "show", false, true, show },
	{ "freeze", true, true, freeze },
	{ "correct", true, true, correct },
	{ "make", false, true, cli_annual_make },
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
