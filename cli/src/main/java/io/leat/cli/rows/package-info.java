/**
 * Rows of files as events of a contract: {@link io.leat.cli.rows.EventRows} opens a CSV or Parquet
 * file and gives each row either as an Avro record of the contract's schema or as the reason why it
 * is none. {@link io.leat.cli.rows.ParquetRows} gives a Parquet file's rows as they are.
 */
@NullMarked
package io.leat.cli.rows;

import org.jspecify.annotations.NullMarked;
