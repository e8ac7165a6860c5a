package io.leat.ingestion;

import io.leat.ingestion.decoding.ContractSchemas;
import io.leat.ingestion.decoding.ContractSchemas.Current;
import io.leat.ingestion.decoding.Opened;
import io.leat.ingestion.privacy.Protector;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.ingestion.rules.DomainRules;
import io.leat.ingestion.rules.Finding;
import io.leat.ingestion.rules.Rules;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.MissingValue;
import io.leat.pipeline.definition.Severity;
import io.leat.records.Violation;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.ValueCheck;
import io.leat.schemas.WireFormat;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/**
 * Decides whether an event meets its contract, and makes of it what everything behind ingestion may
 * see. Not thread-safe: one a task.
 *
 * <p>In this order: missing values are filled in, rules in Confluent's form run, values are held
 * against their types, identity and time are looked at, the contract's rules are asked, sensitive
 * values are protected. An event whose bytes are those of the current schema already, and of which
 * nothing was changed, passes as it came.
 */
public final class ContractCheck {
  /**
   * 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999Z: what every table format and tool can hold.
   */
  private static final long EARLIEST = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();

  private static final long LATEST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

  private final Contract contract;
  private final ContractSchemas schemas;
  private final Rules rules;
  private final DomainRules domainRules;
  private final Protector protector;
  private final ValueCheck values;
  private final AvroCodec codec;
  private final InstantSource clock;
  private final int idField;
  private final int timeField;
  private final boolean micros;
  private final int keyField;

  /**
   * @param protector puts what may be seen in place of sensitive values
   * @param keyIsProtected whether the key of the record is the protected value of its field
   */
  public ContractCheck(
      Contract contract,
      ContractSchemas schemas,
      Rules rules,
      DomainRules domainRules,
      Protector protector,
      boolean keyIsProtected,
      AvroCodec codec,
      InstantSource clock) {
    this.contract = contract;
    this.schemas = schemas;
    this.rules = rules;
    this.domainRules = domainRules;
    this.protector = protector;
    // Of the event time something else is said.
    this.values = ValueCheck.of(contract.schema(), List.of(contract.eventTime()));
    this.codec = codec;
    this.clock = clock;
    this.idField = contract.schema().getField(contract.eventId()).pos();
    Schema.Field time = contract.schema().getField(contract.eventTime());
    this.timeField = time.pos();
    this.micros = isMicros(time.schema());
    this.keyField =
        keyIsProtected
            ? contract.key().map(key -> contract.schema().getField(key).pos()).orElse(-1)
            : -1;
  }

  /** Asks the registry for what every event needs, so that none has to wait for it. */
  void prepare() {
    schemas.current();
  }

  private record Problem(DeadLetterReason reason, String message) {}

  /**
   * Validates an event.
   *
   * @param opened the event; it is changed
   * @throws io.leat.schemas.RegistryException if the registry had to be asked and refused
   */
  public Verdict check(Opened.Event opened) {
    GenericRecord event = opened.event();
    List<Problem> problems = new ArrayList<>(0);
    boolean changed = fill(event, problems);
    List<Finding> findings = new ArrayList<>(0);
    if (!domainRules.isEmpty()) {
      changed |= domainRules.run(event, findings);
    }
    values
        .problems(event)
        .forEach(problem -> problems.add(new Problem(DeadLetterReason.NOT_THE_SCHEMA, problem)));
    Object eventId = event.get(idField);
    if (eventId == null || eventId.toString().isEmpty()) {
      problems.add(
          new Problem(
              DeadLetterReason.MISSING_EVENT_ID,
              "%s is %s; expected the event's id"
                  .formatted(contract.eventId(), eventId == null ? "null" : "empty")));
    }
    Object time = event.get(timeField);
    long eventTime = time == null ? 0 : millis((Long) time);
    if (time == null) {
      problems.add(
          new Problem(
              DeadLetterReason.MISSING_EVENT_TIME,
              contract.eventTime() + " is null; expected the event's time"));
    } else {
      checkTime(eventTime, problems);
    }
    findings.addAll(rules.check(event));
    for (Finding finding : findings) {
      if (finding.severity() == Severity.ERROR) {
        problems.add(
            new Problem(
                finding.failed() ? DeadLetterReason.RULE_FAILED : DeadLetterReason.RULE_VIOLATED,
                finding.message()));
      }
    }
    Current current = schemas.current();
    if (!problems.isEmpty()) {
      return refused(opened, problems, findings, current);
    }
    changed |= protector.protect(event);
    return new Verdict.Accepted(
        opened.wireFormat().isPresent() && !changed
            ? framed(opened.wireFormat().get(), current.id())
            : codec.encode(current.id(), event),
        String.valueOf(event.get(idField)),
        eventTime,
        keyField < 0
            ? Optional.empty()
            : Optional.ofNullable(event.get(keyField)).map(Object::toString),
        current.version(),
        opened.writerVersion(),
        findings.isEmpty() ? List.of() : findings.stream().map(Finding::rule).distinct().toList());
  }

  private static Verdict.Refused refused(
      Opened.Event opened, List<Problem> problems, List<Finding> findings, Current current) {
    return new Verdict.Refused(
        problems.stream().map(Problem::reason).min(DeadLetterReason::compareTo).orElseThrow(),
        problems.stream().map(Problem::message).collect(Collectors.joining("; ")),
        findings.stream()
            .filter(finding -> finding.severity() == Severity.ERROR)
            .map(finding -> new Violation(finding.rule(), finding.message()))
            .toList(),
        current.version(),
        opened.writerSchemaId(),
        Optional.empty());
  }

  private boolean fill(GenericRecord event, List<Problem> problems) {
    boolean changed = false;
    for (MissingValue missing : contract.missing()) {
      if (event.get(missing.field()) == null) {
        if (missing.fill().isPresent()) {
          event.put(missing.field(), missing.fill().get());
          changed = true;
        } else {
          problems.add(
              new Problem(
                  DeadLetterReason.MISSING_VALUE,
                  missing.field() + " is null; the contract rejects events without it"));
        }
      }
    }
    return changed;
  }

  private void checkTime(long eventTime, List<Problem> problems) {
    if (eventTime < EARLIEST || eventTime > LATEST) {
      problems.add(
          new Problem(
              DeadLetterReason.EVENT_TIME_OUT_OF_RANGE,
              "%s is %d ms since 1970; expected a time from year 1 to year 9999%s"
                  .formatted(
                      contract.eventTime(),
                      eventTime,
                      micros ? "" : " (is the producer writing microseconds?)")));
      return;
    }
    long now = clock.millis();
    if (eventTime - now > contract.maxFuture().toMillis()) {
      problems.add(
          new Problem(
              DeadLetterReason.EVENT_TIME_IN_FUTURE,
              "%s is %s, more than %s ahead of the clock, which says %s"
                  .formatted(
                      contract.eventTime(),
                      Instant.ofEpochMilli(eventTime),
                      Durations.format(contract.maxFuture()),
                      Instant.ofEpochMilli(now))));
    }
    Optional<Duration> maxPast = contract.maxPast();
    if (maxPast.isPresent() && now - eventTime > maxPast.get().toMillis()) {
      problems.add(
          new Problem(
              DeadLetterReason.EVENT_TIME_IN_PAST,
              "%s is %s, more than %s behind the clock, which says %s"
                  .formatted(
                      contract.eventTime(),
                      Instant.ofEpochMilli(eventTime),
                      Durations.format(maxPast.get()),
                      Instant.ofEpochMilli(now))));
    }
  }

  private long millis(long time) {
    return micros ? Math.floorDiv(time, 1_000L) : time;
  }

  private static boolean isMicros(Schema schema) {
    if (schema.isUnion()) {
      return schema.getTypes().stream().anyMatch(ContractCheck::isMicros);
    }
    LogicalType type = schema.getLogicalType();
    return type != null && type.getName().equals(LogicalTypes.timestampMicros().getName());
  }

  /** The same value under another id; the same array where it bears that id already. */
  private static byte[] framed(byte[] value, int id) {
    if (WireFormat.schemaId(value) == id) {
      return value;
    }
    byte[] copy = value.clone();
    ByteBuffer.wrap(copy).putInt(1, id);
    return copy;
  }
}
