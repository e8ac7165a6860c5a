package io.leat.ingestion.decoding;

import io.leat.pipeline.definition.Contract;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.RegistryException;
import io.leat.schemas.SchemaResolution;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The schemas that one contract's events are and were written with, each looked up once.
 * Thread-safe.
 *
 * <p>Versions are those of the subject {@code <event>-value}, where a contract's history stands; of
 * {@code <event>.valid-value} where producers do not write the contract's schema itself (JSON, or
 * an envelope with a schema of its own). Every method throws {@link RegistryException} if the
 * registry must be asked and does not answer.
 */
public final class ContractSchemas {
  /**
   * How long it is believed that an id names no schema; a flood of garbage then costs no request an
   * event.
   */
  private static final Duration UNKNOWN_FOR = Duration.ofSeconds(5);

  /** Bound on such ids; beyond it all are asked for again. */
  private static final int UNKNOWN_CAPACITY = 10_000;

  private final Contract contract;
  private final RegistryClient registry;
  private final RegistryRetry retry;
  private final InstantSource clock;
  private final String history;
  private final Map<Integer, Writer> writers = new ConcurrentHashMap<>();
  private final Map<Integer, NoSchema> unknown = new ConcurrentHashMap<>();
  private volatile @Nullable Current current;

  /** The one that was asked for last, which is asked for again nearly always. */
  private volatile @Nullable Known last;

  public ContractSchemas(
      Contract contract, RegistryClient registry, RegistryRetry retry, InstantSource clock) {
    this.contract = contract;
    this.registry = registry;
    this.retry = retry;
    this.clock = clock;
    this.history =
        Topics.valueSubject(
            contract.inputFormat().isContractSchema()
                ? contract.event()
                : Topics.valid(contract.event()));
  }

  /**
   * The contract's current schema in the registry.
   *
   * @param id its id under {@code <event>.valid-value}
   * @param version its version; empty where the history does not list it
   */
  public record Current(int id, OptionalInt version) {}

  /**
   * A schema that events name.
   *
   * @param version its version; empty where the history does not list it
   * @param sameBytes whether a value written with it is, byte for byte, one of the current schema
   * @param incompatibility why it cannot be read as the current one; empty if it can
   * @param unreadable why the registry's answer is no Avro schema; empty if it is
   */
  public record Writer(
      OptionalInt version,
      boolean sameBytes,
      Optional<String> incompatibility,
      Optional<RegistryException> unreadable) {}

  /** An id without a schema: the registry knows none, or one that cannot be read. */
  private record NoSchema(Instant since, Optional<Writer> answer) {}

  private record Known(int id, Optional<Writer> writer) {}

  public Current current() {
    Current known = current;
    if (known == null) {
      known = retry.call(this::askCurrent);
      current = known;
    }
    return known;
  }

  /** The schema of an id; empty if the registry knows none. */
  public Optional<Writer> writer(int id) {
    Known asked = last;
    if (asked != null && asked.id() == id) {
      return asked.writer();
    }
    Writer known = writers.get(id);
    if (known != null) {
      last = new Known(id, Optional.of(known));
      return Optional.of(known);
    }
    if (id < 1) { // registries count from 1
      return Optional.empty();
    }
    NoSchema none = unknown.get(id);
    return none != null && isFresh(none) ? none.answer() : retry.call(() -> ask(id));
  }

  /** Whether {@link #writer} answers without the registry. */
  public boolean isKnown(int id) {
    Known asked = last;
    if (asked != null && asked.id() == id || writers.containsKey(id) || id < 1) {
      return true;
    }
    NoSchema none = unknown.get(id);
    return none != null && isFresh(none);
  }

  /** Asks the registry once, and keeps what it says. */
  public Optional<Writer> ask(int id) {
    Optional<Writer> found = askWriter(id);
    if (found.isPresent() && found.get().unreadable().isEmpty()) {
      writers.put(id, found.get());
      Current known = current;
      if (known != null && known.version().isEmpty()) {
        current = null; // whoever registered this may have registered the contract's too
      }
      return found;
    }
    if (unknown.size() >= UNKNOWN_CAPACITY) {
      unknown.clear();
    }
    unknown.put(id, new NoSchema(clock.instant(), found));
    return found;
  }

  private boolean isFresh(NoSchema none) {
    return clock.instant().isBefore(none.since().plus(UNKNOWN_FOR));
  }

  private Current askCurrent() {
    int id =
        registry.register(Topics.valueSubject(Topics.valid(contract.event())), contract.schema());
    return new Current(id, version(contract.schema()));
  }

  private Optional<Writer> askWriter(int id) {
    Optional<Schema> found;
    try {
      found = registry.schema(id);
    } catch (RegistryException e) {
      if (e.isRetriable()) {
        throw e;
      }
      return Optional.of(new Writer(OptionalInt.empty(), false, Optional.empty(), Optional.of(e)));
    }
    return found.map(
        schema -> {
          SchemaResolution resolution = SchemaResolution.of(schema, contract.schema());
          return new Writer(
              version(schema),
              resolution.keepsBytes(),
              incompatibility(schema, resolution),
              Optional.empty());
        });
  }

  private OptionalInt version(Schema schema) {
    return registry.version(history, schema).map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }

  private static Optional<String> incompatibility(Schema writer, SchemaResolution resolution) {
    Optional<String> bomb = ListsOfNothing.in(writer);
    if (bomb.isPresent()) {
      return Optional.of(
          "the items of %s take no bytes, so that five bytes may say that there are billions"
              .formatted(bomb.get()));
    }
    return resolution.problems().isEmpty() ? Optional.empty() : Optional.of(resolution.sentence());
  }
}
