/**
 * Tests that may be looked at after every vector: what ends a rollout, or lets it go on.
 *
 * <p>A statistic takes observations and says at any time what holds with a stated chance of ever
 * being wrong, however often it is asked ({@link io.leat.models.guard.MeanBound}, {@link
 * io.leat.models.guard.ScoreDistance}); {@link io.leat.models.guard.StageEvidence} has those of one
 * stage of a rollout, and {@link io.leat.models.guard.StageDecision} is what follows from them.
 *
 * <p>Knows no Kafka, no clock and no registry; imports the platform's records.
 */
@NullMarked
package io.leat.models.guard;

import org.jspecify.annotations.NullMarked;
