package io.leat.pipeline.expression;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;

/** A fixed pattern says what RE2 says, of every text. */
class FixedPatternProperties {
  @Property(tries = 3_000)
  void itSaysWhatRe2Says(
      @ForAll("patterns") String pattern, @ForAll("texts") @Size(10) List<String> texts) {
    Optional<FixedPattern> fixed = FixedPattern.of(pattern);
    Statistics.label("fixed").collect(fixed.isPresent());
    Assume.that(fixed.isPresent());
    Pattern re2;
    try {
      re2 = Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      return; // asked only of patterns that RE2 takes
    }
    for (String text : texts) {
      boolean expected = re2.matcher(text).find();
      assertThat(fixed.get().matches(text)).as("'%s' of '%s'", pattern, text).isEqualTo(expected);
      Statistics.label("match").collect(expected);
    }
    Statistics.label("match").coverage(c -> c.check(true).percentage(p -> p > 3.0));
  }

  @Example
  void identifiersAreFixed() {
    for (String pattern :
        List.of(
            "^[A-Z]{2}$",
            "^[0-9]{6}x{6}[0-9]{4}$",
            "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$",
            "^\\d{3}-\\d{2,4}$",
            "^[a-z]+\\.[a-z]{2,3}$",
            "^[a-z_-]*$")) {
      assertThat(FixedPattern.of(pattern)).as(pattern).isPresent();
    }
  }

  @Example
  void whatNeedsASearchIsNot() {
    for (String pattern :
        List.of(
            "[A-Z]",
            "^a",
            "^a|b$",
            "^(ab)$",
            "^.*$",
            "^a*ab$",
            "^a+?$",
            "^[^a]$",
            "^[[:alpha:]]$")) {
      assertThat(FixedPattern.of(pattern)).as(pattern).isEmpty();
    }
  }

  @Provide
  Arbitrary<String> patterns() {
    Arbitrary<String> element =
        Arbitraries.of(
            "a", "b", "[ab]", "[a-c]", "[^a]", "\\d", "\\w", "[0-9a]", "-", "\\.", "[.-]", "[-a]",
            "[a-]", ".", "(a)", "\\s", "[\\d.]", "[]a]", "a|b", "^", "$", "é", "[a-b-c]");
    Arbitrary<String> count =
        Arbitraries.of(
            "", "", "", "?", "*", "+", "{2}", "{1,2}", "{0,3}", "{2,}", "{0}", "+?", "{,2}", "{x}");
    return Combinators.combine(element, count)
        .as(String::concat)
        .list()
        .ofMaxSize(4)
        .map(steps -> "^" + String.join("", steps) + "$");
  }

  @Provide
  Arbitrary<List<String>> texts() {
    return Arbitraries.of("a", "b", "c", "1", "-", ".", "]", "_", "\n", "é", "\uD83D\uDE00")
        .list()
        .ofMaxSize(5)
        .map(parts -> String.join("", parts))
        .list()
        .ofSize(10);
  }
}
