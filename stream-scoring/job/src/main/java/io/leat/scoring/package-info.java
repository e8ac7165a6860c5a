/**
 * Scores feature vectors inside the stream: one ONNX session a model version, one score a vector.
 * Vectors enter from {@code features.<service>}; scores leave to {@code scores.<model>}, vectors
 * that a model cannot score to {@code scores.<model>.dlq}. {@link io.leat.scoring.ScoringJob} is
 * where the topology is built.
 *
 * <p>Imports {@code io.leat.runtime.streams}, {@code io.leat.pipeline} and {@code
 * io.leat.models.onnx}.
 */
@NullMarked
package io.leat.scoring;

import org.jspecify.annotations.NullMarked;
