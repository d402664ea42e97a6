/*
 * Lists that firewalls and sensors load: plain lines, nftables, Suricata.
 * Machines act on them by themselves, so what warning lists hold is left out.
 */
#include "share/form.h"

#include "base/hash.h"
#include "base/lang.h"
#include "parse/base64.h"
#include "parse/domain.h"

/* Suricata: numbers from here on are nobody else's. */
#define NUMBER_FIRST 2100000000u
#define NUMBER_SPAN 2000000000u

static bool
is_address(const struct finding_row *row)
{
	return row->kind == PLACE_IP || row->kind == PLACE_NETWORK;
}

/* --- plain lines -------------------------------------------------------------- */

static bool
plain_row(struct form_run *r, const struct finding_row *row, struct buf *b)
{
	if (row->kind == PLACE_TARGET || row->kind == PLACE_ACCOUNT || row->place.len == 0)
		return false;
	if (form_again(r, row))
		return true;
	if (row->kind == PLACE_ASN)
		buf_str(b, "AS");
	buf_put(b, row->place);
	buf_byte(b, '\n');
	return true;
}

const struct form form_plain = { .name = "plain", .summary = N_("a place in each line"), .type = "text/plain; charset=utf-8",
	.file = "findings.txt", .list = true, .row = plain_row };

/* --- nftables ----------------------------------------------------------------- */

/* One transaction: nft takes all of the file or nothing. */
static void
nftables_head(struct form_run *r, struct buf *b)
{
	(void)r;
	buf_str(b, "add table inet entente\n"
	    "add set inet entente listed_v4 { type ipv4_addr; flags interval; auto-merge; }\n"
	    "add set inet entente listed_v6 { type ipv6_addr; flags interval; auto-merge; }\n"
	    "flush set inet entente listed_v4\nflush set inet entente listed_v6\n");
}

static bool
nftables_row(struct form_run *r, const struct finding_row *row, struct buf *b)
{
	if (!is_address(row))
		return false;
	if (form_again(r, row))
		return true;
	buf_printf(b, "add element inet entente listed_%s { %.*s }\n",
	    slice_find_byte(row->place, ':') == SIZE_MAX ? "v4" : "v6", SLICE_ARG(row->place));
	return true;
}

const struct form form_nftables = { .name = "nftables", .summary = N_("sets for nft -f: addresses and networks"),
	.type = "text/plain; charset=utf-8", .file = "findings.nft", .list = true, .head = nftables_head, .row = nftables_row };

/* --- Suricata ----------------------------------------------------------------- */

/* The same finding has the same number, unless another of this file has it already. */
static uint32_t
rule_number(struct form_run *r, const struct finding_row *row)
{
	uint32_t n = (uint32_t)(hash64(slice_of(&row->id, sizeof(row->id)), 0) % NUMBER_SPAN);
	size_t at;

	if (r->numbers == NULL)
		r->numbers = xlarge(FORM_NUMBERS, sizeof(*r->numbers));
	for (;; n = (n + 1) % NUMBER_SPAN) {
		for (at = n % FORM_NUMBERS; r->numbers[at] != 0 && r->numbers[at] != n + 1;)
			at = (at + 1) % FORM_NUMBERS;
		if (r->numbers[at] == 0)
			break;
	}
	r->numbers[at] = n + 1;
	return NUMBER_FIRST + n;
}

/* Within content:"...": what Suricata would take for something else goes as hexadecimal. */
static void
content(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (byte_is_alpha(c) || byte_is_digit(c) || (c != 0 && memchr("-_./?=&%~+@,*()", c, 15) != NULL))
			buf_byte(b, c);
		else
			buf_printf(b, "|%02x|", c);
	}
}

static void
rule_tail(struct form_run *r, const struct finding_row *row, struct buf *b)
{
	struct slice day = form_moment(r, row->last_s);
	char id[FINDING_ID_TEXT_MAX];

	finding_id_print(row->id, id);
	buf_printf(b, " classtype:%s; sid:%u; rev:%lld; metadata:finding %s, last_seen %.10s;)\n",
	    row->class == CLASS_SCANNER || row->class == CLASS_BRUTE_FORCE ? "attempted-recon" : "trojan-activity",
	    rule_number(r, row), (long long)(row->last_s / 86400), id, (const char *)day.p);
}

static void
rule_message(const struct finding_row *row, struct buf *b)
{
	buf_printf(b, "(msg:\"Entente %.*s\";", SLICE_ARG(class_type(row->class)));
}

static bool
url_rule(struct form_run *r, const struct finding_row *row, struct buf *b)
{
	struct url u;

	if (!url_split(row->place, &u) || !slice_starts_nocase(u.scheme, S("http")) || u.host.len == 0)
		return false;
	buf_str(b, "alert http $HOME_NET any -> any any ");
	rule_message(row, b);
	buf_str(b, " flow:established,to_server; http.host; content:\"");
	/* What Suricata compares with is in small letters. */
	content(b, arena_lower(r->a, u.host));
	buf_printf(b, "\"; bsize:%zu; http.uri; content:\"", u.host.len);
	content(b, u.path.len == 0 ? S("/") : u.path);
	buf_str(b, "\"; startswith;");
	return true;
}

static bool
suricata_row(struct form_run *r, const struct finding_row *row, struct buf *b)
{
	if (r->rows >= FORM_NUMBERS / 2)
		return false;
	if (is_address(row)) {
		buf_printf(b, "alert ip $HOME_NET any <> %.*s any ", SLICE_ARG(row->place));
		rule_message(row, b);
	} else if (row->kind == PLACE_FQDN) {
		buf_str(b, "alert dns $HOME_NET any -> any any ");
		rule_message(row, b);
		buf_str(b, " dns.query; dotprefix; content:\".");
		content(b, row->place);
		buf_str(b, "\"; nocase; endswith;");
	} else if (row->kind != PLACE_URL || !url_rule(r, row, b)) {
		return false;
	}
	rule_tail(r, row, b);
	return true;
}

const struct form form_suricata = { .name = "suricata", .summary = N_("rules for Suricata: addresses, names, URLs"),
	.type = "text/plain; charset=utf-8", .file = "findings.rules", .list = true, .row = suricata_row };

/* Datasets: addresses are lines, texts are in base64. */
static bool
dataset_ip_row(struct form_run *r, const struct finding_row *row, struct buf *b)
{
	if (row->kind != PLACE_IP)
		return false;
	if (form_again(r, row))
		return true;
	buf_put(b, row->place);
	buf_byte(b, '\n');
	return true;
}

static bool
dataset_name_row(struct form_run *r, const struct finding_row *row, struct buf *b)
{
	if (row->kind != PLACE_FQDN)
		return false;
	if (form_again(r, row))
		return true;
	base64_put(b, row->place);
	buf_byte(b, '\n');
	return true;
}

const struct form form_dataset_ip = { .name = "suricata-ips", .summary = N_("a dataset for Suricata (type ip)"),
	.type = "text/plain; charset=utf-8", .file = "findings.ips.lst", .list = true, .row = dataset_ip_row };
const struct form form_dataset_name = { .name = "suricata-names", .summary = N_("a dataset for Suricata (type string): names"),
	.type = "text/plain; charset=utf-8", .file = "findings.names.lst", .list = true, .row = dataset_name_row };
