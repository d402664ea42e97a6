/* Who is asked for what, and what files say of it. */
#include <stdio.h>

#include "attrib/contact_text.h"
#include "attrib/contacts.h"
#include "attrib/contacts_import.h"
#include "attrib/rpsl.h"
#include "base/clock.h"
#include "test.h"

static struct store *
store_new(const char *name)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s.db", test_dir(), name);
	CHECK_OK(store_open(path, &(struct db_options){ 0 }, &s, &e), &e);
	return s;
}

static void
put(struct store *s, enum contact_layer layer, enum contact_scope scope, const char *value,
    const char *email, int64_t expires_s)
{
	struct contact c = { .layer = layer, .scope = scope, .value = slice_of_str(value),
		.email = slice_of_str(email), .expires_s = expires_s };
	struct err e = ERR_INIT;

	CHECK_OK(contact_put(s, &c, NULL, &e), &e);
}

static const struct {
	const char *name, *ip;
	uint32_t asn;
	const char *fqdn, *country, *want, *focal;
} finds[] = {
	{ "the longest prefix", "192.0.2.129", 64496, "", "ES", "half@example.org", "es@example.org" },
	{ "the shorter prefix", "192.0.2.1", 64496, "", "ES", "net@example.org", "es@example.org" },
	{ "by hand before imported", "198.51.100.1", 0, "", "", "hand@example.org", "" },
	{ "an AS by hand before an imported prefix", "100.64.0.1", 64511, "", "", "hand-as@example.org", "" },
	{ "a domain by hand before an imported prefix", "100.64.0.1", 1, "www.hand.example", "", "hand-dom@example.org", "" },
	{ "without them the prefix", "100.64.0.1", 1, "", "", "imported-net@example.org", "" },
	{ "a focal point by hand does not hide a network's contact", "192.0.2.1", 0, "", "FR", "net@example.org", "fr@example.org" },
	{ "an expired contact is none", "203.0.113.1", 64497, "", "", "as@example.org", "" },
	{ "domain, from below", "", 0, "a.b.example.com", "", "dom@example.org", "" },
	{ "prefix before domain", "192.0.2.1", 0, "www.example.com", "", "net@example.org", "" },
	{ "AS", "9.9.9.9", 64497, "", "FR", "as@example.org", "fr@example.org" },
	{ "only the country", "9.9.9.9", 1, "", "ES", "es@example.org", "es@example.org" },
	{ "nobody", "9.9.9.9", 1, "example.net", "IT", "", "" },
	{ "IPv6", "2001:db8:1::1", 0, "", "", "six@example.org", "" },
	{ "switched off by class", "192.0.2.1", 64999, "", "ES", "off", "" },
};

TEST(find)
{
	struct store *s = store_new("find");
	struct contacts *c = NULL;
	struct err e = ERR_INIT;

	clock_fix(1000);
	put(s, LAYER_IMPORTED, SCOPE_PREFIX, "192.0.2.0/24", "net@example.org", 0);
	put(s, LAYER_IMPORTED, SCOPE_PREFIX, "192.0.2.128/25", "half@example.org", 0);
	put(s, LAYER_MANUAL, SCOPE_PREFIX, "198.51.100.0/24", "hand@example.org", 0);
	put(s, LAYER_IMPORTED, SCOPE_PREFIX, "198.51.100.0/24", "imported@example.org", 0);
	put(s, LAYER_IMPORTED, SCOPE_PREFIX, "100.64.0.0/24", "imported-net@example.org", 0);
	put(s, LAYER_MANUAL, SCOPE_ASN, "64511", "old-hand-as@example.org", 999);
	put(s, LAYER_MANUAL, SCOPE_ASN, "64511", "hand-as@example.org", 0);
	put(s, LAYER_MANUAL, SCOPE_DOMAIN, "hand.example", "hand-dom@example.org", 0);
	put(s, LAYER_MANUAL, SCOPE_COUNTRY, "FR", "fr@example.org", 0);
	/* Of two for one and the same the older would silently not be told. */
	CHECK(!contact_put(s, &(struct contact){ .layer = LAYER_MANUAL, .scope = SCOPE_ASN, .value = S("64511"),
	    .email = S("second@example.org") }, NULL, &e));
	CHECK_INT(e.code, ERR_CONFLICT);
	put(s, LAYER_IMPORTED, SCOPE_PREFIX, "203.0.113.0/24", "old@example.org", 999);
	put(s, LAYER_IMPORTED, SCOPE_PREFIX, "2001:db8::/32", "six@example.org", 0);
	put(s, LAYER_IMPORTED, SCOPE_DOMAIN, "example.com", "dom@example.org", 0);
	put(s, LAYER_IMPORTED, SCOPE_ASN, "64497", "as@example.org", 0);
	put(s, LAYER_IMPORTED, SCOPE_COUNTRY, "ES", "es@example.org", 0);
	CHECK_OK(contact_off_put(s, &(struct contact_off){ .has_scope = true, .scope = SCOPE_ASN,
	    .value = S("64999"), .class_type = S("scanner"), .reason = S("they asked") }, NULL, &e), &e);
	CHECK(!contact_off_put(s, &(struct contact_off){ .reason = S("all") }, NULL, &e));
	if (!CHECK_OK(contacts_load(s, &c, &e), &e))
		return;
	for (size_t i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
		struct contact_query q = { .asn = finds[i].asn, .fqdn = slice_of_str(finds[i].fqdn),
			.country = slice_of_str(finds[i].country), .class_type = S("scanner") };
		struct contact_answer a;

		q.has_ip = ip_read(slice_of_str(finds[i].ip), &q.ip);
		contacts_find(c, &q, &a);
		test_case("%s", finds[i].name);
		if (finds[i].want[0] == 'o' && finds[i].want[1] == 'f') {
			CHECK(a.off && a.contact == NULL);
			CHECK_SLICE(a.off_reason, S("they asked"));
			continue;
		}
		CHECK_SLICE(a.contact == NULL ? S("") : a.contact->email, slice_of_str(finds[i].want));
		CHECK_SLICE(a.focal_point == NULL ? S("") : a.focal_point->email, slice_of_str(finds[i].focal));
	}
	contacts_free(&c);
	store_close(&s);
}

static void
import(struct store *s, enum contacts_kind kind, const char *text, struct contacts_diff *d)
{
	struct err e = ERR_INIT;
	struct source src;

	source_of_slice(&src, slice_of_str(text));
	CHECK_OK(contacts_import(s, kind, S("test"), NULL, &src, d, &e), &e);
}

TEST(imports)
{
	struct store *s = store_new("import");
	struct contacts_diff d;
	struct err e = ERR_INIT;
	struct source src;

	import(s, CONTACTS_CSV, "scope,value,email,language\nasn,AS64496,A@Example.org,es\nprefix,192.0.2.0/24,b@example.org,fr\ncountry,es,c@example.org,\nprefix,192.0.2.1/24,x@example.org,\nasn,64497,nobody,\n", &d);
	CHECK_INT(d.change_count, 3);
	CHECK_INT(d.bad_total, 2);
	CHECK_OK(contacts_import_apply(s, S("test"), &d, &e), &e);
	contacts_diff_free(&d);
	/* The same again changes nothing; a difference is what is shown. */
	import(s, CONTACTS_CSV, "asn,email,language\n64496,a@example.org,es\n", &d);
	CHECK_INT(d.same, 1);
	CHECK_INT(d.change_count, 2);
	CHECK(d.changes[0].change == CONTACT_REMOVED && d.changes[1].change == CONTACT_REMOVED);
	contacts_diff_free(&d);
	import(s, CONTACTS_CSV, "asn,email,language\n64496,a@example.org,ru\n", &d);
	CHECK(d.change_count == 3 && d.same == 0);
	CHECK_OK(contacts_import_apply(s, S("test"), &d, &e), &e);
	contacts_diff_free(&d);
	import(s, CONTACTS_RPSL, "role: Abuse\nnic-hdl: AR1-TEST\nabuse-mailbox: abuse@example.org, # comment\n\n"
	    "organisation: ORG-1\norg-name: Example\nabuse-c: AR1-TEST\n\naut-num: AS64500\nas-name: EX\norg: ORG-1\n\n"
	    "inetnum: 192.0.2.0 - 192.0.2.191\nnetname: EX\norg: ORG-1\n\ninet6num: 2001:db8::/32\nabuse-c: AR1-TEST\n\ninetnum: nonsense - x\norg: ORG-1\n", &d);
	CHECK_INT(d.count, 4); /* AS, /25, /26, IPv6 */
	CHECK_INT(d.bad_total, 1);
	contacts_diff_free(&d);
	source_of_slice(&src, S("nothing,here\n1,2\n"));
	CHECK(!contacts_import(s, CONTACTS_CSV, S("test"), NULL, &src, &d, &e));
	contacts_diff_free(&d);
	CHECK(contacts_kind_guess(S("% comment\n\nrole: x\n")) == CONTACTS_RPSL);
	CHECK(contacts_kind_guess(S("asn,email\n")) == CONTACTS_CSV);
	CHECK(contacts_kind_guess(S("# our policy\nContact: mailto:a@b.example\n")) == CONTACTS_SECURITY_TXT);
	store_close(&s);
}

static const struct { const char *in, *out; } mailboxes[] = {
	{ "abuse@example.org,", "abuse@example.org" }, { "NULL@eXamplE.coM", "null@example.com" },
	{ "abuse@example.org (preferred)", "abuse@example.org" }, { "\"abuse contact\"@example.com", "\"abuse contact\"@example.com" },
	{ "Abuse Desk <abuse@example.org>", "abuse@example.org" }, { "mailto:abuse@example.org", "abuse@example.org" },
	{ "nobody here", NULL }, { "", NULL }, { "a@b", NULL },
};

TEST(mailboxes_cleaned)
{
	struct arena a;
	struct slice out;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < sizeof(mailboxes) / sizeof(mailboxes[0]); i++) {
		bool ok = mailbox_clean(slice_of_str(mailboxes[i].in), &a, &out);

		test_case("%s", mailboxes[i].in);
		if (CHECK(ok == (mailboxes[i].out != NULL)) && ok)
			CHECK_SLICE(out, slice_of_str(mailboxes[i].out));
	}
	arena_fini(&a);
}

TEST(texts)
{
	struct security_txt txt;
	struct rfc2350 team;
	struct err e = ERR_INIT;
	struct arena a;

	arena_init(&a, 1 << 16);
	CHECK_OK(security_txt_read(S("# hello\r\nContact: https://example.org/report\r\nContact: mailto:security@example.org\r\nExpires: 2027-01-01T00:00:00Z\r\nPreferred-Languages: es, en\r\n"), &a, &txt, &e), &e);
	CHECK_SLICE(txt.email, S("security@example.org"));
	CHECK_INT(txt.expires_s, 1798761600);
	CHECK(!security_txt_read(S("Contact: mailto:a@example.org\n"), &a, &txt, &e));
	CHECK(!security_txt_read(S("Expires: 2027-01-01T00:00:00Z\n"), &a, &txt, &e));
	CHECK(!security_txt_read(S("Contact: mailto:a@example.org\nExpires: soon\n"), &a, &txt, &e));
	CHECK_OK(security_txt_read(S("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nContact: mailto:a@example.org\nExpires: 2027-01-01T00:00:00Z\n-----BEGIN PGP SIGNATURE-----\n\nxx\n-----END PGP SIGNATURE-----\n"), &a, &txt, &e), &e);
	CHECK(txt.is_signed);
	CHECK_OK(rfc2350_read(S("1. Document Information\n1.1 Date of Last Update\n\nThis is version 1.0, published on 3 March 2026.\n\n2. Contact Information\n2.1 Name of the Team\n\nCSIRT of Exampleland\n\n2.4 Telephone Number\n+34 000\n2.7 Electronic Mail Address\nPlease write to <csirt@csirt.example>.\n3.2 Constituency\nAll networks\nof the country.\n"), &a, &team, &e), &e);
	CHECK_SLICE(team.email, S("csirt@csirt.example"));
	CHECK_SLICE(team.name, S("CSIRT of Exampleland"));
	CHECK_SLICE(team.constituency, S("All networks\nof the country."));
	CHECK_INT(team.updated_s, 1772496000);
	CHECK(!rfc2350_read(S("nothing"), &a, &team, &e));
	arena_fini(&a);
}

TEST(mailboxes_and_formats)
{
	static const struct { const char *email, *format, *want_email, *want_format; } cases[] = {
		{ "Abuse@A.example", "", "abuse@a.example", "csv" },
		{ " a@x.example ; B@x.example,a@X.example ", "xarf", "a@x.example,b@x.example", "xarf" },
		{ "\"a,b\"@x.example,c@x.example", "both", "\"a,b\"@x.example,c@x.example", "csv,xarf" },
		{ "a@x.example", "X-ARF, csv", "a@x.example", "csv,xarf" },
		{ "a@x.example,nobody", "csv", NULL, NULL },
		{ ",;", "csv", NULL, NULL },
		{ "a@x.example\r\nBcc: b@x.example", "csv", NULL, NULL },
		{ "a@x.example", "pdf", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct contact c = { .scope = SCOPE_ASN, .value = S("64496"), .email = slice_of_str(cases[i].email), .format = slice_of_str(cases[i].format) };
		struct err e = ERR_INIT;
		struct arena a;

		test_case("%s %s", cases[i].email, cases[i].format);
		arena_init(&a, 1 << 16);
		if (cases[i].want_email == NULL) {
			CHECK(!contact_clean(&c, &a, &e) && e.code == ERR_INPUT);
		} else if (CHECK_OK(contact_clean(&c, &a, &e), &e)) {
			CHECK_SLICE(c.email, slice_of_str(cases[i].want_email));
			CHECK_SLICE(c.format, slice_of_str(cases[i].want_format));
		}
		arena_fini(&a);
	}
}

int
main(void)
{
	RUN(find);
	RUN(imports);
	RUN(mailboxes_cleaned);
	RUN(texts);
	RUN(mailboxes_and_formats);
	return test_end();
}
