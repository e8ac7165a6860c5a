package io.leat.performance;

import static io.leat.performance.Shop.BY_ID;
import static io.leat.performance.Shop.BY_ORDER;
import static io.leat.performance.Shop.OWN;
import static io.leat.performance.Shop.WITHIN;
import static io.leat.performance.Shop.at;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.leat.records.Outcome;
import io.leat.schemas.RecordHeaders;
import io.leat.schemas.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Given these scores and labels, in this order, these outcomes come out. */
class JoinTest {
  private static final double LATENESS = PerformanceJob.LATENESS.toHours();

  private Shop shop = new Shop(BY_ID);

  @AfterEach
  void close() {
    shop.close();
  }

  private void with(io.leat.pipeline.definition.FeatureService.Label label) {
    shop.close();
    shop = new Shop(label);
  }

  @Test
  void aScoreLeavesWithItsLabelAndWhatIsKnownOfItsEvent() {
    shop.scored("p1", 10, 0.75).label(1, "p1", 12, true);

    assertThat(shop.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getModel()).isEqualTo("fraud");
              assertThat(outcome.getModelVersion()).isEqualTo("v1");
              assertThat(outcome.getModelNumber()).isEqualTo(1);
              assertThat(outcome.getRole()).isEqualTo("CHAMPION");
              assertThat(outcome.getRollout()).isEqualTo(3);
              assertThat(outcome.getPropensity()).isEqualTo(1);
              assertThat(outcome.getEventId()).isEqualTo("p1");
              assertThat(outcome.getKeys()).isEqualTo(Map.of("customer", "c-p1"));
              assertThat(outcome.getEventTime()).isEqualTo(at(10));
              assertThat(outcome.getScore()).isEqualTo(0.75);
              assertThat(outcome.getDecision()).isEqualTo("block");
              assertThat(outcome.getLabel()).isEqualTo(true);
              assertThat(outcome.getLabelId()).isEqualTo("1");
              assertThat(outcome.getLabelTime()).isEqualTo(at(12));
              assertThat(outcome.getRevision()).isZero();
              assertThat(outcome.getLate()).isFalse();
              assertThat(outcome.getKnownAt()).isEqualTo(at(12));
            });
    assertThat(shop.count("outcomes", "labelled")).isEqualTo(1);
  }

  @Test
  void anOutcomeIsKeyedByItsEventAndSaysItsTime() {
    shop.scored("p1", 10, 0.75).label(1, "p1", 12, true);
    assertThat(
            shop.driver
                .createOutputTopic(
                    Topics.outcomes(Shop.MODEL),
                    new org.apache.kafka.common.serialization.StringDeserializer(),
                    new org.apache.kafka.common.serialization.ByteArrayDeserializer())
                .readRecordsToList())
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.key()).isEqualTo("p1");
              assertThat(RecordHeaders.get(record.headers(), RecordHeaders.EVENT_ID))
                  .contains("p1");
              assertThat(RecordHeaders.get(record.headers(), RecordHeaders.EVENT_TIME))
                  .contains(Long.toString(at(10).toEpochMilli()));
            });
  }

  @Test
  void aScoreWithoutLabelLeavesOnceTheTimeOfALabelHasPassed() {
    shop.scored("p1", 10, 0.25).until(10 + WITHIN);
    assertThat(shop.outcomes()).as("a label may still happen at this time").isEmpty();

    shop.until(11 + WITHIN);

    assertThat(shop.outcomes())
        .extracting(Outcome::getEventId, Outcome::getLabel, Outcome::getRevision, Outcome::getLate)
        .containsExactly(tuple("p1", null, 0, false));
    assertThat(shop.count("outcomes", "missing")).isEqualTo(1);
  }

  @Test
  void aLabelThatComesLateCorrectsTheScoreThatLeftWithout() {
    shop.scored("p1", 10, 0.25).until(11 + WITHIN).label(1, "p1", 9 + WITHIN, true);

    List<Outcome> outcomes = shop.outcomes();

    assertThat(outcomes)
        .extracting(Outcome::getLabel, Outcome::getRevision, Outcome::getLate, Outcome::getKnownAt)
        .containsExactly(
            tuple(null, 0, false, at(11 + WITHIN)), tuple(true, 1, true, at(11 + WITHIN)));
    assertThat(shop.count("labels", "late")).isEqualTo(1);
    assertThat(shop.count("outcomes", "late")).isEqualTo(1);
    assertThat(shop.count("outcomes", "corrected")).isEqualTo(1);
  }

  @Test
  void aLabelOfAnotherTimeThanMayBeIsNotSeen() {
    shop.scored("p1", 10, 0.25)
        .label(1, "p1", 9, true)
        .label(2, "p1", 10.1 + WITHIN, true)
        .label(3, "p2", 12, true)
        .until(11 + WITHIN);
    assertThat(shop.outcomes())
        .extracting(Outcome::getLabel, Outcome::getRevision)
        .containsExactly(tuple(null, 0));
  }

  @Test
  void theSameLabelOnceMoreChangesNothing() {
    shop.scored("p1", 10, 0.25).label(1, "p1", 12, true).label(1, "p1", 12, true);
    assertThat(shop.outcomes()).hasSize(1);
    assertThat(shop.count("labels", "repeated")).isEqualTo(1);
  }

  @Test
  void anotherLabelOfTheSameValueIsTheOneThatHolds() {
    shop.scored("p1", 10, 0.25).label(1, "p1", 12, true).label(2, "p1", 13, true);
    assertThat(shop.outcomes())
        .extracting(Outcome::getLabel, Outcome::getLabelId, Outcome::getRevision)
        .containsExactly(tuple(true, "1", 0), tuple(true, "2", 1));
    assertThat(shop.count("labels", "repeated")).isEqualTo(1);
    assertThat(shop.count("labels", "contradicting")).isZero();
    assertThat(shop.count("outcomes", "corrected")).isZero();
  }

  @Test
  void ofContradictingLabelsTheLastHoldsWheneverItCame() {
    shop.scored("p1", 10, 0.25).label(1, "p1", 12, true).label(2, "p1", 13, false);
    shop.scored("p2", 10, 0.25).label(4, "p2", 13, false).label(3, "p2", 12, true);
    assertThat(shop.outcomes())
        .extracting(Outcome::getEventId, Outcome::getLabel, Outcome::getRevision)
        .containsExactly(tuple("p1", true, 0), tuple("p1", false, 1), tuple("p2", false, 0));
    assertThat(shop.count("labels", "contradicting")).isEqualTo(2);
    assertThat(shop.count("outcomes", "corrected")).isEqualTo(1);
  }

  @Test
  void ofLabelsOfOneTimeTheOneWithTheGreaterNumberHolds() {
    shop.scored("p1", 10, 0.25).label(9, "p1", 12, true).label(10, "p1", 12, false);
    shop.scored("p2", 10, 0.25).label(10, "p2", 12, false).label(9, "p2", 12, true);
    assertThat(Shop.known(shop.outcomes(), Instant.MAX))
        .isEqualTo(Map.of("p1", Optional.of(false), "p2", Optional.of(false)));
  }

  @Test
  void aLabelIsTakenBackByOneWithoutValue() {
    shop.scored("p1", 10, 0.25).label(1, "p1", 12, true).label(2, "p1", 13, null);
    shop.scored("p2", 10, 0.25).label(3, "p2", 12, null);
    assertThat(shop.outcomes())
        .extracting(Outcome::getEventId, Outcome::getLabel, Outcome::getRevision)
        .as("a label without value says nothing before the time has passed")
        .containsExactly(tuple("p1", true, 0), tuple("p1", null, 1));
  }

  @Test
  void whatWasKnownAtATimeCanBeMadeAgain() {
    shop.scored("p1", 10, 0.25)
        .scored("p2", 11, 0.25)
        .label(1, "p1", 12, true)
        .label(2, "p1", 20, false)
        .until(12 + WITHIN)
        .label(3, "p2", 11 + WITHIN, true);
    List<Outcome> outcomes = shop.outcomes();
    assertThat(Shop.known(outcomes, at(11))).isEmpty();
    assertThat(Shop.known(outcomes, at(12))).isEqualTo(Map.of("p1", Optional.of(true)));
    assertThat(Shop.known(outcomes, at(19.9))).isEqualTo(Map.of("p1", Optional.of(true)));
    assertThat(Shop.known(outcomes, at(20))).isEqualTo(Map.of("p1", Optional.of(false)));
    assertThat(Shop.known(outcomes, at(12 + WITHIN)))
        .isEqualTo(Map.of("p1", Optional.of(false), "p2", Optional.of(true)));
  }

  @Test
  void labelsThatAreFarAheadWaitForTheirScores() {
    shop.label(1, "p1", 12, true).label(2, "p2", 9_000, true);
    shop.scored("p1", 10, 0.25);
    assertThat(shop.outcomes())
        .extracting(Outcome::getLabel, Outcome::getLate, Outcome::getKnownAt)
        .containsExactly(tuple(true, false, at(12)));
  }

  @Test
  void theOrderInWhichPartsComeIsNoMatter() {
    shop.label(1, "p1", 12, true).score("p1", 10, "CHAMPION", 1, 0.25).vector("p1", 10);
    assertThat(shop.outcomes())
        .extracting(Outcome::getLabel, Outcome::getRevision, Outcome::getLate)
        .containsExactly(tuple(true, 0, false));
  }

  @Test
  void aScoreThatComesAfterTheTimeOfItsLabelLeavesAtOnce() {
    shop.label(1, "p1", 12, true).vector("p1", 10).until(13 + WITHIN);
    shop.score("p1", 10, "CHAMPION", 1, 0.25);
    assertThat(shop.outcomes())
        .extracting(Outcome::getEventId, Outcome::getLabel, Outcome::getLate)
        .containsExactly(tuple("p1", true, true));
    assertThat(shop.count("scores", "late")).isEqualTo(1);
  }

  @Test
  void aScoreWhoseVectorIsNotThereMeetsItsLabelAllTheSame() {
    shop.score("p1", 10, "CHAMPION", 1, 0.25).label(1, "p1", 12, true).until(11 + LATENESS);
    assertThat(shop.outcomes())
        .extracting(Outcome::getEventId, Outcome::getLabel, Outcome::getKeys)
        .containsExactly(tuple("p1", true, Map.of()));
    assertThat(shop.count("scores", "alone")).isEqualTo(1);
  }

  @Test
  void aScoreOfWhichNobodySaysWhatNamesItLeavesAlone() {
    with(BY_ORDER);
    shop.score("p1", 10, "CHAMPION", 1, 0.25).until(10 + LATENESS);
    assertThat(shop.outcomes()).isEmpty();
    shop.until(11 + LATENESS);
    assertThat(shop.outcomes())
        .extracting(Outcome::getEventId, Outcome::getLabel)
        .containsExactly(tuple("p1", null));
    assertThat(shop.count("scores", "alone")).isEqualTo(1);
  }

  @Test
  void aShadowMeetsTheLabelOfTheChampion() {
    shop.scored("p1", 10, 0.25)
        .score("p1", 10, "SHADOW", 2, 0.75)
        .score("p1", 10, "SHADOW", 3, 0.5)
        .label(1, "p1", 12, true);
    assertThat(shop.outcomes())
        .extracting(Outcome::getModelNumber, Outcome::getRole, Outcome::getLabel)
        .containsExactlyInAnyOrder(
            tuple(1, "CHAMPION", true), tuple(2, "SHADOW", true), tuple(3, "SHADOW", true));
  }

  @Test
  void theSameScoreOnceMoreDoesNotLeaveAgain() {
    shop.scored("p1", 10, 0.25).label(1, "p1", 12, true).scored("p1", 10, 0.25);
    assertThat(shop.outcomes()).hasSize(1);
  }

  @Test
  void aLabelOfTheEventItselfIsKnownWhenItsTimeHasPassed() {
    with(OWN);
    shop.payment("p1", 10, null, true).scored("p1", 10, 0.25);
    shop.scored("p2", 10, 0.25).payment("p2", 10, null, null).until(10 + WITHIN);
    assertThat(shop.outcomes()).isEmpty();
    shop.until(11 + WITHIN);
    assertThat(shop.outcomes())
        .extracting(Outcome::getEventId, Outcome::getLabel, Outcome::getLate)
        .containsExactly(tuple("p1", true, false), tuple("p2", null, false));
  }

  @Test
  void aLabelMayNameItsEventByAnotherField() {
    with(BY_ORDER);
    shop.payment("p1", 10, "o1", null)
        .scored("p1", 10, 0.25)
        .scored("p2", 11, 0.25)
        .payment("p2", 11, "o1", null)
        .payment("p3", 11, null, null)
        .scored("p3", 11, 0.25)
        .label(1, null, "o1", 10.5, true)
        .label(2, null, "o1", 12, false)
        .label(3, null, null, 12, true);
    assertThat(shop.outcomes())
        .extracting(Outcome::getEventId, Outcome::getLabel, Outcome::getRevision)
        .containsExactly(
            tuple("p3", null, 0),
            tuple("p1", true, 0),
            tuple("p1", false, 1),
            tuple("p2", false, 0));
    assertThat(shop.count("scores", "alone")).isEqualTo(1);
  }

  @Test
  void whatCannotBeReadIsLaidAside() {
    byte[] nonsense = "hello".getBytes(UTF_8);
    for (String topic :
        List.of(
            Topics.scores(Shop.MODEL),
            Topics.shadowScores(Shop.MODEL),
            Topics.features("payments_service"),
            Topics.valid("labels"))) {
      shop.send(topic, nonsense);
    }
    shop.scored("p1", 10, 0.25).label(1, "p1", 12, true);
    assertThat(shop.deadLetters())
        .hasSize(4)
        .allSatisfy(record -> assertThat(record.value()).isEqualTo(nonsense));
    assertThat(shop.outcomes()).hasSize(1);
  }

  @Test
  void nothingIsKeptForLongerThanItMayBeNeeded() {
    with(BY_ORDER);
    shop.payment("p1", 10, "o1", null)
        .scored("p1", 10, 0.25)
        .label(1, null, "o1", 12, true)
        .label(2, null, "o2", 12, true)
        .score("p2", 10, "CHAMPION", 1, 0.25)
        .vector("p3", 10);
    assertThat(shop.held()).isPositive();
    double end = 13 + WITHIN + LATENESS;
    shop.payment("clock" + end, end, "o9", null).until(end);
    List<String> left = new ArrayList<>();
    shop.driver
        .<org.apache.kafka.common.utils.Bytes, byte[]>getKeyValueStore("fraud-labels")
        .all()
        .forEachRemaining(entry -> left.add(new String(entry.key.get(), UTF_8)));
    assertThat(left).noneMatch(key -> key.contains("o1") || key.contains("o2"));
    assertThat(shop.count("labels", "unused")).isEqualTo(1);
  }

  @Test
  void aReplayGivesTheSameBytes() {
    Consumer<Shop> story =
        given ->
            given
                .scored("p1", 10, 0.25)
                .label(2, "p1", 13, false)
                .label(1, "p1", 12, true)
                .score("p1", 10, "SHADOW", 2, 0.5)
                .scored("p2", 11, 0.5)
                .until(12 + WITHIN)
                .label(3, "p2", 12, true)
                .until(14 + WITHIN + LATENESS);
    story.accept(shop);
    try (Shop again = new Shop(BY_ID)) {
      story.accept(again);
      List<byte[]> first = shop.raw();
      assertThat(first).hasSize(4);
      assertThat(again.raw()).containsExactlyElementsOf(first);
    }
  }
}
