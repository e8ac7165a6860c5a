package io.leat.schemas.deadletter;

import io.leat.records.DeadLetter;
import io.leat.records.LogPosition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.LogPositions;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RecordHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Reads the headers of a dead letter. Anybody may have written to its topic: nothing is taken for
 * granted of what is in them, and what is not ours counts as not there.
 *
 * @param headers all of the record's; nobody changes them meanwhile
 */
public record DeadLetterReader(Headers headers) {
  /** What the names of Leat's own headers begin with. */
  private static final String OURS = "leat.";

  /** What the names of Kafka Streams' headers begin with. */
  private static final String STREAMS = "__streams.";

  /** The reason code; empty where it names none. */
  public Optional<String> reason() {
    return text(RecordHeaders.REASON);
  }

  /** What was found and what was expected; empty text where nobody says. */
  public String message() {
    return text(RecordHeaders.ERROR_MESSAGE).orElse("");
  }

  /** The rules that the event broke; empty where it broke none. */
  public List<String> rules() {
    return text(RecordHeaders.RULES).map(names -> List.of(names.split(","))).orElse(List.of());
  }

  /** The position of the producer's event; empty where that is not said. */
  public Optional<LogPosition> source() {
    return text(RecordHeaders.SOURCE)
        .flatMap(
            position -> {
              try {
                return Optional.of(LogPositions.parse(position));
              } catch (IllegalArgumentException e) {
                return Optional.empty(); // not ours
              }
            });
  }

  /** Whether key and value are encrypted. */
  public boolean isEncrypted() {
    return text(RecordHeaders.ENCRYPTED).isPresent();
  }

  /** Names of the producer's headers that are encrypted. */
  public List<String> encryptedHeaders() {
    return text(RecordHeaders.ENCRYPTED).stream()
        .flatMap(names -> Arrays.stream(names.split(",")))
        .filter(name -> !name.equals("key") && !name.equals("value"))
        .toList();
  }

  /** Whether the event was too large, so that key, value and its headers are left out. */
  public boolean isLeftOut() {
    return text(RecordHeaders.LEFT_OUT).isPresent();
  }

  /**
   * All that is said of it, as one record; empty where that cannot be read.
   *
   * @throws io.leat.schemas.RegistryException if the registry does not answer
   */
  public Optional<DeadLetter> details(AvroCodec codec) {
    Header header = headers.lastHeader(RecordHeaders.DEAD_LETTER);
    if (header == null || header.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(codec.decode(header.value(), DeadLetter.class));
    } catch (MalformedValueException e) {
      return Optional.empty(); // the headers in text say the most of it
    }
  }

  /** The headers that the record came with, in their order, encrypted where they are here. */
  public Headers producerHeaders() {
    Headers came = new org.apache.kafka.common.header.internals.RecordHeaders();
    for (Header header : headers) {
      if (!isAdded(header.key())) {
        came.add(header);
      }
    }
    return came;
  }

  /** Whether a header of this name was added when the record was refused. */
  public static boolean isAdded(String name) {
    return name.startsWith(OURS) || name.startsWith(STREAMS);
  }

  private Optional<String> text(String name) {
    return RecordHeaders.get(headers, name);
  }
}
