/*
 * notices_bench [N [smtp|outbox]]: N notices with one finding each, made and sent to a Maildir
 * and to an SMTP sink beside us (a child process on loopback); mails a second
 * against the limit of 1,000.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attrib/contacts.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "share/notices.h"

#define LIMIT 1000.0

static void
fail(const struct err *e)
{
	fprintf(stderr, "notices_bench: %s\n", e->text);
	exit(1);
}

/* Takes every mail: greets, says 250 to all, 354 to DATA. One client at a time. */
static void
serve(int client)
{
	static char in[1 << 16];
	size_t have = 0;
	bool data = false;

	if (write(client, "220 sink\r\n", 10) < 0)
		return;
	for (;;) {
		ssize_t n = read(client, in + have, sizeof(in) - have - 1);
		char *line = in, *end;

		if (n <= 0)
			return;
		have += (size_t)n;
		in[have] = '\0';
		while ((end = strstr(line, "\r\n")) != NULL) {
			const char *answer = "250 ok\r\n";

			*end = '\0';
			if (data) {
				answer = strcmp(line, ".") == 0 ? "250 taken\r\n" : NULL;
				data = answer == NULL;
			} else if (strcmp(line, "DATA") == 0) {
				answer = "354 go on\r\n";
				data = true;
			} else if (strcmp(line, "QUIT") == 0) {
				answer = "221 bye\r\n";
			}
			if (answer != NULL && write(client, answer, strlen(answer)) < 0)
				return;
			line = end + 2;
		}
		have -= (size_t)(line - in);
		memmove(in, line, have);
	}
}

static pid_t
sink_start(unsigned short *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		exit(1);
	*port = ntohs(a.sin_port);
	pid = fork();
	if (pid == 0) {
		for (;;) {
			int client = accept(fd, NULL, NULL);

			if (client >= 0) {
				serve(client);
				(void)close(client);
			}
		}
	}
	(void)close(fd);
	return pid;
}

static struct store *
fill(const char *path, uint64_t n)
{
	struct report r = { .received_s = 1781700000, .name = S("bench"), .feed = S("bench"), .format = S("bench") };
	struct err e = ERR_INIT;
	struct store *s;
	int64_t id;
	bool known;

	(void)unlink(path);
	if (!store_open(path, &(struct db_options){ 0 }, &s, &e) || !report_add(s, &r, &id, &known, &e) ||
	    !report_begin(s, id, &e) || !store_batch_begin(s, id, NULL, &e))
		fail(&e);
	for (uint64_t i = 0; i < n; i++) {
		struct observation o = { .time_s = 1781700000, .asn = (uint32_t)(i + 1), .feed = S("bench"), .label = S("open-rdp") };
		char text[IP_TEXT_MAX];

		o.key = (struct finding_key){ .id = (int64_t)((0x0b000000 + i) << 31 | 7), .class = CLASS_VULNERABLE_SYSTEM,
			.kind = PLACE_IP, .ip = ip_of_v4((uint32_t)(0x0b000000 + i)), .identifier = S("open-rdp"), .port = 3389, .transport = S("tcp") };
		o.key.place = slice_of(text, ip_print(o.key.ip, text));
		if (!store_observe(s, &o, &e))
			fail(&e);
	}
	if (!store_batch_done(s, S("bench"), &e) || !db_begin(store_db(s), &e))
		fail(&e);
	for (uint64_t i = 0; i < n; i++) {
		char asn[24], mail[64];
		struct contact c = { .layer = LAYER_MANUAL, .scope = SCOPE_ASN, .lang_known = true, .lang = (enum lang)(i % LANG_COUNT), .format = S("csv,xarf") };

		(void)snprintf(asn, sizeof(asn), "%" PRIu64, i + 1);
		(void)snprintf(mail, sizeof(mail), "abuse@as%" PRIu64 ".example", i + 1);
		c.value = slice_of_str(asn);
		c.email = slice_of_str(mail);
		if (!contact_put(s, &c, NULL, &e))
			fail(&e);
	}
	if (!db_commit(store_db(s), &e))
		fail(&e);
	return s;
}

static void
measure(const char *what, const char *way, const char *dir, uint64_t n, const char *url)
{
	struct way_options wo = { .outbox = dir, .url = slice_of_str(url), .tls = S("off") };
	struct notices_options o = { .name = S("CSIRT of Exampleland"), .mail = S("csirt@demo.example"), .lang = LANG_EN,
		.interval_s = 86400, .tlp = TLP_AMBER, .now_s = 1781700000 };
	struct notices_summary sum = { 0 };
	struct contacts *contacts;
	char path[PATH_TEXT_MAX];
	struct err e = ERR_INIT;
	struct store *s = fill(path_join(path, dir, way), n);
	int64_t begun = clock_mono_ns(), prepared;
	double made_s, sent_s;

	if (!contacts_load(s, &contacts, &e) || !notices_prepare(s, contacts, &o, &sum, &e))
		fail(&e);
	prepared = clock_mono_ns();
	if (!notices_send(s, contacts, way_find(slice_of_str(way)), &wo, &o, NULL, &sum, &e))
		fail(&e);
	made_s = (double)(prepared - begun) / 1e9;
	sent_s = (double)(clock_mono_ns() - prepared) / 1e9;
	printf("%-8s %" PRIu64 " made in %.2f s (%.0f/s), %" PRIu64 " sent in %.2f s (%.0f/s); together %.0f mails/s, ratio to 1,000: %.2f\n", what,
	    sum.notices, made_s, (double)sum.notices / made_s, sum.sent, sent_s, (double)sum.sent / sent_s,
	    (double)sum.sent / (made_s + sent_s), (double)sum.sent / (made_s + sent_s) / LIMIT);
	contacts_free(&contacts);
	store_close(&s);
}

int
main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 5000;
	const char *only = argc > 2 ? argv[2] : "";
	char dir[] = "/tmp/entente-notices-XXXXXX", url[64], command[128];
	unsigned short port;
	pid_t sink;

	if (mkdtemp(dir) == NULL)
		return 1;
	sink = sink_start(&port);
	(void)snprintf(url, sizeof(url), "smtp://127.0.0.1:%u", port);
	if (strcmp(only, "outbox") != 0)
		measure("SMTP", "smtp", dir, n, url);
	if (strcmp(only, "smtp") != 0)
		measure("Maildir", "outbox", dir, n, url);
	(void)kill(sink, SIGTERM);
	(void)waitpid(sink, NULL, 0);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	/* NOLINTNEXTLINE(cert-env33-c): a folder of our own */
	return system(command) == 0 ? 0 : 1;
}
