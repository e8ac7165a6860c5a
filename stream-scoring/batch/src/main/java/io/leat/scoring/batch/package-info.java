/**
 * {@code leat score}: all rows of a table or of files, scored with one version of a model as the
 * stream scores its vectors.
 *
 * <p>{@link io.leat.scoring.batch.ScoreCommand} looks the version up and wires {@link
 * io.leat.scoring.batch.Input}, {@link io.leat.scoring.batch.ScoreRows} and {@link
 * io.leat.scoring.batch.Output}. Data enters from offline tables and Parquet files, versions from
 * the model registry and the store of artifacts, and scores leave into a table or a folder. Imports
 * {@code io.leat.scoring.engine}, {@code io.leat.models} and {@code io.leat.features.offline}; runs
 * on Flink, so it knows nothing of the stream's job.
 */
@NullMarked
package io.leat.scoring.batch;

import org.jspecify.annotations.NullMarked;
