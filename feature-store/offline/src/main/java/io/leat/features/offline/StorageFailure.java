package io.leat.features.offline;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What stands in the way of the tables, in one sentence for the person who can remove it. */
public enum StorageFailure {
  DISK_FULL(
      "A disk is full: that of the warehouse %s, or that of the job's state. Make room and start again: what was committed stays, and the rest is read again from the topics.",
      "No space left on device", "Disk quota exceeded", "SQLITE_FULL"),
  NOT_WRITABLE(
      "The warehouse %s cannot be written. Make it writable for this user, or name another with --warehouse.",
      "AccessDeniedException",
      "Permission denied",
      "Operation not permitted",
      "Read-only file system",
      "SQLITE_READONLY",
      "SQLITE_CANTOPEN"),
  CATALOG_LOCKED(
      "The catalog in the warehouse %s stayed locked by another program. End the program that holds a transaction open on catalog.db and start again: nothing is lost.",
      "SQLITE_BUSY", "SQLITE_LOCKED"),
  CATALOG_DAMAGED(
      "The catalog catalog.db in the warehouse %s is damaged: SQLite cannot read it. The tables themselves are whole, the catalog only names the newest metadata file of each. Put catalog.db back from a backup, or move it away and register every table again with its newest file in metadata/ (PyIceberg: catalog.register_table).",
      "SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_FORMAT"),
  METADATA_DAMAGED("", "The metadata file ");

  private final String sentence;
  private final List<String> signs;

  /**
   * @param signs what a failure of this kind says somewhere
   */
  StorageFailure(String sentence, String... signs) {
    this.sentence = sentence;
    this.signs = List.of(signs);
  }

  /**
   * Says what is wrong with the warehouse or its catalog.
   *
   * @param failure looked at with all its causes
   * @param warehouse where the tables' files lie
   * @return empty where the failure is none of storage
   */
  public static Optional<String> sentence(Throwable failure, String warehouse) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
        .flatMap(
            cause ->
                of(cause.toString())
                    .map(
                        known ->
                            known == METADATA_DAMAGED
                                ? String.valueOf(cause.getMessage()) // a sentence already
                                : known.sentence.formatted(warehouse))
                    .stream())
        .findFirst();
  }

  private static Optional<StorageFailure> of(String text) {
    return Arrays.stream(values())
        .filter(known -> known.signs.stream().anyMatch(text::contains))
        .findFirst();
  }
}
