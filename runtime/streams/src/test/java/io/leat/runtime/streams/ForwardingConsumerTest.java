package io.leat.runtime.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForwardingConsumerTest {
  private record Call(Method method, List<Object> arguments) {}

  /** One of every type that the interface takes or gives. */
  @SuppressWarnings("removal") // of the group's metadata, which only a consumer makes otherwise
  private static final Map<Class<?>, Object> SAMPLES =
      Map.ofEntries(
          Map.entry(long.class, 7L),
          Map.entry(String.class, "payments"),
          Map.entry(Duration.class, Duration.ofSeconds(3)),
          Map.entry(Pattern.class, Pattern.compile("p.*")),
          Map.entry(SubscriptionPattern.class, new SubscriptionPattern("p.*")),
          Map.entry(TopicPartition.class, new TopicPartition("payments", 1)),
          Map.entry(OffsetAndMetadata.class, new OffsetAndMetadata(5)),
          Map.entry(CloseOptions.class, CloseOptions.timeout(Duration.ofSeconds(2))),
          Map.entry(Set.class, Set.of(new TopicPartition("payments", 2))),
          Map.entry(List.class, List.of("given")),
          Map.entry(Map.class, Map.of("given", 1)),
          Map.entry(OptionalLong.class, OptionalLong.of(9)),
          Map.entry(Uuid.class, Uuid.ONE_UUID),
          Map.entry(Collection.class, List.of(new TopicPartition("payments", 3))),
          Map.entry(ConsumerRecords.class, ConsumerRecords.empty()),
          Map.entry(
              ConsumerGroupMetadata.class,
              new ConsumerGroupMetadata("group", 1, "member", Optional.empty())),
          Map.entry(ConsumerRebalanceListener.class, new NoRebalance()),
          Map.entry(OffsetCommitCallback.class, (OffsetCommitCallback) (offsets, failure) -> {}),
          Map.entry(
              KafkaMetric.class,
              new KafkaMetric(
                  new Object(),
                  new MetricName("name", "group", "", Map.of()),
                  (Gauge<Integer>) (config, now) -> 1,
                  new MetricConfig(),
                  Time.SYSTEM)));

  private final List<Call> calls = new ArrayList<>();

  @SuppressWarnings("unchecked") // a proxy implements Consumer, whatever its records are
  private final Consumer<byte[], byte[]> kafka =
      (Consumer<byte[], byte[]>)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Consumer.class},
              (proxy, method, arguments) -> {
                calls.add(new Call(method, arguments == null ? List.of() : List.of(arguments)));
                return sample(method.getReturnType());
              });

  static Stream<Method> everyMethodIsForwardedAsItIs() {
    return Arrays.stream(Consumer.class.getMethods());
  }

  @ParameterizedTest
  @MethodSource
  void everyMethodIsForwardedAsItIs(Method method) throws ReflectiveOperationException {
    Consumer<byte[], byte[]> forwarding = new ForwardingConsumer<>(kafka) {};
    Object[] arguments =
        Arrays.stream(method.getParameterTypes()).map(ForwardingConsumerTest::sample).toArray();

    Object returned = method.invoke(forwarding, arguments);

    assertThat(calls).containsExactly(new Call(method, List.of(arguments)));
    assertThat(returned).isEqualTo(sample(method.getReturnType()));
  }

  private static final class NoRebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
  }

  private static @Nullable Object sample(Class<?> type) {
    assertThat(type).matches(known -> known == void.class || SAMPLES.containsKey(known));
    return SAMPLES.get(type);
  }
}
