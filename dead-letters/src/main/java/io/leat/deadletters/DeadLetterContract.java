package io.leat.deadletters;

import io.leat.ingestion.EventValidator;
import io.leat.ingestion.EventValidators;
import io.leat.ingestion.Verdict;
import io.leat.ingestion.decoding.Opened;
import io.leat.ingestion.privacy.Cipher256;
import io.leat.ingestion.privacy.HiddenHeaders;
import io.leat.ingestion.privacy.Sensitive;
import io.leat.pipeline.definition.Contract;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RegistryClient;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What a contract, as it is now, says of dead letters. Not thread-safe.
 *
 * <p>It asks the registry and writes nothing there: a contract whose schema is not registered yet
 * is refused.
 */
public final class DeadLetterContract {
  private final Contract contract;
  private final EventValidator validator;
  private final Sensitive sensitive;

  /**
   * @throws DeadLetterException if the contract's schema was not applied, what the registry holds
   *     beside it cannot be run, or a secret key is not there
   * @throws io.leat.schemas.RegistryException if the registry does not answer
   */
  public DeadLetterContract(Contract contract, RegistryClient registry) {
    this.contract = contract;
    EventValidators validators =
        new EventValidators(contract, registry, RegistryRetry.none(), InstantSource.system());
    this.validator = validators.newValidator();
    this.sensitive = validators.sensitive();
  }

  Contract contract() {
    return contract;
  }

  Sensitive sensitive() {
    return sensitive;
  }

  /**
   * The event's bytes, decrypted where they are encrypted.
   *
   * @throws DeadLetterException if they are and cannot be, or are not in the dead letter
   */
  EventBytes bytes(DeadLetterRecord deadLetter) {
    if (deadLetter.isWithoutEvent()) {
      throw new DeadLetterException(
          "the event was too large to be copied here, and is no longer at %s either"
              .formatted(deadLetter.source().map(LogPositions::format).orElse("the raw topic")));
    }
    if (!deadLetter.isEncrypted()) {
      return new EventBytes(deadLetter.key(), deadLetter.value());
    }
    Cipher256 cipher = cipher();
    try {
      return new EventBytes(decrypt(cipher, deadLetter.key()), decrypt(cipher, deadLetter.value()));
    } catch (IllegalArgumentException e) {
      throw undecryptable(e);
    }
  }

  /**
   * The headers that the event came with, decrypted where they are encrypted; throws as {@link
   * #bytes} does.
   */
  Headers headers(DeadLetterRecord deadLetter) {
    Headers headers = deadLetter.producerHeaders();
    List<String> encrypted = deadLetter.encryptedHeaders();
    if (!encrypted.isEmpty()) {
      try {
        HiddenHeaders.decryptIn(headers, encrypted, cipher());
      } catch (IllegalArgumentException e) {
        throw undecryptable(e);
      }
    }
    return headers;
  }

  private Cipher256 cipher() {
    return validator
        .cipher()
        .orElseThrow(
            () ->
                new DeadLetterException(
                    "it is encrypted, and the contract %s names no keys under dead_letters"
                        .formatted(contract.event())));
  }

  private DeadLetterException undecryptable(IllegalArgumentException e) {
    return new DeadLetterException(
        "it cannot be decrypted: %s. Name its key under dead_letters of the contract %s"
            .formatted(e.getMessage(), contract.event()),
        e);
  }

  private static byte @Nullable [] decrypt(Cipher256 cipher, byte @Nullable [] encrypted) {
    return encrypted == null ? null : cipher.decrypt(encrypted);
  }

  /** Opens the event of a dead letter, as the stream would. */
  Opened open(DeadLetterRecord deadLetter, EventBytes bytes) {
    return validator.open(bytes.value(), headers(deadLetter));
  }

  /** What the stream would say if these bytes came with the headers of the dead letter's event. */
  Verdict validate(DeadLetterRecord deadLetter, EventBytes bytes) {
    return validator.validate(bytes.key(), bytes.value(), headers(deadLetter));
  }

  /** What a refusal says to people. */
  String message(Verdict.Refused refused) {
    return validator.message(refused);
  }
}
