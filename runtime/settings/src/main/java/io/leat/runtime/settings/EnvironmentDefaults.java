package io.leat.runtime.settings;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;

/**
 * Takes settings that no flag gives from the environment. A variable that is empty counts as none.
 */
public final class EnvironmentDefaults implements IDefaultValueProvider {
  private final UnaryOperator<@Nullable String> environment;

  /** The process's own environment; picocli makes it by this. */
  public EnvironmentDefaults() {
    this(System::getenv);
  }

  /**
   * @param environment value of a variable by its name; null where there is none
   */
  public EnvironmentDefaults(UnaryOperator<@Nullable String> environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    return Declaration.of(argument)
        .map(declaration -> environment.apply(declaration.variable()))
        .flatMap(value -> value.isBlank() ? Optional.empty() : Optional.of(value.strip()))
        .orElse(null); // as picocli has it
  }
}
