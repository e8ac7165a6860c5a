package io.leat.features.offline.backfill;

import io.leat.features.offline.EventTable;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.replay.Item;
import io.leat.features.offline.replay.PipelineReference;
import io.leat.features.offline.replay.Snapshots;
import io.leat.features.offline.replay.TableCommand;
import io.leat.features.offline.replay.TableSnapshot;
import io.leat.runtime.settings.BackfillOptions;
import io.leat.schemas.backfill.BackfillRecord.Complete;
import io.leat.schemas.backfill.BackfillStatus;
import io.leat.schemas.backfill.LogCut;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.iceberg.expressions.Expressions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * {@code leat backfill}: waits for the online store and for the tables, computes, hands over, and
 * waits until the store has taken it in.
 *
 * <p>What it hands over is of every event before a cut; the cut lies at or behind the place from
 * which the store has seen all events. So each event is in the one or folded by the other.
 */
public final class BackfillCommand extends TableCommand<BackfillOptions> {
  /** Name of the command. */
  public static final String NAME = "backfill";

  private static final long LOOK_EVERY_MILLIS = 1_000;

  public BackfillCommand() {
    super(NAME, new BackfillOptions());
  }

  public static void main(String[] arguments) {
    System.exit(new BackfillCommand().execute(arguments));
  }

  @Override
  protected int run(BackfillOptions options, PipelineReference reference, OfflineCatalog catalog)
      throws IOException, InterruptedException {
    ViewReference view = ViewReference.of(reference, options.view());
    try {
      return run(options, view, catalog);
    } catch (KafkaException e) {
      throw new OfflineException(
          "The brokers at %s do not answer as they should: %s"
              .formatted(options.kafka().get("bootstrap.servers"), e.getMessage()),
          e);
    }
  }

  private int run(BackfillOptions options, ViewReference view, OfflineCatalog catalog)
      throws IOException, InterruptedException {
    OnlineProgress online = new OnlineProgress(options.kafka(), view);
    BackfillStatus status =
        await(
            online::status,
            BackfillStatus::isKnown,
            options.timeout(),
            found ->
                "The online store has not begun with view %s: of the %d partitions of %s it said of %d what they are at. Apply the pipeline, start the online store with it, in all its instances, and run this again."
                    .formatted(view.id(), found.partitions(), view.topic(), found.states().size()));
    if (!status.isWaiting()) {
      say("View %s has been backfilled; nothing is to be done.", view.id());
      return 0;
    }
    // Of two runs the one that begins later goes on: this shuts out whoever began before.
    try (Producer<byte[], byte[]> handOver =
        BackfillProducers.transactional(
            BackfillProducers.settings(options.kafka()), view.topic())) {
      Optional<Map<TopicPartition, Long>> ends = online.handedOver(status.partitions());
      if (ends.isEmpty()) {
        ends = Optional.of(compute(options, view, catalog, online, handOver));
      } else {
        say("A run before this one has handed view %s over already.", view.id());
      }
      await(
          online::status,
          one -> !one.isWaiting(),
          options.timeout(),
          one ->
              "The online store has not taken the backfill of view %s in yet: %s. It will when it runs; nothing is to be done again."
                  .formatted(view.id(), one.states()));
      empty(options, online.beforeNotices(ends.get()));
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw new OfflineException(
          "Another backfill of view %s was begun after this one and goes on in its place; this one has handed nothing over. Wait for the other."
              .formatted(view.id()),
          e);
    }
    say("View %s is live.", view.id());
    return 0;
  }

  /**
   * Computes the states and hands them over.
   *
   * @return where each partition's entries end
   */
  private Map<TopicPartition, Long> compute(
      BackfillOptions options,
      ViewReference view,
      OfflineCatalog catalog,
      OnlineProgress online,
      Producer<byte[], byte[]> handOver)
      throws IOException, InterruptedException {
    BackfillStatus status = online.status();
    Map<Integer, Long> committed = online.committed();
    Map<Integer, Long> wanted = online.lastEvents(committed);
    TableProgress table = new TableProgress(catalog, view.source().event());
    TableProgress.Found found =
        await(
            () -> table.look(wanted),
            one -> one.missing().isEmpty(),
            options.timeout(),
            one ->
                "The offline table %s does not hold yet what the online store has seen: by partition of the valid topic the events %s. Does the job 'offline' run? A longer --timeout waits longer."
                    .formatted(table.table(), one.missing()));
    long run = System.currentTimeMillis();
    long began = System.nanoTime();
    Map<String, Object> done =
        found.id().isPresent()
            ? fold(options, view, catalog, Map.of(table.table(), found.id().get()), status, run)
            : Map.of();
    LogCut cut = cut(committed, done);
    Map<TopicPartition, Long> ends = complete(handOver, view, run, cut, status.partitions(), done);
    long entries = 0;
    for (int partition = 0; partition < status.partitions(); partition++) {
      entries += FoldStates.sent(done, partition);
    }
    say(
        "View %s: %,d entries of the events before %s of %s, in %.1f s; the online store takes them in.",
        view.id(), entries, cut, view.source().event(), (System.nanoTime() - began) / 1e9);
    return ends;
  }

  private Map<String, Object> fold(
      BackfillOptions options,
      ViewReference view,
      OfflineCatalog catalog,
      Map<String, Long> snapshot,
      BackfillStatus status,
      long run)
      throws IOException, InterruptedException {
    try (Snapshots snapshots = new Snapshots(catalog, snapshot)) {
      TableSnapshot events =
          snapshots.pick(EventTable.name(view.source().event()), Expressions.alwaysTrue());
      FoldStates fold =
          new FoldStates(
              view, BackfillProducers.settings(options.kafka()), status.partitions(), run);
      return runGraph(
          environment -> build(environment, snapshots, events, view, fold),
          () -> 2 * events.rows());
    }
  }

  private static void build(
      StreamExecutionEnvironment environment,
      Snapshots snapshots,
      TableSnapshot events,
      ViewReference view,
      FoldStates fold) {
    Item.sorted(
            snapshots
                .rows(environment, events)
                .flatMap(new ReadHistory(view, events.schema()), Item.TYPE)
                .name("read " + view.source().event()),
            view.id().toString())
        .transform("fold " + view.id(), Types.INT, fold)
        .sinkTo(new DiscardingSink<>());
  }

  /**
   * Behind what the table holds, and behind what the store had committed: no event lies between.
   */
  private static LogCut cut(Map<Integer, Long> committed, Map<String, Object> done) {
    List<Long> next = new ArrayList<>();
    committed.forEach(
        (partition, offset) ->
            next.add(Math.max(offset, ReadHistory.reached(done, partition) + 1)));
    return new LogCut(next);
  }

  /**
   * Says of each partition that it is complete, of all or of none.
   *
   * @return where each partition's entries end
   * @throws ProducerFencedException if another run began after this one
   */
  private static Map<TopicPartition, Long> complete(
      Producer<byte[], byte[]> producer,
      ViewReference view,
      long run,
      LogCut cut,
      int partitions,
      Map<String, Object> done)
      throws InterruptedException {
    Map<TopicPartition, Long> ends = new HashMap<>();
    try {
      producer.beginTransaction();
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int partition = 0; partition < partitions; partition++) {
        Complete end = new Complete(run, cut, FoldStates.sent(done, partition));
        sent.add(producer.send(end.toRecord(view.topic(), partition)));
      }
      producer.commitTransaction();
      for (Future<RecordMetadata> one : sent) {
        RecordMetadata place = one.get();
        ends.put(new TopicPartition(place.topic(), place.partition()), place.offset());
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
    }
    return ends;
  }

  /** What has been taken in need not stay. */
  private static void empty(BackfillOptions options, Map<TopicPartition, RecordsToDelete> taken)
      throws InterruptedException {
    try (Admin admin = Admin.create(new HashMap<>(options.kafka()))) {
      admin.deleteRecords(taken).all().get();
    } catch (ExecutionException e) {
      say(
          "What has been taken in stays in the backfill topic, for it cannot be deleted: %s",
          Objects.requireNonNull(e.getCause(), "a future's failure has a cause").getMessage());
    }
  }

  /**
   * Looks until what is found is enough.
   *
   * @param problem what to say where it is not within the time
   * @throws OfflineException with that
   */
  private static <T> T await(
      Supplier<T> look, Predicate<T> enough, Duration atMost, Function<T, String> problem)
      throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    T found = look.get();
    while (!enough.test(found)) {
      if (System.nanoTime() > deadline) {
        throw new OfflineException(problem.apply(found));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
      found = look.get();
    }
    return found;
  }
}
