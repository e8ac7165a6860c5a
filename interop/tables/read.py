"""Reads every offline table with PyIceberg and with DuckDB, and compares what they say.

Usage: read.py WAREHOUSE
"""

import pathlib
import sys

import duckdb
import duckdb_extension_avro
import duckdb_extension_iceberg
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.catalog.sql import SqlCatalog


def path(location: str) -> str:
    return location.removeprefix("file:").replace("///", "/", 1)


def require(condition: bool, message: str) -> None:
    if not condition:
        sys.exit(f"FAILED: {message}")


def connect() -> duckdb.DuckDBPyConnection:
    """DuckDB with its Iceberg extension, which comes as a package and is not downloaded."""
    connection = duckdb.connect()
    for package, name in ((duckdb_extension_avro, "avro"), (duckdb_extension_iceberg, "iceberg")):
        folder = pathlib.Path(package.__file__).parent
        extension = next(folder.rglob(f"{name}.duckdb_extension"))
        connection.execute(f"INSTALL '{extension}'")
        connection.execute(f"LOAD {name}")
    return connection


def sorted_files(table) -> str:
    """How many files are sorted by the columns of the table's sort order; they say so, and are read to see."""
    columns = [table.schema().find_column_name(f.source_id) for f in table.sort_order().fields]
    tasks = list(table.scan().plan_files())
    for task in tasks:
        rows = pq.ParquetFile(path(task.file.file_path)).read(columns=columns)
        order = pc.sort_indices(rows, sort_keys=[(c, "ascending", "at_start") for c in columns])
        require(rows.take(order).equals(rows), f"{task.file.file_path} is not sorted by {columns}")
    return f"{len(tasks)} files, each sorted by {', '.join(columns)}"


def main() -> None:
    warehouse = pathlib.Path(sys.argv[1]).resolve()
    catalog = SqlCatalog("leat", uri=f"sqlite:///{warehouse}/catalog.db", warehouse=f"file://{warehouse}")
    connection = connect()
    print(f"PyIceberg and DuckDB {duckdb.__version__} with its Iceberg extension")
    scans = {}
    for namespace in catalog.list_namespaces():
        for identifier in catalog.list_tables(namespace):
            table = catalog.load_table(identifier)
            name = identifier[-1]
            if table.current_snapshot() is None:
                print(f"  {name}: empty")
                continue
            expected = int(table.current_snapshot().summary["total-records"])
            arrow = table.scan().to_arrow()
            require(arrow.num_rows == expected, f"PyIceberg reads {arrow.num_rows} rows of {name}, not {expected}")
            place = ["_log_partition", "_log_offset"]
            once = arrow.select(place).group_by(place).aggregate([]).num_rows
            require(once == expected, f"{expected - once} records of {name} are rows more than once")
            scan = f"iceberg_scan('{path(table.metadata_location)}')"
            scans[name] = scan
            rows, newest = connection.execute(f"SELECT count(*), epoch_us(max(_log_time)) FROM {scan}").fetchone()
            require(rows == expected, f"DuckDB reads {rows} rows of {name}, not {expected}")
            require(
                newest == pc.max(arrow["_log_time"]).cast("int64").as_py(),
                f"DuckDB and PyIceberg differ in {name}",
            )
            print(f"  {name}: {expected:,} rows, each record once; {sorted_files(table)}")
    for name in scans:
        join(connection, scans, name)


def join(connection: duckdb.DuckDBPyConnection, scans: dict, scores: str) -> None:
    """Every score finds the vector that it was given of, by the vector's place in its topic."""
    if not scores.startswith("scores_"):
        return
    service = connection.execute(f"SELECT any_value(service) FROM {scans[scores]}").fetchone()[0]
    vectors = f"vectors_{service}"
    total, found = connection.execute(
        f"""
        SELECT count(*), count(v.event_id) FROM {scans[scores]} s LEFT JOIN {scans[vectors]} v
        ON v._log_partition = s._vector_partition AND v._log_offset = s._vector_offset
        AND v.event_id = s.event_id
        """
    ).fetchone()
    require(total == found, f"{total - found} of {total} scores have no vector; wait for the job, or stop it")
    print(f"  {scores}: all {total:,} scores join with their vectors")


if __name__ == "__main__":
    main()
