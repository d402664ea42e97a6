/* A node's configuration as any text: it is read, or refused with a sentence that names the file. */
#include "node.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/fuzz-node-XXXXXX", path[64];

static void
forget(void)
{
	(void)unlink(path);
	(void)rmdir(dir);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct err e = ERR_INIT;
	struct node n = NODE_NONE;

	if (fd < 0) {
		if (mkdtemp(dir) == NULL)
			abort();
		(void)snprintf(path, sizeof(path), "%s/entente.conf", dir);
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || atexit(forget) != 0)
			abort();
	}
	if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	if (node_conf_read(&n, dir, &e)) {
		if (n.conf.interval_s == 0 || n.conf.reader_seconds == 0)
			abort();
		arena_fini(&n.memory);
	} else if (e.text[0] == '\0' || strstr(e.text, "entente.conf") == NULL) {
		abort();
	}
	return 0;
}
