/*
 * pass: a file descriptor that goes along with bytes over a Unix socket
 * (SCM_RIGHTS, unix(7)).
 */
#ifndef BASE_PASS_H
#define BASE_PASS_H

#include <sys/socket.h>

/* Room for one beside a message; it must stay until the message is sent, or its descriptor taken. */
union pass_room {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* fd goes along with m; negative: none does. It stays the caller's. */
void pass_put(struct msghdr *m, union pass_room *room, int fd);
/* Before recvmsg(): room for one. */
void pass_expect(struct msghdr *m, union pass_room *room);
/* The one that came along, the caller's from now on; -1: none. */
int pass_take(struct msghdr *m);

#endif
