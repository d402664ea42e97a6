#include "server/api_cache.h"

#include <stdlib.h>

#include "base/clock.h"

struct api_cache {
	struct contacts *contacts;
	int64_t version, read_ns;
};

/* Contacts end by the clock, too. */
#define KEEP_NS ((int64_t)3600 * 1000000000)

bool
api_contacts(struct api *a, const struct contacts **out, struct err *e)
{
	struct api_cache *cache = a->cache;
	int64_t version;

	if (!contacts_version(a->node->store, &version, e))
		return false;
	if (cache == NULL) {
		cache = a->cache = xalloc(sizeof(*cache));
		*cache = (struct api_cache){ .contacts = NULL };
	}
	if (cache->contacts == NULL || cache->version != version || clock_mono_ns() - cache->read_ns > KEEP_NS) {
		contacts_free(&cache->contacts);
		if (!contacts_load(a->node->store, &cache->contacts, e))
			return false;
		cache->version = version;
		cache->read_ns = clock_mono_ns();
	}
	*out = cache->contacts;
	return true;
}

void
api_fini(struct api *a)
{
	if (a->cache != NULL)
		contacts_free(&a->cache->contacts);
	free(a->cache);
	a->cache = NULL;
}
