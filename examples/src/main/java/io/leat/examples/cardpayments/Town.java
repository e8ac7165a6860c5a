package io.leat.examples.cardpayments;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneRules;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A simulated town: its payments in order of time, without end. The same seed gives the same
 * payments, on any machine.
 *
 * <p>Customers live somewhere in a square and pay at the terminals near by, each with a habit of
 * their own: how often, how much, at what hour. Three kinds of fraud happen:
 *
 * <ul>
 *   <li>a skimmed terminal: for ten days, four of five payments there are made with copied cards;
 *   <li>a stolen card: for four days, every other payment with it is fraud, at any terminal, three
 *       to eight times as large as its owner's;
 *   <li>card testing: within half an hour some twenty payments of about one euro with one card at
 *       one terminal, then a large one.
 * </ul>
 *
 * From {@code fraudDay} on, fraud moves: cards are stolen five times as often, and what is paid
 * with them is small, at night.
 *
 * <p>From {@code shiftDay} on, life changes: prices rise by six tenths and a third of the payments
 * are made abroad. One payment in a thousand comes from a terminal that is out of order and sends
 * the amount with the wrong sign.
 */
final class Town implements Iterator<Payment> {
  private static final ZoneRules CLOCK = ZoneId.of("Europe/Brussels").getRules();
  private static final int SIDE = 100;
  private static final int NEAR = 12;
  private static final double SKIMMED_SHARE = 0.8;
  private static final double STOLEN_SHARE = 0.5;
  private static final double SKIMMINGS_A_DAY = 0.2;
  private static final double THEFTS_A_DAY = 1.0;
  private static final double THEFTS_A_DAY_ONCE_MOVED = 5.0;
  private static final double TESTS_A_DAY = 0.3;
  private static final double OUT_OF_ORDER = 0.001;
  private static final double PRICE_RISE = 1.6;
  private static final double ABROAD = 0.33;

  private final Instant start;
  private final int shiftDay;
  private final int fraudDay;
  private final SplittableRandom random;
  private final List<Customer> customers = new ArrayList<>();
  private final List<Terminal> terminals = new ArrayList<>();
  private final Deque<Payment> today = new ArrayDeque<>();
  private int day = -1;
  private long payments;

  private static final class Terminal {
    final String id;
    final double x;
    final double y;
    int skimmedUntil = -1;

    Terminal(String id, double x, double y) {
      this.id = id;
      this.x = x;
      this.y = y;
    }
  }

  private static final class Customer {
    final String id;
    final double paymentsADay;
    final double meanAmount;
    final double usualHour;
    final List<Terminal> near = new ArrayList<>();
    int stolenUntil = -1;

    Customer(String id, double paymentsADay, double meanAmount, double usualHour) {
      this.id = id;
      this.paymentsADay = paymentsADay;
      this.meanAmount = meanAmount;
      this.usualHour = usualHour;
    }
  }

  /**
   * @param start midnight (UTC) of day 0
   * @param shiftDay day from which life changes; a negative number for never
   * @param fraudDay day from which fraud is another; a negative number for never
   */
  Town(long seed, Instant start, int shiftDay, int fraudDay, int customerCount, int terminalCount) {
    this.start = start;
    this.shiftDay = shiftDay;
    this.fraudDay = fraudDay;
    this.random = new SplittableRandom(seed);
    for (int i = 0; i < terminalCount; i++) {
      terminals.add(
          new Terminal("T%04d".formatted(i), random.nextDouble(SIDE), random.nextDouble(SIDE)));
    }
    for (int i = 0; i < customerCount; i++) {
      Customer customer =
          new Customer(
              "C%04d".formatted(i),
              0.5 + random.nextDouble(3.5),
              10 + random.nextDouble(90),
              8 + random.nextDouble(12));
      double x = random.nextDouble(SIDE);
      double y = random.nextDouble(SIDE);
      terminals.stream()
          .sorted(Comparator.comparingDouble(t -> StrictMath.hypot(t.x - x, t.y - y)))
          .limit(NEAR)
          .forEach(customer.near::add);
      customers.add(customer);
    }
  }

  @Override
  public boolean hasNext() {
    return true;
  }

  @Override
  public Payment next() {
    while (today.isEmpty()) {
      liveADay();
    }
    return today.poll();
  }

  private void liveADay() {
    day++;
    for (int i = happenings(SKIMMINGS_A_DAY); i > 0; i--) {
      any(terminals).skimmedUntil = day + 10;
    }
    for (int i = happenings(hasMoved() ? THEFTS_A_DAY_ONCE_MOVED : THEFTS_A_DAY); i > 0; i--) {
      any(customers).stolenUntil = day + 4;
    }
    List<Payment> payments = new ArrayList<>();
    for (Customer customer : customers) {
      for (int i = happenings(customer.paymentsADay); i > 0; i--) {
        payments.add(pay(customer));
      }
    }
    for (int i = happenings(TESTS_A_DAY); i > 0; i--) {
      testCard(any(customers), any(terminals), payments);
    }
    payments.sort(Comparator.comparing(Payment::paidAt).thenComparing(Payment::customerId));
    for (Payment p : payments) {
      this.payments++;
      today.add(
          new Payment(
              this.payments,
              p.paidAt(),
              p.customerId(),
              p.terminalId(),
              p.terminalCountry(),
              p.amount(),
              p.fraud()));
    }
  }

  private Payment pay(Customer customer) {
    boolean stolen = day < customer.stolenUntil && random.nextDouble() < STOLEN_SHARE;
    Terminal terminal = stolen ? any(terminals) : any(customer.near);
    boolean skimmed = day < terminal.skimmedUntil && random.nextDouble() < SKIMMED_SHARE;
    double amount = customer.meanAmount * StrictMath.exp(0.5 * gaussian() - 0.125);
    if (stolen) {
      amount *= hasMoved() ? 0.1 + random.nextDouble(0.3) : 3 + random.nextDouble(5);
    }
    double hour =
        stolen
            ? hasMoved() ? 1 + random.nextDouble(4) : random.nextDouble(24)
            : customer.usualHour + 2 * gaussian();
    if (random.nextDouble() < OUT_OF_ORDER) {
      amount = -amount;
    }
    return payment(customer, terminal, secondOfDay(hour), amount, stolen || skimmed);
  }

  private boolean hasMoved() {
    return fraudDay >= 0 && day >= fraudDay;
  }

  private void testCard(Customer customer, Terminal terminal, List<Payment> payments) {
    int second = random.nextInt(80_000);
    for (int i = 15 + random.nextInt(10); i > 0; i--) {
      payments.add(
          payment(
              customer, terminal, second + random.nextInt(1_800), 0.5 + random.nextDouble(), true));
    }
    payments.add(payment(customer, terminal, second + 2_000, 400 + random.nextDouble(500), true));
  }

  private Payment payment(
      Customer customer, Terminal terminal, int second, double amount, boolean fraud) {
    boolean shifted = shiftDay >= 0 && day >= shiftDay;
    String country = shifted && random.nextDouble() < ABROAD ? "FR" : "BE";
    double paid = shifted ? amount * PRICE_RISE : amount;
    Instant winter =
        start.plus(Duration.ofDays(day)).plusSeconds(second).plusMillis(random.nextInt(1_000));
    // People live by the clock, so in summer all happens an hour earlier in UTC.
    Instant time = winter.minus(CLOCK.getDaylightSavings(winter));
    return new Payment(
        0, time, customer.id, terminal.id, country, StrictMath.rint(paid * 100) / 100, fraud);
  }

  private static int secondOfDay(double hour) {
    return (int) StrictMath.floor((((hour % 24) + 24) % 24) * 3_600) % 86_400;
  }

  /**
   * How often a thing happens that happens {@code mean} times a day (Poisson; Knuth, TAOCP 2,
   * 3.4.1).
   */
  private int happenings(double mean) {
    double limit = StrictMath.exp(-mean);
    int count = -1;
    double product = 1;
    do {
      product *= random.nextDouble();
      count++;
    } while (product > limit);
    return count;
  }

  /** A standard normal draw (Box and Muller 1958). */
  private double gaussian() {
    double u = 1 - random.nextDouble();
    return StrictMath.sqrt(-2 * StrictMath.log(u))
        * StrictMath.cos(2 * StrictMath.PI * random.nextDouble());
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
