/**
 * {@code leat training-set}: rows of a spine with the features that a service has for them and
 * their labels, in Parquet files split by time, with the lineage of every number.
 *
 * <p>{@link io.leat.features.offline.trainingset.TrainingSetCommand} reads the settings and writes
 * the lineage; {@link io.leat.features.offline.trainingset.TrainingSetGraph} wires spine, label,
 * the replay and the files. Data enters from the offline tables and from the spine's file, and
 * leaves into a folder.
 */
@NullMarked
package io.leat.features.offline.trainingset;

import org.jspecify.annotations.NullMarked;
