/*
 * sheet: all that is known of one thing: a name and a value a line for people,
 * one JSON object for programs. Lists in it are lines below a heading, or an
 * array of objects.
 */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "parse/json.h"

struct sheet {
	bool json;
	bool in_list, heading_due, item_begun;
	const char *heading;
	struct buf text; /* for people: name, tab, value */
	struct buf b;
	struct json_out j;
};

void sheet_begin(struct sheet *s, bool json);
/* title: a catalogue key. A value that is absent (NONE) is null, or no line. */
void sheet_text(struct sheet *s, const char *key, const char *title, struct slice v);
void sheet_int(struct sheet *s, const char *key, const char *title, int64_t v);
void sheet_date(struct sheet *s, const char *key, const char *title, int64_t v); /* 0: absent */
/* A word of ours: as it is for programs, translated for people. */
void sheet_word(struct sheet *s, const char *key, const char *title, const char *word);
/* An object within the object for programs; nothing of its own for people. */
void sheet_object(struct sheet *s, const char *key);
void sheet_object_end(struct sheet *s);

void sheet_list(struct sheet *s, const char *key, const char *title);
void sheet_item(struct sheet *s);
void sheet_item_end(struct sheet *s);
void sheet_list_end(struct sheet *s);

/* Print it where ok; frees. */
bool sheet_finish(struct sheet *s, bool ok, struct err *e) MUST_USE;

#endif
