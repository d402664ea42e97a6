#include "server/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/pass.h"

#define JOURNAL_PATH "/run/systemd/journal/socket"
#define FIELDS_MAX 24

static int journal_fd = -1;

/* A value with a line's end goes with its length; ours have none, so they stay text. */
static void
field(struct buf *out, const char *name, struct slice value)
{
	buf_printf(out, "%s=", name);
	for (size_t i = 0; i < value.len; i++)
		buf_byte(out, value.p[i] == '\n' ? ' ' : value.p[i]);
	buf_byte(out, '\n');
}

static bool
key_ok(struct slice key)
{
	for (size_t i = 0; i < key.len; i++) {
		if (!byte_is_alpha(key.p[i]) && !(i > 0 && (byte_is_digit(key.p[i]) || key.p[i] == '_')))
			return false;
	}
	return key.len > 0 && key.len <= 40;
}

/* A value off *rest: to the next space, or what stands in quotes, unescaped into mem. */
static struct slice
value_take(struct slice *rest, char *mem, size_t cap)
{
	size_t n = 0, i = 0;
	bool quoted = rest->len > 0 && rest->p[0] == '"';

	for (i = quoted; i < rest->len && n < cap; i++) {
		if (quoted ? rest->p[i] == '"' : rest->p[i] == ' ')
			break;
		if (quoted && rest->p[i] == '\\' && i + 1 < rest->len)
			i++;
		mem[n++] = (char)rest->p[i];
	}
	*rest = slice_from(*rest, i + quoted);
	return slice_of(mem, n);
}

void
journal_print(struct buf *out, enum log_level level, const char *name, struct slice text)
{
	static const char *const priorities[] = { "3", "4", "6", "7" };
	struct slice rest = text;
	char mem[1024], key[64];

	field(out, "SYSLOG_IDENTIFIER", S("entente"));
	field(out, "PRIORITY", slice_of_str(priorities[level]));
	field(out, "ENTENTE_EVENT", slice_of_str(name));
	buf_printf(out, "MESSAGE=%s ", name);
	buf_put(out, text);
	buf_byte(out, '\n');
	for (int i = 0; i < FIELDS_MAX && rest.len > 0; i++) {
		size_t eq = slice_find_byte(rest, '=');
		struct slice word = slice_trim(slice_sub(rest, 0, eq == SIZE_MAX ? rest.len : eq)), value;

		if (eq == SIZE_MAX)
			break;
		rest = slice_from(rest, eq + 1);
		value = value_take(&rest, mem, sizeof(mem));
		if (!key_ok(word))
			continue;
		(void)snprintf(key, sizeof(key), "ENTENTE_%.*s", SLICE_ARG(word));
		for (char *c = key; *c != '\0'; c++)
			*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
		field(out, key, value);
	}
}

/* The journal takes a descriptor of what nobody can change any more. */
static bool
send_file(int sock, struct slice fields)
{
	int fd = memfd_create("entente-log", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	union pass_room room;
	struct msghdr m = { 0 };
	struct err e = ERR_INIT;
	bool ok;

	if (fd < 0)
		return false;
	ok = fd_write_all(fd, fields, &e) && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0;
	pass_put(&m, &room, fd);
	ok = ok && sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == 0;
	(void)close(fd);
	return ok;
}

bool
journal_send(int sock, struct slice fields)
{
	if (send(sock, fields.p, fields.len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)fields.len)
		return true;
	return (errno == EMSGSIZE || errno == ENOBUFS) && send_file(sock, fields);
}

static bool
to_journal(enum log_level level, const char *name, const char *text)
{
	struct buf b;
	bool ok;

	buf_init(&b, (size_t)256 << 10);
	journal_print(&b, level, name, slice_of_str(text));
	ok = buf_ok(&b) && journal_send(journal_fd, buf_view(&b));
	buf_fini(&b);
	return ok;
}

/* JOURNAL_STREAM is "device:inode" of what standard error was made as. */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
		return false;
	(void)snprintf(ours, sizeof(ours), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	return strcmp(ours, stream) == 0;
}

void
journal_open(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = JOURNAL_PATH };

	if (!stderr_is_journal() || (journal_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return;
	if (connect(journal_fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		(void)close(journal_fd);
		journal_fd = -1;
		return;
	}
	log_sink_set(to_journal);
}
