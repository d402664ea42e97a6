#include "node.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/schema.h"
#include "test.h"

static char dir[3000];

static void
fresh(const char *name)
{
	struct err e = ERR_INIT;

	(void)snprintf(dir, sizeof(dir), "%s/%s", test_dir(), name);
	CHECK_OK(node_init(dir, NULL, &e), &e);
}

static mode_t
mode_of(const struct node *n, const char *name)
{
	struct stat st = { 0 };

	CHECK(stat(node_path(n, name), &st) == 0);
	return st.st_mode & 0777;
}

TEST(a_node_is_its_owners_alone)
{
	static const struct { const char *name; mode_t mode; } cases[] = {
		{ ".", 0700 }, { "feeds", 0700 }, { "archive", 0700 },
		{ "entente.conf", 0600 }, { "store.db", 0600 },
	};
	struct err e = ERR_INIT;
	struct node n = NODE_NONE;

	(void)umask(022);
	fresh("rights");
	CHECK_OK(node_open(dir, NODE_WRITE, &n, &e), &e);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(mode_of(&n, cases[i].name) == cases[i].mode);
	CHECK(mode_of(&n, "lock") == 0600);
	node_close(&n);
}

static void
conf_write(const char *text)
{
	char path[4096];
	struct err e = ERR_INIT;

	(void)snprintf(path, sizeof(path), "%s/entente.conf", dir);
	CHECK_OK(file_write(path, slice_of_str(text), &e), &e);
}

/* What is wrong is named with its line, its key and what it may be. */
TEST(settings_are_looked_at)
{
	static const struct { const char *name, *text, *want; } cases[] = {
		{ "way", "[notices]\nway = pigeon\n", "line 2: way: \"pigeon\" is none of outbox, smtp" },
		{ "tlp", "[notices]\ntlp = PURPLE\n", "line 2: tlp: \"PURPLE\" is none of CLEAR, GREEN, AMBER, AMBER+STRICT" },
		{ "tlp red", "[notices]\ntlp = RED\n", "line 2: tlp: " },
		{ "trusted", "[intake]\ntrusted = 192.0.2.0/24, foo//bar\n", "line 2: trusted: \"foo//bar\" is neither" },
		{ "memory", "[intake]\nreader_memory = 1K\n", "line 2: reader_memory: \"1K\" is too little: at least 64M" },
		{ "report", "[intake]\nreport_max = 0\n", "line 2: report_max: \"0\" is too little" },
		{ "tls", "\n[smtp]\ntls = maybe\n", "line 3: tls: \"maybe\" is none of require, try, off" },
		{ "smtp", "[smtp]\nurl = mail.example\n", "line 2: url: expected smtp://" },
		{ "url", "[node]\nurl = csirt\n", "line 2: url: expected an address" },
		{ "sign", "[notices]\nsign = my key\n", "line 2: sign: expected" },
		{ "group", "[node]\ngroup = maybe\n", "line 2: group: \"maybe\" is none of yes, no" },
		{ "clock", "[node]\nclock = yesterday\n", "line 2: clock: expected a moment" },
		{ "automatic", "[notices]\nautomatic = yes\n", "line 2: automatic: \"yes\" is none of no, prepare, send" },
		{ "listen", "[server]\nlisten = 127.0.0.1\n", "line 2: listen: expected an address and port" },
		{ "listen, no brackets", "[server]\nlisten = ::1:8443\n", "line 2: listen: expected an address and port" },
		{ "listen, port", "[server]\nlisten = *:65536\n", "line 2: listen: expected an address and port" },
		{ "listen, none", "[server]\nlisten = ,\n", "line 2: listen: expected 1 to" },
		{ "proxies", "[server]\nproxies = proxy.example\n", "line 2: proxies: \"proxy.example\" is not a network" },
		{ "processes", "[server]\nprocesses = 1000\n", "line 2: processes: expected a number from 0 to 64" },
		{ "server", "[server]\nlisten = 8443, [::1]:8443 *:443 csirt.example:0\ntls = no\nproxies = 127.0.0.1/32, ::1\n"
		    "metrics = 10.0.0.0/8\nurl = https://csirt.example/\nprocesses = 3\npublic = no\ncertificate = /etc/ssl/c.pem\n", NULL },
		{ "good", "[node]\nname = A\nurl = https://a.example/\ngroup = no\n[intake]\n"
		    "trusted = 192.0.2.0/24 2001:db8::/32,mx.example.org,.internal,localhost\n"
		    "[notices]\nway = smtp\ntlp = AMBER+STRICT\nsign = 0123 4567 89ab cdef\n"
		    "[smtp]\nurl = smtps://mail.example:465\ntls = try\n", NULL },
	};
	struct err e = ERR_INIT;

	fresh("settings");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct node n = NODE_NONE;
		bool ok;

		conf_write(cases[i].text);
		ok = node_conf_read(&n, dir, &e);
		test_case("%s: %s", cases[i].name, ok ? "taken" : e.text);
		CHECK(ok == (cases[i].want == NULL));
		CHECK(ok || strstr(e.text, cases[i].want) != NULL);
		arena_fini(&n.memory);
	}
}

TEST(a_broken_table_of_networks_costs_itself)
{
	struct err e = ERR_INIT;
	struct node n = NODE_NONE;
	char path[4096];

	fresh("networks");
	(void)snprintf(path, sizeof(path), "%s/networks.tbl", dir);
	CHECK_OK(file_write(path, S("no table"), &e), &e);
	CHECK_OK(node_open(dir, NODE_READ, &n, &e), &e);
	CHECK(n.networks == NULL && n.networks_bad);
	node_close(&n);
}

TEST(an_older_schema_is_brought_up_to_date_for_who_reads)
{
	const struct schema *before = schema_now;
	const char *steps[64];
	struct schema longer = { steps, before->count + 1 };
	struct err e = ERR_INIT;
	struct node n = NODE_NONE;
	char path[4096];
	bool there = false;
	int fd;

	fresh("older");
	CHECK(before->count < 63);
	memcpy(steps, before->steps, before->count * sizeof(steps[0]));
	steps[before->count] = "CREATE TABLE later (id $ID PRIMARY KEY);";
	schema_now = &longer;
	/* While another one writes it is told, and nothing is touched. */
	(void)snprintf(path, sizeof(path), "%s/lock", dir);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0);
	CHECK(!node_open(dir, NODE_READ, &n, &e) && e.code == ERR_CONFLICT);
	(void)close(fd);
	CHECK_OK(node_open(dir, NODE_READ, &n, &e), &e);
	CHECK(n.lock_fd < 0);
	CHECK_OK(db_has_table(store_db(n.store), "later", &there, &e), &e);
	CHECK(there);
	node_close(&n);
	schema_now = before;
	CHECK(!node_open(dir, NODE_READ, &n, &e) && e.code == ERR_INPUT);
}

int
main(void)
{
	RUN(a_node_is_its_owners_alone);
	RUN(settings_are_looked_at);
	RUN(a_broken_table_of_networks_costs_itself);
	RUN(an_older_schema_is_brought_up_to_date_for_who_reads);
	return test_end();
}
