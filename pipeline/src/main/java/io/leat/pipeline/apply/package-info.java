/**
 * Brings a broker and a schema registry to what a pipeline declares: {@link
 * io.leat.pipeline.apply.Applier} compares, says what it would do and does it. It creates; it never
 * deletes and never changes what is there.
 *
 * <p>Imports {@code io.leat.pipeline} and {@code schemas}. A {@link
 * io.leat.pipeline.definition.Pipeline} enters; topics, registered schemas and records on {@code
 * definitions} and {@code audit} leave.
 */
@NullMarked
package io.leat.pipeline.apply;

import org.jspecify.annotations.NullMarked;
