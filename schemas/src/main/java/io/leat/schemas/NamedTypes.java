package io.leat.schemas;

import org.apache.avro.Schema;

/** Whether records, enums and fixed are the same by name. */
final class NamedTypes {
  private NamedTypes() {}

  /** As the specification says: the unqualified names are the same, or the reader has an alias. */
  static boolean match(Schema writer, Schema reader) {
    return writer.getName() == null
        || writer.getName().equals(reader.getName())
        || reader.getAliases().contains(writer.getFullName());
  }
}
