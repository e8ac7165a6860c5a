package io.leat.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadsTest {
  private static final long ROOM = 1 << 20;

  @TempDir private Path folder;

  private final String id = Uploads.newId("");
  private Instant now = Instant.now();
  private Uploads uploads;

  @BeforeEach
  void begin() throws Exception {
    uploads = newUploads();
    uploads.create(id, document("first"));
  }

  private Uploads newUploads() {
    InstantSource clock = () -> now;
    return new Uploads(folder.resolve("uploads"), Duration.ofHours(24), ROOM, clock);
  }

  private static ObjectNode document(String name) {
    return RestApi.JSON.createObjectNode().put("name", name);
  }

  private Path put(String rest, int length) throws Exception {
    Path file = uploads.artifact(id, rest);
    Path unfinished = uploads.begin(id, file, length);
    Files.write(unfinished, new byte[length]);
    uploads.finish(id, unfinished, file);
    return file;
  }

  @Test
  void anotherProcessInTheSameFolderFindsWhatWasUploaded() throws Exception {
    Path file = put("model/MLmodel", 10);
    uploads.update(id, document -> document.put("name", "second"));

    assertThat(newUploads().document(id)).isEqualTo(document("second"));
    assertThat(newUploads().artifact(id, "model/MLmodel")).isEqualTo(file).hasSize(10);
  }

  @Test
  void whatNothingIsDoneWithIsThrownAway() throws Exception {
    String used = Uploads.newId(Uploads.LOGGED);
    uploads.create(used, document("used"));
    put("model.onnx", 10);

    now = now.plus(Duration.ofHours(20));
    uploads.use(used);
    now = now.plus(Duration.ofHours(5));
    uploads.sweep();

    assertThat(uploads.document(used)).isEqualTo(document("used"));
    assertThat(uploads.loggedModels()).containsExactly(document("used"));
    assertThatThrownBy(() -> uploads.document(id))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("There is no run or logged model");
    try (var left = Files.list(folder.resolve("uploads"))) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void thereIsNoMoreThanTheRoomForAll() throws Exception {
    put("model.onnx", (int) ROOM / 2);

    assertThatThrownBy(() -> put("weights", (int) ROOM / 2))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("--upload-space");
    put("model.onnx", 10); // in place of the first
    put("weights", (int) ROOM / 2);
  }

  @Test
  void whatIsStillComingHasItsRoom() throws Exception {
    int most = (int) ROOM * 3 / 4;
    Path first = uploads.begin(id, uploads.artifact(id, "first"), most);
    Path second = uploads.artifact(id, "second");

    assertThatThrownBy(() -> uploads.begin(id, second, most))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("--upload-space");
    uploads.abandon(first);
    uploads.abandon(uploads.begin(id, second, most));
    assertThatThrownBy(() -> uploads.begin(id, second, -1))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("Content-Length");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "../document.json",
        "a/../../document.json",
        "/etc/passwd",
        "a//b",
        "a/",
        ".",
        "a\\..\\b",
        "a\u0000b",
        "x.part",
        "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"
      })
  void aPathLeadsNowhereElse(String rest) {
    assertThatThrownBy(() -> uploads.artifact(id, rest)).isInstanceOf(Refusal.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "x", "../uploads"})
  void anIdIsNoPath(String wrong) {
    assertThatThrownBy(() -> uploads.document(wrong)).isInstanceOf(Refusal.class);
  }

  @Test
  void aFileIsNoFolder() throws Exception {
    put("model", 10);

    assertThatThrownBy(() -> put("model/MLmodel", 10)).isInstanceOf(Refusal.class);
    put("folder/file", 10);
    assertThatThrownBy(() -> put("folder", 10)).isInstanceOf(Refusal.class);
  }
}
