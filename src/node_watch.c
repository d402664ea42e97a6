/*
 * node_watch: the section [watch] of entente.conf: which folders and Maildirs a
 * server takes in, and what is said of what lies in them.
 *
 *	[watch]
 *	folder = /srv/incoming
 *	feed = our-sensors
 *	folder = /var/mail/trap
 *	mail = spam
 */
#include "base/lang.h"
#include "intake/intake.h"
#include "node_room.h"

/* The folder whose lines these are. */
static struct node_watch *
last(struct node *n, struct err *e)
{
	if (n->conf.watch_count > 0)
		return &n->conf.watch[n->conf.watch_count - 1];
	(void)err_set(e, ERR_INPUT, "it belongs behind a line \"folder = ...\"");
	return NULL;
}

static bool
text(struct node *n, struct slice v, struct slice *out, struct err *e)
{
	*out = arena_copy(&n->memory, v);
	return out->p != NULL || err_set(e, ERR_LIMIT, "the value is too long");
}

bool
conf_watch_folder(struct node *n, struct slice v, void *out, struct err *e)
{
	(void)out;
	if (n->conf.watch == NULL)
		n->conf.watch = arena_array(&n->memory, NODE_WATCH_MAX, sizeof(*n->conf.watch));
	if (n->conf.watch == NULL || n->conf.watch_count == NODE_WATCH_MAX)
		return err_set(e, ERR_LIMIT, "more than %d folders", NODE_WATCH_MAX);
	/* What it is relative to would be wherever somebody started the server. */
	if (v.len == 0 || v.p[0] != '/' || v.len > 3000 || slice_find_byte(v, 0) != SIZE_MAX)
		return err_set(e, ERR_INPUT, "expected a folder's whole path as /srv/incoming, found %s", QUOTE(v));
	n->conf.watch[n->conf.watch_count] = (struct node_watch){ .feed = S(""), .format = S(""), .options = S("") };
	return text(n, v, &n->conf.watch[n->conf.watch_count++].folder, e);
}

bool
conf_watch_feed(struct node *n, struct slice v, void *out, struct err *e)
{
	struct node_watch *w = last(n, e);

	(void)out;
	return w != NULL && text(n, v, &w->feed, e);
}

bool
conf_watch_format(struct node *n, struct slice v, void *out, struct err *e)
{
	struct node_watch *w = last(n, e);

	(void)out;
	if (w == NULL)
		return false;
	if (v.len > 0 && intake_format_find(v) == NULL)
		return err_set(e, ERR_INPUT, "there is no format %s", QUOTE(v));
	return text(n, v, &w->format, e);
}

static bool
option(struct node *n, struct slice key, struct slice v, struct err *e)
{
	struct node_watch *w = last(n, e);

	if (w == NULL || v.len == 0)
		return w != NULL;
	if (!intake_option_check(key, v, e))
		return false;
	if (intake_option_of(w->options, key).p != NULL)
		return err_set(e, ERR_INPUT, "%s is given twice", QUOTE(key));
	w->options = arena_printf(&n->memory, "%.*s%.*s=%.*s\n", SLICE_ARG(w->options), SLICE_ARG(key), SLICE_ARG(v));
	return w->options.p != NULL || err_set(e, ERR_LIMIT, "the value is too long");
}

bool
conf_watch_mail(struct node *n, struct slice v, void *out, struct err *e)
{
	(void)out;
	return option(n, S("mail"), v, e);
}

bool
conf_watch_trusted(struct node *n, struct slice v, void *out, struct err *e)
{
	(void)out;
	return option(n, S("trusted"), v, e);
}

bool
conf_watch_mapping(struct node *n, struct slice v, void *out, struct err *e)
{
	(void)out;
	return option(n, S("mapping"), v, e);
}

static void
line(struct buf *b, const char *key, struct slice v)
{
	if (v.len > 0)
		buf_printf(b, "%s = %.*s\n", key, SLICE_ARG(v));
}

void
conf_watch_print(struct buf *b, const struct node_conf *c)
{
	buf_printf(b, "\n[watch]\n# %s\n# folder = /srv/incoming\n# feed = ...\n",
	    T("Folders and Maildirs that the server takes in; feed, format, mail (spam or complaint), trusted and mapping below a folder hold for it."));
	for (size_t i = 0; i < c->watch_count; i++) {
		const struct node_watch *w = &c->watch[i];

		line(b, "folder", w->folder);
		line(b, "feed", w->feed);
		line(b, "format", w->format);
		line(b, "mail", intake_option_of(w->options, S("mail")));
		line(b, "trusted", intake_option_of(w->options, S("trusted")));
		line(b, "mapping", intake_option_of(w->options, S("mapping")));
	}
}
