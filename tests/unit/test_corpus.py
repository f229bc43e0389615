"""The articles that the model is trained on, beside those that it is scored on."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MARKS = re.compile(r"[，。！？；：、“”‘’（）《》\s]+")


def test_nothing_that_is_scored_was_trained_on() -> None:
    """A clause of twelve characters is hardly written twice by chance, unless it is a set phrase of the trade."""
    corpus = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "scripts" / "corpus").glob("*.txt")))
    scored = [path.read_text("utf-8") for path in sorted((ROOT / "bench" / "restore_articles").rglob("*.txt"))]
    clauses = {clause for text in scored for clause in MARKS.split(text) if len(clause) >= 12}
    assert len(corpus) > 500_000
    assert len(clauses) > 500
    assert [clause for clause in sorted(clauses) if clause in corpus] == []
