package io.leat.features.server;

import io.leat.features.online.ValidEvents;
import io.leat.features.server.CommittedStates.Key;
import io.leat.pipeline.definition.Contract;
import io.leat.testing.TestCluster;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * Payments that keep coming, all within the hour before {@link #NOON}. Every payment of a customer
 * carries the customer's mark, every one at a terminal the terminal's: a number that no other key
 * has.
 */
final class MarkedPayments implements AutoCloseable {
  static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  static final List<String> CUSTOMERS = names("c", 40);
  static final List<String> TERMINALS = names("t", 8);

  private static final long FIRST = NOON.toEpochMilli() - 3_599_999;
  private static final int STEP_MILLIS = 10;
  private static final int MOST = 3_599_999 / STEP_MILLIS;
  private static final int AT_ONCE = 4;
  private static final int PERIOD_MILLIS = 25;

  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
  private final ValidEvents events;
  private final Schema schema;
  private final Random random;
  private final ScheduledFuture<?> sending;
  private int sent;

  MarkedPayments(TestCluster cluster, Contract contract, Random random) {
    this.events = new ValidEvents(cluster, contract);
    this.schema = contract.schema();
    this.random = random;
    this.sending =
        executor.scheduleAtFixedRate(this::send, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** The number that all events of a key carry. */
  static double mark(Key key) {
    int number = Integer.parseInt(key.name().substring(1));
    return key.view().equals("customers") ? number + 1 : number + 1_001;
  }

  private void send() {
    for (int i = 0; i < AT_ONCE; i++) {
      if (sent == MOST) {
        throw new IllegalStateException("the hour is over after " + sent + " payments");
      }
      int customer = random.nextInt(CUSTOMERS.size());
      int terminal = random.nextInt(TERMINALS.size());
      GenericRecord payment = new GenericData.Record(schema);
      payment.put("payment_id", (long) sent);
      payment.put("paid_at", FIRST + (long) sent * STEP_MILLIS);
      payment.put("customer_id", CUSTOMERS.get(customer));
      payment.put("terminal_id", TERMINALS.get(terminal));
      payment.put("customer_mark", mark(new Key("customers", CUSTOMERS.get(customer))));
      payment.put("terminal_mark", mark(new Key("terminals", TERMINALS.get(terminal))));
      events.send(payment);
      sent++;
    }
  }

  /** Sends no more, and says how many were sent. */
  int stop() throws InterruptedException, ExecutionException {
    sending.cancel(false);
    executor.shutdown();
    if (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("a payment is still being sent");
    }
    try {
      sending.get();
    } catch (CancellationException e) {
      events.flush(); // as it should end; any other exception is a payment that was not sent
    }
    return sent;
  }

  private static List<String> names(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(number -> prefix + number).toList();
  }

  @Override
  public void close() {
    executor.shutdownNow();
    events.close();
  }
}
