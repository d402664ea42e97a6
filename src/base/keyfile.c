#include "base/keyfile.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* Made under another name and linked: of two that make it at once both read the same one. */
static bool
key_make(const char *path, struct err *e)
{
	uint8_t key[KEYFILE_BYTES];
	char tmp[PATH_TEXT_MAX];
	int fd;
	bool ok;

	if (snprintf(tmp, sizeof(tmp), "%s.XXXXXX", path) >= (int)sizeof(tmp))
		return err_set(e, ERR_USAGE, "%s: the path is too long", path);
	fd = mkstemp(tmp); /* 0600 */
	if (fd < 0)
		return err_sys(e, "%s", tmp);
	randombytes_buf(key, sizeof(key));
	ok = fd_write_all(fd, slice_of(key, sizeof(key)), e) &&
	    (fsync(fd) == 0 || err_sys(e, "%s", tmp)) &&
	    (link(tmp, path) == 0 || file_exists(path) || err_sys(e, "%s", path));
	sodium_memzero(key, sizeof(key));
	(void)close(fd);
	(void)unlink(tmp);
	return ok;
}

static bool
key_read(const char *path, uint8_t key[KEYFILE_BYTES], struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	bool ok;

	if (fd < 0)
		return err_sys(e, "%s", path);
	ok = (fstat(fd, &st) == 0 || err_sys(e, "%s", path)) &&
	    ((st.st_mode & 077) == 0 ||
		err_set(e, ERR_DENIED, "%s may be read by others; it must be its owner's alone: chmod 600", path)) &&
	    ((st.st_size == KEYFILE_BYTES && read(fd, key, KEYFILE_BYTES) == KEYFILE_BYTES) ||
		err_set(e, ERR_INPUT, "%s is not the key that was made; put a copy of it back", path));
	(void)close(fd);
	return ok;
}

bool
keyfile_get(const char *path, uint8_t key[KEYFILE_BYTES], struct err *e)
{
	return (file_exists(path) || key_make(path, e)) && key_read(path, key, e);
}
