#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/archive_room.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as an archive's file: read to the end, then from the middle. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct archive_source *s = NULL;
	struct err e = ERR_INIT;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	uint64_t total = 0;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	if (archive_source_open(fd, 1 << 20, &s, &e)) {
		struct source *src = archive_source_get(s);

		while (!src->eof && total < (64 << 20) && source_more(src, &e)) {
			total += src->window.len;
			source_advance(src, src->window.len);
		}
		if (archive_source_seek(s, total / 2, &e))
			total += source_more(src, &e);
	}
	archive_source_fini(&s);
	{
		struct slice note = S("");
		struct arena a;

		arena_init(&a, 1 << 20);
		if (archive_frames(fd, &a, &note, &total, &e) && note.len > ARCHIVE_NOTE_MAX)
			abort();
		arena_fini(&a);
	}
	(void)close(fd);
	return 0;
}
