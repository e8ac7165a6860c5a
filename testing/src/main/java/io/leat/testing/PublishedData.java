package io.leat.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Data that others published, too large to keep in the project: it lies in {@code shared/data}
 * beside the project's folder. A test that wants it is skipped where it is absent, and fails where
 * the system property {@code leat.oracles} is {@code required}.
 */
public final class PublishedData {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project", "."));

  private PublishedData() {}

  /**
   * The folder of the Fraud Detection Handbook's card payments and of the features that it computes
   * from them.
   *
   * @throws org.opentest4j.TestAbortedException if it is not there and is not required
   * @throws AssertionError if it is not there and is required
   */
  public static Path cardPayments() {
    Path folder = PROJECT.resolve("../shared/data/card-payments").normalize();
    String missing = "the handbook's card payments are not at " + folder;
    if ("required".equals(System.getProperty("leat.oracles"))) {
      assertTrue(Files.isDirectory(folder), missing);
    }
    assumeTrue(Files.isDirectory(folder), missing);
    return folder;
  }
}
