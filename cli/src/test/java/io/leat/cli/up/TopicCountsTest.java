package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicCountsTest {
  private static final TopicPartition FIRST = new TopicPartition("levels.valid", 0);
  private static final TopicPartition SECOND = new TopicPartition("levels.valid", 1);

  @TempDir private Path folder;

  @Test
  void recordsAreCountedNotOffsetsAndTheCountIsKept() throws Exception {
    TopicCounts counts = new TopicCounts();
    counts.add(FIRST, 11, 10);
    counts.add(FIRST, 24, 12);
    counts.add(SECOND, 3, 2);
    counts.save(folder);

    TopicCounts kept = TopicCounts.load(folder);

    assertThat(kept.records("levels.valid")).isEqualTo(24);
    assertThat(kept.records("levels")).isZero();
    assertThat(kept.get(FIRST)).contains(new TopicCounts.Counted(24, 22));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "levels=1 1", "levels/0=", "levels/0=1", "levels/x=1 1", "a=\\u00"})
  void countsThatCannotBeReadAreCountedAgain(String content) throws Exception {
    Files.writeString(folder.resolve("counts.properties"), content);

    assertThat(TopicCounts.load(folder).get(new TopicPartition("levels", 0))).isEmpty();
  }

  @Test
  void aFolderThatHasCountedNothingBeginsAtNothing() throws Exception {
    assertThat(TopicCounts.load(folder).records("levels")).isZero();
  }
}
