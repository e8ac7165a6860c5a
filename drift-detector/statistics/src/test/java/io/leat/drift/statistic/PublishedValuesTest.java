package io.leat.drift.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Our statistics give the values that other libraries published or compute ({@code
 * src/test/resources/published}).
 */
class PublishedValuesTest {
  private static final Path CASES =
      Path.of(
          System.getProperty("leat.project"),
          "drift-detector/statistics/src/test/resources/published");

  /** Statistic, case, and which of the case's expected values. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "ks, sp-ks-exact, statistic",
    "ks, sp-ks-100, statistic",
    "ks, fr-iks, statistic",
    "psi_deciles_1e-4, ev-psi-cat, psi",
    "psi_deciles_1e-4, ev-psi-num, psi",
    "psi_deciles_1e-4, psi-zero-bucket, evidently_1e-4",
    "js_base2, nm-js-cat, distance",
    "js_base2, nm-js-cat-new, value_rounded2",
    "hellinger, ev-hellinger-cat, distance",
    "hellinger, nm-hellinger-cat-new, value_rounded2",
  })
  void givesWhatOthersPublished(String statistic, String id, String key) throws IOException {
    JsonNode published = published(id);
    Samples samples = samples(published);

    double value =
        Statistics.get(statistic).value(samples.reference(), samples.window()).orElseThrow();

    JsonNode expected = published.get("expected");
    assertThat(expected.has(key)).as("case %s expects %s, of %s", id, key, expected).isTrue();
    assertThat(value)
        .as("%s of case %s, variant %s", statistic, id, published.path("variant").asText())
        .isCloseTo(expected.get(key).asDouble(), within(published.get("tolerance").asDouble()));
  }

  /** Numbers, counts, counts by category or shares, in the case, in its files or its bins. */
  private static Samples samples(JsonNode published) throws IOException {
    JsonNode inputs =
        published.at("/inputs").has("inline")
            ? published.at("/inputs/inline")
            : published.get("inputs");
    JsonNode counts = inputs.has("ref_counts") ? inputs : published.get("expected");
    if (inputs.has("ref_share")) {
      return Samples.ofCounts(
          thousandths(inputs.get("ref_share")), thousandths(inputs.get("cur_share")));
    }
    if (!counts.has("ref_counts")) {
      double[] window = numbers(inputs.get("cur"));
      int last = published.at("/params/window").asInt(window.length);
      return Samples.exact(
          numbers(inputs.get("ref")),
          Arrays.copyOfRange(window, window.length - last, window.length));
    }
    Map<String, Long> reference = counts(counts.get("ref_counts"));
    Map<String, Long> window = counts(counts.get("cur_counts"));
    Set<String> categories = new TreeSet<>(reference.keySet());
    categories.addAll(window.keySet());
    return Samples.ofCounts(counts(reference, categories), counts(window, categories));
  }

  private static JsonNode published(String id) throws IOException {
    JsonNode all = new ObjectMapper().readTree(CASES.resolve("cases.json").toFile());
    return StreamSupport.stream(all.spliterator(), false)
        .filter(published -> published.get("id").asText().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("cases.json has no case " + id));
  }

  private static double[] numbers(JsonNode source) throws IOException {
    if (source.isArray()) {
      return StreamSupport.stream(source.spliterator(), false)
          .mapToDouble(JsonNode::asDouble)
          .toArray();
    }
    return Files.readAllLines(CASES.resolve(source.get("file").asText())).stream()
        .skip(1)
        .limit(source.get("n").asLong())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  /** By category; of a list, by place. */
  private static Map<String, Long> counts(JsonNode source) {
    Map<String, Long> counts = new TreeMap<>();
    source
        .properties()
        .forEach(category -> counts.put(category.getKey(), category.getValue().asLong()));
    for (int i = 0; source.isArray() && i < source.size(); i++) {
      counts.put("" + i, source.get(i).asLong());
    }
    return counts;
  }

  private static long[] counts(Map<String, Long> counts, Set<String> categories) {
    return categories.stream().mapToLong(category -> counts.getOrDefault(category, 0L)).toArray();
  }

  private static long[] thousandths(JsonNode shares) {
    return StreamSupport.stream(shares.spliterator(), false)
        .mapToLong(share -> Math.round(1_000 * share.asDouble()))
        .toArray();
  }
}
