/*
 * outbox: a Maildir, into which every message goes exactly once, whatever dies
 * in between. A message's file is named by its notice and lies whole in tmp/,
 * on the disk, before its state says that it is on its way; from then on it
 * is either still in tmp/ or went into new/: a rename has no middle. Readers
 * of the Maildir may take it from new/ as soon as it is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "share/way.h"

struct outbox {
	char *dir;
	int fs; /* tmp/, open from the start: syncfs() tells of what went wrong since */
};

static void
outbox_close(void **state)
{
	struct outbox *o = *state;

	if (o == NULL)
		return;
	if (o->fs >= 0)
		(void)close(o->fs);
	free(o->dir);
	free(o);
	*state = NULL;
}

static bool
outbox_open(const struct way_options *options, void **state_out, struct err *e)
{
	static const char *const parts[] = { "tmp", "new", "cur" };
	struct outbox *o = xalloc(sizeof(*o));
	char path[PATH_TEXT_MAX];

	o->dir = xstrdup(options->outbox);
	o->fs = -1;
	*state_out = o;
	for (size_t i = 0; i < 3; i++) {
		if (!dir_make(path_join(path, o->dir, parts[i]), e)) {
			outbox_close(state_out);
			return false;
		}
	}
	o->fs = open(path_join(path, o->dir, "tmp"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (o->fs >= 0)
		return true;
	(void)err_sys(e, "%s", path);
	outbox_close(state_out);
	return false;
}

static void
path_of(const struct outbox *o, const char *part, struct slice id, char out[PATH_TEXT_MAX])
{
	char name[128], dir[PATH_TEXT_MAX];

	(void)snprintf(name, sizeof(name), "%.*s.eml", (int)(id.len > 100 ? 100 : id.len), (const char *)id.p);
	(void)path_join(out, path_join(dir, o->dir, part), name);
}

static bool
outbox_stage(void *state, const struct message *m, struct err *e)
{
	struct outbox *o = state;
	char tmp[PATH_TEXT_MAX];
	bool ok;
	int fd;

	path_of(o, "tmp", m->id, tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return err_sys(e, "%s", tmp);
	ok = fd_write_all(fd, m->bytes, e);
	if (close(fd) != 0 && ok)
		ok = err_sys(e, "writing failed");
	if (ok)
		return true;
	(void)unlink(tmp);
	return err_within(e, "%s", tmp);
}

/* All of the batch by one wait, and the folder with it: an fsync() each costs as many. */
static bool
outbox_staged(void *state, struct err *e)
{
	struct outbox *o = state;

	return syncfs(o->fs) == 0 || err_sys(e, "%s", o->dir);
}

static enum way_result
outbox_send(void *state, const struct message *m, char reply[WAY_REPLY_MAX])
{
	struct outbox *o = state;
	char tmp[PATH_TEXT_MAX], to[PATH_TEXT_MAX];

	path_of(o, "tmp", m->id, tmp);
	path_of(o, "new", m->id, to);
	if (rename(tmp, to) != 0) {
		(void)snprintf(reply, WAY_REPLY_MAX, "%.100s: %s", to, strerror(errno));
		return WAY_LATER;
	}
	(void)snprintf(reply, WAY_REPLY_MAX, "new/%.*s.eml", (int)(m->id.len > 100 ? 100 : m->id.len), (const char *)m->id.p);
	return WAY_SENT;
}

static bool
outbox_settle(void *state, struct err *e)
{
	struct outbox *o = state;
	char dir[PATH_TEXT_MAX];

	return dir_sync(path_join(dir, o->dir, "new"), e);
}

static bool
outbox_gone(void *state, struct slice id)
{
	struct outbox *o = state;
	char tmp[PATH_TEXT_MAX];

	path_of(o, "tmp", id, tmp);
	return !file_exists(tmp);
}

const struct way way_outbox = {
	.name = "outbox",
	.batch_max = WAY_BATCH_MAX,
	.open = outbox_open,
	.close = outbox_close,
	.stage = outbox_stage,
	.staged = outbox_staged,
	.send = outbox_send,
	.settle = outbox_settle,
	.gone = outbox_gone,
};
