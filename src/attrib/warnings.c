#include "attrib/warnings.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/file.h"
#include "base/lang.h"
#include "base/log.h"
#include "parse/domain.h"
#include "parse/ip.h"
#include "parse/json.h"
#include "parse/pattern_regex.h"

#define NAME_MAX_BYTES 253
#define ENTRIES_MAX 4000000
/* Each is tried on each value. */
#define REGEX_MAX 1000

struct range { struct ip first, last; uint32_t list; };
struct text { struct slice s; uint32_t list; };
struct regex { struct pattern_regex *r; uint32_t list; };

/* Kept sorted between additions, so that a look is a search by halves. */
struct texts { struct text *v; size_t count; };

struct warnings {
	struct arena memory;
	char **names;
	size_t name_count;
	struct range *ranges; /* by first; those that overlap are joined */
	size_t range_count;
	struct texts names_below; /* these and all below them */
	struct texts exact;
	struct texts within; /* anywhere in a value: looked at one by one */
	struct regex *regexes; /* as well */
	size_t regex_count;
};

static void
text_add(struct texts *t, struct slice s, size_t list)
{
	t->v = xgrown(t->v, t->count, sizeof(*t->v));
	t->v[t->count++] = (struct text){ s, (uint32_t)list };
}

static int
text_cmp(const void *a, const void *b)
{
	return slice_cmp(((const struct text *)a)->s, ((const struct text *)b)->s);
}

static int
range_cmp(const void *a, const void *b)
{
	return ip_cmp(((const struct range *)a)->first, ((const struct range *)b)->first);
}

static const struct text *
text_find(const struct texts *t, struct slice s)
{
	const struct text key = { s, 0 };

	return t->count == 0 ? NULL : bsearch(&key, t->v, t->count, sizeof(*t->v), text_cmp);
}

static void
settle(struct warnings *w)
{
	size_t n = 0;

	if (w->range_count > 0)
		qsort(w->ranges, w->range_count, sizeof(*w->ranges), range_cmp);
	for (size_t i = 0; i < w->range_count; i++) {
		if (n > 0 && ip_cmp(w->ranges[i].first, w->ranges[n - 1].last) <= 0) {
			if (ip_cmp(w->ranges[i].last, w->ranges[n - 1].last) > 0)
				w->ranges[n - 1].last = w->ranges[i].last;
		} else {
			w->ranges[n++] = w->ranges[i];
		}
	}
	w->range_count = n;
	if (w->names_below.count > 0)
		qsort(w->names_below.v, w->names_below.count, sizeof(struct text), text_cmp);
	if (w->exact.count > 0)
		qsort(w->exact.v, w->exact.count, sizeof(struct text), text_cmp);
}

static bool
address_add(struct warnings *w, struct slice s)
{
	struct prefix p;

	if (!prefix_read_loose(s, &p))
		return false;
	w->ranges = xgrown(w->ranges, w->range_count, sizeof(*w->ranges));
	w->ranges[w->range_count++] = (struct range){ p.ip, prefix_last(&p), (uint32_t)w->name_count };
	return true;
}

enum kind { KIND_CIDR, KIND_HOSTNAME, KIND_STRING, KIND_SUBSTRING, KIND_REGEX, KIND_NONE };

static enum kind
kind_of(struct slice type)
{
	static const struct slice names[] = { S_INIT("cidr"), S_INIT("hostname"), S_INIT("string"), S_INIT("substring"), S_INIT("regex") };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (slice_eq(type, names[i]))
			return (enum kind)i;
	}
	return KIND_NONE;
}

/*
 * MISP's are PHP's: "/^a/i", between two marks, with flags behind; some have neither.
 * *flags: those that PCRE2 knows within an expression. False: another flag.
 */
static bool
regex_unwrap(struct slice *s, char flags[8])
{
	size_t end = s->len, n = 0;

	flags[0] = '\0';
	if (s->len < 2 || s->p[0] != '/')
		return true;
	while (end > 1 && byte_is_alpha(s->p[end - 1]))
		end--;
	if (end < 2 || s->p[end - 1] != '/')
		return true;
	for (size_t i = end; i < s->len; i++) {
		uint8_t c = s->p[i];

		if (c == 'u')
			continue; /* they are UTF-8 all */
		if ((c != 'i' && c != 'm' && c != 's' && c != 'x') || n == 4)
			return false;
		flags[n++] = (char)c;
		flags[n] = '\0';
	}
	*s = slice_sub(*s, 1, end - 2);
	return true;
}

static bool
regex_add(struct warnings *w, struct slice s)
{
	struct pattern_regex *r = NULL;
	struct err ignored = ERR_INIT;
	char flags[8];
	struct buf b;
	bool ok;

	if (w->regex_count >= REGEX_MAX || !regex_unwrap(&s, flags))
		return false;
	buf_init(&b, PATTERN_REGEX_BYTES_MAX);
	if (flags[0] != '\0')
		buf_printf(&b, "(?%s)", flags);
	buf_put(&b, s);
	ok = buf_ok(&b) && s.len > 0 && pattern_regex_new(buf_view(&b), &r, &ignored);
	buf_fini(&b);
	/* What fits nothing at all fits everything: it would empty each list. */
	if (ok && pattern_regex_match(r, S(""))) {
		pattern_regex_free(&r);
		ok = false;
	}
	if (!ok)
		return false;
	w->regexes = xgrown(w->regexes, w->regex_count, sizeof(*w->regexes));
	w->regexes[w->regex_count++] = (struct regex){ r, (uint32_t)w->name_count };
	return true;
}

/* False: of no use. */
static bool
entry_add(struct warnings *w, enum kind kind, struct slice s)
{
	s = slice_trim(s);
	if (s.len == 0 || s.len > 4096)
		return false;
	if (kind == KIND_CIDR)
		return address_add(w, s);
	if (kind == KIND_REGEX)
		return regex_add(w, s);
	/* A list of texts may hold addresses. */
	if (kind == KIND_STRING && address_add(w, s))
		return true;
	if (kind == KIND_HOSTNAME && s.p[0] == '.')
		s = slice_from(s, 1);
	s = arena_lower(&w->memory, s);
	if (s.p == NULL || s.len == 0)
		return false;
	text_add(kind == KIND_HOSTNAME ? &w->names_below : kind == KIND_STRING ? &w->exact : &w->within, s, w->name_count);
	return true;
}

static size_t
entries(const struct warnings *w)
{
	return w->range_count + w->names_below.count + w->exact.count + w->within.count + w->regex_count;
}

/* The caller sorts when all are in. */
static bool
add(struct warnings *w, struct slice text, size_t *skipped_out, struct err *e)
{
	const struct json *root, *list;
	struct arena tree;
	enum kind kind;
	struct slice name;
	bool ok = false;

	*skipped_out = 0;
	arena_init(&tree, 16 * WARNINGS_FILE_BYTES_MAX);
	if (!json_parse(text, &JSON_LIMITS, &tree, &root, e))
		goto out;
	list = json_get(root, S("list"));
	kind = kind_of(json_text(json_get(root, S("type"))));
	name = json_text(json_get(root, S("name")));
	if (!json_is(list, JSON_ARRAY) || name.len == 0) {
		(void)err_set(e, ERR_INPUT, "it is no warning list: it needs name, type and list");
		goto out;
	}
	JSON_EACH (j, list) {
		if (entries(w) >= ENTRIES_MAX || kind == KIND_NONE || !entry_add(w, kind, json_text(j)))
			++*skipped_out;
	}
	w->names = xgrown(w->names, w->name_count, sizeof(*w->names)); /* NOLINT(bugprone-sizeof-expression): pointers */
	w->names[w->name_count++] = xtext(slice_sub(name, 0, 200));
	ok = true;
out:
	arena_fini(&tree);
	return ok;
}

bool
warnings_add(struct warnings *w, struct slice text, size_t *skipped_out, struct err *e)
{
	bool ok = add(w, text, skipped_out, e);

	settle(w);
	return ok;
}

struct warnings *
warnings_new(void)
{
	struct warnings *w = xalloc(sizeof(*w));
	struct err e = ERR_INIT;
	size_t skipped;

	*w = (struct warnings){ 0 };
	arena_init(&w->memory, 4 * WARNINGS_FILE_BYTES_MAX);
	for (size_t i = 0; i < embedded_count; i++) {
		bool ok = !slice_starts(embedded_files[i].name, S("warnings/")) ||
		    add(w, embedded_bytes(&embedded_files[i]), &skipped, &e);

		assert(ok);
		(void)ok;
	}
	settle(w);
	return w;
}

static bool
file_add(struct warnings *w, const char *path, struct err *e)
{
	struct buf b;
	size_t skipped = 0;
	bool ok;

	buf_init(&b, WARNINGS_FILE_BYTES_MAX);
	ok = file_read(path, &b, e) && add(w, buf_view(&b), &skipped, e);
	if (ok && skipped > 0)
		log_warn("warnings.skipped", "file=%s entries=%zu", LOG_TEXT(path), skipped);
	buf_fini(&b);
	return ok;
}

void
warnings_add_folder(struct warnings *w, const char *folder,
    void (*said)(void *cookie, const char *path, const struct err *why), void *cookie)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	char path[4096];

	if (d == NULL)
		return;
	while ((entry = readdir(d)) != NULL) {
		struct slice name = slice_of_str(entry->d_name);
		struct err e = ERR_INIT;
		bool ok;

		if (name.p[0] == '.' || !slice_ends(name, S(".json")) ||
		    snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >= (int)sizeof(path))
			continue;
		ok = file_add(w, path, &e);
		said(cookie, path, ok ? NULL : &e);
	}
	settle(w);
	(void)closedir(d);
}

void
warnings_free(struct warnings **w)
{
	if (*w == NULL)
		return;
	for (size_t i = 0; i < (*w)->name_count; i++)
		free((*w)->names[i]);
	free((*w)->names);
	free((*w)->ranges);
	free((*w)->names_below.v);
	free((*w)->exact.v);
	free((*w)->within.v);
	for (size_t i = 0; i < (*w)->regex_count; i++)
		pattern_regex_free(&(*w)->regexes[i].r);
	free((*w)->regexes);
	arena_fini(&(*w)->memory);
	free(*w);
	*w = NULL;
}

static bool
found(const struct warnings *w, uint32_t list, const char **list_out)
{
	if (list_out != NULL)
		*list_out = w->names[list];
	return true;
}

static bool
by_rule(const char *rule, const char **list_out)
{
	if (list_out != NULL)
		*list_out = rule;
	return true;
}

/* The last range that begins at or before ip; NULL: none. */
static const struct range *
range_before(const struct warnings *w, struct ip ip)
{
	size_t lo = 0, hi = w->range_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ip_cmp(w->ranges[mid].first, ip) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo == 0 ? NULL : &w->ranges[lo - 1];
}

static bool
range_met(const struct warnings *w, struct ip first, struct ip last, const char **list_out)
{
	const struct range *r = range_before(w, last);

	return r != NULL && ip_cmp(r->last, first) >= 0 && found(w, r->list, list_out);
}

/* Documentation's addresses are nobody's: a list of them harms none, and is what one tries lists out with. */
static bool
special(struct ip ip)
{
	return ip_is_special(ip) && !ip_is_documentation(ip);
}

static bool
address_met(const struct warnings *w, struct ip ip, const char **list_out)
{
	if (special(ip))
		return by_rule(N_("special-purpose addresses (RFC 6890)"), list_out);
	return range_met(w, ip, ip, list_out);
}

static bool
network_met(const struct warnings *w, const struct prefix *p, const char **list_out)
{
	struct ip last = prefix_last(p);

	if (special(p->ip) || special(last))
		return by_rule(N_("special-purpose addresses (RFC 6890)"), list_out);
	return range_met(w, p->ip, last, list_out);
}

/* A name, and all that it lies below. */
static bool
name_met(const struct warnings *w, struct slice name, const char **list_out)
{
	if (domain_suffix(name))
		return by_rule(N_("names under which others register"), list_out);
	for (struct slice s = name;;) {
		const struct text *t = text_find(&w->names_below, s);
		size_t dot = slice_find_byte(s, '.');

		if (t != NULL)
			return found(w, t->list, list_out);
		if (dot == SIZE_MAX)
			return false;
		s = slice_from(s, dot + 1);
	}
}

bool
warnings_text(const struct warnings *w, struct slice s, const char **list_out)
{
	char low[4096];
	struct slice host;
	struct prefix p;
	struct ip ip;
	struct url url;
	const struct text *t;

	if (s.len == 0 || s.len > sizeof(low))
		return false;
	for (size_t i = 0; i < w->regex_count; i++) {
		if (pattern_regex_match(w->regexes[i].r, s))
			return found(w, w->regexes[i].list, list_out);
	}
	for (size_t i = 0; i < s.len; i++)
		low[i] = (char)byte_lower(s.p[i]);
	s = slice_of(low, s.len);
	if ((t = text_find(&w->exact, s)) != NULL)
		return found(w, t->list, list_out);
	for (size_t i = 0; i < w->within.count; i++) {
		if (slice_find(s, w->within.v[i].s) != SIZE_MAX)
			return found(w, w->within.v[i].list, list_out);
	}
	host = url_split(s, &url) ? url.host : s;
	/* "example.org." is example.org, and "." the root. */
	if (host.len > 0 && host.p[host.len - 1] == '.')
		host.len--;
	if (host.len == 0 && s.len == 1)
		return by_rule(N_("names under which others register"), list_out);
	if (ip_read(host, &ip))
		return address_met(w, ip, list_out);
	if (prefix_read_loose(host, &p))
		return network_met(w, &p, list_out);
	return (fqdn_ok(host) || slice_find_byte(host, '.') == SIZE_MAX) && name_met(w, host, list_out);
}

size_t
warnings_lists(const struct warnings *w)
{
	return w->name_count;
}

size_t
warnings_entries(const struct warnings *w)
{
	return entries(w);
}
