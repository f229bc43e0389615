"""The collation of a family, kept beside its members' texts and never in place of one."""

import dataclasses
import json
from datetime import UTC, datetime

from sqlite_utils import Database

from archive.connect import transaction
from archive.families.read import Collation, Filled
from archive.rows import as_json, storable, timestamp
from archive.write import cleaner_version


def keep_collation(db: Database, collation: Collation) -> Collation:
    """Store a family's collation in place of its last one; what was stored."""
    made = storable(dataclasses.replace(collation, made_at=timestamp(datetime.now(UTC))))
    with transaction(db):
        db.execute("DELETE FROM collation_notes WHERE family_id = ?", (made.family_id,))
        db.execute("DELETE FROM collations WHERE family_id = ?", (made.family_id,))
        db.table("collations").insert(
            {
                "family_id": made.family_id,
                "made_at": made.made_at,
                "program": cleaner_version(),
                "base_id": made.base_id,
                "witnesses": as_json(made.witnesses),
                "body": as_json(made.body),
            }
        )
        db.table("collation_notes").insert_all(
            {
                **dataclasses.asdict(note),
                "family_id": made.family_id,
                "number": number,
                "witnesses": as_json(note.witnesses),
                "against": as_json(note.against),
            }
            for number, note in enumerate(made.notes)
        )
    return made


def stored_collation(db: Database, family_id: int) -> Collation | None:
    """The collation that was stored last for a family."""
    row = next(db.query("SELECT * FROM collations WHERE family_id = ?", (family_id,)), None)
    if row is None:
        return None
    notes = db.query("SELECT * FROM collation_notes WHERE family_id = ? ORDER BY number", (family_id,))
    return Collation(
        family_id=family_id,
        base_id=row["base_id"],
        witnesses=tuple(json.loads(row["witnesses"])),
        body=tuple(json.loads(row["body"])),
        notes=tuple(
            Filled(
                place=note["place"],
                at=note["at"],
                before=note["before"],
                after=note["after"],
                cause=note["cause"],
                witnesses=tuple(json.loads(note["witnesses"])),
                against=tuple(json.loads(note["against"])),
            )
            for note in notes
        ),
        made_at=row["made_at"],
    )
