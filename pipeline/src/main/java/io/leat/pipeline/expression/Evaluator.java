package io.leat.pipeline.expression;

import org.jspecify.annotations.Nullable;

/**
 * A part of an expression that Leat evaluates itself, without the CEL library: what {@link
 * Translation} makes of the common operations. Immutable and thread-safe.
 *
 * <p>Values are CEL's own, as the library has them in Java: {@link Double}, {@link Long}, {@link
 * Boolean}, {@link String}, {@link java.time.Instant}, {@link java.time.Duration}, {@link
 * java.util.List}. Null is the unknown.
 *
 * <p>An evaluator answers or throws; it never explains. Whatever it throws means "ask the library",
 * which evaluates the whole expression again and either has a value after all ({@code 1 / 0 > 1 &&
 * false}) or says what is wrong. So a strict operation evaluates all of its operands before it
 * answers with null: one of them may throw.
 */
@FunctionalInterface
interface Evaluator {
  /**
   * The value for an input; null for the unknown.
   *
   * @throws RuntimeException where the library is to be asked
   */
  @Nullable Object evaluate(Variable.Input input);
}
