package io.leat.drift;

import static io.leat.drift.statistic.Statistics.KOLMOGOROV_SMIRNOV;
import static io.leat.drift.statistic.Statistics.POPULATION_STABILITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.drift.AlertRule.Evaluated;
import io.leat.drift.statistic.Statistic;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of an alert: 2 of 3 open it, 3 clean windows close it. */
class AlertRuleTest {
  private static final CalibratedMonitor.Settings TWO_OF_THREE =
      new CalibratedMonitor.Settings(
          "m", 1_000, List.of(), List.of(), List.of(), 1, 1, 2, 3, 3, 0, 0, List.of());

  /**
   * Windows: '.' clean, 'w' drifted, 'C' critically, '-' not evaluated, ' ' absent. What they did:
   * 'w' and 'C' opened an alert, 'x' closed one, '!' closed a WARN and opened a CRITICAL one.
   */
  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "....,....",
        "w....,.....",
        "ww...,.w..x",
        "w.w.,..w.",
        "w..w.,.....",
        "w-w,..w",
        "w w,..w",
        "w...w..,.......",
        "wwww....,.w....x.",
        "ww..w...,.w.....x",
        "ww.-..,.w...x",
        "ww. ..,.w...x",
        "CC...,.C..x",
        "wC...,.w..x",
        "wCC,.w!",
        "wwwC.C...,.w...!..x",
        "Cw...,.w..x",
        "ww...w.w,.w..x..w",
        "ww...ww,.w..x.w",
      })
  void opensGrowsAndCloses(String windows, String changes) {
    AlertRule rule = rule(KOLMOGOROV_SMIRNOV, POPULATION_STABILITY);
    AlertState state = AlertState.NONE;
    StringBuilder seen = new StringBuilder();
    for (int i = 0; i < windows.length(); i++) {
      if (windows.charAt(i) == ' ') {
        seen.append('.');
        continue;
      }
      AlertRule.Step step = rule.next(state, 1_000L * i, evaluated(windows.charAt(i)));
      state = AlertState.read(step.state().toBytes());
      assertThat(state).isEqualTo(step.state());
      seen.append(letter(step.changes()));
    }
    assertThat(seen).hasToString(changes);
  }

  @Test
  void anAlertIsCalledTheSameWhenItsWindowsAreSeenAgainAndOtherwiseNot() {
    assertThat(idsOf("ww...ww...")).isEqualTo(idsOf("ww...ww...")).doesNotHaveDuplicates();
    assertThat(idsOf("ww...ww...")).hasSize(2);
    assertThat(idsOf("ww...")).isNotEqualTo(idsOf(".ww..."));
  }

  @Test
  void oneStatisticAloneMustReachTheCount() {
    AlertRule rule = rule(KOLMOGOROV_SMIRNOV, POPULATION_STABILITY);
    Evaluated ks = new Evaluated(threshold(KOLMOGOROV_SMIRNOV), 1.5);
    Evaluated psi = new Evaluated(threshold(POPULATION_STABILITY), 1.5);

    AlertState first = rule.next(AlertState.NONE, 0, List.of(ks)).state();

    assertThat(rule.next(first, 1_000, List.of(psi)).changes()).isEmpty();
    assertThat(rule.next(first, 1_000, List.of(psi, ks)).changes()).hasSize(1);
  }

  @Test
  void anotherStatisticThatDriftsKeepsTheAlertOpen() {
    AlertRule rule = rule(KOLMOGOROV_SMIRNOV, POPULATION_STABILITY);
    Evaluated cleanKs = new Evaluated(threshold(KOLMOGOROV_SMIRNOV), 0.5);
    Evaluated psi = new Evaluated(threshold(POPULATION_STABILITY), 1.5);
    AlertState state = rule.next(AlertState.NONE, 0, evaluated('w')).state();
    state = rule.next(state, 1_000, evaluated('w')).state();
    for (int i = 2; i < 8; i++) {
      AlertRule.Step step = rule.next(state, 1_000L * i, List.of(cleanKs, psi));
      assertThat(step.changes()).isEmpty();
      state = step.state();
    }
    assertThat(state.open()).isPresent();
  }

  @Test
  void anAlertOfAStatisticThatIsNoLongerMeasuredClosesByTheOthers() {
    AlertRule before = rule(KOLMOGOROV_SMIRNOV, POPULATION_STABILITY);
    AlertState state = before.next(AlertState.NONE, 0, evaluated('w')).state();
    state = before.next(state, 1_000, evaluated('w')).state();
    assertThat(state.open()).isPresent();
    Evaluated cleanPsi = new Evaluated(threshold(POPULATION_STABILITY), 0.5);
    List<AlertRule.Change> closed = new ArrayList<>();
    List<AlertRule.Change> open = new ArrayList<>();
    AlertState stays = state;

    for (int i = 2; i < 5; i++) {
      AlertRule.Step step = rule(POPULATION_STABILITY).next(state, 1_000L * i, List.of(cleanPsi));
      state = step.state();
      closed.addAll(step.changes());
      AlertRule.Step without = before.next(stays, 1_000L * i, List.of(cleanPsi));
      stays = without.state();
      open.addAll(without.changes());
    }

    assertThat(closed).extracting(AlertRule.Change::opened).containsExactly(false);
    assertThat(open).as("while it is measured, it has to be evaluated").isEmpty();
  }

  private static AlertRule rule(Statistic... measured) {
    return new AlertRule("f", TWO_OF_THREE, Set.of(measured));
  }

  private static List<String> idsOf(String windows) {
    AlertRule rule = rule(KOLMOGOROV_SMIRNOV, POPULATION_STABILITY);
    AlertState state = AlertState.NONE;
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < windows.length(); i++) {
      AlertRule.Step step = rule.next(state, 1_000L * i, evaluated(windows.charAt(i)));
      step.changes().stream()
          .filter(AlertRule.Change::opened)
          .forEach(change -> ids.add(change.alert().id()));
      state = step.state();
    }
    return ids;
  }

  private static Threshold threshold(Statistic statistic) {
    return new Threshold(DriftStream.of("f"), statistic, 1, 2, 100, true);
  }

  private static List<Evaluated> evaluated(char window) {
    Threshold threshold = threshold(KOLMOGOROV_SMIRNOV);
    return switch (window) {
      case '.' -> List.of(new Evaluated(threshold, 1));
      case 'w' -> List.of(new Evaluated(threshold, 1.5));
      case 'C' -> List.of(new Evaluated(threshold, 2));
      case '-' -> List.of();
      default -> throw new IllegalArgumentException("a window is one of .wC-");
    };
  }

  private static char letter(List<AlertRule.Change> changes) {
    if (changes.isEmpty()) {
      return '.';
    }
    if (changes.size() == 2) {
      assertThat(changes.get(0).opened()).isFalse();
      assertThat(changes.get(1).alert().severity()).isEqualTo(Threshold.Level.CRITICAL);
      return '!';
    }
    if (!changes.get(0).opened()) {
      return 'x';
    }
    return changes.get(0).alert().severity() == Threshold.Level.CRITICAL ? 'C' : 'w';
  }
}
