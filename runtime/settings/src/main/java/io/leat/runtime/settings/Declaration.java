package io.leat.runtime.settings;

import io.leat.pipeline.definition.Durations;
import io.leat.schemas.Secrets;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A setting as it is declared.
 *
 * @param argument the flag, or the positional parameter
 * @param setting what is declared beside it
 */
public record Declaration(ArgSpec argument, Setting setting) {
  private static final String HIDDEN = "***";

  /** The declaration behind an argument; empty where that is no setting. */
  static Optional<Declaration> of(ArgSpec argument) {
    return argument.userObject() instanceof Field field
        ? Optional.ofNullable(field.getAnnotation(Setting.class))
            .map(setting -> new Declaration(argument, setting))
        : Optional.empty();
  }

  /** The class that declares it. */
  public Class<?> declaredBy() {
    return ((Field) argument.userObject()).getDeclaringClass();
  }

  /** The flag, {@code --max-body}; of a positional parameter its label. */
  public String flag() {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  /** The flag's name without dashes. */
  public String name() {
    return flag().replaceFirst("^--", "");
  }

  /** The variable that is read where no flag is given. */
  public String variable() {
    return setting.environment().isEmpty()
        ? "LEAT_" + name().replace('-', '_').toUpperCase(Locale.ROOT)
        : setting.environment();
  }

  /** What it is for, in sentences. */
  public String doc() {
    return String.join(" ", argument.description());
  }

  /** What it is where neither flag nor variable says anything, as a flag takes it or in words. */
  public String usual() {
    String given = argument.defaultValue();
    if (!setting.otherwise().isEmpty()) {
      return setting.otherwise();
    }
    if (given != null) {
      return given;
    }
    return argument.required() ? "required" : "none";
  }

  /** Its bounds in words; empty where it has none. */
  public Optional<String> bounds() {
    String least = setting.least();
    String most = setting.most();
    if (least.isEmpty() && most.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        most.isEmpty()
            ? least + " or more"
            : least.isEmpty() ? "at most " + most : least + " to " + most);
  }

  /**
   * Why its value is none: one sentence without a full stop; empty where it is within its bounds.
   */
  Optional<String> problem() {
    Object value = argument.getValue();
    if (value == null || bounds().isEmpty()) {
      return Optional.empty();
    }
    boolean within =
        (setting.least().isEmpty() || compare(value, setting.least()) >= 0)
            && (setting.most().isEmpty() || compare(value, setting.most()) <= 0);
    return within
        ? Optional.empty()
        : Optional.of("%s is %s; expected %s".formatted(flag(), text(value), bounds().get()));
  }

  @SuppressWarnings("unchecked") // a bound is read as the value is
  private int compare(Object value, String bound) {
    if (value instanceof Number number) {
      return Long.compare(number.longValue(), Long.parseLong(bound));
    }
    try {
      ITypeConverter<?> converter = argument.converters()[0];
      return ((Comparable<Object>) value).compareTo(converter.convert(bound));
    } catch (Exception e) {
      throw new IllegalStateException(flag() + " has a bound that is no value: " + bound, e);
    }
  }

  /** Its value as a log may show it; empty where it has none. */
  public Optional<String> shown() {
    return Optional.ofNullable(argument.getValue())
        .map(value -> setting.secret() ? HIDDEN : Secrets.withoutCredentials(text(value)));
  }

  private static String text(Object value) {
    return value instanceof Duration duration ? Durations.format(duration) : value.toString();
  }

  /** A row of its table in docs/reference: flag, variable, default, meaning. */
  public String row() {
    String label = argument.arity().max() > 0 ? " " + argument.paramLabel() : "";
    boolean fixed = setting.otherwise().isEmpty() && argument.defaultValue() != null;
    return "| `%s` | `%s` | %s | %s |"
        .formatted(
            argument instanceof OptionSpec
                ? flag() + label.replace("|", ", ")
                : argument.paramLabel(),
            variable(),
            fixed ? "`" + usual() + "`" : usual(),
            doc() + bounds().map(bounds -> " " + capital(bounds) + ".").orElse(""));
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
