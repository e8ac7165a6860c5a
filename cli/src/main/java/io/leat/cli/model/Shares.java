package io.leat.cli.model;

import io.leat.cli.command.UserError;

/** Shares of entities as people write them. */
final class Shares {
  private static final double PERCENT = 100;

  private Shares() {}

  /**
   * Of {@code 10%} or {@code 10}: 0.1. Without its sign a number below 1 is refused, for it may be
   * meant as a part of one.
   *
   * @param name of what it is, for a message
   */
  static double parse(String name, String text) {
    try {
      double percent = Double.parseDouble(text.strip().replaceFirst("\\s*%$", ""));
      if (percent < 1 && !text.contains("%")) {
        throw new UserError(
            "%s is '%s'; expected a share such as 10%%. Is it %s %%, or %s %%?"
                .formatted(name, text, percent, percent * PERCENT));
      }
      return percent / PERCENT;
    } catch (NumberFormatException e) {
      throw new UserError("%s is '%s'; expected a share such as 10%%.".formatted(name, text), e);
    }
  }
}
