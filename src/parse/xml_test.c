/* What the XML walk gives and refuses; any split of the input gives the same. */
#include "parse/xml.h"
#include "base/buf.h"
#include "test.h"

static bool
pull(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct slice *rest = cookie;
	size_t n = 1 + (size_t)(test_random() % 7);

	(void)e;
	n = n > cap ? cap : n;
	n = n > rest->len ? rest->len : n;
	if (n > 0)
		memcpy(p, rest->p, n);
	*rest = slice_from(*rest, n);
	*n_out = n;
	return true;
}

static void
flatten(struct source *src, const struct xml_limits *limits, struct buf *out)
{
	struct err e = ERR_INIT;
	struct xml_reader *r = NULL;
	struct xml_item i;
	enum step step = STEP_FAIL;

	if (xml_open(src, limits, &r, &e)) {
		while ((step = xml_next(r, &i, &e)) == STEP_ITEM) {
			buf_str(out, i.kind == XML_ITEM_START ? "<" : i.kind == XML_ITEM_END ? ">" : "");
			buf_put(out, i.kind == XML_ITEM_TEXT ? i.text : i.name);
			buf_byte(out, '|');
		}
	}
	if (step != STEP_END)
		buf_printf(out, "FAIL %d", (int)e.code);
	xml_free(&r);
}

static const struct { const char *name, *in, *out; } cases[] = {
	{ "plain", "<a><b>x</b></a>", "<a|<b|x|>b|>a|" },
	{ "empty element", "<a><b/></a>", "<a|<b|>b|>a|" },
	{ "prefix", "<n:a xmlns:n='urn:x'>y</n:a>", "<a|y|>a|" },
	{ "cdata, comment", "<a><!-- c --><![CDATA[<z>]]></a>", "<a|<z>|>a|" },
	{ "known entities", "<a>&lt;&#233;</a>", "<a|<\xc3\xa9|>a|" },
	{ "document type", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "FAIL 1" },
	{ "document type from outside", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "FAIL 1" },
	{ "depth", "<a><a><a><a><a/></a></a></a></a>", "<a|<a|<a|<a|FAIL 2" },
	{ "bytes", "<a>0123456789012345678901234567890123456789012345678901234567890123456789</a>", "FAIL 2" },
	{ "nothing", "", "FAIL 1" },
};

TEST(xml)
{
	struct xml_limits limits = { 70, 4 };
	struct source src;
	struct buf b, c;

	buf_init(&b, 1 << 16);
	buf_init(&c, 1 << 16);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice rest = slice_of_str(cases[i].in);

		test_case("%s", cases[i].name);
		buf_clear(&b);
		source_of_slice(&src, rest);
		flatten(&src, &limits, &b);
		CHECK_SLICE(buf_view(&b), slice_of_str(cases[i].out));
		buf_clear(&c);
		source_of_pull(&src, pull, &rest, 1 << 16);
		flatten(&src, &limits, &c);
		source_fini(&src);
		CHECK_SLICE(buf_view(&c), buf_view(&b));
	}
	buf_fini(&b);
	buf_fini(&c);
}

/* What stands between a tag's begin and its element's end; html: of rows, their begin. */
static const struct { const char *name, *in; bool html; const char *element, *out; } places[] = {
	{ "element", "<?xml version='1.0'?><a>\n <b c='>'>x</b> </a>", false, "b", "<b c='>'>x</b>" },
	{ "empty", "<a><b/></a>", false, "b", "<b/>" },
	{ "empty, closed by a tag", "<a><b ></b ></a>", false, "b", "<b ></b >" },
	{ "tags in comments", "<a><!-- <b>--><!----><b>1</b></a>", false, "b", "<b>1</b>" },
	{ "tags in a section", "<a><![CDATA[<b>]]]]><b>2<![CDATA[>]]></b></a>", false, "b", "<b>2<![CDATA[>]]></b>" },
	{ "tags in an instruction", "<?x <b> ?><a><?y >?><b>3</b></a>", false, "b", "<b>3</b>" },
	{ "both quotes", "<a x='\"' y=\"'>\"><b z='/'>4</b></a>", false, "b", "<b z='/'>4</b>" },
	{ "of the root", " <a>5</a> ", false, "a", "<a>5</a>" },
	{ "row", "<p><!-- <tr> --><table><TR class=x><td>6</table>", true, "tr", "<TR class=x><td>6</table>" },
	{ "row that tells lies", "<table><tr entente-at=1 ><td>7</table>", true, "tr", "<tr entente-at=1 ><td>7</table>" },
};

static void
place_check(struct source *src, bool html, struct slice whole, struct slice element, struct slice want)
{
	struct err e = ERR_INIT;
	struct xml_reader *r = NULL;
	struct xml_item i;
	uint64_t at = 0;
	uint32_t length = 0;
	bool ok = html ? xml_open_html(src, &r, &e) : xml_open(src, &XML_LIMITS, &r, &e);

	CHECK_OK(ok, &e);
	while (ok && xml_next(r, &i, &e) == STEP_ITEM) {
		if (i.kind == XML_ITEM_TEXT || !slice_eq(i.name, element))
			continue;
		if (i.kind == XML_ITEM_START)
			at = i.at;
		else if (!html)
			xml_place(&i, &at, &length);
	}
	CHECK_SLICE(slice_sub(slice_from(whole, at), 0, html ? want.len : length), want);
	xml_free(&r);
}

TEST(xml_places)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct slice in = slice_of_str(places[i].in), rest = in;
		struct slice element = slice_of_str(places[i].element), want = slice_of_str(places[i].out);
		struct source src;

		test_case("%s", places[i].name);
		source_of_slice(&src, in);
		place_check(&src, places[i].html, in, element, want);
		source_of_pull(&src, pull, &rest, 1 << 16);
		place_check(&src, places[i].html, in, element, want);
		source_fini(&src);
	}
}

int
main(void)
{
	RUN(xml);
	RUN(xml_places);
	return test_end();
}
