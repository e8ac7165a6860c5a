/**
 * Drift in the stream: a Flink job that compares windows of feature vectors with the reference
 * profiles of the models that are fed by them.
 *
 * <p>{@link io.leat.drift.job.DriftJob} is the whole graph. Data enters from {@code
 * features.<service>} and leaves to {@code drift-metrics}, {@code drift-alerts} and, where it
 * cannot be read, {@code <pipeline>-drift.dlq}. What drift is, {@code io.leat.drift} says; this
 * package only brings it its windows, in order, each once, and the profiles of the models'
 * champions as the registry names them. Imports {@code io.leat.drift}, {@code io.leat.models} and
 * {@code io.leat.runtime.flink}.
 */
@NullMarked
package io.leat.drift.job;

import org.jspecify.annotations.NullMarked;
