/*
 * What is done about agreements: drafts, acts, receipts, registers.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/lang.h"
#include "cli/agreements.h"
#include "cli/sheet.h"
#include "share/register.h"

static bool
put_out(struct agreements_work *w, struct slice text, struct err *e)
{
	const char *out = cli_opt(w->c, "out");

	if (out != NULL)
		return file_write(out, text, e);
	return (fwrite(text.p, 1, text.len, stdout) == text.len && fflush(stdout) == 0) || err_sys(e, "standard output");
}

/* --- drafts ------------------------------------------------------------------------------ */

static bool
discard_do(struct agreements_work *w, void *cookie, struct err *e)
{
	return agreement_draft_remove(w->node.store, *(struct slice *)cookie, e);
}

bool
cli_agreements_discard(struct agreements_work *w, struct err *e)
{
	struct slice id = agreements_arg(w, 1);

	return agreements_change(w, discard_do, &id, "agreement.discard", id, SLICE_NONE, e);
}

bool
cli_agreements_wording(struct agreements_work *w, struct err *e)
{
	enum lang asked = lang_get(), lang;
	struct agreement *g;
	struct slice bytes;
	bool ok;

	if (w->c->arg_count > 2 && (strlen(w->c->args[2]) != 2 || !lang_parse(w->c->args[2], &asked)))
		return err_set(e, ERR_USAGE, "\"%s\" is none of ar, zh, en, fr, ru, es", w->c->args[2]);
	if (!agreement_load(w->node.store, agreements_arg(w, 1), w->now_s, &g, e))
		return false;
	ok = agree_wording_find(w->node.store, agreement_text_now(g), asked, &w->a, &bytes, &lang, e);
	agreement_free(&g);
	if (ok && lang != asked && !w->c->quiet) {
		char said[200];

		(void)snprintf(said, sizeof(said), T("There is none in \"%s\"; this is the authentic one in \"%s\"."), lang_tag(asked), lang_tag(lang));
		cli_tell(said);
	}
	return ok && put_out(w, bytes, e);
}

/* --- acts -------------------------------------------------------------------------------- */

static const struct { const char *verb; enum act_kind kind; const char *audit; } acts[] = {
	{ "open", ACT_OPENED, "agreement.open" }, { "invite", ACT_INVITED, "agreement.invite" }, { "sign", ACT_SIGNED, "agreement.sign" },
	{ "deposit", ACT_DEPOSITED, "agreement.deposit" }, { "reserve", ACT_RESERVED, "agreement.reserve" },
	{ "withdraw-reservation", ACT_RESERVATION_WITHDRAWN, "agreement.unreserve" }, { "leave", ACT_WITHDRAWAL_NOTIFIED, "agreement.leave" },
	{ "amend", ACT_AMENDED, "agreement.amend" }, { "end", ACT_ENDED, "agreement.end" }, { "rekey", ACT_KEY_CHANGED, "agreement.rekey" },
};

struct act {
	struct slice id, line;
	struct agreement_deed deed;
	struct agreement_party invites;
	bool kept;
};

/* The paper's hash; where the text itself is the paper, the text's. */
static bool
paper_take(struct agreements_work *w, struct act *x, struct err *e)
{
	const char *path = cli_opt(w->c, "paper");
	struct file_map file = FILE_MAP_NONE;
	struct agreement *g;

	if (path != NULL) {
		if (!file_map(path, (size_t)256 << 20, &file, e))
			return false;
		x->deed.paper = sha256_of(file.view);
		file_unmap(&file);
		return true;
	}
	if (x->deed.kind != ACT_OPENED && x->deed.kind != ACT_INVITED && x->deed.kind != ACT_AMENDED &&
	    (x->deed.kind != ACT_KEY_CHANGED || x->deed.holder.p != NULL))
		return err_set(e, ERR_USAGE, "an act has a paper, whose hash is signed with it: --paper FILE");
	if (!agreement_load(w->node.store, x->id, w->now_s, &g, e))
		return false;
	x->deed.paper = agreement_text_now(g)->sha;
	agreement_free(&g);
	return true;
}

/* As the partner is entered here. */
static bool
invites_take(struct agreements_work *w, struct act *x, struct err *e)
{
	const char *role = cli_has(w->c, "role") ? cli_opt(w->c, "role") : "member";
	struct partner p;
	bool found;

	if (!partner_get(w->node.store, agreements_arg(w, 2), &w->a, &p, &found, e))
		return false;
	if (!found || !p.has_key)
		return err_set(e, ERR_ABSENT, "%s is no partner whose key is known; enter it: entente partners key", QUOTE(agreements_arg(w, 2)));
	x->invites = (struct agreement_party){ p.id, p.name, p.country, PARTY_ROLE_COUNT, p.key };
	for (int r = 0; r < PARTY_ROLE_COUNT; r++) {
		if (strcmp(role, party_role_name((enum party_role)r)) == 0)
			x->invites.role = (enum party_role)r;
	}
	x->deed.invites = &x->invites;
	return x->invites.role != PARTY_ROLE_COUNT || err_set(e, ERR_USAGE, "--role: \"%s\" is none of member, expert, donor", role);
}

static bool
act_do(struct agreements_work *w, void *cookie, struct err *e)
{
	struct act *x = cookie;

	return agree_do(w->node.store, x->id, &x->deed, &w->keys, w->now_s, &w->a, &x->line, &x->kept, e);
}

bool
cli_agreements_told(struct agreements_work *w, bool kept, struct slice line, struct err *e)
{
	line = arena_printf(&w->a, "%.*s\n", SLICE_ARG(line));
	if (kept) {
		if (!w->c->quiet && !w->c->json)
			puts(T("Done; the register has it."));
		return !w->c->json || put_out(w, line, e);
	}
	if (!put_out(w, line, e))
		return false;
	if (!w->c->quiet)
		cli_tell(T("It counts once who keeps the register has taken it: send the line there (entente agreements receipts FILE)."));
	return true;
}

/* Signed, or put down for a second person. */
static bool
act_or_propose(struct agreements_work *w, struct act *x, const char *audit, struct slice what, struct slice request, struct err *e)
{
	struct proposal p = { .agreement = x->id, .kind = x->deed.kind, .paper = x->deed.paper, .date_s = x->deed.date_s, .clause = x->deed.clause,
		.party = x->deed.kind == ACT_INVITED ? x->invites.id : SLICE_NONE, .role = x->invites.role, .request = request };
	struct slice detail;

	if (cli_has(w->c, "propose"))
		return cli_agreements_propose(w, &p, e);
	return cli_agreements_alone(w, what, &detail, e) && agreements_change(w, act_do, x, audit, x->id, detail, e) &&
	    cli_agreements_told(w, x->kept, x->line, e);
}

bool
cli_agreements_act(struct agreements_work *w, struct err *e)
{
	struct act x = { .id = agreements_arg(w, 1) };
	uint64_t clause;
	size_t i = 0;

	while (strcmp(acts[i].verb, w->c->args[0]) != 0)
		i++;
	x.deed = (struct agreement_deed){ .kind = acts[i].kind, .date_s = w->date_s };
	if (x.deed.kind == ACT_RESERVED || x.deed.kind == ACT_RESERVATION_WITHDRAWN) {
		if (!slice_u64(agreements_arg(w, 2), &clause) || clause == 0 || clause > AGREEMENT_CLAUSES_MAX)
			return err_set(e, ERR_USAGE, "say which clause, by its number");
		x.deed.clause = (uint32_t)clause;
	}
	return (x.deed.kind != ACT_INVITED || invites_take(w, &x, e)) && paper_take(w, &x, e) &&
	    act_or_propose(w, &x, acts[i].audit, agreements_arg(w, 2), SLICE_NONE, e);
}

/* --- another key -------------------------------------------------------------------------- */

/* Our old key signs nothing any more: what the one who keeps the register needs. */
static bool
request_out(struct agreements_work *w, struct err *e)
{
	struct agreement_party us;
	struct agreement *g;
	struct slice request;
	bool found, ok;

	if (w->keys.next == NULL)
		return err_set(e, ERR_CONFLICT, "there is no next key; make it: entente partners rekey");
	if (!party_self(w->node.store, &w->a, &us, &found, e) || !agreement_load(w->node.store, agreements_arg(w, 1), w->now_s, &g, e))
		return false;
	ok = agree_rekey_request(g, us.id, w->keys.next, &w->a, &request, e) &&
	    put_out(w, arena_printf(&w->a, "%.*s\n", SLICE_ARG(request)), e);
	agreement_free(&g);
	if (ok && !w->c->quiet)
		cli_tell(T("Send it with a signed paper to who keeps the register, and tell them the new key's fingerprint by another way (entente partners rekey shows it)."));
	return ok;
}

bool
cli_agreements_rekey(struct agreements_work *w, struct err *e)
{
	struct act x = { .id = agreements_arg(w, 1), .deed = { .kind = ACT_KEY_CHANGED, .date_s = w->date_s } };
	struct slice request = SLICE_NONE;

	if (cli_has(w->c, "lost"))
		return request_out(w, e);
	if (w->c->arg_count > 2 && (!agreements_file(w, w->c->args[2], 4096, &request, e) || !agree_rekey_read(request, x.id, &w->a, &x.deed, e)))
		return err_within(e, "%s", w->c->args[2]);
	return paper_take(w, &x, e) && act_or_propose(w, &x, "agreement.rekey", x.deed.holder, request, e);
}

/* --- registers ------------------------------------------------------------------------------ */

struct receipts {
	struct slice file;
	uint32_t taken;
	struct agreement_act last;
};

static bool
receipts_do(struct agreements_work *w, void *cookie, struct err *e)
{
	struct receipts *x = cookie;
	struct slice rest = x->file, line;

	while (slice_line(&rest, &line)) {
		if (line.len == 0)
			continue;
		if (!agree_take(w->node.store, line, &w->keys, w->now_s, &w->a, &x->last, e))
			return false;
		x->taken++;
	}
	return x->taken > 0 || err_set(e, ERR_INPUT, "there is no act in it");
}

static bool
receipts_propose(struct agreements_work *w, struct slice file, struct err *e)
{
	struct slice line;

	while (slice_line(&file, &line)) {
		struct proposal p = { .line = line };

		if (line.len > 0 && !cli_agreements_propose(w, &p, e))
			return false;
	}
	return true;
}

bool
cli_agreements_receipts(struct agreements_work *w, struct err *e)
{
	for (int i = 1; i < w->c->arg_count; i++) {
		struct receipts x = { .taken = 0 };
		struct slice detail;

		if (!agreements_file(w, w->c->args[i], (size_t)1 << 20, &x.file, e))
			return false;
		if (cli_has(w->c, "propose")) {
			if (!receipts_propose(w, x.file, e))
				return err_within(e, "%s", w->c->args[i]);
			continue;
		}
		if (!cli_agreements_alone(w, S(""), &detail, e))
			return false;
		if (!agreements_change(w, receipts_do, &x, "agreement.receipt", slice_of_str(w->c->args[i]), detail, e))
			return err_within(e, "%s", w->c->args[i]);
		if (!w->c->quiet && !w->c->json) {
			printf(T("%s: %.*s, act %u: %s by %.*s"), w->c->args[i], SLICE_ARG(x.last.agreement), x.last.number,
			    T(act_kind_name(x.last.kind)), SLICE_ARG(x.last.party));
			putchar('\n');
		}
	}
	return fflush(stdout) == 0 || err_sys(e, "standard output");
}

bool
cli_agreements_export(struct agreements_work *w, struct err *e)
{
	struct buf b;
	bool ok;

	buf_init(&b, REGISTER_BYTES_MAX);
	ok = register_export(w->node.store, agreements_arg(w, 1), w->now_s, &b, e) && put_out(w, buf_view(&b), e);
	buf_fini(&b);
	return ok;
}

struct import {
	struct slice file;
	struct agreement *g;
	struct register_result result;
};

static bool
import_do(struct agreements_work *w, void *cookie, struct err *e)
{
	struct import *x = cookie;

	return register_import(w->node.store, x->file, w->now_s, &x->g, &x->result, e);
}

static bool
summary(struct agreements_work *w, const struct agreement *g, const struct register_result *r, struct err *e)
{
	char mark[ED25519_FINGERPRINT_TEXT], head[SHA256_HEX + 1];
	struct sha256 sha = agreement_head(g);
	struct sheet s;

	if (w->c->quiet)
		return true;
	ed25519_fingerprint_print(&g->lead.key, mark);
	sha256_hex(&sha, head);
	sheet_begin(&s, w->c->json);
	sheet_text(&s, "id", N_("Name"), g->texts[0]->id);
	sheet_text(&s, "state", N_("State"), slice_of_str(agreement_state_word(s.json, agreement_state_at(g, w->date_s))));
	sheet_int(&s, "acts", N_("Acts"), g->act_count);
	if (r != NULL)
		sheet_int(&s, "new", N_("Of them new"), r->acts_new);
	sheet_text(&s, "lead", N_("Register kept by"), g->texts[0]->lead.id);
	sheet_text(&s, "fingerprint", N_("Fingerprint of its key"), slice_of_str(mark));
	sheet_text(&s, "head", N_("Hash of the last act"), slice_of_str(head));
	return sheet_finish(&s, true, e);
}

bool
cli_agreements_import(struct agreements_work *w, struct err *e)
{
	struct file_map file = FILE_MAP_NONE;
	struct import x = { .g = NULL };
	bool ok;

	if (!file_map(w->c->args[1], REGISTER_BYTES_MAX, &file, e))
		return false;
	x.file = file.view;
	ok = agreements_change(w, import_do, &x, "agreement.import", slice_of_str(w->c->args[1]), SLICE_NONE, e) ?
	    summary(w, x.g, &x.result, e) : err_within(e, "%s", w->c->args[1]);
	agreement_free(&x.g);
	file_unmap(&file);
	return ok;
}

bool
cli_agreements_verify(struct agreements_work *w, struct err *e)
{
	struct file_map file = FILE_MAP_NONE;
	struct agreement *g = NULL;
	bool ok;

	if (!file_map(w->c->args[1], REGISTER_BYTES_MAX, &file, e))
		return false;
	ok = register_verify(file.view, w->now_s, &g, NULL, NULL, e) ? summary(w, g, NULL, e) : err_within(e, "%s", w->c->args[1]);
	agreement_free(&g);
	file_unmap(&file);
	return ok;
}
