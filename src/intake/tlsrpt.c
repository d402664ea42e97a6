/*
 * TLS reports (RFC 8460, JSON): another mail system tells how its connections
 * to our mail hosts went. Each failure detail becomes an event at the receiving
 * host, class misconfiguration: it is the one whose policy, certificate or
 * STARTTLS somebody must mend. Sessions that went well are no events.
 */
#include "base/lang.h"
#include "intake/formats.h"
#include "intake/json_records.h"
#include "model/taxonomy.h"

#define DETAILS_MAX 10000

struct tls_report {
	struct slice reporter, id, begin, end;
};

static bool
extra(struct intake *in, const char *key, struct slice v, struct err *why)
{
	v = slice_sub(v, 0, 1024);
	return v.len == 0 || event_extra(&in->ev, slice_of_str(key), v, EXTRA_TEXT, why);
}

static bool
build(struct intake *in, const struct tls_report *r, const struct json *policy,
    const struct json *d, struct err *why)
{
	struct slice domain = json_text(json_get(policy, S("policy-domain")));
	struct slice host = json_text(json_get(d, S("receiving-mx-hostname")));
	struct slice address = json_text(json_get(d, S("receiving-ip")));
	struct slice type = json_text(json_get(d, S("result-type")));
	struct slice count = json_scalar(json_get(d, S("failed-session-count")));
	struct err other = ERR_INIT;

	if (type.len == 0)
		return err_set(why, ERR_INPUT, "a failure without result-type");
	event_put(&in->ev, FIELD_CLASSIFICATION_TYPE, class_type(CLASS_MISCONFIGURATION));
	event_put(&in->ev, FIELD_PROTOCOL_APPLICATION, S("smtp"));
	event_put(&in->ev, FIELD_PROTOCOL_TRANSPORT, S("tcp"));
	/* The host where it is named, else the domain; and some write an address there. */
	if (host.len == 0 || !event_set(&in->ev, FIELD_SOURCE_FQDN, host, &in->record, &other)) {
		if (!event_set(&in->ev, FIELD_SOURCE_FQDN, domain, &in->record, why))
			return err_within(why, "policy-domain");
	}
	if (address.len > 0 && !event_set(&in->ev, FIELD_SOURCE_IP, address, &in->record, &other) &&
	    !extra(in, "receiving_ip", address, why))
		return false;
	if (!event_set(&in->ev, FIELD_CLASSIFICATION_IDENTIFIER, slice_sub(type, 0, 100), &in->record, why) ||
	    !event_set(&in->ev, FIELD_TIME_SOURCE, r->begin, &in->record, why))
		return false;
	return extra(in, "reporter", r->reporter, why) && extra(in, "report_id", r->id, why) &&
	    extra(in, "policy_domain", domain, why) &&
	    extra(in, "policy_type", json_text(json_get(policy, S("policy-type"))), why) &&
	    extra(in, "sending_mta", json_text(json_get(d, S("sending-mta-ip"))), why) &&
	    extra(in, "failure_code", json_text(json_get(d, S("failure-reason-code"))), why) &&
	    extra(in, "last_day_ends", r->end, why) &&
	    (count.len == 0 || event_extra(&in->ev, S("sessions"), count, EXTRA_NUMBER, why));
}

static bool
give(struct intake *in, const struct tls_report *r, const struct json *policy,
    const struct json *d, const struct place *place, struct err *e)
{
	struct err why = ERR_INIT;

	event_clear(&in->ev);
	if (!build(in, r, policy, d, &why))
		return intake_bad(in, place, S("failure-details"), &why, e);
	in->ev.place = *place;
	return intake_event(in, &in->ev, e);
}

static bool
report(struct intake *in, const struct json *j, const struct place *place,
    struct err *e)
{
	const struct json *range = json_get(j, S("date-range")), *policies = json_get(j, S("policies"));
	struct tls_report r = {
		.reporter = json_text(json_get(j, S("organization-name"))),
		.id = json_text(json_get(j, S("report-id"))),
		.begin = json_text(json_get(range, S("start-datetime"))),
		.end = json_text(json_get(range, S("end-datetime"))),
	};
	struct err why = ERR_INIT;
	size_t given = 0;

	if (!json_is(policies, JSON_ARRAY)) {
		(void)err_set(&why, ERR_INPUT, "a TLS report without policies");
		return intake_bad(in, place, S("policies"), &why, e);
	}
	JSON_EACH (p, policies) {
		JSON_VALUES (d, json_get(p, S("failure-details"))) {
			if (given++ == DETAILS_MAX) {
				(void)err_set(&why, ERR_LIMIT, "a TLS report with more than %d failures", DETAILS_MAX);
				return intake_bad(in, place, S("failure-details"), &why, e);
			}
			if (json_is(d, JSON_OBJECT) && !give(in, &r, json_get(p, S("policy")), d, place, e))
				return false;
		}
	}
	return true;
}

static bool
read(struct intake *in, struct source *src, struct err *e)
{
	return json_records_read(in, src, report, e);
}

static int
recognise(const struct intake_head *head, const struct intake *in)
{
	struct slice s = slice_sub(json_records_head(head), 0, 16384);

	(void)in;
	if (s.len == 0)
		return 0;
	if (slice_find(s, S("\"policies\"")) == SIZE_MAX)
		return 0;
	return slice_find(s, S("\"organization-name\"")) != SIZE_MAX ||
	    slice_find(s, S("\"policy-type\"")) != SIZE_MAX ? 90 : 0;
}

const struct intake_format intake_tlsrpt = {
	.name = S_INIT("tlsrpt"),
	.summary = N_("TLS reports of mail systems (JSON, RFC 8460)"),
	.recognise = recognise,
	.read = read,
};
