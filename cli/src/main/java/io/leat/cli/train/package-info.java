/**
 * {@code leat train}: a model and its reference profile out of files of events, or of a training
 * set. Rows enter through {@code io.leat.cli.rows}; the vectors of events come from the feature
 * engine. The trainer's ONNX file and the profile are written where the model's definition says.
 */
@NullMarked
package io.leat.cli.train;

import org.jspecify.annotations.NullMarked;
