/*
 * stix_id: ids that follow from what an object is, and the fixed ones of the
 * markings of the Traffic Light Protocol.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "model/stix.h"
#include "parse/json_canon.h"

/* STIX 2.1 section 2.9: the name space of observables' ids. */
static const uint8_t space[16] = { 0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7 };

void
stix_id_make(const char *type, struct slice name, char out[STIX_ID_MAX])
{
	char uuid[UUID_TEXT + 1];

	uuid_of_name(space, name, uuid);
	(void)snprintf(out, STIX_ID_MAX, "%.240s--%s", type, uuid);
}

static int
by_key(const void *x, const void *y)
{
	const struct json *const *a = x, *const *b = y;

	return json_canon_cmp((*a)->key, (*b)->key);
}

/* Of several hashes one makes the id: the first of these, else the first by name. */
static const struct json *
hash_chosen(const struct json *hashes)
{
	static const struct slice order[] = { S_INIT("MD5"), S_INIT("SHA-1"), S_INIT("SHA-256"), S_INIT("SHA-512") };
	const struct json *first = NULL;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const struct json *j = json_get(hashes, order[i]);

		if (j != NULL)
			return j;
	}
	JSON_EACH (m, hashes) {
		if (first == NULL || json_canon_cmp(m->key, first->key) < 0)
			first = m;
	}
	return first;
}

/* One property that makes the id, behind a comma where it is not the first. */
static bool
contribute(struct buf *b, struct arena *a, const struct json *m, bool first)
{
	const struct json *hash = slice_eq(m->key, S("hashes")) ? hash_chosen(m) : NULL, *value = hash == NULL ? m : hash;
	struct err not_canonical = ERR_INIT;
	bool ok;

	if (!first)
		buf_byte(b, ',');
	json_quote(b, m->key);
	buf_byte(b, ':');
	if (hash != NULL) {
		buf_byte(b, '{');
		json_quote(b, hash->key);
		buf_byte(b, ':');
	}
	ok = json_canon_tree(value->raw, value, &STIX_LIMITS, a, b, &not_canonical);
	if (hash != NULL)
		buf_byte(b, '}');
	return ok;
}

bool
stix_observable_id(const struct json *j, struct arena *a, char out[STIX_ID_MAX])
{
	const struct stix_type *t = stix_type_find(json_text(json_get(j, S("type"))));
	const struct json *made[16];
	struct slice rest, name;
	size_t n = 0;
	struct buf b;
	bool ok = true;

	if (t == NULL || t->id_from == NULL)
		return false;
	rest = slice_of_str(t->id_from);
	while (n < sizeof(made) / sizeof(made[0]) && slice_cut(&rest, ' ', &name)) {
		const struct json *m = json_get(j, name);

		if (m != NULL)
			made[n++] = m;
	}
	qsort(made, n, sizeof(made[0]), by_key); /* NOLINT(bugprone-sizeof-expression): pointers */
	buf_init(&b, (size_t)16 << 20);
	buf_byte(&b, '{');
	for (size_t i = 0; i < n && ok; i++)
		ok = contribute(&b, a, made[i], i == 0);
	buf_byte(&b, '}');
	ok = ok && n > 0 && buf_ok(&b);
	if (ok)
		stix_id_make((const char *)t->name.p, buf_view(&b), out);
	buf_fini(&b);
	return ok;
}

/* --- the Traffic Light Protocol ---------------------------------------- */

static const struct { struct slice id; enum tlp tlp; } tlp_ids[] = {
	/* TLP 2.0, by the extension of OASIS for it */
	{ S_INIT("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"), TLP_CLEAR },
	{ S_INIT("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"), TLP_GREEN },
	{ S_INIT("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"), TLP_AMBER },
	{ S_INIT("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"), TLP_AMBER_STRICT },
	{ S_INIT("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"), TLP_RED },
	/* TLP 1, STIX 2.1 section 7.2.1.4 */
	{ S_INIT("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"), TLP_CLEAR },
	{ S_INIT("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"), TLP_GREEN },
	{ S_INIT("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"), TLP_AMBER },
	{ S_INIT("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"), TLP_RED },
};

bool
stix_tlp_find(struct slice marking_id, enum tlp *out)
{
	for (size_t i = 0; i < sizeof(tlp_ids) / sizeof(tlp_ids[0]); i++) {
		if (slice_eq(tlp_ids[i].id, marking_id)) {
			*out = tlp_ids[i].tlp;
			return true;
		}
	}
	return false;
}

struct slice
stix_tlp_id(enum tlp t)
{
	return tlp_ids[t <= TLP_RED ? t : TLP_RED].id;
}

void
stix_tlp_object(enum tlp t, struct buf *out)
{
	static const char *const words[] = { [TLP_CLEAR] = "clear", [TLP_GREEN] = "green", [TLP_AMBER] = "amber",
		[TLP_AMBER_STRICT] = "amber+strict", [TLP_RED] = "red" };

	buf_printf(out, "{\"type\":\"marking-definition\",\"spec_version\":\"2.1\",\"id\":\"%.*s\",\"created\":\"2022-10-01T00:00:00.000Z\","
	    "\"name\":\"TLP:%s\",\"extensions\":{\"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d\":"
	    "{\"extension_type\":\"property-extension\",\"tlp_2_0\":\"%s\"}}}",
	    SLICE_ARG(stix_tlp_id(t)), tlp_name(t), words[t <= TLP_RED ? t : TLP_RED]);
}

enum tlp
stix_object_tlp(const struct stix_object *o, enum tlp unmarked, bool *known_out)
{
	enum tlp strictest = unmarked, t;
	bool marked = false;

	*known_out = true;
	JSON_EACH (m, json_get(o->json, S("object_marking_refs"))) {
		if (!stix_tlp_find(json_text(m), &t))
			*known_out = false;
		else if (!marked || t > strictest)
			strictest = t;
		marked = marked || stix_tlp_find(json_text(m), &t);
	}
	return strictest;
}
