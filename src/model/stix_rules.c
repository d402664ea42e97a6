/* stix_rules: what must hold between properties, and what a table cannot say. */
#include "model/stix_check.h"
#include "model/stix_own.h"
#include "model/stix_value.h"

static const struct json *
get(const struct json *j, const char *name)
{
	return json_get(j, slice_of_str(name));
}

static bool
wrong_at(const struct stix_check *c, const struct stix_at *up, const char *name)
{
	struct stix_at at = { up, slice_of_str(name), 0 };

	return stix_wrong(c, &at);
}

static bool
order_check(const struct stix_check *c, const struct stix_at *at, const struct stix_rule *r, const struct json *j)
{
	int64_t a, b;

	if (!stix_time_read(json_text(get(j, r->a)), &a, NULL) || !stix_time_read(json_text(get(j, r->b)), &b, NULL) ||
	    (r->kind == STIX_AFTER ? b > a : b >= a))
		return true;
	if (r->kind == STIX_AFTER)
		(void)err_set(c->e, ERR_INPUT, "must lie behind %s", r->a);
	else
		(void)err_set(c->e, ERR_INPUT, "must not lie before %s", r->a);
	return wrong_at(c, at, r->b);
}

static bool
one_of_check(const struct stix_check *c, const struct stix_at *at, const struct stix_rule *r, const struct json *j)
{
	struct slice rest = slice_of_str(r->a), name;

	while (slice_cut(&rest, ' ', &name)) {
		if (json_get(j, name) != NULL)
			return true;
	}
	if (strchr(r->a, ' ') == NULL) {
		(void)err_set(c->e, ERR_INPUT, "is missing, and every object of its kind must have it");
		return wrong_at(c, at, r->a);
	}
	(void)err_set(c->e, ERR_INPUT, "must have at least one of: %s", r->a);
	return stix_wrong(c, at);
}

/* Something that says what it is, not only that it is. */
static bool
some_check(const struct stix_check *c, const struct stix_at *at, const struct json *j)
{
	size_t n;
	const struct stix_prop *common = stix_common(STIX_SCO, &n);

	JSON_EACH (m, j) {
		size_t i = 0;

		while (at == NULL && i < n && !slice_eq(common[i].name, m->key))
			i++;
		if (at != NULL || i == n || slice_eq(m->key, S("extensions")))
			return true;
	}
	(void)err_set(c->e, ERR_INPUT, "says nothing; at least one property of its own is needed");
	return stix_wrong(c, at);
}

static bool
pair_check(const struct stix_check *c, const struct stix_at *at, const struct stix_rule *r, const struct json *j)
{
	const struct json *a = get(j, r->a), *b = get(j, r->b);

	if (a == NULL)
		return true;
	if (r->kind == STIX_NOT_BOTH && b != NULL)
		(void)err_set(c->e, ERR_INPUT, "may not stand beside %s; leave one of the two out", r->a);
	else if (r->kind == STIX_NEEDS && b == NULL)
		(void)err_set(c->e, ERR_INPUT, "is missing, and must stand beside %s", r->a);
	else if (r->kind == STIX_TRUE_NEEDS && a->kind == JSON_TRUE && b == NULL)
		(void)err_set(c->e, ERR_INPUT, "is missing, and must be there where %s is true", r->a);
	else if (r->kind == STIX_TRUE_FORBIDS && a->kind == JSON_TRUE && b != NULL)
		(void)err_set(c->e, ERR_INPUT, "may not be there where %s is true", r->a);
	else if (r->kind == STIX_FALSE_FORBIDS && a->kind == JSON_FALSE && b != NULL)
		(void)err_set(c->e, ERR_INPUT, "may not be there where %s is false", r->a);
	else
		return true;
	return wrong_at(c, at, r->b);
}

static bool
rule_check(const struct stix_check *c, const struct stix_at *at, const struct stix_rule *r, const struct json *j)
{
	switch (r->kind) {
	case STIX_RULE_END:
		return true;
	case STIX_NOT_BEFORE:
	case STIX_AFTER:
		return order_check(c, at, r, j);
	case STIX_ONE_OF:
		return one_of_check(c, at, r, j);
	case STIX_SOME:
		return some_check(c, at, j);
	case STIX_NOT_BOTH:
	case STIX_NEEDS:
	case STIX_TRUE_NEEDS:
	case STIX_TRUE_FORBIDS:
	case STIX_FALSE_FORBIDS:
		break;
	}
	return pair_check(c, at, r, j);
}

bool
stix_rules_check(const struct stix_check *c, const struct stix_at *at, const struct stix_type *t, const struct json *j)
{
	for (const struct stix_rule *r = t->rules; r < t->rules + STIX_RULES_MAX && r->kind != STIX_RULE_END; r++) {
		if (!rule_check(c, at, r, j))
			return false;
	}
	return true;
}

/* The standard's own extensions belong to one type each. */
static const struct { struct slice name, type; } extension_of[] = {
	{ S_INIT("archive-ext"), S_INIT("file") }, { S_INIT("ntfs-ext"), S_INIT("file") }, { S_INIT("pdf-ext"), S_INIT("file") },
	{ S_INIT("raster-image-ext"), S_INIT("file") }, { S_INIT("windows-pebinary-ext"), S_INIT("file") },
	{ S_INIT("http-request-ext"), S_INIT("network-traffic") }, { S_INIT("icmp-ext"), S_INIT("network-traffic") },
	{ S_INIT("socket-ext"), S_INIT("network-traffic") }, { S_INIT("tcp-ext"), S_INIT("network-traffic") },
	{ S_INIT("windows-process-ext"), S_INIT("process") }, { S_INIT("windows-service-ext"), S_INIT("process") },
	{ S_INIT("unix-account-ext"), S_INIT("user-account") },
};

/* By an extension-definition: it says what kind of extension it is. */
static bool
defined_check(const struct stix_check *c, const struct stix_at *at, const struct json *x)
{
	struct stix_at here = { at, S("extension_type"), 0 };
	struct slice kind = json_text(json_get(x, S("extension_type"))), type, uuid;

	if (!stix_id_split(x->key, &type, &uuid) || !slice_eq(type, S("extension-definition"))) {
		(void)err_set(c->e, ERR_INPUT, "%s is no identifier: a type, two hyphens and a UUID (RFC 9562)", QUOTE(x->key));
		return stix_wrong(c, at->up);
	}
	if (stix_word_in("new-sdo new-sco new-sro property-extension toplevel-property-extension", kind))
		return true;
	(void)err_set(c->e, ERR_INPUT, "%s is none of: %s", QUOTE(kind), "new-sdo new-sco new-sro property-extension toplevel-property-extension");
	return stix_wrong(c, &here);
}

static bool
extension_check(const struct stix_check *c, const struct stix_at *at, const struct json *x)
{
	const struct stix_type *part = stix_part_find(x->key);

	if (!json_is(x, JSON_OBJECT) || x->count == 0) {
		(void)err_set(c->e, ERR_INPUT, "expected an object that is not empty");
		return stix_wrong(c, at);
	}
	if (slice_starts(x->key, S("extension-definition--")))
		return defined_check(c, at, x);
	for (size_t i = 0; i < sizeof(extension_of) / sizeof(extension_of[0]); i++) {
		if (!slice_eq(extension_of[i].name, x->key))
			continue;
		if (slice_eq(extension_of[i].type, c->type_name))
			return stix_members_check(c, at, part, STIX_PART, x);
		(void)err_set(c->e, ERR_INPUT, "is an extension of %.*s, not of %.*s", SLICE_ARG(extension_of[i].type), SLICE_ARG(c->type_name));
		return stix_wrong(c, at);
	}
	/* Of somebody's own, in the manner of STIX 2.0: kept. */
	if (stix_key_ok(x->key))
		return true;
	(void)err_set(c->e, ERR_INPUT, "%s is no key of a dictionary: use 1 to 250 characters of a-z, A-Z, 0-9, - and _", QUOTE(x->key));
	return stix_wrong(c, at->up);
}

bool
stix_extensions_check(const struct stix_check *c, const struct stix_at *at, const struct json *j)
{
	if (!json_is(j, JSON_OBJECT) || j->count == 0) {
		(void)err_set(c->e, ERR_INPUT, "expected an object that is not empty");
		return stix_wrong(c, at);
	}
	JSON_EACH (x, j) {
		struct stix_at here = { at, x->key, 0 };

		if (!extension_check(c, &here, x))
			return false;
	}
	return true;
}

bool
stix_selector_check(const struct stix_check *c, const struct stix_at *at, struct slice selector)
{
	const struct json *j = c->root;
	struct slice rest = selector, step;

	while (j != NULL && slice_cut(&rest, '.', &step)) {
		uint64_t n;

		if (step.len > 2 && step.p[0] == '[' && step.p[step.len - 1] == ']' && j->kind == JSON_ARRAY &&
		    slice_u64(slice_sub(step, 1, step.len - 2), &n)) {
			j = n < j->count ? j->first : NULL;
			while (j != NULL && n-- > 0)
				j = j->next;
		} else {
			j = step.len == 0 ? NULL : json_get(j, step);
		}
	}
	if (j != NULL && j != c->root)
		return true;
	(void)err_set(c->e, ERR_INPUT, "%s points at nothing in this object; write as labels.[0]", QUOTE(selector));
	return stix_wrong(c, at);
}

static bool
contents_check(const struct stix_check *c, const struct json *contents)
{
	struct stix_at up = { NULL, S("contents"), 0 };

	JSON_EACH (m, contents) {
		struct stix_at at = { &up, m->key, 0 };

		if (!stix_lang_ok(m->key))
			(void)err_set(c->e, ERR_INPUT, "%s is no tag of a language (RFC 5646), as en or pt-BR", QUOTE(m->key));
		else if (!json_is(m, JSON_OBJECT) || m->count == 0)
			(void)err_set(c->e, ERR_INPUT, "expected an object that is not empty");
		else
			continue;
		return stix_wrong(c, &at);
	}
	return true;
}

/* A marking that is marked by itself would have no end (section 7.2.1). */
static bool
marking_circle_check(const struct stix_check *c, const struct json *j, struct slice id)
{
	struct stix_at up = { NULL, S("object_marking_refs"), 0 };
	size_t i = 0;

	JSON_EACH (m, json_get(j, up.name)) {
		struct stix_at at = { &up, SLICE_NONE, i++ };

		if (slice_eq_nocase(json_text(m), id)) {
			(void)err_set(c->e, ERR_INPUT, "names the marking itself");
			return stix_wrong(c, &at);
		}
	}
	up.name = S("granular_markings");
	i = 0;
	JSON_EACH (m, json_get(j, up.name)) {
		struct stix_at at = { &up, SLICE_NONE, i++ };

		if (slice_eq_nocase(json_text(json_get(m, S("marking_ref"))), id)) {
			(void)err_set(c->e, ERR_INPUT, "names the marking itself");
			return stix_wrong(c, &at);
		}
	}
	return true;
}

/* What an extension says of TLP 2.0; NONE: nothing. */
static struct slice
tlp2_word(const struct json *j)
{
	JSON_EACH (x, json_get(j, S("extensions"))) {
		struct slice word = json_text(json_get(x, S("tlp_2_0")));

		if (word.p != NULL)
			return word;
	}
	return SLICE_NONE;
}

/* The marks of TLP are fixed objects, so that all mean the same by them. */
static bool
marking_check(const struct stix_check *c, const struct json *j)
{
	struct slice kind = json_text(json_get(j, S("definition_type"))), id = json_text(json_get(j, S("id")));
	const struct json *d = json_get(j, S("definition"));
	struct slice word = json_text(json_get(d, S("tlp"))), name = tlp2_word(j);
	enum tlp tlp;

	if (!marking_circle_check(c, j, id))
		return false;
	if (name.p != NULL && !stix_tlp_find(id, &tlp)) {
		(void)err_set(c->e, ERR_INPUT, "is not that of TLP:%.*s; the marks of TLP are the standard's own objects, and no others may be made", (int)(name.len > 20 ? 20 : name.len), (const char *)name.p);
		return wrong_at(c, NULL, "id");
	}
	if (slice_eq(kind, S("statement")) && json_text(json_get(d, S("statement"))).p == NULL) {
		(void)err_set(c->e, ERR_INPUT, "expected a text");
		return wrong_at(c, NULL, "definition.statement");
	}
	if (slice_eq(kind, S("tlp"))) {
		if (!stix_word_in("white green amber red", word)) {
			(void)err_set(c->e, ERR_INPUT, "%s is none of: %s", QUOTE(word), "white green amber red");
			return wrong_at(c, NULL, "definition.tlp");
		}
		if (!stix_tlp_find(id, &tlp) || !slice_eq_nocase(word, tlp == TLP_CLEAR ? S("white") : slice_of_str(tlp_name(tlp)))) {
			(void)err_set(c->e, ERR_INPUT, "is not that of TLP:%.*s; the marks of TLP are the standard's own objects, and no others may be made", SLICE_ARG(word));
			return wrong_at(c, NULL, "id");
		}
	} else if (stix_tlp_find(id, &tlp)) {
		if (!slice_eq_nocase(name, slice_of_str(tlp_name(tlp)))) {
			(void)err_set(c->e, ERR_INPUT, "belongs to the mark TLP:%s, and this object says something else", tlp_name(tlp));
			return wrong_at(c, NULL, "id");
		}
	}
	return true;
}

/* STIX 2.1 section 5.1: what a relationship is called. */
static bool
relationship_check(const struct stix_check *c, struct slice word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (!byte_is_digit(word.p[i]) && !(word.p[i] >= 'a' && word.p[i] <= 'z') && word.p[i] != '-') {
			(void)err_set(c->e, ERR_INPUT, "%s: only a-z, 0-9 and hyphens are allowed", QUOTE(word));
			return wrong_at(c, NULL, "relationship_type");
		}
	}
	return true;
}

/* A type of ours without our extension is somebody else's, whatever it is called. */
static bool
kind_check(const struct stix_check *c, const struct stix_own *k, const struct json *j)
{
	char id[STIX_ID_MAX];

	if (stix_own_declared(k, j))
		return true;
	stix_own_id(k, id);
	(void)err_set(c->e, ERR_INPUT, "needs {\"%s\": {\"extension_type\": \"new-sdo\"}}, by which this type is defined", id);
	return wrong_at(c, NULL, "extensions");
}

bool
stix_special_check(struct stix_check *c, const struct stix_type *t, const struct json *j)
{
	const struct stix_own *k;

	if (t == NULL)
		return true;
	if ((k = stix_own_find(t->name)) != NULL)
		return kind_check(c, k, j);
	if (slice_eq(t->name, S("marking-definition")))
		return marking_check(c, j);
	if (slice_eq(t->name, S("language-content")))
		return contents_check(c, json_get(j, S("contents")));
	if (slice_eq(t->name, S("relationship")))
		return relationship_check(c, json_text(json_get(j, S("relationship_type"))));
	if (slice_eq(t->name, S("indicator")) && slice_eq(json_text(json_get(j, S("pattern_type"))), S("stix")) &&
	    !pattern_parse(json_text(json_get(j, S("pattern"))), c->a, &c->pattern, c->e))
		return wrong_at(c, NULL, "pattern");
	return true;
}
