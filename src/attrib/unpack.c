#include "attrib/unpack.h"

#include <archive.h>
#include <stdlib.h>

#include "base/arena.h"

#define BLOCK ((size_t)256 << 10)
#define RATIO_FROM ((uint64_t)64 << 20)

struct unpack {
	struct archive *a;
	uint64_t bytes;
};

static bool
pull(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	struct unpack *u = cookie;
	la_ssize_t n = archive_read_data(u->a, p, cap);
	la_int64_t packed;

	if (n < 0)
		return err_set(e, ERR_INPUT, "it cannot be unpacked: it is damaged or cut short");
	u->bytes += (uint64_t)n;
	packed = archive_filter_bytes(u->a, -1);
	if (u->bytes > UNPACK_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "larger than %llu bytes", (unsigned long long)UNPACK_BYTES_MAX);
	if (u->bytes > RATIO_FROM && packed > 0 && u->bytes / (uint64_t)packed > UNPACK_RATIO_MAX)
		return err_set(e, ERR_LIMIT, "unpacked it is more than %d times as large", UNPACK_RATIO_MAX);
	*n_out = (size_t)n;
	return true;
}

bool
unpack_open(int fd, size_t window_max, struct source *src, struct unpack **out, struct err *e)
{
	struct unpack *u = xalloc(sizeof(*u));
	struct archive_entry *entry;
	int r;

	*u = (struct unpack){ .a = archive_read_new() };
	*out = u;
	source_of_pull(src, pull, u, window_max);
	if (u->a == NULL)
		return err_set(e, ERR_LIMIT, "there is no memory to unpack it");
	(void)archive_read_support_filter_gzip(u->a);
	(void)archive_read_support_filter_zstd(u->a);
	(void)archive_read_support_filter_xz(u->a);
	(void)archive_read_support_filter_bzip2(u->a);
	(void)archive_read_support_format_raw(u->a);
	(void)archive_read_support_format_empty(u->a);
	if (archive_read_open_fd(u->a, fd, BLOCK) != ARCHIVE_OK)
		return err_set(e, ERR_INPUT, "it cannot be unpacked: it is damaged or cut short");
	r = archive_read_next_header(u->a, &entry);
	if (r == ARCHIVE_EOF)
		source_of_slice(src, S("")); /* an empty file */
	return r == ARCHIVE_OK || r == ARCHIVE_EOF || err_set(e, ERR_INPUT, "it cannot be unpacked: it is damaged or cut short");
}

void
unpack_close(struct unpack **u, struct source *src)
{
	source_fini(src);
	if (*u == NULL)
		return;
	if ((*u)->a != NULL)
		(void)archive_read_free((*u)->a);
	free(*u);
	*u = NULL;
}
