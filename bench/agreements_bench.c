/*
 * agreements_bench [ACTS [RECORDS]]: what it costs to verify a register, beside its
 * bare signatures, and to ask for and pass records to a partner, beside bare
 * prepared inserts of the same rows. On a database in $TMPDIR.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "model/agreement_testing.h"
#include "share/gate_partner.h"

static double
used_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
must(bool ok, const struct err *e)
{
	if (!ok) {
		fprintf(stderr, "agreements_bench: %s\n", e->text);
		exit(1);
	}
}

/* A memorandum between a (us) and b with so many acts: reservations that come and go. */
static void
made(struct store *s, unsigned acts)
{
	struct agreement_party us = kit_party(S("a")), them = kit_party(S("b"));
	struct partner b = { .id = S("b"), .kind = S("node"), .has_key = true, .key = them.key };
	struct agreement *g = kit_new(&(struct kit_text){ .kind = AGREEMENT_MEMORANDUM });
	struct err e = ERR_INIT;

	must(party_self_put(s, S("a"), &us.key, &e) && partner_put(s, &b, false, 1, &e) && agreement_text_put(s, g->texts[0], &e), &e);
	must(kit_run(g, "open 0; sign a 1; sign b 2; deposit a 3; deposit b 4", &e), &e);
	while (g->act_count < acts)
		must(kit_act(g, g->act_count % 2 == 1 ? ACT_RESERVED : ACT_RESERVATION_WITHDRAWN, S("a"), KIT_DAY(5), 3, &e), &e);
	for (uint32_t i = 0; i < g->act_count; i++)
		must(agreement_act_put(s, S("mou"), &g->acts[i], &e), &e);
	agreement_free(&g);
}

static double
bare_signatures(struct store *s)
{
	struct ed25519_key lead = kit_party(S("lead")).key;
	struct err e = ERR_INIT;
	struct agreement *g;
	double begun;
	bool ok = true;

	must(agreement_load(s, S("mou"), KIT_NOW, &g, &e), &e);
	begun = used_s();
	for (uint32_t i = 0; i < g->act_count; i++) {
		const struct agreement_act *x = &g->acts[i];
		uint32_t p = agreement_party_find(g, x->party, NULL);

		ok = agreement_act_verify(x, p == UINT32_MAX ? &lead : &g->parties[p].key) && (!x->receipted || agreement_receipt_verify(x, &lead)) && ok;
	}
	begun = used_s() - begun;
	must(ok, &e);
	agreement_free(&g);
	return begun;
}

static double
bare_inserts(struct store *s, unsigned n)
{
	struct err e = ERR_INIT;
	struct stmt *q = NULL;
	double begun = used_s();

	must(db_begin(store_db(s), &e) && db_prepare(store_db(s), "INSERT INTO transfer (id, at_s, recipient, purpose, rule, allowed, reason, record, agreement, clause, profile)"
	    " VALUES (?1, 1, 'b', 'protect', 'agreement', 1, 'an agreement in force lets it go, by the clause that is named', ?2, 'mou', 2,"
	    " 'recipients=removed accounts=removed victims=reduced/24/48 retention=30')", &q, &e), &e);
	for (unsigned i = 0; i < n; i++) {
		char id[32];

		(void)snprintf(id, sizeof(id), "bare--%u", i);
		stmt_i64(q, 1, 1000000000 + i);
		stmt_text(q, 2, slice_of_str(id));
		must(stmt_run(q, NULL, &e), &e);
	}
	stmt_free(&q);
	must(db_commit(store_db(s), &e), &e);
	return used_s() - begun;
}

static double
records(struct gate_partner *g, struct store *s, unsigned n, bool pass)
{
	struct policy_record what = { .class = CLASS_SPAM, .category = CATEGORY_INDICATOR, .tlp = TLP_GREEN };
	struct policy_answer a = { .allowed = true };
	struct err e = ERR_INIT;
	double begun = used_s();
	bool all = true;

	must(db_begin(store_db(s), &e), &e);
	for (unsigned i = 0; i < n; i++) {
		char id[32];
		struct gate_item item = { .record = slice_of_str(id), .what = &what };

		(void)snprintf(id, sizeof(id), "indicator--%u", i);
		item.record = slice_of_str(id);
		must(pass ? gate_partner_pass(g, &item, PURPOSE_PROTECT, KIT_DAY(9), &a, &e) : gate_partner_ask(g, &item, PURPOSE_PROTECT, KIT_DAY(9), &a, &e), &e);
		all = all && a.allowed;
	}
	must(db_commit(store_db(s), &e) && (all || err_set(&e, ERR_INTERNAL, "not all may go")), &e);
	return used_s() - begun;
}

int
main(int argc, char **argv)
{
	unsigned acts = argc > 1 ? (unsigned)atoi(argv[1]) : 1001, n = argc > 2 ? (unsigned)atoi(argv[2]) : 100000;
	char dir[256], path[300];
	struct err e = ERR_INIT;
	struct gate_partner *g;
	struct store *s;
	double load, bare, ask, pass, insert;

	(void)snprintf(dir, sizeof(dir), "%s/agreements-XXXXXX", getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"));
	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/store.db", dir);
	must(store_open(path, &(struct db_options){ 0 }, &s, &e), &e);
	made(s, acts | 1);
	load = used_s();
	must(gate_partner_open(s, S("b"), KIT_NOW, &g, &e), &e);
	load = used_s() - load;
	bare = bare_signatures(s);
	printf("a register of %u acts verified: %.0f ms, %.0f us an act; its signatures alone: %.0f ms; ratio %.2f\n", acts | 1, load * 1e3, load * 1e6 / acts, bare * 1e3, load / bare);
	ask = records(g, s, n, false);
	pass = records(g, s, n, true);
	insert = bare_inserts(s, n);
	printf("asked for %u records: %.1f us each; passed and logged: %.1f us each; bare prepared inserts of the log: %.1f us; ratio %.2f\n", n, ask * 1e6 / n, pass * 1e6 / n,
	    insert * 1e6 / n, pass / insert);
	gate_partner_close(&g);
	store_close(&s);
	for (const char *const *suffix = (const char *const[]){ "", "-wal", "-shm", NULL }; *suffix != NULL; suffix++) {
		(void)snprintf(path, sizeof(path), "%s/store.db%s", dir, *suffix);
		(void)unlink(path);
	}
	return rmdir(dir) == 0 ? 0 : 1;
}
