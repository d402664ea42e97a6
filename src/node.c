#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "share/listed.h"
#include "store/findings.h"

const char *
node_path(const struct node *n, const char *name)
{
	static char paths[4][4096];
	static unsigned next;
	char *p = paths[next++ % 4];

	(void)snprintf(p, sizeof(paths[0]), "%s/%s", n->dir, name);
	return p;
}

const char *
node_path_of(const struct node *n, struct slice setting)
{
	static char paths[4][4096];
	static unsigned next;
	char *p = paths[next++ % 4];

	if (setting.len == 0)
		return NULL;
	if (setting.p[0] == '/')
		(void)snprintf(p, sizeof(paths[0]), "%.*s", SLICE_ARG(setting));
	else
		(void)snprintf(p, sizeof(paths[0]), "%s/%.*s", n->dir, SLICE_ARG(setting));
	return p;
}

/* A folder that was there before: what others may do in it ends. */
static bool
dir_narrow(const char *dir, bool group, struct err *e)
{
	struct stat st;

	if (stat(dir, &st) != 0)
		return err_sys(e, "%s", dir);
	if ((st.st_mode & (group ? 027 : 077)) == 0 && (st.st_mode & 01000) == 0)
		return true;
	return chmod(dir, group ? 0750 : 0700) == 0 || err_sys(e, "%s", dir);
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
	if (conf == NULL) {
		node_conf_defaults(&n.conf);
		conf = &n.conf;
	}
	node_conf_apply(conf);
	buf_init(&text, NODE_CONF_BYTES_MAX);
	node_conf_print(&text, conf);
	if (!dir_make(dir, e) || !dir_narrow(dir, conf->group, e) || !dir_make(node_path(&n, "feeds"), e) ||
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

/* An older schema, met by who only looks: brought up to date under the lock. */
static bool
store_update(struct node *n, struct err *e)
{
	struct db_options options = { .durable = true };
	struct store *s = NULL;
	bool ok = lock_take(n, e) && store_open(node_path(n, "store.db"), &options, &s, e);

	store_close(&s);
	if (n->lock_fd >= 0)
		(void)close(n->lock_fd);
	n->lock_fd = -1;
	return ok;
}

static bool
store_get(struct node *n, bool write, struct err *e)
{
	struct db_options options = { .read_only = !write, .durable = true };
	const char *path = node_path(n, "store.db");

	if (!write && !file_exists(path))
		return err_set(e, ERR_ABSENT, "%s is gone; put a copy of it back, or make it again from the archive: entente replay --node %s",
		    path, n->dir);
	if (store_open(path, &options, &n->store, e))
		return true;
	return !write && e->code == ERR_CONFLICT && store_update(n, e) &&
	    store_open(path, &options, &n->store, e);
}

/* Beside the one who holds the lock the schema is as it is: ours, or this fails. */
static bool
store_beside(struct node *n, struct err *e)
{
	if (lock_take(n, e))
		return store_get(n, true, e);
	if (e->code != ERR_CONFLICT)
		return false;
	if (n->lock_fd >= 0)
		(void)close(n->lock_fd);
	n->lock_fd = -1;
	if (!store_open(node_path(n, "store.db"), &(struct db_options){ .read_only = true }, &n->store, e))
		return false;
	store_close(&n->store);
	return store_get(n, true, e);
}

/* A table that cannot be used costs what it would tell, not the command. */
static void
networks_get(struct node *n)
{
	struct err e = ERR_INIT;

	if (!file_exists(node_path(n, "networks.tbl")) ||
	    networks_open(node_path(n, "networks.tbl"), &n->networks, &e))
		return;
	n->networks_bad = true;
	log_warn("networks.refused", "reason=%s", LOG_TEXT(e.text));
}

bool
node_open(const char *dir, enum node_mode mode, struct node *out, struct err *e)
{
	bool write = mode == NODE_WRITE;

	if (!node_conf_read(out, dir, e))
		return false;
	if ((write && !lock_take(out, e)) ||
	    !(mode == NODE_BESIDE ? store_beside(out, e) : store_get(out, write, e)) ||
	    !archive_open(node_path(out, "archive"), &out->archive, e)) {
		node_close(out);
		return false;
	}
	store_columns_open(out->store, node_path(out, "columns"));
	if (mode == NODE_BESIDE)
		store_columns_beside(out->store);
	networks_get(out);
	return true;
}

void
node_close(struct node *n)
{
	networks_close(&n->networks);
	listed_free(&n->listed);
	warnings_free(&n->warnings);
	store_close(&n->store);
	archive_close(&n->archive);
	if (n->lock_fd >= 0)
		(void)close(n->lock_fd);
	arena_fini(&n->memory);
	*n = (struct node)NODE_NONE;
}

static void
warnings_said(void *cookie, const char *path, const struct err *why)
{
	(void)cookie;
	if (why != NULL)
		log_warn("warnings.refused", "file=%s reason=%s", LOG_TEXT(path), LOG_TEXT(why->text));
}

const struct warnings *
node_warnings(struct node *n)
{
	if (n->warnings == NULL) {
		n->warnings = warnings_new();
		warnings_add_folder(n->warnings, node_path(n, "warnings"), warnings_said, NULL);
	}
	return n->warnings;
}

struct listed *
node_listed(struct node *n)
{
	if (n->listed == NULL)
		n->listed = listed_new(node_warnings(n));
	return n->listed;
}
