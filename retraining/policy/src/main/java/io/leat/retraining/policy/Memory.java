package io.leat.retraining.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import io.leat.records.RetrainingRun;
import io.leat.records.RunState;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What the policies remember of the models: requests, open episodes, causes that are held back.
 * Runs on the stream thread of its task.
 */
final class Memory {
  /** Separates the parts of a key; no name has it. */
  private static final String NEXT = "\n";

  private static final int SPAN_BYTES = 2 * Long.BYTES;

  /** So many closed incidents of a model, where a monitor does not come to look beyond them. */
  static final int MOST_INCIDENTS = 1000;

  private final AvroCodec codec;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private final KeyValueStore<String, byte[]> lastRequests;
  private final KeyValueStore<String, byte[]> openRequests;
  private final KeyValueStore<String, byte[]> runs;
  private final KeyValueStore<String, byte[]> requestTimes;
  private final KeyValueStore<String, byte[]> episodes;
  private final KeyValueStore<String, byte[]> held;
  private final KeyValueStore<String, byte[]> lapsed;
  private final KeyValueStore<String, byte[]> attempts;
  private final KeyValueStore<String, byte[]> anchors;
  private final KeyValueStore<String, byte[]> clocks;
  private final KeyValueStore<String, byte[]> incidents;
  private final KeyValueStore<String, byte[]> looked;

  Memory(ProcessorContext<?, ?> context, RegistryClient registry, RegistryRetry retry) {
    this.codec = new AvroCodec(registry);
    this.registry = registry;
    this.retry = retry;
    this.lastRequests = context.getStateStore(RetrainingTopology.LAST_REQUESTS);
    this.openRequests = context.getStateStore(RetrainingTopology.OPEN_REQUESTS);
    this.runs = context.getStateStore(RetrainingTopology.RUNS);
    this.requestTimes = context.getStateStore(RetrainingTopology.REQUEST_TIMES);
    this.episodes = context.getStateStore(RetrainingTopology.EPISODES);
    this.held = context.getStateStore(RetrainingTopology.HELD);
    this.lapsed = context.getStateStore(RetrainingTopology.LAPSED);
    this.attempts = context.getStateStore(RetrainingTopology.ATTEMPTS);
    this.anchors = context.getStateStore(RetrainingTopology.ANCHORS);
    this.clocks = context.getStateStore(RetrainingTopology.CLOCKS);
    this.incidents = context.getStateStore(RetrainingTopology.INCIDENTS);
    this.looked = context.getStateStore(RetrainingTopology.LOOKED);
  }

  /** How a model stands; of its harm nothing is in doubt. */
  ModelState of(String model) {
    Optional<RetrainingRequest> last = request(lastRequests.get(model));
    return new ModelState(
        last.orElse(null),
        last.map(this::state).orElse(RequestState.ENDED),
        isOpen(model, AlertKinds.PERFORMANCE),
        Optional.empty(),
        isOpen(model, AlertKinds.DATA_QUALITY),
        times(model));
  }

  /** The model's last request, while no run has taken it up and it has not lapsed. */
  Optional<RetrainingRequest> waiting(String model) {
    return request(lastRequests.get(model)).filter(one -> state(one) == RequestState.WAITING);
  }

  private RequestState state(RetrainingRequest request) {
    if (openRequests.get(request.getRequestId()) == null) {
      return RequestState.ENDED;
    }
    return runs.get(request.getRequestId()) == null ? RequestState.WAITING : RequestState.RUNNING;
  }

  /** A request was made. */
  void made(RetrainingRequest request) {
    byte[] bytes = encode(Topics.RETRAINING_REQUESTS, request);
    waiting(request.getModel()).ifPresent(one -> openRequests.delete(one.getRequestId()));
    lastRequests.put(request.getModel(), bytes);
    openRequests.put(request.getRequestId(), bytes);
    requestTimes.put(
        key(request.getModel(), sorted(request.getEventTime()), request.getRequestId()),
        new byte[0]);
    tried(request);
  }

  /** A request was made, or would have been and has lapsed. */
  private void tried(RetrainingRequest request) {
    attempts.put(
        key(request.getModel(), request.getCause()),
        attempts(request.getModel(), request.getCause()).another().bytes());
  }

  /** What was done about a cause so far; that is known for ever. */
  Attempts attempts(String model, String cause) {
    return Optional.ofNullable(attempts.get(key(model, cause)))
        .map(Attempts::of)
        .orElse(Attempts.NONE);
  }

  /** A run has come further. */
  void goesOn(RetrainingRun run) {
    runs.put(run.getRequestId(), encode(Topics.RETRAINING_RUNS, run));
  }

  /**
   * A run has come to its end.
   *
   * @return the request that it ends; empty where that had ended before, or nobody here made it
   */
  Optional<RetrainingRequest> ended(RetrainingRun run) {
    if (run.getState() == RunState.PROMOTED) {
      attempts.put(
          key(run.getModel(), run.getCause()),
          attempts(run.getModel(), run.getCause()).andAnswered().bytes());
    }
    runs.delete(run.getRequestId());
    return request(openRequests.delete(run.getRequestId()));
  }

  /** An alert that a request has lapsed was written. */
  void lapsed(RetrainingRequest request, boolean wasMade) {
    if (!wasMade) {
      tried(request);
    }
    lapsed.put(request.getModel(), encode(Topics.RETRAINING_REQUESTS, request));
  }

  /** The request whose lapse is still alerted of. */
  Optional<RetrainingRequest> takeLapsed(String model) {
    return request(lapsed.delete(model));
  }

  /**
   * Keeps to itself what is open, as it was told first.
   *
   * @return the episode that has closed, as it was told first; empty where none has
   */
  Optional<DriftAlert> episode(DriftAlert alert) {
    String key = key(alert.getModel(), alert.getKind(), alert.getAlertId());
    if (alert.getState() == AlertState.OPEN) {
      episodes.putIfAbsent(key, encode(Topics.DRIFT_ALERTS, alert));
      return Optional.empty();
    }
    return Optional.ofNullable(episodes.delete(key)).map(this::alert);
  }

  /** An episode that is open, as it was told first; else as it is told. */
  DriftAlert first(DriftAlert alert) {
    return Optional.ofNullable(
            episodes.get(key(alert.getModel(), alert.getKind(), alert.getAlertId())))
        .map(this::alert)
        .orElse(alert);
  }

  /** The open episodes of a kind, as they were told first. */
  List<DriftAlert> open(String model, String kind) {
    List<DriftAlert> open = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all =
        episodes.prefixScan(key(model, kind, ""), new StringSerializer())) {
      all.forEachRemaining(one -> open.add(alert(one.value)));
    }
    return open;
  }

  /** Keeps an incident; the oldest of more than so many goes. */
  void incident(String model, Incident incident) {
    byte[] monitor = incident.monitor().getBytes(UTF_8);
    incidents.put(
        key(model, incident.id()),
        ByteBuffer.allocate(SPAN_BYTES + monitor.length)
            .put(bytes(incident.span()))
            .put(monitor)
            .array());
    List<Incident> known = incidents(model);
    if (known.size() > MOST_INCIDENTS) {
      incidents.delete(key(model, known.get(0).id()));
    }
  }

  /** The incidents of a model that are remembered, those that ended first before the others. */
  List<Incident> incidents(String model) {
    List<Incident> known = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all =
        incidents.prefixScan(model + NEXT, new StringSerializer())) {
      all.forEachRemaining(
          one -> {
            ByteBuffer value = ByteBuffer.wrap(one.value);
            Span span = span(value);
            known.add(
                new Incident(
                    one.key.substring(model.length() + NEXT.length()),
                    UTF_8.decode(value).toString(),
                    span));
          });
    }
    known.sort(Comparator.comparing(incident -> incident.span().to()));
    return known;
  }

  /** Forgets an incident. */
  void forget(String model, Incident incident) {
    incidents.delete(key(model, incident.id()));
  }

  /**
   * A monitor has evaluated a window, as one does for episodes of a kind.
   *
   * @param most how many are remembered
   * @return whether it is later than all that it has evaluated
   */
  boolean looked(String model, Doubts.Looker looker, Span window, int most) {
    List<Span> windows = looked(model, looker);
    boolean isLater =
        windows.isEmpty() || windows.get(windows.size() - 1).to().isBefore(window.to());
    if (isLater) {
      windows.add(window);
      List<Span> last = windows.subList(Math.max(0, windows.size() - most), windows.size());
      ByteBuffer value = ByteBuffer.allocate(SPAN_BYTES * last.size());
      last.forEach(one -> value.put(bytes(one)));
      looked.put(key(model, looker.kind(), looker.monitor()), value.array());
    }
    return isLater;
  }

  /** The last windows that a monitor has evaluated, the newest last; none where that is unknown. */
  List<Span> looked(String model, Doubts.Looker looker) {
    List<Span> windows = new ArrayList<>();
    byte[] value = looked.get(key(model, looker.kind(), looker.monitor()));
    if (value != null) {
      ByteBuffer spans = ByteBuffer.wrap(value);
      while (spans.hasRemaining()) {
        windows.add(span(spans));
      }
    }
    return windows;
  }

  private static byte[] bytes(Span span) {
    return ByteBuffer.allocate(SPAN_BYTES)
        .putLong(span.from().toEpochMilli())
        .putLong(span.to().toEpochMilli())
        .array();
  }

  private static Span span(ByteBuffer value) {
    return new Span(Instant.ofEpochMilli(value.getLong()), Instant.ofEpochMilli(value.getLong()));
  }

  /**
   * Forgets episodes of performance that nobody will close: of monitors that look at a model's
   * performance no more, where the job that opened them may not run for the model any more either.
   */
  void forgetUnwatched(Predicate<DriftAlert> isWatched) {
    Predicate<DriftAlert> isGone =
        alert -> alert.getKind().equals(AlertKinds.PERFORMANCE) && !isWatched.test(alert);
    forget(episodes, this::alert, isGone);
    forget(held, value -> heldAlert(value).alert(), isGone);
  }

  private static void forget(
      KeyValueStore<String, byte[]> store,
      Function<byte[], DriftAlert> read,
      Predicate<DriftAlert> isGone) {
    List<String> gone = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      all.forEachRemaining(
          one -> {
            if (isGone.test(read.apply(one.value))) {
              gone.add(one.key);
            }
          });
    }
    gone.forEach(store::delete);
  }

  private boolean isOpen(String model, String kind) {
    try (KeyValueIterator<String, byte[]> open =
        episodes.prefixScan(key(model, kind, ""), new StringSerializer())) {
      return open.hasNext();
    }
  }

  /**
   * Keeps an episode that may still ask, once.
   *
   * @param since event time from which on it waits
   */
  void hold(DriftAlert alert, Instant since) {
    byte[] value = encode(Topics.DRIFT_ALERTS, alert);
    held.put(
        key(alert.getModel(), alert.getAlertId()),
        ByteBuffer.allocate(Long.BYTES + value.length)
            .putLong(since.toEpochMilli())
            .put(value)
            .array());
  }

  /** Forgets an episode that was kept. */
  void release(DriftAlert alert) {
    held.delete(key(alert.getModel(), alert.getAlertId()));
  }

  /** The episode of an alert, where it is kept. */
  Optional<HeldAlert> held(DriftAlert alert) {
    return Optional.ofNullable(held.get(key(alert.getModel(), alert.getAlertId())))
        .map(this::heldAlert);
  }

  /** The episodes of a model that may still ask, the one that waits longest first. */
  List<HeldAlert> held(String model) {
    List<HeldAlert> alerts = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all =
        held.prefixScan(model + NEXT, new StringSerializer())) {
      all.forEachRemaining(one -> alerts.add(heldAlert(one.value)));
    }
    alerts.sort(Comparator.comparing(HeldAlert::since)); // stable: the store has them by their ids
    return alerts;
  }

  private HeldAlert heldAlert(byte[] value) {
    ByteBuffer buffer = ByteBuffer.wrap(value);
    Instant since = Instant.ofEpochMilli(buffer.getLong());
    byte[] alert = new byte[buffer.remaining()];
    buffer.get(alert);
    return new HeldAlert(alert(alert), since);
  }

  private DriftAlert alert(byte[] bytes) {
    return retry.call(() -> codec.decode(bytes, DriftAlert.class));
  }

  /** From when on a policy's schedule counts; the first time that it is asked for, now. */
  Instant anchor(String policy, Instant now) {
    byte[] known = anchors.get(policy);
    if (known == null) {
      anchors.put(policy, bytes(now));
      return now;
    }
    return time(known);
  }

  /**
   * The model's event time when something of that time is read. What tells late of a window, as
   * performance does once its labels are there, does not turn it back.
   *
   * @return the greatest that was read of the model so far
   */
  Instant reached(String model, Instant read) {
    byte[] known = clocks.get(model);
    if (known != null && !time(known).isBefore(read)) {
      return time(known);
    }
    clocks.put(model, bytes(read));
    return read;
  }

  private static byte[] bytes(Instant time) {
    return ByteBuffer.allocate(Long.BYTES).putLong(time.toEpochMilli()).array();
  }

  private static Instant time(byte[] bytes) {
    return Instant.ofEpochMilli(ByteBuffer.wrap(bytes).getLong());
  }

  private List<Instant> times(String model) {
    List<Instant> times = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all =
        requestTimes.prefixScan(model + NEXT, new StringSerializer())) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> one = all.next();
        times.add(Instant.ofEpochMilli(Long.parseLong(one.key.split(NEXT, -1)[1])));
      }
    }
    return times;
  }

  private Optional<RetrainingRequest> request(byte[] bytes) {
    return bytes == null
        ? Optional.empty()
        : Optional.of(retry.call(() -> codec.decode(bytes, RetrainingRequest.class)));
  }

  <T extends SpecificRecordBase> byte[] encode(String topic, T value) {
    int id = retry.call(() -> registry.register(Topics.valueSubject(topic), value.getSchema()));
    return codec.encode(id, value);
  }

  private static String key(String... parts) {
    return String.join(NEXT, parts);
  }

  /** Sorts as the times do, from 1970 on. */
  private static String sorted(Instant time) {
    return "%019d".formatted(Math.max(0, time.toEpochMilli()));
  }
}
