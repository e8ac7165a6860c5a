package io.leat.schemas.audit;

import io.leat.records.AuditEvent;
import java.util.List;
import java.util.Optional;

/**
 * What is to be written, and what whoever asked for it is told.
 *
 * @param entries empty where there is no event
 * @param event who did what; its time, sequence, previous and hash are set as it is written. Empty:
 *     nothing changes, and nothing is written
 */
public record Change<T>(List<Entry> entries, Optional<AuditEvent> event, T result) {
  public Change {
    entries = List.copyOf(entries);
    if (event.isEmpty() && !entries.isEmpty()) {
      throw new IllegalArgumentException("nothing is changed without an event: " + entries);
    }
  }
}
