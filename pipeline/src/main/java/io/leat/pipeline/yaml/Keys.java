package io.leat.pipeline.yaml;

import java.util.List;
import java.util.stream.Stream;

/**
 * The keys that a mapping may have.
 *
 * @param kind what the mapping is, with its article: {@code a contract}
 * @param required keys that must be there
 * @param optional keys that may be there
 * @param notYet keys of the language that this version does not run; refused with these words
 */
public record Keys(String kind, List<String> required, List<String> optional, List<String> notYet) {
  /** A mapping without any key. */
  public static Keys of(String kind) {
    return new Keys(kind, List.of(), List.of(), List.of());
  }

  public Keys requires(String... keys) {
    return new Keys(kind, List.of(keys), optional, notYet);
  }

  public Keys allows(String... keys) {
    return new Keys(kind, required, List.of(keys), notYet);
  }

  public Keys notYet(String... keys) {
    return new Keys(kind, required, optional, List.of(keys));
  }

  /** The required keys and then the optional ones. */
  public List<String> all() {
    return Stream.concat(required.stream(), optional.stream()).toList();
  }
}
