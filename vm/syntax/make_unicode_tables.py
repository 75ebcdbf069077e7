"""Writes unicode_tables.inc beside this file from Python's unicodedata: run it with the Python whose Unicode version the
lexer should know. What unicode.cpp needs and nothing more: which characters identifiers are made of, which are invisible,
and the NFKC normalisation of identifier characters."""

import pathlib
import sys
import unicodedata

EVERY = [chr(code) for code in range(0x80, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
CONTINUE = [c for c in EVERY if ("a" + c).isidentifier()]
HANGUL = range(0xAC00, 0xD7A4)


def ranges(characters):
    result = []
    for code in map(ord, characters):
        if result and result[-1][1] == code - 1:
            result[-1][1] = code
        else:
            result.append([code, code])
    return [f"{{{low:#x},{high:#x}}}" for low, high in result]


def full_decompositions():
    for c in CONTINUE:
        text = unicodedata.normalize("NFKD", c)
        if text != c and ord(c) not in HANGUL:
            yield ord(c), text


def compositions():
    """(first, second, composed) of every canonical pair that NFC puts together."""
    for c in EVERY:
        parts = unicodedata.decomposition(c).split()
        if len(parts) == 2 and not parts[0].startswith("<") and unicodedata.normalize("NFC", c) == c:
            yield tuple(int(part, 16) for part in parts) + (ord(c),)


def write(out, declaration, items):
    out.append(f"constexpr {declaration} = {{")
    line = "  "
    for item in items:
        if len(line) + len(item) + 1 > 118:
            out.append(line)
            line = "  "
        line += item + ","
    out.append(line)
    out.append("};")


def main():
    out = [f"// Made by make_unicode_tables.py from Unicode {unicodedata.unidata_version}; do not edit."]
    write(out, "Range identifier_start_ranges[]", ranges(c for c in EVERY if c.isidentifier()))
    write(out, "Range identifier_continue_ranges[]", ranges(CONTINUE))
    invisible = [c for c in EVERY if not c.isprintable()]
    write(out, "Range invisible_ranges[]", ranges(invisible))
    marks = [(ord(c), unicodedata.combining(c)) for c in EVERY if unicodedata.combining(c)]
    write(out, "CombiningClass combining_classes[]", [f"{{{code:#x},{number}}}" for code, number in marks])
    pool, entries = [], []
    for code, text in full_decompositions():
        entries.append(f"{{{code:#x},{len(pool)},{len(text)}}}")
        pool.extend(f"{ord(c):#x}" for c in text)
    write(out, "Decomposition decompositions[]", entries)
    write(out, "uint32_t decomposition_pool[]", pool)
    write(out, "Composition compositions[]", ["{%#x,%#x,%#x}" % row for row in sorted(compositions())])
    pathlib.Path(__file__).with_name("unicode_tables.inc").write_text("\n".join(out) + "\n")


main()
