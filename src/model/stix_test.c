/*
 * STIX 2.1: one object of each kind that is one, and for each "must" an object
 * that breaks it, with the property that the message has to name. In the texts a
 * backtick stands for a double quote.
 */
#include "model/stix.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define UUID "--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
/* What all objects but observables begin with. */
#define SDO(type) "`type`:`" type "`,`spec_version`:`2.1`,`id`:`" type UUID "`,`created`:`2026-01-02T03:04:05.678Z`,`modified`:`2026-01-02T03:04:05.678Z`"
#define SCO(type) "`type`:`" type "`,`id`:`" type UUID "`"
#define IND SDO("indicator") ",`pattern_type`:`stix`,`valid_from`:`2026-01-01T00:00:00Z`"
#define PATTERN ",`pattern`:`[ipv4-addr:value = '198.51.100.1']`"
#define ID(type) "`" type UUID "`"
#define SHA "`7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730`"

static const char *const good[] = {
	SDO("attack-pattern") ",`name`:`Spear Phishing`,`aliases`:[`a`],`kill_chain_phases`:[{`kill_chain_name`:`x`,`phase_name`:`y`}],`external_references`:[{`source_name`:`capec`,`external_id`:`CAPEC-163`}]",
	SDO("campaign") ",`name`:`c`,`first_seen`:`2026-01-01T00:00:00Z`,`last_seen`:`2026-01-01T00:00:00Z`,`objective`:`o`",
	SDO("course-of-action") ",`name`:`c`",
	SDO("grouping") ",`context`:`suspicious-activity`,`object_refs`:[" ID("indicator") "]",
	SDO("identity") ",`name`:`CERT`,`identity_class`:`organization`,`sectors`:[`government`]",
	SDO("incident") ",`name`:`i`",
	IND PATTERN,
	IND PATTERN ",`valid_until`:`2026-01-01T00:00:00.001Z`,`indicator_types`:[`any word of one's own`],`confidence`:0,`revoked`:false,`lang`:`pt-BR`",
	SDO("indicator") ",`pattern`:`alert tcp any any`,`pattern_type`:`snort`,`valid_from`:`2026-01-01T00:00:00Z`",
	SDO("infrastructure") ",`name`:`i`,`infrastructure_types`:[`botnet`]",
	SDO("intrusion-set") ",`name`:`i`,`goals`:[`g`],`resource_level`:`club`",
	SDO("location") ",`country`:`CH`",
	SDO("location") ",`region`:`northern-africa`",
	SDO("location") ",`latitude`:-90,`longitude`:180.0,`precision`:1e3",
	SDO("malware") ",`is_family`:false",
	SDO("malware") ",`is_family`:true,`name`:`m`,`sample_refs`:[" ID("file") "," ID("artifact") "],`operating_system_refs`:[" ID("software") "]",
	SDO("malware-analysis") ",`product`:`p`,`result`:`malicious`",
	SDO("malware-analysis") ",`product`:`p`,`analysis_sco_refs`:[" ID("file") "],`sample_ref`:" ID("file"),
	SDO("note") ",`content`:`c`,`object_refs`:[" ID("indicator") "]",
	SDO("observed-data") ",`first_observed`:`2026-01-01T00:00:00Z`,`last_observed`:`2026-01-01T00:00:00Z`,`number_observed`:999999999,`object_refs`:[" ID("ipv4-addr") "," ID("relationship") "," ID("x-own") "]",
	SDO("observed-data") ",`first_observed`:`2026-01-01T00:00:00Z`,`last_observed`:`2026-01-01T00:00:00Z`,`number_observed`:1,`objects`:{`0`:{`type`:`ipv4-addr`,`value`:`198.51.100.1`}}",
	SDO("opinion") ",`opinion`:`strongly-disagree`,`object_refs`:[" ID("indicator") "]",
	SDO("report") ",`name`:`r`,`published`:`2026-01-01T00:00:00Z`,`object_refs`:[" ID("bundle") "]",
	SDO("threat-actor") ",`name`:`t`,`threat_actor_types`:[`criminal`],`roles`:[`agent`],`sophistication`:`expert`",
	SDO("tool") ",`name`:`t`,`tool_version`:`1`",
	SDO("vulnerability") ",`name`:`CVE-2026-0001`,`external_references`:[{`source_name`:`cve`,`external_id`:`CVE-2026-0001`,`url`:`https://example.org/?q=%20`,`hashes`:{`SHA-256`:" SHA "}}]",
	SDO("relationship") ",`relationship_type`:`indicates`,`source_ref`:" ID("indicator") ",`target_ref`:" ID("malware"),
	SDO("relationship") ",`relationship_type`:`own-word`,`source_ref`:" ID("x-own") ",`target_ref`:" ID("ipv4-addr") ",`start_time`:`2026-01-01T00:00:00Z`,`stop_time`:`2026-01-02T00:00:00Z`",
	SDO("sighting") ",`sighting_of_ref`:" ID("indicator") ",`count`:0,`where_sighted_refs`:[" ID("identity") "," ID("location") "],`observed_data_refs`:[" ID("observed-data") "],`first_seen`:`2026-01-01T00:00:00Z`,`last_seen`:`2026-01-01T00:00:00Z`,`summary`:true",
	SDO("language-content") ",`object_ref`:" ID("indicator") ",`object_modified`:`2026-01-01T00:00:00.000Z`,`contents`:{`de`:{`name`:`x`},`zh-Hant`:{`name`:`y`}}",
	SDO("extension-definition") ",`created_by_ref`:" ID("identity") ",`name`:`e`,`schema`:`https://example.org/s.json`,`version`:`1.2.1`,`extension_types`:[`property-extension`,`new-sdo`]",
	/* markings */
	"`type`:`marking-definition`,`spec_version`:`2.1`,`id`:" ID("marking-definition") ",`created`:`2017-01-20T00:00:00.000Z`,`definition_type`:`statement`,`definition`:{`statement`:`Copyright`}",
	"`type`:`marking-definition`,`spec_version`:`2.1`,`id`:`marking-definition--f88d31f6-486f-44da-b317-01333bde0b82`,`created`:`2017-01-20T00:00:00.000Z`,`definition_type`:`tlp`,`name`:`TLP:AMBER`,`definition`:{`tlp`:`amber`}",
	"`type`:`marking-definition`,`spec_version`:`2.1`,`id`:`marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9`,`created`:`2017-01-20T00:00:00.000Z`,`definition_type`:`tlp`,`name`:`TLP:WHITE`,`definition`:{`tlp`:`white`}",
	"`type`:`marking-definition`,`spec_version`:`2.1`,`id`:`marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003`,`created`:`2022-10-01T00:00:00.000Z`,`name`:`TLP:AMBER+STRICT`,`extensions`:{`extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d`:{`extension_type`:`property-extension`,`tlp_2_0`:`amber+strict`}}",
	IND PATTERN ",`labels`:[`a`,`b`],`object_marking_refs`:[" ID("marking-definition") "],`granular_markings`:[{`marking_ref`:" ID("marking-definition") ",`selectors`:[`labels.[1]`,`pattern`,`labels`]},{`lang`:`en`,`selectors`:[`valid_from`]}]",
	/* observables */
	SCO("artifact") ",`payload_bin`:`AAA=`,`mime_type`:`image/png`",
	SCO("artifact") ",`url`:`https://example.org/x`,`hashes`:{`SHA-256`:" SHA "},`encryption_algorithm`:`mime-type-indicated`,`decryption_key`:`infected`",
	SCO("autonomous-system") ",`number`:4294967295,`rir`:`LACNIC`",
	SCO("directory") ",`path`:`C:\\\\Windows`,`ctime`:`2026-01-01T00:00:00Z`,`contains_refs`:[" ID("file") "]",
	SCO("domain-name") ",`value`:`example.org`,`resolves_to_refs`:[" ID("ipv4-addr") "," ID("domain-name") "]",
	SCO("email-addr") ",`value`:`a@example.org`,`display_name`:`A`,`belongs_to_ref`:" ID("user-account"),
	SCO("email-message") ",`is_multipart`:false,`from_ref`:" ID("email-addr") ",`subject`:`s`,`body`:`b`,`additional_header_fields`:{`X-Mailer`:[`x`]}",
	SCO("email-message") ",`is_multipart`:true,`body_multipart`:[{`body`:`x`,`content_type`:`text/plain`},{`body_raw_ref`:" ID("artifact") "}]",
	SCO("file") ",`name`:`a.exe`,`size`:0",
	SCO("file") ",`hashes`:{`MD5`:`79054025255fb1a26e4bc422aef54eb4`,`x_own`:`1`,`SSDEEP`:`3:a:b`},`extensions`:{`ntfs-ext`:{`alternate_data_streams`:[{`name`:`s`,`size`:1}]},`pdf-ext`:{`version`:`1.7`}}",
	SCO("file") ",`name`:`a`,`extensions`:{`windows-pebinary-ext`:{`pe_type`:`exe`,`machine_hex`:`014c`,`optional_header`:{`magic_hex`:`010b`},`sections`:[{`name`:`.text`,`entropy`:0.06}]}}",
	SCO("ipv4-addr") ",`value`:`198.51.100.3`,`spec_version`:`2.1`,`defanged`:true",
	SCO("ipv4-addr") ",`value`:`198.51.100.0/24`,`belongs_to_refs`:[" ID("autonomous-system") "]",
	SCO("ipv6-addr") ",`value`:`2001:0db8::1`", SCO("ipv6-addr") ",`value`:`2001:db8::/96`",
	SCO("mac-addr") ",`value`:`d2:fb:49:24:37:18`", SCO("mutex") ",`name`:`__CLEANSWEEP__`",
	SCO("network-traffic") ",`protocols`:[`ipv4`,`tcp`],`src_ref`:" ID("ipv4-addr") ",`src_port`:0,`dst_port`:65535,`start`:`2026-01-01T00:00:00Z`,`end`:`2026-01-01T00:00:00Z`,`is_active`:false",
	SCO("network-traffic") ",`protocols`:[`http`],`dst_ref`:" ID("domain-name") ",`extensions`:{`http-request-ext`:{`request_method`:`get`,`request_value`:`/`,`request_header`:{`Host`:[`x`]}},`tcp-ext`:{`src_flags_hex`:`02`},`icmp-ext`:{`icmp_type_hex`:`08`,`icmp_code_hex`:`00`},`socket-ext`:{`address_family`:`AF_INET`,`socket_type`:`SOCK_STREAM`}}",
	SCO("process") ",`pid`:1221", SCO("process") ",`extensions`:{`windows-process-ext`:{`aslr_enabled`:true,`integrity_level`:`low`}}",
	SCO("software") ",`name`:`Word`,`cpe`:`cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*`,`languages`:[`en`]",
	SCO("url") ",`value`:`https://example.org/research/index.html`",
	SCO("user-account") ",`user_id`:`1001`,`account_type`:`unix`,`extensions`:{`unix-account-ext`:{`gid`:1001,`groups`:[`wheel`]}}",
	SCO("windows-registry-key") ",`key`:`HKEY_LOCAL_MACHINE\\\\System`,`values`:[{`name`:``,`data`:`q`,`data_type`:`REG_SZ`}]",
	SCO("x509-certificate") ",`issuer`:`C=ZA`,`validity_not_before`:`2026-01-01T00:00:00Z`,`x509_v3_extensions`:{`basic_constraints`:`critical,CA:TRUE`}",
	/* what is somebody's own */
	IND PATTERN ",`x_own`:{`any`:[null]},`own_score`:7",
	SDO("x-own") ",`x_a`:1", SCO("x-own") ",`value`:`1`",
	SDO("my-favorite-sdo") ",`some_property`:`v`,`extensions`:{" ID("extension-definition") ":{`extension_type`:`new-sdo`}}",
	IND PATTERN ",`extensions`:{" ID("extension-definition") ":{`extension_type`:`property-extension`,`rank`:5}}",
	IND PATTERN ",`rank`:5,`extensions`:{" ID("extension-definition") ":{`extension_type`:`toplevel-property-extension`}}",
};

static const struct { const char *says, *text; } bad[] = {
	/* type and id */
	{ "type: is missing", "`id`:" ID("indicator") },
	{ "type: is missing", "`type`:5,`id`:" ID("indicator") },
	{ "id: is missing", "`type`:`indicator`" },
	{ "type: a bundle", "`type`:`bundle`,`id`:" ID("bundle") },
	{ "id: begins with malware", "`type`:`indicator`,`id`:" ID("malware") },
	{ "type: \"Indicator\"", "`type`:`Indicator`,`id`:" ID("indicator") },
	{ "type: \"a--b\"", "`type`:`a--b`,`id`:" ID("indicator") },
	{ "type: \"ab\"", "`type`:`ab`,`id`:" ID("indicator") },
	{ "type: \"ab_c\"", "`type`:`ab_c`,`id`:" ID("indicator") },
	{ "id: \"indicator--1\"", "`type`:`indicator`,`id`:`indicator--1`" },
	{ "no identifier", "`type`:`indicator`,`id`:`indicator-8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f`" },
	{ "no identifier", "`type`:`indicator`,`id`:`indicator--8e2e2d2b-17d4-0cbf-938f-98ee46b3cd3f`" },
	{ "no identifier", "`type`:`indicator`,`id`:`indicator--8e2e2d2b-17d4-4cbf-c38f-98ee46b3cd3f`" },
	{ "no identifier", "`type`:`indicator`,`id`:`indicator--8e2e2d2b17d44cbf938f98ee46b3cd3f`" },
	{ "no identifier", "`type`:`indicator`,`id`:`indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3g`" },
	/* what all have */
	{ "spec_version: is missing", "`type`:`tool`,`id`:" ID("tool") ",`created`:`2026-01-02T03:04:05.678Z`,`modified`:`2026-01-02T03:04:05.678Z`,`name`:`n`" },
	{ "spec_version: is \"2.0\"", "`type`:`tool`,`spec_version`:`2.0`,`id`:" ID("tool") ",`created`:`2026-01-02T03:04:05.678Z`,`modified`:`2026-01-02T03:04:05.678Z`,`name`:`n`" },
	{ "created: is missing", "`type`:`tool`,`spec_version`:`2.1`,`id`:" ID("tool") ",`modified`:`2026-01-02T03:04:05.678Z`,`name`:`n`" },
	{ "modified: is missing", "`type`:`tool`,`spec_version`:`2.1`,`id`:" ID("tool") ",`created`:`2026-01-02T03:04:05.678Z`,`name`:`n`" },
	{ "modified: lies before created", "`type`:`tool`,`spec_version`:`2.1`,`id`:" ID("tool") ",`created`:`2026-01-02T03:04:05.678Z`,`modified`:`2026-01-02T03:04:05.677Z`,`name`:`n`" },
	{ "created: needs three digits", "`type`:`tool`,`spec_version`:`2.1`,`id`:" ID("tool") ",`created`:`2026-01-02T03:04:05Z`,`modified`:`2026-01-02T03:04:05.677Z`,`name`:`n`" },
	{ "modified: has more than six", "`type`:`tool`,`spec_version`:`2.1`,`id`:" ID("tool") ",`created`:`2026-01-02T03:04:05.000Z`,`modified`:`2026-01-02T03:04:05.6771234Z`,`name`:`n`" },
	{ "created: \"2026-01-02T03:04:05.000+00:00\"", "`type`:`tool`,`spec_version`:`2.1`,`id`:" ID("tool") ",`created`:`2026-01-02T03:04:05.000+00:00`,`modified`:`2026-01-02T03:04:05.677Z`,`name`:`n`" },
	{ "created: expected a text", "`type`:`tool`,`spec_version`:`2.1`,`id`:" ID("tool") ",`created`:1,`modified`:`2026-01-02T03:04:05.677Z`,`name`:`n`" },
	{ "created_by_ref: may not name", SDO("tool") ",`name`:`n`,`created_by_ref`:" ID("tool") },
	{ "created_by_ref: \"x\"", SDO("tool") ",`name`:`n`,`created_by_ref`:`x`" },
	{ "revoked: expected true or false", SDO("tool") ",`name`:`n`,`revoked`:`true`" },
	{ "labels: expected a list", SDO("tool") ",`name`:`n`,`labels`:[]" },
	{ "labels: expected a list", SDO("tool") ",`name`:`n`,`labels`:`x`" },
	{ "labels[1]: expected a text", SDO("tool") ",`name`:`n`,`labels`:[`x`,1]" },
	{ "confidence: expected a whole number from 0 to 100", SDO("tool") ",`name`:`n`,`confidence`:101" },
	{ "confidence: expected a whole number", SDO("tool") ",`name`:`n`,`confidence`:5.5" },
	{ "confidence: expected a whole number", SDO("tool") ",`name`:`n`,`confidence`:`5`" },
	{ "lang: \"english_us\"", SDO("tool") ",`name`:`n`,`lang`:`english_us`" },
	{ "object_marking_refs[0]: may not name", SDO("tool") ",`name`:`n`,`object_marking_refs`:[" ID("tool") "]" },
	{ "external_references[0].source_name: is missing", SDO("tool") ",`name`:`n`,`external_references`:[{`url`:`https://example.org`}]" },
	{ "external_references[0]: must have at least one of", SDO("tool") ",`name`:`n`,`external_references`:[{`source_name`:`x`}]" },
	{ "external_references[1]: expected an object", SDO("tool") ",`name`:`n`,`external_references`:[{`source_name`:`x`,`url`:`https://x`},`y`]" },
	{ "external_references[0].url: \"no url\"", SDO("tool") ",`name`:`n`,`external_references`:[{`source_name`:`x`,`url`:`no url`}]" },
	{ "external_references[0].hashes: \"x_own\"", SDO("tool") ",`name`:`n`,`external_references`:[{`source_name`:`x`,`url`:`https://x`,`hashes`:{`x_own`:`1`}}]" },
	{ "external_references[0].hashes.MD5: expected 32", SDO("tool") ",`name`:`n`,`external_references`:[{`source_name`:`x`,`url`:`https://x`,`hashes`:{`MD5`:`1`}}]" },
	{ "granular_markings[0].selectors[0]: \"nothing\"", SDO("tool") ",`name`:`n`,`granular_markings`:[{`lang`:`en`,`selectors`:[`nothing`]}]" },
	{ "granular_markings[0].selectors[0]: \"labels.[1]\"", SDO("tool") ",`name`:`n`,`labels`:[`a`],`granular_markings`:[{`lang`:`en`,`selectors`:[`labels.[1]`]}]" },
	{ "granular_markings[0].selectors[0]: \"\"", SDO("tool") ",`name`:`n`,`granular_markings`:[{`lang`:`en`,`selectors`:[``]}]" },
	{ "granular_markings[0].selectors: is missing", SDO("tool") ",`name`:`n`,`granular_markings`:[{`lang`:`en`}]" },
	{ "granular_markings[0]: must have at least one of", SDO("tool") ",`name`:`n`,`granular_markings`:[{`selectors`:[`name`]}]" },
	{ "granular_markings[0].marking_ref: may not stand beside lang", SDO("tool") ",`name`:`n`,`granular_markings`:[{`selectors`:[`name`],`lang`:`en`,`marking_ref`:" ID("marking-definition") "}]" },
	/* names and values of one's own */
	{ "\"X_Own\" is no name", SDO("tool") ",`name`:`n`,`X_Own`:1" },
	{ "\"xx\" is no name", SDO("tool") ",`name`:`n`,`xx`:1" },
	{ "\"x-own\" is no name", SDO("tool") ",`name`:`n`,`x-own`:1" },
	{ "x_own: null", SDO("tool") ",`name`:`n`,`x_own`:null" },
	{ "x_own: null", SDO("tool") ",`name`:`n`,`x_own`:[]" },
	{ "\"name\" stands twice", SDO("tool") ",`name`:`n`,`name`:`m`" },
	{ "\"abc\" stands twice", SDO("tool") ",`name`:`n`,`x_own`:[1,{`d`:{`abc`:1,`abc`:2}}]" },
	/* extensions */
	{ "extensions: expected an object that is not empty", SDO("tool") ",`name`:`n`,`extensions`:{}" },
	{ "extension_type: \"other\"", SDO("tool") ",`name`:`n`,`extensions`:{" ID("extension-definition") ":{`extension_type`:`other`}}" },
	{ "extension_type: \"\"", SDO("tool") ",`name`:`n`,`extensions`:{" ID("extension-definition") ":{`rank`:1}}" },
	{ "extensions: \"extension-definition--1\"", SDO("tool") ",`name`:`n`,`extensions`:{`extension-definition--1`:{`extension_type`:`new-sdo`}}" },
	{ "extensions.ntfs-ext: is an extension of file", SDO("tool") ",`name`:`n`,`extensions`:{`ntfs-ext`:{`sid`:`1`}}" },
	{ "extensions.tcp-ext: must have at least one of", SCO("network-traffic") ",`protocols`:[`tcp`],`src_ref`:" ID("ipv4-addr") ",`extensions`:{`tcp-ext`:{`x_a`:`1`}}" },
	{ "extensions.icmp-ext.icmp_code_hex: is missing", SCO("network-traffic") ",`protocols`:[`icmp`],`src_ref`:" ID("ipv4-addr") ",`extensions`:{`icmp-ext`:{`icmp_type_hex`:`08`}}" },
	{ "extensions.icmp-ext.icmp_type_hex: expected hexadecimal", SCO("network-traffic") ",`protocols`:[`icmp`],`src_ref`:" ID("ipv4-addr") ",`extensions`:{`icmp-ext`:{`icmp_type_hex`:`8`,`icmp_code_hex`:`00`}}" },
	{ "extensions.socket-ext.address_family: \"AF_X\"", SCO("network-traffic") ",`protocols`:[`icmp`],`src_ref`:" ID("ipv4-addr") ",`extensions`:{`socket-ext`:{`address_family`:`AF_X`}}" },
	/* domain objects */
	{ "name: is missing", SDO("attack-pattern") },
	{ "name: expected a text", SDO("attack-pattern") ",`name`:null" },
	{ "kill_chain_phases[0].phase_name: is missing", SDO("attack-pattern") ",`name`:`n`,`kill_chain_phases`:[{`kill_chain_name`:`x`}]" },
	{ "last_seen: must not lie before first_seen", SDO("campaign") ",`name`:`c`,`first_seen`:`2026-01-01T00:00:00.000002Z`,`last_seen`:`2026-01-01T00:00:00.000001Z`" },
	{ "first_seen: \"2026-02-30T00:00:00Z\"", SDO("campaign") ",`name`:`c`,`first_seen`:`2026-02-30T00:00:00Z`" },
	{ "first_seen: \"2026-01-01\"", SDO("campaign") ",`name`:`c`,`first_seen`:`2026-01-01`" },
	{ "context: is missing", SDO("grouping") ",`object_refs`:[" ID("tool") "]" },
	{ "object_refs: is missing", SDO("grouping") ",`context`:`x`" },
	{ "object_refs: expected a list", SDO("grouping") ",`context`:`x`,`object_refs`:[]" },
	{ "pattern: is missing", IND },
	{ "pattern_type: is missing", SDO("indicator") PATTERN ",`valid_from`:`2026-01-01T00:00:00Z`" },
	{ "valid_from: is missing", SDO("indicator") PATTERN ",`pattern_type`:`stix`" },
	{ "pattern: column 8: expected a value", IND ",`pattern`:`[a:b = x]`" },
	{ "valid_until: must lie behind valid_from", IND PATTERN ",`valid_until`:`2026-01-01T00:00:00Z`" },
	{ "must have at least one of: region country latitude", SDO("location") ",`name`:`x`" },
	{ "longitude: is missing, and must stand beside latitude", SDO("location") ",`latitude`:1" },
	{ "latitude: is missing, and must stand beside longitude", SDO("location") ",`longitude`:1" },
	{ "latitude: is missing, and must stand beside precision", SDO("location") ",`country`:`CH`,`precision`:1" },
	{ "latitude: expected a number from -90 to 90", SDO("location") ",`latitude`:90.1,`longitude`:0" },
	{ "latitude: expected a number", SDO("location") ",`latitude`:`1`,`longitude`:0" },
	{ "is_family: is missing", SDO("malware") },
	{ "name: is missing, and must be there where is_family", SDO("malware") ",`is_family`:true" },
	{ "sample_refs[0]: may not name an object of type url", SDO("malware") ",`is_family`:false,`sample_refs`:[" ID("url") "]" },
	{ "must have at least one of: result", SDO("malware-analysis") ",`product`:`p`" },
	{ "sample_ref: may not name an object of type tool", SDO("malware-analysis") ",`product`:`p`,`result`:`x`,`sample_ref`:" ID("tool") },
	{ "number_observed: expected a whole number from 1", SDO("observed-data") ",`first_observed`:`2026-01-01T00:00:00Z`,`last_observed`:`2026-01-01T00:00:00Z`,`number_observed`:0,`object_refs`:[" ID("ipv4-addr") "]" },
	{ "last_observed: must not lie before", SDO("observed-data") ",`first_observed`:`2026-01-01T00:00:01Z`,`last_observed`:`2026-01-01T00:00:00Z`,`number_observed`:1,`object_refs`:[" ID("ipv4-addr") "]" },
	{ "object_refs: may not stand beside objects", SDO("observed-data") ",`first_observed`:`2026-01-01T00:00:00Z`,`last_observed`:`2026-01-01T00:00:00Z`,`number_observed`:1,`objects`:{},`object_refs`:[" ID("ipv4-addr") "]" },
	{ "object_refs[0]: may not name an object of type tool", SDO("observed-data") ",`first_observed`:`2026-01-01T00:00:00Z`,`last_observed`:`2026-01-01T00:00:00Z`,`number_observed`:1,`object_refs`:[" ID("tool") "]" },
	{ "opinion: \"maybe\" is none of", SDO("opinion") ",`opinion`:`maybe`,`object_refs`:[" ID("tool") "]" },
	{ "published: is missing", SDO("report") ",`name`:`r`,`object_refs`:[" ID("tool") "]" },
	/* relationships */
	{ "source_ref: may not name", SDO("relationship") ",`relationship_type`:`x`,`source_ref`:" ID("relationship") ",`target_ref`:" ID("tool") },
	{ "target_ref: may not name", SDO("relationship") ",`relationship_type`:`x`,`source_ref`:" ID("tool") ",`target_ref`:" ID("marking-definition") },
	{ "target_ref: is missing", SDO("relationship") ",`relationship_type`:`x`,`source_ref`:" ID("tool") },
	{ "relationship_type: \"Uses\"", SDO("relationship") ",`relationship_type`:`Uses`,`source_ref`:" ID("tool") ",`target_ref`:" ID("tool") },
	{ "stop_time: must lie behind", SDO("relationship") ",`relationship_type`:`x`,`source_ref`:" ID("tool") ",`target_ref`:" ID("tool") ",`start_time`:`2026-01-01T00:00:00Z`,`stop_time`:`2026-01-01T00:00:00Z`" },
	{ "sighting_of_ref: is missing", SDO("sighting") },
	{ "sighting_of_ref: may not name", SDO("sighting") ",`sighting_of_ref`:" ID("ipv4-addr") },
	{ "count: expected a whole number from 0 to 999999999", SDO("sighting") ",`sighting_of_ref`:" ID("tool") ",`count`:1000000000" },
	{ "where_sighted_refs[0]: may not name", SDO("sighting") ",`sighting_of_ref`:" ID("tool") ",`where_sighted_refs`:[" ID("tool") "]" },
	/* what speaks of others */
	{ "contents.not_a_lang: \"not_a_lang\"", SDO("language-content") ",`object_ref`:" ID("tool") ",`contents`:{`not_a_lang`:{`name`:`x`}}" },
	{ "contents.de: expected an object", SDO("language-content") ",`object_ref`:" ID("tool") ",`contents`:{`de`:`x`}" },
	{ "created_by_ref: is missing", SDO("extension-definition") ",`name`:`e`,`schema`:`s`,`version`:`1.2.1`,`extension_types`:[`new-sdo`]" },
	{ "extension_types[0]: \"x\"", SDO("extension-definition") ",`created_by_ref`:" ID("identity") ",`name`:`e`,`schema`:`s`,`version`:`1.2.1`,`extension_types`:[`x`]" },
	{ "version: \"1.2\"", SDO("extension-definition") ",`created_by_ref`:" ID("identity") ",`name`:`e`,`schema`:`s`,`version`:`1.2`,`extension_types`:[`new-sdo`]" },
	{ "must have at least one of: definition_type extensions", "`type`:`marking-definition`,`spec_version`:`2.1`,`id`:" ID("marking-definition") ",`created`:`2017-01-20T00:00:00.000Z`" },
	{ "definition: is missing", "`type`:`marking-definition`,`spec_version`:`2.1`,`id`:" ID("marking-definition") ",`created`:`2017-01-20T00:00:00.000Z`,`definition_type`:`statement`" },
	{ "definition.statement: expected a text", "`type`:`marking-definition`,`spec_version`:`2.1`,`id`:" ID("marking-definition") ",`created`:`2017-01-20T00:00:00.000Z`,`definition_type`:`statement`,`definition`:{}" },
	{ "definition.tlp: \"pink\"", "`type`:`marking-definition`,`spec_version`:`2.1`,`id`:" ID("marking-definition") ",`created`:`2017-01-20T00:00:00.000Z`,`definition_type`:`tlp`,`definition`:{`tlp`:`pink`}" },
	{ "id: is not that of TLP:red", "`type`:`marking-definition`,`spec_version`:`2.1`,`id`:" ID("marking-definition") ",`created`:`2017-01-20T00:00:00.000Z`,`definition_type`:`tlp`,`definition`:{`tlp`:`red`}" },
	{ "id: is not that of TLP:green", "`type`:`marking-definition`,`spec_version`:`2.1`,`id`:`marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed`,`created`:`2017-01-20T00:00:00.000Z`,`definition_type`:`tlp`,`definition`:{`tlp`:`green`}" },
	{ "id: belongs to the mark TLP:RED", "`type`:`marking-definition`,`spec_version`:`2.1`,`id`:`marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1`,`created`:`2017-01-20T00:00:00.000Z`,`definition_type`:`statement`,`definition`:{`statement`:`take it all`}" },
	/* observables */
	{ "must have at least one of: payload_bin url", SCO("artifact") ",`mime_type`:`x`" },
	{ "url: may not stand beside payload_bin", SCO("artifact") ",`payload_bin`:`AAAA`,`url`:`https://x`,`hashes`:{`MD5`:`79054025255fb1a26e4bc422aef54eb4`}" },
	{ "hashes: is missing, and must stand beside url", SCO("artifact") ",`url`:`https://x`" },
	{ "payload_bin: expected base64", SCO("artifact") ",`payload_bin`:`AAA`" },
	{ "encryption_algorithm: is missing, and must stand beside decryption_key", SCO("artifact") ",`payload_bin`:`AAAA`,`decryption_key`:`x`" },
	{ "number: is missing", SCO("autonomous-system") ",`name`:`x`" },
	{ "number: expected a whole number", SCO("autonomous-system") ",`number`:`AS1`" },
	{ "value: expected a text", SCO("domain-name") ",`value`:1" },
	{ "resolves_to_refs[0]: may not name", SCO("domain-name") ",`value`:`x.org`,`resolves_to_refs`:[" ID("url") "]" },
	{ "value: \"A <a@example.org>\"", SCO("email-addr") ",`value`:`A <a@example.org>`" },
	{ "body: may not be there where is_multipart is true", SCO("email-message") ",`is_multipart`:true,`body`:`b`" },
	{ "body_multipart: may not be there where is_multipart is false", SCO("email-message") ",`is_multipart`:false,`body_multipart`:[{`body`:`x`}]" },
	{ "body_multipart[0]: must have at least one of", SCO("email-message") ",`is_multipart`:true,`body_multipart`:[{`content_type`:`x`}]" },
	{ "additional_header_fields: \"a b\"", SCO("email-message") ",`is_multipart`:false,`additional_header_fields`:{`a b`:`x`}" },
	{ "must have at least one of: hashes name", SCO("file") ",`size`:1" },
	{ "size: expected a whole number from 0", SCO("file") ",`name`:`x`,`size`:-1" },
	{ "size: expected a whole number", SCO("file") ",`name`:`x`,`size`:9007199254740992" },
	{ "hashes.SHA-256: expected 64", SCO("file") ",`hashes`:{`SHA-256`:`f00`}" },
	{ "hashes: expected an object of hashes", SCO("file") ",`hashes`:{}" },
	{ "hashes.MD5: expected a text", SCO("file") ",`hashes`:{`MD5`:1}" },
	{ "value: \"198.51.100.256\"", SCO("ipv4-addr") ",`value`:`198.51.100.256`" },
	{ "value: \"2001:db8::1\"", SCO("ipv4-addr") ",`value`:`2001:db8::1`" },
	{ "value: \"198.51.100.1\"", SCO("ipv6-addr") ",`value`:`198.51.100.1`" },
	{ "value: \"198.51.100.0/33\"", SCO("ipv4-addr") ",`value`:`198.51.100.0/33`" },
	{ "value: \"D2:FB:49:24:37:18\"", SCO("mac-addr") ",`value`:`D2:FB:49:24:37:18`" },
	{ "spec_version: is \"2.2\"", SCO("mutex") ",`name`:`x`,`spec_version`:`2.2`" },
	{ "must have at least one of: src_ref dst_ref", SCO("network-traffic") ",`protocols`:[`tcp`]" },
	{ "protocols: is missing", SCO("network-traffic") ",`src_ref`:" ID("ipv4-addr") },
	{ "src_port: expected a whole number from 0 to 65535", SCO("network-traffic") ",`protocols`:[`tcp`],`src_ref`:" ID("ipv4-addr") ",`src_port`:65536" },
	{ "end: may not be there where is_active is true", SCO("network-traffic") ",`protocols`:[`tcp`],`src_ref`:" ID("ipv4-addr") ",`is_active`:true,`end`:`2026-01-01T00:00:00Z`" },
	{ "end: must not lie before start", SCO("network-traffic") ",`protocols`:[`tcp`],`src_ref`:" ID("ipv4-addr") ",`start`:`2026-01-01T00:00:01Z`,`end`:`2026-01-01T00:00:00Z`" },
	{ "dst_ref: may not name an object of type url", SCO("network-traffic") ",`protocols`:[`tcp`],`dst_ref`:" ID("url") },
	{ "says nothing", SCO("process") },
	{ "says nothing", SCO("user-account") ",`defanged`:false" },
	{ "cpe: \"cpe:/a:x\"", SCO("software") ",`name`:`x`,`cpe`:`cpe:/a:x`" },
	{ "value: \"example.org\"", SCO("url") ",`value`:`example.org`" },
	{ "value: \"http://a b\"", SCO("url") ",`value`:`http://a b`" },
	{ "key: has its hive in short", SCO("windows-registry-key") ",`key`:`hklm\\\\System`" },
	{ "values[0].data_type: \"REG_X\"", SCO("windows-registry-key") ",`key`:`x`,`values`:[{`data_type`:`REG_X`}]" },
	{ "says nothing", SCO("x509-certificate") },
};

/* The object of a text of the tables. */
static struct slice
object(struct buf *b, const char *text)
{
	buf_clear(b);
	buf_byte(b, '{');
	for (; *text != '\0'; text++)
		buf_byte(b, *text == '`' ? '"' : (uint8_t)*text);
	buf_byte(b, '}');
	return buf_view(b);
}

TEST(accepted)
{
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct err e = ERR_INIT;
		struct stix_object o;
		struct arena a;

		test_case("%s", good[i]);
		arena_init(&a, (size_t)4 << 20);
		CHECK_OK(stix_read(object(&b, good[i]), &a, &o, &e), &e);
		arena_fini(&a);
	}
	buf_fini(&b);
}

TEST(refused)
{
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = ERR_INIT;
		struct stix_object o;
		struct arena a;

		test_case("%s", bad[i].text);
		arena_init(&a, (size_t)4 << 20);
		CHECK(!stix_read(object(&b, bad[i].text), &a, &o, &e));
		if (!CHECK(strstr(e.text, bad[i].says) != NULL))
			CHECK_STR(e.text, bad[i].says);
		CHECK_INT(e.code, ERR_INPUT);
		arena_fini(&a);
	}
	buf_fini(&b);
}

/* Every type of the table has an object that is one, so that no row goes unread. */
TEST(each_type_is_tried)
{
	static const char *const types[] = { "attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident", "indicator",
		"infrastructure", "intrusion-set", "location", "malware", "malware-analysis", "note", "observed-data", "opinion", "report",
		"threat-actor", "tool", "vulnerability", "relationship", "sighting", "language-content", "extension-definition",
		"marking-definition", "artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file",
		"ipv4-addr", "ipv6-addr", "mac-addr", "mutex", "network-traffic", "process", "software", "url", "user-account",
		"windows-registry-key", "x509-certificate" };
	char begin[64];

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		bool found = false;

		test_case("%s", types[i]);
		CHECK(stix_type_find(slice_of_str(types[i])) != NULL);
		(void)snprintf(begin, sizeof(begin), "`type`:`%s`", types[i]);
		for (size_t k = 0; k < sizeof(good) / sizeof(good[0]); k++)
			found = found || strncmp(good[k], begin, strlen(begin)) == 0;
		CHECK(found);
	}
	CHECK(stix_type_find(S("x-own")) == NULL);
}

static const struct { const char *text, *id; } ids[] = {
	/* the first three stand in STIX 2.1 with Errata 01; all were reckoned by another program's UUIDs */
	{ SCO("ipv4-addr") ",`value`:`198.51.100.3`", "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4" },
	{ SCO("domain-name") ",`value`:`example.com`", "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7" },
	{ SCO("autonomous-system") ",`number`:15139,`name`:`Slime Industries`", "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff" },
	{ SCO("ipv4-addr") ",`value`:`198.51.100.0/24`", "ipv4-addr--1ea47840-aa39-5aa8-b4a2-cd203eb6662a" },
	{ SCO("ipv6-addr") ",`value`:`2001:0db8:85a3:0000:0000:8a2e:0370:7334`", "ipv6-addr--85a85a8c-ee99-5722-946d-3c3a3270fc6f" },
	{ SCO("ipv6-addr") ",`value`:`2001:0db8::/96`", "ipv6-addr--084d3b4c-7785-568a-a569-0c61c95754ab" },
	{ SCO("url") ",`value`:`https://example.com/research/index.html`", "url--47c3cf9a-5027-5bf0-997a-017c7edc7c55" },
	{ SCO("mac-addr") ",`value`:`d2:fb:49:24:37:18`", "mac-addr--757b1725-9903-54f5-a855-1240691d7659" },
	{ SCO("mutex") ",`name`:`__CLEANSWEEP__`", "mutex--f93fe911-e545-5239-b9b0-597840d0c871" },
	{ SCO("directory") ",`path`:`C:\\\\Windows\\\\System32`", "directory--0a58d0c1-59e6-5afd-8252-dcd3f13e5622" },
	{ SCO("email-addr") ",`value`:`john@example.com`,`display_name`:`John Doe`", "email-addr--7165e2a9-671f-585d-b1e1-ca59c671d934" },
	{ SCO("windows-registry-key") ",`key`:`hkey_local_machine\\\\system\\\\bar\\\\foo`", "windows-registry-key--67c068a7-2c94-526b-8e90-d0f8d96c630f" },
};

TEST(observables_ids)
{
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		char id[STIX_ID_MAX] = "";
		struct err e = ERR_INIT;
		struct stix_object o;
		struct arena a;

		test_case("%s", ids[i].text);
		arena_init(&a, (size_t)4 << 20);
		if (CHECK_OK(stix_read(object(&b, ids[i].text), &a, &o, &e), &e) && CHECK(stix_observable_id(o.json, &a, id)))
			CHECK_STR(id, ids[i].id);
		arena_fini(&a);
	}
	buf_fini(&b);
}

/* Of the same properties in another order, beside others, it is the same id; of others it is not. */
TEST(ids_follow_from_what_makes_them)
{
	static const char *const same[] = {
		SCO("file") ",`hashes`:{`SHA-256`:" SHA ",`MD5`:`79054025255fb1a26e4bc422aef54eb4`},`name`:`a`",
		SCO("file") ",`name`:`a`,`size`:5,`hashes`:{`MD5`:`79054025255fb1a26e4bc422aef54eb4`}",
		SCO("file") ",`hashes`:{`MD5`:`79054025255fb1a26e4bc422aef54eb4`},`name`:`\\u0061`",
	};
	static const char *const other = SCO("file") ",`hashes`:{`MD5`:`79054025255fb1a26e4bc422aef54eb4`},`name`:`b`";
	char id[4][STIX_ID_MAX];
	struct stix_object o;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	buf_init(&b, 65536);
	arena_init(&a, (size_t)4 << 20);
	for (size_t i = 0; i < 4; i++) {
		CHECK_OK(stix_read(object(&b, i < 3 ? same[i] : other), &a, &o, &e), &e);
		CHECK(stix_observable_id(o.json, &a, id[i]));
	}
	CHECK_STR(id[1], id[0]);
	CHECK_STR(id[2], id[0]);
	CHECK(strcmp(id[3], id[0]) != 0);
	CHECK_OK(stix_read(object(&b, SCO("process") ",`pid`:5"), &a, &o, &e), &e);
	CHECK(!stix_observable_id(o.json, &a, id[0]));
	arena_fini(&a);
	buf_fini(&b);
}

TEST(tlp_marks)
{
	bool known;
	struct buf b;

	buf_init(&b, 65536);
	for (unsigned t = TLP_CLEAR; t <= TLP_RED; t++) {
		struct err e = ERR_INIT;
		struct stix_object o;
		struct arena a;
		enum tlp back;

		test_case("%s", tlp_name((enum tlp)t));
		arena_init(&a, (size_t)4 << 20);
		buf_clear(&b);
		stix_tlp_object((enum tlp)t, &b);
		CHECK_OK(stix_read(buf_view(&b), &a, &o, &e), &e);
		CHECK(stix_tlp_find(o.id, &back) && back == (enum tlp)t);
		arena_fini(&a);
	}
	{
		struct err e = ERR_INIT;
		struct stix_object o;
		struct arena a;

		arena_init(&a, (size_t)4 << 20);
		CHECK_OK(stix_read(object(&b, IND PATTERN ",`object_marking_refs`:[`marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb`,`marking-definition--f88d31f6-486f-44da-b317-01333bde0b82`]"), &a, &o, &e), &e);
		CHECK_INT(stix_object_tlp(&o, TLP_RED, &known), TLP_AMBER);
		CHECK(known);
		CHECK_OK(stix_read(object(&b, IND PATTERN ",`object_marking_refs`:[" ID("marking-definition") "]"), &a, &o, &e), &e);
		CHECK_INT(stix_object_tlp(&o, TLP_GREEN, &known), TLP_GREEN);
		CHECK(!known);
		arena_fini(&a);
	}
	buf_fini(&b);
}

static const struct { const char *text; bool ok; int64_t us; const char *printed; } moments[] = {
	{ "1970-01-01T00:00:00Z", true, 0, "1970-01-01T00:00:00.000Z" },
	{ "1970-01-01T00:00:00.5Z", true, 500000, "1970-01-01T00:00:00.500Z" },
	{ "1969-12-31T23:59:59.999999Z", true, -1, "1969-12-31T23:59:59.999999Z" },
	{ "2026-01-02T03:04:05.678901999Z", true, 1767323045678901, "2026-01-02T03:04:05.678901Z" },
	{ "9999-12-31T23:59:59.999Z", true, 253402300799999000, "9999-12-31T23:59:59.999Z" },
	{ "2016-12-31T23:59:60Z", true, 1483228800000000, "2017-01-01T00:00:00.000Z" },
	{ "2026-01-02T03:04:05", false, 0, NULL }, { "2026-01-02 03:04:05Z", false, 0, NULL }, { "2026-01-02T03:04:05.Z", false, 0, NULL },
	{ "2026-02-29T03:04:05Z", false, 0, NULL }, { "2026-01-02T03:04:05z", false, 0, NULL }, { "2026-01-02T24:04:05Z", false, 0, NULL },
	{ "", false, 0, NULL }, { "2026-1-02T03:04:05.00Z", false, 0, NULL }, { "2026-01-02T03:04:05.1x1Z", false, 0, NULL },
};

TEST(times)
{
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		char text[STIX_TIME_TEXT_MAX];
		int64_t us = 0;

		test_case("%s", moments[i].text);
		CHECK(stix_time_read(slice_of_str(moments[i].text), &us, NULL) == moments[i].ok);
		if (!moments[i].ok)
			continue;
		CHECK_INT(us, moments[i].us);
		CHECK_INT(stix_time_print(us, text), (long long)strlen(moments[i].printed));
		CHECK_STR(text, moments[i].printed);
	}
}

/* What a stranger may send to make it slow or large. */
TEST(limits)
{
	struct stix_object o;
	struct err e = ERR_INIT;
	struct arena a;
	struct buf b;

	arena_init(&a, (size_t)64 << 20);
	buf_init(&b, (size_t)16 << 20);
	for (size_t i = 0; i < 1000000; i++)
		buf_byte(&b, '[');
	CHECK(!stix_read(buf_view(&b), &a, &o, &e));
	CHECK_INT(e.code, ERR_LIMIT);
	buf_clear(&b);
	buf_str(&b, "{\"type\":\"tool\",\"id\":\"tool" UUID "\",\"x_own\":{");
	for (size_t i = 0; i < 60000; i++)
		buf_printf(&b, "\"k%zu\":1,", i);
	buf_str(&b, "\"k59999\":1}}");
	CHECK(!stix_read(buf_view(&b), &a, &o, &e));
	CHECK(strstr(e.text, "\"k59999\" stands twice") != NULL);
	buf_clear(&b);
	buf_str(&b, "{\"x\":\"");
	for (size_t i = 0; i < ((size_t)8 << 20); i++)
		buf_byte(&b, 'x');
	buf_str(&b, "\"}");
	CHECK(!stix_read(buf_view(&b), &a, &o, &e));
	CHECK_INT(e.code, ERR_LIMIT);
	buf_fini(&b);
	arena_fini(&a);
}

int
main(void)
{
	RUN(accepted);
	RUN(refused);
	RUN(each_type_is_tried);
	RUN(observables_ids);
	RUN(ids_follow_from_what_makes_them);
	RUN(tlp_marks);
	RUN(times);
	RUN(limits);
	return test_end();
}
