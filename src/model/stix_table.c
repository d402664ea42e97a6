#include "model/stix_own.h"
#include "model/stix_table_room.h"

/* Of all but observables; who speaks of others need not say when it was changed. */
#define COMMON(modified_required) \
	{ .name = S_INIT("type"), .kind = STIX_TYPE, .required = true }, \
	{ .name = S_INIT("spec_version"), .kind = STIX_VERSION, .required = true }, \
	{ .name = S_INIT("id"), .kind = STIX_ID, .required = true }, \
	{ .name = S_INIT("created_by_ref"), .kind = STIX_REF, .arg = "identity" }, \
	{ .name = S_INIT("created"), .kind = STIX_TIME_MS, .required = true }, \
	{ .name = S_INIT("modified"), .kind = STIX_TIME_MS, .required = (modified_required) }, \
	{ .name = S_INIT("revoked"), .kind = STIX_BOOLEAN }, \
	{ .name = S_INIT("labels"), .kind = STIX_STRING, .list = true }, \
	{ .name = S_INIT("confidence"), .kind = STIX_INTEGER, .min = 0, .max = 100 }, \
	{ .name = S_INIT("lang"), .kind = STIX_LANG }, \
	{ .name = S_INIT("external_references"), .kind = STIX_EMBEDDED, .list = true, .arg = "external-reference" }, \
	{ .name = S_INIT("object_marking_refs"), .kind = STIX_REF, .list = true, .arg = "marking-definition" }, \
	{ .name = S_INIT("granular_markings"), .kind = STIX_GRANULAR, .list = true }, \
	{ .name = S_INIT("extensions"), .kind = STIX_EXTENSIONS }

static const struct stix_prop common_object[] = {
	COMMON(true),
};

static const struct stix_prop common_sco[] = {
	{ .name = S_INIT("type"), .kind = STIX_TYPE, .required = true },
	{ .name = S_INIT("spec_version"), .kind = STIX_VERSION },
	{ .name = S_INIT("id"), .kind = STIX_ID, .required = true },
	{ .name = S_INIT("object_marking_refs"), .kind = STIX_REF, .list = true, .arg = "marking-definition" },
	{ .name = S_INIT("granular_markings"), .kind = STIX_GRANULAR, .list = true },
	{ .name = S_INIT("defanged"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("extensions"), .kind = STIX_EXTENSIONS },
};

/* A marking and what speaks of others need not say when it was changed. */
static const struct stix_prop common_meta[] = {
	COMMON(false),
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct stix_prop *
stix_common(enum stix_class class, size_t *count_out)
{
	switch (class) {
	case STIX_SDO:
	case STIX_SRO:
		*count_out = COUNT(common_object);
		return common_object;
	case STIX_SCO:
		*count_out = COUNT(common_sco);
		return common_sco;
	case STIX_META:
		*count_out = COUNT(common_meta);
		return common_meta;
	case STIX_PART:
		break;
	}
	*count_out = 0;
	return NULL;
}

static const struct stix_type *
find(const struct stix_type *v, size_t n, struct slice name)
{
	size_t lo = 0;

	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;
		int cmp = slice_cmp(name, v[mid].name);

		if (cmp == 0)
			return &v[mid];
		if (cmp < 0)
			n = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const struct stix_type *
stix_type_find(struct slice name)
{
	const struct stix_type *t = find(stix_types_sco, stix_types_sco_count, name);

	const struct stix_own *k;

	if (t == NULL)
		t = find(stix_types_object, stix_types_object_count, name);
	if (t != NULL)
		return t;
	k = stix_own_find(name);
	return k == NULL ? NULL : &k->type;
}

const struct stix_type *
stix_part_find(struct slice name)
{
	const struct stix_type *t = find(stix_parts, stix_parts_count, name);

	return t != NULL ? t : stix_own_part_find(name);
}

bool
stix_word_in(const char *words, struct slice name)
{
	struct slice rest = slice_of_str(words), word;

	while (slice_cut(&rest, ' ', &word)) {
		if (slice_eq(word, name))
			return true;
	}
	return false;
}
