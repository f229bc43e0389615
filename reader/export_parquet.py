"""Articles as Parquet, with the types of `archive.export_rows`; needs pyarrow, the extra "parquet".

Types: text → string, integer → int64, boolean → bool, timestamp → timestamp in microseconds and UTC, date → date32, a
list of texts → list<string>, a list of records → list<struct>.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no type information
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it ships no type information

from archive.export_rows import Column, Kind, Value
from reader.export import Rows

GROUP = 1_000  # rows written at once: what is held in memory; some 5 MB of text
_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.TIMESTAMP: pa.timestamp("us", tz="UTC"),
    Kind.DATE: pa.date32(),
    Kind.TEXTS: pa.list_(pa.string()),
}


def write_parquet(stream: BinaryIO, columns: Sequence[Column], rows: Rows) -> int:
    """Write rows as one Parquet file, compressed with zstd; what a column means stands in the schema's metadata.

    Returns:
        How many rows there were.
    """
    schema = schema_of(columns)
    count = 0
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for group in _groups(rows):
            arrays = [
                pa.array(values, type=field.type)
                for values, field in zip(zip(*group, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(group)
    return count


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """The columns as Arrow names and types."""
    return pa.schema([pa.field(column.name, _type(column), metadata={"description": column.doc}) for column in columns])


def _type(column: Column) -> pa.DataType:
    if column.kind is Kind.RECORDS:
        return pa.list_(pa.struct([(name, _TYPES[kind]) for name, kind in column.parts]))
    return _TYPES[column.kind]


def _groups(rows: Rows) -> Iterator[list[tuple[Value, ...]]]:
    remaining = iter(rows)
    while group := list(islice(remaining, GROUP)):
        yield group
