"""Build `archive/search/forms.py` from what OpenCC makes of single characters; run by hand when that changes.

    .venv/bin/python -m scripts.build_search_forms

Search folds more than `pipelines.script` does, which feeds digests that are stored: forms of one script count too
(Taiwan's 裡 and Hong Kong's 裏, 著 and 着), because whoever searches types one of them and means all.
"""

from itertools import chain
from pathlib import Path

from opencc import OpenCC

LINE = 100  # characters
TARGET = Path(__file__).parent.parent / "archive" / "search" / "forms.py"
HEAD = '''"""Which characters are the same to a search: each variant, and the simplified character that stands for it.

Origin: what OpenCC 1.4.2 (Apache-2.0) makes of every single character, in both directions between simplified,
Traditional, Taiwan's and Hong Kong's forms, and the pairs that only its phrases know (`PAIRS` of the script). Written
by `scripts/build_search_forms.py`; a change here changes the index, so it comes with a migration that rebuilds it.
"""
'''
BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x2A6E0), (0x2A700, 0x2EE60), (0x30000, 0x323B0))
CONVERSIONS = ("t2s", "tw2s", "hk2s", "s2t", "s2tw", "s2hk", "t2tw", "t2hk", "tw2t", "hk2t")
# What single characters do not show, because the left one is used in both scripts: 一目瞭然, 藉助, 揹包, 答覆, 復甦,
# 彷彿, 薰陶, 伕役. Left out, because both are words of their own in either script: 沈 (a surname) and 沉, 坐 and 座.
PAIRS = ("瞭了", "藉借", "揹背", "覆复", "甦苏", "彷仿", "薰熏", "伕夫")


def main() -> None:
    """Write the module."""
    forms = _forms()
    tables = {"VARIANTS": "".join(forms), "STANDS_FOR": "".join(forms.values())}
    TARGET.write_text(HEAD + "".join(f"\n{name} = (\n{_lines(text)})\n" for name, text in tables.items()), "utf-8")


def _forms() -> dict[str, str]:
    """Variant → the character that stands for its class."""
    han = "".join(chr(code) for code in chain.from_iterable(range(*block) for block in BLOCKS))
    stands_for = {char: char for char in han}

    def root(char: str) -> str:
        while stands_for[char] != char:
            char = stands_for[char]
        return char

    pairs = list(PAIRS)
    for conversion in CONVERSIONS:
        converted = OpenCC(conversion).convert(han)
        pairs += [one + other for one, other in zip(han, converted, strict=True) if one != other]
    for one, other in pairs:
        stands_for[root(one)] = root(other)
    classes: dict[str, list[str]] = {}
    for char in han:
        classes.setdefault(root(char), []).append(char)
    simplify = OpenCC("t2s").convert
    forms = {}
    for members in classes.values():
        # the simplified form that most members lead to, the commonest character of equals
        simplified = [simplify(char) for char in members]
        chosen = max(members, key=lambda char: (simplified.count(char), -ord(char)))
        forms |= {char: chosen for char in members if char != chosen}
    return dict(sorted(forms.items()))


def _lines(text: str) -> str:
    return "".join(f'    "{text[at : at + LINE]}"\n' for at in range(0, len(text), LINE))


if __name__ == "__main__":
    main()
