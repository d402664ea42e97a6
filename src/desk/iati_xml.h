/*
 * iati_xml: the pieces that IATI's elements are made of. For iati_out.c.
 */
#ifndef DESK_IATI_XML_H
#define DESK_IATI_XML_H

#include <stdio.h>

#include "model/desk.h"
#include "parse/date.h"

/* Text or an attribute's value (XML 1.0 section 2.2: no control characters). */
static inline void
escaped(struct slice s, struct buf *b)
{
	for (size_t i = 0; i < s.len; i++) {
		switch (s.p[i]) {
		case '&':
			buf_str(b, "&amp;");
			break;
		case '<':
			buf_str(b, "&lt;");
			break;
		case '>':
			buf_str(b, "&gt;");
			break;
		case '"':
			buf_str(b, "&quot;");
			break;
		default:
			if (s.p[i] >= ' ' || s.p[i] == '\n' || s.p[i] == '\t')
				buf_byte(b, s.p[i]);
		}
	}
}

static inline void
attribute(const char *name, struct slice v, struct buf *b)
{
	buf_printf(b, " %s=\"", name);
	escaped(v, b);
	buf_byte(b, '"');
}

static inline void
narrative(struct slice text, const char *lang, struct buf *b)
{
	buf_str(b, "<narrative");
	if (lang != NULL)
		buf_printf(b, " xml:lang=\"%s\"", lang);
	buf_byte(b, '>');
	escaped(text, b);
	buf_str(b, "</narrative>");
}

/* One of each language; English first, as the activity's own. */
static inline void
narratives(const struct json *texts, struct buf *b)
{
	if (json_is(texts, JSON_STRING)) {
		narrative(texts->text, NULL, b);
		return;
	}
	if (json_get(texts, S("en")) != NULL)
		narrative(json_text(json_get(texts, S("en"))), NULL, b);
	JSON_EACH(t, texts) {
		char tag[4];

		if (slice_eq(t->key, S("en")) || t->key.len != 2)
			continue;
		(void)snprintf(tag, sizeof(tag), "%.*s", SLICE_ARG(t->key));
		narrative(t->text, tag, b);
	}
}

static inline void
iso_date(const char *element, const char *type, int64_t s, struct buf *b)
{
	char day[DATE_TEXT_MAX];

	(void)date_print_day(s, day);
	buf_printf(b, "<%s iso-date=\"%.10s\"", element, day);
	if (type != NULL)
		buf_printf(b, " type=\"%s\"", type);
	buf_str(b, "/>");
}

static inline void
value(const struct desk_money *m, struct buf *b)
{
	char day[DATE_TEXT_MAX];

	(void)date_print_day(m->date_s, day);
	buf_printf(b, "<value currency=\"%.*s\" value-date=\"%.10s\">", SLICE_ARG(m->currency), day);
	desk_amount_print(m->amount, b);
	buf_str(b, "</value>");
}

#endif
