package io.leat.ingestion.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.ingestion.EventValidator;
import io.leat.ingestion.EventValidators;
import io.leat.ingestion.RawSchema;
import io.leat.ingestion.Verdict;
import io.leat.ingestion.decoding.EventReader;
import io.leat.ingestion.decoding.JsonEvents;
import io.leat.ingestion.decoding.Opened;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.InputFormat.Envelope;
import io.leat.pipeline.definition.InputFormat.Format;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryException;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Validates the events of one contract as the stream will, and makes the records that its producer
 * would have written: plain Avro from JSON, by the contract's schema, before anything of it is
 * protected; everything else byte for byte as it came. Thread-safe.
 */
final class ContractValidator {
  private static final Logger log = LoggerFactory.getLogger(ContractValidator.class);

  private final Contract contract;
  private final RegistryClient registry;
  private final EventValidators validators;
  private final boolean plainAvro;
  private final Queue<Worker> idle = new ConcurrentLinkedQueue<>();
  private volatile OptionalInt rawSchema = OptionalInt.empty();

  /** What became of an event before it is sent. */
  sealed interface Validated {
    /** It may go. */
    record Ready(String eventId, List<String> warnings, ProducerRecord<byte[], byte[]> record)
        implements Validated {}

    /** It stays. */
    record Settled(ItemResult result) implements Validated {}
  }

  /** What one thread validates with. */
  private record Worker(
      EventValidator validator, EventReader json, AvroCodec codec, int schemaId) {}

  ContractValidator(Contract contract, RegistryClient registry, InstantSource clock) {
    this.contract = contract;
    this.registry = registry;
    this.validators = new EventValidators(contract, registry, RegistryRetry.none(), clock);
    this.plainAvro =
        contract.inputFormat().format() == Format.AVRO
            && contract.inputFormat().envelope() instanceof Envelope.None;
  }

  /** Whether bodies are written byte for byte, rather than as Avro. */
  boolean writesAsTheyCame() {
    return !plainAvro;
  }

  /** Whether events come in envelopes of CloudEvents. */
  boolean isCloudEvents() {
    return contract.inputFormat().envelope() instanceof Envelope.CloudEvents;
  }

  /**
   * Asks the registry for all that is needed, so that events do not have to wait for it.
   *
   * @throws RegistryException if the registry does not answer
   * @throws io.leat.common.LeatException with one sentence if the contract was not applied, or a
   *     secret key is not there
   */
  void prepare() {
    idle.add(newWorker());
  }

  private Worker newWorker() {
    if (plainAvro && rawSchema.isEmpty()) {
      rawSchema = OptionalInt.of(RawSchema.id(contract, registry));
    }
    return new Worker(
        validators.newValidator(),
        new JsonEvents(contract, validators.sensitive()::isQuotable),
        new AvroCodec(registry),
        rawSchema.orElse(0));
  }

  /**
   * Validates events; throws as {@link #prepare} does.
   *
   * @param headers of the records
   */
  List<Validated> validate(List<byte[]> events, Headers headers) {
    Worker worker = idle.poll();
    if (worker == null) {
      worker = newWorker();
    }
    Worker mine = worker;
    try {
      return events.stream().map(event -> validate(mine, event, headers)).toList();
    } finally {
      idle.add(mine);
    }
  }

  private Validated validate(Worker worker, byte[] body, Headers headers) {
    try {
      Opened opened =
          plainAvro ? worker.json().read(body, headers) : worker.validator().open(body, headers);
      if (opened instanceof Opened.Event event) {
        return validate(worker, body, event, headers);
      }
      return opened instanceof Opened.Refused refused
          ? refused(worker, Verdict.Refused.of(refused))
          : new Validated.Settled(new ItemResult.Skipped());
    } catch (RegistryException | KafkaException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      log.error("Defect: an event of {} could not be validated", contract.event(), silent(e));
      return new Validated.Settled(
          new ItemResult.Refused(
              DeadLetterReason.INTERNAL_ERROR,
              "the event could not be validated; the gateway's log says why",
              List.of()));
    }
  }

  private Validated validate(Worker worker, byte[] body, Opened.Event opened, Headers headers) {
    GenericRecord event = opened.event();
    // All of this before the check, which puts what may be seen in place of what it protects.
    byte[] value = plainAvro ? worker.codec().encode(worker.schemaId(), event) : body;
    byte[] key =
        contract.key().map(event::get).map(field -> field.toString().getBytes(UTF_8)).orElse(null);
    String eventId = String.valueOf(event.get(contract.eventId()));
    Verdict verdict = worker.validator().check(opened, key, headers);
    return verdict instanceof Verdict.Accepted accepted
        ? new Validated.Ready(
            eventId,
            accepted.warnings(),
            new ProducerRecord<>(contract.event(), null, key, value, headers))
        : refused(worker, (Verdict.Refused) verdict);
  }

  private static Validated refused(Worker worker, Verdict.Refused refused) {
    return new Validated.Settled(
        new ItemResult.Refused(
            refused.reason(), worker.validator().message(refused), refused.violations()));
  }

  /** The error without its message, which may hold what the contract protects. */
  private static Throwable silent(Throwable error) {
    Throwable silent = new IllegalStateException(error.getClass().getName());
    silent.setStackTrace(error.getStackTrace());
    return silent;
  }
}
