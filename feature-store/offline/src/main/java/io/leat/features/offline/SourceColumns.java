package io.leat.features.offline;

import io.leat.records.LogPosition;
import io.leat.runtime.flink.BadRecordException;
import io.leat.runtime.flink.KafkaRecord;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.types.Types;

/** The columns that say where the producer's event lies, and the reading of headers. */
final class SourceColumns {
  static final String TOPIC = "_topic";
  static final String PARTITION = "_partition";
  static final String OFFSET = "_offset";

  private SourceColumns() {}

  static List<Types.NestedField> columns(AtomicInteger ids) {
    return List.of(
        Types.NestedField.required(
            ids.incrementAndGet(),
            TOPIC,
            Types.StringType.get(),
            "Raw topic that the producer wrote the event to."),
        Types.NestedField.required(
            ids.incrementAndGet(), PARTITION, Types.IntegerType.get(), "Its partition, from 0."),
        Types.NestedField.required(
            ids.incrementAndGet(), OFFSET, Types.LongType.get(), "Its offset, from 0."));
  }

  /** One of these columns out of a position. */
  static Object value(String column, LogPosition source) {
    return switch (column) {
      case TOPIC -> org.apache.flink.table.data.StringData.fromString(source.getTopic());
      case PARTITION -> source.getPartition();
      case OFFSET -> source.getOffset();
      default -> throw new IllegalArgumentException(column);
    };
  }

  /**
   * @throws BadRecordException if the record has no such header
   */
  static String header(KafkaRecord record, String name) throws BadRecordException {
    return record
        .header(name)
        .orElseThrow(
            () ->
                new BadRecordException(
                    "missing_header",
                    "the record has no header %s; expected what ingestion writes".formatted(name)));
  }

  /**
   * @throws BadRecordException if the header is there and no whole number
   */
  static Optional<Long> number(KafkaRecord record, String name) throws BadRecordException {
    Optional<String> text = record.header(name);
    try {
      return text.map(Long::valueOf);
    } catch (NumberFormatException e) {
      throw new BadRecordException(
          "bad_header", "header %s is '%s'; expected a whole number".formatted(name, text.get()));
    }
  }
}
