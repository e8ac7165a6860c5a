package io.leat.runtime.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {
  @Test
  void theLastIsClosedFirstAndEachOnceThoughOneFails() {
    List<String> closed = new ArrayList<>();
    Resources resources = new Resources();
    resources.add(() -> closed.add("store"));
    resources.add(
        () -> {
          closed.add("broken");
          throw new IOException("it hangs");
        });
    resources.add(() -> closed.add("thread"));

    resources.close();
    resources.close();

    assertThat(closed).containsExactly("thread", "broken", "store");
  }
}
