"""What the judges ask of the `xmlsec1` program, over the wheel `xmlsec`: sign a template, verify a signature.

Runs in `.venv-peers`, not in the program's environment; `tests/peers/venv.py` makes it executable.
"""

# mypy: ignore-errors
import argparse
import sys
from pathlib import Path

import xmlsec
from lxml import etree

DS = "{http://www.w3.org/2000/09/xmldsig#}"
PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"


def arguments(given):
    """`--id-attr:ID <namespace:element>` and options like xmlsec1's own; the last word is the file."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for flag in ("--version", "--sign", "--verify", "--insecure"):
        parser.add_argument(flag, action="store_true")
    for option in ("--privkey-pem", "--pubkey-pem", "--pubkey-cert-pem", "--output", "--id-attr", "--node-id"):
        parser.add_argument(option)
    for ignored in ("--trusted-pem", "--enabled-reference-uris", "--enabled-key-data"):
        parser.add_argument(ignored)
    parser.add_argument("file", nargs="?")
    named = ["--id-attr" if a.startswith("--id-attr:") else a for a in given]
    return parser.parse_known_args(named)[0]


def read(options):
    tree = etree.parse(options.file, etree.XMLParser(resolve_entities=False, no_network=True))
    name = (options.id_attr or "").rpartition(":")[2]
    for element in tree.getroot().iter(etree.Element):
        if element.get("ID") and etree.QName(element).localname == name:
            xmlsec.tree.add_ids(element, ["ID"])
    return tree


def sign(options):
    tree, context = read(options), xmlsec.SignatureContext()
    key, *certificates = options.privkey_pem.split(",")
    context.key = xmlsec.Key.from_file(key, xmlsec.KeyFormat.PEM)
    for certificate in certificates:
        context.key.load_cert_from_file(certificate, xmlsec.KeyFormat.PEM)
    context.sign(next(s for s in tree.iter(f"{DS}Signature") if not s.findtext(f".//{DS}SignatureValue")))
    signed = b'<?xml version="1.0"?>\n' + etree.tostring(tree, encoding="UTF-8", xml_declaration=False)
    if options.output:
        Path(options.output).write_bytes(signed)
    else:
        sys.stdout.buffer.write(signed)


def verify(options):
    tree, context = read(options), xmlsec.SignatureContext()
    if options.pubkey_pem:
        context.key = xmlsec.Key.from_file(options.pubkey_pem, xmlsec.KeyFormat.PEM)
    elif options.pubkey_cert_pem:
        context.key = xmlsec.Key.from_file(options.pubkey_cert_pem, xmlsec.KeyFormat.CERT_PEM)
    else:
        inside = tree.findtext(f".//{DS}Signature//{DS}X509Certificate").strip()
        context.key = xmlsec.Key.from_memory(PEM.format(inside), xmlsec.KeyFormat.CERT_PEM)
    context.verify(xmlsec.tree.find_node(tree.getroot(), xmlsec.Node.SIGNATURE))
    sys.stderr.write("OK\n")


def main():
    options = arguments(sys.argv[1:])
    if options.version:
        sys.stdout.write("xmlsec1 1.3.0 (openssl)\n")
        return 0
    try:
        (sign if options.sign else verify)(options)
    except xmlsec.Error as e:
        sys.stderr.write(f"FAIL {e}\n")
        return 1
    return 0


sys.exit(main())
