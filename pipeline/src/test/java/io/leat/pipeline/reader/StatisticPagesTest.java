package io.leat.pipeline.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.drift.sample.SampleTest;
import io.leat.drift.sample.SampleTests;
import io.leat.drift.sequential.SequentialDetectors;
import io.leat.drift.statistic.EffectSize;
import io.leat.drift.statistic.Range;
import io.leat.drift.statistic.Statistic;
import io.leat.drift.statistic.Statistics;
import io.leat.testing.MadeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is made of the catalogue of statistics: parts of a page and of the editors' schema. */
class StatisticPagesTest {
  private static final String PAGE = "docs/reference/drift.md";
  private static final String TESTS = "docs/reference/drift-tests.md";
  private static final String SCHEMA = "pipeline/src/main/resources/leat/monitor.schema.json";
  private static final String END = "<!-- end of what is made -->";

  @Test
  void theReferenceOfDriftListsEveryStatistic() throws IOException {
    new MadeText(PAGE, "<!-- made from io.leat.drift.statistic -->", END)
        .check(
            "| metric | what it is | range | of | columns | source |\n|---|---|---|---|---|---|\n"
                + rows(
                    statistic ->
                        "| `%s` | %s | %s | %s | %s | %s |\n"
                            .formatted(
                                statistic.name(),
                                statistic.description(),
                                range(statistic.range()),
                                statistic.input().name().toLowerCase(Locale.ROOT),
                                kinds(statistic),
                                statistic.source())));
  }

  @Test
  void theReferenceOfDriftSaysOfEveryStatisticWhatIsMuch() throws IOException {
    new MadeText(PAGE, "<!-- made from io.leat.drift.statistic.EffectSize -->", END)
        .check(
            "| metric | never drift | CRITICAL beyond WARN by | because |\n|---|---|---|---|\n"
                + rows(
                    statistic ->
                        "| `%s` | up to %s | %s | %s |\n"
                            .formatted(
                                statistic.name(),
                                number(statistic.effect().least()),
                                beyond(statistic.effect()),
                                statistic.effect().why())));
  }

  @Test
  void theReferenceOfTestsListsEveryTestOfTwoSamples() throws IOException {
    new MadeText(TESTS, "<!-- made from io.leat.drift.sample -->", END)
        .check(
            "| test | of | what it is | symmetric | source |\n|---|---|---|---|---|\n"
                + rows("numbers", SampleTests.ofNumbers())
                + rows("rows", SampleTests.ofRows())
                + rows("counts", SampleTests.ofCounts()));
  }

  private static <S> String rows(String of, List<SampleTest<S>> tests) {
    return tests.stream()
        .map(
            test ->
                "| `%s` | %s | %s | %s | %s |\n"
                    .formatted(
                        test.name(),
                        of,
                        test.description(),
                        test.isSymmetric() ? "yes" : "no",
                        test.source()))
        .collect(Collectors.joining());
  }

  @Test
  void theReferenceOfTestsListsEveryDetector() throws IOException {
    new MadeText(TESTS, "<!-- made from io.leat.drift.sequential -->", END)
        .check(
            "| detector | takes | what it is | parameters | source |\n|---|---|---|---|---|\n"
                + SequentialDetectors.all().stream()
                    .map(
                        kind ->
                            "| `%s` | %s | %s | %s | %s |\n"
                                .formatted(
                                    kind.name(),
                                    kind.values().description(),
                                    kind.description(),
                                    kind.parameters().stream()
                                        .map(
                                            parameter ->
                                                "`%s` %s: %s"
                                                    .formatted(
                                                        parameter.name(),
                                                        number(parameter.standard()),
                                                        parameter.meaning()))
                                        .collect(Collectors.joining("; ")),
                                    kind.source()))
                    .collect(Collectors.joining()));
  }

  @Test
  void theSchemaForEditorsListsEveryStatistic() throws IOException {
    new MadeText(SCHEMA, "        \"enum\": [", "        ]")
        .check(
            Statistics.all().stream()
                .map(statistic -> "          \"%s\"".formatted(statistic.name()))
                .collect(Collectors.joining(",\n", "", "\n")));
  }

  @Test
  void theReferenceOfTheLanguageSaysWhichAreTheDefault() throws IOException {
    Path page =
        Path.of(System.getProperty("leat.project"), "docs/reference/definition-language.md");

    assertThat(Files.readString(page))
        .contains(
            "| `statistics` | list of [statistics](drift.md) | %s |"
                .formatted(
                    Statistics.defaults().stream()
                        .map(name -> "`" + name + "`")
                        .collect(Collectors.joining(", "))));
  }

  private static String rows(Function<Statistic, String> row) {
    return Statistics.all().stream().map(row).collect(Collectors.joining());
  }

  private static String range(Range range) {
    String text =
        Double.isFinite(range.greatest())
            ? number(range.least()) + " to " + number(range.greatest())
            : "from " + number(range.least());
    return range.unit().isEmpty() ? text : text + ", " + range.unit();
  }

  private static String beyond(EffectSize effect) {
    return effect.times() == 1
        ? number(effect.plus())
        : "a factor of %s, and at least by %s"
            .formatted(number(effect.times()), number(effect.plus()));
  }

  private static String kinds(Statistic statistic) {
    return statistic.kinds().stream()
        .sorted()
        .map(kind -> kind.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  private static String number(double number) {
    return number == Math.rint(number) ? "" + (long) number : "" + number;
  }
}
