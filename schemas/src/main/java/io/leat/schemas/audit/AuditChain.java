package io.leat.schemas.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.Sha256;
import io.leat.records.AuditEvent;
import io.leat.schemas.CanonicalJson;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The chain of the changes on {@code audit}: each event holds its place, the hash of the one before
 * it, and a hash over all of this and its own fields. Whoever changes, takes out, puts in or moves
 * an event has to write all events behind it anew, and the last hash is another then; so that hash,
 * kept elsewhere, vouches for all.
 *
 * <p>Goes through the events in their order and stops at the first broken link. What is cut off at
 * the end shows only against a hash that was kept. Events outside the chain are counted apart. One
 * thread owns it; it holds no events.
 */
public final class AuditChain {
  private final Optional<Head> expected;
  private Optional<Head> head = Optional.empty();
  private Optional<BrokenLink> broken = Optional.empty();
  private long unchained;

  /** An event's place and hash. */
  public record Head(long sequence, String hash) {
    private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,17}):([0-9a-f]{64})");

    /**
     * Reads {@code SEQUENCE:HASH}.
     *
     * @throws IllegalArgumentException if it is nothing such
     */
    public static Head parse(String text) {
      Matcher matcher = TEXT.matcher(text);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "'%s'; expected SEQUENCE:HASH, a number from 1 and 64 hexadecimal digits, as 'leat audit verify' prints it"
                .formatted(text));
      }
      return new Head(Long.parseLong(matcher.group(1)), matcher.group(2));
    }

    @Override
    public String toString() {
      return sequence + ":" + hash;
    }
  }

  /**
   * Where the chain breaks.
   *
   * @param offset of the record on {@code audit}; empty where the chain ends too early
   * @param sequence place in the chain at which it breaks
   * @param expected what should be there, for a person
   * @param found what is there, for a person
   */
  public record BrokenLink(Optional<Long> offset, long sequence, String expected, String found) {}

  /** A chain that may end anywhere. */
  public AuditChain() {
    this(Optional.empty());
  }

  /**
   * @param expected an event that was in the chain when somebody looked before
   */
  public AuditChain(Optional<Head> expected) {
    this.expected = expected;
  }

  /** Whether an event is, or says that it is, in the chain. */
  static boolean isChained(AuditEvent event) {
    return event.getSequence() != null || event.getPrevious() != null || event.getHash() != null;
  }

  /** Where an event stands that this chain would go on with; empty where it is none such. */
  static Optional<Head> head(AuditEvent event) {
    Long sequence = event.getSequence();
    String hash = event.getHash();
    return sequence == null || hash == null
        ? Optional.empty()
        : Optional.of(new Head(sequence, hash));
  }

  /**
   * The event as the chain's next.
   *
   * @param head the chain's last event; empty: this is the first
   */
  static AuditEvent link(AuditEvent event, Optional<Head> head) {
    AuditEvent linked =
        AuditEvent.newBuilder(event)
            .setSequence(head.map(Head::sequence).orElse(0L) + 1)
            .setPrevious(head.map(Head::hash).orElse(null))
            .setHash(null)
            .build();
    return AuditEvent.newBuilder(linked).setHash(hash(linked)).build();
  }

  /**
   * The event as canonical JSON (RFC 8785): its fields by their names, time in milliseconds since
   * 1970, fields that are null left out.
   */
  public static String json(AuditEvent event) {
    return CanonicalJson.of(fields(event));
  }

  private static Map<String, Object> fields(AuditEvent event) {
    Map<String, Object> fields = new TreeMap<>();
    for (Schema.Field field : AuditEvent.getClassSchema().getFields()) {
      Object value = event.get(field.pos());
      if (value != null) {
        fields.put(field.name(), value instanceof Instant time ? time.toEpochMilli() : value);
      }
    }
    return fields;
  }

  /**
   * The hash that an event has to have: SHA-256, as 64 lower-case hexadecimal digits, of the text
   * {@code previous} (nothing where it is null) and, behind it, of {@link #json} without {@code
   * hash}, both in UTF-8.
   */
  static String hash(AuditEvent event) {
    Map<String, Object> fields = fields(event);
    fields.remove("hash");
    MessageDigest digest = Sha256.digest();
    if (event.getPrevious() != null) {
      digest.update(event.getPrevious().getBytes(UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest(CanonicalJson.of(fields).getBytes(UTF_8)));
  }

  /**
   * Takes the next event.
   *
   * @param offset of its record on {@code audit}
   * @return false where the chain is broken, here or before: no more are wanted
   */
  public boolean add(long offset, AuditEvent event) {
    if (broken.isPresent()) {
      return false;
    }
    if (!isChained(event)) {
      unchained++;
      return true;
    }
    long next = sequence() + 1;
    broken = problem(offset, next, event);
    head = broken.isPresent() ? head : head(event);
    return broken.isEmpty();
  }

  private Optional<BrokenLink> problem(long offset, long next, AuditEvent event) {
    Long sequence = event.getSequence();
    String previous = head.map(Head::hash).orElse(null);
    if (sequence == null || sequence != next) {
      return broken(offset, next, "sequence " + next, "sequence " + sequence);
    }
    if (!Objects.equals(previous, event.getPrevious())) {
      return broken(offset, next, "previous " + previous, "previous " + event.getPrevious());
    }
    String hash = hash(event);
    if (!hash.equals(event.getHash())) {
      return broken(
          offset, next, "hash " + hash + ", which its fields give", "hash " + event.getHash());
    }
    return expected
        .filter(one -> one.sequence() == next && !one.hash().equals(hash))
        .flatMap(one -> broken(offset, next, "hash " + one.hash() + ", as before", "hash " + hash));
  }

  private static Optional<BrokenLink> broken(
      @Nullable Long offset, long sequence, String expected, String found) {
    return Optional.of(new BrokenLink(Optional.ofNullable(offset), sequence, expected, found));
  }

  /** Where the chain breaks first, if there are no more events; empty: it is whole. */
  public Optional<BrokenLink> brokenLink() {
    return broken.or(
        () ->
            expected
                .filter(one -> one.sequence() > sequence())
                .flatMap(
                    one ->
                        broken(
                            null,
                            sequence() + 1,
                            "events up to sequence " + one.sequence() + ", as before",
                            "the end of the chain")));
  }

  private long sequence() {
    return head.map(Head::sequence).orElse(0L);
  }

  /**
   * The last event before the chain breaks or ends; its sequence is how many events there are.
   * Empty where there are none.
   */
  public Optional<Head> head() {
    return head;
  }

  /** How many events that are not in the chain came before it breaks or ends. */
  public long unchained() {
    return unchained;
  }
}
