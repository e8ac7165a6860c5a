package io.leat.drift.statistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.drift.sample.AdjustedPValues;
import io.leat.drift.sample.SampleTest;
import io.leat.drift.sample.SampleTests;
import io.leat.drift.sequential.DetectionScore;
import io.leat.drift.sequential.DetectorKind;
import io.leat.drift.sequential.SequentialDetector;
import io.leat.drift.sequential.SequentialDetectors;
import io.leat.evaluation.Auc;
import io.leat.evaluation.Losses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our statistics, tests and detectors give the values that other libraries published or compute
 * ({@code src/test/resources/published}). Every case is checked here, or listed with the reason.
 */
class PublishedValuesTest {
  private static final Path CASES =
      Path.of(
          System.getProperty("leat.project"),
          "drift-detector/statistics/src/test/resources/published");

  /** From base 2 to the natural logarithm, of a Jensen-Shannon distance. */
  private static final double NATURAL = Math.sqrt(Math.log(2));

  /** Of a case, what Leat gives for each key of what is expected that is checked. */
  private interface Check extends Function<JsonNode, Map<String, ?>> {}

  private static final Map<String, Check> CHECKS = new LinkedHashMap<>();

  /** Cases that are not checked here, and why. */
  private static final Map<String, String> ELSEWHERE = new TreeMap<>();

  static {
    check(
        "sp-ks-exact", window("ks", "statistic", "p_value"), numbers("ks", "statistic", "p_value"));
    check("sp-ks-100", window("ks", "statistic", "p_value"), numbers("ks", "statistic", "p_value"));
    check("fr-iks", window("ks", "statistic", "p_value"));
    check("ev-psi-cat", window("psi_deciles_1e-4", "psi"));
    check("ev-psi-num", window("psi_deciles_1e-4", "psi"));
    check("psi-zero-bucket", window("psi_deciles_1e-4", "evidently_1e-4"));
    check("nm-js-cat", window("js_base2", "distance"));
    check("nm-js-cat-new", window("js_base2", "value_rounded2"));
    check("ev-js-cat", window("js_base2", x -> x * NATURAL, "distance"));
    check("sp-js-2", window("js_base2", x -> x * NATURAL, "value"));
    check("ev-js-num", likeBinsOf("ev-psi-num", window("js_base2", x -> x * NATURAL, "distance")));
    check("ev-hellinger-cat", window("hellinger", "distance"));
    check("nm-hellinger-cat-new", window("hellinger", "value_rounded2"));
    check("fr-hellinger", binned(10, window("hellinger", "value")));
    check("nm-hellinger", doane(window("hellinger", "value_rounded2")));
    check("nm-hellinger-quasi", doane(window("hellinger", "value_rounded2")));
    check("fr-bhatt", binned(10, window("hellinger", x -> -Math.log(1 - x * x), "value")));
    check("fr-doc-hi", binned(20, window("tv", "value")));
    check("ev-tvd", window("tv", "tvd"));
    check("nm-linf-2", window("linf", "value_rounded2"));
    check("nm-linf-3", window("linf", "value_rounded2"));
    check("ev-chi2-contingency", window("chi2_contingency", "statistic", "p_value"));

    check("sp-wasserstein-ab", numbers("w1", "w1"), numbers("w1_std", "normed_ddof0"));
    check("nm-wasserstein", numbers("w1", "value_rounded2"));
    check("sp-w-1", numbers("w1", "value"));
    check("fr-emd", numbers("w1", "value"));
    check("sp-w1-100", numbers("w1", "w1"));
    check("fr-energy", numbers("energy", "value"));
    check("fr-doc-energy", numbers("energy", "value"));
    check("fr-doc-cvm", numbers("cvm", "statistic", "p_value"));
    check("ev-cvm", numbers("cvm", null, "p_value"));
    check("fr-doc-ad", numbers("ad", "statistic", "p_value"));
    check("ev-epps", numbers("epps_singleton", null, "p_value"));
    // one tail of two
    check("ev-mannwhitney", numbers("mann_whitney", null, p -> p / 2, "p_value"));
    check("ev-ttest", numbers("t_pooled", null, "p_value"));
    check("fr-doc-welch", numbers("t_welch", "statistic", "p_value"));
    check("fr-mmd-3", PublishedValuesTest::mmd);
    check("fr-mmd-5", PublishedValuesTest::mmd);
    check("fr-mmd-6", PublishedValuesTest::mmd);
    check("fr-mmd-multi", PublishedValuesTest::mmd);
    check("fr-mmd-uni", PublishedValuesTest::mmd);
    check("ev-chi2", counts("chi2_one_way", "p_value"));
    check("ev-chi2-ref2x", counts("chi2_one_way", "p_value"));
    check("ev-chi2-small", counts("chi2_one_way", "p_value_rounded3"));
    check("ev-gtest", counts("g_one_way", "p_value"));
    check("ev-fisher-1", counts("fisher_exact", "p_value"));
    check("ev-fisher-2", counts("fisher_exact", "p_value"));
    check("ev-fisher-3", counts("fisher_exact", "p_value"));
    check("ev-fisher-4", counts("fisher_exact", "p_value"));
    check("ev-z-binary", counts("proportions_z", "p_value_rounded3"));
    check("ev-tvd-perm-2", counts("tv_permutation", "p_value"));
    check("ev-tvd-perm-4", counts("tv_permutation", "p_value"));
    check("mt-bh", PublishedValuesTest::benjaminiHochberg);
    check("mt-bonferroni", PublishedValuesTest::bonferroni);
    check("mt-alibi-fdr", PublishedValuesTest::equalPValues);

    check("seq-adwin-moa-rule", detector("adwin"));
    check("seq-adwin-multi", detector("adwin_reset"));
    check("seq-adwin-legacy-reset", detector("adwin_skipping_reset"));
    check("seq-fr-doc-adwin", detector("adwin_skipping_reset"));
    check("seq-ddm", detector("ddm"));
    check("seq-doc-ddm", detector("ddm"));
    check("seq-doc-eddm", detector("eddm_sample_variance", "warning", 0.8, "drift", 0.75));
    check(
        "seq-eddm-deterministic",
        detector("eddm_sample_variance"),
        detector("eddm_population_variance"));
    check("seq-hddm-a", detector("hddm_a"));
    check("seq-hddm-a-2s", detector("hddm_a_two_sided"));
    check("seq-hddm-w", detector("hddm_w"));
    check("seq-doc-hddm-w", detector("hddm_w"));
    check("seq-ph-river-up", detector("page_hinkley_up"));
    check("seq-ph-river-down", detector("page_hinkley_down"));
    check("seq-ph-moa", detector("page_hinkley_up"));
    check("seq-fr-ph", detector("page_hinkley_sum", "min_values", 1));
    check("seq-fr-doc-ph", detector("page_hinkley_sum"));
    check("seq-fr-cusum", detector("cusum_up", "min_values", 1));
    check("seq-fr-gma", detector("geometric_moving_average_up", "min_values", 1));
    check("seq-fr-bocd", detector("bocd_normal_mean", "min_values", 1, "variance", 0.5));
    check("seq-fr-doc-rddm", detector("rddm"));
    check("seq-wstd", detector("wstd"));
    check(
        "seq-fr-doc-stepd",
        detector("stepd_one_sided", x -> 1 - x, "drift_p", 0.001, "warning_p", 0.005));

    for (String id :
        List.of(
            "eval-match",
            "eval-recall",
            "eval-f1",
            "eval-mtfa",
            "eval-mtr",
            "eval-delay-avg",
            "eval-capy-avg",
            "eval-capy-mdt")) {
      check(id, PublishedValuesTest::detectionScore);
    }
    check("perf-auc-ties", PublishedValuesTest::performance);
    check("perf-logloss", PublishedValuesTest::performance);
    check("perf-brier", PublishedValuesTest::performance);

    elsewhere("SampleTestsTest, which sees the kernel", "fr-rbf-1", "fr-rbf-3");
    elsewhere("SampleTestsTest, which sees how permutations are counted", "fr-permutation-auto");
    elsewhere("SequentialDetectorsTest, which sees the window", "seq-adwin-stats");
    elsewhere(
        "not offered: its draws are those of NumPy's generator (SequentialDetectorsTest finds the"
            + " change of this stream with ours)",
        "seq-fr-doc-kswin");
    elsewhere(
        "not offered: infinite where the window has a bucket that the reference has not; js_base2 is"
            + " bounded",
        "ev-kl-cat");
    elsewhere(
        "not offered: an empty bucket counts as 2e-308, so the value says how many are empty",
        "fr-doc-psi");
    elsewhere("not offered: bins of each sample's own, which no two windows share", "fr-js");
    elsewhere("not offered: no sample of Leat has weights", "sp-e-3");
    elsewhere(
        "not offered: half of the median, with each row's distance 0 from itself; mmd_rbf takes the"
            + " median distance of two different rows",
        "ev-sigma-median");
    elsewhere(
        "not offered: an alert names its features; how many have one is for who reads it",
        "ev-dataset-drift-2");
    elsewhere(
        "not offered: thresholds are calibrated on the reference's own windows (Calibration)",
        "nm-thr-2",
        "nm-thr-3");
    elsewhere(
        "not offered: the mean of all errors so far; detectors of errors keep their own",
        "fr-prequential-1.0");
    elsewhere(
        "not offered: detectors that are configured by a bootstrap of the reference; the budget of"
            + " false alarms is Calibration's",
        "ert-fetdriftonline-d1",
        "ert-cvmdriftonline-d1");
    elsewhere(
        "not as published: of permutations that are just as far apart, some are lost there to the last"
            + " bit of a sum, so that the p-value is too small; SampleTestsTest has the exact one",
        "ev-tvd-perm");
    elsewhere("its files are not part of the cases", "real-ma-employment-alerts");
  }

  private static void check(String id, Check... checks) {
    CHECKS.put(
        id,
        published -> {
          Map<String, Object> values = new LinkedHashMap<>();
          for (Check check : checks) {
            check
                .apply(published)
                .forEach(
                    (key, value) ->
                        assertThat(values.put(key, value))
                            .as("%s of two checks of case %s", key, id)
                            .isIn(null, value));
          }
          return values;
        });
  }

  private static void elsewhere(String why, String... ids) {
    for (String id : ids) {
      ELSEWHERE.put(id, why);
    }
  }

  static Set<String> checked() {
    return CHECKS.keySet();
  }

  @ParameterizedTest
  @MethodSource("checked")
  void givesWhatOthersPublished(String id) {
    JsonNode published = published(id);

    Map<String, ?> values = CHECKS.get(id).apply(published);

    JsonNode expected = published.get("expected");
    assertThat(values).isNotEmpty();
    values.forEach(
        (key, value) -> {
          assertThat(expected.has(key)).as("case %s expects %s, of %s", id, key, expected).isTrue();
          assertAlike(
              "%s of case %s, variant %s".formatted(key, id, published.path("variant").asText()),
              new ObjectMapper().valueToTree(value),
              expected.get(key),
              published.get("tolerance").asDouble());
        });
  }

  private static void assertAlike(
      String what, JsonNode found, JsonNode expected, double tolerance) {
    if (expected.isArray()) {
      assertThat(found).as("%s: %s", what, found).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertAlike(what, found.get(i), expected.get(i), tolerance);
      }
    } else if (expected.isNumber()) {
      assertThat(found.asDouble()).as(what).isCloseTo(expected.asDouble(), within(tolerance));
    } else {
      assertThat(found).as(what).isEqualTo(expected);
    }
  }

  /** By the notes of three cases. */
  @Test
  void theOtherVariantsTellTheChangeAtAnotherValue() {
    assertFirstDrift("seq-fr-doc-adwin", detector("adwin"), 1_023);
    assertFirstDrift("seq-fr-doc-adwin", detector("adwin_reset"), 1_023);
    assertFirstDrift("seq-fr-doc-ph", detector("page_hinkley_up"), 1_086);
    assertFirstDrift(
        "seq-fr-doc-stepd",
        detector("stepd_two_sided", x -> 1 - x, "drift_p", 0.001, "warning_p", 0.005),
        1_028);
  }

  private static void assertFirstDrift(String id, Check detector, int place) {
    assertThat((Object) detector.apply(published(id)).get("first_drift")).isEqualTo(place);
  }

  @Test
  void everyCaseIsCheckedOrListed() {
    Set<String> known = new TreeSet<>(CHECKS.keySet());
    assertThat(known).doesNotContainAnyElementsOf(ELSEWHERE.keySet());
    known.addAll(ELSEWHERE.keySet());
    assertThat(StreamSupport.stream(cases().spliterator(), false).map(c -> c.get("id").asText()))
        .hasSize(107)
        .containsExactlyInAnyOrderElementsOf(known);
  }

  /** A statistic of windows, by its value and, where a second key is given, its p-value. */
  private static Check window(String name, String... keys) {
    return window(name, x -> x, keys);
  }

  private static Check window(String name, DoubleUnaryOperator change, String... keys) {
    return published -> {
      Samples samples = samples(published);
      Statistic statistic = Statistics.get(name);
      Map<String, Double> values = new HashMap<>();
      values.put(
          keys[0],
          change.applyAsDouble(
              statistic.value(samples.reference(), samples.window()).orElseThrow()));
      if (keys.length > 1) {
        values.put(keys[1], statistic.pValue(samples.reference(), samples.window()).orElseThrow());
      }
      return values;
    };
  }

  private static Check numbers(String name, String... keys) {
    return numbers(name, keys[0], x -> x, keys.length > 1 ? keys[1] : null);
  }

  private static Check numbers(
      String name, String key, DoubleUnaryOperator changeP, String keyOfP) {
    return published ->
        values(
            test(SampleTests.ofNumbers(), name)
                .compare(numbers(published, true), numbers(published, false)),
            key,
            keyOfP,
            changeP);
  }

  private static Check counts(String name, String keyOfP) {
    return published -> {
      Samples samples = samples(published);
      return values(
          test(SampleTests.ofCounts(), name)
              .compare(buckets(samples.reference()), buckets(samples.window())),
          null,
          keyOfP,
          x -> x);
    };
  }

  private static Map<String, Double> values(
      SampleTest.Result result, String key, String keyOfP, DoubleUnaryOperator changeP) {
    Map<String, Double> values = new HashMap<>();
    if (key != null) {
      values.put(key, result.statistic());
    }
    if (keyOfP != null) {
      values.put(keyOfP, changeP.applyAsDouble(result.pValue().orElseThrow()));
    }
    return values;
  }

  private static <S> SampleTest<S> test(List<SampleTest<S>> tests, String name) {
    return tests.stream().filter(test -> test.name().equals(name)).findFirst().orElseThrow();
  }

  private static Map<String, ?> mmd(JsonNode published) {
    return Map.of(
        "value",
        SampleTests.mmdRbf(published.at("/params/sigma").asDouble())
            .compare(rows(published.at("/inputs/ref")), rows(published.at("/inputs/cur")))
            .statistic());
  }

  /** With the bins that another case has. */
  private static Check likeBinsOf(String id, Check check) {
    return published -> check.apply(published(id));
  }

  /** With so many equally wide bins over both samples. */
  private static Check binned(int bins, Check check) {
    return published -> {
      double[] reference = numbers(published, true);
      double[] window = numbers(published, false);
      double[] both =
          DoubleStream.concat(Arrays.stream(reference), Arrays.stream(window)).sorted().toArray();
      return check.apply(inBins(reference, window, both[0], both[both.length - 1], bins));
    };
  }

  /** With Doane's number of equally wide bins over the reference, and one for what lies outside. */
  private static Check doane(Check check) {
    return published -> {
      double[] reference = numbers(published, true);
      double n = reference.length;
      double mean = Arrays.stream(reference).average().orElseThrow();
      double deviation =
          Math.sqrt(Arrays.stream(reference).map(x -> (x - mean) * (x - mean)).sum() / n);
      double skew =
          Arrays.stream(reference).map(x -> Math.pow((x - mean) / deviation, 3)).sum() / n;
      double unit = Math.sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
      double bins = 1 + (Math.log(n) + Math.log(1 + Math.abs(skew) / unit)) / Math.log(2);
      double[] sorted = Arrays.stream(reference).sorted().toArray();
      return check.apply(
          inBins(
              reference,
              numbers(published, false),
              sorted[0],
              sorted[sorted.length - 1],
              (int) Math.ceil(bins)));
    };
  }

  /** A case of counts; the last bin is closed above, the one behind it is for all outside. */
  private static JsonNode inBins(
      double[] reference, double[] window, double least, double greatest, int bins) {
    return new ObjectMapper()
        .valueToTree(
            Map.of(
                "inputs",
                Map.of(
                    "ref_counts",
                    inBins(reference, least, greatest, bins),
                    "cur_counts",
                    inBins(window, least, greatest, bins))));
  }

  private static long[] inBins(double[] numbers, double least, double greatest, int bins) {
    long[] counts = new long[bins + 1];
    for (double number : numbers) {
      int bin = (int) Math.floor((number - least) / (greatest - least) * bins);
      counts[number == greatest ? bins - 1 : number < least || bin >= bins ? bins : bin]++;
    }
    return counts;
  }

  private static Check detector(String name, Object... parameters) {
    return detector(name, x -> x, parameters);
  }

  /** Places of warnings and drifts, from 0, under every key that a case can have. */
  private static Check detector(String name, DoubleUnaryOperator change, Object... parameters) {
    Map<String, Double> given = new HashMap<>();
    for (int i = 0; i < parameters.length; i += 2) {
      given.put((String) parameters[i], ((Number) parameters[i + 1]).doubleValue());
    }
    return published -> {
      DetectorKind kind = SequentialDetectors.get(name);
      SequentialDetector detector = kind.create(given);
      List<Integer> warnings = new ArrayList<>();
      List<Integer> drifts = new ArrayList<>();
      double[] stream = stream(published);
      for (int i = 0; i < stream.length; i++) {
        switch (detector.add(change.applyAsDouble(stream[i]))) {
          case STABLE -> {}
          case WARNING -> warnings.add(i);
          case DRIFT -> drifts.add(i);
        }
        // as if the process had died after each value
        detector = SequentialDetectors.read(detector.toBytes());
      }
      assertThat(drifts).as("%s of case %s", name, published.get("id")).isNotEmpty();
      int first = drifts.get(0);
      Map<String, Object> values = new HashMap<>();
      values.put("drift", drifts);
      values.put("first_drift", first);
      values.put("warnings", warnings.stream().filter(i -> i < first).toList());
      values.put("first_warning", warnings.stream().findFirst().orElse(-1));
      values.put(
          "first_warning_after_drift",
          warnings.stream().filter(i -> i > first).findFirst().orElse(-1));
      values.keySet().removeIf(key -> !published.get("expected").has(key));
      return values;
    };
  }

  private static double[] stream(JsonNode published) {
    String generator = published.at("/inputs/generator").asText();
    if (generator.isEmpty()) {
      return numbers(published.get("inputs"));
    }
    assertThat(generator).isEqualTo("1000 x 0 (correct) then 1000 x 1 (error)");
    return IntStream.range(0, 2_000).mapToDouble(i -> i < 1_000 ? 0 : 1).toArray();
  }

  private static Map<String, ?> detectionScore(JsonNode published) {
    JsonNode given = published.get("params");
    boolean isRiver = given.has("alarms");
    DetectionScore score =
        DetectionScore.of(
            places(given.get(isRiver ? "alarms" : "preds")),
            places(given.get(isRiver ? "drifts" : "trues")),
            given.get(isRiver ? "delta_max" : "max_delay").asLong());
    Map<String, Object> values = new HashMap<>();
    values.put("false_alarms", score.falseAlarms());
    values.put("fn", score.missed());
    values.put("recall", score.recall());
    values.put("episode_recall", score.changeRecall());
    values.put("precision", score.precision());
    values.put("f1", score.f1());
    for (String key : List.of("detection_delay", "delay", "mdt")) {
      values.put(key, score.meanDelay());
    }
    values.put("ndt", score.normalizedDelay());
    values.put("mtfa", score.timeBetweenFalseAlarms());
    values.put("mtr", score.meanTimeRatio());
    values.put("false_alarm_rate_n1000", score.falseAlarmRate(1_000));
    values.put("missed_detection_rate", score.missed() / (double) score.delays().size());
    values.keySet().removeIf(key -> !published.get("expected").has(key));
    values.replaceAll(
        (key, value) -> value instanceof OptionalDouble maybe ? maybe.orElseThrow() : value);
    return values;
  }

  private static long[] places(JsonNode places) {
    return StreamSupport.stream(places.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  private static Map<String, ?> benjaminiHochberg(JsonNode published) {
    double[] adjusted =
        AdjustedPValues.benjaminiHochberg(numbers(published.at("/inputs/inline/p")));
    return Map.of(
        "adjusted",
        adjusted,
        "reject_count",
        rejections(adjusted, published.at("/params/q").asDouble()));
  }

  private static Map<String, ?> bonferroni(JsonNode published) {
    return Map.of(
        "reject_count",
        rejections(
            AdjustedPValues.bonferroni(numbers(published.at("/inputs/inline/p"))),
            published.at("/params/alpha").asDouble()));
  }

  private static long rejections(double[] adjusted, double level) {
    return Arrays.stream(adjusted).filter(p -> p <= level).count();
  }

  /**
   * Of 1,000 equal p-values all are rejected below the level, and none at it where less is asked.
   */
  private static Map<String, ?> equalPValues(JsonNode published) {
    boolean below = true;
    boolean at = false;
    for (double q : numbers(published.at("/params/q"))) {
      double[] pValues = new double[1_000];
      Arrays.fill(pValues, q - 1e-5);
      below &= Arrays.stream(AdjustedPValues.benjaminiHochberg(pValues)).allMatch(p -> p < q);
      Arrays.fill(pValues, q);
      at |= Arrays.stream(AdjustedPValues.benjaminiHochberg(pValues)).anyMatch(p -> p < q);
    }
    return Map.of("q_minus_eps", below, "q", at);
  }

  private static Map<String, ?> performance(JsonNode published) {
    JsonNode given = published.at("/inputs/inline");
    double[] scores = numbers(given.get(given.has("p") ? "p" : "score"));
    boolean[] labels = new boolean[scores.length];
    double logLoss = 0;
    double brier = 0;
    for (int i = 0; i < labels.length; i++) {
      labels[i] = given.get("y").get(i).asInt() == 1;
      logLoss += Losses.logLoss(scores[i], labels[i]) / labels.length;
      brier += Losses.brier(scores[i], labels[i]) / labels.length;
    }
    return Map.of(
        "value",
        switch (published.get("method").asText()) {
          case "ROC AUC" -> Auc.of(scores, labels);
          case "log loss" -> logLoss;
          default -> brier;
        });
  }

  /** Numbers, counts, counts by category or shares, in the case, in its files or its bins. */
  private static Samples samples(JsonNode published) {
    JsonNode inputs = inputs(published);
    JsonNode counts = inputs.has("ref_counts") ? inputs : published.path("expected");
    if (inputs.has("ref_share") || inputs.has("p") && inputs.has("q")) {
      return Samples.ofCounts(
          thousandths(inputs.get(inputs.has("p") ? "p" : "ref_share")),
          thousandths(inputs.get(inputs.has("q") ? "q" : "cur_share")));
    }
    JsonNode table = inputs.get("table_cur_b_a_then_ref_b_a");
    if (table != null) {
      return Samples.ofCounts(places(table.get(1)), places(table.get(0)));
    }
    if (counts.has("ref_counts")) {
      return byCategory(counts(counts.get("ref_counts")), counts(counts.get("cur_counts")));
    }
    if (inputs.get("ref").isArray()
        && (inputs.get("ref").get(0).isTextual()
            || published.get("method").asText().contains("proportion"))) {
      return byCategory(categories(inputs.get("ref")), categories(inputs.get("cur")));
    }
    double[] window = numbers(published, false);
    int last = published.at("/params/window").asInt(window.length);
    return Samples.exact(
        numbers(published, true), Arrays.copyOfRange(window, window.length - last, window.length));
  }

  private static Samples byCategory(Map<String, Long> reference, Map<String, Long> window) {
    Set<String> categories = new TreeSet<>(reference.keySet());
    categories.addAll(window.keySet());
    return Samples.ofCounts(counts(reference, categories), counts(window, categories));
  }

  private static JsonNode inputs(JsonNode published) {
    return published.at("/inputs").has("inline")
        ? published.at("/inputs/inline")
        : published.get("inputs");
  }

  /** One side of a case of numbers; of categories that are numbers, each as often as it counts. */
  private static double[] numbers(JsonNode published, boolean isReference) {
    JsonNode inputs = inputs(published);
    if (inputs.has("categories")) {
      JsonNode counts = inputs.get(isReference ? "ref_counts" : "cur_counts");
      return IntStream.range(0, counts.size())
          .boxed()
          .flatMapToDouble(
              i ->
                  DoubleStream.generate(() -> inputs.get("categories").get(i).asDouble())
                      .limit(counts.get(i).asLong()))
          .toArray();
    }
    return numbers(
        inputs.get(inputs.has("u") ? isReference ? "u" : "v" : isReference ? "ref" : "cur"));
  }

  private static long[] buckets(Sample sample) {
    return IntStream.range(0, sample.buckets()).mapToLong(sample::bucket).toArray();
  }

  private static JsonNode cases() {
    try {
      return new ObjectMapper().readTree(CASES.resolve("cases.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode published(String id) {
    return StreamSupport.stream(cases().spliterator(), false)
        .filter(published -> published.get("id").asText().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("cases.json has no case " + id));
  }

  private static double[] numbers(JsonNode source) {
    return source.isArray()
        ? StreamSupport.stream(source.spliterator(), false)
            .mapToDouble(JsonNode::asDouble)
            .toArray()
        : Arrays.stream(rows(source)).mapToDouble(row -> row[0]).toArray();
  }

  private static double[][] rows(JsonNode source) {
    try {
      return Files.readAllLines(CASES.resolve(source.get("file").asText())).stream()
          .skip(1)
          .limit(source.get("n").asLong())
          .map(line -> Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray())
          .toArray(double[][]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Long> categories(JsonNode values) {
    Map<String, Long> counts = new TreeMap<>();
    values.forEach(value -> counts.merge(value.asText(), 1L, Long::sum));
    return counts;
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
