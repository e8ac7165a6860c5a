package io.leat.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.ingestion.refusal.DeadLetterReason;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The reference pages list what the code has, and nothing else. */
class ReferenceTest {
  private static final Path REFERENCE =
      Path.of(System.getProperty("leat.project"), "docs", "reference");

  @Test
  void theDeadLetterPageListsEveryReasonInOrderAndInTheCommandsWords() throws IOException {
    String page = Files.readString(REFERENCE.resolve("dead-letters.md"));

    List<List<String>> documented =
        Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| (.*) \\| (.*) \\|$")
            .matcher(page)
            .results()
            .map(
                (MatchResult row) ->
                    List.of(row.group(1), plain(row.group(2)), plain(row.group(3))))
            .toList();

    assertThat(documented)
        .isEqualTo(
            Arrays.stream(DeadLetterReason.values())
                .map(reason -> List.of(reason.name(), reason.found(), reason.advice()))
                .toList());
  }

  private static String plain(String cell) {
    return cell.replace("`", "");
  }

  @Test
  void theMetricsPageListsEveryCount() throws IOException {
    String page = Files.readString(REFERENCE.resolve("metrics.md"));
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    new IngestionMetrics(registry, "payments").accepted(List.of("plausible_amount"));

    List<String> names =
        registry.getMeters().stream()
            .map(Meter::getId)
            .map(id -> id.getName().replace('.', '_') + "_total")
            .distinct()
            .toList();

    assertThat(names).hasSize(4).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
  }
}
