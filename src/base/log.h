/*
 * log: one line an event: time, level, a stable name, then key=value with the
 * unit in the key. Goes to standard error. No secrets, no message bodies.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* What is not said: everything over this level. Default: warn. */
void log_level_set(enum log_level level);
/* By file descriptor; default 2. */
void log_fd_set(int fd);
/* Takes each line instead; where it gives false the line goes to the descriptor after all. */
void log_sink_set(bool (*sink)(enum log_level level, const char *name, const char *text));

void log_write(enum log_level level, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* A text as a value: in quotes, with its own quotes escaped. */
struct log_text {
	char text[800];
};
struct log_text log_text_of(const char *text);
#define LOG_TEXT(t) (log_text_of(t).text)

#endif
