/**
 * CEL expressions over events, feature vectors and scores: type-checked against the Avro schema
 * when they are compiled, bounded in cost, null-safe. {@link io.leat.pipeline.expression.Scope}
 * says what an expression may name and binds values to it; {@link
 * io.leat.pipeline.expression.Program} compiles and evaluates: the common operations by {@link
 * io.leat.pipeline.expression.Evaluator}s of our own, many times as fast, all others by the CEL
 * library, whose word is the law for both.
 *
 * <p>The only package of its module that names the CEL library. Imports nothing else of Leat but
 * the {@code Expression} record.
 */
@NullMarked
package io.leat.pipeline.expression;

import org.jspecify.annotations.NullMarked;
