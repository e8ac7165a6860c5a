/**
 * Scores feature vectors inside the stream: one ONNX session a model version, one score a vector.
 * Vectors enter from {@code features.<service>}; scores leave to {@code scores.<model>}, those of
 * versions that decide nothing to {@code scores.<model>.shadow}, vectors that a model cannot score
 * to {@code scores.<model>.dlq}. {@link io.leat.scoring.ScoringJob} is where the topology is built.
 *
 * <p>Which versions score is the model registry's word: a thread loads them ({@link
 * io.leat.scoring.RegistryFollower}, {@link io.leat.scoring.ModelRollouts}), and each partition
 * records where it goes over to them ({@link io.leat.scoring.SwitchLog}).
 *
 * <p>Imports {@code io.leat.runtime.streams}, {@code io.leat.pipeline} and {@code
 * io.leat.models.onnx}, {@code .registry} and {@code .artifact}.
 */
@NullMarked
package io.leat.scoring;

import org.jspecify.annotations.NullMarked;
