/* stix_value: is a text what a kind of property asks for? For this room alone. */
#ifndef MODEL_STIX_VALUE_H
#define MODEL_STIX_VALUE_H

#include "base/slice.h"

bool stix_type_name_ok(struct slice s);
/* A key of a dictionary, and the stricter name of a property. */
bool stix_key_ok(struct slice s);
bool stix_name_ok(struct slice s);
bool stix_lang_ok(struct slice s);
bool stix_url_ok(struct slice s);
bool stix_address_ok(struct slice s, bool v4);
bool stix_mac_ok(struct slice s);
bool stix_base64_ok(struct slice s);
bool stix_hex_ok(struct slice s);
bool stix_cpe_ok(struct slice s);
bool stix_semver_ok(struct slice s);
/* "HKLM\..." and its like. */
bool stix_hive_short(struct slice key);
/* Hexadecimal digits that a hash has; 0: its own form; SIZE_MAX: not one of the standard's. */
size_t stix_hash_digits(struct slice algorithm);

#endif
