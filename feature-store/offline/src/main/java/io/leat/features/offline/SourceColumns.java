package io.leat.features.offline;

import io.leat.records.LogPosition;
import io.leat.runtime.flink.BadRecordException;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.schemas.RecordHeaders;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The columns that every table has: where the producer's event lies, the contract's version that it
 * was checked against, and where the record lies that the row was made of, which is the order of
 * arrival; and the reading of headers.
 */
public final class SourceColumns {
  static final String TOPIC = "_topic";
  public static final String PARTITION = "_partition";
  public static final String OFFSET = "_offset";
  public static final String CONTRACT_VERSION = "_contract_version";
  public static final String LOG_PARTITION = "_log_partition";
  public static final String LOG_OFFSET = "_log_offset";
  public static final String LOG_TIME = "_log_time";

  static final List<String> NAMES =
      List.of(TOPIC, PARTITION, OFFSET, CONTRACT_VERSION, LOG_PARTITION, LOG_OFFSET, LOG_TIME);

  private SourceColumns() {}

  /**
   * @param topic the topic whose records are the table's rows
   */
  static List<Types.NestedField> columns(AtomicInteger ids, String topic) {
    return List.of(
        Types.NestedField.required(
            ids.incrementAndGet(),
            TOPIC,
            Types.StringType.get(),
            "Raw topic that the producer wrote the event to."),
        Types.NestedField.required(
            ids.incrementAndGet(), PARTITION, Types.IntegerType.get(), "Its partition, from 0."),
        Types.NestedField.required(
            ids.incrementAndGet(), OFFSET, Types.LongType.get(), "Its offset, from 0."),
        Types.NestedField.optional(
            ids.incrementAndGet(),
            CONTRACT_VERSION,
            Types.IntegerType.get(),
            "Registry version of the contract that the event was checked against."),
        Types.NestedField.required(
            ids.incrementAndGet(),
            LOG_PARTITION,
            Types.IntegerType.get(),
            "Partition of %s that holds the row's record, from 0.".formatted(topic)),
        Types.NestedField.required(
            ids.incrementAndGet(),
            LOG_OFFSET,
            Types.LongType.get(),
            "The record's offset there, from 0: the order of arrival within the partition."),
        Types.NestedField.required(
            ids.incrementAndGet(),
            LOG_TIME,
            Types.TimestampType.withZone(),
            "When the broker appended the record, by its clock."));
  }

  /**
   * One of these columns of a row.
   *
   * @param record the record that the row is made of
   * @param source where the producer's event lies
   * @throws BadRecordException if a header is there and no whole number
   */
  static @Nullable Object value(String column, KafkaRecord record, LogPosition source)
      throws BadRecordException {
    return switch (column) {
      case TOPIC -> StringData.fromString(source.getTopic());
      case PARTITION -> source.getPartition();
      case OFFSET -> source.getOffset();
      case CONTRACT_VERSION -> contractVersion(record);
      case LOG_PARTITION -> record.partition();
      case LOG_OFFSET -> record.offset();
      case LOG_TIME -> TimestampData.fromEpochMillis(record.appendedAt());
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
    return whole(name, record.header(name));
  }

  private static Optional<Long> whole(String name, Optional<String> text)
      throws BadRecordException {
    try {
      return text.map(Long::valueOf);
    } catch (NumberFormatException e) {
      throw new BadRecordException(
          "bad_header", "header %s is '%s'; expected a whole number".formatted(name, text.get()));
    }
  }

  /**
   * Version of the contract; null where no header names one.
   *
   * @throws BadRecordException if what a header names is no whole number
   */
  static @Nullable Integer contractVersion(KafkaRecord record) throws BadRecordException {
    return whole(
            RecordHeaders.CONTRACT,
            record.header(RecordHeaders.CONTRACT).flatMap(RecordHeaders::contractVersion))
        .map(Long::intValue)
        .orElse(null);
  }

  /** Version that the producer wrote with; null and thrown as {@link #contractVersion}. */
  static @Nullable Integer writerVersion(KafkaRecord record) throws BadRecordException {
    Optional<Long> writer = number(record, RecordHeaders.WRITER_VERSION);
    return writer.isPresent() ? Integer.valueOf(writer.get().intValue()) : contractVersion(record);
  }
}
