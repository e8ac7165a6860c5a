package io.leat.ingestion;

import io.leat.ingestion.ContractProcessor.Validation;
import io.leat.ingestion.decoding.Opened;
import io.leat.ingestion.privacy.Cipher256;
import io.leat.ingestion.refusal.DeadLetterReason;
import io.leat.schemas.RegistryException;
import io.leat.schemas.Topics;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Validates events as the stream would, with the same readers and the same check. Duplicates are
 * the stream's to find. Not thread-safe; {@link EventValidators} makes one.
 */
public final class EventValidator {
  /** What the stream leaves for the headers of later jobs. */
  private static final int LARGEST_VALID = Topics.LARGEST_RECORD - Topics.LARGEST_RECORD / 64;

  private final Validation validation;

  EventValidator(Validation validation) {
    this.validation = validation;
  }

  /** Encrypts and decrypts dead letters; empty where the contract keeps them in clear. */
  public Optional<Cipher256> cipher() {
    return validation.cipher();
  }

  /**
   * Opens a record of the raw topic.
   *
   * @throws RegistryException if the registry could not be asked
   */
  public Opened open(byte @Nullable [] value, Headers headers) {
    return validation.reader().read(value, headers);
  }

  /** Opens a record of the raw topic and validates it; throws as {@link #open} does. */
  public Verdict validate(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
    try {
      Opened opened = open(value, headers);
      if (opened instanceof Opened.Event event) {
        return check(event, key, headers);
      }
      return opened instanceof Opened.Refused refused
          ? Verdict.Refused.of(refused)
          : new Verdict.Skipped();
    } catch (RegistryException | KafkaException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      return failed(e);
    }
  }

  /**
   * Validates an event; throws as {@link #open} does.
   *
   * @param event is changed
   * @param key of its record
   * @param headers of its record
   */
  public Verdict check(Opened.Event event, byte @Nullable [] key, Headers headers) {
    try {
      Verdict verdict = validation.check().check(event);
      return verdict instanceof Verdict.Accepted accepted
          ? unlessTooLarge(accepted, key, headers)
          : verdict;
    } catch (RegistryException | KafkaException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      return failed(e);
    }
  }

  /** What a refusal says; what a library said is left out where it may quote protected values. */
  public String message(Verdict.Refused refused) {
    return validation.mayQuote() || refused.cause().isEmpty()
        ? refused.message()
        : "the details may hold what the contract protects, and are left out";
  }

  private static Verdict unlessTooLarge(
      Verdict.Accepted accepted, byte @Nullable [] key, Headers headers) {
    int size = RecordSize.upperBound(new Record<>(key, accepted.value(), 0, headers));
    return size <= LARGEST_VALID
        ? accepted
        : new Verdict.Refused(
            DeadLetterReason.TOO_LARGE,
            "the valid event would take up to %d bytes; expected at most %d"
                .formatted(size, LARGEST_VALID),
            List.of(),
            accepted.contractVersion(),
            OptionalInt.empty(),
            Optional.empty());
  }

  /** A defect; what it says may hold what the contract protects, and is left out. */
  private static Verdict.Refused failed(Throwable error) {
    return new Verdict.Refused(
        DeadLetterReason.INTERNAL_ERROR,
        "ingestion failed on this event: " + error.getClass().getName(),
        List.of(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.of(error));
  }
}
