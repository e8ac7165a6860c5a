package io.leat.cli.backtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.cli.CommandRun;
import io.leat.models.onnx.Inference;
import io.leat.models.onnx.InferenceException;
import io.leat.models.onnx.OnnxModel;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.model.FeatureTypes;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.records.FeatureVector;
import io.leat.records.LogPosition;
import io.leat.records.ModelVersion;
import io.leat.records.Score;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingSet;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.FeatureVectorSchema;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.testing.SharedCluster;
import io.leat.testing.TestCluster;
import io.leat.testing.TopicWriter;
import io.leat.testing.soak.Soak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code leat backtest} on a real broker: two versions that disagree, a canary, labels that are
 * known, missing, late, contradicting and not yet due. Every figure is computed here again, from
 * its definition, pair by pair.
 */
@ExtendWith(SharedCluster.class)
class BacktestIT {
  private static final int VECTORS = 400;
  private static final int CUSTOMERS = 40;
  private static final int PARTITIONS = 2;
  private static final double CLOSE = 1e-9;
  private static final double NORMAL_975 = 1.959963984540054;
  private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");
  private static final Duration WITHIN = Duration.ofDays(7);

  private static final String PAYMENT =
      """
      {"type": "record", "name": "Payment", "namespace": "io.leat.tests", "fields": [
        {"name": "payment_id", "type": "long"},
        {"name": "paid_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "customer_id", "type": "string"},
        {"name": "country", "type": "string"},
        {"name": "amount", "type": "double"},
        {"name": "distance", "type": "double"}
      ]}
      """;

  private static final String OUTCOME =
      """
      {"type": "record", "name": "Outcome", "namespace": "io.leat.tests", "fields": [
        {"name": "outcome_id", "type": "long"},
        {"name": "known_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "payment_id", "type": "long"},
        {"name": "fraud", "type": ["null", "boolean"], "default": null}
      ]}
      """;

  private final Random random = new Random(Soak.seed());
  private final TestCluster cluster;
  private final List<Given> given = new ArrayList<>();
  private Path folder;
  private Path artifacts;

  /** A vector as the test knows it. */
  private static final class Given {
    private int id;
    private int customer;
    private String country = "";
    private List<Object> values = List.of();
    private double first;
    private double second;
    private boolean byCanary;
    private boolean isWritten;
    private boolean isOfAnotherDefinition;
    private Boolean label;
    private boolean isLabelOpen;

    double written() {
      return byCanary ? second : first;
    }

    boolean isCompared() {
      return isWritten && !isOfAnotherDefinition;
    }

    boolean isMeasured() {
      return isCompared() && label != null && !isLabelOpen;
    }
  }

  BacktestIT(TestCluster cluster) {
    this.cluster = cluster;
  }

  @Test
  void everyFigureIsWhatItsDefinitionSays() throws Exception {
    cluster.clear();
    prepare();
    Path page = cluster.newDirectory("page").resolve("report.html");

    JsonNode report =
        json(
            "--threshold=0.3",
            "--segment=country,event.amount",
            "--cost=review:false=1,none:true=10",
            "--html=" + page);

    List<Given> compared = given.stream().filter(Given::isCompared).toList();
    List<Given> measured = given.stream().filter(Given::isMeasured).toList();
    assertThat(report.get("vectors").asInt()).isEqualTo(VECTORS);
    assertThat(report.get("entities").asInt()).isEqualTo(CUSTOMERS);
    assertThat(report.get("share").asDouble()).isEqualTo(1);
    assertAgreement(report, compared);
    assertLabels(report.get("labels"));
    assertPerformance(report.get("performance"), measured);
    assertCost(
        report.get("cost"),
        measured,
        one -> cost(one.written() >= 0.5, one.label),
        one -> cost(one.second >= 0.5, one.label));
    assertThreshold(report.get("thresholds").get(0), compared, measured);
    assertSegments(report.get("segments"), compared);
    assertOffPolicy(report);
    assertThat(Files.readString(page))
        .contains("<svg", "Calibration, in ten bins", "fraud@2 (second)")
        .doesNotContain("<script", "http://", "https://", "src=");

    JsonNode other = json("--against=1");
    assertThat(other.get("baseline").asText()).isEqualTo("fraud@1 (first)");
    assertThat(other.get("agreement").get("both").asInt())
        .isEqualTo((int) given.stream().filter(one -> !one.isOfAnotherDefinition).count());
    assertThat(other.get("cost").isNull()).isTrue();
    JsonNode itself = json("--against=2");
    assertThat(itself.get("changed").asInt()).isZero();
    assertThat(itself.get("performance").get("auc").toString())
        .isEqualTo("{\"value\":0.0,\"low\":0.0,\"high\":0.0}");
    assertSample(json("--limit=100"));
    assertText();
  }

  private void prepare() throws Exception {
    folder = cluster.newDirectory("shop");
    artifacts = cluster.newDirectory("artifacts");
    write(
        "pipeline.yaml",
        "{ pipeline: shop, owner: tests, entities: { customer: { key: customer_id } } }");
    write("contracts/payments.avsc", PAYMENT);
    write("contracts/outcomes.avsc", OUTCOME);
    write(
        "contracts/payments.yaml",
        "{ event: payments, schema: payments.avsc, key: customer_id, event_id: payment_id, event_time: paid_at, topic: { partitions: 2 } }");
    write(
        "contracts/outcomes.yaml",
        "{ event: outcomes, schema: outcomes.avsc, key: payment_id, event_id: outcome_id, event_time: known_at, topic: { partitions: 2 } }");
    write(
        "services/fraud.yaml",
        "{ service: fraud, version: 1, spine: payments, features: [event.amount, event.distance], label: { field: fraud, from: outcomes, on: payment_id, within: 7d } }");
    FeatureService service = PipelineReader.read(folder).service("fraud").orElseThrow();
    write(
        "models/fraud/model.yaml",
        """
        model: fraud
        version: first
        service: fraud@1
        artifact: model.onnx
        nulls: { default: 0 }
        outputs: { score: "probabilities[1]" }
        decision: { review: score >= 0.5 }
        """);
    byte[] first = train(service, 1, 0.2);
    byte[] second = train(service, 0.4, 1);
    Files.write(folder.resolve("models/fraud/model.onnx"), first);
    Files.write(folder.resolve("second.onnx"), second);
    assertThat(run("apply", folder.toString()).code()).isZero();
    CommandRun published =
        run(
            "model",
            "publish",
            "fraud",
            "--file=" + folder.resolve("second.onnx"),
            "--label=second",
            "--pipeline=" + folder);
    assertThat(published.code()).as(published.out()).isZero();
    Pipeline pipeline = PipelineReader.read(folder);
    makeVectors(pipeline, first, second);
    writeTopics(service);
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), text);
  }

  private byte[] train(FeatureService service, double ofAmount, double ofDistance)
      throws Exception {
    TrainingSet.Builder set = TrainingSet.builder(service.featureNames());
    for (int i = 0; i < 500; i++) {
      double amount = random.nextGaussian();
      double distance = random.nextGaussian();
      double margin = 2 * (ofAmount * amount + ofDistance * distance) - 0.5;
      set.add(i, new double[] {amount, distance}, random.nextDouble() < logistic(margin));
    }
    return Trainer.train(set.build(), ModelMetadata.of(service)).onnx();
  }

  private static double logistic(double margin) {
    return 1 / (1 + Math.exp(-margin));
  }

  private void makeVectors(Pipeline pipeline, byte[] first, byte[] second)
      throws InferenceException {
    Model model = pipeline.model("fraud").orElseThrow();
    FeatureService service = pipeline.service("fraud").orElseThrow();
    try (OnnxModel one =
            OnnxModel.open(
                new ModelFile(Path.of("first"), first, ""),
                model,
                FeatureTypes.of(service, pipeline));
        OnnxModel other =
            OnnxModel.open(
                new ModelFile(Path.of("second"), second, ""),
                model,
                FeatureTypes.of(service, pipeline));
        Inference ofFirst = one.inference(1);
        Inference ofSecond = other.inference(1)) {
      for (int i = 0; i < VECTORS; i++) {
        Given made = new Given();
        made.id = i;
        made.customer = i % CUSTOMERS;
        made.country = List.of("BE", "FR", "NL").get(random.nextInt(3));
        double amount = random.nextInt(5) == 0 ? 0.25 : Math.rint(random.nextGaussian());
        double distance = random.nextGaussian();
        made.values = List.of(amount, distance);
        assertThat(ofFirst.add(made.values)).isEmpty();
        made.first = ofFirst.run().get(0).score();
        assertThat(ofSecond.add(made.values)).isEmpty();
        made.second = ofSecond.run().get(0).score();
        made.byCanary = made.customer < CUSTOMERS / 4;
        made.isWritten = i % 50 != 7;
        made.isOfAnotherDefinition = i % 80 == 3;
        made.label =
            i % 10 == 4 ? null : random.nextDouble() < logistic(amount + 2 * distance - 0.5);
        made.isLabelOpen = i >= VECTORS - 20;
        given.add(made);
      }
    }
  }

  private static Instant paidAt(Given one) {
    return BEGIN.plus(Duration.ofMinutes(one.id));
  }

  private void writeTopics(FeatureService service) {
    RegistryClient registry = cluster.newRegistryClient();
    AvroCodec codec = new AvroCodec(registry);
    RegistryView models =
        RegistryView.read(Map.of("bootstrap.servers", cluster.bootstrapServers()), codec)
            .orElseThrow();
    String features = Topics.features("fraud");
    int schema =
        registry.register(
            Topics.valueSubject(features), FeatureVectorSchema.of(service.featureNames()));
    long[] offsets = new long[PARTITIONS];
    try (TopicWriter writer = cluster.newWriter()) {
      for (Given one : given) {
        String key = "c" + one.customer;
        writer.send(Topics.valid("payments"), key, payment(one));
        int partition = one.customer % PARTITIONS;
        LogPosition position = new LogPosition(features, partition, offsets[partition]++);
        FeatureVector vector = vector(one, service);
        writer.send(
            new ProducerRecord<>(
                features, partition, key.getBytes(UTF_8), codec.encode(schema, vector)));
        if (one.isWritten) {
          ModelVersion by = models.version("fraud", one.byCanary ? 2 : 1).orElseThrow();
          writer.sendRecord(Topics.scores("fraud"), key, score(one, vector, position, by));
        }
        writeOutcomes(writer, one);
      }
    }
  }

  private static GenericRecord payment(Given one) {
    GenericRecord payment = new GenericData.Record(new Schema.Parser().parse(PAYMENT));
    payment.put("payment_id", (long) one.id);
    payment.put("paid_at", paidAt(one).toEpochMilli());
    payment.put("customer_id", "c" + one.customer);
    payment.put("country", one.country);
    payment.put("amount", one.values.get(0));
    payment.put("distance", one.values.get(1));
    return payment;
  }

  private static FeatureVector vector(Given one, FeatureService service) {
    return FeatureVector.newBuilder()
        .setService(service.name())
        .setServiceVersion(service.version())
        .setDefinition(one.isOfAnotherDefinition ? "another" : service.definition())
        .setEventId("" + one.id)
        .setEventTime(paidAt(one))
        .setKeys(Map.of("customer", "c" + one.customer))
        .setValues(new ArrayList<>(one.values))
        .setSource(new LogPosition("payments", 0, (long) one.id))
        .build();
  }

  private static Score score(
      Given one, FeatureVector vector, LogPosition position, ModelVersion by) {
    return Score.newBuilder()
        .setModel("fraud")
        .setModelVersion(by.getLabel())
        .setEventId(vector.getEventId())
        .setEventTime(vector.getEventTime())
        .setScore(one.written())
        .setDecision(one.written() >= 0.5 ? "review" : null)
        .setService(vector.getService())
        .setServiceVersion(vector.getServiceVersion())
        .setDefinition(vector.getDefinition())
        .setVector(position)
        .setSource(vector.getSource())
        .setModelDigest(by.getDigest())
        .setModelNumber(by.getNumber())
        .setRole(one.byCanary ? "CANARY" : "CHAMPION")
        .setRollout(7L)
        .setPropensity(one.byCanary ? 0.25 : 0.75)
        .build();
  }

  /**
   * The label on the last day; before it where i % 7 is 0 the opposite, behind its end where there
   * is none a late one. The newest outcome ends the wait of all but the open ones.
   */
  private void writeOutcomes(TopicWriter writer, Given one) {
    Instant end = paidAt(one).plus(WITHIN);
    if (one.label == null) {
      if (one.id < VECTORS / 2) {
        outcome(writer, one, 3, end.plusMillis(1), true);
      }
      return;
    }
    outcome(writer, one, 2, one.isLabelOpen ? paidAt(one).plusMillis(1) : end, one.label);
    if (one.id % 7 == 0) {
      outcome(writer, one, 1, paidAt(one), !one.label);
    }
  }

  private static void outcome(
      TopicWriter writer, Given one, int number, Instant time, boolean fraud) {
    GenericRecord outcome = new GenericData.Record(new Schema.Parser().parse(OUTCOME));
    outcome.put("outcome_id", 10L * one.id + number);
    outcome.put("known_at", time.toEpochMilli());
    outcome.put("payment_id", (long) one.id);
    outcome.put("fraud", fraud);
    writer.send(Topics.valid("outcomes"), "" + one.id, outcome);
  }

  private static void assertAgreement(JsonNode report, List<Given> compared) {
    JsonNode agreement = report.get("agreement");
    assertThat(agreement.get("both").asInt()).isEqualTo(compared.size());
    assertThat(agreement.get("same").asLong())
        .isEqualTo(compared.stream().filter(one -> one.written() == one.second).count())
        .isPositive();
    assertThat(agreement.get("close").asLong())
        .isEqualTo(
            compared.stream().filter(one -> Math.abs(one.written() - one.second) <= 1e-6).count());
    assertThat(agreement.get("largest").asDouble())
        .isEqualTo(
            compared.stream()
                .mapToDouble(one -> Math.abs(one.written() - one.second))
                .max()
                .orElseThrow());
    List<Given> changed =
        compared.stream().filter(one -> one.written() >= 0.5 != one.second >= 0.5).toList();
    assertThat(report.get("changed").asInt()).isEqualTo(changed.size()).isGreaterThan(10);
    assertThat(report.get("examples")).hasSize(10);
    for (JsonNode example : report.get("examples")) {
      Given one =
          changed.stream()
              .filter(some -> example.get("eventId").asText().equals("" + some.id))
              .findFirst()
              .orElseThrow();
      assertThat(example.get("baselineScore").asDouble()).isEqualTo(one.written());
      assertThat(example.get("candidateScore").asDouble()).isEqualTo(one.second);
      assertThat(example.get("baseline").asText())
          .isEqualTo(one.written() >= 0.5 ? "review" : "none");
    }
    Map<String, Long> matrix = new HashMap<>();
    report
        .get("decisions")
        .forEach(
            one ->
                matrix.put(
                    one.get("baseline").asText() + " " + one.get("candidate").asText(),
                    one.get("vectors").asLong()));
    assertThat(matrix.get("none review"))
        .isEqualTo(changed.stream().filter(one -> one.second >= 0.5).count());
    assertThat(matrix.get("review none"))
        .isEqualTo(changed.stream().filter(one -> one.second < 0.5).count());
    assertThat(report.get("unscored").get("OTHER_DEFINITION").asInt()).isEqualTo(5);
  }

  private void assertLabels(JsonNode labels) {
    List<Given> known =
        given.stream().filter(one -> one.label != null && !one.isLabelOpen).toList();
    assertThat(labels.get("labelled").asInt()).isEqualTo(known.size());
    assertThat(labels.get("positives").asLong())
        .isEqualTo(known.stream().filter(one -> one.label).count());
    assertThat(labels.get("open").asInt()).isEqualTo(20);
    assertThat(labels.get("missing").asLong())
        .isEqualTo(given.stream().filter(one -> one.label == null && !one.isLabelOpen).count());
    assertThat(labels.get("late").asLong())
        .isEqualTo(given.stream().filter(one -> one.label == null && one.id < VECTORS / 2).count());
    assertThat(labels.get("contradicting").asLong())
        .isEqualTo(given.stream().filter(one -> one.label != null && one.id % 7 == 0).count());
    assertThat(labels.get("withoutEvent").asInt()).isZero();
  }

  private static void assertPerformance(JsonNode pair, List<Given> rows) {
    assertThat(pair.get("baseline").get("rows").asInt()).isEqualTo(rows.size());
    assertModel(pair.get("baseline"), rows, Given::written);
    assertModel(pair.get("candidate"), rows, one -> one.second);
    double[] ofTrue = areaDifferences(rows, true);
    double[] ofFalse = areaDifferences(rows, false);
    assertEstimate(pair.get("auc"), mean(ofTrue), errorOfArea(rows, ofTrue, ofFalse));
    assertMean(
        pair.get("logLoss"), rows, one -> logLoss(one.second, one) - logLoss(one.written(), one));
    assertMean(
        pair.get("brier"), rows, one -> square(one.second, one) - square(one.written(), one));
  }

  private static void assertModel(JsonNode found, List<Given> rows, ToDoubleFunction<Given> score) {
    double[] ofTrue = placements(rows, score, true);
    double[] ofFalse = placements(rows, score, false);
    assertEstimate(found.get("auc"), mean(ofTrue), errorOfArea(rows, ofTrue, ofFalse));
    JsonNode of = found.get("probabilities");
    assertMean(of.get("logLoss"), rows, one -> logLoss(score.applyAsDouble(one), one));
    assertMean(of.get("brier"), rows, one -> square(score.applyAsDouble(one), one));
    assertCalibration(of.get("calibration"), rows, score);
  }

  /**
   * The line's fit has no slope left; the bins are the rows in order, those of one score together.
   */
  private static void assertCalibration(
      JsonNode found, List<Given> rows, ToDoubleFunction<Given> score) {
    double ofConstant = 0;
    double ofLogit = 0;
    for (Given one : rows) {
      double logit = Math.log(score.applyAsDouble(one) / (1 - score.applyAsDouble(one)));
      double fitted =
          logistic(found.get("intercept").asDouble() + found.get("slope").asDouble() * logit);
      ofConstant += (one.label ? 1 : 0) - fitted;
      ofLogit += ((one.label ? 1 : 0) - fitted) * logit;
    }
    assertThat(ofConstant).isCloseTo(0, within(1e-6));
    assertThat(ofLogit).isCloseTo(0, within(1e-6));
    List<Given> order = new ArrayList<>(rows);
    order.sort(Comparator.comparingDouble(score));
    double error = 0;
    for (int bin = 0; bin < 10; bin++) {
      int number = bin;
      List<Given> inIt =
          order.stream()
              .filter(
                  one -> {
                    double middle =
                        IntStream.range(0, order.size())
                            .filter(
                                i -> score.applyAsDouble(order.get(i)) == score.applyAsDouble(one))
                            .mapToDouble(i -> i + 0.5)
                            .average()
                            .orElseThrow();
                    return (int) (10 * middle / order.size() + CLOSE) == number;
                  })
              .toList();
      error +=
          Math.abs(
                  inIt.stream()
                      .mapToDouble(one -> score.applyAsDouble(one) - (one.label ? 1 : 0))
                      .sum())
              / rows.size();
    }
    assertThat(found.get("error").asDouble()).isCloseTo(error, within(CLOSE));
  }

  /** By each entity's rows of either label, which hang together (Obuchowski 1997). */
  private static double errorOfArea(List<Given> rows, double[] ofTrue, double[] ofFalse) {
    Map<Integer, Double> trueRows = sumsOf(rows, true, ofTrue);
    Map<Integer, Double> falseRows = sumsOf(rows, false, ofFalse);
    Set<Integer> entities = new HashSet<>(trueRows.keySet());
    entities.addAll(falseRows.keySet());
    double together =
        entities.stream()
            .mapToDouble(one -> trueRows.getOrDefault(one, 0.0) * falseRows.getOrDefault(one, 0.0))
            .sum();
    return Math.sqrt(
        squares(trueRows) / Math.pow(ofTrue.length, 2)
            + squares(falseRows) / Math.pow(ofFalse.length, 2)
            + 2
                * together
                * entities.size()
                / (entities.size() - 1)
                / ofTrue.length
                / ofFalse.length);
  }

  private static double squares(Map<Integer, Double> sums) {
    double squares = sums.values().stream().mapToDouble(sum -> sum * sum).sum();
    return squares * sums.size() / (sums.size() - 1);
  }

  private static Map<Integer, Double> sumsOf(List<Given> rows, boolean label, double[] placements) {
    List<Given> wanted = rows.stream().filter(one -> one.label == label).toList();
    Map<Integer, Double> sums = new HashMap<>();
    for (int i = 0; i < placements.length; i++) {
      sums.merge(wanted.get(i).customer, placements[i] - mean(placements), Double::sum);
    }
    return sums;
  }

  private static double[] areaDifferences(List<Given> rows, boolean label) {
    double[] before = placements(rows, Given::written, label);
    double[] after = placements(rows, one -> one.second, label);
    return IntStream.range(0, before.length).mapToDouble(i -> after[i] - before[i]).toArray();
  }

  private static double[] placements(
      List<Given> rows, ToDoubleFunction<Given> score, boolean label) {
    return rows.stream()
        .filter(one -> one.label == label)
        .mapToDouble(
            one ->
                rows.stream()
                    .filter(other -> other.label != label)
                    .mapToDouble(
                        other -> {
                          int order =
                              Double.compare(score.applyAsDouble(one), score.applyAsDouble(other));
                          return (label ? order : -order) > 0 ? 1 : order == 0 ? 0.5 : 0;
                        })
                    .average()
                    .orElseThrow())
        .toArray();
  }

  private static double logLoss(double score, Given one) {
    return -Math.log(one.label ? score : 1 - score);
  }

  private static double square(double score, Given one) {
    return Math.pow(score - (one.label ? 1 : 0), 2);
  }

  private static double cost(boolean review, boolean label) {
    return review ? (label ? 0 : 1) : label ? 10 : 0;
  }

  private static void assertCost(
      JsonNode found,
      List<Given> rows,
      ToDoubleFunction<Given> baseline,
      ToDoubleFunction<Given> candidate) {
    assertMean(found.get("baseline"), rows, baseline);
    assertMean(found.get("candidate"), rows, candidate);
    assertMean(
        found.get("difference"),
        rows,
        one -> candidate.applyAsDouble(one) - baseline.applyAsDouble(one));
  }

  private static void assertThreshold(JsonNode found, List<Given> compared, List<Given> measured) {
    assertThat(found.get("threshold").asDouble()).isEqualTo(0.3);
    assertThat(found.get("changed").asLong())
        .isEqualTo(
            compared.stream().filter(one -> one.written() >= 0.3 != one.second >= 0.3).count());
    JsonNode yes = found.get("candidate");
    assertThat(yes.get("yes").asLong())
        .isEqualTo(compared.stream().filter(one -> one.second >= 0.3).count());
    assertThat(yes.get("truePositives").asLong())
        .isEqualTo(measured.stream().filter(one -> one.second >= 0.3 && one.label).count());
    assertThat(yes.get("falsePositives").asLong())
        .isEqualTo(measured.stream().filter(one -> one.second >= 0.3 && !one.label).count());
    assertThat(yes.get("falseNegatives").asLong())
        .isEqualTo(measured.stream().filter(one -> one.second < 0.3 && one.label).count());
    assertThat(yes.get("trueNegatives").asLong())
        .isEqualTo(measured.stream().filter(one -> one.second < 0.3 && !one.label).count());
    assertCost(
        found.get("cost"),
        measured,
        one -> cost(one.written() >= 0.3, one.label),
        one -> cost(one.second >= 0.3, one.label));
  }

  private static void assertSegments(JsonNode segments, List<Given> compared) {
    int checked = 0;
    for (JsonNode segment : segments) {
      if (segment.get("field").asText().equals("country")) {
        List<Given> inIt =
            compared.stream()
                .filter(one -> one.country.equals(segment.get("value").asText()))
                .toList();
        assertThat(segment.get("vectors").asInt()).isEqualTo(inIt.size()).isPositive();
        assertPerformance(
            segment.get("performance"), inIt.stream().filter(Given::isMeasured).toList());
        checked++;
      } else {
        assertThat(segment.get("vectors").asLong())
            .isEqualTo(
                compared.stream()
                    .filter(
                        one -> one.values.get(0).toString().equals(segment.get("value").asText()))
                    .count());
      }
    }
    assertThat(checked).isEqualTo(3);
  }

  /** All that are labelled and have a score that was written. */
  private void assertOffPolicy(JsonNode report) {
    List<Given> told =
        given.stream()
            .filter(one -> one.isWritten && one.label != null && !one.isLabelOpen)
            .toList();
    JsonNode found = report.get("offPolicy");
    double weights = told.stream().filter(one -> one.byCanary).count() * 4;
    double reward = told.stream().filter(one -> one.byCanary && one.label).count() * 4;
    assertThat(found.get("rows").asInt()).isEqualTo(told.size());
    assertMean(found.get("logged"), told, one -> one.label ? 1 : 0);
    assertMean(found.get("ips"), told, one -> one.byCanary && one.label ? 4 : 0);
    assertThat(found.get("selfNormalised").get("value").asDouble())
        .isCloseTo(reward / weights, within(CLOSE));
    assertThat(found.get("selfNormalised").get("low").asDouble())
        .isCloseTo(
            reward / weights
                - NORMAL_975
                    * errorOfSum(
                        told,
                        one -> one.byCanary ? 4 * ((one.label ? 1 : 0) - reward / weights) : 0)
                    / weights,
            within(CLOSE));
    assertThat(found.get("effectiveRows").asDouble()).isCloseTo(weights / 4, within(CLOSE));
    assertThat(report.get("offPolicySays").asText()).contains("if the candidate decided alone");
  }

  private void assertSample(JsonNode report) {
    assertThat(report.get("share").asDouble()).isEqualTo(0.25);
    int entities = report.get("entities").asInt();
    assertThat(entities).isBetween(1, CUSTOMERS - 1);
    assertThat(report.get("vectors").asInt()).isEqualTo(entities * VECTORS / CUSTOMERS);
  }

  private void assertText() {
    CommandRun text = run(arguments());
    assertThat(text.code()).as(text.out()).isZero();
    assertThat(text.out())
        .contains("fraud@2 (second) against what was written")
        .contains("400 vectors of 40 entities")
        .contains("The candidate has no score for 5: OTHER_DEFINITION.")
        .contains("20 may still come")
        .contains("self-normalised");
    assertThat(run(arguments("--segment=colour")).out()).contains("--segment colour is no feature");
    assertThat(run(arguments("--cost=stop:true=1")).out()).contains("--cost stop:true=1.0 is none");
  }

  private static void assertMean(JsonNode found, List<Given> rows, ToDoubleFunction<Given> figure) {
    double mean = rows.stream().mapToDouble(figure).average().orElseThrow();
    assertEstimate(
        found, mean, errorOfSum(rows, one -> figure.applyAsDouble(one) - mean) / rows.size());
  }

  private static double errorOfSum(List<Given> rows, ToDoubleFunction<Given> deviation) {
    Map<Integer, Double> sums = new HashMap<>();
    rows.forEach(one -> sums.merge(one.customer, deviation.applyAsDouble(one), Double::sum));
    double clusters = sums.size();
    return Math.sqrt(
        sums.values().stream().mapToDouble(sum -> sum * sum).sum() * clusters / (clusters - 1));
  }

  private static void assertEstimate(JsonNode found, double value, double error) {
    assertThat(found.get("value").asDouble()).isCloseTo(value, within(CLOSE));
    assertThat(found.get("low").asDouble()).isCloseTo(value - NORMAL_975 * error, within(CLOSE));
    assertThat(found.get("high").asDouble()).isCloseTo(value + NORMAL_975 * error, within(CLOSE));
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private JsonNode json(String... more) throws IOException {
    List<String> all = new ArrayList<>(List.of(more));
    all.add("--json");
    CommandRun run = run(arguments(all.toArray(String[]::new)));
    assertThat(run.code()).as(run.out()).isZero();
    return new ObjectMapper().readTree(run.out());
  }

  private String[] arguments(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("backtest", "--model=fraud", "--version=2", "--pipeline=" + folder));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private CommandRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--bootstrap-servers=" + cluster.bootstrapServers());
    all.add("--registry-url=" + cluster.registryUrl());
    all.add("--artifacts=" + artifacts);
    return CommandRun.of(all.toArray(String[]::new));
  }
}
