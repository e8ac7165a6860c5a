package io.leat.retraining.worker;

import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.MalformedValueException;
import io.leat.schemas.Topics;
import io.leat.schemas.topic.TopicLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was asked for and does still hold, as {@code retraining-requests} has it. One thread owns
 * it.
 */
final class RequestLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RequestLog.class);

  private final TopicLog topic;
  private final AvroCodec codec;
  private final Map<String, RetrainingRequest> asked = new LinkedHashMap<>();

  RequestLog(Map<String, ?> kafka, AvroCodec codec) {
    this.topic = TopicLog.open(kafka, Topics.RETRAINING_REQUESTS);
    this.codec = codec;
  }

  /** What is asked for now, in the order in which it was. */
  List<RetrainingRequest> read() {
    topic.readToEnd(
        record -> {
          try {
            if (record.value() != null) {
              add(codec.decode(record.value(), RetrainingRequest.class));
            }
          } catch (MalformedValueException e) {
            log.warn(
                "{}-{}, offset {} is no request, and is passed over: {}",
                record.topic(),
                record.partition(),
                record.offset(),
                e.getMessage());
          }
          return true;
        });
    return List.copyOf(asked.values());
  }

  private void add(RetrainingRequest request) {
    if (request.getState() == RequestStatus.LAPSED) {
      asked.remove(request.getRequestId());
    } else {
      asked.put(request.getRequestId(), request);
    }
  }

  @Override
  public void close() {
    topic.close();
  }
}
