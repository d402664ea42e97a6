/* stix_table_sco: observables (STIX 2.1, section 6), the standard's extensions of them, and what lies within objects. */
#include "model/stix_table_room.h"

static const struct stix_prop artifact_props[] = {
	{ .name = S_INIT("mime_type"), .kind = STIX_STRING },
	{ .name = S_INIT("payload_bin"), .kind = STIX_BINARY },
	{ .name = S_INIT("url"), .kind = STIX_URL },
	{ .name = S_INIT("hashes"), .kind = STIX_HASHES },
	{ .name = S_INIT("encryption_algorithm"), .kind = STIX_ENUM, .arg = "AES-256-GCM ChaCha20-Poly1305 mime-type-indicated" },
	{ .name = S_INIT("decryption_key"), .kind = STIX_STRING },
};

static const struct stix_prop autonomous_system_props[] = {
	{ .name = S_INIT("number"), .kind = STIX_INTEGER, .required = true, .min = 0, .max = 4294967295 },
	{ .name = S_INIT("name"), .kind = STIX_STRING },
	{ .name = S_INIT("rir"), .kind = STIX_STRING },
};

static const struct stix_prop directory_props[] = {
	{ .name = S_INIT("path"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("path_enc"), .kind = STIX_STRING },
	{ .name = S_INIT("ctime"), .kind = STIX_TIME },
	{ .name = S_INIT("mtime"), .kind = STIX_TIME },
	{ .name = S_INIT("atime"), .kind = STIX_TIME },
	{ .name = S_INIT("contains_refs"), .kind = STIX_REF, .list = true, .arg = "file directory" },
};

static const struct stix_prop domain_name_props[] = {
	{ .name = S_INIT("value"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("resolves_to_refs"), .kind = STIX_REF, .list = true, .arg = "ipv4-addr ipv6-addr domain-name" },
};

static const struct stix_prop email_addr_props[] = {
	{ .name = S_INIT("value"), .kind = STIX_MAILBOX, .required = true },
	{ .name = S_INIT("display_name"), .kind = STIX_STRING },
	{ .name = S_INIT("belongs_to_ref"), .kind = STIX_REF, .arg = "user-account" },
};

static const struct stix_prop email_message_props[] = {
	{ .name = S_INIT("is_multipart"), .kind = STIX_BOOLEAN, .required = true },
	{ .name = S_INIT("date"), .kind = STIX_TIME },
	{ .name = S_INIT("content_type"), .kind = STIX_STRING },
	{ .name = S_INIT("from_ref"), .kind = STIX_REF, .arg = "email-addr" },
	{ .name = S_INIT("sender_ref"), .kind = STIX_REF, .arg = "email-addr" },
	{ .name = S_INIT("to_refs"), .kind = STIX_REF, .list = true, .arg = "email-addr" },
	{ .name = S_INIT("cc_refs"), .kind = STIX_REF, .list = true, .arg = "email-addr" },
	{ .name = S_INIT("bcc_refs"), .kind = STIX_REF, .list = true, .arg = "email-addr" },
	{ .name = S_INIT("message_id"), .kind = STIX_STRING },
	{ .name = S_INIT("subject"), .kind = STIX_STRING },
	{ .name = S_INIT("received_lines"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("additional_header_fields"), .kind = STIX_DICT },
	{ .name = S_INIT("body"), .kind = STIX_STRING },
	{ .name = S_INIT("body_multipart"), .kind = STIX_EMBEDDED, .list = true, .arg = "email-mime-part-type" },
	{ .name = S_INIT("raw_email_ref"), .kind = STIX_REF, .arg = "artifact" },
};

static const struct stix_prop file_props[] = {
	{ .name = S_INIT("hashes"), .kind = STIX_HASHES },
	{ .name = S_INIT("size"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("name"), .kind = STIX_STRING },
	{ .name = S_INIT("name_enc"), .kind = STIX_STRING },
	{ .name = S_INIT("magic_number_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("mime_type"), .kind = STIX_STRING },
	{ .name = S_INIT("ctime"), .kind = STIX_TIME },
	{ .name = S_INIT("mtime"), .kind = STIX_TIME },
	{ .name = S_INIT("atime"), .kind = STIX_TIME },
	{ .name = S_INIT("parent_directory_ref"), .kind = STIX_REF, .arg = "directory" },
	{ .name = S_INIT("contains_refs"), .kind = STIX_REF, .list = true },
	{ .name = S_INIT("content_ref"), .kind = STIX_REF, .arg = "artifact" },
};

static const struct stix_prop ipv4_addr_props[] = {
	{ .name = S_INIT("value"), .kind = STIX_IPV4, .required = true },
	{ .name = S_INIT("resolves_to_refs"), .kind = STIX_REF, .list = true, .arg = "mac-addr" },
	{ .name = S_INIT("belongs_to_refs"), .kind = STIX_REF, .list = true, .arg = "autonomous-system" },
};

static const struct stix_prop ipv6_addr_props[] = {
	{ .name = S_INIT("value"), .kind = STIX_IPV6, .required = true },
	{ .name = S_INIT("resolves_to_refs"), .kind = STIX_REF, .list = true, .arg = "mac-addr" },
	{ .name = S_INIT("belongs_to_refs"), .kind = STIX_REF, .list = true, .arg = "autonomous-system" },
};

static const struct stix_prop mac_addr_props[] = {
	{ .name = S_INIT("value"), .kind = STIX_MAC, .required = true },
};

static const struct stix_prop mutex_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
};

static const struct stix_prop network_traffic_props[] = {
	{ .name = S_INIT("start"), .kind = STIX_TIME },
	{ .name = S_INIT("end"), .kind = STIX_TIME },
	{ .name = S_INIT("is_active"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("src_ref"), .kind = STIX_REF, .arg = "ipv4-addr ipv6-addr mac-addr domain-name" },
	{ .name = S_INIT("dst_ref"), .kind = STIX_REF, .arg = "ipv4-addr ipv6-addr mac-addr domain-name" },
	{ .name = S_INIT("src_port"), .kind = STIX_INTEGER, .min = 0, .max = 65535 },
	{ .name = S_INIT("dst_port"), .kind = STIX_INTEGER, .min = 0, .max = 65535 },
	{ .name = S_INIT("protocols"), .kind = STIX_STRING, .required = true, .list = true },
	{ .name = S_INIT("src_byte_count"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("dst_byte_count"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("src_packets"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("dst_packets"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("ipfix"), .kind = STIX_DICT },
	{ .name = S_INIT("src_payload_ref"), .kind = STIX_REF, .arg = "artifact" },
	{ .name = S_INIT("dst_payload_ref"), .kind = STIX_REF, .arg = "artifact" },
	{ .name = S_INIT("encapsulates_refs"), .kind = STIX_REF, .list = true, .arg = "network-traffic" },
	{ .name = S_INIT("encapsulated_by_ref"), .kind = STIX_REF, .arg = "network-traffic" },
};

static const struct stix_prop process_props[] = {
	{ .name = S_INIT("is_hidden"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("pid"), .kind = STIX_INTEGER },
	{ .name = S_INIT("created_time"), .kind = STIX_TIME },
	{ .name = S_INIT("cwd"), .kind = STIX_STRING },
	{ .name = S_INIT("command_line"), .kind = STIX_STRING },
	{ .name = S_INIT("environment_variables"), .kind = STIX_DICT },
	{ .name = S_INIT("opened_connection_refs"), .kind = STIX_REF, .list = true, .arg = "network-traffic" },
	{ .name = S_INIT("creator_user_ref"), .kind = STIX_REF, .arg = "user-account" },
	{ .name = S_INIT("image_ref"), .kind = STIX_REF, .arg = "file" },
	{ .name = S_INIT("parent_ref"), .kind = STIX_REF, .arg = "process" },
	{ .name = S_INIT("child_refs"), .kind = STIX_REF, .list = true, .arg = "process" },
};

static const struct stix_prop software_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("cpe"), .kind = STIX_CPE },
	{ .name = S_INIT("swid"), .kind = STIX_STRING },
	{ .name = S_INIT("languages"), .kind = STIX_LANG, .list = true },
	{ .name = S_INIT("vendor"), .kind = STIX_STRING },
	{ .name = S_INIT("version"), .kind = STIX_STRING },
};

static const struct stix_prop url_props[] = {
	{ .name = S_INIT("value"), .kind = STIX_URL, .required = true },
};

static const struct stix_prop user_account_props[] = {
	{ .name = S_INIT("user_id"), .kind = STIX_STRING },
	{ .name = S_INIT("credential"), .kind = STIX_STRING },
	{ .name = S_INIT("account_login"), .kind = STIX_STRING },
	{ .name = S_INIT("account_type"), .kind = STIX_STRING },
	{ .name = S_INIT("display_name"), .kind = STIX_STRING },
	{ .name = S_INIT("is_service_account"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("is_privileged"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("can_escalate_privs"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("is_disabled"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("account_created"), .kind = STIX_TIME },
	{ .name = S_INIT("account_expires"), .kind = STIX_TIME },
	{ .name = S_INIT("credential_last_changed"), .kind = STIX_TIME },
	{ .name = S_INIT("account_first_login"), .kind = STIX_TIME },
	{ .name = S_INIT("account_last_login"), .kind = STIX_TIME },
};

static const struct stix_prop windows_registry_key_props[] = {
	{ .name = S_INIT("key"), .kind = STIX_REGISTRY_KEY },
	{ .name = S_INIT("values"), .kind = STIX_EMBEDDED, .list = true, .arg = "windows-registry-value-type" },
	{ .name = S_INIT("modified_time"), .kind = STIX_TIME },
	{ .name = S_INIT("creator_user_ref"), .kind = STIX_REF, .arg = "user-account" },
	{ .name = S_INIT("number_of_subkeys"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
};

static const struct stix_prop x509_certificate_props[] = {
	{ .name = S_INIT("is_self_signed"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("hashes"), .kind = STIX_HASHES },
	{ .name = S_INIT("version"), .kind = STIX_STRING },
	{ .name = S_INIT("serial_number"), .kind = STIX_STRING },
	{ .name = S_INIT("signature_algorithm"), .kind = STIX_STRING },
	{ .name = S_INIT("issuer"), .kind = STIX_STRING },
	{ .name = S_INIT("validity_not_before"), .kind = STIX_TIME },
	{ .name = S_INIT("validity_not_after"), .kind = STIX_TIME },
	{ .name = S_INIT("subject"), .kind = STIX_STRING },
	{ .name = S_INIT("subject_public_key_algorithm"), .kind = STIX_STRING },
	{ .name = S_INIT("subject_public_key_modulus"), .kind = STIX_STRING },
	{ .name = S_INIT("subject_public_key_exponent"), .kind = STIX_INTEGER },
	{ .name = S_INIT("x509_v3_extensions"), .kind = STIX_EMBEDDED, .arg = "x509-v3-extensions-type" },
};

static const struct stix_prop external_reference_props[] = {
	{ .name = S_INIT("source_name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("description"), .kind = STIX_STRING },
	{ .name = S_INIT("url"), .kind = STIX_URL },
	{ .name = S_INIT("hashes"), .kind = STIX_HASHES, .arg = "known" },
	{ .name = S_INIT("external_id"), .kind = STIX_STRING },
};

static const struct stix_prop kill_chain_phase_props[] = {
	{ .name = S_INIT("kill_chain_name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("phase_name"), .kind = STIX_STRING, .required = true },
};

static const struct stix_prop granular_marking_props[] = {
	{ .name = S_INIT("lang"), .kind = STIX_LANG },
	{ .name = S_INIT("marking_ref"), .kind = STIX_REF, .arg = "marking-definition" },
	{ .name = S_INIT("selectors"), .kind = STIX_STRING, .required = true, .list = true },
};

static const struct stix_prop email_mime_part_type_props[] = {
	{ .name = S_INIT("body"), .kind = STIX_STRING },
	{ .name = S_INIT("body_raw_ref"), .kind = STIX_REF, .arg = "artifact file" },
	{ .name = S_INIT("content_type"), .kind = STIX_STRING },
	{ .name = S_INIT("content_disposition"), .kind = STIX_STRING },
};

static const struct stix_prop windows_registry_value_type_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING },
	{ .name = S_INIT("data"), .kind = STIX_STRING },
	{ .name = S_INIT("data_type"), .kind = STIX_ENUM, .arg = "REG_NONE REG_SZ REG_EXPAND_SZ REG_BINARY REG_DWORD REG_DWORD_BIG_ENDIAN REG_DWORD_LITTLE_ENDIAN REG_LINK REG_MULTI_SZ REG_RESOURCE_LIST REG_FULL_RESOURCE_DESCRIPTION REG_RESOURCE_REQUIREMENTS_LIST REG_QWORD REG_INVALID_TYPE" },
};

static const struct stix_prop x509_v3_extensions_type_props[] = {
	{ .name = S_INIT("basic_constraints"), .kind = STIX_STRING },
	{ .name = S_INIT("name_constraints"), .kind = STIX_STRING },
	{ .name = S_INIT("policy_constraints"), .kind = STIX_STRING },
	{ .name = S_INIT("key_usage"), .kind = STIX_STRING },
	{ .name = S_INIT("extended_key_usage"), .kind = STIX_STRING },
	{ .name = S_INIT("subject_key_identifier"), .kind = STIX_STRING },
	{ .name = S_INIT("authority_key_identifier"), .kind = STIX_STRING },
	{ .name = S_INIT("subject_alternative_name"), .kind = STIX_STRING },
	{ .name = S_INIT("issuer_alternative_name"), .kind = STIX_STRING },
	{ .name = S_INIT("subject_directory_attributes"), .kind = STIX_STRING },
	{ .name = S_INIT("crl_distribution_points"), .kind = STIX_STRING },
	{ .name = S_INIT("inhibit_any_policy"), .kind = STIX_STRING },
	{ .name = S_INIT("private_key_usage_period_not_before"), .kind = STIX_TIME },
	{ .name = S_INIT("private_key_usage_period_not_after"), .kind = STIX_TIME },
	{ .name = S_INIT("certificate_policies"), .kind = STIX_STRING },
	{ .name = S_INIT("policy_mappings"), .kind = STIX_STRING },
};

static const struct stix_prop archive_ext_props[] = {
	{ .name = S_INIT("contains_refs"), .kind = STIX_REF, .required = true, .list = true, .arg = "file directory" },
	{ .name = S_INIT("comment"), .kind = STIX_STRING },
};

static const struct stix_prop ntfs_ext_props[] = {
	{ .name = S_INIT("sid"), .kind = STIX_STRING },
	{ .name = S_INIT("alternate_data_streams"), .kind = STIX_EMBEDDED, .list = true, .arg = "alternate-data-stream-type" },
};

static const struct stix_prop alternate_data_stream_type_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("hashes"), .kind = STIX_HASHES },
	{ .name = S_INIT("size"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
};

static const struct stix_prop pdf_ext_props[] = {
	{ .name = S_INIT("version"), .kind = STIX_STRING },
	{ .name = S_INIT("is_optimized"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("document_info_dict"), .kind = STIX_DICT },
	{ .name = S_INIT("pdfid0"), .kind = STIX_STRING },
	{ .name = S_INIT("pdfid1"), .kind = STIX_STRING },
};

static const struct stix_prop raster_image_ext_props[] = {
	{ .name = S_INIT("image_height"), .kind = STIX_INTEGER },
	{ .name = S_INIT("image_width"), .kind = STIX_INTEGER },
	{ .name = S_INIT("bits_per_pixel"), .kind = STIX_INTEGER },
	{ .name = S_INIT("exif_tags"), .kind = STIX_DICT },
};

static const struct stix_prop windows_pebinary_ext_props[] = {
	{ .name = S_INIT("pe_type"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("imphash"), .kind = STIX_STRING },
	{ .name = S_INIT("machine_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("number_of_sections"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("time_date_stamp"), .kind = STIX_TIME },
	{ .name = S_INIT("pointer_to_symbol_table_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("number_of_symbols"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("size_of_optional_header"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("characteristics_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("file_header_hashes"), .kind = STIX_HASHES },
	{ .name = S_INIT("optional_header"), .kind = STIX_EMBEDDED, .arg = "windows-pe-optional-header-type" },
	{ .name = S_INIT("sections"), .kind = STIX_EMBEDDED, .list = true, .arg = "windows-pe-section-type" },
};

static const struct stix_prop windows_pe_optional_header_type_props[] = {
	{ .name = S_INIT("magic_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("major_linker_version"), .kind = STIX_INTEGER },
	{ .name = S_INIT("minor_linker_version"), .kind = STIX_INTEGER },
	{ .name = S_INIT("size_of_code"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("size_of_initialized_data"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("size_of_uninitialized_data"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("address_of_entry_point"), .kind = STIX_INTEGER },
	{ .name = S_INIT("base_of_code"), .kind = STIX_INTEGER },
	{ .name = S_INIT("base_of_data"), .kind = STIX_INTEGER },
	{ .name = S_INIT("image_base"), .kind = STIX_INTEGER },
	{ .name = S_INIT("section_alignment"), .kind = STIX_INTEGER },
	{ .name = S_INIT("file_alignment"), .kind = STIX_INTEGER },
	{ .name = S_INIT("major_os_version"), .kind = STIX_INTEGER },
	{ .name = S_INIT("minor_os_version"), .kind = STIX_INTEGER },
	{ .name = S_INIT("major_image_version"), .kind = STIX_INTEGER },
	{ .name = S_INIT("minor_image_version"), .kind = STIX_INTEGER },
	{ .name = S_INIT("major_subsystem_version"), .kind = STIX_INTEGER },
	{ .name = S_INIT("minor_subsystem_version"), .kind = STIX_INTEGER },
	{ .name = S_INIT("win32_version_value_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("size_of_image"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("size_of_headers"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("checksum_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("subsystem_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("dll_characteristics_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("size_of_stack_reserve"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("size_of_stack_commit"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("size_of_heap_reserve"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("size_of_heap_commit"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("loader_flags_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("number_of_rva_and_sizes"), .kind = STIX_INTEGER },
	{ .name = S_INIT("hashes"), .kind = STIX_HASHES },
};

static const struct stix_prop windows_pe_section_type_props[] = {
	{ .name = S_INIT("name"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("size"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("entropy"), .kind = STIX_FLOAT },
	{ .name = S_INIT("hashes"), .kind = STIX_HASHES },
};

static const struct stix_prop http_request_ext_props[] = {
	{ .name = S_INIT("request_method"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("request_value"), .kind = STIX_STRING, .required = true },
	{ .name = S_INIT("request_version"), .kind = STIX_STRING },
	{ .name = S_INIT("request_header"), .kind = STIX_DICT },
	{ .name = S_INIT("message_body_length"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("message_body_data_ref"), .kind = STIX_REF, .arg = "artifact" },
};

static const struct stix_prop icmp_ext_props[] = {
	{ .name = S_INIT("icmp_type_hex"), .kind = STIX_HEX, .required = true },
	{ .name = S_INIT("icmp_code_hex"), .kind = STIX_HEX, .required = true },
};

static const struct stix_prop socket_ext_props[] = {
	{ .name = S_INIT("address_family"), .kind = STIX_ENUM, .required = true, .arg = "AF_UNSPEC AF_INET AF_IPX AF_APPLETALK AF_NETBIOS AF_INET6 AF_IRDA AF_BTH" },
	{ .name = S_INIT("is_blocking"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("is_listening"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("options"), .kind = STIX_DICT },
	{ .name = S_INIT("socket_type"), .kind = STIX_ENUM, .arg = "SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET" },
	{ .name = S_INIT("socket_descriptor"), .kind = STIX_INTEGER, .min = 0, .max = 9007199254740991 },
	{ .name = S_INIT("socket_handle"), .kind = STIX_INTEGER },
};

static const struct stix_prop tcp_ext_props[] = {
	{ .name = S_INIT("src_flags_hex"), .kind = STIX_HEX },
	{ .name = S_INIT("dst_flags_hex"), .kind = STIX_HEX },
};

static const struct stix_prop windows_process_ext_props[] = {
	{ .name = S_INIT("aslr_enabled"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("dep_enabled"), .kind = STIX_BOOLEAN },
	{ .name = S_INIT("priority"), .kind = STIX_STRING },
	{ .name = S_INIT("owner_sid"), .kind = STIX_STRING },
	{ .name = S_INIT("window_title"), .kind = STIX_STRING },
	{ .name = S_INIT("startup_info"), .kind = STIX_DICT },
	{ .name = S_INIT("integrity_level"), .kind = STIX_ENUM, .arg = "low medium high system" },
};

static const struct stix_prop windows_service_ext_props[] = {
	{ .name = S_INIT("service_name"), .kind = STIX_STRING },
	{ .name = S_INIT("descriptions"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("display_name"), .kind = STIX_STRING },
	{ .name = S_INIT("group_name"), .kind = STIX_STRING },
	{ .name = S_INIT("start_type"), .kind = STIX_ENUM, .arg = "SERVICE_AUTO_START SERVICE_BOOT_START SERVICE_DEMAND_START SERVICE_DISABLED SERVICE_SYSTEM_ALERT" },
	{ .name = S_INIT("service_dll_refs"), .kind = STIX_REF, .list = true, .arg = "file" },
	{ .name = S_INIT("service_type"), .kind = STIX_ENUM, .arg = "SERVICE_KERNEL_DRIVER SERVICE_FILE_SYSTEM_DRIVER SERVICE_WIN32_OWN_PROCESS SERVICE_WIN32_SHARE_PROCESS" },
	{ .name = S_INIT("service_status"), .kind = STIX_ENUM, .arg = "SERVICE_CONTINUE_PENDING SERVICE_PAUSE_PENDING SERVICE_PAUSED SERVICE_RUNNING SERVICE_START_PENDING SERVICE_STOP_PENDING SERVICE_STOPPED" },
};

static const struct stix_prop unix_account_ext_props[] = {
	{ .name = S_INIT("gid"), .kind = STIX_INTEGER },
	{ .name = S_INIT("groups"), .kind = STIX_STRING, .list = true },
	{ .name = S_INIT("home_dir"), .kind = STIX_STRING },
	{ .name = S_INIT("shell"), .kind = STIX_STRING },
};

/* In the order of their names, as they are looked up by halves. */
const struct stix_type stix_types_sco[] = {
	{ .name = S_INIT("artifact"), .class = STIX_SCO, PROPS(artifact_props), .id_from = "hashes payload_bin",
	    .rules = { { STIX_ONE_OF, "payload_bin url", NULL }, { STIX_NOT_BOTH, "payload_bin", "url" }, { STIX_NEEDS, "url", "hashes" }, { STIX_NEEDS, "decryption_key", "encryption_algorithm" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("autonomous-system"), .class = STIX_SCO, PROPS(autonomous_system_props), .id_from = "number" },
	{ .name = S_INIT("directory"), .class = STIX_SCO, PROPS(directory_props), .id_from = "path" },
	{ .name = S_INIT("domain-name"), .class = STIX_SCO, PROPS(domain_name_props), .id_from = "value" },
	{ .name = S_INIT("email-addr"), .class = STIX_SCO, PROPS(email_addr_props), .id_from = "value" },
	{ .name = S_INIT("email-message"), .class = STIX_SCO, PROPS(email_message_props), .id_from = "from_ref subject body",
	    .rules = { { STIX_TRUE_FORBIDS, "is_multipart", "body" }, { STIX_FALSE_FORBIDS, "is_multipart", "body_multipart" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("file"), .class = STIX_SCO, PROPS(file_props), .id_from = "hashes name parent_directory_ref extensions",
	    .rules = { { STIX_ONE_OF, "hashes name", NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("ipv4-addr"), .class = STIX_SCO, PROPS(ipv4_addr_props), .id_from = "value" },
	{ .name = S_INIT("ipv6-addr"), .class = STIX_SCO, PROPS(ipv6_addr_props), .id_from = "value" },
	{ .name = S_INIT("mac-addr"), .class = STIX_SCO, PROPS(mac_addr_props), .id_from = "value" },
	{ .name = S_INIT("mutex"), .class = STIX_SCO, PROPS(mutex_props), .id_from = "name" },
	{ .name = S_INIT("network-traffic"), .class = STIX_SCO, PROPS(network_traffic_props), .id_from = "start end src_ref dst_ref src_port dst_port protocols extensions",
	    .rules = { { STIX_ONE_OF, "src_ref dst_ref", NULL }, { STIX_NOT_BEFORE, "start", "end" }, { STIX_TRUE_FORBIDS, "is_active", "end" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("process"), .class = STIX_SCO, PROPS(process_props),
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("software"), .class = STIX_SCO, PROPS(software_props), .id_from = "name cpe swid vendor version" },
	{ .name = S_INIT("url"), .class = STIX_SCO, PROPS(url_props), .id_from = "value" },
	{ .name = S_INIT("user-account"), .class = STIX_SCO, PROPS(user_account_props), .id_from = "account_type user_id account_login",
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("windows-registry-key"), .class = STIX_SCO, PROPS(windows_registry_key_props), .id_from = "key values",
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("x509-certificate"), .class = STIX_SCO, PROPS(x509_certificate_props), .id_from = "hashes serial_number",
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
};
const size_t stix_types_sco_count = sizeof(stix_types_sco) / sizeof(stix_types_sco[0]);

/* In the order of their names, as they are looked up by halves. */
const struct stix_type stix_parts[] = {
	{ .name = S_INIT("alternate-data-stream-type"), .class = STIX_PART, PROPS(alternate_data_stream_type_props) },
	{ .name = S_INIT("archive-ext"), .class = STIX_PART, PROPS(archive_ext_props) },
	{ .name = S_INIT("email-mime-part-type"), .class = STIX_PART, PROPS(email_mime_part_type_props),
	    .rules = { { STIX_ONE_OF, "body body_raw_ref", NULL }, { STIX_NOT_BOTH, "body", "body_raw_ref" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("external-reference"), .class = STIX_PART, PROPS(external_reference_props),
	    .rules = { { STIX_ONE_OF, "description url external_id", NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("granular-marking"), .class = STIX_PART, PROPS(granular_marking_props),
	    .rules = { { STIX_ONE_OF, "lang marking_ref", NULL }, { STIX_NOT_BOTH, "lang", "marking_ref" }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("http-request-ext"), .class = STIX_PART, PROPS(http_request_ext_props) },
	{ .name = S_INIT("icmp-ext"), .class = STIX_PART, PROPS(icmp_ext_props) },
	{ .name = S_INIT("kill-chain-phase"), .class = STIX_PART, PROPS(kill_chain_phase_props) },
	{ .name = S_INIT("ntfs-ext"), .class = STIX_PART, PROPS(ntfs_ext_props),
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("pdf-ext"), .class = STIX_PART, PROPS(pdf_ext_props),
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("raster-image-ext"), .class = STIX_PART, PROPS(raster_image_ext_props),
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("socket-ext"), .class = STIX_PART, PROPS(socket_ext_props) },
	{ .name = S_INIT("tcp-ext"), .class = STIX_PART, PROPS(tcp_ext_props),
	    .rules = { { STIX_ONE_OF, "src_flags_hex dst_flags_hex", NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("unix-account-ext"), .class = STIX_PART, PROPS(unix_account_ext_props),
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("windows-pe-optional-header-type"), .class = STIX_PART, PROPS(windows_pe_optional_header_type_props),
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("windows-pe-section-type"), .class = STIX_PART, PROPS(windows_pe_section_type_props) },
	{ .name = S_INIT("windows-pebinary-ext"), .class = STIX_PART, PROPS(windows_pebinary_ext_props) },
	{ .name = S_INIT("windows-process-ext"), .class = STIX_PART, PROPS(windows_process_ext_props),
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("windows-registry-value-type"), .class = STIX_PART, PROPS(windows_registry_value_type_props),
	    .rules = { { STIX_ONE_OF, "name data data_type", NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("windows-service-ext"), .class = STIX_PART, PROPS(windows_service_ext_props),
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
	{ .name = S_INIT("x509-v3-extensions-type"), .class = STIX_PART, PROPS(x509_v3_extensions_type_props),
	    .rules = { { STIX_SOME, NULL, NULL }, { STIX_RULE_END, NULL, NULL } } },
};
const size_t stix_parts_count = sizeof(stix_parts) / sizeof(stix_parts[0]);

