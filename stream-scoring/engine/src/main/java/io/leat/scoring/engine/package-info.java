/**
 * Scores vectors by the rollouts of the model registry, wherever the vectors come from: the stream,
 * a replay, a request. A process follows the registry ({@link
 * io.leat.scoring.engine.RegistryFollower}) and opens the versions of each model's newest rollout
 * beside those that score ({@link io.leat.scoring.engine.ModelRollouts}); whoever scores has a
 * {@link io.leat.scoring.engine.RolloutScorer} a thread.
 *
 * <p>Imports {@code io.leat.pipeline} and {@code io.leat.models.onnx}, {@code .registry} and {@code
 * .artifact}; knows no Kafka Streams.
 */
@NullMarked
package io.leat.scoring.engine;

import org.jspecify.annotations.NullMarked;
