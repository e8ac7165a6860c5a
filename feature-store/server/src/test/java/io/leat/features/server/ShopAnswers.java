package io.leat.features.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.online.EntityKeys;
import io.leat.features.online.Shop;
import io.leat.features.online.backfill.BackfillState;
import io.leat.features.server.CommittedState.Change;
import io.leat.features.server.CommittedState.Depth;
import io.leat.pipeline.definition.Pipeline;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Answers as JSON, of a state in which alice paid twice, 10 at noon and 5 a quarter of an hour
 * later; terminal t1 saw the first. Who asks for 1001 gets what alice had at noon.
 */
final class ShopAnswers implements AutoCloseable {
  static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  static final Instant QUARTER_PAST = Instant.parse("2026-11-23T12:15:00Z");

  private final CommittedState state;
  private MeterRegistry metrics = new SimpleMeterRegistry();
  private OnlineFeatures features;

  ShopAnswers(Path folder) {
    state = new CommittedState(folder, List.of("spending-v1", "takings-v1", "logins-v1"), 8 << 20);
    States spending = new States(Shop.SPENDING, Shop.PAYMENTS);
    byte[] one = spending.with(Shop.payment("p1", NOON.toEpochMilli(), "alice", "t1", 10));
    byte[] two = spending.with(Shop.payment("p2", QUARTER_PAST.toEpochMilli(), "alice", "t2", 5));
    byte[] till =
        new States(Shop.TAKINGS, Shop.PAYMENTS)
            .with(Shop.payment("p1", NOON.toEpochMilli(), "alice", "t1", 10));
    state.apply(
        List.of(
            new Change("spending-v1", EntityKeys.bytes("alice"), two),
            new Change("spending-v1", EntityKeys.bytes("1001"), one),
            new Change("takings-v1", EntityKeys.bytes("t1"), till)),
        List.of());
    features = serve(Shop.pipeline(), Limits.DEFAULT);
  }

  /** Answers as another pipeline says from now on, out of the same state. */
  OnlineFeatures serve(Pipeline pipeline, Limits limits) {
    Catalog catalog = new Catalog(pipeline);
    metrics = new SimpleMeterRegistry();
    features =
        new OnlineFeatures(
            catalog,
            state,
            store -> Optional.of(store.equals("takings-v1") ? new Lag(7, 20) : new Lag(3, 40)),
            limits,
            new ReadMetrics(catalog.views(), metrics));
    return features;
  }

  CommittedState state() {
    return state;
  }

  MeterRegistry metrics() {
    return metrics;
  }

  OnlineFeatures features() {
    return features;
  }

  /** Writes what all partitions of the store are told of the backfill of spending. */
  void tellOfBackfill(String text) {
    IntStream.range(0, 4).forEach(partition -> tellOfBackfill(partition, text));
  }

  void tellOfBackfill(int partition, String text) {
    state.apply(
        List.of(Change.of("spending-v1", partition, BackfillState.name(), text.getBytes(UTF_8))),
        List.of());
  }

  /** The answer at a quarter past. */
  String answer(String body) throws RequestException {
    return answer(body, QUARTER_PAST);
  }

  String answer(String body, Instant now) throws RequestException {
    OnlineRequest request = parse(body);
    return new String(
        JsonAnswer.of(
            features.answer(request, now, Depth.DISK),
            request.versionMetadata(),
            request.nullReasons()),
        UTF_8);
  }

  static OnlineRequest parse(String body) throws RequestException {
    return JsonRequest.parse(body.getBytes(UTF_8));
  }

  /** JSON without the spaces between its parts. */
  static String json(String pretty) {
    return pretty.replaceAll("\\n\\s*", "");
  }

  @Override
  public void close() {
    state.close();
  }
}
