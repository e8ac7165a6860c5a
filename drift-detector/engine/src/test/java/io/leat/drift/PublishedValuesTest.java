package io.leat.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our statistics give the values that other libraries published or compute. */
class PublishedValuesTest {
  private static final Path CASES =
      Path.of(
          System.getProperty("leat.project", "../.."),
          "drift-detector/engine/src/test/resources/published");

  @ParameterizedTest
  @ValueSource(strings = {"sp-ks-exact", "sp-ks-100"})
  void kolmogorovSmirnovIsAsSciPyComputesIt(String id) throws IOException {
    JsonNode published = published(id);
    JsonNode inputs = published.get("inputs");

    double distance =
        distance(
            numbers(inputs.has("inline") ? inputs.get("inline").get("ref") : inputs.get("ref")),
            numbers(inputs.has("inline") ? inputs.get("inline").get("cur") : inputs.get("cur")));

    assertThat(distance)
        .isCloseTo(published.at("/expected/statistic").asDouble(), tolerance(published));
  }

  @ParameterizedTest
  @ValueSource(strings = "fr-iks")
  void kolmogorovSmirnovOfTheLastWindowIsAsFrourosPublishedIt(String id) throws IOException {
    JsonNode published = published(id);
    double[] stream = numbers(published.at("/inputs/cur"));
    int window = published.at("/params/window").asInt();

    double distance =
        distance(
            numbers(published.at("/inputs/ref")),
            Arrays.copyOfRange(stream, stream.length - window, stream.length));

    assertThat(distance)
        .isCloseTo(published.at("/expected/statistic").asDouble(), tolerance(published));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ev-psi-cat", "ev-psi-num"})
  void stabilityIndexIsAsEvidentlyComputesItFromTheSameCounts(String id) throws IOException {
    JsonNode published = published(id);
    JsonNode counts =
        published.get("inputs").has("inline")
            ? published.at("/inputs/inline")
            : published.get("expected");

    double index =
        PopulationStabilityIndex.of(
            counts(counts.get("ref_counts")), counts(counts.get("cur_counts")));

    assertThat(index).isCloseTo(published.at("/expected/psi").asDouble(), tolerance(published));
  }

  @ParameterizedTest
  @ValueSource(strings = "psi-zero-bucket")
  void anEmptyBucketCountsAsEvidentlysFloor(String id) throws IOException {
    JsonNode published = published(id);

    double index =
        PopulationStabilityIndex.of(new long[] {5, 5, 0}, new long[] {4, 4, 2}); // the shares

    assertThat(index)
        .isCloseTo(published.at("/expected/evidently_1e-4").asDouble(), tolerance(published));
  }

  private static double distance(double[] reference, double[] window) {
    Distribution distribution = Distribution.of(reference);
    FeatureCounts counts = new FeatureCounts(distribution.cells());
    for (double value : window) {
      counts.add(distribution.cell(value));
    }
    return KolmogorovSmirnov.distance(distribution, counts);
  }

  private static JsonNode published(String id) throws IOException {
    JsonNode all = new ObjectMapper().readTree(CASES.resolve("cases.json").toFile());
    return StreamSupport.stream(all.spliterator(), false)
        .filter(published -> published.get("id").asText().equals(id))
        .findFirst()
        .orElseThrow();
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

  private static long[] counts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  private static org.assertj.core.data.Offset<Double> tolerance(JsonNode published) {
    return within(published.get("tolerance").asDouble());
  }
}
