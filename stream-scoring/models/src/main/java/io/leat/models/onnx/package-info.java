/**
 * Graphs that ONNX Runtime runs: a file is opened once, checked, and scores rows of numbers. Alone
 * in naming {@code ai.onnxruntime}.
 *
 * <p>Imports {@code io.leat.pipeline} and ONNX Runtime. Feature values enter, scores leave.
 */
@NullMarked
package io.leat.models.onnx;

import org.jspecify.annotations.NullMarked;
