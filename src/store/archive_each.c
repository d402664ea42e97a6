/*
 * archive_each: a walk over what lies in an archive, folder by folder.
 */
#include <stdio.h>

#include "base/file.h"
#include "store/archive_room.h"

/* Who is called for what lies in a folder: one of the two. */
struct each {
	bool (*report)(void *cookie, const struct sha256 *sha, struct err *e);
	bool (*note)(void *cookie, const struct sha256 *sha, uint32_t day, struct err *e);
	void *cookie;
};

static bool
each_file(const struct each *each, struct slice name, struct err *e)
{
	struct slice day = slice_from(name, SHA256_HEX + 1);
	struct sha256 sha;
	uint64_t n;

	if (name.len < SHA256_HEX + 4 || name.p[SHA256_HEX] != '.' ||
	    !sha256_parse(slice_sub(name, 0, SHA256_HEX), &sha))
		return true;
	if (each->report != NULL)
		return !slice_eq(day, S("zst")) || each->report(each->cookie, &sha, e);
	if (!slice_ends(day, S(".note")))
		return true;
	day.len -= 5;
	return !slice_u64(day, &n) || n > UINT32_MAX || each->note(each->cookie, &sha, (uint32_t)n, e);
}

static bool
each_in(const char *folder, bool *go_on, const struct each *each, struct err *e)
{
	struct dir_list l;

	if (!dir_list(folder, false, &l, e))
		return false;
	for (size_t i = 0; i < l.count && *go_on; i++)
		*go_on = each_file(each, slice_of_str(l.names[i]), e);
	dir_list_free(&l);
	return true;
}

static bool
each_folder(struct archive *a, const struct each *each, struct err *e)
{
	bool go_on = true, ok = true;

	for (unsigned i = 0; i < 256 && ok && go_on; i++) {
		char path[4096];

		(void)snprintf(path, sizeof(path), "%s/%02x", archive_dir(a), i);
		if (file_exists(path))
			ok = each_in(path, &go_on, each, e);
	}
	return ok && go_on;
}

bool
archive_each(struct archive *a,
    bool (*each)(void *cookie, const struct sha256 *sha, struct err *e),
    void *cookie, struct err *e)
{
	return each_folder(a, &(struct each){ .report = each, .cookie = cookie }, e);
}

bool
archive_each_note(struct archive *a,
    bool (*each)(void *cookie, const struct sha256 *sha, uint32_t day, struct err *e),
    void *cookie, struct err *e)
{
	return each_folder(a, &(struct each){ .note = each, .cookie = cookie }, e);
}
