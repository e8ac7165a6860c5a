package io.leat.ingestion.letters;

import io.leat.ingestion.EventJudge;
import io.leat.ingestion.EventJudges;
import io.leat.ingestion.Verdict;
import io.leat.ingestion.intake.Opened;
import io.leat.ingestion.privacy.Cipher256;
import io.leat.ingestion.privacy.Sensitive;
import io.leat.pipeline.Contract;
import io.leat.runtime.streams.RegistryPatience;
import io.leat.schemas.RegistryClient;
import java.time.InstantSource;
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
    try {
      EventJudges judges =
          new EventJudges(contract, registry, RegistryPatience.none(), InstantSource.system());
      this.judge = judges.newJudge();
      this.sensitive = judges.sensitive();
    } catch (IllegalStateException e) {
      throw new LetterException(String.valueOf(e.getMessage()), e);
    }
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
          "the event was too large to be copied here; its bytes lie at %s as long as that topic keeps them"
              .formatted(letter.source().map(Object::toString).orElse("the raw topic")));
    }
    if (!letter.isEncrypted()) {
      return new EventBytes(letter.key(), letter.value());
    }
    Cipher256 cipher =
        judge
            .cipher()
            .orElseThrow(
                () ->
                    new LetterException(
                        "it is encrypted, and the contract %s names no keys under dead_letters"
                            .formatted(contract.event())));
    try {
      return new EventBytes(decrypt(cipher, letter.key()), decrypt(cipher, letter.value()));
    } catch (IllegalArgumentException e) {
      throw new LetterException(
          "it cannot be decrypted: %s. Name its key under dead_letters of the contract %s"
              .formatted(e.getMessage(), contract.event()),
          e);
    }
  }

  private static byte @Nullable [] decrypt(Cipher256 cipher, byte @Nullable [] encrypted) {
    return encrypted == null ? null : cipher.decrypt(encrypted);
  }

  /** Opens the event of a letter, as the stream would. */
  Opened open(Letter letter, EventBytes bytes) {
    return judge.open(bytes.value(), letter.producerHeaders());
  }

  /** What the stream would say if these bytes came with the headers of the letter's event. */
  Verdict judge(Letter letter, EventBytes bytes) {
    return judge.judge(bytes.key(), bytes.value(), letter.producerHeaders());
  }

  /** What a refusal says to people. */
  String message(Verdict.Refused refused) {
    return judge.message(refused);
  }
}
