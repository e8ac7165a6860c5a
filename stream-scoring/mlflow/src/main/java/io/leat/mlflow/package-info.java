/**
 * The model registry as MLflow's clients ask for it: {@code mlflow.set_registry_uri} with the
 * server's address is enough to search, load, alias and tag; with the tracking URI set to it too,
 * what {@code log_model} uploads can be registered. A version is published by the same classes as
 * by {@code leat model publish}.
 *
 * <p>Requests enter by {@link io.leat.mlflow.RestApi}. {@link io.leat.mlflow.RegistryRoutes} are
 * the registry's, {@link io.leat.mlflow.RunRoutes} and {@link io.leat.mlflow.ArtifactRoutes} what
 * an upload needs; {@link io.leat.mlflow.Uploads} are on the disk until they are old.
 *
 * <p>Imports {@code models}, {@code runtime}, {@code pipeline} and {@code schemas}.
 */
@NullMarked
package io.leat.mlflow;

import org.jspecify.annotations.NullMarked;
