package io.leat.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What a service still waits for. It is ready while none of its conditions names a problem.
 * Thread-safe.
 */
public final class Readiness {
  private final Map<String, Supplier<Optional<String>>> conditions = new ConcurrentHashMap<>();

  /**
   * Adds a condition.
   *
   * @param name what it is about, such as {@code streams} or {@code registry}
   * @param problem gives one sentence that says what is amiss, or empty; asked at each health
   *     check, must not block
   */
  public void add(String name, Supplier<Optional<String>> problem) {
    conditions.put(name, problem);
  }

  /** Each condition that is not met, with its problem; empty when ready. */
  public Map<String, String> problems() {
    Map<String, String> problems = new LinkedHashMap<>();
    conditions.forEach(
        (name, problem) -> problem.get().ifPresent(sentence -> problems.put(name, sentence)));
    return problems;
  }

  public boolean isReady() {
    return problems().isEmpty();
  }
}
