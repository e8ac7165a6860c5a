package io.leat.performance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.features.engine.LabelRule;
import io.leat.pipeline.definition.FeatureService.Label;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds in the end follows from scores and labels alone, whatever the order they came in. */
class JoinProperties {

  private record Payment(String id, String order, int hour) {}

  private record Found(long id, String order, int hour, boolean fraud) {}

  @Property(tries = 30)
  void eachScoreHasTheLabelThatATrainingSetGivesIt(@ForAll long seed) {
    Random random = new Random(seed);
    List<Payment> payments = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      payments.add(new Payment("p" + i, "o" + random.nextInt(4), random.nextInt(20)));
    }
    List<Found> labels = new ArrayList<>();
    for (long i = 0; i < 12; i++) {
      labels.add(new Found(i, "o" + random.nextInt(4), random.nextInt(24), random.nextBoolean()));
    }
    List<Consumer<Shop>> story = new ArrayList<>();
    for (Payment payment : payments) {
      story.add(shop -> shop.payment(payment.id(), payment.hour(), payment.order(), null));
      story.add(shop -> shop.vector(payment.id(), payment.hour()));
      story.add(shop -> shop.score(payment.id(), payment.hour(), "CHAMPION", 1, 0.5));
    }
    for (Found label : labels) {
      story.add(shop -> shop.label(label.id(), null, label.order(), label.hour(), label.fraud()));
    }
    Collections.shuffle(story, random);
    try (Shop shop = new Shop(label(random.nextInt(10)))) {
      LabelRule rule =
          LabelRule.of(
              shop.pipeline.services().get(0).label().orElseThrow().within(),
              shop.pipeline.contract("labels").orElseThrow());

      story.forEach(told -> told.accept(shop));
      shop.payment("clock", 60, "none", null).until(60);
      shop.payment("clock60.0", 60, "none", null).until(61);

      Map<String, Optional<Object>> expected = new TreeMap<>();
      payments.forEach(payment -> expected.put(payment.id(), label(payment, labels, rule)));
      assertThat(Shop.known(shop.outcomes(), Instant.MAX)).isEqualTo(expected);
    }
  }

  private static Label label(int hours) {
    return new Label(
        "fraud", "labels", "order_id", java.time.Duration.ofHours(1 + hours), List.of());
  }

  /** By the definition, one label after the other. */
  private static Optional<Object> label(Payment payment, List<Found> labels, LabelRule rule) {
    Optional<Found> last = Optional.empty();
    for (Found label : labels) {
      if (label.order().equals(payment.order())
          && label.hour() >= payment.hour()
          && Shop.micros(label.hour()) <= Shop.micros(payment.hour()) + rule.withinMicros()
          && last.filter(
                  found ->
                      found.hour() > label.hour()
                          || (found.hour() == label.hour() && found.id() > label.id()))
              .isEmpty()) {
        last = Optional.of(label);
      }
    }
    return last.map(Found::fraud);
  }
}
