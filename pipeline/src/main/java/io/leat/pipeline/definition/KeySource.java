package io.leat.pipeline.definition;

import java.nio.file.Path;

/** Where a secret key is found; never the key itself. */
public sealed interface KeySource {
  /** As a contract writes it: {@code env:NAME}, {@code file:PATH}. */
  String text();

  /** An environment variable. */
  record Environment(String name) implements KeySource {
    @Override
    public String text() {
      return "env:" + name;
    }
  }

  /**
   * A file.
   *
   * @param path absolute
   */
  record SecretFile(Path path) implements KeySource {
    @Override
    public String text() {
      return "file:" + path;
    }
  }
}
