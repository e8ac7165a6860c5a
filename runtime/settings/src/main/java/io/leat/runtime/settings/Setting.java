package io.leat.runtime.settings;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * Beside picocli's {@code @Option} on a field: what that does not say of a setting. The two are all
 * that is written of one; the variable behind the flag, the help text, the tables in
 * docs/reference, the check of its bounds and the line that is printed at start come out of them
 * ({@link Settings}).
 *
 * <p>The class that has such fields names {@code @Command(defaultValueProvider =
 * EnvironmentDefaults.class)}.
 */
@Retention(RUNTIME)
@Target(FIELD)
public @interface Setting {
  /**
   * The variable that is read where no flag is given; by default {@code LEAT_} and the flag's name.
   */
  String environment() default "";

  /** Smallest value, as a flag takes it; empty for none. */
  String least() default "";

  /** Largest value, as a flag takes it; empty for none. */
  String most() default "";

  /** What is taken where neither says anything, in words, where it is no fixed value. */
  String otherwise() default "";

  /** Whether its value is never shown. Files of secrets are none: only their path is. */
  boolean secret() default false;
}
