/* stix_table_sdo: domain objects, relationships, and what speaks of other objects (STIX 2.1, sections 4, 5 and 7). */
#include "model/stix_table_room.h"

static const struct stix_prop attack_pattern_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("aliases"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("kill_chain_phases"), .kind = STIX_EMBEDDED, .list = true, .arg = "kill-chain-phase" },
};

static const struct stix_prop campaign_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("aliases"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("first_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("last_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("objective"), .kind = STIX_STRING },
};

static const struct stix_prop course_of_action_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("action"), .kind = STIX_STRING },
};

static const struct stix_prop grouping_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("context"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("object_refs"), .kind = STIX_REF, .required = true, .list = true },
};

static const struct stix_prop identity_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("roles"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("identity_class"), .kind = STIX_STRING },
	{ .name = S_INIT("sectors"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("contact_information"), .kind = STIX_STRING },
};

static const struct stix_prop incident_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
};

static const struct stix_prop indicator_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("indicator_types"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("pattern"), .kind = STIX_PATTERN, .required = true },
	{ .name = S_INIT("pattern_type"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("pattern_version"), .kind = STIX_STRING },
	{ .name = S_INIT("valid_from"), .kind = STIX_TIME, .required = true },
	{ .name = S_INIT("valid_until"), .kind = STIX_TIME },
	{ .name = S_INIT("kill_chain_phases"), .kind = STIX_EMBEDDED, .list = true, .arg = "kill-chain-phase" },
};

static const struct stix_prop infrastructure_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("infrastructure_types"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("aliases"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("kill_chain_phases"), .kind = STIX_EMBEDDED, .list = true, .arg = "kill-chain-phase" },
	{ .name = S_INIT("first_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("last_seen"), .kind = STIX_TIME },
};

static const struct stix_prop intrusion_set_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("aliases"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("first_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("last_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("goals"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("resource_level"), .kind = STIX_STRING },
	{ .name = S_INIT("primary_motivation"), .kind = STIX_STRING },
	{ .name = S_INIT("secondary_motivations"), .kind = STIX_STRING, .list = true },
};

static const struct stix_prop location_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("latitude"), .kind = STIX_FLOAT, .min = -90, .max = 90 },
	{ .name = S_INIT("longitude"), .kind = STIX_FLOAT, .min = -180, .max = 180 },
	{ .name = S_INIT("precision"), .kind = STIX_FLOAT, .min = 0, .max = 40075017 },
	{ .name = S_INIT("region"), .kind = STIX_STRING },
	{ .name = S_INIT("country"), .kind = STIX_STRING },
	{ .name = S_INIT("administrative_area"), .kind = STIX_STRING },
	{ .name = S_INIT("city"), .kind = STIX_STRING },
	{ .name = S_INIT("street_address"), .kind = STIX_STRING },
	{ .name = S_INIT("postal_code"), .kind = STIX_STRING },
};

static const struct stix_prop malware_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("malware_types"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("is_family"), .kind = STIX_BOOLEAN, .required = true },
	{ .name = S_INIT("aliases"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("kill_chain_phases"), .kind = STIX_EMBEDDED, .list = true, .arg = "kill-chain-phase" },
	{ .name = S_INIT("first_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("last_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("operating_system_refs"), .kind = STIX_REF, .list = true, .arg = "software" },
	{ .name = S_INIT("architecture_execution_envs"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("implementation_languages"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("capabilities"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("sample_refs"), .kind = STIX_REF, .list = true, .arg = "artifact file" },
};

static const struct stix_prop malware_analysis_props[] = {
	{ .name = S_INIT("product"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("version"), .kind = STIX_STRING },
	{ .name = S_INIT("host_vm_ref"), .kind = STIX_REF, .arg = "software" },
	{ .name = S_INIT("operating_system_ref"), .kind = STIX_REF, .arg = "software" },
	{ .name = S_INIT("installed_software_refs"), .kind = STIX_REF, .list = true, .arg = "software" },
	{ .name = S_INIT("configuration_version"), .kind = STIX_STRING },
	{ .name = S_INIT("modules"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("analysis_engine_version"), .kind = STIX_STRING },
	{ .name = S_INIT("analysis_definition_version"), .kind = STIX_STRING },
	{ .name = S_INIT("submitted"), .kind = STIX_TIME },
	{ .name = S_INIT("analysis_started"), .kind = STIX_TIME },
	{ .name = S_INIT("analysis_ended"), .kind = STIX_TIME },
	{ .name = S_INIT("result_name"), .kind = STIX_STRING },
	{ .name = S_INIT("result"), .kind = STIX_STRING },
	{ .name = S_INIT("analysis_sco_refs"), .kind = STIX_REF, .list = true, .arg = "SCO" },
	{ .name = S_INIT("sample_ref"), .kind = STIX_REF, .arg = "SCO" },
};

static const struct stix_prop note_props[] = {
	{ .name = S_INIT("abstract"), .kind = STIX_STRING },
	{ .name = S_INIT("content"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("authors"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("object_refs"), .kind = STIX_REF, .required = true, .list = true },
};

static const struct stix_prop observed_data_props[] = {
	{ .name = S_INIT("first_observed"), .kind = STIX_TIME, .required = true },
	{ .name = S_INIT("last_observed"), .kind = STIX_TIME, .required = true },
	{ .name = S_INIT("number_observed"), .kind = STIX_INTEGER, .required = true, .min = 1, .max = 999999999 },
	{ .name = S_INIT("objects"), .kind = STIX_DICT },
	{ .name = S_INIT("object_refs"), .kind = STIX_REF, .list = true, .arg = "SCO SRO" },
};

static const struct stix_prop opinion_props[] = {
	{ .name = S_INIT("explanation"), .kind = STIX_STRING },
	{ .name = S_INIT("authors"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("opinion"), .kind = STIX_ENUM, .required = true, .arg = "strongly-disagree disagree neutral agree strongly-agree" },
	{ .name = S_INIT("object_refs"), .kind = STIX_REF, .required = true, .list = true },
};

static const struct stix_prop report_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("report_types"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("published"), .kind = STIX_TIME, .required = true },
	{ .name = S_INIT("object_refs"), .kind = STIX_REF, .required = true, .list = true },
};

static const struct stix_prop threat_actor_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("threat_actor_types"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("aliases"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("first_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("last_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("roles"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("goals"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("sophistication"), .kind = STIX_STRING },
	{ .name = S_INIT("resource_level"), .kind = STIX_STRING },
	{ .name = S_INIT("primary_motivation"), .kind = STIX_STRING },
	{ .name = S_INIT("secondary_motivations"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("personal_motivations"), .kind = STIX_STRING, .list = true },
};

static const struct stix_prop tool_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("tool_types"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("aliases"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("kill_chain_phases"), .kind = STIX_EMBEDDED, .list = true, .arg = "kill-chain-phase" },
	{ .name = S_INIT("tool_version"), .kind = STIX_STRING },
};

static const struct stix_prop vulnerability_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
};

static const struct stix_prop relationship_props[] = {
	{ .name = S_INIT("relationship_type"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("source_ref"), .kind = STIX_REF, .required = true, .arg = "SDO SCO" },
	{ .name = S_INIT("target_ref"), .kind = STIX_REF, .required = true, .arg = "SDO SCO" },
	{ .name = S_INIT("start_time"), .kind = STIX_TIME },
	{ .name = S_INIT("stop_time"), .kind = STIX_TIME },
};

static const struct stix_prop sighting_props[] = {
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("first_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("last_seen"), .kind = STIX_TIME },
	{ .name = S_INIT("count"), .kind = STIX_INTEGER, .min = 0, .max = 999999999 },
	{ .name = S_INIT("sighting_of_ref"), .kind = STIX_REF, .required = true, .arg = "SDO" },
	{ .name = S_INIT("observed_data_refs"), .kind = STIX_REF, .list = true, .arg = "observed-data" },
	{ .name = S_INIT("where_sighted_refs"), .kind = STIX_REF, .list = true, .arg = "identity location" },
	{ .name = S_INIT("summary"), .kind = STIX_BOOLEAN },
};

static const struct stix_prop marking_definition_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING },
	{ .name = S_INIT("definition_type"), .kind = STIX_STRING },
	{ .name = S_INIT("definition"), .kind = STIX_OBJECT },
};

static const struct stix_prop language_content_props[] = {
	{ .name = S_INIT("object_ref"), .kind = STIX_REF, .required = true },
	{ .name = S_INIT("object_modified"), .kind = STIX_TIME_MS },
	{ .name = S_INIT("contents"), .kind = STIX_DICT, .required = true },
};

static const struct stix_prop extension_definition_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("schema"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("version"), .kind = STIX_SEMVER, .required = true },
	{ .name = S_INIT("extension_types"), .kind = STIX_ENUM, .required = true, .list = true, .arg = "new-sdo new-sco new-sro property-extension toplevel-property-extension" },
	{ .name = S_INIT("extension_properties"), .kind = STIX_STRING, .list = true },
};

/* In the order of their names, as they are looked up by halves. */
const struct stix_type stix_types_object[] = {
	{ .name = S_INIT("attack-pattern"), .class = STIX_SDO, PROPS(attack_pattern_props) },
	{ .name = S_INIT("campaign"), .class = STIX_SDO, PROPS(campaign_props),
	    .rules = { { STIX_NOT_BEFORE, "first_seen", "last_seen" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("course-of-action"), .class = STIX_SDO, PROPS(course_of_action_props) },
	{ .name = S_INIT("extension-definition"), .class = STIX_META, PROPS(extension_definition_props),
	    .rules = { { STIX_ONE_OF, "created_by_ref", NULL }, { STIX_ONE_OF, "modified", NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("grouping"), .class = STIX_SDO, PROPS(grouping_props) },
	{ .name = S_INIT("identity"), .class = STIX_SDO, PROPS(identity_props) },
	{ .name = S_INIT("incident"), .class = STIX_SDO, PROPS(incident_props) },
	{ .name = S_INIT("indicator"), .class = STIX_SDO, PROPS(indicator_props),
	    .rules = { { STIX_AFTER, "valid_from", "valid_until" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("infrastructure"), .class = STIX_SDO, PROPS(infrastructure_props),
	    .rules = { { STIX_NOT_BEFORE, "first_seen", "last_seen" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("intrusion-set"), .class = STIX_SDO, PROPS(intrusion_set_props),
	    .rules = { { STIX_NOT_BEFORE, "first_seen", "last_seen" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("language-content"), .class = STIX_META, PROPS(language_content_props),
	    .rules = { { STIX_ONE_OF, "modified", NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("location"), .class = STIX_SDO, PROPS(location_props),
	    .rules = { { STIX_NEEDS, "latitude", "longitude" }, { STIX_NEEDS, "longitude", "latitude" }, { STIX_NEEDS, "precision", "latitude" }, { STIX_NEEDS, "precision", "longitude" }, { STIX_ONE_OF, "region country latitude", NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("malware"), .class = STIX_SDO, PROPS(malware_props),
	    .rules = { { STIX_NOT_BEFORE, "first_seen", "last_seen" }, { STIX_TRUE_NEEDS, "is_family", "name" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("malware-analysis"), .class = STIX_SDO, PROPS(malware_analysis_props),
	    .rules = { { STIX_ONE_OF, "result analysis_sco_refs", NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("marking-definition"), .class = STIX_META, PROPS(marking_definition_props),
	    .rules = { { STIX_NEEDS, "definition_type", "definition" }, { STIX_NEEDS, "definition", "definition_type" }, { STIX_ONE_OF, "definition_type extensions", NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("note"), .class = STIX_SDO, PROPS(note_props) },
	{ .name = S_INIT("observed-data"), .class = STIX_SDO, PROPS(observed_data_props),
	    .rules = { { STIX_NOT_BEFORE, "first_observed", "last_observed" }, { STIX_NOT_BOTH, "objects", "object_refs" }, { STIX_ONE_OF, "objects object_refs", NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("opinion"), .class = STIX_SDO, PROPS(opinion_props) },
	{ .name = S_INIT("relationship"), .class = STIX_SRO, PROPS(relationship_props),
	    .rules = { { STIX_AFTER, "start_time", "stop_time" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("report"), .class = STIX_SDO, PROPS(report_props) },
	{ .name = S_INIT("sighting"), .class = STIX_SRO, PROPS(sighting_props),
	    .rules = { { STIX_NOT_BEFORE, "first_seen", "last_seen" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("threat-actor"), .class = STIX_SDO, PROPS(threat_actor_props),
	    .rules = { { STIX_NOT_BEFORE, "first_seen", "last_seen" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("tool"), .class = STIX_SDO, PROPS(tool_props) },
	{ .name = S_INIT("vulnerability"), .class = STIX_SDO, PROPS(vulnerability_props) },
};
const size_t stix_types_object_count = sizeof(stix_types_object) / sizeof(stix_types_object[0]);

