#include "share/pdf_catalog.h"

/* The last place of a text. */
static size_t
find_last(struct slice s, struct slice what)
{
	for (size_t at = s.len < what.len ? 0 : s.len - what.len + 1; at-- > 0;) {
		if (slice_eq(slice_sub(s, at, what.len), what))
			return at;
	}
	return SIZE_MAX;
}

/* The number behind a word, in what follows `at`. */
static bool
number_after(struct slice s, size_t at, struct slice word, uint64_t *out)
{
	size_t n = at == SIZE_MAX ? SIZE_MAX : slice_find(slice_from(s, at), word), digits = 0;
	struct slice rest;

	if (n == SIZE_MAX)
		return false;
	rest = slice_from(s, at + n + word.len);
	while (rest.len > 0 && byte_is_space(rest.p[0]))
		rest = slice_from(rest, 1);
	while (digits < rest.len && byte_is_digit(rest.p[digits]))
		digits++;
	return slice_u64(slice_sub(rest, 0, digits), out);
}

/* The dictionary of an object, without its brackets. */
static bool
object_find(struct slice s, uint64_t table, uint64_t number, struct slice *out)
{
	/* "xref\n0 N\n", then 20 bytes each: "0000000015 00000 n \n". */
	struct slice head = slice_sub(s, table, 64), line, object;
	size_t first, end, begin;
	uint64_t offset;

	if (!slice_line(&head, &line) || !slice_eq(slice_trim(line), S("xref")) || !slice_line(&head, &line) || !slice_starts(line, S("0 ")))
		return false;
	first = (size_t)(head.p - s.p);
	if (number > s.len / 20 || !slice_u64(slice_sub(s, first + number * 20, 10), &offset) || offset >= s.len)
		return false;
	object = slice_from(s, offset);
	end = slice_find(object, S("endobj"));
	begin = slice_find(object, S("<<"));
	if (end == SIZE_MAX || begin == SIZE_MAX || begin + 2 > end)
		return false;
	object = slice_sub(object, 0, end);
	end = find_last(object, S(">>"));
	if (end == SIZE_MAX || end < begin + 2)
		return false;
	*out = slice_sub(object, begin + 2, end - begin - 2);
	return true;
}

bool
pdf_catalog(struct buf *pdf, enum lang l, struct err *e)
{
	struct slice s = buf_view(pdf), dictionary;
	size_t trailer = find_last(s, S("trailer")), start = find_last(s, S("startxref"));
	uint64_t table, root, info, size;
	struct buf b;
	bool ok;

	if (!number_after(s, start, S("startxref"), &table) || !number_after(s, trailer, S("/Root"), &root) || !number_after(s, trailer, S("/Info"), &info) ||
	    !number_after(s, trailer, S("/Size"), &size) || !object_find(s, table, root, &dictionary))
		return err_set(e, ERR_INTERNAL, "the PDF is not as this version of Cairo should write it");
	buf_init(&b, 65536);
	buf_printf(&b, "%llu 0 obj\n<<", (unsigned long long)root);
	buf_put(&b, dictionary);
	buf_printf(&b, "\n   /MarkInfo << /Marked true >>\n   /Lang (%s)\n   /ViewerPreferences << /DisplayDocTitle true%s >>\n>>\nendobj\n", lang_tag(l), lang_is_rtl(l) ? " /Direction /R2L" : "");
	/* Both positions are counted from what was there. */
	buf_printf(&b, "xref\n%llu 1\n%010zu 00000 n \ntrailer\n<< /Size %llu /Root %llu 0 R /Info %llu 0 R /Prev %llu >>\nstartxref\n%zu\n%%%%EOF\n", (unsigned long long)root,
	    s.len, (unsigned long long)size, (unsigned long long)root, (unsigned long long)info, (unsigned long long)table, s.len + slice_find(buf_view(&b), S("endobj\n")) + 7);
	ok = buf_ok(&b);
	buf_put(pdf, buf_view(&b));
	buf_fini(&b);
	return (ok && buf_ok(pdf)) || err_set(e, ERR_LIMIT, "a document of more than %zu bytes", pdf->max);
}
