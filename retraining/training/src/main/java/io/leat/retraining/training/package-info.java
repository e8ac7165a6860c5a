/**
 * Trains a model on feature vectors and their labels, measures it on the newest of them, and writes
 * it as an ONNX file. Rows enter through {@link io.leat.retraining.training.TrainingSet}; a {@link
 * io.leat.retraining.training.TrainedModel} leaves.
 *
 * <p>Imports {@code io.leat.pipeline.model} and Tribuo; knows neither Kafka nor files. Training is
 * a function of its input: the same rows give the same bytes.
 */
@NullMarked
package io.leat.retraining.training;

import org.jspecify.annotations.NullMarked;
