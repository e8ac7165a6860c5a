package io.leat.cli.up;

import io.leat.pipeline.Model;
import io.leat.pipeline.Pipeline;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.RetrainingRequest;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.RegistryException;
import io.leat.schemas.Topics;
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
  private long opened;
  private long closed;
  private long requests;
  private long unreadable;
  private Optional<String> lastAlert = Optional.empty();
  private Optional<String> lastRequest = Optional.empty();

  Findings(Pipeline pipeline, AvroCodec codec) {
    this.codec = codec;
    this.models = pipeline.models().stream().map(Model::name).collect(Collectors.toSet());
  }

  /**
   * What there is so far.
   *
   * @param lastAlert message of the newest alert that opened
   * @param lastRequest reason of the newest request
   */
  record Summary(
      long opened,
      long closed,
      Optional<String> lastAlert,
      long requests,
      Optional<String> lastRequest,
      long unreadable) {}

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
      opened++;
      lastAlert = Optional.of(alert.getMessage());
    } else {
      closed++;
    }
  }

  private void add(RetrainingRequest request) {
    if (models.contains(request.getModel())) {
      requests++;
      lastRequest = Optional.of(request.getReason());
    }
  }

  Summary summary() {
    return new Summary(opened, closed, lastAlert, requests, lastRequest, unreadable);
  }
}
