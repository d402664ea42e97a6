#include "share/form.h"

#include "base/lang.h"
#include "parse/date.h"

/* A finding as IntelMQ's event: its latest moment, and the rest as extras. */
static bool
row(struct form_run *x, const struct finding_row *r, struct buf *b)
{
	static const struct slice names[PLACE_KIND_COUNT] = { [PLACE_IP] = S_INIT("source.ip"), [PLACE_NETWORK] = S_INIT("source.network"),
		[PLACE_FQDN] = S_INIT("source.fqdn"), [PLACE_URL] = S_INIT("source.url"), [PLACE_ASN] = S_INIT("source.asn"),
		[PLACE_ACCOUNT] = S_INIT("source.account") };
	char id[FINDING_ID_TEXT_MAX], first[DATE_TEXT_MAX], last[DATE_TEXT_MAX], ip[IP_TEXT_MAX];
	struct json_out j;
	struct slice place = names[r->kind];
	struct ip target;

	(void)x;
	/* What a name of a field asks for, a value has to be: of hashes and targets there are several kinds. */
	if (r->kind == PLACE_HASH)
		place = r->place.len == 64 ? S("malware.hash.sha256") : r->place.len == 40 ? S("malware.hash.sha1") : r->place.len == 32 ? S("malware.hash.md5") : SLICE_NONE;
	if (r->kind == PLACE_TARGET)
		place = ip_read(r->place, &target) ? S("destination.ip") : slice_find(r->place, S("://")) != SIZE_MAX ? S("destination.url") : S("destination.fqdn");
	finding_id_print(r->id, id);
	json_out_init(&j, b, false);
	json_out_object(&j);
	json_out_key_text(&j, S("classification.taxonomy"), class_taxonomy(r->class));
	json_out_key_text(&j, S("classification.type"), class_type(r->class));
	if (r->identifier.len > 0)
		json_out_key_text(&j, S("classification.identifier"), r->identifier);
	if (r->place.len > 0 && place.p != NULL && r->kind == PLACE_ASN)
		json_out_key_int(&j, place, (int64_t)r->asn);
	else if (r->place.len > 0 && place.p != NULL)
		json_out_key_text(&j, place, r->place);
	if (r->has_ip && r->kind != PLACE_IP)
		json_out_key_text(&j, S("source.ip"), slice_of(ip, ip_print(r->ip, ip)));
	if (r->asn != 0 && r->kind != PLACE_ASN)
		json_out_key_int(&j, S("source.asn"), r->asn);
	if (r->country.len > 0)
		json_out_key_text(&j, S("source.geolocation.cc"), r->country);
	if (r->port != 0)
		json_out_key_int(&j, S("source.port"), r->port);
	if (r->transport.len > 0)
		json_out_key_text(&j, S("protocol.transport"), r->transport);
	if (r->label.len > 0)
		json_out_key_text(&j, S("event_description.text"), r->label);
	if (r->feed.len > 0)
		json_out_key_text(&j, S("feed.name"), r->feed);
	date_print(&(struct date){ r->last_s, 0 }, last);
	json_out_key_text(&j, S("time.source"), slice_of_str(last));
	json_out_key_text(&j, S("tlp"), slice_of_str(tlp_name(r->tlp)));
	date_print(&(struct date){ r->first_s, 0 }, first);
	json_out_key_text(&j, S("extra.first_seen"), slice_of_str(first));
	json_out_key_int(&j, S("extra.count"), (int64_t)r->count);
	json_out_key_text(&j, S("extra.finding"), slice_of_str(id));
	json_out_key_text(&j, S("extra.state"), slice_of_str(finding_state_name(r->state)));
	json_out_object_end(&j);
	buf_byte(b, '\n');
	return true;
}

const struct form form_intelmq = { .name = "intelmq", .summary = N_("events of IntelMQ, one in a line"),
	.type = "application/jsonl; charset=utf-8", .file = "findings.intelmq.jsonl", .row = row };
