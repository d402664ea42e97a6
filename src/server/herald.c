/*
 * herald: the process that sends notices. A mail server may take half an hour
 * over one message, which neither the keeper nor anybody who waits for it has.
 * It writes beside the keeper, in transactions of a moment each; which notice
 * is made and approved is the keeper's affair, and when one is to be sent, too:
 *
 *	keeper                                  herald
 *	 | 'C' "send" notice (0: all due)  -----> |
 *	 | <-----  'C' "notice" 0                  |  some have moved
 *	 | <-----  'C' "sent" notice               |  that was done
 *
 * What it was asked and did not say to be done, the keeper asks the next one.
 * What a kill leaves of a batch is seen to by the next sending (decision 0060).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "attrib/contacts.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "server/beside.h"
#include "server/herald.h"
#include "share/notices_node.h"

/* So often it is told how far sending is. */
#define SLICE_S 5

struct herald {
	struct beside beside;
	struct ids asked;
	int64_t run_ns; /* when the run under way began; 0: none is */
};

/* --- slices --------------------------------------------------------------------------- */

/* The slice is over, or the process is to end: no further message is begun. */
static volatile bool enough;

static void
on_alarm(int signal)
{
	(void)signal;
	enough = true;
}

static void
on_term(int signal)
{
	(void)signal;
	child_stopping = enough = true;
}

static void
slice_begin(void)
{
	struct sigaction alarm = { .sa_handler = on_alarm, .sa_flags = SA_RESTART }, term = { .sa_handler = on_term };
	struct itimerval t = { .it_value = { .tv_sec = SLICE_S } };

	enough = false;
	(void)sigaction(SIGALRM, &alarm, NULL);
	(void)sigaction(SIGTERM, &term, NULL);
	(void)setitimer(ITIMER_REAL, &t, NULL);
	enough = enough || child_stopping;
}

static void
slice_end(void)
{
	struct itimerval none = { .it_value = { 0 } };

	(void)setitimer(ITIMER_REAL, &none, NULL);
}

/* --- numbers of notices ------------------------------------------------------------------ */

int64_t
herald_number(struct slice id)
{
	uint64_t n = 0;

	for (size_t i = 1; i < id.len; i++) {
		const char *digits = "0123456789abcdef", *at = strchr(digits, id.p[i]);

		if (at == NULL || id.p[i] == 0)
			return 0;
		n = n << 4 | (uint64_t)(at - digits);
	}
	return id.len == 17 && id.p[0] == 'N' ? (int64_t)n : 0;
}

static struct slice
name_of(int64_t number, char out[24])
{
	return slice_of(out, (size_t)snprintf(out, 24, "N%016llx", (unsigned long long)number));
}

/* --- sending ------------------------------------------------------------------------------- */

static void
tell(struct herald *h, const char *kind, int64_t id)
{
	struct err e = ERR_INIT;

	if (h->beside.link != NULL && !link_changed_send(h->beside.link, kind, id, &e))
		link_free(&h->beside.link);
}

/* For who looks at /metrics, while it is sending too. */
static void
count(struct herald *h, const struct notices_summary *s)
{
	board_add(&h->beside.board->herald.sent, s->sent);
	board_add(&h->beside.board->herald.later, s->later);
	board_add(&h->beside.board->herald.refused, s->never);
	board_add(&h->beside.board->herald.uncertain, s->uncertain);
	board_add(&h->beside.board->herald.withdrawn, s->withdrawn);
	board_memory(&h->beside.board->herald.memory, h->beside.statm_fd);
}

static void
summary(struct herald *h, const struct notices_summary *s)
{
	count(h, s);
	if (s->sent + s->later + s->never + s->uncertain + s->withdrawn == 0)
		return;
	log_info("notices.sent", "sent=%llu later=%llu refused=%llu uncertain=%llu withdrawn=%llu",
	    (unsigned long long)s->sent, (unsigned long long)s->later, (unsigned long long)s->never,
	    (unsigned long long)s->uncertain, (unsigned long long)s->withdrawn);
	tell(h, "notice", 0);
	if (s->sent > 0)
		tell(h, "finding", 0);
}

/* *more_out: the slice was over before all had gone. */
static bool
send_slice(struct herald *h, int64_t number, bool *more_out, struct err *e)
{
	struct notices_summary s = { 0 };
	struct contacts *c = NULL;
	struct notices_options o;
	struct way_options wo;
	const struct way *way;
	char name[24];
	bool ok;

	if (!notices_of_node(&h->beside.node, clock_now_s(), &o, e) || !notices_way(&h->beside.node, &way, &wo, e) ||
	    !contacts_load(h->beside.node.store, &c, e))
		return false;
	o.only = number == 0 ? SLICE_NONE : name_of(number, name);
	wo.stop = &child_stopping;
	slice_begin();
	ok = notices_send(h->beside.node.store, c, way, &wo, &o, &enough, &s, e);
	slice_end();
	contacts_free(&c);
	summary(h, &s);
	*more_out = ok && enough && s.later == 0 && number == 0;
	return ok;
}

/* A run is all slices of one order. */
static void
run_begin(struct herald *h)
{
	if (h->run_ns != 0)
		return;
	h->run_ns = clock_mono_ns();
	board_put(&h->beside.board->herald.working, 1);
}

static void
run_end(struct herald *h, int64_t number)
{
	int64_t took_ms = (clock_mono_ns() - h->run_ns) / 1000000;
	char name[24];

	h->run_ns = 0;
	board_put(&h->beside.board->herald.working, 0);
	board_put(&h->beside.board->herald.asked, h->asked.count);
	board_put(&h->beside.board->herald.last_s, (uint64_t)clock_now_s());
	board_put(&h->beside.board->herald.last_ms, (uint64_t)took_ms);
	board_add(&h->beside.board->herald.runs, 1);
	log_info("notices.run", "notice=%.*s took_ms=%lld waiting=%zu", SLICE_ARG(number == 0 ? S("all") : name_of(number, name)),
	    (long long)took_ms, h->asked.count);
}

static void
send_asked(struct herald *h)
{
	int64_t number = h->asked.v[0];
	struct err e = ERR_INIT;
	bool more = false;

	run_begin(h);
	if (!send_slice(h, number, &more, &e)) {
		board_add(&h->beside.board->herald.errors, 1);
		log_error("notices.failed", "reason=%s cause=%s", LOG_TEXT(e.text), LOG_TEXT(e.cause));
	}
	if (more || child_stopping)
		return;
	ids_drop(&h->asked, number);
	run_end(h, number);
	tell(h, "sent", number);
}

/* --- the process ------------------------------------------------------------------------------ */

static void
on_said(void *cookie, const struct link_changed *said)
{
	struct herald *h = cookie;

	if (strcmp(said->kind, "send") != 0)
		return;
	if (!ids_has(&h->asked, said->id))
		ids_add(&h->asked, said->id);
	board_put(&h->beside.board->herald.asked, h->asked.count);
}

void
herald_main(const struct child_start *start)
{
	struct herald h = { .beside = { .said = on_said } };

	h.beside.cookie = &h;
	beside_begin(&h.beside, start, "herald");
	board_put(&h.beside.board->herald.asked, 0);
	board_put(&h.beside.board->herald.working, 0);
	beside_ready(&h.beside, &h.beside.board->herald.pid, &h.beside.board->herald.memory);
	while (!child_stopping) {
		struct pollfd fds[BESIDE_FDS];

		beside_fds(&h.beside, fds);
		(void)poll(fds, BESIDE_FDS, h.asked.count > 0 ? 0 : 1000);
		beside_work(&h.beside);
		if (h.asked.count > 0 && !child_stopping)
			send_asked(&h);
	}
	ids_fini(&h.asked);
	beside_end(&h.beside, &h.beside.board->herald.pid);
}
