/*
 * mail_bench: mails a second from a folder, bare GMime against mail to
 * evidence (format "mail", option mail=spam, events to a sink that counts).
 * Both read from memory; rounds take turns, so that both see the same machine.
 */
#include <dirent.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "intake/intake.h"

#define ROUNDS 9
#define MAILS_MAX 100000

static struct slice *mails;
static size_t mail_count;
static uint64_t mail_bytes;

static void
load(const char *folder, int depth)
{
	struct dir_list names;
	struct err e = ERR_INIT;

	if (!dir_list(folder, false, &names, &e)) {
		fprintf(stderr, "mail_bench: %s\n", e.text);
		exit(2);
	}
	for (size_t i = 0; i < names.count && mail_count < MAILS_MAX; i++) {
		char path[4096];
		struct stat st;
		struct buf b;
		size_t n;

		(void)snprintf(path, sizeof(path), "%s/%s", folder, names.names[i]);
		n = strlen(path);
		if (stat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			if (depth < 4)
				load(path, depth + 1);
			continue;
		}
		if (n > 5 && (strcmp(path + n - 5, ".json") == 0 ||
		    strcmp(path + n - 3, ".js") == 0))
			continue;
		buf_init(&b, (size_t)64 << 20);
		if (file_read(path, &b, &e) && b.len > 0) {
			mails[mail_count++] = buf_view(&b);
			mail_bytes += b.len;
		}
	}
	dir_list_free(&names);
}

static void
bare(struct slice mail)
{
	GByteArray *array = g_byte_array_new();
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;

	array->data = (guint8 *)(uintptr_t)mail.p;
	array->len = (guint)mail.len;
	stream = g_mime_stream_mem_new_with_byte_array(array);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, TRUE);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	if (message != NULL)
		g_object_unref(message);
	g_object_unref(stream);
	array->data = NULL;
	array->len = 0;
	g_byte_array_free(array, TRUE);
}

static uint64_t events, bads;

static bool
take_event(void *cookie, const struct event *ev, struct err *e)
{
	(void)cookie;
	(void)ev;
	(void)e;
	events++;
	return true;
}

static bool
take_bad(void *cookie, const struct place *place, struct slice column,
    struct slice reason, struct err *e)
{
	(void)cookie;
	(void)place;
	(void)column;
	(void)reason;
	(void)e;
	bads++;
	return true;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *v)
{
	qsort(v, ROUNDS, sizeof(*v), compare);
	return v[ROUNDS / 2];
}

int
main(int argc, char **argv)
{
	static struct intake in;
	double bare_s[ROUNDS], full_s[ROUNDS], ratio[ROUNDS];

	if (argc != 2) {
		fprintf(stderr, "usage: mail_bench FOLDER\n");
		return 2;
	}
	mails = xarray(MAILS_MAX, sizeof(*mails));
	load(argv[1], 0);
	intake_warmup();
	intake_init(&in);
	in.options = S("mail=spam");
	in.format_named = S("mail");
	in.sink = (struct intake_sink){ .event = take_event, .bad = take_bad };
	for (int round = -1; round < ROUNDS; round++) {
		int64_t t0, t1, t2;

		events = bads = 0;
		t0 = clock_mono_ns();
		for (size_t i = 0; i < mail_count; i++)
			bare(mails[i]);
		t1 = clock_mono_ns();
		for (size_t i = 0; i < mail_count; i++) {
			struct source src;
			struct err e = ERR_INIT;

			source_of_slice(&src, mails[i]);
			if (!intake_read(&in, &src, &e))
				bads++;
		}
		t2 = clock_mono_ns();
		if (round < 0)
			continue; /* warming up */
		bare_s[round] = (double)(t1 - t0) / 1e9;
		full_s[round] = (double)(t2 - t1) / 1e9;
		ratio[round] = bare_s[round] / full_s[round];
	}
	printf("mails %zu, MiB %.1f, events %llu, set aside %llu\n", mail_count,
	    (double)mail_bytes / 1048576, (unsigned long long)events,
	    (unsigned long long)bads);
	printf("bare GMime parse   %8.0f mails/s\n", (double)mail_count / median(bare_s));
	printf("mail to evidence   %8.0f mails/s\n", (double)mail_count / median(full_s));
	printf("ratio (median of %d) %.2f\n", ROUNDS, median(ratio));
	intake_fini(&in);
	return 0;
}
