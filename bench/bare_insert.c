/*
 * bare_insert: what rows cost as bare prepared inserts into SQLite, the
 * yardstick of bench/. With a CSV file, its rows (39 columns of a Shadowserver
 * report) go in as they are split at commas; without one, made rows.
 *
 *	bare_insert DATABASE ROWS [FILE.csv]
 *
 * WAL, synchronous=NORMAL, one transaction, everything else as it comes: the
 * fastest way that people use.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define COLUMNS 39

static double
seconds(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	    (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static double
wall(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
must(sqlite3 *db, int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
	exit(1);
}

static void
exec(sqlite3 *db, const char *sql)
{
	must(db, sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

static sqlite3_stmt *
prepare(sqlite3 *db)
{
	char create[2048] = "CREATE TABLE r (", insert[512] = "INSERT INTO r VALUES (";
	size_t c = strlen(create), i = strlen(insert);
	sqlite3_stmt *s = NULL;

	for (int k = 0; k < COLUMNS; k++) {
		c += (size_t)snprintf(create + c, sizeof(create) - c, "%sc%d TEXT", k == 0 ? "" : ", ", k);
		i += (size_t)snprintf(insert + i, sizeof(insert) - i, "%s?", k == 0 ? "" : ", ");
	}
	(void)snprintf(create + c, sizeof(create) - c, ")");
	(void)snprintf(insert + i, sizeof(insert) - i, ")");
	exec(db, "PRAGMA journal_mode=WAL");
	exec(db, "PRAGMA synchronous=NORMAL");
	exec(db, create);
	must(db, sqlite3_prepare_v2(db, insert, -1, &s, NULL) == SQLITE_OK, insert);
	return s;
}

static const char made_row[] =
    "2026-02-10 00:11:%02u,high,%u.%u.%u.%u,tcp,%u,node%u.example.net,http,64%u,ES,Madrid,Madrid,517311,"
    "%u,nginx,Linux,,1.18.0,x86_64,,,,,,,text/html,200,%u,,,,,,,,,,,\"%s\",end";

static int
row_make(unsigned i, char *out, size_t size)
{
	unsigned h = i * 2654435761u;

	return snprintf(out, size, made_row, i % 60, 1 + (h >> 24) % 223, h >> 16 & 255, h >> 8 & 255,
	    h & 255, 80 + i % 20, i, 100 + h % 800, h, h % 100000, "Welcome to nginx");
}

static void
row_bind(sqlite3_stmt *s, const char *line, size_t len)
{
	int k = 1;

	while (k <= COLUMNS) {
		const char *end = k == COLUMNS ? NULL : memchr(line, ',', len);
		size_t n = end == NULL ? len : (size_t)(end - line);

		(void)sqlite3_bind_text(s, k++, line, (int)n, SQLITE_STATIC);
		if (end == NULL)
			break;
		line = end + 1;
		len -= n + 1;
	}
	while (k <= COLUMNS)
		(void)sqlite3_bind_null(s, k++);
}

int
main(int argc, char **argv)
{
	unsigned long rows = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000;
	FILE *f = argc > 3 ? fopen(argv[3], "r") : NULL;
	unsigned long i = 0;
	char *line = NULL;
	size_t cap = 4096;
	double t, c;
	sqlite3_stmt *s;
	sqlite3 *db;

	if (argc < 2 || (argc > 3 && f == NULL)) {
		fprintf(stderr, "usage: bare_insert DATABASE ROWS [FILE.csv]\n");
		return 2;
	}
	must(NULL, sqlite3_open(argv[1], &db) == SQLITE_OK, argv[1]);
	s = prepare(db);
	line = malloc(cap);
	if (line == NULL)
		return 1;
	if (f != NULL && getline(&line, &cap, f) < 0)
		return 1; /* the header */
	t = wall();
	c = seconds();
	exec(db, "BEGIN");
	for (; i < rows; i++) {
		long n = f != NULL ? (long)getline(&line, &cap, f) :
				     row_make((unsigned)i, line, cap);

		if (n < 0)
			break;
		if (n > 0 && line[n - 1] == '\n')
			n--;
		row_bind(s, line, (size_t)n);
		must(db, sqlite3_step(s) == SQLITE_DONE, "insert");
		(void)sqlite3_reset(s);
	}
	exec(db, "COMMIT");
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
	t = wall() - t;
	c = seconds() - c;
	printf("bare_insert rows=%lu wall_s=%.3f cpu_s=%.3f rows_per_s=%.0f rows_per_cpu_s=%.0f\n", i, t, c,
	    (double)i / t, (double)i / c);
	free(line);
	if (f != NULL)
		(void)fclose(f);
	return 0;
}
