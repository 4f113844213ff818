"""pkilint's rules of RFC 5280, over many certificates in one process.

Base64 of a certificate a line gives one JSON object a line: its findings, or why it cannot be read.
"""

import base64
import json
import sys

from pkilint import loader
from pkilint.pkix import certificate, extension, name

RULES = certificate.create_pkix_certificate_validator_container(
    certificate.create_decoding_validators(
        name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS
    ),
    [
        certificate.create_issuer_validator_container([]),
        certificate.create_validity_validator_container(),
        certificate.create_subject_validator_container([]),
        certificate.create_extensions_validator_container([]),
        certificate.create_spki_validator_container([]),
    ],
)


def findings(der: bytes) -> list[dict[str, str]]:
    document = loader.load_certificate(der, "certificate")
    return [
        {"severity": one.finding.severity.name.lower(), "code": one.finding.code}
        for result in RULES.validate(document.root)
        for one in result.finding_descriptions
    ]


def answer(line: str) -> dict[str, object]:
    try:
        return {"findings": findings(base64.b64decode(line))}
    except ValueError as error:
        return {"error": str(error)}


for line in sys.stdin:
    print(json.dumps(answer(line)))
