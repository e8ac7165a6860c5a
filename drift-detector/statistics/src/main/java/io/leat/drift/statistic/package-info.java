/**
 * The drift statistics: {@code ks}, {@code psi_deciles_1e-4} and the others, one file each, and
 * {@link io.leat.drift.statistic.Statistics}, their catalogue. A statistic says its name with its
 * variant, what it looks at and of which columns, its range, what is little and what is much of it,
 * and its value. The definition language, the drift engine and the reference pages know statistics
 * by the catalogue alone, so that a further one is a file and a line.
 *
 * <p>Imports nothing of Leat but {@code io.leat.drift.sample}; knows no profile, no monitor and no
 * topic. Two {@link io.leat.drift.statistic.Sample}s enter, a number leaves.
 */
@NullMarked
package io.leat.drift.statistic;

import org.jspecify.annotations.NullMarked;
