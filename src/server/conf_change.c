#include "server/conf_change.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "server/auth_room.h"

#define CONF "entente.conf"
#define NEXT CONF ".next"
#define ROW "conf.next" /* "SHA256-BEFORE SHA256-AFTER" */
#define ROW_MAX (2 * SHA256_HEX + 2)

static struct slice
row_print(struct slice before, struct slice after, char out[ROW_MAX])
{
	struct sha256 b = sha256_of(before), a = sha256_of(after);

	sha256_hex(&b, out);
	out[SHA256_HEX] = ' ';
	sha256_hex(&a, out + SHA256_HEX + 1);
	return slice_of(out, 2 * SHA256_HEX + 1);
}

/* The file's new name is on disk too. */
static bool
take_place(const struct node *n, struct err *e)
{
	char next[4096], conf[4096];

	(void)snprintf(next, sizeof(next), "%s", node_path(n, NEXT));
	(void)snprintf(conf, sizeof(conf), "%s", node_path(n, CONF));
	if (rename(next, conf) != 0)
		return err_sys(e, "%s", conf);
	return dir_sync(n->dir, e);
}

bool
conf_change(const struct node *n, struct slice before, struct slice after,
    bool (*line)(void *cookie, struct err *e), void *cookie, struct err *e)
{
	struct auth_change ch;
	char row[ROW_MAX];
	bool ok;

	if (!file_write(node_path(n, NEXT), after, e))
		return false;
	ok = auth_change_begin(&ch, n->store, e) &&
	    auth_change_close(&ch, store_setting_put(n->store, S(ROW), row_print(before, after, row), e) && line(cookie, e), e);
	/* Where the disk says no to a name, the row is of a file that is not there, which is nothing. */
	ok = ok && take_place(n, e);
	if (!ok)
		(void)unlink(node_path(n, NEXT));
	return ok;
}

static bool
row_is(const struct node *n, struct slice before, struct slice after, bool *is_out, struct err *e)
{
	char row[ROW_MAX];
	struct slice value;
	struct arena a;
	bool ok;

	arena_init(&a, 4096);
	ok = store_setting(n->store, S(ROW), &a, &value, e);
	*is_out = ok && slice_eq(value, row_print(before, after, row));
	arena_fini(&a);
	return ok;
}

bool
conf_change_finish(const struct node *n, bool *did_out, struct err *e)
{
	struct buf before, after;
	bool ok;

	*did_out = false;
	if (!file_exists(node_path(n, NEXT)))
		return true;
	buf_init(&before, NODE_CONF_BYTES_MAX);
	buf_init(&after, NODE_CONF_BYTES_MAX);
	ok = file_read(node_path(n, CONF), &before, e) && file_read(node_path(n, NEXT), &after, e) &&
	    row_is(n, buf_view(&before), buf_view(&after), did_out, e);
	if (ok && *did_out)
		ok = take_place(n, e);
	else if (ok && unlink(node_path(n, NEXT)) != 0 && errno != ENOENT)
		ok = err_sys(e, "%s", NEXT);
	if (ok)
		log_info("settings.finished", "changed=%s", *did_out ? "yes" : "no");
	buf_fini(&before);
	buf_fini(&after);
	return ok;
}
