package io.leat.cli.up;

import io.leat.pipeline.Model;
import io.leat.pipeline.Pipeline;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import io.leat.records.Severity;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryException;
import io.leat.schemas.Topics;
import java.time.Instant;
import java.util.Comparator;
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
final class Findings {
  private final AvroCodec codec;
  private final Set<String> models;
  private final Map<String, OpenAlert> open = new HashMap<>();
  private final Set<String> opened = new HashSet<>();
  private final Set<String> closed = new HashSet<>();
  private long requests;
  private long unreadable;
  private Optional<String> lastRequest = Optional.empty();

  Findings(Pipeline pipeline, AvroCodec codec) {
    this.codec = codec;
    this.models = pipeline.models().stream().map(Model::name).collect(Collectors.toSet());
  }

  /**
   * What there is so far.
   *
   * @param opened alerts that ever opened
   * @param closed alerts that have closed
   * @param open alerts that are open now, the worst first
   * @param lastRequest reason of the newest request
   */
  record Summary(
      long opened,
      long closed,
      List<OpenAlert> open,
      long requests,
      Optional<String> lastRequest,
      long unreadable) {
    Summary {
      open = List.copyOf(open);
    }
  }

  /**
   * An alert that is open.
   *
   * @param since end of the window that opened it
   * @param message one sentence for a person
   */
  record OpenAlert(
      String monitor,
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
    static final Comparator<OpenAlert> WORST_FIRST =
        Comparator.comparing(OpenAlert::severity)
            .thenComparingDouble(alert -> Math.abs(alert.value() / alert.threshold()))
            .thenComparing(OpenAlert::since)
            .reversed();
  }

  /**
   * Takes in a record of one of the two topics.
   *
   * @throws RegistryException if the registry cannot be asked just now; the record is not taken in
   */
  void add(ConsumerRecord<byte[], byte[]> record) {
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
    if (models.contains(request.getModel())) {
      requests++;
      lastRequest = Optional.of(request.getReason());
    }
  }

  Summary summary() {
    return new Summary(
        opened.size(),
        closed.size(),
        open.values().stream().sorted(OpenAlert.WORST_FIRST).toList(),
        requests,
        lastRequest,
        unreadable);
  }
}
