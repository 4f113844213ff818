"""Python's idna: what each name is as A-labels.

A JSON text a line gives one JSON object a line: the name or why it is none, and whether this Python knows its characters.
"""

import json
import sys
import unicodedata

import idna


def decoded(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def answer(name: str) -> dict[str, object]:
    characters = "".join(decoded(label) for label in name.split("."))
    is_known = all(unicodedata.category(character) != "Cn" for character in characters)
    try:
        return {"isKnown": is_known, "name": idna.encode(name, strict=True).decode("ascii")}
    except (idna.IDNAError, UnicodeError) as error:
        return {"isKnown": is_known, "error": str(error)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
