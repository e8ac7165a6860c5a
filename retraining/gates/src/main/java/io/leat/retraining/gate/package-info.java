/**
 * Gates: whether a challenger may take its champion's place, by figures on the same rows, which
 * neither has seen. Rows of scores and labels enter through {@link
 * io.leat.retraining.gate.GateRows}, what is asked through {@link io.leat.retraining.gate.Gate}; a
 * {@link io.leat.retraining.gate.GateReport} leaves, as a record, as JSON and as a page.
 *
 * <p>Imports {@code io.leat.evaluation} and {@code io.leat.report}; knows neither pipelines nor
 * Kafka nor files. A function of its input and a seed.
 *
 * <p>A verdict is a test at 5 %: a challenger that is worse by exactly the margin passes in at most
 * about 5 of 100 samples, and fails in at most about 5. What is neither is {@code INCONCLUSIVE}, as
 * is all that cannot be judged: too few rows, one label only, a score that is NaN. Nothing passes
 * because it could not be measured.
 */
@NullMarked
package io.leat.retraining.gate;

import org.jspecify.annotations.NullMarked;
