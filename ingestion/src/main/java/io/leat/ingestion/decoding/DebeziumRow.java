package io.leat.ingestion.decoding;

import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.pipeline.definition.InputFormat.Deletes;
import java.util.Optional;

/**
 * Where the event of a change lies.
 *
 * @param op the change's {@code op}
 * @param field {@code after}, or {@code before} of a deleted row
 * @param instead what the change comes to where it is no event
 */
record DebeziumRow(String op, String field, Optional<Opened> instead) {
  static final String NO_CHANGE =
      "the value has no field op; expected a change as Debezium writes it, with op, before and after";

  /** c: created, r: read in a snapshot, u: updated, d: deleted; t (truncated) and m have no row. */
  static DebeziumRow of(String op, Deletes deletes) {
    return switch (op) {
      case "c", "r", "u" -> new DebeziumRow(op, "after", Optional.empty());
      case "d" ->
          switch (deletes) {
            case SKIP -> new DebeziumRow(op, "before", Optional.of(new Opened.Skipped()));
            case BEFORE -> new DebeziumRow(op, "before", Optional.empty());
            case DEAD_LETTER ->
                new DebeziumRow(
                    op,
                    "before",
                    Optional.of(
                        Opened.Refused.of(
                            DeadLetterReason.DELETED_ROW,
                            "op is d: the row was deleted, which the contract does not take for an event")));
          };
      case "t", "m" -> new DebeziumRow(op, "after", Optional.of(new Opened.Skipped()));
      default ->
          new DebeziumRow(
              op,
              "after",
              Optional.of(
                  Opened.Refused.of(
                      DeadLetterReason.NOT_THE_ENVELOPE,
                      "op is none of c, r, u, d, t, m, which Debezium writes")));
    };
  }

  String empty() {
    return "op is %s, but there is no %s; expected the row there".formatted(op, field);
  }
}
