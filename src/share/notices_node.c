#include "share/notices_node.h"

bool
notices_of_node(struct node *n, int64_t now_s, struct notices_options *o, struct err *e)
{
	const struct node_conf *c = &n->conf;

	*o = (struct notices_options){ .name = c->name, .mail = c->mail, .url = c->url, .lang = c->lang,
		.interval_s = c->interval_s, .sign = c->sign, .reply_to = c->reply_to, .now_s = now_s,
		.reply_url = c->server_url, .approved_only = c->two_people };
	if (!tlp_find(c->tlp, &o->tlp) || o->tlp == TLP_RED)
		return err_set(e, ERR_INPUT, "entente.conf: tlp: %s is none of CLEAR, GREEN, AMBER, AMBER+STRICT", QUOTE(c->tlp));
	return c->server_url.len == 0 || reply_key_get(n->store, n->lock_fd >= 0, &o->reply_key, e);
}

bool
notices_way(struct node *n, const struct way **way, struct way_options *wo, struct err *e)
{
	const struct node_conf *c = &n->conf;

	*wo = (struct way_options){ .outbox = node_path(n, "outbox"), .url = c->smtp_url, .user = c->smtp_user,
		.password_file = c->smtp_password_file, .tls = c->smtp_tls, .ca = c->smtp_ca };
	*way = way_find(c->way);
	return *way != NULL || err_set(e, ERR_INPUT, "entente.conf: way: %s is none of outbox, smtp", QUOTE(c->way));
}
