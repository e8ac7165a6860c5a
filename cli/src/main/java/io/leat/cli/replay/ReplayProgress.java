package io.leat.cli.replay;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * How far the replay of a file is.
 *
 * @param rows of the file that are done with, those that did not fit among them
 * @param events of them that were published
 * @param complete whether that is the whole file
 */
record ReplayProgress(long rows, long events, boolean complete) {
  static final ReplayProgress NONE = new ReplayProgress(0, 0, false);

  private static final Pattern METADATA = Pattern.compile("events=(\\d{1,18}) (complete|begun)");

  /** What is committed beside the rows. */
  String metadata() {
    return "events=%d %s".formatted(events, complete ? "complete" : "begun");
  }

  /** What was committed. */
  static ReplayProgress of(OffsetAndMetadata committed) {
    Matcher matcher = METADATA.matcher(committed.metadata());
    if (!matcher.matches()) {
      throw new IllegalStateException("no progress of a replay: " + committed);
    }
    return new ReplayProgress(
        committed.offset(), Long.parseLong(matcher.group(1)), matcher.group(2).equals("complete"));
  }
}
