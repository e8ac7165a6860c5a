package io.leat.ingestion.letters;

import io.leat.ingestion.EventJudge;
import io.leat.ingestion.EventJudges;
import io.leat.ingestion.Verdict;
import io.leat.ingestion.intake.Opened;
import io.leat.ingestion.privacy.Cipher256;
import io.leat.ingestion.privacy.HiddenHeaders;
import io.leat.ingestion.privacy.Sensitive;
import io.leat.pipeline.Contract;
import io.leat.runtime.streams.RegistryPatience;
import io.leat.schemas.LogPositions;
import io.leat.schemas.RegistryClient;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What a contract, as it is now, says of letters. Not thread-safe.
 *
 * <p>It asks the registry and writes nothing there: a contract whose schema is not registered yet
 * is refused.
 */
public final class LetterContract {
  private final Contract contract;
  private final EventJudge judge;
  private final Sensitive sensitive;

  /**
   * @throws LetterException if the contract's schema was not applied, what the registry holds
   *     beside it cannot be run, or a secret key is not there
   * @throws io.leat.schemas.RegistryException if the registry does not answer
   */
  public LetterContract(Contract contract, RegistryClient registry) {
    this.contract = contract;
    EventJudges judges =
        new EventJudges(contract, registry, RegistryPatience.none(), InstantSource.system());
    this.judge = judges.newJudge();
    this.sensitive = judges.sensitive();
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
   * @throws LetterException if they are and cannot be, or are not in the letter
   */
  EventBytes bytes(Letter letter) {
    if (letter.isWithoutEvent()) {
      throw new LetterException(
          "the event was too large to be copied here, and is no longer at %s either"
              .formatted(letter.source().map(LogPositions::format).orElse("the raw topic")));
    }
    if (!letter.isEncrypted()) {
      return new EventBytes(letter.key(), letter.value());
    }
    Cipher256 cipher = cipher();
    try {
      return new EventBytes(decrypt(cipher, letter.key()), decrypt(cipher, letter.value()));
    } catch (IllegalArgumentException e) {
      throw undecryptable(e);
    }
  }

  /**
   * The headers that the event came with, decrypted where they are encrypted; throws as {@link
   * #bytes} does.
   */
  Headers headers(Letter letter) {
    Headers headers = letter.producerHeaders();
    List<String> encrypted = letter.encryptedHeaders();
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
    return judge
        .cipher()
        .orElseThrow(
            () ->
                new LetterException(
                    "it is encrypted, and the contract %s names no keys under dead_letters"
                        .formatted(contract.event())));
  }

  private LetterException undecryptable(IllegalArgumentException e) {
    return new LetterException(
        "it cannot be decrypted: %s. Name its key under dead_letters of the contract %s"
            .formatted(e.getMessage(), contract.event()),
        e);
  }

  private static byte @Nullable [] decrypt(Cipher256 cipher, byte @Nullable [] encrypted) {
    return encrypted == null ? null : cipher.decrypt(encrypted);
  }

  /** Opens the event of a letter, as the stream would. */
  Opened open(Letter letter, EventBytes bytes) {
    return judge.open(bytes.value(), headers(letter));
  }

  /** What the stream would say if these bytes came with the headers of the letter's event. */
  Verdict judge(Letter letter, EventBytes bytes) {
    return judge.judge(bytes.key(), bytes.value(), headers(letter));
  }

  /** What a refusal says to people. */
  String message(Verdict.Refused refused) {
    return judge.message(refused);
  }
}
