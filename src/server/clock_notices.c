/*
 * clock_notices: notices that go by themselves, where the settings say so.
 * Sending is cut into slices: between two of them the keeper answers who waits.
 * One message to a mail server that hangs is the longest that it waits.
 */
#include <signal.h>
#include <sys/time.h>

#include "attrib/contacts.h"
#include "base/clock.h"
#include "base/log.h"
#include "server/keeper.h"
#include "share/notices.h"

#define SLICE_MS 200

static volatile bool slice_over;

static void
on_alarm(int signal)
{
	(void)signal;
	slice_over = true;
}

static void
slice_begin(void)
{
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct itimerval t = { .it_value = { .tv_usec = SLICE_MS * 1000 } };

	slice_over = false;
	(void)sigaction(SIGALRM, &sa, NULL);
	(void)setitimer(ITIMER_REAL, &t, NULL);
}

static void
slice_end(void)
{
	struct itimerval none = { .it_value = { 0 } };

	(void)setitimer(ITIMER_REAL, &none, NULL);
}

static struct notices_options
options_of(const struct node *n)
{
	const struct node_conf *c = &n->conf;
	struct notices_options o = { .name = c->name, .mail = c->mail, .url = c->url, .lang = c->lang,
		.interval_s = c->interval_s, .sign = c->sign, .reply_to = c->reply_to, .now_s = clock_now_s(), .silence = true };

	/* The settings were read strictly: it is one of these words. */
	if (!tlp_find(c->tlp, &o.tlp))
		o.tlp = TLP_AMBER_STRICT;
	return o;
}

static void
tell(struct keeper *k, const char *what, const struct notices_summary *s)
{
	uint64_t moved = s->notices + s->sent + s->later + s->never + s->uncertain + s->withdrawn;

	if (moved == 0)
		return;
	keeper_changed(k, "notice", 0);
	log_info("notices.done", "what=%s made=%llu sent=%llu later=%llu refused=%llu uncertain=%llu withdrawn=%llu", what,
	    (unsigned long long)s->notices, (unsigned long long)s->sent, (unsigned long long)s->later,
	    (unsigned long long)s->never, (unsigned long long)s->uncertain, (unsigned long long)s->withdrawn);
}

static bool
prepare(struct keeper *k, const struct contacts *c, struct err *e)
{
	struct notices_options o = options_of(k->node);
	struct notices_summary s = { 0 };

	if (!notices_prepare(k->node->store, c, &o, &s, e))
		return false;
	tell(k, "prepare", &s);
	return true;
}

static bool
send_slice(struct keeper *k, const struct contacts *c, struct err *e)
{
	const struct node_conf *conf = &k->node->conf;
	struct way_options wo = { .outbox = node_path(k->node, "outbox"), .url = conf->smtp_url, .user = conf->smtp_user,
		.password_file = conf->smtp_password_file, .tls = conf->smtp_tls, .ca = conf->smtp_ca };
	struct notices_options o = options_of(k->node);
	struct notices_summary s = { 0 };
	const struct way *way = way_find(conf->way);
	bool ok;

	if (way == NULL)
		return err_set(e, ERR_INPUT, "entente.conf: way: %s is none of outbox, smtp", QUOTE(conf->way));
	slice_begin();
	ok = notices_send(k->node->store, c, way, &wo, &o, &slice_over, &s, e);
	slice_end();
	tell(k, "send", &s);
	/* Cut off: there may be more. */
	k->notices_due = ok && slice_over && s.later == 0;
	return ok;
}

void
clock_notices(struct keeper *k, bool begin)
{
	const struct node_conf *conf = &k->node->conf;
	/* What a second person has to approve does not go by itself. */
	bool send = slice_eq(conf->automatic, S("send")) && !conf->two_people;
	struct contacts *c = NULL;
	struct err e = ERR_INIT;
	bool ok;

	if (slice_eq(conf->automatic, S("no")))
		return;
	k->notices_due = false;
	ok = contacts_load(k->node->store, &c, &e) && (!begin || prepare(k, c, &e)) && (!send || send_slice(k, c, &e));
	contacts_free(&c);
	if (!ok)
		log_error("notices.failed", "reason=%s cause=%s", LOG_TEXT(e.text), LOG_TEXT(e.cause));
}
