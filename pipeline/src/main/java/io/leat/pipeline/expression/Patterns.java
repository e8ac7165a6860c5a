package io.leat.pipeline.expression;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.runtime.CelFunctionBinding;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Regular expressions of RE2, bounded before they are compiled: counted repetitions in one another
 * multiply, so that a few characters may ask for a program of a billion instructions.
 */
final class Patterns {
  /** The largest pattern, in the instructions that RE2 makes of it. */
  static final int LARGEST = 2_000;

  /** An estimate that is worth the attempt: it is above what RE2 makes of a pattern. */
  private static final long LARGEST_ESTIMATE = 10L * LARGEST;

  private static final int MOST_CHARACTERS = 4_000;
  private static final int DEEPEST = 100;

  private Patterns() {}

  /** CEL's {@code matches}, in place of the library's, which compiles whatever is asked. */
  static Set<CelFunctionBinding> bindings() {
    return CelFunctionBinding.fromOverloads(
        "matches",
        CelFunctionBinding.from("matches", String.class, String.class, Patterns::find),
        CelFunctionBinding.from("matches_string", String.class, String.class, Patterns::find));
  }

  private static boolean find(String text, String pattern) {
    return compile(pattern).matcher(text).find();
  }

  /**
   * Compiles a pattern.
   *
   * @throws IllegalArgumentException with one sentence if RE2 does not take it, or it is too large
   */
  static Pattern compile(String pattern) {
    if (pattern.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "a pattern of %d characters; expected at most %d"
              .formatted(pattern.length(), MOST_CHARACTERS));
    }
    if (new Size(pattern).estimate() > LARGEST_ESTIMATE) {
      throw tooLarge();
    }
    Pattern compiled;
    try {
      compiled = Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("no pattern of RE2: " + e.getDescription(), e);
    }
    if (compiled.programSize() > LARGEST) {
      throw tooLarge();
    }
    return compiled;
  }

  private static IllegalArgumentException tooLarge() {
    return new IllegalArgumentException(
        "a pattern whose repetitions make more than %d steps; expected smaller counts in { }"
            .formatted(LARGEST));
  }

  /** Adds up a pattern: a character, class or escape is one, a repetition multiplies. */
  private static final class Size {
    private final String pattern;
    private final Deque<Long> open = new ArrayDeque<>();
    private long sum;
    private long last;
    private int at;

    Size(String pattern) {
      this.pattern = pattern;
    }

    long estimate() {
      while (at < pattern.length() && sum <= LARGEST_ESTIMATE) {
        char next = pattern.charAt(at++);
        switch (next) {
          case '(' -> open();
          case ')' -> close();
          case '[' -> one(this::skipClass);
          case '\\' -> escape();
          case '{' -> repeat();
          default -> one(() -> {});
        }
      }
      return open.stream().mapToLong(Long::longValue).sum() + sum;
    }

    private void one(Runnable skip) {
      skip.run();
      last = 1;
      sum++;
    }

    private void open() {
      if (open.size() == DEEPEST) {
        throw new IllegalArgumentException(
            "a pattern of more than %d brackets in one another".formatted(DEEPEST));
      }
      open.push(sum);
      sum = 1;
      last = 1;
    }

    private void close() {
      if (!open.isEmpty()) { // else RE2 refuses it
        last = sum + 1;
        sum = open.pop() + last;
      }
    }

    /** To behind the bracket that ends a class; one right behind the first stands for itself. */
    private void skipClass() {
      if (at < pattern.length() && pattern.charAt(at) == '^') {
        at++;
      }
      int first = at;
      while (at < pattern.length() && (at == first || pattern.charAt(at) != ']')) {
        at += pattern.charAt(at) == '\\' ? 2 : 1;
      }
      at++;
    }

    private void escape() {
      char escaped = at < pattern.length() ? pattern.charAt(at++) : '\\';
      if (escaped == 'Q') {
        int end = pattern.indexOf("\\E", at);
        int quoted = (end < 0 ? pattern.length() : end) - at;
        at = end < 0 ? pattern.length() : end + 2;
        sum += quoted;
        last = 1;
        return;
      }
      boolean braces = "pPx".indexOf(escaped) >= 0 && pattern.startsWith("{", at);
      int end = braces ? pattern.indexOf('}', at) : -1;
      at = end < 0 ? at : end + 1;
      one(() -> {});
    }

    /** {@code {n}}, {@code {n,}} or {@code {n,m}} multiplies what stands before it. */
    private void repeat() {
      int end = pattern.indexOf('}', at);
      String counts = end < 0 ? "" : pattern.substring(at, end);
      if (!counts.matches("[0-9]{1,4}(,[0-9]{0,4})?")) {
        one(() -> {}); // a brace as it stands
        return;
      }
      at = end + 1;
      long most = 1;
      for (String count : counts.split(",", -1)) {
        most = Math.max(most, count.isEmpty() ? 1 : Long.parseLong(count) + 1);
      }
      sum += last * (most - 1);
      last *= most;
    }
  }
}
