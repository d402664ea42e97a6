/*
 * err: why something failed, as a sentence for a person.
 * text is for whoever can act on it and may leave the machine; cause is for
 * our log alone (errno, SQL state, a path). Texts go through the message
 * catalogue: the format given here is the message's key (base/lang.h).
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

enum err_code {
	ERR_NONE = 0,
	ERR_INPUT, /* what came from outside is wrong */
	ERR_LIMIT, /* it is larger, deeper or slower than we allow */
	ERR_ABSENT, /* what was named is not there */
	ERR_DENIED, /* a rule or a right says no */
	ERR_CONFLICT, /* it is there already, or in another state */
	ERR_SYSTEM, /* disk, memory, network, database */
	ERR_USAGE, /* the command line is wrong */
	ERR_INTERNAL /* our own mistake */
};

struct err {
	enum err_code code;
	char text[512];
	char cause[256];
};

#define ERR_INIT { ERR_NONE, "", "" }

/* Set text from a format and return false. The former text is lost. */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * As err_set, with errno's name kept in cause. The code is by errno: ERR_DENIED
 * where a right is missing, ERR_ABSENT where nothing is there, else ERR_SYSTEM.
 */
bool err_sys(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Put "where: " in front of the text, once, and return false. */
bool err_within(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Add to what the log shall know; returns false. */
bool err_cause(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The exit status of the program for a code (sysexits where one fits). */
int err_exit_status(enum err_code code);

#endif
