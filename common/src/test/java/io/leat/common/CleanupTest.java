package io.leat.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CleanupTest {
  @Test
  void whatCannotBeClosedKeepsNeitherTheFirstErrorNorTheNextFromTheirRight() {
    IllegalStateException first = new IllegalStateException("the wrong name");
    IOException second = new IOException("no room to close");
    AtomicBoolean closed = new AtomicBoolean();

    Cleanup.after(
        first,
        () -> {
          throw second;
        },
        () -> closed.set(true));

    assertThat(first).hasMessage("the wrong name").hasSuppressedException(second);
    assertThat(closed).isTrue();
  }
}
