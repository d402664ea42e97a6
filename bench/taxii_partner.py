"""taxii_partner.py ENTENTE NODE PARTNER: let the node PARTNER have the indicators of NODE, under an
agreement of technical cooperation that both sign, by its certificate; for bench/taxii."""
import json
import subprocess
import sys

entente, node, partner = sys.argv[1:]


def run(where, *words):
    out = subprocess.run([entente, *words, "--node", where], check=True, capture_output=True, text=True).stdout
    return json.loads(out) if "--json" in words else out


def key(where):
    return run(where, "partners", "key", "--json")["key"]


for where, name in (node, "es-cert"), (partner, "fr-cert"):
    run(where, "partners", "self", name)
with open(node + "/clients.pem", "w") as out, open(partner + "/tls/certificate.pem") as f:
    out.write(f.read())
with open(node + "/entente.conf") as f:
    conf = f.read()
with open(node + "/entente.conf", "w") as f:
    f.write(conf.replace("\nclient_ca = ", "\nclient_ca = clients.pem"))
run(node, "account", "partner", "fr", "--certificate", partner + "/tls/certificate.pem", "--scope", "findings.read,reports.add")
number = [p["id"] for p in run(node, "account", "partners", "--json") if p["name"] == "fr"][0]
run(node, "partners", "add", "fr-cert", "--key", key(partner), "--certificate", str(number))
run(partner, "partners", "add", "es-cert", "--key", key(node))
parties = [{"id": "es-cert", "name": "CERT ES", "country": "ES", "key": key(node)}, {"id": "fr-cert", "name": "CERT FR", "country": "FR", "key": key(partner)}]
whole = {"recipients": "whole", "accounts": "whole", "victims": "whole", "v4_bits": 32, "v6_bits": 128, "ground": "consent"}
text = {"form": "entente agreement 1", "id": "tc-1", "kind": "technical-cooperation", "version": 1, "titles": {"en": "Together"}, "authentic": ["en"],
        "lead": parties[0], "parties": [dict(p, role="member") for p in parties], "in_force": {"count": 2, "delay_days": 0},
        "term": {"days": 3000, "renewals": 0}, "notice_days": 0,
        "clauses": [{"number": 1, "category": "indicator", "purposes": ["protect"], "tlp": "AMBER", "personal": whole, "retention_days": 90,
                     "onward": "none", "excluded": ["expression", "children"]}]}
with open("text.json", "w") as f:
    json.dump(text, f)
for name in "en.txt", "paper.txt":
    with open(name, "w") as f:
        f.write("We work together.\n")


def publish():
    run(node, "agreements", "export", "tc-1", "--out", "register.jsonl")
    run(partner, "agreements", "import", "register.jsonl")


run(node, "agreements", "draft", "text.json", "--wording", "en=en.txt")
run(node, "agreements", "open", "tc-1")
run(node, "agreements", "sign", "tc-1", "--paper", "paper.txt")
publish()
run(partner, "agreements", "sign", "tc-1", "--paper", "paper.txt", "--out", "act.json")
run(node, "agreements", "receipts", "act.json")
publish()
