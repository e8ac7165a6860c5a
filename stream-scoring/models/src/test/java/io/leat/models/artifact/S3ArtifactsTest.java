package io.leat.models.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A bucket of {@link S3Server}; or, where the property {@code leat.artifacts} gives its address, of
 * a server of somebody else's: interop/artifacts starts one.
 */
class S3ArtifactsTest extends ArtifactStoreLaws {
  private static final @Nullable String ELSEWHERE = System.getProperty("leat.artifacts");
  private static final String SHA256 = Sha256.hex("nothing that was put");

  private final SystemSettings settings = new SystemSettings();
  private final S3Server server = new S3Server();

  @BeforeEach
  @Override
  void openTheStore() {
    if (ELSEWHERE == null) {
      settings.leadTo(server);
    }
    super.openTheStore();
  }

  @AfterEach
  @Override
  void closeTheStore() {
    super.closeTheStore();
    settings.close();
    server.close();
  }

  @Override
  ArtifactStore open() {
    return ArtifactStore.open(
        ELSEWHERE == null ? "s3://%s/some/prefix/".formatted(S3Server.BUCKET) : ELSEWHERE);
  }

  @Test
  void aBucketThatIsNotThereIsNamed() {
    try (ArtifactStore store = ArtifactStore.open("s3://modles/a")) {
      assertThatThrownBy(() -> store.put(new byte[] {1}))
          .isInstanceOfSatisfying(LeatException.class, S3ArtifactsTest::requireCode)
          .hasMessageContainingAll("There is no bucket modles at http://127.0.0.1", "Make it");
      assertThatThrownBy(() -> store.get(SHA256))
          .isInstanceOfSatisfying(LeatException.class, S3ArtifactsTest::requireCode)
          .hasMessageContaining("There is no bucket modles");
    }
  }

  @Test
  void aWrongKeyIsRefused() {
    // Of a real server its own key with another's secret: no signature fits.
    settings.set(
        "aws.accessKeyId", ELSEWHERE == null ? "nobody" : System.getenv("AWS_ACCESS_KEY_ID"));
    settings.set("aws.secretAccessKey", S3Server.SECRET);

    try (ArtifactStore store = open()) {
      assertThatThrownBy(() -> store.get(SHA256))
          .isInstanceOfSatisfying(LeatException.class, S3ArtifactsTest::requireCode)
          .hasMessageContainingAll("answers 403", "AWS_ACCESS_KEY_ID", store.place(SHA256))
          .hasMessageNotContaining(S3Server.SECRET);
      assertThatThrownBy(() -> store.has(SHA256)).hasMessageContaining("answers 403");
    }
  }

  private static void requireCode(LeatException e) {
    assertThat(e.code()).isEqualTo(ErrorCode.ARTIFACTS);
  }
}
