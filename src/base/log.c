#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/slice.h"

static enum log_level level_max = LOG_LEVEL_WARN;
static int log_fd = STDERR_FILENO;

void
log_level_set(enum log_level level)
{
	level_max = level;
}

void
log_fd_set(int fd)
{
	log_fd = fd;
}

void
log_write(enum log_level level, const char *name, const char *fmt, ...)
{
	static const char *const words[] = { "error", "warn", "info", "debug" };
	char line[2048];
	size_t step;
	va_list ap;
	int n;

	if (level > level_max)
		return;
	n = snprintf(line, sizeof(line), "%lld %s %s ", (long long)clock_now_s(),
	    words[level], name);
	va_start(ap, fmt);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	/* One event, one line: what came from outside must not begin another. */
	for (struct slice rest = slice_of(line, (size_t)n); rest.len > 0; rest = slice_from(rest, step)) {
		if (slice_shown(rest, &step) == SHOWN_NEVER)
			memset(line + ((size_t)n - rest.len), ' ', step);
	}
	line[n++] = '\n';
	/* One write a line, so that several processes do not mix theirs. */
	if (write(log_fd, line, (size_t)n) < 0)
		return; /* nowhere left to say it */
}

struct log_text
log_text_of(const char *text)
{
	struct log_text out;
	size_t n = 0;

	out.text[n++] = '"';
	for (; *text != '\0' && n < sizeof(out.text) - 3; text++) {
		if (*text == '"' || *text == '\\')
			out.text[n++] = '\\';
		out.text[n++] = *text;
	}
	out.text[n++] = '"';
	out.text[n] = '\0';
	return out;
}
