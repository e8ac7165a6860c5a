package io.leat.runtime.streams;

import io.leat.schemas.MalformedValueException;
import io.leat.schemas.deadletter.DeadLetterWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For jobs that read the platform's own topics, where a value that cannot be read is a fault of the
 * platform: a processor that throws {@link MalformedValueException} has the record's untouched key
 * and value written, in the same transaction, to {@code <application id>.dlq} with {@link
 * DeadLetterWriter}'s headers, and goes on with the next. Any other exception stops the job: it
 * might have left something half done.
 *
 * <p>Set as {@code processing.exception.handler}. A processor decodes before it does anything else.
 */
public final class MalformedToDeadLetters implements ProcessingExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(MalformedToDeadLetters.class);

  private @Nullable String topic;

  /** The topic that a job's unreadable records go to. */
  public static String topic(String applicationId) {
    return applicationId + ".dlq";
  }

  @Override
  public void configure(Map<String, ?> settings) {
    topic =
        topic(Objects.requireNonNull(settings.get(StreamsConfig.APPLICATION_ID_CONFIG)).toString());
  }

  @Override
  public Response handleError(
      ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
    if (!(exception instanceof MalformedValueException malformed)) {
      return Response.fail();
    }
    log.error(
        "The record at {}/{}/{} cannot be read and goes to {}: {}",
        context.topic(),
        context.partition(),
        context.offset(),
        topic,
        malformed.getMessage());
    Headers headers =
        DeadLetterWriter.toCopyOf(context.headers())
            .exception(malformed)
            .readAt(context.topic(), context.partition(), context.offset())
            .headers();
    return Response.resume(
        List.of(
            new ProducerRecord<>(
                topic, null, null, context.sourceRawKey(), context.sourceRawValue(), headers)));
  }
}
