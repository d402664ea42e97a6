/*
 * outbox: a Maildir. A message's file is named by its notice, so that writing
 * it again after a crash puts nothing there twice.
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
};

static void
outbox_close(void **state)
{
	struct outbox *o = *state;

	if (o == NULL)
		return;
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
	*state_out = o;
	for (size_t i = 0; i < 3; i++) {
		if (!dir_make(path_join(path, o->dir, parts[i]), e)) {
			outbox_close(state_out);
			return false;
		}
	}
	return true;
}

static enum way_result
failed(char reply[WAY_REPLY_MAX], const char *what)
{
	(void)snprintf(reply, WAY_REPLY_MAX, "%.100s: %s", what, strerror(errno));
	return WAY_LATER;
}

static enum way_result
outbox_send(void *state, const struct message *m, char reply[WAY_REPLY_MAX])
{
	struct outbox *o = state;
	char name[128], tmp[PATH_TEXT_MAX], to[PATH_TEXT_MAX], part[PATH_TEXT_MAX];
	struct err e = ERR_INIT;
	int fd;

	(void)snprintf(name, sizeof(name), "%.*s.eml", (int)(m->id.len > 100 ? 100 : m->id.len), (const char *)m->id.p);
	(void)path_join(tmp, path_join(part, o->dir, "tmp"), name);
	(void)path_join(to, path_join(part, o->dir, "new"), name);
	reply[0] = '\0';
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return failed(reply, tmp);
	if (!fd_write_all(fd, m->bytes, &e) || fsync(fd) != 0) {
		(void)close(fd);
		(void)unlink(tmp);
		return failed(reply, tmp);
	}
	if (close(fd) != 0 || rename(tmp, to) != 0)
		return failed(reply, to);
	(void)snprintf(reply, WAY_REPLY_MAX, "new/%s", name);
	return WAY_SENT;
}

const struct way way_outbox = {
	.name = "outbox",
	.open = outbox_open,
	.send = outbox_send,
	.close = outbox_close,
	.again_is_safe = true,
};
