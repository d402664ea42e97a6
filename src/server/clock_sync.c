/*
 * clock_sync: exchanges with partners that are due: the courier is told that there
 * are some, and finds in the store which.
 */
#include "base/clock.h"
#include "server/courier.h"
#include "server/keeper.h"
#include "store/sync.h"

bool
clock_sync(struct keeper *k, struct err *e)
{
	struct peer *p = keeper_peer(k, COURIER_SLOT);
	struct ids ids = { 0 };
	struct err why = ERR_INIT;
	bool ok;

	if (p == NULL)
		return true;
	ok = sync_due(k->node->store, false, clock_now_s(), &ids, e);
	if (ok && ids.count > 0 && !link_changed_send(p->link, "sync", 0, &why))
		link_free(&p->link);
	ids_fini(&ids);
	return ok;
}
