/**
 * What drift is, in plain Java: the profile of a model's training data, a window of vectors beside
 * it, the thresholds that the training data itself sets, and the life cycle of an alert. How far
 * apart the two are is said by the statistics of {@code drift-detector/statistics}.
 *
 * <p>Data enters as training rows ({@link io.leat.drift.ReferenceProfileBuilder}) and as windows of
 * vectors ({@link io.leat.drift.WindowSummary}); it leaves as a profile's JSON file and as the
 * records of {@code drift-metrics} and {@code drift-alerts} ({@link io.leat.drift.DriftDetector}).
 * Imports {@code drift-detector/statistics}, {@code pipeline} and {@code schemas}; knows neither
 * Kafka nor Flink.
 */
@NullMarked
package io.leat.drift;

import org.jspecify.annotations.NullMarked;
