#include "cli/sheet.h"

#include <stdio.h>
#include <unistd.h>

#include "base/lang.h"
#include "cli/table.h"
#include "parse/date.h"

#define SHEET_MAX ((size_t)64 << 20)

void
sheet_begin(struct sheet *s, bool json)
{
	*s = (struct sheet){ .json = json };
	buf_init(&s->text, SHEET_MAX);
	buf_init(&s->b, SHEET_MAX);
	json_out_init(&s->j, &s->b, true);
	if (json)
		json_out_object(&s->j);
}

/* For people: a line "title TAB value", or a further value on a list's line. */
static void
line(struct sheet *s, const char *title, struct slice v)
{
	if (!s->in_list) {
		buf_str(&s->text, T(title));
		buf_byte(&s->text, '\t');
		text_clean_put(&s->text, v, 0);
		buf_byte(&s->text, '\n');
		return;
	}
	buf_str(&s->text, s->item_begun ? "  " : "\t");
	s->item_begun = true;
	text_clean_put(&s->text, v, 0);
}

void
sheet_text(struct sheet *s, const char *key, const char *title, struct slice v)
{
	if (!s->json) {
		if (v.p != NULL && v.len > 0)
			line(s, title, v);
		return;
	}
	json_out_key(&s->j, slice_of_str(key));
	if (v.p == NULL)
		json_out_null(&s->j);
	else
		json_out_text(&s->j, v);
}

void
sheet_int(struct sheet *s, const char *key, const char *title, int64_t v)
{
	char text[24];

	if (s->json)
		json_out_key_int(&s->j, slice_of_str(key), v);
	else
		line(s, title, slice_of(text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)v)));
}

void
sheet_date(struct sheet *s, const char *key, const char *title, int64_t v)
{
	char text[DATE_TEXT_MAX];

	sheet_text(s, key, title, v == 0 ? SLICE_NONE : slice_of(text, date_print_z(v, text)));
}

void
sheet_word(struct sheet *s, const char *key, const char *title, const char *word)
{
	sheet_text(s, key, title, slice_of_str(s->json || word[0] == '\0' ? word : T(word)));
}

void
sheet_object(struct sheet *s, const char *key)
{
	if (!s->json)
		return;
	json_out_key(&s->j, slice_of_str(key));
	json_out_object(&s->j);
}

void
sheet_object_end(struct sheet *s)
{
	if (s->json)
		json_out_object_end(&s->j);
}

void
sheet_list(struct sheet *s, const char *key, const char *title)
{
	s->in_list = s->heading_due = true;
	s->heading = title;
	if (!s->json)
		return;
	json_out_key(&s->j, slice_of_str(key));
	json_out_array(&s->j);
}

void
sheet_item(struct sheet *s)
{
	if (s->json) {
		json_out_object(&s->j);
		return;
	}
	if (s->heading_due) {
		buf_str(&s->text, T(s->heading));
	}
	s->heading_due = s->item_begun = false;
}

void
sheet_item_end(struct sheet *s)
{
	if (s->json)
		json_out_object_end(&s->j);
	else
		buf_byte(&s->text, '\n');
}

void
sheet_list_end(struct sheet *s)
{
	s->in_list = false;
	if (s->json)
		json_out_array_end(&s->j);
}

static void
print(const struct sheet *s)
{
	struct slice rest = buf_view(&s->text), row, title;
	const char *isolate = lang_is_rtl(lang_get()) ? "\u2068" : "", *end = isolate[0] == '\0' ? "" : "\u2069";
	size_t width = 0;

	while (slice_line(&rest, &row)) {
		if (slice_cut(&row, '\t', &title) && text_width(title) > width)
			width = text_width(title);
	}
	rest = buf_view(&s->text);
	while (slice_line(&rest, &row) && slice_cut(&row, '\t', &title)) {
		printf("%s%.*s%s%*s  ", isolate, SLICE_ARG(title), end, (int)(width - text_width(title)), "");
		printf("%s%.*s%s\n", isolate, SLICE_ARG(row), end);
	}
}

bool
sheet_finish(struct sheet *s, bool ok, struct err *e)
{
	if (ok && s->json) {
		json_out_object_end(&s->j);
		puts(buf_cstr(&s->b));
	} else if (ok) {
		print(s);
	}
	ok = ok && ((buf_ok(&s->b) && buf_ok(&s->text)) || err_set(e, ERR_LIMIT, "a row is too large to print"));
	buf_fini(&s->b);
	buf_fini(&s->text);
	return ok && (fflush(stdout) == 0 || err_sys(e, "standard output"));
}
