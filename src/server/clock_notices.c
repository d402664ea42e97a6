/*
 * clock_notices: notices that go by themselves, where the settings say so.
 * Sending is cut into slices: between two of them the keeper answers who waits.
 * One message to a mail server that hangs is the longest that it waits.
 */
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "attrib/contacts.h"
#include "base/clock.h"
#include "base/log.h"
#include "server/keeper.h"
#include "share/notices_node.h"

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
	struct notices_summary s = { 0 };
	struct notices_options o;

	if (!notices_of_node(k->node, clock_now_s(), &o, e))
		return false;
	o.silence = true;
	if (!notices_prepare(k->node->store, c, &o, &s, e))
		return false;
	tell(k, "prepare", &s);
	return true;
}

/* only: this notice; NONE: all that are due. *cut_out: the slice ended before they did. */
static bool
send_slice(struct keeper *k, const struct contacts *c, struct slice only, bool *cut_out, struct err *e)
{
	struct notices_summary s = { 0 };
	struct notices_options o;
	struct way_options wo;
	const struct way *way;
	bool ok;

	if (!notices_of_node(k->node, clock_now_s(), &o, e) || !notices_way(k->node, &way, &wo, e))
		return false;
	o.only = only;
	slice_begin();
	ok = notices_send(k->node->store, c, way, &wo, &o, &slice_over, &s, e);
	slice_end();
	tell(k, "send", &s);
	/* Cut off: there may be more. */
	*cut_out = ok && slice_over && s.later == 0;
	return ok;
}

static void
failed(const struct err *e)
{
	log_error("notices.failed", "reason=%s cause=%s", LOG_TEXT(e->text), LOG_TEXT(e->cause));
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

	k->notices_due = false;
	if (slice_eq(conf->automatic, S("no")))
		return;
	ok = contacts_load(k->node->store, &c, &e) && (!begin || prepare(k, c, &e)) &&
	    (!send || send_slice(k, c, SLICE_NONE, &k->notices_due, &e));
	contacts_free(&c);
	if (!ok)
		failed(&e);
}

void
clock_send_asked(void *cookie, struct slice id)
{
	struct keeper *k = cookie;

	buf_put(&k->sends, id);
	buf_byte(&k->sends, '\n');
}

void
clock_sends(struct keeper *k)
{
	struct slice rest = buf_view(&k->sends), id;
	struct contacts *c = NULL;
	struct err e = ERR_INIT;
	bool cut = false;

	if (!slice_cut(&rest, '\n', &id))
		return;
	if (!contacts_load(k->node->store, &c, &e) ||
	    !send_slice(k, c, id.len == 0 ? SLICE_NONE : id, &cut, &e))
		failed(&e);
	contacts_free(&c);
	/* All that are due go in turns; one alone is one message. */
	if (!cut || id.len > 0) {
		memmove(k->sends.p, rest.p, rest.len);
		k->sends.len = rest.len;
	}
}
