package io.leat.models.registry;

import static io.leat.models.onnx.TestModels.SERVICE;
import static io.leat.models.onnx.TestModels.TYPES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.pipeline.definition.Model.Decision;
import io.leat.pipeline.definition.Model.Explain;
import io.leat.pipeline.definition.Model.Nulls;
import io.leat.pipeline.definition.Model.Output;
import io.leat.pipeline.expression.Expression;
import io.leat.schemas.ValueType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a version's manifest says, and that its digest names exactly that. */
class ManifestTest {
  private static final String SHA =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  @Test
  void theDigestIsTheSha256OfCanonicalJson() {
    Manifest manifest = manifest(new Nulls(Optional.of(-1.5), Map.of()));

    assertThat(manifest.json())
        .isEqualTo(
            "{\"files\":[{\"path\":\"model.onnx\",\"sha256\":\"%s\",\"size\":4}],\"format\":1,"
                    .formatted(SHA)
                + "\"intended_use\":\"review\",\"lineage\":{\"training_set\":\"77aa\"},\"owner\":\"risk\","
                + "\"serving\":{\"decisions\":[{\"condition\":\"score >= 0.5\",\"name\":\"review\"}],"
                + "\"definition\":\"d3f1\",\"features\":[{\"name\":\"event.amount\",\"type\":\"DOUBLE\"},"
                + "{\"name\":\"event.abroad\",\"type\":\"BOOLEAN\"},{\"name\":\"event.count\",\"type\":\"LONG\"}],"
                + "\"inputs\":{},\"nulls\":{\"by_feature\":{},\"default\":-1.5,\"texts\":{}},\"outputs\":[],"
                + "\"score\":{\"element\":\"1\",\"output\":\"probabilities\"},\"service\":\"fraud\","
                + "\"service_version\":3}}");
    assertThat(manifest.digest()).isEqualTo(Sha256.hex(manifest.json()));
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    Map<String, Optional<ValueType>> features = new LinkedHashMap<>(TYPES);
    features.put("event.any", Optional.empty());
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    inputs.put("z", List.of("event.count", "event.amount"));
    inputs.put("a", List.of("event.abroad"));
    Map<String, Output> outputs = new LinkedHashMap<>();
    outputs.put("label", new Output("label", Optional.empty()));
    outputs.put("all", new Output("probabilities", Optional.of("high")));
    Serving serving =
        new Serving(
            SERVICE.id(),
            "d3f1",
            features,
            inputs,
            new Nulls(
                Optional.of(Nulls.MISSING),
                Map.of("event.amount", 1e-7, "event.count", Nulls.MISSING),
                Map.of("event.any", "unknown")),
            new Output("probabilities", 1),
            outputs,
            List.of(new Decision("review", new Expression("score >= 0.5", "manifest", 1))),
            Optional.of(new Explain(5, Explain.When.SAMPLE, 0.01)));
    Manifest manifest =
        new Manifest(List.of(new PackagedFile("model.onnx", 4, SHA)), serving, "", "", Map.of());

    Manifest read = Manifest.parse(manifest.json());

    assertThat(read.json()).isEqualTo(manifest.json());
    assertThat(read.serving().features()).containsExactlyEntriesOf(features);
    assertThat(read.serving().nulls()).isEqualTo(serving.nulls());
    assertThat(read.serving().explain()).isEqualTo(serving.explain());
    assertThat(read.serving().outputs()).containsExactlyEntriesOf(outputs);
    assertThat(read.serving().decisions()).isEqualTo(serving.decisions());
    assertThat(read.serving().inputs()).isEqualTo(inputs);
  }

  @Test
  void whatScoresDependOnChangesTheDigest() {
    Manifest manifest = manifest(new Nulls(Optional.of(0.0), Map.of()));

    assertThat(manifest(new Nulls(Optional.of(Nulls.MISSING), Map.of())).digest())
        .isNotEqualTo(manifest.digest());
    assertThat(manifest(new Nulls(Optional.of(0.0), Map.of())).digest())
        .isEqualTo(manifest.digest());
  }

  @Test
  void aManifestOfALaterReleaseIsRefused() {
    assertThatThrownBy(() -> Manifest.parse("{\"format\":2}"))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("format 2; expected 1");
    assertThatThrownBy(() -> Manifest.parse("{\"format\":"))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("is no JSON");
    assertThatThrownBy(() -> Manifest.parse("{\"format\":1,\"serving\":{}}"))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("lacks");
  }

  private static Manifest manifest(Nulls nulls) {
    return new Manifest(
        List.of(new PackagedFile("model.onnx", 4, SHA)),
        new Serving(
            SERVICE.id(),
            "d3f1",
            TYPES,
            Map.of(),
            nulls,
            new Output("probabilities", 1),
            Map.of(),
            List.of(new Decision("review", new Expression("score >= 0.5", "model.yaml", 12))),
            Optional.empty()),
        "risk",
        "review",
        Map.of("training_set", "77aa"));
  }
}
