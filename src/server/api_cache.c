#include "server/api_cache.h"

#include <stdlib.h>

#include "base/clock.h"

struct api_cache {
	struct contacts *contacts;
	int64_t version, read_ns;
	struct agreements agreements;
	bool agreements_read;
	int64_t agreements_version, agreements_ns;
};

/* Contacts end by the clock, too. */
#define KEEP_NS ((int64_t)3600 * 1000000000)

static struct api_cache *
cache_of(struct api *a)
{
	if (a->cache == NULL) {
		a->cache = xalloc(sizeof(*a->cache));
		*a->cache = (struct api_cache){ .contacts = NULL };
	}
	return a->cache;
}

bool
api_contacts(struct api *a, const struct contacts **out, struct err *e)
{
	struct api_cache *cache = cache_of(a);
	int64_t version;

	if (!contacts_version(a->node->store, &version, e))
		return false;
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

bool
api_agreements(struct api *a, int64_t now_s, const struct agreements **out, struct err *e)
{
	struct api_cache *cache = cache_of(a);
	int64_t version;

	if (!agreements_version(a->node->store, &version, e))
		return false;
	if (!cache->agreements_read || cache->agreements_version != version || clock_mono_ns() - cache->agreements_ns > KEEP_NS) {
		cache->agreements_read = false;
		agreements_fini(&cache->agreements);
		if (!agreements_load(a->node->store, now_s, &cache->agreements, e))
			return false;
		cache->agreements_read = true;
		cache->agreements_version = version;
		cache->agreements_ns = clock_mono_ns();
	}
	*out = &cache->agreements;
	return true;
}

void
api_fini(struct api *a)
{
	if (a->cache != NULL) {
		contacts_free(&a->cache->contacts);
		agreements_fini(&a->cache->agreements);
	}
	free(a->cache);
	a->cache = NULL;
}
