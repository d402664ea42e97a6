/* Texts that name something of ours: a finding, a report, a class, a marking. */
#include <stdlib.h>

#include "base/hash.h"
#include "model/finding.h"
#include "model/policy.h"
#include "model/taxonomy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	char text[FINDING_ID_TEXT_MAX];
	char hex[SHA256_HEX + 1];
	struct sha256 sha;
	int64_t id, back;
	enum tlp tlp;

	if (finding_id_parse(s, &id)) {
		finding_id_print(id, text);
		if (id < 0 || !finding_id_parse(slice_of_str(text), &back) || back != id)
			abort();
	}
	if (sha256_parse(s, &sha)) {
		sha256_hex(&sha, hex);
		if (!slice_eq_nocase(slice_of_str(hex), s))
			abort();
	}
	if (class_find(s) != CLASS_NONE && !slice_eq(class_type(class_find(s)), s))
		abort();
	/* An old name leads to one of today. */
	if (class_modern(s).p != NULL && class_find(class_modern(s)) == CLASS_NONE)
		abort();
	if (taxonomy_modern(s).p != NULL && !taxonomy_ok(taxonomy_modern(s)))
		abort();
	if (tlp_find(s, &tlp) && tlp > TLP_RED)
		abort();
	if (size >= sizeof(id)) {
		memcpy(&id, data, sizeof(id));
		id &= INT64_MAX;
		finding_id_print(id, text);
		if (!finding_id_parse(slice_of_str(text), &back) || back != id)
			abort();
	}
	return 0;
}
