/**
 * The model registry: versions of models that never change, each named by the SHA-256 of its {@link
 * io.leat.models.registry.Manifest}, and what changes of a model: aliases, approvals, which version
 * scores. {@link io.leat.models.registry.RegistryView} reads it, {@code ModelRegistry} changes it,
 * and {@code RolloutChanges} which version scores.
 *
 * <p>Imports {@code io.leat.pipeline}, {@code io.leat.schemas} and {@code io.leat.models.artifact}.
 */
@NullMarked
package io.leat.models.registry;

import org.jspecify.annotations.NullMarked;
