package io.leat.models.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryArtifactsTest extends ArtifactStoreLaws {
  private static final byte[] MODEL = "another model".getBytes(UTF_8);
  private static final String SHA256 = Sha256.hex(MODEL);

  @TempDir Path folder;

  @Override
  ArtifactStore open() {
    return ArtifactStore.open(folder.resolve("artifacts").toString());
  }

  @Test
  void whatAKilledWriterLeftIsNoFileOfTheStore() throws IOException {
    try (ArtifactStore store = open()) {
      Path file = Path.of(store.place(SHA256));
      Files.createDirectories(file.getParent());
      Files.write(file.resolveSibling(SHA256 + ".b8d1.part"), new byte[] {'a', 'n'});

      assertThat(store.has(SHA256)).isFalse();
      store.put(MODEL);
      assertThat(store.get(SHA256)).isEqualTo(MODEL);
    }
  }

  @Test
  void aWriteThatFailsLeavesNothing() throws IOException {
    try (ArtifactStore store = open()) {
      Path file = Path.of(store.place(SHA256));
      // No file can take the place of a folder that has one: the last step fails.
      Files.createDirectories(file.resolve("in the way"));

      assertThatThrownBy(() -> store.write(SHA256, MODEL))
          .isInstanceOfSatisfying(
              LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_WRITABLE))
          .hasMessageContaining(file.toString());
      try (Stream<Path> left = Files.list(file.getParent())) {
        assertThat(left).containsExactly(file);
      }
    }
  }

  @Test
  void aFolderThatIsAFileIsRefused() throws IOException {
    Files.write(folder.resolve("artifacts"), new byte[0]);

    try (ArtifactStore store = open()) {
      assertThatThrownBy(() -> store.put(MODEL))
          .isInstanceOfSatisfying(
              LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_WRITABLE));
    }
  }

  @Test
  void aFolderMayBeGivenAsAUri() {
    try (ArtifactStore store = open();
        ArtifactStore same = ArtifactStore.open(folder.resolve("artifacts").toUri().toString())) {
      store.put(MODEL);

      assertThat(same.get(SHA256)).isEqualTo(MODEL);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "gs://bucket/models", "https://host/models", "file://host/x", "file:x"})
  void whatIsNoStoreIsRefused(String address) {
    assertThatThrownBy(() -> ArtifactStore.open(address))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SETTING))
        .hasMessageContainingAll(
            "'%s' is no store of artifacts".formatted(address), "s3://bucket/prefix");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s3://", "s3:///prefix", "s3://key:secret@bucket", "s3://bucket?region=x"})
  void anAddressInS3IsABucketAndAPrefix(String address) {
    assertThatThrownBy(() -> ArtifactStore.open(address))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SETTING))
        .hasMessageContaining("expected s3://bucket/prefix")
        .hasMessageNotContaining("secret@");
  }

  @Test
  void theStoreIsLaidOutByTheFirstDigits() throws IOException {
    List<String> digits = List.of(SHA256.substring(0, 2));
    try (ArtifactStore store = open()) {
      store.put(MODEL);
    }

    try (Stream<Path> shards = Files.list(folder.resolve("artifacts"))) {
      assertThat(shards.map(shard -> shard.getFileName().toString())).isEqualTo(digits);
    }
  }
}
