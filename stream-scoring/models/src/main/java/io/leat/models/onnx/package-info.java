/**
 * Graphs that ONNX Runtime runs: {@link io.leat.models.onnx.OnnxSession} opens a file and says its
 * signature; {@link io.leat.models.onnx.OnnxModel} is a graph that fits a model's definition;
 * {@link io.leat.models.onnx.Inference} runs it on batches of vectors, {@link
 * io.leat.models.onnx.ScoreExplainer} says what their features contributed. Alone in naming {@code
 * ai.onnxruntime}.
 *
 * <p>Imports {@code io.leat.pipeline}, {@code io.leat.models.explanation} and ONNX Runtime. Values
 * of features enter, predictions leave.
 */
@NullMarked
package io.leat.models.onnx;

import org.jspecify.annotations.NullMarked;
