#include "base/pass.h"

#include <string.h>

void
pass_put(struct msghdr *m, union pass_room *room, int fd)
{
	struct cmsghdr *c = &room->align;

	if (fd < 0)
		return;
	memset(room, 0, sizeof(*room));
	pass_expect(m, room);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
}

void
pass_expect(struct msghdr *m, union pass_room *room)
{
	m->msg_control = room->bytes;
	m->msg_controllen = sizeof(room->bytes);
}

int
pass_take(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int fd = -1;

	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}
