/*
 * agreement_act: one line of a register. What is signed is the canonical form of
 * the member "act"; the receipt is over that, its signature and a date, so that
 * neither can be changed under the other.
 */
#include "model/agreement_room.h"
#include "parse/date.h"

static const char *kind_word(int i) { return act_kind_name((enum act_kind)i); }

/* Members beside the common ones, by kind. */
static const char *const *
own_members(enum act_kind k)
{
	static const char *const invites[] = { "invites", NULL }, *const clause[] = { "clause", NULL }, *const amends[] = { "amends", NULL },
	    *const key[] = { "holder", "key", "proof", NULL }, *const none[] = { NULL };

	switch (k) {
	case ACT_INVITED:
		return invites;
	case ACT_RESERVED:
	case ACT_RESERVATION_WITHDRAWN:
		return clause;
	case ACT_AMENDED:
		return amends;
	case ACT_KEY_CHANGED:
		return key;
	case ACT_OPENED:
	case ACT_SIGNED:
	case ACT_DEPOSITED:
	case ACT_WITHDRAWAL_NOTIFIED:
	case ACT_ENDED:
	case ACT_KIND_COUNT:
		break;
	}
	return none;
}

static bool
key_read(const struct json *j, struct agreement_act *x, struct err *e)
{
	return doc_id(j, "holder", &x->holder, e) && (ed25519_key_parse(json_text(json_get(j, S("key"))), &x->key) ||
	    err_set(e, ERR_INPUT, "%s: expected an Ed25519 key, 64 digits of 0-9 and a-f", "key")) &&
	    (ed25519_signature_parse(json_text(json_get(j, S("proof"))), &x->proof) ||
	    err_set(e, ERR_INPUT, "%s: expected 128 digits of 0-9 and a-f", "proof"));
}

static bool
body_read(const struct json *j, struct agreement_act *x, struct err *e)
{
	const char *names[13] = { "form", "agreement", "text", "number", "before", "act", "date", "party", "paper" };
	const char *const *own;
	int kind;

	if (!json_is(j, JSON_OBJECT) || !doc_word(j, "act", kind_word, ACT_KIND_COUNT, &kind, e))
		return json_is(j, JSON_OBJECT) ? false : err_set(e, ERR_INPUT, "expected an object");
	x->kind = (enum act_kind)kind;
	own = own_members(x->kind);
	for (size_t i = 9; *own != NULL; i++)
		names[i] = *own++;
	if (!doc_object(j, names, e))
		return false;
	if (!slice_eq(json_text(json_get(j, S("form"))), S("entente agreement act 1")))
		return err_set(e, ERR_INPUT, "form: expected \"entente agreement act 1\"");
	if (!doc_id(j, "agreement", &x->agreement, e) || !doc_sha(j, "text", &x->text, e) ||
	    !doc_number(j, "number", 1, AGREEMENT_ACTS_MAX, &x->number, e) ||
	    !doc_sha(j, "before", &x->before, e) || !doc_date(j, "date", &x->date_s, e) ||
	    !doc_id(j, "party", &x->party, e) || !doc_sha(j, "paper", &x->paper, e))
		return false;
	switch (x->kind) {
	case ACT_INVITED:
		return doc_party(json_get(j, S("invites")), true, &x->invites, e) || err_within(e, "invites");
	case ACT_RESERVED:
	case ACT_RESERVATION_WITHDRAWN:
		return doc_number(j, "clause", 1, AGREEMENT_CLAUSES_MAX, &x->clause, e);
	case ACT_AMENDED:
		return doc_sha(j, "amends", &x->amends, e);
	case ACT_KEY_CHANGED:
		return key_read(j, x, e);
	case ACT_OPENED:
	case ACT_SIGNED:
	case ACT_DEPOSITED:
	case ACT_WITHDRAWAL_NOTIFIED:
	case ACT_ENDED:
	case ACT_KIND_COUNT:
		break;
	}
	return true;
}

static bool
signature_read(const struct json *j, struct ed25519_signature *out, struct err *e)
{
	return ed25519_signature_parse(json_text(json_get(j, S("signature"))), out) ||
	    err_set(e, ERR_INPUT, "%s: expected 128 digits of 0-9 and a-f", "signature");
}

/* What a receipt is over. */
static struct slice
received_of(struct slice body, const struct ed25519_signature *s, int64_t date_s, struct arena *a)
{
	char date[DATE_TEXT_MAX], hex[ED25519_SIGNATURE_HEX + 1];
	struct slice parts[5];

	date_print_z(date_s, date);
	ed25519_signature_print(s, hex);
	parts[0] = slice_of_str(date);
	parts[1] = S("\n");
	parts[2] = slice_of_str(hex);
	parts[3] = S("\n");
	parts[4] = body;
	return arena_join(a, parts, 5);
}

static bool
line_read(const struct json *j, struct arena *a, struct agreement_act *x, struct err *e)
{
	static const char *const names[] = { "act", "signature", "receipt", NULL }, *const receipt_names[] = { "date", "signature", NULL };
	const struct json *body = json_get(j, S("act")), *receipt = json_get(j, S("receipt"));

	if (!doc_object(j, names, e) || !body_read(body, x, e) || !signature_read(j, &x->signature, e))
		return false;
	x->body = body->raw; /* of a canonical text, so canonical */
	if (receipt == NULL)
		return true;
	x->receipted = true;
	if (!doc_object(receipt, receipt_names, e) || !doc_date(receipt, "date", &x->receipt_s, e) ||
	    !signature_read(receipt, &x->receipt, e))
		return err_within(e, "receipt");
	x->received = received_of(x->body, &x->signature, x->receipt_s, a);
	return x->received.p != NULL || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
}

bool
agreement_act_read(struct slice line, struct arena *a, struct agreement_act *out, struct err *e)
{
	const struct json *j;

	*out = (struct agreement_act){ .line = line };
	if (!json_canon_check(line, &agreement_line_limits, a, &j, e) || !line_read(j, a, out, e))
		return false;
	out->sha = sha256_of(line);
	return true;
}

bool
agreement_act_verify(const struct agreement_act *x, const struct ed25519_key *key)
{
	return ed25519_verify(key, ACT_PURPOSE, x->body, &x->signature);
}

bool
agreement_receipt_verify(const struct agreement_act *x, const struct ed25519_key *lead)
{
	return x->receipted && ed25519_verify(lead, RECEIPT_PURPOSE, x->received, &x->receipt);
}

/* --- making ---------------------------------------------------------------- */

static void
sha_put(struct json_out *o, struct slice key, const struct sha256 *h)
{
	char hex[SHA256_HEX + 1];

	sha256_hex(h, hex);
	json_out_key_text(o, key, slice_of_str(hex));
}

static void
key_put(struct json_out *o, const struct agreement_deed *d)
{
	char key[ED25519_KEY_HEX + 1], proof[ED25519_SIGNATURE_HEX + 1];

	ed25519_key_print(&d->key, key);
	ed25519_signature_print(&d->proof, proof);
	json_out_key_text(o, S("holder"), d->holder);
	json_out_key_text(o, S("key"), slice_of_str(key));
	json_out_key_text(o, S("proof"), slice_of_str(proof));
}

static void
body_put(const struct agreement *g, const struct agreement_deed *d, struct buf *b)
{
	struct sha256 head = agreement_head(g);
	char date[DATE_TEXT_MAX];
	struct json_out o;

	date_print_z(d->date_s, date);
	json_out_init(&o, b, false);
	json_out_object(&o);
	json_out_key_text(&o, S("form"), S("entente agreement act 1"));
	json_out_key_text(&o, S("agreement"), agreement_text_now(g)->id);
	sha_put(&o, S("text"), &agreement_text_now(g)->sha);
	json_out_key_int(&o, S("number"), (int64_t)g->act_count + 1);
	sha_put(&o, S("before"), &head);
	json_out_key_text(&o, S("act"), slice_of_str(act_kind_name(d->kind)));
	json_out_key_text(&o, S("date"), slice_of_str(date));
	json_out_key_text(&o, S("party"), d->party);
	sha_put(&o, S("paper"), &d->paper);
	if (d->kind == ACT_RESERVED || d->kind == ACT_RESERVATION_WITHDRAWN)
		json_out_key_int(&o, S("clause"), d->clause);
	if (d->kind == ACT_AMENDED)
		sha_put(&o, S("amends"), &d->amends);
	if (d->kind == ACT_INVITED) {
		json_out_key(&o, S("invites"));
		doc_party_put(&o, d->invites, true);
	}
	if (d->kind == ACT_KEY_CHANGED)
		key_put(&o, d);
	json_out_object_end(&o);
}

static void
signature_put(struct buf *b, const struct ed25519_signature *s)
{
	char hex[ED25519_SIGNATURE_HEX + 1];

	ed25519_signature_print(s, hex);
	buf_printf(b, "\"signature\":\"%s\"}", hex);
}

bool
agreement_act_make(const struct agreement *g, const struct agreement_deed *d,
    const struct ed25519 *key, struct arena *a, struct slice *line_out, struct err *e)
{
	struct ed25519_signature sig;
	struct buf b, body;
	bool ok;

	buf_init(&b, AGREEMENT_LINE_BYTES_MAX);
	buf_init(&body, AGREEMENT_LINE_BYTES_MAX);
	body_put(g, d, &b);
	ok = json_canon(buf_view(&b), &agreement_line_limits, a, &body, e);
	if (ok) {
		ed25519_sign(key, ACT_PURPOSE, buf_view(&body), &sig);
		buf_clear(&b);
		buf_str(&b, "{\"act\":");
		buf_put(&b, buf_view(&body));
		buf_byte(&b, ',');
		signature_put(&b, &sig);
		*line_out = arena_copy(a, buf_view(&b));
		ok = (buf_ok(&b) && line_out->p != NULL) || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	}
	buf_fini(&b);
	buf_fini(&body);
	return ok;
}

bool
agreement_receipt_make(struct slice line, const struct ed25519 *lead, int64_t date_s,
    struct arena *a, struct slice *line_out, struct err *e)
{
	struct ed25519_signature sig;
	struct agreement_act x;
	char date[DATE_TEXT_MAX];
	struct slice received;
	struct buf b;
	bool ok;

	if (!agreement_act_read(line, a, &x, e))
		return false;
	if (x.receipted)
		return err_set(e, ERR_CONFLICT, "act %u has a receipt already", x.number);
	received = received_of(x.body, &x.signature, date_s, a);
	if (received.p == NULL)
		return err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	ed25519_sign(lead, RECEIPT_PURPOSE, received, &sig);
	date_print_z(date_s, date);
	buf_init(&b, AGREEMENT_LINE_BYTES_MAX);
	buf_str(&b, "{\"act\":");
	buf_put(&b, x.body);
	buf_printf(&b, ",\"receipt\":{\"date\":\"%s\",", date);
	signature_put(&b, &sig);
	buf_byte(&b, ',');
	signature_put(&b, &x.signature);
	*line_out = arena_copy(a, buf_view(&b));
	ok = (buf_ok(&b) && line_out->p != NULL) || err_set(e, ERR_LIMIT, "a record of more than %zu bytes", a->max);
	buf_fini(&b);
	return ok;
}
