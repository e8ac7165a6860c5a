package io.leat.ingestion.door;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.ingestion.DeadLetterReason;
import io.leat.ingestion.EventJudge;
import io.leat.ingestion.EventJudges;
import io.leat.ingestion.RawSchema;
import io.leat.ingestion.Verdict;
import io.leat.ingestion.intake.EventReader;
import io.leat.ingestion.intake.JsonEvents;
import io.leat.ingestion.intake.Opened;
import io.leat.pipeline.Contract;
import io.leat.pipeline.contract.Intake.Envelope;
import io.leat.pipeline.contract.Intake.Format;
import io.leat.runtime.streams.RegistryPatience;
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
 * Judges the events of one contract as the stream will, and makes the records that its producer
 * would have written: plain Avro from JSON, by the contract's schema, before anything of it is
 * protected; everything else byte for byte as it came. Thread-safe.
 */
final class ContractIntake {
  private static final Logger log = LoggerFactory.getLogger(ContractIntake.class);

  private final Contract contract;
  private final RegistryClient registry;
  private final EventJudges judges;
  private final boolean plainAvro;
  private final Queue<Worker> idle = new ConcurrentLinkedQueue<>();
  private volatile OptionalInt rawSchema = OptionalInt.empty();

  /** What became of an event before it is sent. */
  sealed interface Judged {
    /** It may go. */
    record Ready(String eventId, List<String> warnings, ProducerRecord<byte[], byte[]> record)
        implements Judged {}

    /** It stays. */
    record Settled(ItemResult result) implements Judged {}
  }

  /** What one thread judges with. */
  private record Worker(EventJudge judge, EventReader json, AvroCodec codec, int schemaId) {}

  ContractIntake(Contract contract, RegistryClient registry, InstantSource clock) {
    this.contract = contract;
    this.registry = registry;
    this.judges = new EventJudges(contract, registry, RegistryPatience.none(), clock);
    this.plainAvro =
        contract.intake().format() == Format.AVRO
            && contract.intake().envelope() instanceof Envelope.None;
  }

  /** Whether bodies are written byte for byte, rather than as Avro. */
  boolean writesAsTheyCame() {
    return !plainAvro;
  }

  /** Whether events come in envelopes of CloudEvents. */
  boolean isCloudEvents() {
    return contract.intake().envelope() instanceof Envelope.CloudEvents;
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
        judges.newJudge(),
        new JsonEvents(contract, judges.sensitive()::isQuotable),
        new AvroCodec(registry),
        rawSchema.orElse(0));
  }

  /**
   * Judges events; throws as {@link #prepare} does.
   *
   * @param headers of the records
   */
  List<Judged> judge(List<byte[]> events, Headers headers) {
    Worker worker = idle.poll();
    if (worker == null) {
      worker = newWorker();
    }
    Worker mine = worker;
    try {
      return events.stream().map(event -> judge(mine, event, headers)).toList();
    } finally {
      idle.add(mine);
    }
  }

  private Judged judge(Worker worker, byte[] body, Headers headers) {
    try {
      Opened opened =
          plainAvro ? worker.json().read(body, headers) : worker.judge().open(body, headers);
      if (opened instanceof Opened.Event event) {
        return judge(worker, body, event, headers);
      }
      return opened instanceof Opened.Refused refused
          ? refused(worker, Verdict.Refused.of(refused))
          : new Judged.Settled(new ItemResult.Skipped());
    } catch (RegistryException | KafkaException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      log.error("Defect: an event of {} could not be judged", contract.event(), silent(e));
      return new Judged.Settled(
          new ItemResult.Refused(
              DeadLetterReason.INTERNAL_ERROR,
              "the event could not be judged; the door's log says why",
              List.of()));
    }
  }

  private Judged judge(Worker worker, byte[] body, Opened.Event opened, Headers headers) {
    GenericRecord event = opened.event();
    // All of this before the check, which puts what may be seen in place of what it protects.
    byte[] value = plainAvro ? worker.codec().encode(worker.schemaId(), event) : body;
    byte[] key =
        contract.key().map(event::get).map(field -> field.toString().getBytes(UTF_8)).orElse(null);
    String eventId = String.valueOf(event.get(contract.eventId()));
    Verdict verdict = worker.judge().check(opened, key, headers);
    return verdict instanceof Verdict.Accepted accepted
        ? new Judged.Ready(
            eventId,
            accepted.warnings(),
            new ProducerRecord<>(contract.event(), null, key, value, headers))
        : refused(worker, (Verdict.Refused) verdict);
  }

  private static Judged refused(Worker worker, Verdict.Refused refused) {
    return new Judged.Settled(
        new ItemResult.Refused(
            refused.reason(), worker.judge().message(refused), refused.violations()));
  }

  /** The error without its message, which may hold what the contract protects. */
  private static Throwable silent(Throwable error) {
    Throwable silent = new IllegalStateException(error.getClass().getName());
    silent.setStackTrace(error.getStackTrace());
    return silent;
  }
}
