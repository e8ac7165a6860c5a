/**
 * Scores feature vectors inside the stream: one ONNX session a model version, one score a vector.
 * Vectors enter from {@code features.<service>}; scores leave to {@code scores.<model>}, those of
 * versions that decide nothing to {@code scores.<model>.shadow}, vectors that a model cannot score
 * to {@code scores.<model>.dlq}. {@link io.leat.scoring.ScoringJob} is where the topology is built.
 *
 * <p>Which versions score is the model registry's word: {@code io.leat.scoring.engine} opens them,
 * and each partition records where it goes over to them ({@link io.leat.scoring.SwitchLog}).
 *
 * <p>Imports {@code io.leat.runtime.streams}, {@code io.leat.pipeline}, {@code
 * io.leat.scoring.engine} and {@code io.leat.models.registry} and {@code .artifact}.
 */
@NullMarked
package io.leat.scoring;

import org.jspecify.annotations.NullMarked;
