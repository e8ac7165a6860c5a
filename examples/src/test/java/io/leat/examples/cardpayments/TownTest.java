package io.leat.examples.cardpayments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TownTest {
  private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

  @Test
  void theSameSeedGivesTheSamePayments() {
    assertThat(days(new Town(7, START, 5, -1, 50, 30), 10))
        .isEqualTo(days(new Town(7, START, 5, -1, 50, 30), 10))
        .isNotEqualTo(days(new Town(8, START, 5, -1, 50, 30), 10));
  }

  @Test
  void paymentsComeInOrderOfTimeWithinTheirDay() {
    List<Payment> payments = days(new Town(7, START, -1, -1, 50, 30), 20);

    assertThat(payments).extracting(Payment::id).doesNotHaveDuplicates().isSorted();
    assertThat(payments).extracting(Payment::paidAt).isSorted();
  }

  @Test
  void aSmallPartIsFraudAndPricesRiseFromTheShiftOn() {
    List<Payment> payments = days(new Town(7, START, 40, -1, 500, 300), 80);

    assertThat(share(payments)).isBetween(0.005, 0.05);
    Instant shift = START.plus(Duration.ofDays(40));
    double before = mean(payments.stream().filter(p -> p.paidAt().isBefore(shift)).toList());
    double after = mean(payments.stream().filter(p -> !p.paidAt().isBefore(shift)).toList());
    assertThat(after / before).isBetween(1.4, 1.8);
  }

  @Test
  void peopleLiveByTheClockInWinterAndInSummer() {
    Instant winter = Instant.parse("2024-03-01T00:00:00Z");
    List<Payment> payments = new ArrayList<>();
    Town town = new Town(7, winter, -1, -1, 500, 300);
    Instant end = winter.plus(Duration.ofDays(60)); // clocks go forward on 2024-03-31
    for (Payment p = town.next(); p.paidAt().isBefore(end); p = town.next()) {
      payments.add(p);
    }
    Instant forward = Instant.parse("2024-03-31T01:00:00Z");

    double before = meanHour(payments.stream().filter(p -> p.paidAt().isBefore(forward)).toList());
    double after = meanHour(payments.stream().filter(p -> !p.paidAt().isBefore(forward)).toList());

    assertThat(after).isCloseTo(before, within(0.1));
    assertThat(payments).extracting(Payment::paidAt).isSorted();
  }

  private static double meanHour(List<Payment> payments) {
    return payments.stream()
        .mapToInt(p -> p.paidAt().atZone(ZoneId.of("Europe/Brussels")).getHour())
        .average()
        .orElseThrow();
  }

  private static double share(List<Payment> payments) {
    return payments.stream().filter(Payment::fraud).count() / (double) payments.size();
  }

  private static double mean(List<Payment> payments) {
    return payments.stream()
        .filter(p -> !p.fraud())
        .mapToDouble(Payment::amount)
        .average()
        .orElseThrow();
  }

  private static List<Payment> days(Town town, int days) {
    List<Payment> payments = new ArrayList<>();
    Instant end = START.plus(Duration.ofDays(days));
    for (Payment p = town.next(); p.paidAt().isBefore(end); p = town.next()) {
      payments.add(p);
    }
    return payments;
  }
}
