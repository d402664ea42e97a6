/*
 * journal: what is logged goes to systemd's journal with its fields, where
 * standard error is the journal's; else it stays lines on standard error.
 */
#ifndef SERVER_JOURNAL_H
#define SERVER_JOURNAL_H

#include "base/buf.h"
#include "base/log.h"

/* Before rights are given up; harmless where there is no journal. */
void journal_open(void);

/*
 * Send one line's fields (journal_print()) to a journal's socket; one that is
 * too large for a datagram goes as a sealed file in memory.
 */
bool journal_send(int sock, struct slice fields);

/*
 * A line as the journal's native protocol has it: MESSAGE, PRIORITY,
 * SYSLOG_IDENTIFIER, ENTENTE_EVENT, and of key=value and key="va\"lue" a field
 * ENTENTE_KEY each.
 */
void journal_print(struct buf *out, enum log_level level, const char *name, struct slice text);

#endif
