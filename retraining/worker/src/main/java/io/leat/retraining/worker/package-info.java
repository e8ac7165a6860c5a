/**
 * The retraining worker: takes retraining requests up and works each to its end, a run: training
 * set, model, gates, version, rollout.
 *
 * <p>A run is a log on {@code retraining-runs}: each record says what is done and what is done next
 * ({@link io.leat.retraining.worker.Step}), and the last one holds all that is known. Whoever finds
 * a run unfinished goes on from there; a step that is done twice has the same effect.
 *
 * <p>Data enters from {@code retraining-requests}, the offline tables (by a process of their own)
 * and the model registry, and leaves to {@code retraining-runs}, the model registry and the run's
 * folder.
 */
@NullMarked
package io.leat.retraining.worker;

import org.jspecify.annotations.NullMarked;
