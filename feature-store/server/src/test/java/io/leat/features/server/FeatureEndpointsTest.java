package io.leat.features.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import io.leat.features.server.FeatureEndpoints.Ask;
import io.leat.features.server.FeatureEndpoints.Said;
import io.leat.features.server.FeatureEndpoints.Wire;
import io.leat.features.server.feast.RepeatedValue;
import io.leat.features.server.feast.Value;
import io.leat.runtime.access.Access;
import io.leat.runtime.access.ApiKeys;
import io.leat.testing.SelfSigned;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The endpoints over real sockets, by each protocol that they speak. */
class FeatureEndpointsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Limits LIMITS =
      new Limits(1_000, 2, 3, 1, LONG, Duration.ZERO); // 2 rows, 3 values, 1 at once

  /** SHA-256 of "secret" (sha256sum). */
  private static final String SECRET =
      "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

  private static final Ask TOTALS = Ask.of(List.of("alice", "nobody"), "spending:total_1h");

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Wire.class)
  void answersAtTheTimeAskedForAndTellsItsLag(Wire wire) {
    try (FeatureEndpoints endpoints = FeatureEndpoints.open(folder, Limits.DEFAULT, Access.LOCAL)) {
      Said said = endpoints.say(wire, TOTALS);

      assertThat(said.status()).isEqualTo(wire.pick(200, 0));
      assertThat(said.values()).containsExactly("15.0", "null");
      assertThat(said.statuses()).containsExactly("PRESENT", "NOT_FOUND");
      assertThat(said.response().headers().get(FeatureServer.LAG_RECORDS)).isEqualTo("3");
      assertThat(said.response().headers().get(FeatureServer.LAG_MILLIS)).isEqualTo("40");
    }
  }

  @Test
  void keysOfKindsThatFeastAddedAreReadOrRefusedAndNeverTakenForNull() {
    List<String> total = List.of("spending:total_1h");
    try (FeatureEndpoints endpoints = FeatureEndpoints.open(folder, Limits.DEFAULT, Access.LOCAL)) {
      Value uuid = Value.newBuilder().setUuidVal("alice").build();
      assertThat(endpoints.sayKeys(keys(uuid), total).values()).containsExactly("15.0");

      for (Value noKey :
          List.of(
              withField(12, "a list of texts"), // string_list_val
              withField(32, "{}"), // json_val
              withField(99, "of a release to come"),
              Value.newBuilder().setBytesVal(ByteString.copyFromUtf8("alice")).build())) {
        Said said = endpoints.sayKeys(keys(noKey), total);

        assertThat(said.status()).isEqualTo(3); // INVALID_ARGUMENT
        assertThat(said.message()).startsWith("entities.customer_id holds ");
      }
    }
  }

  private static RepeatedValue keys(Value value) {
    return RepeatedValue.newBuilder().addVal(value).build();
  }

  private static Value withField(int number, String content) {
    return Value.newBuilder()
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(
                    number,
                    UnknownFieldSet.Field.newBuilder()
                        .addLengthDelimited(ByteString.copyFromUtf8(content))
                        .build())
                .build())
        .build();
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void whatIsNotThereIsNamed(Wire wire) {
    try (FeatureEndpoints endpoints = FeatureEndpoints.open(folder, Limits.DEFAULT, Access.LOCAL)) {
      Said said = endpoints.say(wire, Ask.of(List.of("alice"), "nothing:total_1h"));

      assertThat(said.status()).isEqualTo(wire.pick(404, 5));
      assertThat(said.message()).contains("There is no feature view nothing;");
    }
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void aKeyReadsOnlyWithTheRoleForIt(Wire wire) throws Exception {
    Path keys = Files.writeString(folder.resolve("keys"), "till:" + SECRET + ":write-events\n");
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
    Access access = new Access(Optional.of(ApiKeys.read(keys)), Optional.empty(), false);
    try (FeatureEndpoints endpoints =
        FeatureEndpoints.open(folder.resolve("state"), Limits.DEFAULT, access)) {
      assertThat(endpoints.say(wire, TOTALS.with("x-api-key", "secret")))
          .satisfies(said -> assertThat(said.status()).isEqualTo(wire.pick(403, 7)))
          .satisfies(
              said ->
                  assertThat(said.message())
                      .contains("the API key of till has the roles write-events"));
    }
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void withApiKeysTheirOwnersAloneComeIn(Wire wire) throws Exception {
    Path keys = Files.writeString(folder.resolve("keys"), "till:" + SECRET + "\n");
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
    Access access = new Access(Optional.of(ApiKeys.read(keys)), Optional.empty(), false);
    try (FeatureEndpoints endpoints =
        FeatureEndpoints.open(folder.resolve("state"), Limits.DEFAULT, access)) {
      assertThat(endpoints.say(wire, TOTALS).status()).isEqualTo(wire.pick(401, 16));
      assertThat(endpoints.say(wire, TOTALS.with("x-api-key", "wrong")).status())
          .isEqualTo(wire.pick(403, 7));
      assertThat(endpoints.say(wire, TOTALS.with("x-api-key", "secret")).status())
          .isEqualTo(wire.pick(200, 0));
      assertThat(endpoints.say(wire, TOTALS.with("authorization", "Bearer secret")).values())
          .containsExactly("15.0", "null");
      assertThat(endpoints.get("/health/live").status().code()).isEqualTo(200);
      for (String described : List.of("/metrics", "/openapi.json", "/docs")) {
        assertThat(endpoints.get(described).status().code()).isEqualTo(401);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void withACertificateItSpeaksTlsAlone(Wire wire) throws Exception {
    SelfSigned tls = SelfSigned.make(folder);
    Access access =
        new Access(
            Optional.empty(), Optional.of(new Access.Tls(tls.certificate(), tls.key())), false);
    try (FeatureEndpoints endpoints =
        FeatureEndpoints.open(folder.resolve("state"), Limits.DEFAULT, access)) {
      assertThat(endpoints.say(wire, TOTALS).values()).containsExactly("15.0", "null");
      assertThatThrownBy(() -> endpoints.inClear().say(wire, TOTALS))
          .hasStackTraceContaining("ClosedSession");
    }
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void refusesWhatIsBeyondItsLimits(Wire wire) {
    try (FeatureEndpoints endpoints = FeatureEndpoints.open(folder, LIMITS, Access.LOCAL)) {
      assertThat(endpoints.say(wire, Ask.of(List.of("a", "b", "c"), "spending:total_1h")))
          .satisfies(said -> assertThat(said.status()).isEqualTo(wire.pick(413, 3)))
          .satisfies(said -> assertThat(said.message()).contains("3 rows; at most 2"));
      assertThat(
              endpoints.say(
                  wire, Ask.of(List.of("a", "b"), "spending:total_1h", "spending:payments_1h")))
          .satisfies(said -> assertThat(said.status()).isEqualTo(wire.pick(413, 3)))
          .satisfies(said -> assertThat(said.message()).contains("at most 3 values"));
      assertThat(
              endpoints.say(wire, Ask.of(List.of("a".repeat(1_001)), "spending:total_1h")).status())
          .isEqualTo(wire.pick(413, 3));
    }
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void refusesARequestMoreThanItReadsAtOnce(Wire wire) throws Exception {
    try (FeatureEndpoints endpoints = FeatureEndpoints.open(folder, LIMITS, Access.LOCAL)) {
      assertThat(endpoints.gate().close(LONG)).isTrue(); // as if one were being read

      Said said = endpoints.say(wire, TOTALS);

      assertThat(said.status()).isEqualTo(wire.pick(429, 8));
      assertThat(said.message()).contains("come again later");
      if (wire != Wire.GRPC) {
        assertThat(said.response().headers().get(HttpHeaderNames.RETRY_AFTER)).isEqualTo("1");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void givesUpARequestThatDoesNotComeWhole(Wire wire) {
    Limits hasty = new Limits(1_000, 2, 3, 1, Duration.ofMillis(200), Duration.ZERO);
    try (FeatureEndpoints endpoints = FeatureEndpoints.open(folder, hasty, Access.LOCAL)) {
      assertThat(endpoints.sayHalf(wire).status()).isEqualTo(wire.pick(408, 4));
      assertThat(endpoints.say(wire, TOTALS).status()).isEqualTo(wire.pick(200, 0));
    }
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void answersWhileItDrainsAndThenClosesItsPort(Wire wire) {
    Limits limits = new Limits(1_000, 2, 3, 1, LONG, Duration.ofSeconds(2));
    FeatureEndpoints endpoints = FeatureEndpoints.open(folder, limits, Access.LOCAL);
    try (endpoints) {
      assertThat(endpoints.say(wire, TOTALS).status()).isEqualTo(wire.pick(200, 0));

      CompletableFuture<Void> stopped = endpoints.stop();

      assertThat(stopped).isNotDone();
      Said said = endpoints.say(wire, TOTALS);
      assertThat(said.values()).containsExactly("15.0", "null");
      stopped.join();
      assertThatThrownBy(() -> endpoints.say(wire, TOTALS))
          .hasRootCauseInstanceOf(ConnectException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Wire.class, names = "GRPC", mode = EnumSource.Mode.EXCLUDE)
  void aBodyThatIsNoRequestIsReportedAsFeastsServerTellsIt(Wire wire) {
    try (FeatureEndpoints endpoints = FeatureEndpoints.open(folder, Limits.DEFAULT, Access.LOCAL)) {
      AggregatedHttpResponse said = endpoints.post(wire, Map.of(), "{\"entities\": 7}");

      assertThat(said.status().code()).isEqualTo(422);
      assertThat(said.contentUtf8()).startsWith("{\"detail\":[{\"type\":\"value_error\"");
    }
  }
}
