package io.leat.testing.soak;

/**
 * How long tests are, and how random: in {@code verify} short, and the same each time; in the
 * profile {@code soak} longer, with other randomness each time. The system property {@code
 * leat.soak} says which.
 */
public final class Soak {
  private static final boolean ON = Boolean.getBoolean("leat.soak");
  private static final long SEED = 7_041_776;

  private Soak() {}

  /** Whether this is a soak. */
  public static boolean isOn() {
    return ON;
  }

  /** How often or how much: the one or the other. */
  public static int times(int inVerify, int inSoak) {
    return ON ? inSoak : inVerify;
  }

  /**
   * The seed of a test's randomness, which is printed: that of the system property {@code
   * leat.test.seed}, else a fixed one, else, in a soak, one of its own.
   */
  public static long seed() {
    long seed = Long.getLong("leat.test.seed", ON ? System.nanoTime() : SEED);
    System.out.println("seed " + seed + "; -Dleat.test.seed repeats it");
    return seed;
  }
}
