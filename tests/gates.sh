#!/bin/sh
# gates: what goes out is decided in few places, and these are all of them. A new
# caller of the policy, or a new hand on the log of transfers, is added here by
# whoever has looked at it; a way out to partners asks share/gate_partner.h.
cd "$ENTENTE_SOURCE/src" || exit 2
passed=0
failed=0

# only WHAT PATTERN FILE...: the pattern stands in these files and in no other.
only() {
	what=$1
	pattern=$2
	shift 2
	found=$(grep -rlE --include='*.c' -- "$pattern" . | sed 's,^\./,,' | grep -v '_test\.c$\|_fuzz\.c$' | sort | tr '\n' ' ')
	want=$(printf '%s\n' "$@" | sort | tr '\n' ' ')
	if [ "$found" = "$want" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what"
		echo "	expected $want"
		echo "	got      $found"
	fi
}

only "who asks the policy" '(^|[^a-z_])policy_allows\(' \
	model/policy.c share/gate.c share/gate_partner.c
only "who asks agreements: the policy alone" '(^|[^a-z_])policy_by_agreement\(' \
	model/policy.c model/policy_agreement.c
only "who lets something go to partners" '(^|[^a-z_])gate_partner_pass\(' \
	server/api_export.c share/gate_object.c share/gate_partner.c
only "who takes a recipient for a partner" 'ROLE_PARTNER' \
	model/policy.c share/gate_partner.c share/known.c
only "who writes to the log of transfers" '(INSERT INTO|UPDATE|DELETE FROM) transfer' \
	share/check.c share/gate.c share/gate_partner.c
only "which rooms a partner may ask at all" 'API_PARTNER' \
	server/api.c server/api_agreement.c server/api_agreement_text.c server/api_export.c server/api_report.c server/api_taxii.c
only "who hands objects of STIX to partners" '(^|[^a-z_])gate_object_may([^a-z_]|$)' \
	server/api_taxii.c share/gate_object.c share/sync_push.c
only "who takes what is of no agreement in" '(^|[^a-z_])(gate_object_source|origin_put_source)([^a-z_]|$)' \
	share/gate_object.c share/sync_poll.c store/agreement_origin.c
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
