/*
 * agreements: memoranda, technical-cooperation agreements and projects: what they
 * say, who is in, and what may flow by them. Works beside a running server.
 */
#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "cli/agreements.h"
#include "cli/commands.h"
#include "cli/sheet.h"
#include "cli/table.h"
#include "parse/date.h"
#include "share/retain.h"

static const struct table_column columns[] = {
	{ "id", N_("Name"), false, 32 },
	{ "title", N_("Title"), false, 48 | TABLE_DROP(2) },
	{ "kind", N_("Kind"), false, TABLE_DROP(3) },
	{ "state", N_("State"), false, 0 },
	{ "parties", N_("Parties"), true, 0 },
	{ "in_force_parties", N_("In force for"), true, 0 },
	{ "ours", N_("We"), false, 0 },
	{ "lead", N_("Register kept by"), false, 32 | TABLE_DROP(5) },
	{ "in_force", N_("In force since"), false, TABLE_DAY | TABLE_DROP(1) },
	{ "ends", N_("Ends"), false, TABLE_DAY | TABLE_DROP(4) },
};

static bool
is_in(const struct agreement *g, uint32_t party, int64_t date_s)
{
	enum adhesion_state s = adhesion_state_at(agreement_adhesion_at(g, party, date_s), date_s);

	return s == ADHESION_IN_FORCE || s == ADHESION_NOTIFIED;
}

static const char *
our_state(const struct agreement *g, const struct agreement_party *us, bool known, int64_t date_s)
{
	uint32_t p = known ? agreement_party_find(g, us->id, &us->key) : UINT32_MAX;

	return p == UINT32_MAX ? NULL : adhesion_state_name(adhesion_state_at(agreement_adhesion_at(g, p, date_s), date_s));
}

static void
word_put(struct table *t, const char *word)
{
	if (word == NULL)
		table_none(t);
	else
		table_str(t, t->json ? word : T(word));
}

/* A moment that has come or is set; NEVER: nothing. */
static void
moment_put(struct table *t, int64_t s)
{
	table_date(t, s == AGREEMENT_NEVER ? 0 : s);
}

static void
list_row(struct table *t, const struct agreement *g, const struct agreement_party *us, bool known, int64_t date_s)
{
	const struct agreement_text *text = agreement_text_now(g);
	int64_t parties = 0, in = 0;

	for (uint32_t p = 0; p < g->party_count; p++) {
		parties += adhesion_state_at(agreement_adhesion_at(g, p, date_s), date_s) != ADHESION_NONE;
		in += is_in(g, p, date_s);
	}
	table_text(t, text->id);
	table_text(t, agreement_title(text, lang_get()));
	table_str(t, agreement_kind_name(text->kind));
	table_str(t, agreement_state_word(t->json, agreement_state_at(g, date_s)));
	table_int(t, g->act_count == 0 ? text->party_count : parties);
	table_int(t, in);
	word_put(t, our_state(g, us, known, date_s));
	table_text(t, text->lead.id);
	moment_put(t, g->in_force_s);
	moment_put(t, agreement_end_s(g));
}

static bool
list(struct agreements_work *w, struct err *e)
{
	struct agreement_party us;
	struct agreements all;
	struct table t;
	bool known;

	if (!party_self(w->node.store, &w->a, &us, &known, e) || !agreements_load(w->node.store, w->now_s, &all, e))
		return false;
	table_begin(&t, columns, sizeof(columns) / sizeof(columns[0]), w->c->json);
	for (size_t i = 0; i < all.n; i++)
		list_row(&t, all.v[i], &us, known, w->date_s);
	w->c->partial = all.refused > 0; /* the log says which, and why */
	agreements_fini(&all);
	return table_finish(&t, true, e);
}

/* --- one of them ------------------------------------------------------------------------ */

static void
date_put(struct sheet *s, const char *key, const char *title, int64_t v)
{
	sheet_date(s, key, title, v == AGREEMENT_NEVER ? 0 : v);
}

static void
words_put(struct sheet *s, const char *key, const char *title, uint32_t set, const char *(*word)(int), int n)
{
	struct buf b;

	buf_init(&b, 512);
	for (int i = 0; i < n; i++) {
		if ((set >> i & 1) != 0)
			buf_printf(&b, "%s%s", b.len == 0 ? "" : " ", word(i));
	}
	sheet_text(s, key, title, buf_view(&b));
	buf_fini(&b);
}

static const char *purpose_word(int i) { return policy_purpose_name((enum policy_purpose)i); }
static const char *exclude_word(int i) { return exclude_name((enum exclude)i); }
static const char *lang_word(int i) { return lang_tag((enum lang)i); }

static void
onward_put(struct sheet *s, const struct agreement_clause *c)
{
	struct buf b;

	buf_init(&b, 64 << 10);
	buf_str(&b, s->json ? "" : "→ ");
	if (c->onward != ONWARD_NAMED)
		buf_str(&b, onward_name(c->onward));
	for (uint32_t i = 0; i < c->named_count; i++)
		buf_printf(&b, "%s%.*s", i == 0 ? "" : " ", SLICE_ARG(c->named[i]));
	sheet_text(s, "onward", N_("Onward"), buf_view(&b));
	buf_fini(&b);
}

static void
clauses_put(struct sheet *s, const struct agreement_text *t)
{
	struct buf b;

	buf_init(&b, 512);
	sheet_list(s, "clauses", N_("Clauses"));
	for (uint32_t i = 0; i < t->clause_count; i++) {
		const struct agreement_clause *c = &t->clauses[i];

		sheet_item(s);
		sheet_int(s, "number", N_("Clause"), c->number);
		sheet_text(s, "category", N_("Category"), slice_of_str(s->json ? policy_category_name(c->category) : T(policy_category_title(c->category))));
		words_put(s, "purposes", N_("Purposes"), c->purposes, purpose_word, PURPOSE_COUNT);
		sheet_text(s, "tlp", "TLP", slice_of_str(tlp_name(c->tlp)));
		buf_clear(&b);
		agreement_profile_print(c, &b);
		sheet_text(s, "profile", N_("Reduced to"), buf_view(&b));
		onward_put(s, c);
		words_put(s, "excluded", N_("Excluded uses"), c->excluded, exclude_word, EXCLUDE_COUNT);
		sheet_item_end(s);
	}
	sheet_list_end(s);
	buf_fini(&b);
}

static void
reserved_put(struct sheet *s, const struct agreement *g, uint32_t party, int64_t date_s)
{
	struct buf b;

	buf_init(&b, 512);
	for (uint32_t c = 1; c <= agreement_text_now(g)->clause_count; c++) {
		if (agreement_reserved_at(g, party, c, date_s))
			buf_printf(&b, "%s%u", b.len == 0 ? "" : " ", c);
	}
	if (s->json) {
		sheet_text(s, "reserved", "", buf_view(&b));
	} else if (b.len > 0) {
		struct buf said;

		buf_init(&said, 1024);
		buf_printf(&said, T("reserved: %.*s"), SLICE_ARG(buf_view(&b)));
		sheet_text(s, "reserved", "", buf_view(&said));
		buf_fini(&said);
	}
	buf_fini(&b);
}

static void
parties_put(struct sheet *s, const struct agreement *g, int64_t date_s)
{
	sheet_list(s, "parties", N_("Parties"));
	for (uint32_t p = 0; p < g->party_count; p++) {
		const struct adhesion *x = agreement_adhesion_at(g, p, date_s);
		enum adhesion_state state = adhesion_state_at(x, date_s);

		if (state == ADHESION_NONE)
			continue;
		sheet_item(s);
		sheet_text(s, "id", N_("Party"), g->parties[p].id);
		sheet_text(s, "name", N_("Title"), g->parties[p].name);
		sheet_word(s, "state", N_("State"), adhesion_state_name(state));
		date_put(s, "in_force", N_("In force since"), x->in_force_s <= date_s ? x->in_force_s : AGREEMENT_NEVER);
		date_put(s, "leaves", N_("Leaves"), x->notified_s <= date_s ? x->left_s : AGREEMENT_NEVER);
		if (s->json)
			sheet_int(s, "version", "", adhesion_version_at(x, date_s));
		reserved_put(s, g, p, date_s);
		sheet_item_end(s);
	}
	sheet_list_end(s);
}

static void
acts_put(struct sheet *s, const struct agreement *g, int64_t date_s)
{
	sheet_list(s, "acts", N_("Acts"));
	for (uint32_t i = 0; i < g->act_count && act_effective_s(&g->acts[i]) <= date_s; i++) {
		const struct agreement_act *x = &g->acts[i];
		char hex[SHA256_HEX + 1];

		sheet_item(s);
		sheet_int(s, "number", N_("Number"), x->number);
		sheet_date(s, "at", N_("When"), act_effective_s(x));
		sheet_word(s, "act", N_("What was done"), act_kind_name(x->kind));
		sheet_text(s, "party", N_("Party"), x->kind == ACT_INVITED ? x->invites.id : x->party);
		if (x->kind == ACT_KEY_CHANGED) {
			char mark[ED25519_FINGERPRINT_TEXT];

			ed25519_fingerprint_print(&x->key, mark);
			sheet_text(s, "holder", N_("Whose key"), x->holder);
			sheet_text(s, "fingerprint", N_("Fingerprint of its key"), slice_of_str(mark));
		}
		if (x->clause != 0 || s->json)
			sheet_int(s, "clause", N_("Clause"), x->clause);
		if (s->json) {
			sheet_text(s, "by", "", x->party);
			sheet_date(s, "date", "", x->date_s);
			sheet_date(s, "receipt", "", x->receipted ? x->receipt_s : 0);
			sha256_hex(&x->paper, hex);
			sheet_text(s, "paper", "", slice_of_str(hex));
			sha256_hex(&x->sha, hex);
			sheet_text(s, "sha256", "", slice_of_str(hex));
		}
		sheet_item_end(s);
	}
	sheet_list_end(s);
}

static void
rule_put(struct sheet *s, const struct agreement_text *t)
{
	struct buf b;

	buf_init(&b, 512);
	if (t->kind == AGREEMENT_MEMORANDUM)
		buf_printf(&b, TN("%lu deposit", "%lu deposits", t->force_count), (unsigned long)t->force_count);
	else
		buf_printf(&b, TN("%lu signature", "%lu signatures", t->force_count), (unsigned long)t->force_count);
	if (!s->json) {
		buf_str(&b, ", ");
		buf_printf(&b, TN("%lu day later", "%lu days later", t->force_delay_days), (unsigned long)t->force_delay_days);
		sheet_text(s, "rule", N_("Comes into force by"), buf_view(&b));
	} else {
		sheet_int(s, "force_count", "", t->force_count);
		sheet_int(s, "force_delay_days", "", t->force_delay_days);
	}
	sheet_int(s, "notice_days", N_("Days of notice"), t->notice_days);
	if (s->json || t->term_days > 0)
		sheet_int(s, "term_days", N_("Days of its term"), t->term_days);
	if (s->json || t->renewals > 0)
		sheet_int(s, "renewals", N_("Times renewed"), t->renewals);
	buf_fini(&b);
}

static bool
show(struct agreements_work *w, struct err *e)
{
	const struct agreement_text *t;
	char hex[SHA256_HEX + 1];
	struct agreement *g;
	uint32_t there = 0;
	struct sheet s;

	if (!agreement_load(w->node.store, agreements_arg(w, 1), w->now_s, &g, e))
		return false;
	t = agreement_text_now(g);
	for (unsigned l = 0; l < LANG_COUNT; l++)
		there |= (uint32_t)t->wordings[l].there << l;
	sheet_begin(&s, w->c->json);
	sheet_text(&s, "id", N_("Name"), t->id);
	sheet_text(&s, "title", N_("Title"), agreement_title(t, lang_get()));
	sheet_text(&s, "kind", N_("Kind"), slice_of_str(agreement_kind_name(t->kind)));
	sheet_date(&s, "on", N_("As of"), w->date_s);
	sheet_text(&s, "state", N_("State"), slice_of_str(agreement_state_word(s.json, agreement_state_at(g, w->date_s))));
	sheet_int(&s, "version", N_("Version"), t->version);
	sha256_hex(&t->sha, hex);
	sheet_text(&s, "sha256", "SHA-256", slice_of_str(hex));
	words_put(&s, "wordings", N_("Wordings"), there, lang_word, LANG_COUNT);
	words_put(&s, "authentic", N_("Authentic"), t->authentic, lang_word, LANG_COUNT);
	sheet_text(&s, "lead", N_("Register kept by"), t->lead.id);
	rule_put(&s, t);
	date_put(&s, "opened", N_("Opened"), g->opened_s);
	date_put(&s, "in_force", N_("In force since"), g->in_force_s);
	date_put(&s, "ends", N_("Ends"), agreement_end_s(g));
	parties_put(&s, g, w->date_s);
	clauses_put(&s, t);
	acts_put(&s, g, w->date_s);
	agreement_free(&g);
	return sheet_finish(&s, true, e);
}

/* --- the command ---------------------------------------------------------------------------- */

/* What others gave us for a time that is over: what the server does once an hour, at once. */
static bool
sweep(struct agreements_work *w, struct err *e)
{
	struct retain x = { .who = { .name = w->node.conf.name, .mail = w->node.conf.mail }, .now_s = w->now_s };
	struct sheet s;
	bool ok = true;

	while (ok && !x.end)
		ok = retain_slice(w->node.store, &x, e);
	if (!ok || (w->c->quiet && !w->c->json))
		return ok;
	sheet_begin(&s, w->c->json);
	sheet_int(&s, "records", N_("Records whose time was over"), (int64_t)x.records);
	sheet_int(&s, "objects", N_("Objects taken out"), (int64_t)x.objects);
	return sheet_finish(&s, true, e);
}

static const struct agreements_verb verbs[] = {
	{ "list", false, false, 0, 0, "", list },
	{ "show", false, false, 1, 1, "NAME", show },
	{ "wording", false, false, 1, 2, "NAME [LANGUAGE]", cli_agreements_wording },
	{ "draft", true, false, 0, 1, "FILE, or --model KIND --id NAME --party NAME...", cli_agreements_draft },
	{ "discard", true, false, 1, 1, "NAME", cli_agreements_discard },
	{ "open", true, true, 1, 1, "NAME", cli_agreements_act },
	{ "invite", true, true, 2, 2, "NAME PARTNER", cli_agreements_act },
	{ "sign", true, true, 1, 1, "NAME --paper FILE", cli_agreements_act },
	{ "deposit", true, true, 1, 1, "NAME --paper FILE", cli_agreements_act },
	{ "reserve", true, true, 2, 2, "NAME CLAUSE --paper FILE", cli_agreements_act },
	{ "withdraw-reservation", true, true, 2, 2, "NAME CLAUSE --paper FILE", cli_agreements_act },
	{ "leave", true, true, 1, 1, "NAME --paper FILE", cli_agreements_act },
	{ "amend", true, true, 1, 1, "NAME", cli_agreements_act },
	{ "end", true, true, 1, 1, "NAME --paper FILE", cli_agreements_act },
	{ "rekey", true, true, 1, 2, "NAME [REQUEST --paper FILE]", cli_agreements_rekey },
	{ "receipts", true, true, 1, -1, "FILE...", cli_agreements_receipts },
	{ "proposals", false, false, 0, 0, "", cli_agreements_proposals },
	{ "confirm", true, true, 1, 1, "NUMBER", cli_agreements_confirm },
	{ "refuse", true, false, 1, 1, "NUMBER", cli_agreements_refuse },
	{ "export", false, false, 1, 1, "NAME", cli_agreements_export },
	{ "import", true, false, 1, 1, "FILE", cli_agreements_import },
	{ "verify", false, false, 1, 1, "FILE", cli_agreements_verify },
	{ "ask", false, false, 0, 0, "--partner NAME", cli_agreements_ask },
	{ "transfers", false, false, 0, 0, "", cli_agreements_transfers },
	{ "sweep", true, false, 0, 0, "", sweep },
};

static bool
agreements(struct cli *c, struct err *e)
{
	return agreements_run(c, verbs, sizeof(verbs) / sizeof(verbs[0]), e);
}

static const struct cli_option options[] = {
	{ "date", 'd', N_("DATE"), N_("list, show, ask: as it stands on this date; of an act: when it was done (default: now)") },
	{ "partner", 'p', N_("NAME"), N_("ask, transfers: to whom") },
	{ "purpose", 0, N_("PURPOSE"), N_("ask: what for: notify, statistics, protect (default)") },
	{ "findings", 0, NULL, N_("ask: a row for each finding") },
	{ "limit", 0, N_("NUMBER"), N_("ask, transfers: at most so many (0: all)") },
	{ "allowed", 0, NULL, N_("transfers: only what went") },
	{ "refused", 0, NULL, N_("transfers: only what was refused") },
	{ "paper", 0, N_("FILE"), N_("of an act: the paper that it is written on; its hash is signed") },
	{ "propose", 0, NULL, N_("of an act, receipts: sign nothing yet; another person confirms it") },
	{ "all", 0, NULL, N_("proposals: those that were decided on, too") },
	{ "out", 'o', N_("FILE"), N_("write the act, wording or register there instead of to standard output; draft --model: a folder") },
	{ "wording", 0, N_("LANG=FILE..."), N_("draft: the wording in a language; several times") },
	{ "model", 0, N_("KIND"), N_("draft: of the model text that ships: memorandum, technical-cooperation, project; in six languages") },
	{ "id", 0, N_("NAME"), N_("draft --model: what the agreement is called") },
	{ "party", 0, N_("NAME[=ROLE]..."), N_("draft --model: a partner or this node, as member, expert or donor; several times") },
	{ "lead", 0, N_("NAME"), N_("draft --model: depositary or coordinator (default: this node)") },
	{ "title", 0, N_("LANG=TEXT..."), N_("draft --model: another title than the model's; several times") },
	{ "authentic", 0, N_("LANG..."), N_("draft --model: an authentic language; several times (default: all six)") },
	{ "lost", 0, NULL, N_("rekey: our old key is lost or stolen; makes what is sent to who keeps the register, with a paper") },
	{ "role", 0, N_("ROLE"), N_("invite: member (default), expert, donor") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_agreements = {
	.name = "agreements",
	.args = N_("[list|show|draft|open|invite|sign|deposit|reserve|withdraw-reservation|leave|amend|end|rekey|receipts|proposals|confirm|refuse|export|import|verify|wording|discard|ask|transfers|sweep] [NAME|FILE...]"),
	.summary = N_("agreements with partners: their texts and acts, and what may flow by them"),
	.details = N_("draft checks a text (docs/agreements.md shows one) and keeps it with its wordings, or makes one of a model text, which is no legal advice; open begins its register. Every act after that is signed with this node's key, in one chain with those before it. Who keeps the register, in a memorandum the depositary, does its own acts at once; a party's act is a line that is sent to it, where receipts takes it, with a receipt whose date counts. export writes the register, import verifies all of it and takes what is new, verify only looks. On the page two people sign where two may: what one proposes another confirms; --propose, proposals, confirm and refuse are the same here, and whoever signs here without them does so alone, which the audit log says. rekey tells the agreement our next key (entente partners rekey), by an act that the old key signs; where that one is lost or stolen, --lost makes a request, and who keeps the register writes the change down with rekey NAME REQUEST and the party's paper. leave begins the notice; the flow ends when it has run out. ask says what a partner would get of our findings, by which agreement and clause, and why not the rest; nothing is sent. transfers lists what went, and what was refused. sweep takes out what others gave us when the time that their clause lets us keep it is over; a running server does it once an hour. Exit status 1: an agreement could not be verified, and counts as none."),
	.examples = "  entente agreements draft mou.json --wording en=mou-en.txt --wording es=mou-es.txt\n  entente agreements draft --model memorandum --id mou-2026 --party es-cert --party fr-cert\n  entente agreements open mou-2026\n  entente agreements sign mou-2026 --paper signed.pdf --out to-depositary.json\n  entente agreements receipts from-es.json\n  entente agreements show mou-2026 --date 2027-01-01\n  entente agreements ask --partner fr-cert --purpose protect",
	.options = options,
	.args_max = -1,
	.run = agreements,
};
