"""Build `pipelines/rules/script_forms.py` from what OpenCC makes of single characters; run by hand when that changes.

    .venv/bin/python -m scripts.build_script_forms

Written down, because OpenCC's own dictionaries take 35 MB and 0.15 s to load, in every process, for three strings.
"""

from pathlib import Path

from opencc import OpenCC

LINE = 100  # characters
TARGET = Path(__file__).parent.parent / "pipelines" / "rules" / "script_forms.py"
HEAD = '''"""Which characters belong to one script only, and the simplified form of each Traditional one.

Origin: what OpenCC 1.4.2 (Apache-2.0) makes of every single character of the basic block, written by
`scripts/build_script_forms.py`: t2s for the two aligned strings, s2t for the characters that only simplified text has.
"""
'''


def main() -> None:
    """Write the module."""
    han = "".join(map(chr, range(0x4E00, 0xA000)))
    simplified = OpenCC("t2s").convert(han)
    traditional = OpenCC("s2t").convert(han)
    direct = {char: form for char, form in zip(han, simplified, strict=True) if char != form}
    # 薴 gives 苧, which gives 苎: with both steps done at once the order of folding does not matter
    forms = {char: direct.get(form, form) for char, form in direct.items()}
    tables = {
        "TRADITIONAL": "".join(forms),
        "AS_SIMPLIFIED": "".join(forms.values()),
        "SIMPLIFIED_ONLY": "".join(char for char, form in zip(han, traditional, strict=True) if char != form),
    }
    TARGET.write_text(HEAD + "".join(f"\n{name} = (\n{_lines(text)})\n" for name, text in tables.items()), "utf-8")


def _lines(text: str) -> str:
    return "".join(f'    "{text[at : at + LINE]}"\n' for at in range(0, len(text), LINE))


if __name__ == "__main__":
    main()
