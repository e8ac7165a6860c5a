/**
 * Why a model gave a score: the contribution of each feature to the model's raw margin, computed
 * from the ONNX graph alone. {@link io.leat.models.explanation.Explainer} is the way in: it takes a
 * model's bytes and rows of features, and gives numbers; it runs no ONNX Runtime session.
 *
 * <p>A graph is read in three steps: {@link io.leat.models.explanation.OnnxGraph} parses the
 * protobuf, {@link io.leat.models.explanation.GraphWalk} follows each column back to the feature it
 * is made of ({@link io.leat.models.explanation.Column}) up to the one operator that is the model,
 * and {@link io.leat.models.explanation.TreeEnsemble} or {@link
 * io.leat.models.explanation.LinearModel} explains that operator.
 *
 * <p>Imports {@code io.leat.pipeline.model} and protobuf alone.
 */
@NullMarked
package io.leat.models.explanation;

import org.jspecify.annotations.NullMarked;
