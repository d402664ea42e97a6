/*
 * supervise: the children of a server. For serve.c and supervise.c.
 */
#ifndef SERVER_SUPERVISE_H
#define SERVER_SUPERVISE_H

#include <sys/types.h>

#include "server/control.h"
#include "server/listen.h"
#include "server/serve.h"

enum role { ROLE_KEEPER, ROLE_WEB, ROLE_TELLER, ROLE_HERALD, ROLE_COURIER, ROLE_COUNT };
enum child_state { CHILD_NONE, CHILD_STARTING, CHILD_READY, CHILD_STOPPING };

struct child {
	enum role role;
	enum child_state state;
	pid_t pid;
	int control;
	unsigned generation; /* of the settings it was started with */
	int64_t begun_ns, kill_ns; /* kill_ns: when patience ends; 0: not */
};

/* When a role is started again after its children died. */
struct patience {
	int64_t wait_ms, again_ns;
};

struct supervisor {
	const struct serve_options *options;
	struct listeners listeners;
	struct board *board;
	struct limits_shared *rates;
	bool tls;
	unsigned wanted; /* web processes */
	uint8_t ticket_secret[TICKET_SECRET_BYTES];
	struct child keeper, teller, herald, courier, webs[BOARD_WEBS];
	struct patience patience[ROLE_COUNT];
	unsigned generation; /* of settings, tables of networks: the front is replaced */
	unsigned settings; /* of settings alone: the keeper and who works beside it, too */
	int64_t networks_ns, looked_ns; /* date of the table of networks, when it was looked at */
	bool ready; /* it was said */
	bool stopping, anew; /* anew: the program starts itself again */
	bool reload; /* asked for and not begun */
	bool reloading; /* begun, and the old ones are not all replaced */
	int64_t watchdog_ns, fed_ns; /* how often the service manager is told that all is well (0: never), and when it was */
	bool failed; /* the first start failed */
	int64_t begun_ns;
	int signals; /* signalfd */
};

bool supervise(struct supervisor *s, struct err *e) MUST_USE;
unsigned supervise_processes(const struct node_conf *c);

/* serve.c */
bool serve_conf_check(const struct node *n, struct err *e) MUST_USE;
/* The service manager's protocol, sd_notify(3): where there is none, nothing. */
void serve_notify(const char *state);
void serve_notify_reloading(void);
/* Half of the time in which it wants to hear of us; 0: it does not. */
int64_t serve_watchdog_ns(void);

#endif
