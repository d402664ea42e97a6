/* What becomes of a notice by what the mail server says at each step. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "share/share_testing.h"

/* What our server says to a command; "" hangs up. */
struct sink {
	const char *name;
	const char *greeting, *auth, *mail, *rcpt, *dot; /* NULL: the good answer */
	bool cut_in_data;
	/* what is to come of one notice after a run */
	const char *state, *reply;
	uint64_t later, never, uncertain, sent;
	int64_t attempts;
};

static const struct sink sinks[] = {
	{ .name = "taken", .state = "sent", .reply = "250 taken", .sent = 4, .attempts = 1 },
	{ .name = "no such user", .rcpt = "550 no such user", .state = "refused", .reply = "550 no such user", .never = 4, .attempts = 1 },
	{ .name = "greylisted", .rcpt = "451 come back", .state = "failed", .reply = "451 come back", .later = 4, .attempts = 1 },
	{ .name = "refused after the dot", .dot = "554 no", .state = "refused", .reply = "554 no", .never = 4, .attempts = 1 },
	{ .name = "later after the dot", .dot = "452 full", .state = "failed", .reply = "452 full", .later = 4, .attempts = 1 },
	/* These are about us, not about a contact: nothing is given up, and one try is enough. */
	{ .name = "wrong password", .auth = "535 no", .state = "failed", .reply = "535 no", .later = 1 },
	{ .name = "our address is refused", .mail = "550 not you", .state = "failed", .reply = "550 not you", .later = 1 },
	{ .name = "turned away at the door", .greeting = "554 go away", .state = "failed", .reply = "554 go away", .later = 1 },
	/* The message may have arrived: a person decides. */
	{ .name = "cut after the dot", .dot = "", .state = "uncertain", .reply = "354 go on", .uncertain = 4, .attempts = 1 },
	{ .name = "cut in the message", .cut_in_data = true, .state = "uncertain", .reply = "354 go on", .uncertain = 4, .attempts = 1 },
};

/* One client; a byte on log for each message that came whole. */
static void
sink_serve(const struct sink *k, int fd, int log)
{
	FILE *in = fdopen(fd, "r");
	char line[2048];
	bool data = false;

	dprintf(fd, "%s\r\n", k->greeting == NULL ? "220 sink" : k->greeting);
	while (in != NULL && fgets(line, sizeof(line), in) != NULL) {
		const char *answer = "250 ok";

		if (data) {
			if (k->cut_in_data)
				break;
			if (strcmp(line, ".\r\n") != 0)
				continue;
			data = false;
			answer = k->dot == NULL ? "250 taken" : k->dot;
			if (write(log, "m", 1) != 1 || answer[0] == '\0')
				break;
		} else if (strncmp(line, "EHLO", 4) == 0) {
			answer = k->auth == NULL ? "250 sink" : "250-sink\r\n250 AUTH PLAIN";
		} else if (strncmp(line, "AUTH", 4) == 0) {
			answer = k->auth;
		} else if (strncmp(line, "MAIL", 4) == 0 && k->mail != NULL) {
			answer = k->mail;
		} else if (strncmp(line, "RCPT", 4) == 0 && k->rcpt != NULL) {
			answer = k->rcpt;
		} else if (strncmp(line, "DATA", 4) == 0) {
			answer = "354 go on";
			data = true;
		} else if (strncmp(line, "QUIT", 4) == 0) {
			answer = "221 bye";
		}
		dprintf(fd, "%s\r\n", answer);
	}
	if (in != NULL)
		(void)fclose(in);
}

static pid_t
sink_start(const struct sink *k, int log, unsigned *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, 16) == 0 &&
	    getsockname(fd, (struct sockaddr *)&a, &len) == 0);
	*port = ntohs(a.sin_port);
	pid = fork();
	if (pid == 0) {
		(void)signal(SIGPIPE, SIG_IGN);
		(void)alarm(60); /* whatever becomes of the test */
		for (;;) {
			int client = accept(fd, NULL, NULL);

			if (client >= 0)
				sink_serve(k, client, log);
		}
	}
	(void)close(fd);
	return pid;
}

static void
sink_case(const struct sink *k, size_t i)
{
	char name[32], url[64], sql[160], got[8];
	struct notices_summary sum = { 0 };
	struct way_options wo = { .tls = S("off") };
	struct err e = ERR_INIT;
	struct store *s;
	unsigned port = 0;
	ssize_t came;
	int log[2];
	pid_t pid;

	(void)snprintf(name, sizeof(name), "sink%zu", i);
	s = filled(name);
	if (!CHECK(pipe(log) == 0))
		return;
	pid = sink_start(k, log[1], &port);
	(void)close(log[1]);
	(void)snprintf(url, sizeof(url), "smtp://127.0.0.1:%u", port);
	wo.url = slice_of_str(url);
	wo.user = k->auth == NULL ? S("") : S("u");
	for (int run = 0; run < 2; run++) {
		struct notices_summary made = prepare(s);

		CHECK_INT(made.notices, run == 0 ? 4 : 0); /* also a refused one is not made anew */
		if (run == 0)
			CHECK_OK(send_all(s, &way_smtp, &wo, &sum, &e), &e);
	}
	CHECK_INT(sum.sent, k->sent);
	CHECK_INT(sum.later, k->later);
	CHECK_INT(sum.never, k->never);
	CHECK_INT(sum.uncertain, k->uncertain);
	(void)snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM notice WHERE state = '%s' AND reply = '%s' AND attempts = %d", k->state, k->reply, (int)k->attempts);
	CHECK_INT(number(s, sql), k->later + k->never + k->uncertain + k->sent);
	/* What is sent, uncertain or refused leaves no second time by itself. */
	if (k->later == 0)
		CHECK_OK(send_all(s, &way_smtp, &wo, &sum, &e), &e);
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	came = read(log[0], got, sizeof(got));
	CHECK_INT(came, k->rcpt == NULL && k->sent + k->later + k->never + k->uncertain == 4 && !k->cut_in_data ? 4 : 0);
	(void)close(log[0]);
	store_close(&s);
}

TEST(smtp_answers)
{
	for (size_t i = 0; i < sizeof(sinks) / sizeof(sinks[0]); i++) {
		test_case("%s", sinks[i].name);
		sink_case(&sinks[i], i);
	}
}

int
main(void)
{
	RUN(smtp_answers);
	return test_end();
}
