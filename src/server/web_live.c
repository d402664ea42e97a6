/*
 * web_live: what changed, to whoever has the page open. An event is a kind and
 * an id, no more: the page asks for what it may see. Many changes of a moment
 * are told as one (id 0).
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "server/web.h"

/* Ids of one kind that are told one by one; over it "many". */
#define IDS_MAX 16
/* A stream ends then and is asked for anew, so that who was signed out hears no more. */
#define LIVE_NS INT64_C(900000000000)

/* Which right a kind of news asks for: an id of a finding is made of an address. */
static const struct { const char *kind; enum who_right right; } kinds[] = {
	{ "finding", RIGHT_FINDINGS_READ },
	{ "report", RIGHT_REPORTS_READ },
	{ "notice", RIGHT_NOTICES_READ },
	{ "reply", RIGHT_NOTICES_READ },
	{ "contact", RIGHT_CONTACTS_READ },
	{ "network", RIGHT_CONTACTS_READ },
	{ "agreement", RIGHT_AGREEMENTS_READ },
	{ "object", RIGHT_FINDINGS_READ },
	{ "sync", RIGHT_AGREEMENTS_READ },
	{ "setting", RIGHT_SETTINGS_READ },
	{ "account", RIGHT_ACCOUNTS },
	{ "audit", RIGHT_AUDIT_READ },
	{ "sync", RIGHT_AGREEMENTS_READ },
};

static bool
may_hear(uint32_t rights, const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i].kind) == 0)
			return (rights >> kinds[i].right & 1) != 0;
	}
	return false;
}

bool
live_begin(struct web *w, struct http_exchange *x, uint32_t rights)
{
	struct live *l;

	if (w->live_count >= LIVES_MAX)
		return false;
	l = xalloc(sizeof(*l));
	*l = (struct live){ w->lives, x, rights, clock_mono_ns() };
	w->lives = l;
	w->live_count++;
	board_put(&w->mine->streams, w->live_count);
	http_events_begin(x);
	return true;
}

/* Take it out of the list; p is where it hangs. */
static void
drop(struct web *w, struct live **p)
{
	struct live *l = *p;

	*p = l->next;
	free(l);
	w->live_count--;
	board_put(&w->mine->streams, w->live_count);
}

void
live_gone(struct web *w, struct http_exchange *x)
{
	for (struct live **p = &w->lives; *p != NULL; p = &(*p)->next) {
		if ((*p)->x == x) {
			drop(w, p);
			return;
		}
	}
}

void
live_news(struct web *w, const char *kind, int64_t id)
{
	size_t same = 0, at = 0;

	for (size_t i = 0; i < w->news_count; i++) {
		if (strcmp(w->news[i].kind, kind) != 0)
			continue;
		if (w->news[i].id == id || w->news[i].id == 0)
			return;
		same++;
		at = i;
	}
	if (same >= IDS_MAX || (same > 0 && w->news_count == sizeof(w->news) / sizeof(w->news[0]))) {
		w->news[at].id = 0;
		return;
	}
	if (w->news_count == sizeof(w->news) / sizeof(w->news[0]))
		return;
	(void)snprintf(w->news[w->news_count].kind, LINK_CHANGED_MAX, "%s", kind);
	w->news[w->news_count++].id = id;
}

/* One of "many" makes the single ones of its kind needless. */
static bool
needless(const struct web *w, size_t n)
{
	for (size_t i = 0; i < w->news_count && w->news[n].id != 0; i++) {
		if (w->news[i].id == 0 && strcmp(w->news[i].kind, w->news[n].kind) == 0)
			return true;
	}
	return false;
}

/* False: the stream has ended, and is forgotten by whoever ended it. */
static bool
tell(struct web *w, struct live *l, struct buf *b)
{
	buf_clear(b);
	for (size_t i = 0; i < w->news_count; i++) {
		if (may_hear(l->rights, w->news[i].kind) && !needless(w, i))
			buf_printf(b, "event: %s\ndata: {\"id\":\"%lld\"}\n\n", w->news[i].kind, (long long)w->news[i].id);
	}
	return b->len == 0 || http_event(l->x, buf_view(b));
}

void
live_tick(struct web *w)
{
	int64_t now = clock_mono_ns();
	struct buf b;

	if (w->lives == NULL || w->news_count == 0) {
		w->news_count = 0;
		return;
	}
	buf_init(&b, 65536);
	for (struct live *l = w->lives, *next; l != NULL; l = next) {
		next = l->next;
		if (now - l->since_ns > LIVE_NS) {
			http_events_end(l->x);
			live_gone(w, l->x);
		} else if (!tell(w, l, &b)) {
			live_gone(w, l->x);
		}
	}
	buf_fini(&b);
	w->news_count = 0;
}
