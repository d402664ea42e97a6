/*
 * node_conf: entente.conf, read strictly (a misspelt or senseless setting that is
 * silently ignored costs somebody a night) and printed with its comments.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "model/policy.h"
#include "model/who.h"
#include "node_room.h"
#include "parse/conf.h"
#include "parse/date.h"
#include "parse/domain.h"

#define CONF_BYTES_MAX NODE_CONF_BYTES_MAX

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

static bool
conf_yes(struct node *n, struct slice v, void *out, struct err *e)
{
	bool yes = slice_eq_nocase(v, S("yes"));

	(void)n;
	*(bool *)out = yes;
	return yes || slice_eq_nocase(v, S("no")) || err_set(e, ERR_INPUT, "%s is none of yes, no", QUOTE(v));
}

static bool
conf_way(struct node *n, struct slice v, void *out, struct err *e)
{
	if (!slice_eq(v, S("outbox")) && !slice_eq(v, S("smtp")))
		return err_set(e, ERR_INPUT, "%s is none of outbox, smtp", QUOTE(v));
	return conf_text(n, v, out, e);
}

/* RED goes to named people by other ways: a notice cannot carry it. */
static bool
conf_tlp(struct node *n, struct slice v, void *out, struct err *e)
{
	enum tlp tlp;

	if (!tlp_find(v, &tlp) || tlp == TLP_RED)
		return err_set(e, ERR_INPUT, "%s is none of CLEAR, GREEN, AMBER, AMBER+STRICT", QUOTE(v));
	return conf_text(n, v, out, e);
}

static bool
conf_tls(struct node *n, struct slice v, void *out, struct err *e)
{
	if (!slice_eq(v, S("require")) && !slice_eq(v, S("try")) && !slice_eq(v, S("off")))
		return err_set(e, ERR_INPUT, "%s is none of require, try, off", QUOTE(v));
	return conf_text(n, v, out, e);
}

/* A host's name or its last labels: letters, digits, hyphens between dots. */
static bool
host_suffix_ok(struct slice s)
{
	if (s.len > 0 && s.p[0] == '.')
		s = slice_from(s, 1);
	for (size_t i = 0; i < s.len; i++) {
		bool edge = i == 0 || i + 1 == s.len || s.p[i - 1] == '.' || s.p[i + 1] == '.';

		if (!byte_is_alpha(s.p[i]) && !byte_is_digit(s.p[i]) &&
		    (edge || (s.p[i] != '-' && s.p[i] != '.' && s.p[i] != '_')))
			return false;
	}
	return s.len > 0 && s.len <= 253;
}

/* "192.0.2.0/24, mx.example.org", as intake/received.h takes it. */
static bool
conf_trusted(struct node *n, struct slice v, void *out, struct err *e)
{
	struct slice rest = v, word;
	struct prefix p;
	size_t len;

	while ((rest = slice_trim(rest)).len > 0) {
		for (len = 0; len < rest.len && rest.p[len] != ',' && !byte_is_space(rest.p[len]); len++)
			continue;
		word = slice_sub(rest, 0, len);
		rest = slice_from(rest, len + (len < rest.len));
		if (word.len > 0 && !prefix_read_loose(word, &p) && !host_suffix_ok(word))
			return err_set(e, ERR_INPUT, "%s is neither a network (192.0.2.0/24) nor a host's name (mx.example.org)", QUOTE(word));
	}
	return conf_text(n, v, out, e);
}

static bool
conf_url(struct node *n, struct slice v, void *out, struct err *e)
{
	struct url url;

	if (v.len != 0 && ((!slice_starts_nocase(v, S("https://")) && !slice_starts_nocase(v, S("http://"))) || !url_split(v, &url)))
		return err_set(e, ERR_INPUT, "expected an address as https://csirt.example/, found %s", QUOTE(v));
	return conf_text(n, v, out, e);
}

static bool
conf_smtp_url(struct node *n, struct slice v, void *out, struct err *e)
{
	struct url url;

	if (v.len != 0 && ((!slice_starts_nocase(v, S("smtp://")) && !slice_starts_nocase(v, S("smtps://"))) || !url_split(v, &url)))
		return err_set(e, ERR_INPUT, "expected smtp://host:25 or smtps://host:465, found %s", QUOTE(v));
	return conf_text(n, v, out, e);
}

/* Hexadecimal digits, as gpg --fingerprint shows them, or a mail address. */
static bool
conf_sign(struct node *n, struct slice v, void *out, struct err *e)
{
	bool hex = v.len >= 8;

	for (size_t i = 0; i < v.len; i++)
		hex = hex && (byte_hex(v.p[i]) >= 0 || v.p[i] == ' ');
	if (v.len != 0 && !hex && !mailbox_ok(v))
		return err_set(e, ERR_INPUT, "expected a key's fingerprint or mail address, found %s", QUOTE(v));
	return conf_text(n, v, out, e);
}

static bool
conf_moment(struct node *n, struct slice v, void *out, struct err *e)
{
	struct date d = { 0 };

	(void)n;
	if (v.len != 0 && !date_read(v, &d))
		return err_set(e, ERR_INPUT, "expected a moment as 2026-06-18T12:00:00Z, found %s", QUOTE(v));
	*(int64_t *)out = v.len == 0 ? 0 : d.s;
	return true;
}

/* A report of no bytes or a reader without memory would refuse everything. */
#define REPORT_BYTES_MIN ((uint64_t)1 << 10)
#define READER_BYTES_MIN ((uint64_t)64 << 20)

static bool
conf_report_bytes(struct node *n, struct slice v, void *out, struct err *e)
{
	return conf_bytes(n, v, out, e) && (*(uint64_t *)out >= REPORT_BYTES_MIN ||
	    err_set(e, ERR_INPUT, "%s is too little: at least %s", QUOTE(v), "1K"));
}

static bool
conf_reader_bytes(struct node *n, struct slice v, void *out, struct err *e)
{
	return conf_bytes(n, v, out, e) && (*(uint64_t *)out >= READER_BYTES_MIN ||
	    err_set(e, ERR_INPUT, "%s is too little: at least %s", QUOTE(v), "64M"));
}

static bool
conf_automatic(struct node *n, struct slice v, void *out, struct err *e)
{
	if (!slice_eq(v, S("no")) && !slice_eq(v, S("prepare")) && !slice_eq(v, S("send")))
		return err_set(e, ERR_INPUT, "%s is none of no, prepare, send", QUOTE(v));
	return conf_text(n, v, out, e);
}

static bool
conf_two(struct node *n, struct slice v, void *out, struct err *e)
{
	if (!slice_eq(v, S("auto")) && !slice_eq(v, S("yes")) && !slice_eq(v, S("no")))
		return err_set(e, ERR_INPUT, "%s is none of auto, yes, no", QUOTE(v));
	return conf_text(n, v, out, e);
}

/* The next word of a list that commas and spaces part; false: none is left. */
static bool
word_next(struct slice *rest, struct slice *word)
{
	size_t len = 0;

	while (rest->len > 0 && (rest->p[0] == ',' || byte_is_space(rest->p[0])))
		*rest = slice_from(*rest, 1);
	while (len < rest->len && rest->p[len] != ',' && !byte_is_space(rest->p[len]))
		len++;
	*word = slice_sub(*rest, 0, len);
	*rest = slice_from(*rest, len);
	return len > 0;
}

/* "8443", "127.0.0.1:8443", "[::1]:8443", "*:443", "csirt.example:8443" */
enum step
node_listen_next(struct slice *rest, struct node_listen *out, struct err *e)
{
	struct slice word, host = S("localhost"), port;
	uint64_t number;
	size_t colon;

	if (!word_next(rest, &word))
		return STEP_END;
	colon = slice_rfind_byte(word, ':');
	port = colon == SIZE_MAX ? word : slice_from(word, colon + 1);
	if (colon != SIZE_MAX)
		host = slice_sub(word, 0, colon);
	if (host.len > 2 && host.p[0] == '[' && host.p[host.len - 1] == ']')
		host = slice_sub(host, 1, host.len - 2);
	else if (slice_find_byte(host, ':') != SIZE_MAX)
		host = S("");
	if (host.len == 0 || host.len >= sizeof(out->host) || !slice_u64(port, &number) || number > 65535) {
		(void)err_set(e, ERR_INPUT, "expected an address and port as 127.0.0.1:8443, [::1]:8443 or *:443, found %s", QUOTE(word));
		return STEP_BAD;
	}
	(void)snprintf(out->host, sizeof(out->host), "%.*s", SLICE_ARG(host));
	(void)snprintf(out->port, sizeof(out->port), "%u", (unsigned)number);
	return STEP_ITEM;
}

static bool
conf_listen(struct node *n, struct slice v, void *out, struct err *e)
{
	struct node_listen l;
	struct slice rest = v;
	unsigned count = 0;
	enum step step;

	while ((step = node_listen_next(&rest, &l, e)) == STEP_ITEM)
		count++;
	if (step == STEP_BAD)
		return false;
	if (count == 0 || count > NODE_LISTEN_MAX)
		return err_set(e, ERR_INPUT, "expected 1 to %d addresses, found %u", NODE_LISTEN_MAX, count);
	return conf_text(n, v, out, e);
}

static bool
conf_prefixes(struct node *n, struct slice v, void *out, struct err *e)
{
	struct slice rest = v, word;
	struct prefix p;

	while (word_next(&rest, &word)) {
		if (!prefix_read_loose(word, &p))
			return err_set(e, ERR_INPUT, "%s is not a network, as 192.0.2.0/24", QUOTE(word));
	}
	return conf_text(n, v, out, e);
}

static bool
conf_processes(struct node *n, struct slice v, void *out, struct err *e)
{
	uint64_t count;

	(void)n;
	if (!slice_u64(v, &count) || count > NODE_PROCESSES_MAX)
		return err_set(e, ERR_INPUT, "expected a number from 0 to %d, found %s", NODE_PROCESSES_MAX, QUOTE(v));
	*(uint32_t *)out = (uint32_t)count;
	return true;
}

/* "administrator, analyst" */
static bool
conf_roles(struct node *n, struct slice v, void *out, struct err *e)
{
	(void)n;
	return who_roles_parse(v, out, e);
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
	{ "node", "url", conf_url, AT(url) },
	{ "node", "language", conf_lang, AT(lang) },
	{ "node", "group", conf_yes, AT(group) },
	{ "node", "clock", conf_moment, AT(clock_s) },
	{ "intake", "trusted", conf_trusted, AT(trusted) },
	{ "intake", "report_max", conf_report_bytes, AT(report_bytes_max) },
	{ "intake", "reader_time", conf_seconds, AT(reader_seconds) },
	{ "intake", "reader_memory", conf_reader_bytes, AT(reader_bytes_max) },
	{ "notices", "way", conf_way, AT(way) },
	{ "notices", "interval", conf_seconds, AT(interval_s) },
	{ "notices", "sign", conf_sign, AT(sign) },
	{ "notices", "tlp", conf_tlp, AT(tlp) },
	{ "notices", "reply_to", conf_mail, AT(reply_to) },
	{ "notices", "two_people", conf_yes, AT(two_people) },
	{ "notices", "automatic", conf_automatic, AT(automatic) },
	{ "agreements", "two_people", conf_two, AT(agreements_two) },
	{ "smtp", "url", conf_smtp_url, AT(smtp_url) },
	{ "smtp", "user", conf_text, AT(smtp_user) },
	{ "smtp", "password_file", conf_text, AT(smtp_password_file) },
	{ "smtp", "tls", conf_tls, AT(smtp_tls) },
	{ "smtp", "ca", conf_text, AT(smtp_ca) },
	{ "server", "listen", conf_listen, AT(listen) },
	{ "server", "tls", conf_yes, AT(tls) },
	{ "server", "certificate", conf_text, AT(certificate) },
	{ "server", "key", conf_text, AT(key) },
	{ "server", "client_ca", conf_text, AT(client_ca) },
	{ "server", "url", conf_url, AT(server_url) },
	{ "server", "proxies", conf_prefixes, AT(proxies) },
	{ "server", "metrics", conf_prefixes, AT(metrics) },
	{ "server", "processes", conf_processes, AT(processes) },
	{ "server", "public", conf_yes, AT(public_pages) },
	{ "server", "second_factor", conf_roles, AT(second_factor) },
	{ "watch", "folder", conf_watch_folder, AT(watch) },
	{ "watch", "feed", conf_watch_feed, AT(watch) },
	{ "watch", "format", conf_watch_format, AT(watch) },
	{ "watch", "mail", conf_watch_mail, AT(watch) },
	{ "watch", "trusted", conf_watch_trusted, AT(watch) },
	{ "watch", "mapping", conf_watch_mapping, AT(watch) },
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
	.automatic = S_INIT("no"),
	.agreements_two = S_INIT("auto"),
	.listen = S_INIT("127.0.0.1:8443, [::1]:8443"),
	.tls = true,
	.certificate = S_INIT("tls/certificate.pem"),
	.key = S_INIT("tls/key.pem"),
	.client_ca = S_INIT(""),
	.server_url = S_INIT(""),
	.proxies = S_INIT(""),
	.metrics = S_INIT(""),
	.public_pages = true,
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

/*
 * What a node keeps may name victims: its files are its owner's alone, or its
 * group's to read where the settings say so.
 */
void
node_conf_apply(const struct node_conf *c)
{
	(void)umask(c->group ? 027 : 077);
	if (c->clock_s != 0 && !clock_is_fixed())
		clock_fix(c->clock_s);
}

void
node_conf_defaults(struct node_conf *out)
{
	*out = conf_defaults;
}

static bool
conf_take(struct node *n, struct slice text, struct err *e)
{
	struct conf conf = conf_of(text);
	struct conf_item item;
	enum step step;

	while ((step = conf_next(&conf, &item, e)) == STEP_ITEM) {
		if (!conf_item_take(n, &item, e))
			return false;
	}
	return step == STEP_END;
}

bool
node_conf_check(struct node *n, struct slice text, struct err *e)
{
	*n = (struct node)NODE_NONE;
	arena_init(&n->memory, 4 * CONF_BYTES_MAX);
	n->conf = conf_defaults;
	return conf_take(n, text, e);
}

bool
node_conf_read(struct node *n, const char *dir, struct err *e)
{
	const char *path;
	struct buf text;
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
	ok = conf_take(n, buf_view(&text), e) || err_within(e, "%s", path);
	if (ok)
		node_conf_apply(&n->conf);
out:
	buf_fini(&text);
	if (!ok)
		arena_fini(&n->memory);
	return ok;
}

static void
server_print(struct buf *b, const struct node_conf *c)
{
	struct buf roles;

	buf_printf(b, "\n[server]\n# %s\nlisten = %.*s\n", T("Where \"entente serve\" listens; *:443 for the whole network."), SLICE_ARG(c->listen));
	buf_printf(b, "# %s\ntls = %s\n", T("no: plain HTTP, for a proxy on the same machine that has the certificate."), c->tls ? "yes" : "no");
	buf_printf(b, "# %s\ncertificate = %.*s\nkey = %.*s\n", T("PEM files; those made with the node are signed by itself."), SLICE_ARG(c->certificate), SLICE_ARG(c->key));
	buf_printf(b, "# %s\nclient_ca = %.*s\n", T("Certificates (PEM) that those of partner nodes must come from; empty: none are asked for."), SLICE_ARG(c->client_ca));
	buf_printf(b, "# %s\nurl = %.*s\n", T("Where people reach the page, as https://csirt.example/; links in notices begin with it."), SLICE_ARG(c->server_url));
	buf_printf(b, "# %s\nproxies = %.*s\n", T("Proxies of our own (127.0.0.1/32): their word on the client's address is believed."), SLICE_ARG(c->proxies));
	buf_printf(b, "# %s\nmetrics = %.*s\n", T("Networks that may read /metrics without a token."), SLICE_ARG(c->metrics));
	buf_printf(b, "# %s\nprocesses = %u\n", T("Processes that answer; 0: one a core."), c->processes);
	buf_printf(b, "# %s\npublic = %s\n", T("yes: pages and forms for people without an account."), c->public_pages ? "yes" : "no");
	buf_init(&roles, 512);
	who_roles_print(c->second_factor, &roles);
	buf_printf(b, "# %s\nsecond_factor = %.*s\n", T("Roles (administrator, analyst ...) whose people set up a second factor before they can do anything else; empty: none."), SLICE_ARG(buf_view(&roles)));
	buf_fini(&roles);
}

/* The configuration as a person finds it: every setting, with what it is for. */
void
node_conf_print(struct buf *b, const struct node_conf *c)
{
	char country[8], clock[DATE_TEXT_MAX];

	(void)snprintf(country, sizeof(country), "%.*s", SLICE_ARG(c->country));
	buf_printf(b, "# %s\n\n[node]\n", T("Settings of this Entente node. Lines that begin with # are comments."));
	buf_printf(b, "# %s\nname = %.*s\n", T("Who we are, as it stands in notices."), SLICE_ARG(c->name));
	buf_printf(b, "# %s\ncountry = %s\n", T("Our country, ISO 3166 two letters; empty for none."), country);
	buf_printf(b, "# %s\nmail = %.*s\n", T("Where answers to notices go."), SLICE_ARG(c->mail));
	buf_printf(b, "url = %.*s\n", SLICE_ARG(c->url));
	buf_printf(b, "# %s\nlanguage = %s\n", T("ar, zh, en, fr, ru or es."), lang_tag(c->lang));
	buf_printf(b, "# %s\ngroup = %s\n", T("yes: the group of this folder may read the node; no: its owner alone."), c->group ? "yes" : "no");
	if (c->clock_s != 0) {
		(void)date_print_z(c->clock_s, clock);
		buf_printf(b, "# %s\nclock = %s\n", T("This node shows old reports: for it the time stands at this moment. Take the line out and it runs."), clock);
	}
	buf_printf(b, "\n[intake]\n# %s\ntrusted = %.*s\n",
	    T("Mail hops that are our own (192.0.2.0/24, mx.example.org): the sender is the first hop that is none of these."),
	    SLICE_ARG(c->trusted));
	buf_printf(b, "report_max = %" PRIu64 "G\n", c->report_bytes_max >> 30);
	buf_printf(b, "# %s\nreader_time = %us\nreader_memory = %" PRIu64 "M\n",
	    T("What one report may cost before it is set aside."), c->reader_seconds,
	    c->reader_bytes_max >> 20);
	buf_printf(b, "\n[notices]\n# %s\nway = %.*s\n", T("outbox (a Maildir in this folder) or smtp."), SLICE_ARG(c->way));
	buf_printf(b, "# %s\ninterval = %uh\n", T("The least time between two notices to one contact (30m, 24h, 7d)."), c->interval_s / 3600);
	buf_printf(b, "# %s\ntlp = %.*s\n", T("TLP 2.0 marking of the notices."), SLICE_ARG(c->tlp));
	buf_printf(b, "# %s\nsign = %.*s\n", T("OpenPGP key that signs notices; empty: unsigned."), SLICE_ARG(c->sign));
	buf_printf(b, "# %s\nreply_to = %.*s\n", T("Where answers go, if not to the mail address above."), SLICE_ARG(c->reply_to));
	buf_printf(b, "# %s\ntwo_people = %s\n", T("yes: who prepared a notice cannot approve it, another person has to."), c->two_people ? "yes" : "no");
	buf_printf(b, "# %s\nautomatic = %.*s\n", T("What the server does with notices by itself: no, prepare (people approve and send) or send."), SLICE_ARG(c->automatic));
	buf_printf(b, "\n[agreements]\n# %s\ntwo_people = %.*s\n",
	    T("yes: who proposes to sign an act cannot confirm it, another person has to; auto: where two people may; no: one is enough."), SLICE_ARG(c->agreements_two));
	buf_printf(b, "\n[smtp]\n# smtp://host:25, smtps://host:465\nurl = %.*s\nuser = %.*s\npassword_file = %.*s\n# %s\ntls = %.*s\n",
	    SLICE_ARG(c->smtp_url), SLICE_ARG(c->smtp_user), SLICE_ARG(c->smtp_password_file),
	    T("require, try or off."), SLICE_ARG(c->smtp_tls));
	buf_printf(b, "# %s\nca = %.*s\n", T("File of the certificates (PEM) that the server's must come from; empty: those of the system."), SLICE_ARG(c->smtp_ca));
	server_print(b, c);
	conf_watch_print(b, c);
}
