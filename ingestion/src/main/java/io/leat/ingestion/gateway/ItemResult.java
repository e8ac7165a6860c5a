package io.leat.ingestion.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.records.Violation;
import java.util.List;

/** What became of one event of a request. */
sealed interface ItemResult {
  /** The name of the outcome, in answers and metrics. */
  String status();

  /** As the answer has it. */
  ObjectNode json();

  private static ObjectNode node(ItemResult result) {
    return JsonNodeFactory.instance.objectNode().put("status", result.status());
  }

  /**
   * The brokers have it.
   *
   * @param position {@code topic/partition/offset}
   * @param warnings rules of severity warn that it does not meet
   */
  record Accepted(String eventId, String position, List<String> warnings) implements ItemResult {
    @Override
    public String status() {
      return "accepted";
    }

    @Override
    public ObjectNode json() {
      ObjectNode node = node(this).put("event_id", eventId).put("position", position);
      if (!warnings.isEmpty()) {
        ArrayNode list = node.putArray("warnings");
        warnings.forEach(list::add);
      }
      return node;
    }
  }

  /** It does not meet the contract, and was not written anywhere. */
  record Refused(DeadLetterReason reason, String message, List<Violation> violations)
      implements ItemResult {
    @Override
    public String status() {
      return "refused";
    }

    @Override
    public ObjectNode json() {
      ObjectNode node = node(this).put("reason", reason.name()).put("message", message);
      ArrayNode list = node.putArray("violations");
      violations.forEach(
          violation ->
              list.addObject()
                  .put("rule", violation.getRule())
                  .put("message", violation.getMessage()));
      return node;
    }
  }

  /** It is part of a protocol and no event, as a deleted row may be; it was not written. */
  record Skipped() implements ItemResult {
    @Override
    public String status() {
      return "skipped";
    }

    @Override
    public ObjectNode json() {
      return node(this);
    }
  }

  /** The brokers did not say in time that they have it: it may be there or not. */
  record Unknown(String eventId, String message) implements ItemResult {
    @Override
    public String status() {
      return "unknown";
    }

    @Override
    public ObjectNode json() {
      return node(this).put("event_id", eventId).put("message", message);
    }
  }
}
