/*
 * contacts_rpsl: from a registry's objects to contacts. Numbers name an
 * organisation or an abuse-c, an organisation names an abuse-c, and a role has
 * the mailbox; in a dump these come in any order. So mailboxes are kept by
 * handle, numbers with the handle that they name, and joined at the end.
 */
#include <stdlib.h>

#include "attrib/contacts_import.h"
#include "attrib/rpsl.h"
#include "base/hash.h"

#define OBJECT_BYTES_MAX ((size_t)4 << 20)
#define HOPS_MAX 4 /* number → organisation → role */

/* A handle that leads to a mailbox, or to another handle. */
struct handle {
	uint64_t key; /* hash of the handle in lower case; 0: an empty slot */
	struct slice email; /* NONE: look at next */
	struct slice name;
	uint64_t next;
};

struct number {
	struct contact contact; /* scope, value, country's name in name */
	uint64_t handle;
};

struct join {
	struct contacts_diff *d;
	struct handle *slots;
	size_t slot_count, used;
	struct number *numbers;
	size_t number_count, number_cap;
};

static uint64_t
handle_key(struct slice s)
{
	uint8_t lower[128];

	s = slice_sub(slice_trim(s), 0, sizeof(lower));
	if (s.len == 0)
		return 0;
	for (size_t i = 0; i < s.len; i++)
		lower[i] = byte_lower(s.p[i]);
	return hash64(slice_of(lower, s.len), 2622) | 1;
}

static struct handle *
handle_slot(struct join *j, uint64_t key)
{
	size_t i = (size_t)key & (j->slot_count - 1);

	while (j->slots[i].key != 0 && j->slots[i].key != key)
		i = (i + 1) & (j->slot_count - 1);
	return &j->slots[i];
}

static void
handle_put(struct join *j, uint64_t key, struct slice email, struct slice name, uint64_t next)
{
	struct handle *h;

	if (key == 0)
		return;
	if (2 * j->used >= j->slot_count) {
		struct join old = *j;

		j->slot_count = old.slot_count == 0 ? 1024 : old.slot_count * 2;
		j->slots = xarray(j->slot_count, sizeof(*j->slots));
		for (size_t i = 0; i < old.slot_count; i++) {
			if (old.slots[i].key != 0)
				*handle_slot(j, old.slots[i].key) = old.slots[i];
		}
		free(old.slots);
	}
	h = handle_slot(j, key);
	j->used += h->key == 0;
	*h = (struct handle){ key, email, name, next };
}

static bool
kept(struct join *j, struct slice *s, struct err *e)
{
	*s = arena_copy(&j->d->memory, *s);
	return s->p != NULL || err_set(e, ERR_LIMIT, "more contacts than fit into %zu bytes", j->d->memory.max);
}

static bool
number_put(struct join *j, enum contact_scope scope, struct slice value,
    const struct rpsl_object *o, struct err *e)
{
	struct slice handle = rpsl_get(o, S("abuse-c"));
	struct number n = { .contact = { .scope = scope, .value = value, .layer = LAYER_IMPORTED } };

	if (handle.len == 0)
		handle = rpsl_get(o, S("org"));
	if (handle.len == 0)
		handle = rpsl_get(o, S("mnt-irt"));
	if (handle.len == 0)
		handle = rpsl_get(o, S("admin-c"));
	n.handle = handle_key(handle);
	n.contact.name = rpsl_get(o, scope == SCOPE_ASN ? S("as-name") : S("netname"));
	if (n.handle == 0)
		return true; /* nobody is named: nothing to know */
	if (!kept(j, &n.contact.value, e) || !kept(j, &n.contact.name, e))
		return false;
	if (j->number_count == j->number_cap) {
		j->number_cap = j->number_cap == 0 ? 1024 : j->number_cap * 2;
		j->numbers = xrealloc(j->numbers, j->number_cap * sizeof(*j->numbers));
	}
	j->numbers[j->number_count++] = n;
	return true;
}

/* "192.0.2.0 - 192.0.2.255" as prefixes. */
static bool
range_put(struct join *j, struct slice value, const struct rpsl_object *o, struct err *e)
{
	size_t dash = slice_find_byte(value, '-');
	struct ip first, last;
	char text[PREFIX_TEXT_MAX];

	if (dash == SIZE_MAX)
		return number_put(j, SCOPE_PREFIX, value, o, e);
	if (!ip_read(slice_trim(slice_sub(value, 0, dash)), &first) ||
	    !ip_read(slice_trim(slice_from(value, dash + 1)), &last) ||
	    !ip_is_v4(first) || !ip_is_v4(last) || ip_cmp(first, last) > 0) {
		struct err why = ERR_INIT;

		(void)err_set(&why, ERR_INPUT, "%s is not a range of addresses", QUOTE(value));
		contacts_diff_bad(j->d, o->line, &why);
		return true;
	}
	for (;;) {
		struct prefix p = prefix_within(first, first, last);
		struct ip end = prefix_last(&p);

		if (!number_put(j, SCOPE_PREFIX, slice_of(text, prefix_print(&p, text)), o, e))
			return false;
		if (ip_cmp(end, last) >= 0)
			return true;
		first = ip_of_v4(ip_v4(end) + 1);
	}
}

static bool
object(struct join *j, const struct rpsl_object *o, struct err *e)
{
	struct slice class = o->v[0].name, value = o->v[0].value;
	struct slice mailbox = rpsl_get(o, S("abuse-mailbox")), email = SLICE_NONE, name;

	if (slice_eq(class, S("aut-num")))
		return number_put(j, SCOPE_ASN, value, o, e);
	if (slice_eq(class, S("inetnum")))
		return range_put(j, value, o, e);
	if (slice_eq(class, S("inet6num")))
		return number_put(j, SCOPE_PREFIX, value, o, e);
	if (!slice_eq(class, S("role")) && !slice_eq(class, S("person")) &&
	    !slice_eq(class, S("organisation")) && !slice_eq(class, S("irt")))
		return true;
	if (mailbox.len == 0 && slice_eq(class, S("irt")))
		mailbox = rpsl_get(o, S("e-mail"));
	if (mailbox.len > 0 && !mailbox_clean(mailbox, &j->d->memory, &email)) {
		struct err why = ERR_INIT;

		(void)err_set(&why, ERR_INPUT, "abuse-mailbox: %s is not a mail address", QUOTE(mailbox));
		contacts_diff_bad(j->d, o->line, &why);
	}
	name = slice_eq(class, S("organisation")) ? rpsl_get(o, S("org-name")) : value;
	if (!kept(j, &name, e))
		return false;
	handle_put(j, handle_key(slice_eq(class, S("role")) || slice_eq(class, S("person")) ?
	    rpsl_get(o, S("nic-hdl")) : value), email, name, handle_key(rpsl_get(o, S("abuse-c"))));
	return true;
}

static bool
join_all(struct join *j, struct err *e)
{
	struct arena a;
	bool ok = true;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < j->number_count && ok; i++) {
		struct number *n = &j->numbers[i];
		uint64_t key = n->handle;
		struct slice name = SLICE_NONE;

		for (int hop = 0; hop < HOPS_MAX && key != 0 && j->slot_count > 0; hop++) {
			const struct handle *h = handle_slot(j, key);

			if (h->key == 0)
				break;
			if (name.len == 0)
				name = h->name;
			if (h->email.p != NULL) {
				struct contact c = n->contact;
				struct err why = ERR_INIT;

				c.email = h->email;
				c.name = name;
				arena_reset(&a);
				if (!contact_clean(&c, &a, &why))
					contacts_diff_bad(j->d, 0, &why);
				else
					ok = contacts_diff_add(j->d, &c, e);
				break;
			}
			key = h->next;
		}
	}
	arena_fini(&a);
	return ok;
}

bool
contacts_rpsl_read(struct source *src, struct contacts_diff *d, struct err *e)
{
	struct join j = { .d = d };
	struct rpsl_reader r = { .src = src };
	struct rpsl_object o;
	struct arena a;
	enum step step;
	bool ok = false;

	arena_init(&a, OBJECT_BYTES_MAX);
	r.a = &a;
	while ((step = rpsl_next(&r, &o, e)) == STEP_ITEM || step == STEP_BAD) {
		if (step == STEP_BAD)
			contacts_diff_bad(d, o.line, e);
		else if (!object(&j, &o, e))
			goto out;
	}
	ok = step == STEP_END && join_all(&j, e);
out:
	arena_fini(&a);
	free(j.slots);
	free(j.numbers);
	return ok;
}
