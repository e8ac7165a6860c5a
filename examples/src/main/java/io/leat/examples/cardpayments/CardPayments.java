package io.leat.examples.cardpayments;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.WireFormat;
import io.leat.schemas.topic.TopicLog;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Publishes a {@link Town}'s payments: the first days as fast as they go, then so many days a
 * minute, and in real time once it has caught up with the clock. Started again, it goes on behind
 * the last payment in the topic. One record in five thousand comes from an old gateway that sends
 * text in place of Avro, for the dead letters.
 *
 * <p>On {@code --nulls-days} from {@code --nulls-day} on a release of the shops' software leaves
 * out the amount of one payment in four, where the contract lets it be null.
 */
@Command(
    name = "card-payments",
    mixinStandardHelpOptions = true,
    description = "Plays the payments of a simulated town.")
public final class CardPayments implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(CardPayments.class);
  private static final String EVENT = "payments";
  private static final long GATEWAY_EVERY = 5_000;
  private static final long NULL_EVERY = 4;

  @Option(names = "--bootstrap-servers", defaultValue = "localhost:9092")
  private String bootstrapServers = "";

  @Option(names = "--registry-url", defaultValue = "http://localhost:8085/apis/ccompat/v7")
  private String registryUrl = "";

  @Option(
      names = "--seed",
      defaultValue = "7",
      description = "The same seed gives the same payments.")
  private long seed;

  @Option(
      names = "--start",
      defaultValue = "2024-01-01T00:00:00Z",
      description = "Day 0, midnight UTC.")
  private Instant start = Instant.EPOCH;

  @Option(names = "--customers", defaultValue = "500")
  private int customers;

  @Option(names = "--terminals", defaultValue = "300")
  private int terminals;

  @Option(
      names = "--fast-days",
      defaultValue = "30",
      description = "Days that are played without a pause.")
  private int fastDays;

  @Option(names = "--days-per-minute", defaultValue = "6", description = "Pace after those.")
  private double daysPerMinute;

  @Option(
      names = "--shift-day",
      defaultValue = "45",
      description = "Day from which life changes; -1 for never.")
  private int shiftDay;

  @Option(
      names = "--fraud-day",
      defaultValue = "-1",
      description = "Day from which fraud is another; -1 for never.")
  private int fraudDay;

  @Option(
      names = "--nulls-day",
      defaultValue = "-1",
      description = "Day from which one payment in four has no amount; -1 for never.")
  private int nullsDay;

  @Option(
      names = "--nulls-days",
      defaultValue = "7",
      description = "So many days until all of them have one again.")
  private int nullsDays;

  @Option(
      names = "--days",
      description = "Stop after so many days. Default: never, with --csv: 60.")
  private int days;

  @Option(names = "--csv", description = "Write a CSV file in place of publishing.")
  private Path csv = Path.of("");

  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicReference<@Nullable Exception> refusal = new AtomicReference<>();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new CardPayments()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Town town = new Town(seed, start, shiftDay, fraudDay, customers, terminals);
    if (!csv.toString().isEmpty()) {
      write(town, end(days == 0 ? 60 : days));
    } else {
      Runtime.getRuntime().addShutdownHook(new Thread(stop::countDown, "stop"));
      publish(town, end(days == 0 ? Integer.MAX_VALUE : days));
    }
    return 0;
  }

  private Instant end(int days) {
    return start.plus(Duration.ofDays(days));
  }

  private void write(Town town, Instant end) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(csv, StandardCharsets.UTF_8)) {
      out.write("transaction_id,paid_at,customer_id,terminal_id,terminal_country,amount,fraud\n");
      for (Payment p = town.next(); p.paidAt().isBefore(end); p = town.next()) {
        out.write(
            String.format(
                Locale.ROOT,
                "%d,%s,%s,%s,%s,%s,%b%n",
                p.id(),
                p.paidAt(),
                p.customerId(),
                p.terminalId(),
                p.terminalCountry(),
                isWithoutAmount(p) ? "" : String.format(Locale.ROOT, "%.2f", p.amount()),
                p.fraud()));
      }
    }
  }

  private void publish(Town town, Instant end) throws InterruptedException {
    RegistryClient registry = new RegistryClient(registryUrl);
    RegistryClient.Registered contract =
        registry
            .latest(Topics.valueSubject(EVENT))
            .orElseThrow(
                () ->
                    new LeatException(
                        ErrorCode.NOT_APPLIED,
                        "The registry has no schema of %s; apply the pipeline first."
                            .formatted(EVENT)));
    AvroCodec codec = new AvroCodec(registry);
    long played = lastPlayed(codec, contract);
    log.info("goes on behind payment {}", played);
    Payment payment = town.next();
    while (payment.id() <= played) {
      payment = town.next();
    }
    Instant paced = max(payment.paidAt(), start.plus(Duration.ofDays(fastDays)));
    long began = System.nanoTime();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "enable.idempotence",
                true,
                "linger.ms",
                5,
                "compression.type",
                "lz4"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      while (payment.paidAt().isBefore(end) && !pause(wait(payment, paced, began))) {
        byte[] key = payment.customerId().getBytes(StandardCharsets.UTF_8);
        send(producer, key, codec.encode(contract.id(), record(payment, contract)));
        if (payment.id() % GATEWAY_EVERY == 0) {
          byte[] text = ("PAY;" + payment.id() + ";EUR").getBytes(StandardCharsets.UTF_8);
          send(producer, key, text);
        }
        payment = town.next();
      }
      producer.flush();
      requireNoRefusal();
    }
  }

  /**
   * Hands a record to the producer.
   *
   * @throws LeatException if the brokers have refused an earlier one: going on would leave a hole
   *     in the payments
   */
  private void send(KafkaProducer<byte[], byte[]> producer, byte[] key, byte[] value) {
    producer.send(
        new ProducerRecord<>(EVENT, key, value),
        (metadata, error) -> {
          if (error != null) {
            refusal.compareAndSet(null, error);
          }
        });
    requireNoRefusal();
  }

  private void requireNoRefusal() {
    Exception error = refusal.get();
    if (error != null) {
      throw new LeatException(
          ErrorCode.KAFKA,
          "The brokers did not take a payment, and the player stops: " + error.getMessage(),
          error);
    }
  }

  /** How long to wait before a payment is due. */
  private Duration wait(Payment payment, Instant paced, long began) {
    Duration behind = Duration.between(paced, payment.paidAt());
    if (behind.isNegative()) {
      return Duration.ZERO;
    }
    double minutes = behind.toMillis() / (86_400_000.0 * daysPerMinute);
    Duration due = Duration.ofNanos((long) (minutes * 60e9) - (System.nanoTime() - began));
    Duration untilItIsNow = Duration.between(Instant.now(), payment.paidAt());
    return untilItIsNow.compareTo(due) > 0 ? untilItIsNow : due;
  }

  /** Waits; true if it was told to stop meanwhile. */
  private boolean pause(Duration time) throws InterruptedException {
    return stop.await(Math.max(0, time.toNanos()), TimeUnit.NANOSECONDS);
  }

  private static Instant max(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private boolean isWithoutAmount(Payment payment) {
    return nullsDay >= 0
        && payment.id() % NULL_EVERY == 0
        && !payment.paidAt().isBefore(end(nullsDay))
        && payment.paidAt().isBefore(end(nullsDay + nullsDays));
  }

  private GenericRecord record(Payment payment, RegistryClient.Registered contract) {
    GenericRecord record = new GenericData.Record(contract.schema());
    record.put("transaction_id", payment.id());
    record.put("paid_at", payment.paidAt().toEpochMilli());
    record.put("customer_id", payment.customerId());
    record.put("terminal_id", payment.terminalId());
    record.put("terminal_country", payment.terminalCountry());
    record.put("amount", isWithoutAmount(payment) ? null : payment.amount());
    record.put("fraud", payment.fraud());
    return record;
  }

  /** Number of the last payment in the topic; 0 where there is none. */
  private long lastPlayed(AvroCodec codec, RegistryClient.Registered contract) {
    long last = 0;
    try (TopicLog log = TopicLog.open(Map.of("bootstrap.servers", bootstrapServers), EVENT)) {
      for (TopicPartition partition : log.partitions()) {
        last =
            Math.max(
                last,
                log.last(partition, Long.MAX_VALUE, record -> number(codec, contract, record) > 0)
                    .map(record -> number(codec, contract, record))
                    .orElse(0L));
      }
    }
    return last;
  }

  /** A payment's number; 0 of the gateway's text. */
  private static long number(
      AvroCodec codec,
      RegistryClient.Registered contract,
      ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
    byte[] value = record.value();
    return value != null && WireFormat.isFramed(value)
        ? (Long) codec.decode(value, contract.schema()).get("transaction_id")
        : 0;
  }
}
