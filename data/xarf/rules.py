#!/usr/bin/env python3
"""Make data/xarf/rules.json from the public X-ARF schemas.

usage: rules.py SCHEMAS > data/xarf/rules.json

SCHEMAS is a folder with the files of the xarf-spec repository (v3, v4) and of
abusix/xarf (schemas/3), named VERSION__NAME.json. What a validator needs is
kept, under short names, and every reference is by the name of a rule:

  t type   q required   p properties   o other properties (false or a rule)
  e enum   c const      f format       x pattern (POSIX)   n, m least, most
  l, k shortest, longest text          a, b fewest, most items   i items
  s fewest properties   A all of   Y any of   O one of   N not
  I, T, E if, then, else   r reference   d encoding of the text

Nothing is fetched; run it by hand when the schemas change, and read the diff.
"""
import json
import os
import sys

SHORT = {
    "type": "t", "required": "q", "enum": "e", "const": "c", "format": "f",
    "minimum": "n", "maximum": "m", "minLength": "l", "maxLength": "k",
    "minItems": "a", "maxItems": "b", "minProperties": "s",
}
RULE = {"items": "i", "not": "N", "if": "I", "then": "T", "else": "E"}
LIST = {"allOf": "A", "anyOf": "Y", "oneOf": "O"}


def posix(pattern):
    return (pattern.replace("\\d", "[0-9]").replace("\\/", "/")
            .replace("\\?", "[?]").replace("(?:", "("))


class Maker:
    def __init__(self, folder):
        self.folder = folder
        self.files = {f: json.load(open(os.path.join(folder, f)))
                      for f in sorted(os.listdir(folder)) if f.endswith(".json")}
        self.rules = {}

    def file_of(self, base, ref):
        """The stored name of a reference to a file."""
        version = base.split("__")[0]
        name = ref.split("/")[-1]
        for f in self.files:
            if f.startswith(version + "__") and f.split("__")[-1] == name:
                return f
        raise KeyError(base + " -> " + ref)

    def ref(self, base, ref):
        path, _, fragment = ref.partition("#")
        name = base if path == "" else self.file_of(base, path)
        node = self.files[name]
        for part in [p for p in fragment.split("/") if p]:
            node = node[part]
        key = name.removesuffix(".json").removesuffix(".schema") + \
            ("" if fragment in ("", "/") else "#" + fragment.split("/")[-1])
        if key not in self.rules:
            self.rules[key] = None
            self.rules[key] = self.rule(name, node)
        return key

    def rule(self, base, node):
        if node is True or node is False:
            return node
        out = {}
        for key, value in node.items():
            if key in SHORT:
                out[SHORT[key]] = value
            elif key in RULE:
                out[RULE[key]] = self.rule(base, value)
            elif key in LIST:
                out[LIST[key]] = [self.rule(base, v) for v in value]
            elif key == "properties":
                out["p"] = {k: self.rule(base, v) for k, v in value.items()}
            elif key == "additionalProperties":
                if value is not True:
                    out["o"] = self.rule(base, value)
            elif key == "pattern":
                out["x"] = posix(value)
            elif key == "$ref":
                out["r"] = self.ref(base, value)
        return out


def old(rules):
    """Versions 1, 2 and alpha: a file's hash was a text, malware had a URL."""
    out = {}
    for name, rule in rules.items():
        if name.startswith("legacy3__"):
            text = json.dumps(rule).replace("legacy3__", "legacy1__")
            out[name.replace("legacy3__", "legacy1__")] = json.loads(text)
    out["legacy1__xarf_shared#Hash"] = {
        "Y": [{"t": "string"}, out["legacy1__xarf_shared#Hash"]]}
    # Some of alpha's had no version at all.
    out["legacy1__xarf_shared#XarfCommon"]["q"].remove("Version")
    out["legacy1__malware"]["A"].append({"p": {"Report": {"q": ["SourceUrl"]}}})
    return out


# What is not in a schema that we have: the shapes of 3.0.0 and 4.0, and the
# name that the development version gives to child abuse.
BY_HAND = {
    "v3_0": {
        "t": "object", "q": ["Version", "ReporterInfo", "Report"],
        "p": {
            "Version": {"t": "string"},
            "ReporterInfo": {"r": "legacy3__xarf_shared#ReporterInfo"},
            "Disclosure": {"t": "boolean"},
            "Report": {
                "t": "object", "q": ["ReportClass", "ReportType", "Date", "Source"],
                "p": {
                    "ReportClass": {"t": "string", "l": 1},
                    "ReportType": {"t": "string", "l": 1},
                    "Date": {"t": "string", "f": "date-time"},
                    "Source": {
                        "t": "object",
                        "Y": [{"q": ["IP"]}, {"q": ["URL"]}],
                        "p": {
                            "IP": {"r": "legacy3__xarf_shared#Ip"},
                            "Port": {"r": "legacy3__xarf_shared#Port"},
                            "URL": {"t": "string", "f": "uri"},
                            "Type": {"t": "string"}}},
                    "Attachment": {"t": "array", "i": {
                        "t": "object", "q": ["ContentType", "Data"],
                        "p": {"ContentType": {"t": "string"},
                              "Data": {"t": "string"}}}},
                    "AdditionalInfo": {"t": "object"}}}}},
    "v4_0": {
        "t": "object",
        "q": ["xarf_version", "report_id", "timestamp", "reporter",
              "source_identifier", "category", "type"],
        "p": {
            "report_id": {"t": "string", "l": 1},
            "timestamp": {"t": "string", "f": "date-time"},
            "reporter": {"t": "object", "q": ["org", "contact"],
                         "p": {"org": {"t": "string"},
                               "contact": {"t": "string", "f": "email"}}},
            "source_identifier": {"t": "string", "l": 1},
            "source_port": {"t": "integer", "n": 0, "m": 65535},
            "category": {"t": "string", "e": [
                "messaging", "content", "copyright", "connection",
                "vulnerability", "infrastructure", "reputation"]},
            "type": {"t": "string", "l": 1},
            "evidence": {"t": "array", "b": 50, "i": {
                "t": "object", "q": ["content_type", "payload"],
                "p": {"content_type": {"t": "string"},
                      "payload": {"t": "string"}}}}},
        "I": {"p": {"category": {"c": "messaging"}}},
        "T": {"q": ["protocol"]}},
    "legacy3__csam": {"A": [
        {"r": "legacy3__xarf_shared#XarfBase"},
        {"p": {"Report": {"A": [
            {"r": "legacy3__xarf_shared#IpAndUrlBasedReport"},
            {"p": {"ReportClass": {"t": "string", "e": ["Content"]}},
             "t": "object"}]}}, "t": "object"}]},
}


def main():
    m = Maker(sys.argv[1])
    for f in m.files:
        if "master" not in f and not f.endswith("xarf.schema.json"):
            m.ref(f, "")
    rules = m.rules
    # The versions share these rules; xarf.c looks at Version itself.
    rules["legacy3__xarf_shared#XarfCommon"]["p"]["Version"] = {
        "t": "string", "e": ["1", "2", "3", "alpha", "development"]}
    rules["legacy3__xarf_shared#XarfCommon"]["q"].append("Report")
    rules["v4__xarf-core#evidence_item"]["p"]["payload"]["d"] = "base64"
    rules.update(BY_HAND)
    rules.update(old(rules))
    # One rule a line, so that a change shows as one.
    sys.stdout.write("{\n" + ",\n".join(
        json.dumps(k) + ":" + json.dumps(v, sort_keys=True, separators=(",", ":"))
        for k, v in sorted(rules.items())) + "\n}\n")


main()
