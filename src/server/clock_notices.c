/*
 * clock_notices: notices that go by themselves, where the settings say so: the
 * keeper makes them, the herald sends them.
 */

#include "attrib/contacts.h"
#include "base/clock.h"
#include "base/log.h"
#include "server/herald.h"
#include "server/keeper.h"
#include "share/notices_node.h"

/* Contacts have their own intervals; so often at the most, and at the least, it is looked whose has passed. */
#define LOOK_LEAST_S 5
#define LOOK_MOST_S 900

/* The least interval that holds is met within a quarter of it. */
int64_t
clock_notices_every_s(const struct keeper *k)
{
	int64_t s = k->node->conf.interval_s / 4;

	return s < LOOK_LEAST_S ? LOOK_LEAST_S : s > LOOK_MOST_S ? LOOK_MOST_S : s;
}

static bool
prepare(struct keeper *k, const struct contacts *c, struct err *e)
{
	struct notices_summary s = { 0 };
	struct notices_options o;

	if (!notices_of_node(k->node, clock_now_s(), &o, e))
		return false;
	o.silence = true;
	o.pause = keeper_pause;
	o.pause_cookie = k;
	if (!notices_prepare(k->node->store, c, &o, &s, e))
		return false;
	if (s.notices > 0) {
		keeper_changed(k, "notice", 0);
		log_info("notices.made", "count=%llu", (unsigned long long)s.notices);
	}
	return true;
}

bool
clock_notices(struct keeper *k, struct err *e)
{
	const struct node_conf *conf = &k->node->conf;
	struct contacts *c = NULL;
	bool ok;

	if (slice_eq(conf->automatic, S("no")))
		return true;
	k->busy = true;
	ok = contacts_load(k->node->store, &c, e) && prepare(k, c, e);
	k->busy = false;
	contacts_free(&c);
	/* What a second person has to approve does not go by itself. */
	if (ok && slice_eq(conf->automatic, S("send")) && !conf->two_people)
		clock_send_asked(k, SLICE_NONE);
	return ok;
}

/* --- the herald ------------------------------------------------------------------------ */

/* One that is away is asked when the next one comes. */
static void
ask(struct peer *p, int64_t number)
{
	struct err e = ERR_INIT;

	if (p != NULL && !link_changed_send(p->link, "send", number, &e))
		link_free(&p->link);
}

void
clock_send_asked(void *cookie, struct slice id)
{
	struct keeper *k = cookie;
	int64_t number = id.p == NULL ? 0 : herald_number(id);

	if (ids_has(&k->sends, number))
		return;
	ids_add(&k->sends, number);
	ask(keeper_peer(k, HERALD_SLOT), number);
}

void
clock_send_again(struct keeper *k)
{
	for (size_t i = 0; i < k->sends.count; i++)
		ask(keeper_peer(k, HERALD_SLOT), k->sends.v[i]);
}

void
clock_send_done(struct keeper *k, int64_t number)
{
	ids_drop(&k->sends, number);
}
