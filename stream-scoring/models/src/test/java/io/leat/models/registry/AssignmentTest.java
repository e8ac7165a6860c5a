package io.leat.models.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.leat.common.LeatException;
import io.leat.records.ModelRole;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.MurmurHash3;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssignmentTest {
  private static final int KEYS = 100_000;

  /** Bound of a share: its standard deviation five times over, about one in two million. */
  private static final double DEVIATIONS = 5;

  /** Values that the tests of spaolacci/murmur3 (Go) publish, unsigned, in hex. */
  @ParameterizedTest
  @CsvSource({
    "'', 0000000000000000, 0000000000000000",
    "hello, cbd8a7b341bd9b02, 5b1e906a48ae1d19",
    "'hello, world', 342fac623a5ebc8e, 4cdcbc079642414d",
    "'19 Jan 2038 at 3:14:07 AM', b89e5988b737affc, 664fc2950231b2cb",
    "The quick brown fox jumps over the lazy dog., cd99481f9ee902c9, 695da1a38987b6e7"
  })
  void theHashIsTheOneThatIsPublished(String text, String first, String second) {
    long[] hash = MurmurHash3.hash128x64(text.getBytes(UTF_8));

    assertThat(hash)
        .containsExactly(Long.parseUnsignedLong(first, 16), Long.parseUnsignedLong(second, 16));
  }

  @Test
  void aKeysPlaceIsTheHashOfSaltAndKeyOverTwoToTheSixtyFourth() {
    long hash = MurmurHash3.hash128x64("fraud:c-1".getBytes(UTF_8))[0];

    double place = assignment("fraud", 0.5).place("c-1".getBytes(UTF_8));
    assertThat(BigDecimal.valueOf(place))
        .isCloseTo(
            new BigDecimal(Long.toUnsignedString(hash))
                .divide(new BigDecimal(BigInteger.TWO.pow(64))),
            within(new BigDecimal("1e-15")));
    assertThat(place).isGreaterThanOrEqualTo(0).isLessThan(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.1, 0.5, 0.9})
  void aCanaryHasItsShareOfTheKeys(double weight) {
    long canary = members(assignment("fraud", weight)).size();

    double deviation = Math.sqrt(KEYS * weight * (1 - weight));
    assertThat((double) canary)
        .isBetween(KEYS * weight - DEVIATIONS * deviation, KEYS * weight + DEVIATIONS * deviation);
  }

  @Test
  void aCanaryWhoseWeightIsRaisedKeepsItsMembers() {
    Set<String> before = Set.of();
    for (double weight : new double[] {0, 0.01, 0.1, 0.2, 0.5, 0.99, 1}) {
      Set<String> now = members(assignment("fraud", weight));
      assertThat(now.containsAll(before)).as("at weight %s", weight).isTrue();
      before = now;
    }
    assertThat(before).as("at weight 1").hasSize(KEYS);
  }

  @Test
  void eachOfSeveralCanariesHasItsShare() {
    RolloutArm champion = new RolloutArm(1, "a", ModelRole.CHAMPION, 0.5);
    RolloutArm first = new RolloutArm(2, "b", ModelRole.CANARY, 0.2);
    RolloutArm second = new RolloutArm(3, "c", ModelRole.CANARY, 0.3);
    Assignment assignment = new Assignment(TestVersions.rollout(1, champion, first, second));
    for (RolloutArm arm : List.of(champion, first, second)) {
      long count = keys().filter(key -> decider(assignment, key) == arm.getNumber()).count();
      assertThat(count / (double) KEYS).isCloseTo(arm.getWeight(), within(0.01));
    }
  }

  @Test
  void anotherSaltChoosesOthers() {
    Set<String> both = new HashSet<>(members(assignment("fraud", 0.1)));
    both.retainAll(members(assignment("churn", 0.1)));

    assertThat(both.size()).isBetween(KEYS / 200, KEYS / 50);
  }

  @Test
  void aShadowDecidesNothing() {
    RolloutArm champion = new RolloutArm(1, "a", ModelRole.CHAMPION, 1.0);
    RolloutArm shadow = new RolloutArm(2, "b", ModelRole.SHADOW, 0.0);
    Assignment assignment = new Assignment(TestVersions.rollout(1, champion, shadow));

    assertThat(keys()).allMatch(key -> decider(assignment, key) == champion.getNumber());
    assertThat(assignment.shadows()).containsExactly(shadow);
    assertThat(Assignment.propensity(champion)).isEqualTo(1);
    assertThat(Assignment.propensity(shadow)).isEqualTo(1);
  }

  @Test
  void aRolloutHasOneChampion() {
    Rollout none = TestVersions.rollout(1, new RolloutArm(2, "b", ModelRole.SHADOW, 0.0));

    assertThatThrownBy(() -> new Assignment(none))
        .isInstanceOf(LeatException.class)
        .hasMessageContaining("A rollout has 0 champions; expected 1");
  }

  private static Assignment assignment(String salt, double weight) {
    List<RolloutArm> arms =
        List.of(
            new RolloutArm(1, "a", ModelRole.CHAMPION, 1 - weight),
            new RolloutArm(2, "b", ModelRole.CANARY, weight));
    return new Assignment(
        new Rollout(1L, "canary", salt, arms, "test", Instant.EPOCH, null, null, null, null));
  }

  private static Set<String> members(Assignment assignment) {
    Predicate<String> isOfCanary =
        key -> assignment.decides(key.getBytes(UTF_8)).getRole() == ModelRole.CANARY;
    return keys().filter(isOfCanary).collect(Collectors.toSet());
  }

  private static int decider(Assignment assignment, String key) {
    return assignment.decides(key.getBytes(UTF_8)).getNumber();
  }

  private static Stream<String> keys() {
    return IntStream.range(0, KEYS).mapToObj(i -> "c-" + i);
  }
}
