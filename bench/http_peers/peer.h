/*
 * What the small servers of bench/http_peers have in common: a port, an optional
 * certificate, a document of 20,000 bytes for GET, and POST bodies that go into
 * an unnamed file. They exist to compare libraries (docs/decisions/0080).
 */
#ifndef PEER_H
#define PEER_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DOC_BYTES 20000
static char doc[DOC_BYTES + 1];
static int port;
static const char *cert, *key;

/* peer PORT [CERT KEY] */
static inline void
peer_begin(int argc, char **argv)
{
	size_t n = 0;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 2)
		exit(64);
	port = atoi(argv[1]);
	if (argc > 3) {
		cert = argv[2];
		key = argv[3];
	}
	while (n + 80 < DOC_BYTES)
		n += (size_t)sprintf(doc + n, "{\"id\":\"%zu\",\"class\":\"open-resolver\",\"ip\":\"192.0.2.%zu\"},", n, n % 250);
	memset(doc + n, ' ', DOC_BYTES - n);
}

static inline int
peer_file(void)
{
	return open("/var/tmp", O_TMPFILE | O_RDWR, 0600);
}

#endif
