/**
 * {@code leat train}: a model and its reference profile out of files of events. Events enter
 * through {@code io.leat.cli.rows}, vectors come from the feature engine, the trainer's ONNX file
 * and the profile are written where the model's definition says.
 */
@NullMarked
package io.leat.cli.train;

import org.jspecify.annotations.NullMarked;
