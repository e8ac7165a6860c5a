/**
 * Directories that MLflow saves and loads: {@link io.leat.models.mlflow.MlflowDirectory} reads one
 * and gives what a version is made of, and writes one of a version.
 *
 * <p>Imports {@code io.leat.pipeline} and {@code io.leat.models.onnx}. Files of a directory enter,
 * an ONNX model with its lineage leaves; and the other way round.
 */
@NullMarked
package io.leat.models.mlflow;

import org.jspecify.annotations.NullMarked;
