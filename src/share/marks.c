#include "share/marks.h"

#include <stdio.h>

/* A row a place in the batch: "ID", then "ID RESULT REPLY", then "". */
#define KEYS "key > 'notices.mark.' AND key < 'notices.mark/'"

static const char *const results[] = { [WAY_SENT] = "sent", [WAY_LATER] = "later",
	[WAY_AWAY] = "away", [WAY_NEVER] = "never", [WAY_UNCERTAIN] = "uncertain" };

bool
marks_init(struct marks *m, struct db *db, struct err *e)
{
	*m = (struct marks){ 0 };
	return db_prepare(db, "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", &m->put, e) &&
	    db_prepare(db, "SELECT value FROM setting WHERE " KEYS " AND value <> '' ORDER BY key", &m->next, e) &&
	    db_prepare(db, "UPDATE setting SET value = '' WHERE " KEYS " AND value <> ''", &m->clear, e);
}

void
marks_fini(struct marks *m)
{
	stmt_free(&m->put);
	stmt_free(&m->next);
	stmt_free(&m->clear);
}

static bool
put(struct marks *m, size_t at, const char *value, struct err *e)
{
	char key[32];

	(void)snprintf(key, sizeof(key), "notices.mark.%03zu", at % 1000);
	stmt_text(m->put, 1, slice_of_str(key));
	stmt_text(m->put, 2, slice_of_str(value));
	return stmt_run(m->put, NULL, e);
}

bool
marks_begun(struct marks *m, size_t at, struct slice id, struct err *e)
{
	char value[128];

	(void)snprintf(value, sizeof(value), "%.*s", SLICE_ARG(id));
	return put(m, at, value, e);
}

bool
marks_result(struct marks *m, size_t at, struct slice id, enum way_result result,
    const char *reply, struct err *e)
{
	char value[128 + WAY_REPLY_MAX];

	(void)snprintf(value, sizeof(value), "%.*s %s %s", (int)(id.len > 100 ? 100 : id.len), (const char *)id.p, results[result], reply);
	return put(m, at, value, e);
}

bool
marks_clear(struct marks *m, struct err *e)
{
	return stmt_run(m->clear, NULL, e);
}

bool
marks_drop(struct db *db, struct err *e)
{
	return db_exec(db, "DELETE FROM setting WHERE " KEYS, e);
}

/* The first word of s, which is left without it and the space behind it. */
static struct slice
word(struct slice *s)
{
	size_t n = slice_find_byte(*s, ' ');
	struct slice first = n == SIZE_MAX ? *s : slice_sub(*s, 0, n);

	*s = n == SIZE_MAX ? S("") : slice_from(*s, n + 1);
	return first;
}

enum step
marks_next(struct marks *m, struct mark *out, struct err *e)
{
	enum step step = stmt_step(m->next, e);
	struct slice rest, result;

	*out = (struct mark){ .result = WAY_UNCERTAIN };
	if (step != STEP_ITEM)
		return step;
	rest = stmt_col(m->next, 0);
	out->id = word(&rest);
	result = word(&rest);
	out->reply = rest;
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		if (!slice_eq(result, slice_of_str(results[i])))
			continue;
		out->told = true;
		out->result = (enum way_result)i;
	}
	return step;
}
