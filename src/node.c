#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "parse/conf.h"
#include "parse/domain.h"

#define CONF_BYTES_MAX ((size_t)1 << 20)

static bool
conf_text(struct node *n, struct slice v, void *out, struct err *e)
{
	struct slice *s = out;

	*s = arena_copy(&n->memory, v);
	return s->p != NULL || err_set(e, ERR_LIMIT, "the value is too long");
}

static bool
conf_country(struct node *n, struct slice v, void *out, struct err *e)
{
	if (v.len != 0 && (v.len != 2 || !byte_is_alpha(v.p[0]) || !byte_is_alpha(v.p[1])))
		return err_set(e, ERR_INPUT, "expected two letters (ISO 3166), found %s", QUOTE(v));
	return conf_text(n, v, out, e);
}

static bool
conf_mail(struct node *n, struct slice v, void *out, struct err *e)
{
	if (v.len != 0 && !mailbox_ok(v))
		return err_set(e, ERR_INPUT, "%s is not a mail address", QUOTE(v));
	return conf_text(n, v, out, e);
}

static bool
conf_lang(struct node *n, struct slice v, void *out, struct err *e)
{
	char tag[16];

	(void)n;
	(void)snprintf(tag, sizeof(tag), "%.*s", SLICE_ARG(v));
	return lang_parse(tag, out) ||
	    err_set(e, ERR_INPUT, "%s is none of ar, zh, en, fr, ru, es", QUOTE(v));
}

/* "512M", "16G", "1000" */
static bool
conf_bytes(struct node *n, struct slice v, void *out, struct err *e)
{
	static const char units[] = "KMGT";
	unsigned shift = 0;
	const char *unit = v.len == 0 ? NULL : memchr(units, v.p[v.len - 1] & ~0x20, 4);
	uint64_t value;

	(void)n;
	if (unit != NULL && byte_is_alpha(v.p[v.len - 1])) {
		shift = 10 * (unsigned)(unit - units + 1);
		v.len--;
	}
	if (!slice_u64(slice_trim(v), &value) || value > UINT64_MAX >> shift)
		return err_set(e, ERR_INPUT, "expected a size as 512M or 16G, found %s", QUOTE(v));
	*(uint64_t *)out = value << shift;
	return true;
}

/* "300", "15m", "24h", "7d" */
static bool
conf_seconds(struct node *n, struct slice v, void *out, struct err *e)
{
	uint64_t value, unit = 1;
	struct slice digits = v;

	(void)n;
	if (v.len > 1 && byte_is_alpha(v.p[v.len - 1])) {
		uint8_t c = byte_lower(v.p[v.len - 1]);

		unit = c == 's' ? 1 : c == 'm' ? 60 : c == 'h' ? 3600 : c == 'd' ? 86400 : 0;
		digits.len--;
	}
	if (unit == 0 || !slice_u64(slice_trim(digits), &value) || value == 0 ||
	    value > UINT32_MAX / unit)
		return err_set(e, ERR_INPUT, "expected a time as 300s, 15m, 24h or 7d, found %s", QUOTE(v));
	*(uint32_t *)out = (uint32_t)(value * unit);
	return true;
}

#define AT(member) offsetof(struct node_conf, member)

static const struct conf_row {
	const char *section, *key;
	bool (*read)(struct node *, struct slice, void *, struct err *);
	size_t at;
} conf_rows[] = {
	{ "node", "name", conf_text, AT(name) },
	{ "node", "country", conf_country, AT(country) },
	{ "node", "mail", conf_mail, AT(mail) },
	{ "node", "url", conf_text, AT(url) },
	{ "node", "language", conf_lang, AT(lang) },
	{ "intake", "trusted", conf_text, AT(trusted) },
	{ "intake", "report_max", conf_bytes, AT(report_bytes_max) },
	{ "intake", "reader_time", conf_seconds, AT(reader_seconds) },
	{ "intake", "reader_memory", conf_bytes, AT(reader_bytes_max) },
	{ "notices", "way", conf_text, AT(way) },
	{ "notices", "interval", conf_seconds, AT(interval_s) },
	{ "notices", "sign", conf_text, AT(sign) },
	{ "notices", "tlp", conf_text, AT(tlp) },
	{ "notices", "reply_to", conf_mail, AT(reply_to) },
	{ "smtp", "url", conf_text, AT(smtp_url) },
	{ "smtp", "user", conf_text, AT(smtp_user) },
	{ "smtp", "password_file", conf_text, AT(smtp_password_file) },
	{ "smtp", "tls", conf_text, AT(smtp_tls) },
	{ "smtp", "ca", conf_text, AT(smtp_ca) },
};

static const struct node_conf conf_defaults = {
	.name = S_INIT("Entente"),
	.country = S_INIT(""),
	.mail = S_INIT(""),
	.url = S_INIT(""),
	.lang = LANG_EN,
	.trusted = S_INIT(""),
	.report_bytes_max = (uint64_t)64 << 30,
	.reader_seconds = 3600,
	.reader_bytes_max = (uint64_t)512 << 20,
	.way = S_INIT("outbox"),
	.interval_s = 86400,
	.sign = S_INIT(""),
	.tlp = S_INIT("AMBER"),
	.reply_to = S_INIT(""),
	.smtp_url = S_INIT(""),
	.smtp_user = S_INIT(""),
	.smtp_password_file = S_INIT(""),
	.smtp_tls = S_INIT("require"),
	.smtp_ca = S_INIT(""),
};

static bool
conf_item_take(struct node *n, const struct conf_item *item, struct err *e)
{
	for (size_t i = 0; i < sizeof(conf_rows) / sizeof(conf_rows[0]); i++) {
		const struct conf_row *r = &conf_rows[i];

		if (!slice_eq(item->section, slice_of_str(r->section)) ||
		    !slice_eq(item->key, slice_of_str(r->key)))
			continue;
		if (!r->read(n, item->value, (char *)&n->conf + r->at, e))
			return err_within(e, "line %u: %s", item->line, r->key);
		return true;
	}
	/* A misspelt key that is silently ignored costs somebody a night. */
	return err_set(e, ERR_INPUT, "line %u: there is no setting %s in [%.*s]",
	    item->line, QUOTE(item->key), SLICE_ARG(item->section));
}

bool
node_conf_read(struct node *n, const char *dir, struct err *e)
{
	const char *path;
	struct conf_item item;
	struct conf conf;
	struct buf text;
	enum step step;
	bool ok = false;

	*n = (struct node)NODE_NONE;
	if (snprintf(n->dir, sizeof(n->dir), "%s", dir) >= (int)sizeof(n->dir))
		return err_set(e, ERR_USAGE, "%s: the path is too long", dir);
	arena_init(&n->memory, 4 * CONF_BYTES_MAX);
	n->conf = conf_defaults;
	path = node_path(n, "entente.conf");
	buf_init(&text, CONF_BYTES_MAX);
	if (!file_read(path, &text, e)) {
		if (e->code == ERR_ABSENT)
			(void)err_set(e, ERR_ABSENT, "%s is not a node's folder; make one: entente init --node %s",
			    dir, dir);
		goto out;
	}
	conf = conf_of(buf_view(&text));
	while ((step = conf_next(&conf, &item, e)) == STEP_ITEM) {
		if (!conf_item_take(n, &item, e)) {
			step = STEP_BAD;
			break;
		}
	}
	ok = step == STEP_END || err_within(e, "%s", path);
out:
	buf_fini(&text);
	if (!ok)
		arena_fini(&n->memory);
	return ok;
}

const char *
node_path(const struct node *n, const char *name)
{
	static char paths[4][4096];
	static unsigned next;
	char *p = paths[next++ % 4];

	(void)snprintf(p, sizeof(paths[0]), "%s/%s", n->dir, name);
	return p;
}

/* The configuration as a person finds it: every setting, with what it is for. */
static void
conf_print(struct buf *b, const struct node_conf *c)
{
	char country[8];

	(void)snprintf(country, sizeof(country), "%.*s", SLICE_ARG(c->country));
	buf_printf(b, "# %s\n\n[node]\n", T("Settings of this Entente node. Lines that begin with # are comments."));
	buf_printf(b, "# %s\nname = %.*s\n", T("Who we are, as it stands in notices."), SLICE_ARG(c->name));
	buf_printf(b, "# %s\ncountry = %s\n", T("Our country, ISO 3166 two letters; empty for none."), country);
	buf_printf(b, "# %s\nmail = %.*s\n", T("Where answers to notices go."), SLICE_ARG(c->mail));
	buf_printf(b, "url = %.*s\n", SLICE_ARG(c->url));
	buf_printf(b, "# %s\nlanguage = %s\n", T("ar, zh, en, fr, ru or es."), lang_tag(c->lang));
	buf_printf(b, "\n[intake]\n# %s\ntrusted = %.*s\n",
	    T("Mail hops that are our own (192.0.2.0/24, mx.example.org): the sender is the first hop that is none of these."),
	    SLICE_ARG(c->trusted));
	buf_printf(b, "report_max = %" PRIu64 "G\n", c->report_bytes_max >> 30);
	buf_printf(b, "# %s\nreader_time = %us\nreader_memory = %" PRIu64 "M\n",
	    T("What one report may cost before it is set aside."), c->reader_seconds,
	    c->reader_bytes_max >> 20);
	buf_printf(b, "\n[notices]\n# %s\nway = %.*s\n", T("outbox (a Maildir in this folder) or smtp."), SLICE_ARG(c->way));
	buf_printf(b, "# %s\ninterval = %uh\n", T("How often one contact is written to at most."), c->interval_s / 3600);
	buf_printf(b, "# %s\ntlp = %.*s\n", T("TLP 2.0 marking of the notices."), SLICE_ARG(c->tlp));
	buf_printf(b, "# %s\nsign = %.*s\n", T("OpenPGP key that signs notices; empty: unsigned."), SLICE_ARG(c->sign));
	buf_printf(b, "# %s\nreply_to = %.*s\n", T("Where answers go, if not to the mail address above."), SLICE_ARG(c->reply_to));
	buf_printf(b, "\n[smtp]\n# smtp://host:25, smtps://host:465\nurl = %.*s\nuser = %.*s\npassword_file = %.*s\n# %s\ntls = %.*s\n",
	    SLICE_ARG(c->smtp_url), SLICE_ARG(c->smtp_user), SLICE_ARG(c->smtp_password_file),
	    T("require, try or off."), SLICE_ARG(c->smtp_tls));
	buf_printf(b, "# %s\nca = %.*s\n", T("File of the certificates (PEM) that the server's must come from; empty: those of the system."), SLICE_ARG(c->smtp_ca));
}

bool
node_init(const char *dir, const struct node_conf *conf, struct err *e)
{
	struct node n = NODE_NONE;
	struct store *store = NULL;
	struct archive *archive = NULL;
	struct buf text;
	bool ok = false;

	if (snprintf(n.dir, sizeof(n.dir), "%s", dir) >= (int)sizeof(n.dir))
		return err_set(e, ERR_USAGE, "%s: the path is too long", dir);
	if (file_exists(node_path(&n, "entente.conf")))
		return err_set(e, ERR_CONFLICT, "%s holds a node already", dir);
	buf_init(&text, CONF_BYTES_MAX);
	conf_print(&text, conf == NULL ? &conf_defaults : conf);
	if (!dir_make(dir, e) || !dir_make(node_path(&n, "feeds"), e) ||
	    !archive_open(node_path(&n, "archive"), &archive, e) ||
	    !store_open(node_path(&n, "store.db"), &(struct db_options){ .durable = true }, &store, e))
		goto out;
	/* The configuration last: it is what makes a folder a node. */
	ok = file_write(node_path(&n, "entente.conf"), buf_view(&text), e);
out:
	store_close(&store);
	archive_close(&archive);
	buf_fini(&text);
	return ok;
}

void
node_conf_defaults(struct node_conf *out)
{
	*out = conf_defaults;
}

static bool
lock_take(struct node *n, struct err *e)
{
	n->lock_fd = open(node_path(n, "lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (n->lock_fd < 0)
		return err_sys(e, "%s", node_path(n, "lock"));
	if (flock(n->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno == EWOULDBLOCK)
		return err_set(e, ERR_CONFLICT, "another entente is writing to %s; wait for it, or stop it", n->dir);
	return err_sys(e, "%s", node_path(n, "lock"));
}

bool
node_open(const char *dir, enum node_mode mode, struct node *out, struct err *e)
{
	bool write = mode == NODE_WRITE;
	struct db_options options = { .read_only = !write, .durable = true };

	if (!node_conf_read(out, dir, e))
		return false;
	if (write && !lock_take(out, e))
		goto fail;
	if (!write && !file_exists(node_path(out, "store.db"))) {
		(void)err_set(e, ERR_ABSENT, "%s is gone; put a copy of it back, or make it again from the archive: entente replay --node %s",
		    node_path(out, "store.db"), out->dir);
		goto fail;
	}
	if (!store_open(node_path(out, "store.db"), &options, &out->store, e) ||
	    !archive_open(node_path(out, "archive"), &out->archive, e))
		goto fail;
	if (file_exists(node_path(out, "networks.tbl")) &&
	    !networks_open(node_path(out, "networks.tbl"), &out->networks, e))
		goto fail;
	return true;
fail:
	node_close(out);
	return false;
}

void
node_close(struct node *n)
{
	networks_close(&n->networks);
	store_close(&n->store);
	archive_close(&n->archive);
	if (n->lock_fd >= 0)
		(void)close(n->lock_fd);
	arena_fini(&n->memory);
	*n = (struct node)NODE_NONE;
}
