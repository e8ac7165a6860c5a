package io.leat.models.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of every store. */
abstract class ArtifactStoreLaws {
  private static final byte[] MODEL = "a model".getBytes(UTF_8);
  private static final byte[] OTHER = "a m0del".getBytes(UTF_8);
  private static final int WRITERS = 6;

  private ArtifactStore store;

  /** The store under test; the same one at each call. */
  abstract ArtifactStore open();

  @BeforeEach
  void openTheStore() {
    store = open();
    store.delete(Sha256.hex(MODEL)); // a store of a server is there for longer than a test
  }

  @AfterEach
  void closeTheStore() {
    store.close();
  }

  @Test
  void whatIsPutIsReadBack() {
    byte[] large = new byte[3 << 20];
    new Random(7).nextBytes(large);

    for (byte[] bytes : List.of(MODEL, large, new byte[0])) {
      String sha256 = store.put(bytes);

      assertThat(sha256).isEqualTo(Sha256.hex(bytes));
      assertThat(store.has(sha256)).isTrue();
      assertThat(store.get(sha256)).isEqualTo(bytes);
      assertThat(store.place(sha256)).endsWith("/" + sha256.substring(0, 2) + "/" + sha256);
    }
  }

  @Test
  void puttingItAgainChangesNothing() {
    assertThat(store.put(MODEL)).isEqualTo(store.put(MODEL));

    try (ArtifactStore again = open()) {
      assertThat(again.put(MODEL)).isEqualTo(Sha256.hex(MODEL));
      assertThat(again.get(Sha256.hex(MODEL))).isEqualTo(MODEL);
    }
  }

  @Test
  void whatWasNotPutIsNotThere() {
    String sha256 = Sha256.hex(MODEL);

    assertThat(store.has(sha256)).isFalse();
    assertThatThrownBy(() -> store.get(sha256))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL))
        .hasMessageContaining("There is no artifact " + store.place(sha256));
  }

  @Test
  void whatIsDeletedIsGone() {
    String sha256 = store.put(MODEL);

    store.delete(sha256);
    store.delete(sha256);

    assertThat(store.has(sha256)).isFalse();
  }

  @Test
  void aChangedByteIsRefusedWithBothHashesAndHealedByPuttingItAgain() {
    String sha256 = store.put(MODEL);
    store.write(sha256, OTHER);

    assertThatThrownBy(() -> store.get(sha256))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL))
        .hasMessageContainingAll(store.place(sha256), Sha256.hex(OTHER));

    store.put(MODEL);
    assertThat(store.get(sha256)).isEqualTo(MODEL);
  }

  @Test
  void writersOfTheSameFilesDoNotHinderEachOther() throws Exception {
    List<byte[]> files = new ArrayList<>();
    Random random = new Random(11);
    for (int i = 0; i < 5; i++) {
      byte[] bytes = new byte[200_000];
      random.nextBytes(bytes);
      files.add(bytes);
      store.delete(Sha256.hex(bytes));
    }
    CountDownLatch together = new CountDownLatch(WRITERS);
    Callable<Void> writer =
        () -> {
          try (ArtifactStore own = open()) {
            together.countDown();
            together.await();
            for (byte[] bytes : files) {
              assertThat(own.get(own.put(bytes))).isEqualTo(bytes);
            }
          }
          return null;
        };
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      for (Future<Void> done : threads.invokeAll(Collections.nCopies(WRITERS, writer))) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }

    for (byte[] bytes : files) {
      assertThat(store.get(Sha256.hex(bytes))).isEqualTo(bytes);
    }
  }

  @Test
  void aReaderSeesAWholeFileOrNone() throws Exception {
    byte[] bytes = new byte[8 << 20];
    new Random(13).nextBytes(bytes);
    String sha256 = Sha256.hex(bytes);
    store.delete(sha256);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (ArtifactStore reader = open()) {
      Future<String> written = threads.submit(() -> store.put(bytes));
      while (!reader.has(sha256)) {
        if (written.isDone()) {
          written.get();
        }
      }
      assertThat(reader.get(sha256)).hasSameSizeAs(bytes);
      written.get();
    } finally {
      threads.shutdownNow();
    }
  }
}
