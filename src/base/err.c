#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/lang.h"

/*
 * Formats are catalogue keys; msgfmt --check-format holds the translations to
 * the same arguments, which the compiler cannot see.
 */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

bool
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	e->cause[0] = '\0';
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), T(fmt), ap);
	va_end(ap);
	return false;
}

static enum err_code
code_of_errno(int code)
{
	switch (code) {
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case ENOENT:
	case ENOTDIR:
		return ERR_ABSENT;
	default:
		return ERR_SYSTEM;
	}
}

bool
err_sys(struct err *e, const char *fmt, ...)
{
	int code = errno;
	char head[384];
	va_list ap;

	e->code = code_of_errno(code);
	va_start(ap, fmt);
	(void)vsnprintf(head, sizeof(head), T(fmt), ap);
	va_end(ap);
	/* strerror speaks the C locale's English; the number is for the log. */
	(void)snprintf(e->text, sizeof(e->text), T("%s: %s"), head, strerror(code));
	(void)snprintf(e->cause, sizeof(e->cause), "errno=%d", code);
	return false;
}

/* What is left of text when it begins with the place, or its last name, already. */
static const char *
behind(const char *where, const char *text)
{
	const char *slash = strrchr(where, '/');
	const char *const names[] = { where, slash == NULL ? where : slash + 1 };

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(names[i]);

		if (n > 0 && strncmp(text, names[i], n) == 0 && strncmp(text + n, ": ", 2) == 0)
			return text + n + 2;
	}
	return text;
}

bool
err_within(struct err *e, const char *fmt, ...)
{
	char former[sizeof(e->text)];
	char where[256];
	va_list ap;

	memcpy(former, e->text, sizeof(former));
	former[sizeof(former) - 1] = '\0';
	va_start(ap, fmt);
	(void)vsnprintf(where, sizeof(where), T(fmt), ap);
	va_end(ap);
	(void)snprintf(e->text, sizeof(e->text), T("%s: %s"), where, behind(where, former));
	return false;
}

bool
err_cause(struct err *e, const char *fmt, ...)
{
	size_t used = strlen(e->cause);
	va_list ap;

	if (used > 0 && used + 2 < sizeof(e->cause)) {
		e->cause[used++] = ' ';
		e->cause[used] = '\0';
	}
	va_start(ap, fmt);
	(void)vsnprintf(e->cause + used, sizeof(e->cause) - used, fmt, ap);
	va_end(ap);
	return false;
}

int
err_exit_status(enum err_code code)
{
	/* sysexits.h where one fits; scripts may rely on these. */
	switch (code) {
	case ERR_NONE:
		return 0;
	case ERR_USAGE:
		return 64;
	case ERR_INPUT:
	case ERR_LIMIT:
		return 65;
	case ERR_ABSENT:
		return 66;
	case ERR_INTERNAL:
		return 70;
	case ERR_SYSTEM:
		return 74;
	case ERR_CONFLICT:
		return 75;
	case ERR_DENIED:
		return 77;
	}
	return 70;
}
