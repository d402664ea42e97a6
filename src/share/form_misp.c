/*
 * MISP's core format: one event whose attributes are the findings, each with
 * its class as RSIT's tag and its TLP. Names are the same each time, so that
 * a MISP that fetches it again updates what it has.
 */
#include "share/form.h"

#include "base/lang.h"
#include "share/compose.h"
#include "share/misp_feed.h"

static void
tag(struct json_out *j, struct slice name)
{
	json_out_object(j);
	json_out_key_text(j, S("name"), name);
	json_out_object_end(j);
}

static void
tag_tlp(struct form_run *r, struct json_out *j, enum tlp t)
{
	tag(j, arena_lower(r->a, arena_printf(r->a, "tlp:%s", tlp_name(t))));
}

static void
open_member(struct buf *b, const char *key, struct slice text)
{
	buf_printf(b, "\"%s\":", key);
	json_quote(b, text);
	buf_byte(b, ',');
}

void
misp_event_uuid(const struct form_run *r, char out[40])
{
	form_uuid(r, "misp-event", r->question, out);
}

/* What the event and the manifest's word of it have in common, after "{". */
static void
about(struct form_run *r, struct buf *b)
{
	char org[40];

	form_uuid(r, "identity", SLICE_NONE, org);
	open_member(b, "date", slice_sub(form_moment(r, r->who->now_s), 0, 10));
	open_member(b, "info", arena_printf(r->a, "Findings of %.*s%s%.*s", SLICE_ARG(r->who->name), r->question.len > 0 ? ": " : "", SLICE_ARG(r->question)));
	open_member(b, "timestamp", arena_printf(r->a, "%lld", (long long)r->who->now_s));
	/* "undefined" and "completed", by MISP's numbers. */
	buf_str(b, "\"threat_level_id\":\"4\",\"analysis\":\"2\",\"Orgc\":{\"name\":");
	json_quote(b, r->who->name);
	buf_printf(b, ",\"uuid\":\"%s\"}", org);
}

static void
head(struct form_run *r, struct buf *b)
{
	char event[40];

	misp_event_uuid(r, event);
	buf_str(b, "{\"Event\":{");
	open_member(b, "uuid", slice_of_str(event));
	buf_str(b, "\"published\":true,");
	about(r, b);
	buf_str(b, ",\"Attribute\":[");
}

static void
tags(struct form_run *r, struct buf *b)
{
	struct json_out j;

	buf_str(b, "\"Tag\":[");
	json_out_init(&j, b, false);
	tag_tlp(r, &j, r->strictest > r->who->tlp ? r->strictest : r->who->tlp);
	buf_byte(b, ']');
}

void
misp_manifest_entry(struct form_run *r, struct buf *b)
{
	char event[40];

	misp_event_uuid(r, event);
	buf_printf(b, "\"%s\":{", event);
	about(r, b);
	buf_byte(b, ',');
	tags(r, b);
	buf_byte(b, '}');
}

static void
tail(struct form_run *r, struct buf *b)
{
	buf_str(b, "],");
	tags(r, b);
	buf_str(b, "}}\n");
}

/* Servers are where a victim goes to (ip-dst), all else is where trouble comes from (ip-src). */
static bool
is_server(enum class c)
{
	return c == CLASS_C2_SERVER || c == CLASS_MALWARE_DISTRIBUTION || c == CLASS_PHISHING || c == CLASS_MASQUERADE ||
	    c == CLASS_MALWARE_CONFIGURATION;
}

static const char *
attribute_type(const struct finding_row *row)
{
	switch (row->kind) {
	case PLACE_IP:
		if (row->port != 0)
			return is_server(row->class) ? "ip-dst|port" : "ip-src|port";
		return is_server(row->class) ? "ip-dst" : "ip-src";
	case PLACE_NETWORK:
		return is_server(row->class) ? "ip-dst" : "ip-src";
	case PLACE_FQDN:
		return "domain";
	case PLACE_URL:
		return "url";
	case PLACE_ASN:
		return "AS";
	case PLACE_ACCOUNT:
		return slice_find_byte(row->place, '@') == SIZE_MAX ? NULL : "email-src";
	case PLACE_HASH:
		return row->place.len == 64 ? "sha256" : row->place.len == 40 ? "sha1" : row->place.len == 32 ? "md5" : NULL;
	default:
		return NULL;
	}
}

struct slice
misp_value(struct form_run *r, const struct finding_row *row)
{
	if (attribute_type(row) == NULL)
		return SLICE_NONE;
	if (row->kind == PLACE_IP && row->port != 0)
		return arena_printf(r->a, "%.*s|%u", SLICE_ARG(row->place), row->port);
	return row->kind == PLACE_ASN ? arena_printf(r->a, "AS%.*s", SLICE_ARG(row->place)) : row->place;
}

static bool
row(struct form_run *r, const struct finding_row *row, struct buf *b)
{
	const char *type = attribute_type(row);
	char id[FINDING_ID_TEXT_MAX], uuid[40];
	struct json_out j;

	if (type == NULL)
		return false;
	finding_id_print(row->id, id);
	form_uuid(r, "misp-attribute", slice_of_str(id), uuid);
	if (r->rows > 0)
		buf_byte(b, ',');
	json_out_init(&j, b, false);
	json_out_object(&j);
	json_out_key_text(&j, S("uuid"), slice_of_str(uuid));
	json_out_key_text(&j, S("type"), slice_of_str(type));
	json_out_key_text(&j, S("category"), row->kind == PLACE_HASH ? S("Payload delivery") : S("Network activity"));
	json_out_key(&j, S("to_ids"));
	/* A report that names 8.8.8.8 is a fact; a machine that blocks it is not wanted. */
	json_out_bool(&j, row->state != FINDING_RESOLVED && (r->warnings == NULL || !warnings_text(r->warnings, row->place, NULL)));
	json_out_key_text(&j, S("value"), misp_value(r, row));
	json_out_key_text(&j, S("comment"), row->identifier.len > 0 ? row->identifier : row->label);
	json_out_key_text(&j, S("timestamp"), arena_printf(r->a, "%lld", (long long)row->last_s));
	json_out_key_text(&j, S("first_seen"), form_moment(r, row->first_s));
	json_out_key_text(&j, S("last_seen"), form_moment(r, row->last_s));
	json_out_key(&j, S("Tag"));
	json_out_array(&j);
	tag(&j, arena_printf(r->a, "rsit:%.*s=\"%.*s\"", SLICE_ARG(class_taxonomy(row->class)), SLICE_ARG(class_type(row->class))));
	tag_tlp(r, &j, compose_tlp(r->who, row));
	json_out_array_end(&j);
	json_out_object_end(&j);
	return true;
}

const struct form form_misp = { .name = "misp", .summary = N_("an event of MISP (JSON)"), .type = "application/json",
	.file = "findings.misp.json", .marks = true, .head = head, .row = row, .tail = tail };
