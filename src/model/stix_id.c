/*
 * stix_id: ids that follow from what an object is, and the fixed ones of the
 * markings of the Traffic Light Protocol.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "model/stix.h"

/* STIX 2.1 section 2.9: the name space of observables' ids. */
static const uint8_t space[16] = { 0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7 };

void
stix_id_make(const char *type, struct slice name, char out[STIX_ID_MAX])
{
	uint8_t h[EVP_MAX_MD_SIZE] = { 0 };
	char uuid[UUID_TEXT + 1];
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	if (c == NULL || EVP_DigestInit_ex(c, EVP_sha1(), NULL) != 1 || EVP_DigestUpdate(c, space, sizeof(space)) != 1 ||
	    EVP_DigestUpdate(c, name.p, name.len) != 1 || EVP_DigestFinal_ex(c, h, NULL) != 1)
		abort(); /* only without memory */
	EVP_MD_CTX_free(c);
	uuid_print(h, 5, uuid);
	(void)snprintf(out, STIX_ID_MAX, "%.240s--%s", type, uuid);
}

/* RFC 8785 section 3.2.2.2. */
static void
text_put(struct buf *b, struct slice s)
{
	static const char names[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };

	buf_byte(b, '"');
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (c == '"' || c == '\\') {
			buf_byte(b, '\\');
			buf_byte(b, c);
		} else if (c >= ' ') {
			buf_byte(b, c);
		} else if (c < sizeof(names) && names[c] != 0) {
			buf_byte(b, '\\');
			buf_byte(b, (uint8_t)names[c]);
		} else {
			buf_printf(b, "\\u%04x", c);
		}
	}
	buf_byte(b, '"');
}

/* RFC 8785 section 3.2.2.3: as ECMAScript prints numbers, the shortest that reads back as the same. */
static void
number_put(struct buf *b, struct slice s)
{
	char in[400] = "", text[40], *exp;
	int digits, point;
	double v;

	memcpy(in, s.p, s.len < sizeof(in) - 1 ? s.len : sizeof(in) - 1);
	v = strtod(in, NULL);
	if (!(v > 0) && !(v < 0)) {
		buf_byte(b, '0');
		return;
	}
	for (int precision = 0; precision < 17; precision++) {
		(void)snprintf(text, sizeof(text), "%.*e", precision, v < 0 ? -v : v);
		if (strtod(text, NULL) >= (v < 0 ? -v : v) && strtod(text, NULL) <= (v < 0 ? -v : v))
			break;
	}
	if (v < 0)
		buf_byte(b, '-');
	exp = strchr(text, 'e');
	point = atoi(exp + 1) + 1; /* our own text */
	*exp = '\0';
	if (text[1] == '.')
		memmove(text + 1, text + 2, strlen(text + 2) + 1);
	digits = (int)strlen(text);
	if (point > 0 && point <= 21) {
		for (int i = 0; i < digits || i < point; i++) {
			if (i == point)
				buf_byte(b, '.');
			buf_byte(b, i < digits ? (uint8_t)text[i] : '0');
		}
	} else if (point <= 0 && point > -6) {
		buf_str(b, "0.");
		for (int i = point; i < 0; i++)
			buf_byte(b, '0');
		buf_str(b, text);
	} else {
		buf_printf(b, "%c%s%se%+d", text[0], digits > 1 ? "." : "", text + 1, point - 1);
	}
}

/* By UTF-16: what needs two units there comes before U+E000 to U+FFFF. */
static int
key_cmp(struct slice a, struct slice b)
{
	size_t i = 0;

	while (i < a.len && i < b.len && a.p[i] == b.p[i])
		i++;
	if (i < a.len && i < b.len && a.p[i] >= 0xee && b.p[i] >= 0xee && (a.p[i] >= 0xf0) != (b.p[i] >= 0xf0))
		return a.p[i] >= 0xf0 ? -1 : 1;
	return slice_cmp(a, b);
}

static int
by_key(const void *x, const void *y)
{
	const struct json *const *a = x, *const *b = y;

	return key_cmp((*a)->key, (*b)->key);
}

/* Depth is bounded by the limits that the tree was read with. */
static void
canonical_put(struct buf *b, struct arena *a, const struct json *j)
{
	const struct json **v;
	size_t n = 0;

	switch (j->kind) {
	case JSON_STRING:
		text_put(b, j->text);
		return;
	case JSON_NUMBER:
		number_put(b, j->text);
		return;
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
		buf_put(b, j->raw);
		return;
	case JSON_ARRAY:
		buf_byte(b, '[');
		JSON_EACH (item, j) {
			if (item != j->first)
				buf_byte(b, ',');
			canonical_put(b, a, item);
		}
		buf_byte(b, ']');
		return;
	case JSON_OBJECT:
		break;
	}
	v = arena_array(a, j->count + 1, sizeof(*v));
	if (v == NULL) {
		b->failed = true;
		return;
	}
	JSON_EACH (m, j)
		v[n++] = m;
	qsort(v, n, sizeof(*v), by_key);
	buf_byte(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_byte(b, ',');
		text_put(b, v[i]->key);
		buf_byte(b, ':');
		canonical_put(b, a, v[i]);
	}
	buf_byte(b, '}');
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
		if (first == NULL || key_cmp(m->key, first->key) < 0)
			first = m;
	}
	return first;
}

/* One property that makes the id, behind a comma where it is not the first. */
static void
contribute(struct buf *b, struct arena *a, const struct json *m, bool first)
{
	const struct json *hash = slice_eq(m->key, S("hashes")) ? hash_chosen(m) : NULL;

	if (!first)
		buf_byte(b, ',');
	text_put(b, m->key);
	buf_byte(b, ':');
	if (hash == NULL) {
		canonical_put(b, a, m);
		return;
	}
	buf_byte(b, '{');
	text_put(b, hash->key);
	buf_byte(b, ':');
	canonical_put(b, a, hash);
	buf_byte(b, '}');
}

bool
stix_observable_id(const struct json *j, struct arena *a, char out[STIX_ID_MAX])
{
	const struct stix_type *t = stix_type_find(json_text(json_get(j, S("type"))));
	const struct json *made[16];
	struct slice rest, name;
	size_t n = 0;
	struct buf b;
	bool ok;

	if (t == NULL || t->id_from == NULL)
		return false;
	rest = slice_of_str(t->id_from);
	while (n < sizeof(made) / sizeof(made[0]) && slice_cut(&rest, ' ', &name)) {
		const struct json *m = json_get(j, name);

		if (m != NULL)
			made[n++] = m;
	}
	qsort(made, n, sizeof(made[0]), by_key);
	buf_init(&b, (size_t)16 << 20);
	buf_byte(&b, '{');
	for (size_t i = 0; i < n; i++)
		contribute(&b, a, made[i], i == 0);
	buf_byte(&b, '}');
	ok = n > 0 && buf_ok(&b);
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
