/* The items of large documents: which there are, whatever the pieces, and what is wrong. */
#include "parse/json_items.h"

#include <string.h>

#include "base/pieces.h"
#include "test.h"

static const struct { const char *text, *items; bool fails; } cases[] = {
	{ "", "", false }, { "  \n ", "", false },
	{ "{}", "{}|", false },
	{ "{\"a\":1}", "{\"a\":1}|", false },
	{ "{\"a\":1}\n{\"b\":[2,{}]} \n", "{\"a\":1}|{\"b\":[2,{}]}|", false },
	{ "\xef\xbb\xbf{\"a\":1}", "{\"a\":1}|", false },
	{ "[{\"a\":1}, 5, \"x\", null]", "{\"a\":1}|5|\"x\"|null|", false },
	{ "[]", "", false }, { "[ ]{\"a\":1}", "{\"a\":1}|", false },
	{ "{\"type\":\"bundle\",\"id\":\"x\",\"objects\":[{\"a\":\"}]\\\"\"},{\"b\":2}]}", "{\"a\":\"}]\\\"\"}|{\"b\":2}|", false },
	{ "{\"objects\":[],\"more\":false}", "", false },
	{ "{\"more\":true,\"next\":\"1\",\"objects\" : [ {\"a\":1} ] , \"x\" : {\"objects\":[1]} }{\"c\":3}", "{\"a\":1}|{\"c\":3}|", false },
	{ "{\"objects\":{\"0\":{}}}", "{\"objects\":{\"0\":{}}}|", false },
	{ "{\"a\":[{\"objects\":[1]}]}", "{\"a\":[{\"objects\":[1]}]}|", false },
	{ "5", "", true }, { "{", "", true }, { "{\"a\"", "", true }, { "{\"a\":", "", true }, { "{\"a\":1", "", true }, { "{\"a\":1,}", "", true },
	{ "{a:1}", "", true }, { "{\"a\" 1}", "", true }, { "{\"a\":\"x", "", true }, { "{\"a\":1}}", "{\"a\":1}|", true },
	{ "[1 2]", "1|", true }, { "[1", "1|", true }, { "[,1]", "", true }, { "[1,", "1|", true }, { "[\"x", "", true },
	{ "{\"objects\":[1}", "1|", true }, { "{\"objects\":[1]", "1|", true }, { "{\"objects\":[1],}", "1|", true },
	{ "{\"objects\":[1],\"objects\":[2]}", "1|", true },
};

TEST(items_in_pieces)
{
	static const size_t steps[] = { 1, 2, 3, 7, 4096 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
			struct pieces b = { slice_of_str(cases[i].text), steps[k] };
			struct err e = ERR_INIT;
			struct json_items it;
			struct source src;
			struct slice item;
			struct buf got;
			enum step step;

			test_case("%s, %zu bytes at once", cases[i].text, steps[k]);
			buf_init(&got, 4096);
			source_of_pull(&src, pieces_pull, &b, 1 << 16);
			json_items_init(&it, &src, 1 << 16);
			while ((step = json_items_next(&it, &item, &e)) == STEP_ITEM) {
				buf_put(&got, item);
				buf_byte(&got, '|');
			}
			CHECK_INT(step, cases[i].fails ? STEP_FAIL : STEP_END);
			CHECK((e.text[0] != '\0') == cases[i].fails);
			CHECK_STR(buf_cstr(&got), cases[i].items);
			source_fini(&src);
			buf_fini(&got);
		}
	}
}

TEST(large_items)
{
	struct pieces b;
	struct err e = ERR_INIT;
	struct json_items it;
	struct source src;
	struct slice item;
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_str(&text, "{\"objects\":[{\"a\":1},{\"a\":\"");
	for (size_t i = 0; i < 100000; i++)
		buf_byte(&text, 'x');
	buf_str(&text, "\"}]}");
	b = (struct pieces){ buf_view(&text), 4096 };
	source_of_pull(&src, pieces_pull, &b, 1 << 20);
	json_items_init(&it, &src, 65536);
	CHECK_INT(json_items_next(&it, &item, &e), STEP_ITEM);
	CHECK_INT(json_items_next(&it, &item, &e), STEP_FAIL);
	CHECK_INT(e.code, ERR_LIMIT);
	source_fini(&src);
	buf_fini(&text);
}

int
main(void)
{
	RUN(items_in_pieces);
	RUN(large_items);
	return test_end();
}
