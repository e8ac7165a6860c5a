package io.leat.models.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a bucket that cannot be used is told as. */
class S3RefusalsTest {
  private static final byte[] MODEL = "a model".getBytes(UTF_8);
  private static final String SHA256 = Sha256.hex(MODEL);

  private final SystemSettings settings = new SystemSettings();
  private final S3Server server = new S3Server();

  @BeforeEach
  void start() {
    settings.leadTo(server);
  }

  @AfterEach
  void stop() {
    settings.close();
    server.close();
  }

  @Test
  void nothingIsAskedBeforeTheStoreIsUsed() {
    try (ArtifactStore store = ArtifactStore.open("s3://models")) {
      assertThat(server.requests()).isEmpty();

      store.put(MODEL);

      assertThat(server.requests())
          .containsExactly(
              "HEAD /models/%s/%s".formatted(SHA256.substring(0, 2), SHA256),
              "PUT /models/%s/%s".formatted(SHA256.substring(0, 2), SHA256));
      assertThat(store.place(SHA256))
          .isEqualTo("s3://models/%s/%s".formatted(SHA256.substring(0, 2), SHA256));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})
  void whoMayNotIsToldWhatToSee(String code) {
    server.refuse(403, code, "<StringToSign>what was signed</StringToSign>");

    try (ArtifactStore store = ArtifactStore.open("s3://models")) {
      assertRefused(
          () -> store.get(SHA256),
          "answers 403 " + code + " It is so.",
          store.place(SHA256),
          "AWS_ACCESS_KEY_ID",
          "s3:GetObject");
      assertRefused(() -> store.has(SHA256), "answers 403", "s3:ListBucket");
    }
  }

  @Test
  void aServerThatIsNotWellIsAskedThreeTimes() {
    server.refuse(503, "SlowDown", "");

    try (ArtifactStore store = ArtifactStore.open("s3://models")) {
      assertRefused(() -> store.get(SHA256), "answers 503 SlowDown", "the store is well");
    }
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void aServerThatDoesNotRunIsNamed() {
    server.close();

    try (ArtifactStore store = ArtifactStore.open("s3://models")) {
      assertRefused(
          () -> store.get(SHA256),
          server.endpoint() + " does not answer for " + store.place(SHA256),
          "AWS_ENDPOINT_URL_S3");
    }
  }

  @Test
  void aServerThatTakesConnectionsAndIsSilentIsGivenUp() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ArtifactStore store = S3Artifacts.at("s3://models", Duration.ofMillis(200))) {
      settings.set("aws.endpointUrlS3", "http://127.0.0.1:" + silent.getLocalPort());

      assertRefused(() -> store.get(SHA256), "does not answer for");
    }
  }

  @Test
  void keysThatAreNotSetAreAskedFor() {
    settings.set("aws.accessKeyId", null);

    try (ArtifactStore store = ArtifactStore.open("s3://models")) {
      assertRefused(() -> store.get(SHA256), "there are no keys", "AWS_ACCESS_KEY_ID");
    }
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void amazonNeedsARegion() {
    settings.set("aws.endpointUrlS3", null);

    try (ArtifactStore store = ArtifactStore.open("s3://models")) {
      assertRefused(() -> store.get(SHA256), "no region of Amazon S3 is set", "AWS_REGION");
    }
  }

  private static void assertRefused(ThrowingCallable request, String... words) {
    assertThatThrownBy(request)
        .isInstanceOfSatisfying(
            LeatException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.ARTIFACTS);
              assertThat(e.getMessage())
                  .contains(words)
                  .doesNotContain(S3Server.SECRET)
                  .doesNotContain("what was signed");
            });
  }
}
