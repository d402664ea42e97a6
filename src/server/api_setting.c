/*
 * api_setting: entente.conf, as people find it, and what of it may be changed
 * from afar. What names files or where passwords go (the mail server, keys,
 * addresses that the server listens on) is changed on the machine itself: who
 * may set a page's name must not by that read files or be sent passwords.
 */
#include "base/file.h"
#include "parse/conf.h"
#include "server/api_filter.h"
#include "server/api_rooms.h"
#include "server/conf_change.h"

/* "section.key" that may be changed from here. */
static const char *const open_keys[] = { "node.name", "node.country", "node.mail", "node.url", "node.language",
	"intake.trusted", "intake.report_max", "intake.reader_time",
	"notices.interval", "notices.tlp", "notices.reply_to", "notices.two_people", "notices.automatic",
	"server.public", "server.second_factor", NULL };

static bool
is_open(struct slice name)
{
	for (size_t i = 0; open_keys[i] != NULL; i++) {
		if (slice_eq(name, slice_of_str(open_keys[i])))
			return true;
	}
	return false;
}

/* All settings as they hold now, read anew: the file may be another than when we started. */
static bool
settings_put(struct api_call *c, struct err *e)
{
	struct json_out *j = api_json(c);
	struct node now = NODE_NONE;
	struct conf conf;
	struct conf_item item;
	struct buf text;
	enum step step;
	struct err ignored = ERR_INIT;

	if (!node_conf_read(&now, c->api->node->dir, e)) {
		arena_fini(&now.memory);
		return false;
	}
	buf_init(&text, NODE_CONF_BYTES_MAX);
	node_conf_print(&text, &now.conf);
	arena_fini(&now.memory);
	json_out_object(j);
	json_out_key(j, S("items"));
	json_out_array(j);
	conf = conf_of(buf_view(&text));
	while ((step = conf_next(&conf, &item, &ignored)) != STEP_END) {
		struct slice name;

		if (step != STEP_ITEM)
			continue;
		name = arena_printf(c->a, "%.*s.%.*s", SLICE_ARG(item.section), SLICE_ARG(item.key));
		json_out_object(j);
		json_out_key_text(j, S("name"), name);
		json_out_key_text(j, S("value"), item.value);
		json_out_key(j, S("changeable"));
		json_out_bool(j, is_open(name));
		json_out_object_end(j);
	}
	json_out_array_end(j);
	json_out_object_end(j);
	buf_fini(&text);
	return true;
}

static bool
settings(struct api_call *c, struct err *e)
{
	return settings_put(c, e);
}

/* In quotes where a value begins or ends with white space or could be taken for something else. */
static void
value_put(struct buf *b, struct slice value)
{
	bool bare = value.len == 0 || (slice_trim(value).len == value.len && value.p[0] != '"');

	buf_printf(b, bare ? "%.*s" : "\"%.*s\"", SLICE_ARG(value));
}

/*
 * The file's text with one setting changed. Every other line stays as people
 * wrote it, comments too; a setting that is not there goes to the end of its
 * section, which is made where there is none.
 */
static void
change(struct slice text, struct slice section, struct slice key, struct slice value, struct buf *out)
{
	struct slice rest = text, line;
	bool inside = false, done = false;

	while (slice_line(&rest, &line)) {
		struct slice bare = slice_trim(line);
		size_t eq = slice_find_byte(bare, '=');

		if (rest.p == NULL && line.len == 0)
			break;
		if (bare.len > 0 && bare.p[0] == '[') {
			if (inside && !done) {
				buf_printf(out, "%.*s = ", SLICE_ARG(key));
				value_put(out, value);
				buf_str(out, "\n\n");
				done = true;
			}
			inside = bare.len > 2 && slice_eq(slice_trim(slice_sub(bare, 1, bare.len - 2)), section);
		}
		if (inside && eq != SIZE_MAX && slice_eq(slice_trim(slice_sub(bare, 0, eq)), key)) {
			/* Of one that stands twice the last holds: now there is one. */
			if (!done) {
				buf_printf(out, "%.*s = ", SLICE_ARG(key));
				value_put(out, value);
				buf_byte(out, '\n');
			}
			done = true;
			continue;
		}
		buf_put(out, line);
		buf_byte(out, '\n');
	}
	if (done)
		return;
	if (!inside)
		buf_printf(out, "\n[%.*s]\n", SLICE_ARG(section));
	buf_printf(out, "%.*s = ", SLICE_ARG(key));
	value_put(out, value);
	buf_byte(out, '\n');
}

/* One line, and nothing that a reader of the file would take for another thing. */
static bool
value_ok(struct slice v)
{
	for (size_t i = 0; i < v.len; i++) {
		if (v.p[i] < 0x20 || v.p[i] == 0x7f)
			return false;
	}
	return slice_utf8_ok(v);
}

static bool
change_all(struct api_call *c, struct buf *text, struct err *e)
{
	struct buf next;

	JSON_EACH(item, json_get(c->body, S("set"))) {
		struct slice key = json_text(json_get(item, S("name"))), value = json_text(json_get(item, S("value"))), section;

		c->field = arena_str(c->a, slice_sub(key, 0, 64));
		if (!is_open(key))
			return api_status(c, 403), err_set(e, ERR_DENIED, "%s is changed on the machine itself, in entente.conf", QUOTE(key));
		if (!value_ok(value))
			return err_set(e, ERR_INPUT, "%s holds what a line of text cannot", QUOTE(value));
		(void)slice_cut(&key, '.', &section);
		buf_init(&next, NODE_CONF_BYTES_MAX);
		change(buf_view(text), section, key, value, &next);
		buf_fini(text);
		*text = next;
	}
	return buf_ok(text) || err_set(e, ERR_LIMIT, "the content is larger than %zu bytes", NODE_CONF_BYTES_MAX);
}

static bool
line(void *cookie, struct err *e)
{
	struct api_call *c = cookie;

	c->field = NULL;
	JSON_EACH(item, json_get(c->body, S("set")))
		c->audit = arena_printf(c->a, "%.*s%s%.*s", SLICE_ARG(c->audit), c->audit.len > 0 ? " " : "", SLICE_ARG(json_text(json_get(item, S("name")))));
	return api_audit(c, e);
}

/* It is read as it will be, before it takes the old one's place. */
static bool
save(struct api_call *c, struct slice before, struct slice after, struct err *e)
{
	struct node n = NODE_NONE;
	bool ok = node_conf_check(&n, after, e) && conf_change(c->api->node, before, after, line, c, e);

	arena_fini(&n.memory);
	return ok;
}

static bool
patch(struct api_call *c, struct err *e)
{
	struct slice before;
	struct buf text;
	bool ok;

	buf_init(&text, NODE_CONF_BYTES_MAX);
	ok = file_read(node_path(c->api->node, "entente.conf"), &text, e);
	before = arena_copy(c->a, buf_view(&text));
	ok = ok && change_all(c, &text, e) && save(c, before, buf_view(&text), e);
	buf_fini(&text);
	c->audited = ok;
	if (!ok)
		return false;
	api_changed(c, "setting", 0);
	return settings_put(c, e);
}

static const struct api_value name_value = { .type = API_TEXT, .min = 1, .max = 64 };
static const struct api_value value_value = { .type = API_TEXT, .max = 1000 };
static const struct api_member item_members[] = {
	{ "name", &api_text, API_REQUIRED, "section.key" },
	{ "value", &api_text, API_REQUIRED, NULL },
	{ "changeable", &api_bool, API_REQUIRED, "By this API; others on the machine itself" },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value item_value = { .type = API_OBJECT, .members = item_members, .name = "Setting" };
static const struct api_value item_list = { .type = API_ARRAY, .items = &item_value };
static const struct api_member list_members[] = { { "items", &item_list, API_REQUIRED, NULL }, { NULL, NULL, 0, NULL } };
static const struct api_value list_value = { .type = API_OBJECT, .members = list_members };
static const struct api_member set_members[] = {
	{ "name", &name_value, API_REQUIRED, NULL },
	{ "value", &value_value, API_REQUIRED, NULL },
	{ NULL, NULL, 0, NULL },
};
static const struct api_value set_value = { .type = API_OBJECT, .members = set_members };
static const struct api_value set_list = { .type = API_ARRAY, .items = &set_value, .min = 1, .max = 64 };
static const struct api_member patch_members[] = { { "set", &set_list, API_REQUIRED, NULL }, { NULL, NULL, 0, NULL } };
static const struct api_value patch_body = { .type = API_OBJECT, .members = patch_members };

static const struct api_route routes[] = {
	{ .method = API_GET, .path = "/api/v1/settings", .right = RIGHT_SETTINGS_READ, .flags = API_READS_KEEPER, .run = settings,
	    .summary = "Settings as they hold", .answer = &list_value },
	{ .method = API_PATCH, .path = "/api/v1/settings", .right = RIGHT_SETTINGS_CHANGE, .flags = API_CHANGES | API_COMMITS_ITSELF, .run = patch,
	    .summary = "Change some; entente.conf keeps its comments", .body = &patch_body, .answer = &list_value },
};

const struct api_room api_setting_room = { "settings", routes, sizeof(routes) / sizeof(routes[0]) };
