package io.leat.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * Payments of about 200 bytes that meet their contract, each with an id of its own, in the order of
 * their event times; about 1 in 80 is warned of. The same number makes the same payment.
 */
final class Payments {
  private static final String[] CURRENCIES = {"EUR", "USD", "GBP", "CHF", "SEK", "PLN"};
  private static final String[] COUNTRIES = {"BE", "NL", "DE", "FR", "SE", "PL"};

  private final Schema schema;
  private final long firstTime;
  private final long spacing;

  /**
   * @param firstTime event time of the first, milliseconds since 1970-01-01 UTC
   * @param spacing milliseconds from one to the next
   */
  Payments(Schema schema, long firstTime, long spacing) {
    this.schema = schema;
    this.firstTime = firstTime;
    this.spacing = spacing;
  }

  GenericRecord payment(long number) {
    SplittableRandom random = new SplittableRandom(number);
    long paidAt = firstTime + number * spacing;
    boolean pos = random.nextInt(3) == 0;
    double amount = random.nextInt(1, 100_000) / 100.0;
    double tax = amount * 0.21;
    GenericRecord payment = new GenericData.Record(schema);
    payment.put("payment_id", String.format(Locale.ROOT, "pay_%016x%08x", mixed(number), number));
    payment.put("paid_at", paidAt);
    payment.put("settles_at", random.nextInt(4) == 0 ? null : paidAt + 172_800_000L);
    payment.put("card", card(number));
    payment.put("email", "customer.%06d@mail.example".formatted(random.nextInt(1_000_000)));
    payment.put("iban", "BE%02d%012d".formatted(random.nextInt(100), random.nextInt(100_000_000)));
    payment.put("merchant", "merchant-%06d".formatted(random.nextInt(20_000)));
    payment.put("category", random.nextInt(3_000, 9_000));
    payment.put(
        "channel",
        new GenericData.EnumSymbol(
            schema.getField("channel").schema(),
            pos ? "POS" : random.nextInt(9) == 0 ? "PHONE" : "WEB"));
    payment.put("terminal", pos ? "T%07d".formatted(random.nextInt(50_000)) : null);
    payment.put("country", COUNTRIES[random.nextInt(COUNTRIES.length)]);
    payment.put("currency", CURRENCIES[random.nextInt(CURRENCIES.length)]);
    payment.put("items", random.nextInt(1, 9));
    payment.put("amount", amount);
    payment.put("tax", tax);
    payment.put("total", amount + tax);
    payment.put("refund", random.nextInt(20) == 0 ? amount / 2 : null);
    payment.put("reference", "order %08d of web shop".formatted(random.nextInt(100_000_000)));
    return payment;
  }

  /** The record's key: the card, of which there are 100,000. */
  byte[] key(long number) {
    return card(number).getBytes(UTF_8);
  }

  private static String card(long number) {
    long card = Math.floorMod(mixed(number), 100_000L);
    return "4%05dxxxxxx%04d".formatted(card, card % 10_000);
  }

  /** SplitMix64's finaliser: neighbours do not look alike. */
  private static long mixed(long number) {
    long z = number * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
