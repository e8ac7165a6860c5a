package io.leat.pipeline.definition;

/** What every name and version keeps to, however it came about. */
final class Names {
  private Names() {}

  /**
   * Refuses a name that would be none in a topic, a file or a reference.
   *
   * @param what whose name it is: {@code view}
   */
  static void require(String what, String name) {
    if (name.isBlank() || name.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "%s '%s'; expected a name that is not blank and holds no @".formatted(what, name));
    }
  }

  /**
   * Refuses a version less than 1.
   *
   * @param whose {@code view customer_activity}
   */
  static void requireVersion(String whose, int version) {
    if (version < 1) {
      throw new IllegalArgumentException(
          "%s has version %d; expected 1 or more".formatted(whose, version));
    }
  }
}
