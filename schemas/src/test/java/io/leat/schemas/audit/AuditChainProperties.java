package io.leat.schemas.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.records.AuditEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Whatever is done to a chain, but at its end, is found where it was done. */
class AuditChainProperties {
  private static final int LENGTH = 6;

  @Property
  void aChainThatNobodyTouchedIsWhole(@ForAll long seed) {
    List<AuditEvent> events = chain(new Random(seed));

    AuditChain chain = verified(events);

    assertThat(chain.brokenLink()).isEmpty();
    assertThat(chain.head()).isEqualTo(AuditChain.head(events.get(LENGTH - 1)));
    assertThat(chain.unchained()).isZero();
  }

  @Property
  void anyChangeOfAnyFieldIsFoundInItsPlace(
      @ForAll long seed, @ForAll @IntRange(max = LENGTH - 1) int at) {
    List<AuditEvent> events = chain(new Random(seed));
    for (Schema.Field field : AuditEvent.getClassSchema().getFields()) {
      for (AuditEvent changed : changes(events.get(at), field)) {
        List<AuditEvent> tampered = new ArrayList<>(events);
        tampered.set(at, changed);

        assertBreaks(tampered, at, at + 1);
      }
    }
  }

  @Property
  void whatIsTakenOutIsFoundInWhatComesBehind(
      @ForAll long seed, @ForAll @IntRange(max = LENGTH - 2) int at) {
    List<AuditEvent> events = chain(new Random(seed));

    List<AuditEvent> less = new ArrayList<>(events);
    less.remove(at);
    assertBreaks(less, at, at + 1);

    List<AuditEvent> outside = new ArrayList<>(events);
    outside.set(
        at,
        AuditEvent.newBuilder(events.get(at))
            .setSequence(null)
            .setPrevious(null)
            .setHash(null)
            .build());
    assertBreaks(outside, at + 1, at + 1);
  }

  @Property
  void whatIsPutInIsFound(@ForAll long seed, @ForAll @IntRange(max = LENGTH - 1) int at) {
    Random random = new Random(seed);
    List<AuditEvent> events = chain(random);

    List<AuditEvent> twice = new ArrayList<>(events);
    twice.add(at + 1, events.get(at));
    assertBreaks(twice, at + 1, at + 2);

    List<AuditEvent> foreign = new ArrayList<>(events);
    foreign.add(at, AuditChain.link(event(random), Optional.empty()));
    assertBreaks(foreign, at == 0 ? 1 : at, at == 0 ? 2 : at + 1);
  }

  @Property
  void whatIsSwappedIsFound(
      @ForAll long seed,
      @ForAll @IntRange(max = LENGTH - 1) int one,
      @ForAll @IntRange(min = 1, max = LENGTH - 1) int further) {
    List<AuditEvent> events = chain(new Random(seed));
    int other = (one + further) % LENGTH;

    Collections.swap(events, one, other);

    assertBreaks(events, Math.min(one, other), Math.min(one, other) + 1);
  }

  private static void assertBreaks(List<AuditEvent> events, int offset, int sequence) {
    assertThat(verified(events).brokenLink())
        .hasValueSatisfying(
            link -> {
              assertThat(link.offset()).contains((long) offset);
              assertThat(link.sequence()).isEqualTo(sequence);
              assertThat(link.found()).isNotEqualTo(link.expected());
            });
  }

  private static AuditChain verified(List<AuditEvent> events) {
    AuditChain chain = new AuditChain();
    for (int offset = 0; offset < events.size(); offset++) {
      chain.add(offset, events.get(offset));
    }
    return chain;
  }

  /** The event with other values of a field: a longer one, and none where that can be. */
  private static List<AuditEvent> changes(AuditEvent event, Schema.Field field) {
    Object value = event.get(field.pos());
    List<AuditEvent> changes = new ArrayList<>(List.of(with(event, field, another(value))));
    if (value != null && field.schema().isNullable()) {
      changes.add(with(event, field, null));
    }
    return changes;
  }

  private static Object another(@Nullable Object value) {
    if (value instanceof Instant time) {
      return time.plusMillis(1);
    }
    if (value instanceof Map<?, ?>) {
      return Map.of("forged", "");
    }
    if (value instanceof List<?>) {
      return List.of("forged");
    }
    if (value instanceof Long number) {
      return number + 1;
    }
    return value == null ? "" : value + "0";
  }

  private static AuditEvent with(AuditEvent event, Schema.Field field, @Nullable Object value) {
    AuditEvent changed = AuditEvent.newBuilder(event).build();
    changed.put(field.pos(), value);
    return changed;
  }

  private static List<AuditEvent> chain(Random random) {
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < LENGTH; i++) {
      events.add(
          AuditChain.link(
              event(random), i == 0 ? Optional.empty() : AuditChain.head(events.get(i - 1))));
    }
    return events;
  }

  private static AuditEvent event(Random random) {
    return AuditEvent.newBuilder()
        .setAction(text(random))
        .setActor(text(random))
        .setSubject(text(random))
        .setDetails(Map.of("a", text(random), "b", text(random)))
        .setTime(Instant.ofEpochMilli(random.nextInt()))
        .setBefore(maybe(random))
        .setAfter(maybe(random))
        .setReason(maybe(random))
        .setEvidence(random.nextBoolean() ? List.of() : List.of(text(random), text(random)))
        .build();
  }

  private static @Nullable String maybe(Random random) {
    return random.nextBoolean() ? null : text(random);
  }

  /** With quotes, controls and letters of several bytes in it. */
  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(8); length > 0; length--) {
      text.appendCodePoint(
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(0x20);
            case 1 -> 0x1F600 + random.nextInt(0x40);
            case 2 -> 0xA0 + random.nextInt(0x1000);
            default -> 0x20 + random.nextInt(0x5F);
          });
    }
    return text.toString();
  }
}
