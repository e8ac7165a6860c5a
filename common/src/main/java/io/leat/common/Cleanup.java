package io.leat.common;

/** Closes what was opened when something else has failed, without losing what that was. */
public final class Cleanup {
  private Cleanup() {}

  /**
   * Closes these in their order, each whether or not one before it could be. What goes wrong is
   * suppressed under the first failure, which the caller throws.
   */
  public static void after(Throwable first, AutoCloseable... opened) {
    for (AutoCloseable one : opened) {
      try {
        one.close();
      } catch (Exception e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        first.addSuppressed(e);
      }
    }
  }
}
