/*
 * replay: feeds every file of a corpus folder to a fuzz target, so that the
 * plain test run looks at each crash that was ever found.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char **argv)
{
	struct dir_list names;
	struct err e = ERR_INIT;
	char path[1024];
	size_t ran = 0;

	if (argc != 2 || !dir_list(argv[1], false, &names, &e)) {
		(void)fprintf(stderr, "replay: %s\n", argc == 2 ? e.text : "name a corpus folder");
		return 2;
	}
	for (size_t i = 0; i < names.count; i++) {
		struct buf b;

		buf_init(&b, 64 << 20);
		(void)snprintf(path, sizeof(path), "%s/%s", argv[1], names.names[i]);
		if (!file_read(path, &b, &e)) {
			(void)fprintf(stderr, "%s: %s\n", path, e.text);
			return 2;
		}
		/* An exact-size copy, so that ASan sees a read past the end. */
		uint8_t *copy = malloc(b.len == 0 ? 1 : b.len);

		if (copy == NULL)
			return 2;
		memcpy(copy, b.p == NULL ? (const uint8_t *)"" : b.p, b.len);
		(void)LLVMFuzzerTestOneInput(copy, b.len);
		free(copy);
		buf_fini(&b);
		ran++;
	}
	dir_list_free(&names);
	(void)printf("%zu passed, 0 failed\n", ran);
	return ran == 0;
}
