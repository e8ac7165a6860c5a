/**
 * Two-sample tests of the values themselves: {@code w1}, {@code cvm}, {@code mmd_rbf} and the
 * others, one file each, and {@link io.leat.drift.sample.SampleTests}, their catalogue. For who has
 * both samples at hand, as a report or a retraining. A monitor does not: it keeps a window as
 * counts, and of embeddings a few, and measures by {@code io.leat.drift.statistic}.
 *
 * <p>Imports nothing of Leat; what is random has a seed.
 */
@NullMarked
package io.leat.drift.sample;

import org.jspecify.annotations.NullMarked;
