#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>

#include "attrib/networks.h"
#include "base/file.h"
#include "base/lang.h"
#include "cli/commands.h"
#include "cli/networks_find.h"
#include "cli/table.h"
#include "node.h"

#define SOURCES_MAX 64

/* A file, or a folder with .csv (.gz, .zst) and .mmdb files; those with numbers double the ones with addresses. */
bool
cli_networks_sources(const char *path, enum networks_kind kind, glob_t *g,
    struct networks_source *out, size_t *count, struct err *e)
{
	static const char *const patterns[] = { "*.csv", "*.csv.gz", "*.csv.zst", "*.mmdb" };
	char pattern[4096];
	struct stat st;
	size_t before = *count;

	if (stat(path, &st) != 0)
		return err_sys(e, "%s", path), e->code = ERR_ABSENT, false;
	if (!S_ISDIR(st.st_mode)) {
		if (*count == SOURCES_MAX)
			return err_set(e, ERR_LIMIT, "more than %d files of networks", SOURCES_MAX);
		out[(*count)++] = (struct networks_source){ kind, path };
		return true;
	}
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		(void)path_join(pattern, path, patterns[i]);
		(void)glob(pattern, g->gl_pathc > 0 ? GLOB_APPEND : 0, NULL, g);
	}
	for (size_t i = 0; i < g->gl_pathc && *count < SOURCES_MAX; i++) {
		struct slice name = slice_of_str(g->gl_pathv[i]);
		bool here = slice_starts(name, slice_of_str(path)), twice = slice_ends(name, S("-num.csv"));

		/* GeoLite2's names of places are read with the blocks that need them. */
		twice = twice || slice_find(name, S("-Locations-")) != SIZE_MAX;

		for (size_t k = 0; k < *count; k++)
			twice = twice || slice_eq(slice_of_str(out[k].path), name);
		if (here && !twice)
			out[(*count)++] = (struct networks_source){ kind, g->gl_pathv[i] };
	}
	return *count > before || err_set(e, ERR_ABSENT, "%s: no .csv and no .mmdb file in this folder", path);
}

static const struct table_column columns[] = {
	{ "address", N_("Address"), false, 0 },
	{ "network", N_("Network"), false, 0 },
	{ "asn", N_("AS"), true, 0 },
	{ "as_name", N_("AS name"), false, 48 },
	{ "country", N_("Country"), false, 0 },
};

static bool
look_up(struct cli *c, struct err *e)
{
	struct node node;
	struct table t;

	if (!node_open(c->node, NODE_READ, &node, e))
		return false;
	if (node.networks == NULL) {
		node_close(&node);
		return err_set(e, ERR_ABSENT, "there is no table of networks yet; make it: entente networks --asn FILE --country FILE");
	}
	table_begin(&t, columns, 5, c->json);
	for (int i = 0; i < c->arg_count; i++) {
		char text[PREFIX_TEXT_MAX];
		struct prefix p;
		struct network n;
		struct ip ip, first, last;

		if (!ip_parse(slice_of_str(c->args[i]), &ip, e)) {
			(void)table_end(&t);
			node_close(&node);
			return false;
		}
		table_str(&t, c->args[i]);
		if (!networks_find(node.networks, ip, &n)) {
			for (int k = 0; k < 4; k++)
				table_none(&t);
			continue;
		}
		networks_range(node.networks, ip, &first, &last);
		p = prefix_within(ip, first, last);
		(void)prefix_print(&p, text);
		table_str(&t, text);
		if (n.asn == 0)
			table_none(&t);
		else
			table_int(&t, n.asn);
		table_text(&t, networks_as_name(node.networks, n.asn));
		table_text(&t, n.country[0] == 0 ? SLICE_NONE : slice_of(n.country, 2));
	}
	node_close(&node);
	return table_end(&t) || err_sys(e, "standard output");
}

static bool
networks(struct cli *c, struct err *e)
{
	struct networks_source sources[SOURCES_MAX];
	struct networks_built built;
	struct node node = NODE_NONE;
	glob_t g = { 0 };
	size_t count = 0;
	bool ok;

	if (c->arg_count > 0)
		return look_up(c, e);
	if (!cli_has(c, "asn") && !cli_has(c, "country"))
		return err_set(e, ERR_USAGE, "name --asn and --country, or addresses to look up; see: entente networks --help");
	ok = node_conf_read(&node, c->node, e) &&
	    (!cli_has(c, "asn") || cli_networks_sources(cli_opt(c, "asn"), NETWORKS_ASN, &g, sources, &count, e)) &&
	    (!cli_has(c, "country") || cli_networks_sources(cli_opt(c, "country"), NETWORKS_COUNTRY, &g, sources, &count, e)) &&
	    networks_build(sources, count, node_path(&node, "networks.tbl"), &built, e);
	if (ok && !c->quiet && !c->json) {
		printf(T("%llu networks of IPv4 and %llu of IPv6 from %zu files, %.1f MiB."),
		    (unsigned long long)built.ranges_v4, (unsigned long long)built.ranges_v6, count,
		    (double)built.bytes / 1048576);
		putchar('\n');
		if (built.bad_lines > 0) {
			printf(TN("%lu line could not be read and was passed over.", "%lu lines could not be read and were passed over.", built.bad_lines), (unsigned long)built.bad_lines);
			putchar('\n');
		}
	}
	globfree(&g);
	node_close(&node);
	return ok;
}

static const struct cli_option options[] = {
	{ "asn", 0, N_("PATH"), N_("file or folder: first,last,asn,name or network,asn,name as CSV (GeoLite2 Blocks too; .gz, .zst), or MaxMind DB") },
	{ "country", 0, N_("PATH"), N_("file or folder: first,last,country or network,country as CSV (GeoLite2 Blocks with Locations too; .gz, .zst), or MaxMind DB") },
	{ NULL, 0, NULL, NULL },
};

const struct cli_command cli_networks = {
	.name = "networks",
	.args = N_("[ADDRESS...]"),
	.summary = N_("build the table that says whose an address is, or look addresses up"),
	.details = N_("A new table takes the place of the old one as a whole; an entente that watches goes over to it by itself."),
	.examples = "  entente networks --asn asn/ --country geo/\n  entente networks 192.0.2.1 2001:db8::1",
	.options = options,
	.args_max = -1,
	.run = networks,
};
