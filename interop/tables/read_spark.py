"""Reads every offline table with Spark's Iceberg runtime, and counts as the table does.

Usage: read_spark.py WAREHOUSE JARS
"""

import pathlib
import sys

from pyspark.sql import SparkSession


def main() -> None:
    warehouse = pathlib.Path(sys.argv[1]).resolve()
    jars = ",".join(str(jar) for jar in pathlib.Path(sys.argv[2]).glob("*.jar"))
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", jars)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.catalog.leat", "org.apache.iceberg.spark.SparkCatalog")
        .config("spark.sql.catalog.leat.type", "jdbc")
        .config("spark.sql.catalog.leat.uri", f"jdbc:sqlite:{warehouse}/catalog.db")
        .config("spark.sql.catalog.leat.jdbc.schema-version", "V1")
        .config("spark.sql.catalog.leat.warehouse", f"file://{warehouse}")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    print(f"Spark {spark.version}")
    for (namespace,) in spark.sql("SHOW NAMESPACES IN leat").collect():
        for table in spark.sql(f"SHOW TABLES IN leat.{namespace}").collect():
            name = f"leat.{namespace}.{table.tableName}"
            rows = spark.table(name).count()
            places = spark.table(name).select("_log_partition", "_log_offset").distinct().count()
            newest = spark.sql(f"SELECT summary['total-records'] FROM {name}.snapshots ORDER BY committed_at DESC LIMIT 1")
            expected = int(newest.collect()[0][0])
            if not rows == places == expected:
                sys.exit(f"FAILED: Spark reads {rows} rows of {places} records from {name}, not {expected}")
            print(f"  {table.tableName}: {rows:,} rows, each record once")
    spark.stop()


if __name__ == "__main__":
    main()
