/**
 * Contracts together with what a schema registry holds beside their schemas: tags, rules. Asked by
 * {@code leat validate} and {@code plan}, and by ingestion when it starts, with the same answer.
 *
 * <p>A {@link io.leat.pipeline.definition.Contract} and the registry's answer enter, {@link
 * io.leat.pipeline.registry.RegistryRules} leave. Imports {@code io.leat.pipeline} and {@code
 * schemas}.
 */
@NullMarked
package io.leat.pipeline.registry;

import org.jspecify.annotations.NullMarked;
