/**
 * The scoring server: scores on demand by the rollouts that the stream scores by, over the Open
 * Inference Protocol (HTTP and gRPC), MLflow's scoring API, and {@code POST /score/{model}}, which
 * asks the feature server for the features.
 *
 * <p>Requests enter by {@link io.leat.runtime.access.RequestGate}; versions come from the model
 * registry by {@link io.leat.scoring.server.ServedModels}. What it answers is written nowhere.
 *
 * <p>Imports {@code scoring.engine}, {@code models}, {@code runtime}, {@code pipeline} and {@code
 * schemas}.
 */
@NullMarked
package io.leat.scoring.server;

import org.jspecify.annotations.NullMarked;
