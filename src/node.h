/*
 * node: one organisation's running Entente: its folder, what entente.conf says,
 * and the opened rooms.
 *
 *	DIR/entente.conf	what people set
 *	DIR/store.db		findings, reports, contacts, notices
 *	DIR/columns/		what lists are made of, from the database (store/columns.h)
 *	DIR/archive/		every report, byte for byte
 *	DIR/networks.tbl	whose an address is
 *	DIR/outbox/		notices, as a Maildir
 *	DIR/feeds/NAME.conf	mappings of the node's own
 *	DIR/warnings/NAME.json	what is never listed, of the node's own (attrib/warnings.h)
 *	DIR/shadowserver.json	a newer schema, where there is one
 *	DIR/lock		held by the one process that writes
 *	DIR/secret.key		seals passwords' hashes and second factors (server/secret.h)
 *	DIR/party.key		what this node signs with as a party to agreements (share/agree.h)
 *	DIR/sync/ID.secret	tokens and passwords for servers of partners (share/sync_run.h)
 *	DIR/audit.head		where the audit log ends (store/audit.h)
 */
#ifndef NODE_H
#define NODE_H

#include <stdint.h>

#include "attrib/networks.h"
#include "attrib/warnings.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/lang.h"
#include "store/archive.h"
#include "store/store.h"

struct node_conf {
	/* [node] */
	struct slice name, country, mail, url;
	enum lang lang;
	bool group; /* its group may read it; else its owner alone */
	int64_t clock_s; /* the clock stands here, for a node of old reports; 0: it runs */
	/* [intake] */
	struct slice trusted; /* hops of our own mail: prefixes and host suffixes */
	uint64_t report_bytes_max;
	uint32_t reader_seconds; /* a report's time limit */
	uint64_t reader_bytes_max; /* a reader's memory */
	/* [notices] */
	struct slice way; /* "outbox" or "smtp" */
	uint32_t interval_s;
	struct slice sign; /* OpenPGP key, or empty */
	struct slice tlp; /* what the notices carry */
	struct slice reply_to; /* where answers go, if not to mail */
	bool two_people; /* who prepared a notice does not approve it: another person does */
	struct slice automatic; /* what the server does by itself: "no", "prepare" or "send" */
	/* [agreements] */
	struct slice agreements_two; /* "yes", "no", or "auto": does a second person confirm what one proposes to sign? */
	/* [smtp] */
	struct slice smtp_url, smtp_user, smtp_password_file, smtp_tls, smtp_ca;
	/* [server] */
	struct slice listen; /* "127.0.0.1:8443, [::1]:8443": node_listen_next() reads it */
	bool tls; /* no: plain HTTP, for a proxy on the same machine */
	struct slice certificate, key, client_ca; /* PEM files; a relative path is in the node's folder */
	struct slice server_url; /* "https://csirt.example/": where people reach the page; empty: unknown */
	struct slice proxies; /* prefixes whose word on the client's address is believed */
	struct slice metrics; /* prefixes that may read /metrics without a token */
	uint32_t processes; /* web processes; 0: one a core, two at least */
	bool public_pages; /* pages and forms for people without an account */
	uint32_t second_factor; /* 1u << enum who_role: whose people must have one */
	/* [watch] */
	struct node_watch *watch; /* in the node's memory; each "folder" begins another */
	size_t watch_count;
};

#define NODE_WATCH_MAX 64
/* A folder or Maildir that the server takes in, and what is said of all that lies in it; empty: not said. */
struct node_watch {
	struct slice folder, feed, format;
	struct slice options; /* lines "key=value" */
};

#define NODE_LISTEN_MAX 16
#define NODE_PROCESSES_MAX 64

/* One address of `listen`: as getaddrinfo() takes it. */
struct node_listen { char host[256], port[8]; };
/* Take the next off *rest: STEP_ITEM, STEP_END or STEP_BAD. */
enum step node_listen_next(struct slice *rest, struct node_listen *out, struct err *e) MUST_USE;

enum node_mode {
	NODE_READ, /* look only */
	NODE_WRITE, /* take the lock; one at a time */
	/*
	 * Write what no process keeps in memory (accounts), in short transactions,
	 * while another may hold the lock: the server need not be stopped for it.
	 */
	NODE_BESIDE
};

struct node {
	char dir[3072];
	struct arena memory; /* of the configuration's texts */
	struct node_conf conf;
	struct store *store;
	struct archive *archive; /* NODE_WRITE only, or NULL */
	struct networks *networks; /* NULL: no table yet, or none that can be used */
	bool networks_bad; /* networks.tbl is there and cannot be used */
	struct warnings *warnings; /* node_warnings() */
	struct listed *listed; /* node_listed() */
	int lock_fd;
};

#define NODE_NONE { .lock_fd = -1 }

/* Make a folder, a configuration and an empty store. ERR_CONFLICT where a node is already. */
bool node_init(const char *dir, const struct node_conf *conf, struct err *e) MUST_USE;

/* What holds where entente.conf says nothing. */
void node_conf_defaults(struct node_conf *out);

/*
 * Open. ERR_ABSENT: there is no node (the text says how to make one);
 * ERR_CONFLICT: another process writes. A store of an older schema is brought
 * up to date first, under the lock, also for who only reads. A table of
 * networks that cannot be used is left out, with a warning.
 */
bool node_open(const char *dir, enum node_mode mode, struct node *out,
    struct err *e) MUST_USE;
void node_close(struct node *n);

/* What is never listed: read when it is first asked for, and the node's until it is closed. */
const struct warnings *node_warnings(struct node *n);
/* The same for objects of STIX (share/listed.h); read with the lists. */
struct listed;
struct listed *node_listed(struct node *n);

#define NODE_CONF_BYTES_MAX ((size_t)1 << 20)
/* The rights of files that are made from now on, and a clock that stands. */
void node_conf_apply(const struct node_conf *c);
/* As a person finds it: every setting, with what it is for. */
void node_conf_print(struct buf *b, const struct node_conf *c);

/* Only entente.conf, for whoever starts children before opening anything. */
bool node_conf_read(struct node *n, const char *dir, struct err *e) MUST_USE;
/* Would a text do as entente.conf? What it says is in n->conf; its texts lie in n->memory, also after a failure. */
bool node_conf_check(struct node *n, struct slice text, struct err *e) MUST_USE;

/* DIR/name; the text lives until the next call but 4. */
const char *node_path(const struct node *n, const char *name);
/* The same of a setting: an absolute path stays as it is, an empty one is NULL. */
const char *node_path_of(const struct node *n, struct slice setting);

#endif
