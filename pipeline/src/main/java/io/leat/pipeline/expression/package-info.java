/**
 * CEL expressions over events, rows of values and scores: type-checked against the Avro schema when
 * they are compiled, bounded in cost, null-safe. {@link io.leat.pipeline.expression.Scope} says
 * what an expression may name and binds values to it; {@link io.leat.pipeline.expression.Program}
 * compiles and evaluates: the common operations by {@link io.leat.pipeline.expression.Evaluator}s
 * of our own, many times as fast, all others by the CEL library, whose word is the law for both.
 *
 * <p>Of the pipeline's packages the only one that names the CEL library. Knows no contract and no
 * feature view: takes Avro schemas, and names with types. Imports no other package of {@code
 * io.leat.pipeline}.
 */
@NullMarked
package io.leat.pipeline.expression;

import org.jspecify.annotations.NullMarked;
