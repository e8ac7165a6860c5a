package io.leat.features.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leat.features.engine.ServiceReplay;
import io.leat.features.online.Shop;
import io.leat.features.online.ShopStream;
import io.leat.features.online.StateStores;
import io.leat.features.server.CommittedState.Change;
import io.leat.features.server.CommittedState.Depth;
import io.leat.features.server.OnlineAnswer.Column;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureService.EventFeature;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.ViewFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.FeatureVector;
import io.leat.schemas.NullReason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the stream says of a moment, the feature server says too, and the replay of a training set;
 * or the feature server refuses the moment.
 */
class StreamedAndServedProperties {
  private static final long NOON = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();
  private static final int EVENTS = 25;
  private static final int THREE_HOURS = 3 * 3_600_000;

  private static final FeatureView SPENDING =
      Shop.SPENDING.with(
          List.of(
              derived("spending.known", "has(spending.total_1h) ? spending.total_1h : 0.0"),
              derived("spending.share", "event.amount / spending.total_1h"),
              derived("spending.first", "spending.payments_1h == 1.0")));
  private static final List<FeatureView> VIEWS = List.of(SPENDING, Shop.TAKINGS);
  private static final FeatureService HABITS = habits();
  private static final Pipeline PIPELINE =
      Shop.pipeline(
          List.of(Shop.contract("payments", Shop.PAYMENT, Optional.of("customer_id"), 1)),
          List.of(SPENDING, Shop.TAKINGS),
          List.of(HABITS));

  @Property(tries = 12)
  void aMomentHasTheSameValuesAndReasonsEverywhereOrIsRefused(@ForAll long seed)
      throws IOException, RequestException {
    streamAndServe(new Random(seed), THREE_HOURS, false);
  }

  @Property(tries = 12)
  void whereIdleKeysAreRemovedAMomentHasTheSameValuesEverywhereOrIsNotKnownAndRefused(
      @ForAll long seed) throws IOException, RequestException {
    streamAndServe(new Random(seed), 2 * THREE_HOURS, true);
  }

  private static void streamAndServe(Random random, int span, boolean sweeps)
      throws IOException, RequestException {
    Path folder = Files.createTempDirectory("served");
    ServiceReplay replay = new ServiceReplay(HABITS, PIPELINE);
    try (ShopStream stream = new ShopStream(folder.resolve("stream"), PIPELINE);
        CommittedState state =
            new CommittedState(
                folder.resolve("server"), List.of("spending-v1", "takings-v1"), 8 << 20)) {
      OnlineFeatures server = server(state);
      for (int i = 0; i < EVENTS; i++) {
        GenericRecord payment = payment(i, span, random);
        FeatureVector vector = stream.pay(payment, "habits");
        VIEWS.forEach(view -> state.clear(StateStores.name(view), "changelog"));
        state.apply(
            stream.entries(VIEWS, (store, name, value) -> Change.of(store, 0, name, value)),
            List.of());
        List<Object> streamed = NullReason.joined(vector.getValues(), vector.getNullReasons());

        List<Object> replayed = replay.feed("payments", payment).orElseThrow().valuesOrReasons();
        for (int f = 0; f < replayed.size(); f++) {
          if (!sweeps || streamed.get(f) != NullReason.REMOVED) {
            assertThat(streamed.get(f)).isEqualTo(replayed.get(f));
          }
        }
        assertThat(answer(server, payment, false)).isEqualTo(streamed);
        if (streamed.stream().anyMatch(StreamedAndServedProperties::isUnknown)) {
          assertThat(
                  catchThrowableOfType(RequestException.class, () -> answer(server, payment, true)))
              .hasMessageContaining("is out of retention");
        } else {
          assertThat(answer(server, payment, true)).isEqualTo(streamed);
        }
        if (sweeps && random.nextBoolean()) {
          stream.sweep();
        }
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private static boolean isUnknown(Object valueOrReason) {
    return valueOrReason instanceof NullReason reason && reason.isUnknown();
  }

  private static OnlineFeatures server(CommittedState state) {
    Catalog catalog = new Catalog(PIPELINE);
    return new OnlineFeatures(
        catalog,
        state,
        store -> Optional.of(Lag.NONE),
        Limits.DEFAULT,
        new ReadMetrics(catalog.views(), new SimpleMeterRegistry()));
  }

  /** The service's features at the payment's time: asked for as of then, or asked for then. */
  private static List<Object> answer(OnlineFeatures server, GenericRecord payment, boolean asOf)
      throws RequestException {
    Map<String, List<@Nullable Object>> entities = new LinkedHashMap<>();
    for (String field : List.of("customer_id", "terminal_id", "amount")) {
      entities.put(field, Collections.singletonList(payment.get(field)));
    }
    Instant time = Instant.ofEpochMilli((long) payment.get("paid_at"));
    OnlineAnswer answer =
        server.answer(
            new OnlineRequest(
                new OnlineRequest.Names(List.of(), Optional.of("habits"), true),
                entities,
                asOf ? Optional.of(time) : Optional.empty(),
                false,
                true),
            time,
            Depth.DISK);
    List<Object> found = new ArrayList<>();
    for (Column column : answer.columns().subList(2, answer.columns().size())) {
      Object value = column.values()[0];
      found.add(value == null ? Optional.ofNullable(column.reasons()[0]).orElseThrow() : value);
    }
    return found;
  }

  private static GenericRecord payment(int number, int span, Random random) {
    return Shop.payment(
        "p" + number,
        NOON + random.nextInt(span),
        random.nextInt(10) == 0 ? null : "c" + random.nextInt(2),
        random.nextInt(10) == 0 ? null : "t" + random.nextInt(2),
        random.nextInt(4));
  }

  private static FeatureService habits() {
    List<Feature> features = new ArrayList<>();
    features.add(new EventFeature("amount"));
    for (FeatureView view : List.of(SPENDING, Shop.TAKINGS)) {
      view.columns().forEach(column -> features.add(new ViewFeature(view.id(), column.name())));
    }
    features.addAll(SPENDING.derived());
    features.add(derived("either", "event.amount > 1.0 || takings.payments_1h > 2.0"));
    features.add(derived("own", "event.amount * 2.0"));
    return new FeatureService("habits", 1, "payments", features, Optional.empty(), "fingerprint");
  }

  private static DerivedFeature derived(String name, String expression) {
    return Shop.derived(name, expression);
  }
}
