/**
 * {@code leat training-set}, {@code leat verify-consistency}, {@code leat backfill} and {@code leat
 * score}: commands over the offline tables. Flink and Iceberg do the work in a process of its own
 * ({@link io.leat.cli.offline.TableProcess}); here are the settings, the progress bar and the files
 * of people.
 */
@NullMarked
package io.leat.cli.offline;

import org.jspecify.annotations.NullMarked;
