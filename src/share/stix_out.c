#include "share/stix_out.h"

#include <stdio.h>

#include "model/stix_value.h"
#include "parse/domain.h"
#include "share/stix_kinds.h"

/* The moment of what has none: that of the standard, so that the object is the same in each bundle. */
#define STANDARD_S 1623283200

void
stix_out_id(const struct stix_out *x, const char *type, struct slice of, char out[STIX_ID_MAX])
{
	struct buf b;

	buf_init(&b, (size_t)64 << 10);
	buf_printf(&b, "%s:", type);
	buf_put(&b, x->name);
	buf_byte(&b, ':');
	buf_put(&b, of);
	stix_id_make(type, buf_view(&b), out);
	buf_fini(&b);
}

void
stix_out_bundle_id(const struct stix_out *x, struct slice what, char out[STIX_ID_MAX])
{
	stix_out_id(x, "bundle", what, out);
}

static void
moment(struct json_out *j, struct slice key, int64_t s)
{
	char text[STIX_TIME_TEXT_MAX];

	json_out_key_text(j, key, slice_of(text, stix_time_print(s * 1000000, text)));
}

static void
open_object(struct json_out *j, const char *type, const char *id, int64_t created_s, int64_t modified_s)
{
	json_out_object(j);
	json_out_key_text(j, S("type"), slice_of_str(type));
	json_out_key_text(j, S("spec_version"), S("2.1"));
	json_out_key_text(j, S("id"), slice_of_str(id));
	moment(j, S("created"), created_s);
	moment(j, S("modified"), modified_s);
}

static void
list_of(struct json_out *j, struct slice key, struct slice a, struct slice b)
{
	json_out_key(j, key);
	json_out_array(j);
	json_out_text(j, a);
	if (b.len > 0)
		json_out_text(j, b);
	json_out_array_end(j);
}

void
stix_out_identity(const struct stix_out *x, struct buf *b)
{
	char id[STIX_ID_MAX];
	struct json_out j;

	stix_out_id(x, "identity", SLICE_NONE, id);
	json_out_init(&j, b, false);
	open_object(&j, "identity", id, STANDARD_S, STANDARD_S);
	json_out_key_text(&j, S("name"), x->name);
	json_out_key_text(&j, S("identity_class"), S("organization"));
	if (x->mail.len > 0)
		json_out_key_text(&j, S("contact_information"), x->mail);
	json_out_object_end(&j);
}

void
stix_out_marks(struct buf *b)
{
	for (unsigned t = TLP_CLEAR; t <= TLP_RED; t++) {
		if (t != TLP_CLEAR)
			buf_byte(b, ',');
		stix_tlp_object((enum tlp)t, b);
	}
}

/* --- places ------------------------------------------------------------------ */

/* What a place is as an observable: its type, the property that says it, how a pattern names that. */
struct thing {
	const char *type, *property;
	struct slice value;
	bool number;
	const char *hash; /* "MD5": a file by its hash */
};

static bool
thing_of(const struct finding_row *r, struct thing *t)
{
	*t = (struct thing){ .property = "value", .value = r->place };
	switch (r->kind) {
	case PLACE_IP:
		t->type = ip_is_v4(r->ip) ? "ipv4-addr" : "ipv6-addr";
		break;
	case PLACE_NETWORK:
		t->type = slice_find_byte(r->place, ':') == SIZE_MAX ? "ipv4-addr" : "ipv6-addr";
		break;
	case PLACE_FQDN:
		t->type = "domain-name";
		break;
	case PLACE_URL:
		t->type = "url";
		break;
	case PLACE_ASN:
		t->type = "autonomous-system";
		t->property = "number";
		t->number = true;
		break;
	case PLACE_ACCOUNT:
		t->type = mailbox_ok(r->place) ? "email-addr" : "user-account";
		t->property = mailbox_ok(r->place) ? "value" : "account_login";
		break;
	case PLACE_HASH:
		t->type = "file";
		t->hash = r->place.len == 64 ? "SHA-256" : r->place.len == 40 ? "SHA-1" : r->place.len == 32 ? "MD5" : NULL;
		t->property = "hashes";
		break;
	/* Whom it happened to is no observable of trouble. */
	case PLACE_TARGET:
	case PLACE_KIND_COUNT:
		break;
	}
	return t->type != NULL && r->place.len > 0 && (r->kind != PLACE_HASH || t->hash != NULL);
}

static void
thing_value(struct json_out *j, const struct thing *t)
{
	json_out_key(j, slice_of_str(t->property));
	if (t->hash != NULL) {
		json_out_object(j);
		json_out_key_text(j, slice_of_str(t->hash), t->value);
		json_out_object_end(j);
	} else if (t->number) {
		json_out_raw(j, t->value);
	} else {
		json_out_text(j, t->value);
	}
}

/* As anybody who knows the standard names it (section 2.9). */
static bool
thing_put(const struct thing *t, struct buf *b, char id[STIX_ID_MAX])
{
	const struct json *tree;
	struct err none = ERR_INIT;
	struct json_out j;
	struct arena a;
	struct buf text;
	bool ok;

	arena_init(&a, (size_t)256 << 10);
	buf_init(&text, (size_t)64 << 10);
	json_out_init(&j, &text, false);
	json_out_object(&j);
	json_out_key_text(&j, S("type"), slice_of_str(t->type));
	thing_value(&j, t);
	json_out_object_end(&j);
	ok = buf_ok(&text) && json_parse(buf_view(&text), &STIX_LIMITS, &a, &tree, &none) && stix_observable_id(tree, &a, id);
	if (ok) {
		json_out_init(&j, b, false);
		json_out_object(&j);
		json_out_key_text(&j, S("type"), slice_of_str(t->type));
		json_out_key_text(&j, S("spec_version"), S("2.1"));
		json_out_key_text(&j, S("id"), slice_of_str(id));
		thing_value(&j, t);
		json_out_object_end(&j);
	}
	buf_fini(&text);
	arena_fini(&a);
	return ok;
}

static void
pattern_put(const struct thing *t, bool network, struct buf *b)
{
	buf_printf(b, "[%s:%s", t->type, t->property);
	if (t->hash != NULL)
		buf_printf(b, ".'%s'", t->hash);
	buf_str(b, network ? " ISSUBSET " : " = ");
	if (t->number) {
		buf_put(b, t->value);
	} else {
		buf_byte(b, '\'');
		for (size_t i = 0; i < t->value.len; i++) {
			if (t->value.p[i] == '\'' || t->value.p[i] == '\\')
				buf_byte(b, '\\');
			buf_byte(b, t->value.p[i]);
		}
		buf_byte(b, '\'');
	}
	buf_byte(b, ']');
}

/* --- findings ------------------------------------------------------------------ */

/* Where the place itself does harm, others want to watch for it; elsewhere it is what could be harmed. */
static const char *const indicator_types[CLASS_COUNT] = {
	[CLASS_SPAM] = "malicious-activity", [CLASS_C2_SERVER] = "malicious-activity", [CLASS_MALWARE_DISTRIBUTION] = "malicious-activity",
	[CLASS_MALWARE_CONFIGURATION] = "malicious-activity", [CLASS_SCANNER] = "malicious-activity",
	[CLASS_SOCIAL_ENGINEERING] = "malicious-activity", [CLASS_BRUTE_FORCE] = "malicious-activity",
	[CLASS_EXPLOIT] = "malicious-activity", [CLASS_DOS] = "malicious-activity", [CLASS_DDOS] = "malicious-activity",
	[CLASS_MASQUERADE] = "malicious-activity", [CLASS_PHISHING] = "malicious-activity",
	[CLASS_INFECTED_SYSTEM] = "compromised", [CLASS_SYSTEM_COMPROMISE] = "compromised",
};

/* What each of a finding's objects says of it. */
static void
common_put(const struct stix_out *x, const struct finding_row *r, struct json_out *j)
{
	char finding[FINDING_ID_TEXT_MAX];

	finding_id_print(r->id, finding);
	list_of(j, S("labels"), class_type(r->class), r->identifier);
	json_out_key(j, S("external_references"));
	json_out_array(j);
	json_out_object(j);
	json_out_key_text(j, S("source_name"), x->name);
	json_out_key_text(j, S("external_id"), slice_of_str(finding));
	json_out_object_end(j);
	json_out_array_end(j);
	list_of(j, S("object_marking_refs"), stix_tlp_id(r->tlp), SLICE_NONE);
}

static int64_t
count_of(const struct finding_row *r)
{
	/* Sections 4.14 and 5.2: at most 999,999,999. */
	return r->count > 999999999 ? 999999999 : r->count == 0 ? 1 : (int64_t)r->count;
}

static void
observed_put(const struct stix_out *x, const struct finding_row *r, const char *by, const char *place, char id[STIX_ID_MAX], struct buf *b)
{
	char finding[FINDING_ID_TEXT_MAX];
	struct json_out j;

	finding_id_print(r->id, finding);
	stix_out_id(x, "observed-data", slice_of_str(finding), id);
	json_out_init(&j, b, false);
	open_object(&j, "observed-data", id, r->first_s, r->last_s);
	json_out_key_text(&j, S("created_by_ref"), slice_of_str(by));
	moment(&j, S("first_observed"), r->first_s);
	moment(&j, S("last_observed"), r->last_s);
	json_out_key_int(&j, S("number_observed"), count_of(r));
	list_of(&j, S("object_refs"), slice_of_str(place), SLICE_NONE);
	common_put(x, r, &j);
	json_out_object_end(&j);
}

/* The indicator is valid until the silence after which its finding counts as resolved. */
static void
indicator_put(const struct stix_out *x, const struct finding_row *r, const struct thing *t, const char *by, const char *type,
    char id[STIX_ID_MAX], struct buf *b)
{
	char finding[FINDING_ID_TEXT_MAX];
	struct json_out j;
	struct buf text;

	finding_id_print(r->id, finding);
	stix_out_id(x, "indicator", slice_of_str(finding), id);
	buf_init(&text, (size_t)64 << 10);
	pattern_put(t, r->kind == PLACE_NETWORK, &text);
	json_out_init(&j, b, false);
	open_object(&j, "indicator", id, r->first_s, r->last_s);
	json_out_key_text(&j, S("created_by_ref"), slice_of_str(by));
	json_out_key_text(&j, S("name"), r->label.len > 0 ? r->label : class_type(r->class));
	list_of(&j, S("indicator_types"), slice_of_str(type), SLICE_NONE);
	json_out_key_text(&j, S("pattern"), buf_view(&text));
	json_out_key_text(&j, S("pattern_type"), S("stix"));
	json_out_key_text(&j, S("pattern_version"), S("2.1"));
	moment(&j, S("valid_from"), r->first_s);
	moment(&j, S("valid_until"), r->last_s + (int64_t)class_silence_d(r->class) * 86400 + 1);
	common_put(x, r, &j);
	json_out_object_end(&j);
	buf_fini(&text);
}

static void
sighting_put(const struct stix_out *x, const struct finding_row *r, const char *by, const char *indicator, const char *observed, struct buf *b)
{
	char finding[FINDING_ID_TEXT_MAX], id[STIX_ID_MAX];
	struct json_out j;

	finding_id_print(r->id, finding);
	stix_out_id(x, "sighting", slice_of_str(finding), id);
	json_out_init(&j, b, false);
	open_object(&j, "sighting", id, r->first_s, r->last_s);
	json_out_key_text(&j, S("created_by_ref"), slice_of_str(by));
	moment(&j, S("first_seen"), r->first_s);
	moment(&j, S("last_seen"), r->last_s);
	json_out_key_int(&j, S("count"), count_of(r));
	json_out_key_text(&j, S("sighting_of_ref"), slice_of_str(indicator));
	list_of(&j, S("observed_data_refs"), slice_of_str(observed), SLICE_NONE);
	list_of(&j, S("where_sighted_refs"), slice_of_str(by), SLICE_NONE);
	common_put(x, r, &j);
	json_out_object_end(&j);
}

/* A URL as browsers take it, as RFC 3986 has it: what may not stand in one, by its number. */
static void
url_put(struct slice s, struct buf *b)
{
	for (size_t i = 0; i < s.len; i++) {
		bool escape = s.p[i] == '%' && i + 2 < s.len && stix_hex_ok(slice_sub(s, i + 1, 2));

		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || (s.p[i] == '%' && !escape) || strchr("<>\"{}|\\^`", s.p[i]) != NULL)
			buf_printf(b, "%%%02X", s.p[i]);
		else
			buf_byte(b, s.p[i]);
	}
}

static bool
finding_put(const struct stix_out *x, const struct finding_row *r, struct thing t, struct buf *b)
{
	char by[STIX_ID_MAX], place[STIX_ID_MAX], observed[STIX_ID_MAX], indicator[STIX_ID_MAX];
	const char *type = indicator_types[r->class];

	if (!thing_put(&t, b, place))
		return false;
	stix_out_id(x, "identity", SLICE_NONE, by);
	buf_byte(b, ',');
	observed_put(x, r, by, place, observed, b);
	if (type == NULL || x->observed_only || (x->warnings != NULL && warnings_text(x->warnings, r->place, NULL)))
		return true;
	buf_byte(b, ',');
	indicator_put(x, r, &t, by, type, indicator, b);
	buf_byte(b, ',');
	sighting_put(x, r, by, indicator, observed, b);
	return true;
}

bool
stix_out_finding(const struct stix_out *x, const struct finding_row *r, struct buf *b)
{
	struct buf url;
	struct thing t;
	bool ok;

	if (!thing_of(r, &t))
		return false;
	if (r->kind != PLACE_URL || stix_url_ok(t.value))
		return finding_put(x, r, t, b);
	buf_init(&url, (size_t)64 << 10);
	url_put(t.value, &url);
	t.value = buf_view(&url);
	ok = buf_ok(&url) && stix_url_ok(t.value) && finding_put(x, r, t, b);
	buf_fini(&url);
	return ok;
}

/* --- contacts ---------------------------------------------------------------------- */

void
stix_out_contact_id(const struct stix_out *x, const struct contact *c, char out[STIX_ID_MAX])
{
	struct buf of;

	buf_init(&of, 8192);
	buf_printf(&of, "%s:", contact_scope_name(c->scope));
	buf_put(&of, c->value);
	buf_byte(&of, ':');
	buf_put(&of, c->email);
	stix_out_id(x, "identity", buf_view(&of), out);
	buf_fini(&of);
}

bool
stix_out_contact(const struct stix_out *x, const struct contact *c, struct buf *b)
{
	char by[STIX_ID_MAX], id[STIX_ID_MAX], number[24];
	int64_t at_s = c->checked_s > 0 ? c->checked_s : STANDARD_S;
	struct slice name = c->name.len > 0 ? c->name : c->email;
	struct json_out j;
	struct buf of;

	if (name.len == 0)
		return false;
	buf_init(&of, 8192);
	stix_out_contact_id(x, c, id);
	stix_out_id(x, "identity", SLICE_NONE, by);
	json_out_init(&j, b, false);
	open_object(&j, "identity", id, at_s < STANDARD_S ? at_s : STANDARD_S, at_s);
	json_out_key_text(&j, S("created_by_ref"), slice_of_str(by));
	json_out_key_text(&j, S("name"), name);
	json_out_key_text(&j, S("identity_class"), S("organization"));
	if (c->email.len > 0)
		json_out_key_text(&j, S("contact_information"), c->email);
	list_of(&j, S("roles"), c->scope == SCOPE_COUNTRY ? S("focal-point") : S("abuse-contact"), SLICE_NONE);
	(void)snprintf(number, sizeof(number), "%lld", (long long)c->id);
	buf_clear(&of);
	buf_printf(&of, "%s %.*s", contact_scope_name(c->scope), SLICE_ARG(c->value));
	json_out_key_text(&j, S("description"), buf_view(&of));
	json_out_key(&j, S("external_references"));
	json_out_array(&j);
	json_out_object(&j);
	json_out_key_text(&j, S("source_name"), x->name);
	json_out_key_text(&j, S("external_id"), slice_of_str(number));
	json_out_object_end(&j);
	json_out_array_end(&j);
	json_out_object_end(&j);
	buf_fini(&of);
	buf_byte(b, ',');
	if (!stix_out_contact_way(x, c, id, b))
		b->len--;
	return true;
}
