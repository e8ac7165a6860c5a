package io.leat.cli.backtest;

import io.leat.cli.backtest.Row.Truth;
import io.leat.cli.command.PipelineOptions;
import io.leat.features.engine.EventIdentity;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.Label;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds the labels of rows, as a training set does: of the label events that share the spine
 * event's {@code on} and happened between its time and {@code within} after it the last one; of two
 * at one time that with the greater id. A field of the spine event itself is known with the event.
 *
 * <p>Where the label comes from another event, a row whose wait was not over when the newest such
 * event happened is {@link Truth#OPEN}, whether or not a label has come: of these rows those that
 * have one are no fair sample.
 *
 * <p>Reads the spine's topic of valid events, and the label's, from their beginnings.
 */
final class LabelReader {
  private final Map<String, ?> kafka;
  private final AvroCodec codec;
  private final Pipeline pipeline;
  private final Contract spine;
  private final Optional<Label> label;
  private final List<SegmentField> segments;
  private final Optional<Instant> knownAt;

  /**
   * What was found of labels, in rows.
   *
   * @param field that holds the label
   * @param from event that brings it
   * @param labelled whose label is known
   * @param positives of these, true
   * @param missing whose label has not come in time
   * @param open whose label may still come
   * @param withoutEvent whose spine event is not in its topic any more
   * @param notBinary whose label is neither a boolean nor 0 nor 1
   * @param late that have a label which came later than {@code within}, and is not counted
   * @param contradicting of which label events in time say different things; the last one counts
   */
  record Found(
      String field,
      String from,
      long labelled,
      long positives,
      long missing,
      long open,
      long withoutEvent,
      long notBinary,
      long late,
      long contradicting) {}

  /** What is known of one spine event. */
  private static final class Slot {
    private final List<Row> rows = new ArrayList<>(1);
    private boolean found;
    private long time;
    private boolean labelled;
    private @Nullable Object value;
    private long labelTime;
    private String labelId = "";
    private boolean late;
    private boolean contradicting;
  }

  /**
   * @param knownAt labels that were written then or later are not seen; empty: all are
   */
  LabelReader(
      Map<String, ?> kafka,
      AvroCodec codec,
      Pipeline pipeline,
      FeatureService service,
      List<SegmentField> segments,
      Optional<Instant> knownAt) {
    this.kafka = kafka;
    this.codec = codec;
    this.pipeline = pipeline;
    this.spine = PipelineOptions.contract(pipeline, service.spine());
    this.label = service.label();
    this.segments = segments;
    this.knownAt = knownAt;
  }

  /**
   * Gives rows their labels, and their segments where these are fields of the spine event.
   *
   * @return empty: the service declares no label
   */
  Optional<Found> read(List<Row> rows) {
    if (label.isEmpty() && !SegmentField.anyOfTheEvent(segments)) {
      return Optional.empty();
    }
    Map<String, Slot> slots = new HashMap<>();
    rows.forEach(row -> slots.computeIfAbsent(row.eventId(), any -> new Slot()).rows.add(row));
    Map<String, List<Slot>> waiting = new HashMap<>();
    EventIdentity identity = new EventIdentity(spine);
    events(
        spine,
        Optional.empty(),
        event -> {
          Slot slot = slots.get(identity.id(event));
          if (slot != null) {
            takeSpine(event, slot, identity, waiting);
          }
        });
    return label.map(
        declared -> {
          long until = isOther(declared) ? readLabels(declared, waiting) : Long.MAX_VALUE;
          slots.values().forEach(slot -> settle(slot, declared, until));
          return found(declared, slots.values());
        });
  }

  private boolean isOther(Label declared) {
    return !declared.from().equals(spine.event());
  }

  private void takeSpine(
      GenericRecord event, Slot slot, EventIdentity identity, Map<String, List<Slot>> waiting) {
    boolean first = !slot.found;
    slot.found = true;
    slot.time = identity.timeMicros(event);
    for (int i = 0; i < segments.size(); i++) {
      if (segments.get(i).isOfTheEvent()) {
        Object value = event.get(segments.get(i).name());
        int place = i;
        slot.rows.forEach(
            row -> row.setSegment(place, value == null ? Row.NO_SEGMENT : value.toString()));
      }
    }
    label.ifPresent(
        declared -> {
          Object on = isOther(declared) ? event.get(declared.on()) : null;
          if (!isOther(declared)) {
            slot.value = event.get(declared.field());
          } else if (first && on != null) {
            waiting.computeIfAbsent(on.toString(), any -> new ArrayList<>(1)).add(slot);
          }
        });
  }

  /**
   * Reads the label's events.
   *
   * @return time of the newest; the least there is where there are none
   */
  private long readLabels(Label declared, Map<String, List<Slot>> waiting) {
    Contract contract = PipelineOptions.contract(pipeline, declared.from());
    EventIdentity identity = new EventIdentity(contract);
    long[] newest = {Long.MIN_VALUE};
    events(
        contract,
        knownAt,
        event -> {
          long time = identity.timeMicros(event);
          newest[0] = Math.max(newest[0], time);
          Object on = event.get(declared.on());
          if (on != null) {
            for (Slot slot : waiting.getOrDefault(on.toString(), List.of())) {
              takeLabel(slot, declared, event, time, identity);
            }
          }
        });
    return newest[0];
  }

  private static void takeLabel(
      Slot slot, Label declared, GenericRecord event, long time, EventIdentity identity) {
    if (time < slot.time) {
      return;
    }
    if (time > end(slot, declared)) {
      slot.late = true;
      return;
    }
    Object value = event.get(declared.field());
    String id = identity.id(event);
    if (slot.labelled && !Objects.equals(slot.value, value)) {
      slot.contradicting = true;
    }
    boolean isLater =
        !slot.labelled
            || time > slot.labelTime
            || time == slot.labelTime && identity.idOrder().compare(id, slot.labelId) >= 0;
    if (isLater) {
      slot.labelled = true;
      slot.value = value;
      slot.labelTime = time;
      slot.labelId = id;
    }
  }

  private static long end(Slot slot, Label declared) {
    return slot.time + TimeUnit.MILLISECONDS.toMicros(declared.within().toMillis());
  }

  private void settle(Slot slot, Label declared, long until) {
    Truth truth;
    if (!slot.found) {
      truth = Truth.NO_EVENT;
    } else if (isOther(declared) && end(slot, declared) > until) {
      truth = Truth.OPEN;
    } else {
      truth = truth(slot.value);
    }
    slot.rows.forEach(row -> row.setTruth(truth));
  }

  private static Truth truth(@Nullable Object value) {
    if (value == null) {
      return Truth.MISSING;
    }
    if (value instanceof Boolean label) {
      return label ? Truth.TRUE : Truth.FALSE;
    }
    if (value instanceof Number number && number.doubleValue() == 1) {
      return Truth.TRUE;
    }
    return value instanceof Number number && number.doubleValue() == 0
        ? Truth.FALSE
        : Truth.NOT_BINARY;
  }

  private static Found found(Label declared, Iterable<Slot> slots) {
    Map<Truth, Long> counts = new HashMap<>();
    long late = 0;
    long contradicting = 0;
    for (Slot slot : slots) {
      late += slot.late ? slot.rows.size() : 0;
      contradicting += slot.contradicting ? slot.rows.size() : 0;
      slot.rows.forEach(row -> counts.merge(row.truth(), 1L, Long::sum));
    }
    long positives = counts.getOrDefault(Truth.TRUE, 0L);
    return new Found(
        declared.field(),
        declared.from(),
        positives + counts.getOrDefault(Truth.FALSE, 0L),
        positives,
        counts.getOrDefault(Truth.MISSING, 0L),
        counts.getOrDefault(Truth.OPEN, 0L),
        counts.getOrDefault(Truth.NO_EVENT, 0L),
        counts.getOrDefault(Truth.NOT_BINARY, 0L),
        late,
        contradicting);
  }

  /** Hands over the events of a contract's valid topic; what is none is passed over. */
  private void events(Contract contract, Optional<Instant> before, Consumer<GenericRecord> take) {
    try (TopicLog log = TopicLog.open(kafka, Topics.valid(contract.event()))) {
      log.seekToBeginning();
      log.readTo(
          before.map(log::offsetsAt).orElseGet(log::ends),
          record -> {
            byte[] value = record.value();
            if (value != null) {
              read(value, contract).ifPresent(take);
            }
            return true;
          });
    }
  }

  private Optional<GenericRecord> read(byte[] value, Contract contract) {
    try {
      return Optional.of(codec.decode(value, contract.schema()));
    } catch (MalformedValueException e) {
      return Optional.empty();
    }
  }
}
