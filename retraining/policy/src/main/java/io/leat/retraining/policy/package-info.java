/**
 * The policy job: decides which alerts, or times that have passed, ask for a new version of a
 * model.
 *
 * <p>Data enters from {@code drift-alerts}, {@code drift-metrics} and {@code performance-metrics}
 * (the event time of windows that monitors have looked at) and {@code retraining-runs} and leaves
 * to {@code retraining-requests}, {@code audit} and, of requests that lapse, {@code drift-alerts};
 * what cannot be read goes to {@code <pipeline>-retraining.dlq}. {@link
 * io.leat.retraining.policy.RetrainingTopology} shows the way from top to bottom; {@link
 * io.leat.retraining.policy.AlertOutcome} lists what may become of an alert.
 *
 * <p>Imports {@code schemas}, {@code pipeline} and {@code runtime}; no other job. The trainer, in
 * {@code io.leat.retraining.training}, is not called from here: it answers requests.
 */
@NullMarked
package io.leat.retraining;

import org.jspecify.annotations.NullMarked;
