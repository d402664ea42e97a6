/*
 * share_testing: a node with findings, contacts and notices, for the tests of this
 * room.
 */
#ifndef SHARE_SHARE_TESTING_H
#define SHARE_SHARE_TESTING_H

#include <stdio.h>

#include "attrib/contacts.h"
#include "base/file.h"
#include "share/notices.h"
#include "test.h"

#define NOW 1781700000

static struct notices_options options = { .name = S_INIT("CSIRT de Éxample"), .mail = S_INIT("csirt@demo.example"),
	.lang = LANG_EN, .interval_s = 86400, .tlp = TLP_AMBER, .now_s = NOW };

/* One finding a row: class, address, AS, country, TLP. */
static const struct {
	enum class class;
	uint32_t ip, asn;
	const char *country, *identifier;
	enum tlp tlp;
} seeds[] = {
	{ CLASS_INFECTED_SYSTEM, 0xc0000201, 64496, "ES", "necurs", TLP_CLEAR },
	{ CLASS_VULNERABLE_SYSTEM, 0xc0000202, 64496, "ES", "=cmd|open-rdp", TLP_CLEAR },
	{ CLASS_SPAM, 0xc6336401, 64497, "FR", "", TLP_GREEN },
	{ CLASS_INFECTED_SYSTEM, 0xc6336402, 64497, "FR", "secret", TLP_RED },
	{ CLASS_VIOLENCE, 0xc6336403, 64497, "FR", "", TLP_CLEAR },
	{ CLASS_SCANNER, 0xcb007101, 64499, "", "", TLP_CLEAR },
};

static inline struct store *
filled(const char *name)
{
	struct report r = { .received_s = NOW, .name = S("t"), .feed = S("t"), .format = S("t") };
	char path[PATH_TEXT_MAX], file[64];
	struct err e = ERR_INIT;
	struct store *s = NULL;
	int64_t id = 0;
	bool known;

	(void)snprintf(file, sizeof(file), "%s.db", name);
	CHECK_OK(store_open(path_join(path, test_dir(), file), &(struct db_options){ 0 }, &s, &e), &e);
	CHECK_OK(report_add(s, &r, &id, &known, &e) && report_begin(s, id, &e) && store_batch_begin(s, id, NULL, &e), &e);
	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		struct observation o = { .time_s = NOW - 3600, .asn = seeds[i].asn, .feed = S("feed"), .tlp = seeds[i].tlp, .offset = i };
		char text[IP_TEXT_MAX];

		if (seeds[i].country[0] != '\0')
			memcpy(o.country, seeds[i].country, 2);
		o.key = (struct finding_key){ .id = (int64_t)seeds[i].ip << 31 | 5, .class = seeds[i].class, .kind = PLACE_IP,
			.ip = ip_of_v4(seeds[i].ip), .identifier = slice_of_str(seeds[i].identifier), .transport = S("") };
		o.key.place = slice_of(text, ip_print(o.key.ip, text));
		CHECK_OK(store_observe(s, &o, &e), &e);
	}
	CHECK_OK(store_batch_done(s, S("t"), &e), &e);
	static const struct { enum contact_scope scope; const char *value, *email; enum lang lang; } contacts[] = {
		{ SCOPE_ASN, "64496", "abuse@a.example", LANG_ES }, { SCOPE_ASN, "64497", "abuse@b.example", LANG_AR },
		{ SCOPE_COUNTRY, "ES", "focal@es.example", LANG_FR }, { SCOPE_COUNTRY, "FR", "focal@fr.example", LANG_ZH },
	};
	for (size_t i = 0; i < 4; i++) {
		struct contact c = { .layer = LAYER_MANUAL, .scope = contacts[i].scope, .value = slice_of_str(contacts[i].value),
			.email = slice_of_str(contacts[i].email), .lang_known = true, .lang = contacts[i].lang, .format = S("csv,xarf") };

		CHECK_OK(contact_put(s, &c, NULL, &e), &e);
	}
	return s;
}

static inline int64_t
number(struct store *s, const char *sql)
{
	struct err e = ERR_INIT;
	struct stmt *q = NULL;
	int64_t v = -1;

	if (CHECK_OK(db_prepare(store_db(s), sql, &q, &e), &e) && stmt_step(q, &e) == STEP_ITEM)
		v = stmt_col_i64(q, 0);
	stmt_free(&q);
	return v;
}

static inline struct notices_summary
prepare(struct store *s)
{
	struct notices_summary sum = { 0 };
	struct contacts *c = NULL;
	struct err e = ERR_INIT;

	CHECK_OK(contacts_load(s, &c, &e), &e);
	CHECK_OK(notices_prepare(s, c, &options, &sum, &e), &e);
	contacts_free(&c);
	return sum;
}

static inline bool
send_all(struct store *s, const struct way *way, const struct way_options *wo,
    struct notices_summary *sum, struct err *e)
{
	struct contacts *c = NULL;
	bool ok = contacts_load(s, &c, e) && notices_send(s, c, way, wo, &options, NULL, sum, e);

	contacts_free(&c);
	return ok;
}

#endif
