/* taxii_look: what collections a server has, for people who set an exchange up. */
#include "base/clock.h"
#include "parse/domain.h"
#include "share/taxii_client.h"

#define WAIT_MS 500

static bool
ask(struct taxii_client *c, const struct taxii_access *access, struct slice url, int64_t now_s, struct arena *a, const struct json **out, struct err *e)
{
	struct taxii_call *call;
	bool ok;

	if (!taxii_call_begin(c, access, url, SLICE_NONE, TAXII_SMALL_BYTES_MAX, now_s, &call, e))
		return false;
	while (!taxii_call_done(call))
		taxii_client_wait(c, NULL, 0, WAIT_MS);
	ok = taxii_call_result(call, e) == TAXII_GOOD && taxii_tree_read(arena_copy(a, taxii_call_body(call)), a, out, e);
	taxii_call_free(&call);
	return ok;
}

/* An address within one that was asked: absolute, or of the same server (RFC 3986 section 4.2). */
static struct slice
joined(struct slice base, struct slice path, struct arena *a)
{
	struct url u, v;

	if (path.len > 0 && path.p[0] == '/' && url_split(base, &u))
		return arena_printf(a, "%.*s%.*s", SLICE_ARG(slice_sub(base, 0, base.len - u.path.len)), SLICE_ARG(path));
	return url_split(path, &v) ? path : SLICE_NONE;
}

static struct slice
with_slash(struct slice url, struct arena *a)
{
	return url.len > 0 && url.p[url.len - 1] == '/' ? url : arena_printf(a, "%.*s/", SLICE_ARG(url));
}

static bool
root_look(struct taxii_client *c, const struct taxii_access *access, struct slice root, struct slice title, int64_t now_s,
    bool (*each)(void *cookie, const struct taxii_found *f, struct err *e), void *cookie, struct arena *a, struct err *e)
{
	struct taxii_found f = { .root = root, .title = title };
	const struct json *j;
	size_t n = 0;

	if (!ask(c, access, arena_printf(a, "%.*scollections/", SLICE_ARG(root)), now_s, a, &j, e))
		return false;
	JSON_EACH (item, json_get(j, S("collections"))) {
		if (++n > TAXII_COLLECTIONS_MAX)
			return err_set(e, ERR_LIMIT, "it has more than %d collections", TAXII_COLLECTIONS_MAX);
		if (!taxii_collection_read(item, &f.collection, e) || !each(cookie, &f, e))
			return false;
	}
	return n > 0 || each(cookie, &f, e);
}

static bool
look(struct taxii_client *c, const struct taxii_access *access, struct slice url, int64_t now_s,
    bool (*each)(void *cookie, const struct taxii_found *f, struct err *e), void *cookie, struct arena *a, struct err *e)
{
	const struct json *j, *roots;
	size_t n = 0;

	url = with_slash(url, a);
	if (!ask(c, access, url, now_s, a, &j, e))
		return false;
	roots = json_get(j, S("api_roots"));
	if (!json_is(roots, JSON_ARRAY))
		return root_look(c, access, url, json_text(json_get(j, S("title"))), now_s, each, cookie, a, e);
	JSON_EACH (item, roots) {
		struct slice at = joined(url, json_text(item), a);
		struct url mine, theirs;

		if (++n > TAXII_ROOTS_MAX)
			return err_set(e, ERR_LIMIT, "it has more than %d API roots", TAXII_ROOTS_MAX);
		/* Who we are is proved to the server that was named, and to no other. */
		if (!url_split(url, &mine) || !url_split(at, &theirs) || !slice_eq_nocase(mine.host, theirs.host) || !slice_eq(mine.port, theirs.port) ||
		    !slice_eq_nocase(mine.scheme, theirs.scheme))
			continue;
		if (!root_look(c, access, with_slash(at, a), json_text(json_get(j, S("title"))), now_s, each, cookie, a, e))
			return false;
	}
	return true;
}

bool
taxii_look(struct taxii_client *c, const struct taxii_access *access, struct slice url, int64_t now_s,
    bool (*each)(void *cookie, const struct taxii_found *f, struct err *e), void *cookie, struct err *e)
{
	struct arena a;
	bool ok;

	arena_init(&a, (size_t)256 << 20);
	ok = look(c, access, url, now_s, each, cookie, &a, e);
	arena_fini(&a);
	return ok;
}
