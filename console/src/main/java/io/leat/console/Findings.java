package io.leat.console;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.records.Severity;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryException;
import io.leat.schemas.Topics;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Alerts and retraining requests of one pipeline's models, added up. The topics are shared with
 * other pipelines, and anybody may write into them: what is not ours is passed over, what cannot be
 * read is counted. One thread owns it.
 */
public final class Findings {
  /** Newest requests that are kept. */
  private static final int MOST_REQUESTS = 20;

  private final AvroCodec codec;
  private final Set<String> models;
  private final Map<String, OpenAlert> open = new HashMap<>();
  private final Set<String> opened = new HashSet<>();
  private final Set<String> closed = new HashSet<>();
  private long requests;
  private long unreadable;
  private final Deque<Request> newestRequests = new ArrayDeque<>();

  public Findings(Pipeline pipeline, AvroCodec codec) {
    this.codec = codec;
    this.models = pipeline.models().stream().map(Model::name).collect(Collectors.toSet());
  }

  /**
   * What there is so far.
   *
   * @param opened alerts that ever opened
   * @param closed alerts that have closed
   * @param open alerts that are open now, the worst first
   * @param requests how many retraining requests there are
   * @param newestRequests some of them, the newest first
   * @param unreadable records that cannot be read
   */
  public record Summary(
      long opened,
      long closed,
      List<OpenAlert> open,
      long requests,
      List<Request> newestRequests,
      long unreadable) {
    public Summary {
      open = List.copyOf(open);
      newestRequests = List.copyOf(newestRequests);
    }

    /** Why the newest request was made. */
    public Optional<String> lastReason() {
      return newestRequests.stream().findFirst().map(Request::reason);
    }
  }

  /**
   * An alert that is open.
   *
   * @param since end of the window that opened it
   * @param message one sentence for a person
   */
  public record OpenAlert(
      String monitor,
      String model,
      String feature,
      String metric,
      Severity severity,
      double value,
      double threshold,
      Instant since,
      String message) {
    /**
     * Critical before others, then by how many thresholds the value is away from 0, then newest.
     */
    public static final Comparator<OpenAlert> WORST_FIRST =
        Comparator.comparing(OpenAlert::severity)
            .thenComparingDouble(alert -> Math.abs(alert.value() / alert.threshold()))
            .thenComparing(OpenAlert::since)
            .reversed();
  }

  /** A retraining request. */
  public record Request(String model, Instant time, String reason) {}

  /**
   * Takes in a record of one of the two topics.
   *
   * @throws RegistryException if the registry cannot be asked just now; the record is not taken in
   */
  public void add(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.value() == null) {
        unreadable++;
      } else if (record.topic().equals(Topics.DRIFT_ALERTS)) {
        add(codec.decode(record.value(), DriftAlert.class));
      } else {
        add(codec.decode(record.value(), RetrainingRequest.class));
      }
    } catch (MalformedValueException e) {
      unreadable++;
    } catch (RegistryException e) {
      if (e.isRetriable()) {
        throw e;
      }
      unreadable++;
    }
  }

  private void add(DriftAlert alert) {
    if (!models.contains(alert.getModel())) {
      return;
    }
    if (alert.getState() == AlertState.OPEN) {
      opened.add(alert.getAlertId());
      open.put(
          alert.getAlertId(),
          new OpenAlert(
              alert.getMonitor(),
              alert.getModel(),
              alert.getFeature(),
              alert.getMetric(),
              alert.getSeverity(),
              alert.getValue(),
              alert.getThreshold(),
              alert.getWindowEnd(),
              alert.getMessage()));
    } else {
      closed.add(alert.getAlertId());
      open.remove(alert.getAlertId());
    }
  }

  private void add(RetrainingRequest request) {
    if (models.contains(request.getModel()) && request.getState() == RequestStatus.ASKED) {
      requests++;
      newestRequests.addFirst(
          new Request(request.getModel(), request.getEventTime(), request.getReason()));
      while (newestRequests.size() > MOST_REQUESTS) {
        newestRequests.removeLast();
      }
    }
  }

  public Summary summary() {
    return new Summary(
        opened.size(),
        closed.size(),
        open.values().stream().sorted(OpenAlert.WORST_FIRST).toList(),
        requests,
        List.copyOf(newestRequests),
        unreadable);
  }
}
