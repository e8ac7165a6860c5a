package io.leat.cli.promote;

import io.leat.common.Lookups;
import io.leat.features.online.StateStores;
import io.leat.pipeline.apply.Promotions;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.Definition;
import io.leat.schemas.Topics;
import io.leat.schemas.ValueType;
import io.leat.schemas.backfill.BackfillStatus;
import io.leat.schemas.backfill.BackfillTopic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Finds out whether a version of a view can take the place of another. */
final class ViewReadiness {
  private final Pipeline pipeline;
  private final Collection<Definition> definitions;
  private final Map<String, Object> kafka;
  private final Admin admin;
  private final long mostLag;

  /**
   * @param definitions what was applied
   * @param kafka settings of Kafka clients
   * @param mostLag how many events the online store may be behind
   */
  ViewReadiness(
      Pipeline pipeline,
      Collection<Definition> definitions,
      Map<String, Object> kafka,
      Admin admin,
      long mostLag) {
    this.pipeline = pipeline;
    this.definitions = definitions;
    this.kafka = kafka;
    this.admin = admin;
    this.mostLag = mostLag;
  }

  /**
   * What keeps a version from being read in another's place, each a sentence that says what to do;
   * empty where nothing does.
   *
   * @param before the version whose readers it will have; may be the view itself
   */
  List<String> problems(FeatureView view, FeatureView before, boolean missingFeaturesAllowed)
      throws ExecutionException, InterruptedException {
    List<Optional<String>> found = new ArrayList<>();
    found.add(notApplied(view));
    if (!missingFeaturesAllowed) {
      found.add(missingFeatures(view, before));
    }
    found.add(notRunning(view));
    found.add(waiting(view));
    found.add(behind(view));
    return found.stream().flatMap(Optional::stream).toList();
  }

  private Optional<String> notApplied(FeatureView view) {
    return Promotions.isApplied(pipeline, view, definitions)
        ? Optional.empty()
        : Optional.of(
            "it was not applied, or with another definition; run 'leat apply' and restart the"
                + " online store");
  }

  /** What readers of one version may ask for and the other has not, or has of another type. */
  static Optional<String> missingFeatures(FeatureView view, FeatureView before) {
    Map<String, ValueType> here = types(view);
    List<String> lacks = new ArrayList<>();
    types(before)
        .forEach(
            (name, type) -> {
              if (!here.containsKey(name)) {
                lacks.add(name);
              } else if (here.get(name) != type) {
                lacks.add("%s (it is %s there and %s here)".formatted(name, type, here.get(name)));
              }
            });
    return lacks.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "it lacks %s, which readers of version %d may ask for; if none does, say --allow-missing-features"
                .formatted(String.join(", ", lacks), before.version()));
  }

  /** Type of each feature by its name within the view, in the order of the features. */
  private static Map<String, ValueType> types(FeatureView view) {
    Map<String, ValueType> types = new LinkedHashMap<>();
    view.columns().forEach(column -> types.put(column.name(), column.aggregation().type()));
    view.derived().forEach(derived -> types.put(view.shortName(derived), derived.type()));
    return types;
  }

  private Optional<String> notRunning(FeatureView view)
      throws ExecutionException, InterruptedException {
    String changelog = StateStores.changelog(pipeline.name(), view);
    return topics().contains(changelog)
        ? Optional.empty()
        : Optional.of(
            "its state is not kept yet: there is no topic %s; restart the online store with this folder"
                .formatted(changelog));
  }

  private Optional<String> waiting(FeatureView view) {
    String topic = BackfillTopic.name(pipeline.name(), view.name(), view.version());
    return view.backfill() && BackfillStatus.read(kafka, topic).isWaiting()
        ? Optional.of("it waits for its backfill; run 'leat backfill %s'".formatted(view.id()))
        : Optional.empty();
  }

  private Collection<String> topics() throws ExecutionException, InterruptedException {
    return admin.listTopics().names().get();
  }

  /** The events of the view's source that the online store has yet to work through. */
  private Optional<String> behind(FeatureView view)
      throws ExecutionException, InterruptedException {
    String topic = Topics.valid(view.source());
    if (!topics().contains(topic)) {
      return Optional.of("there is no topic %s; run 'leat apply'".formatted(topic));
    }
    String group = pipeline.name() + "-" + StateStores.JOB;
    Map<TopicPartition, @Nullable OffsetAndMetadata> committed =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    List<TopicPartition> partitions =
        Lookups.required(admin.describeTopics(List.of(topic)).allTopicNames().get(), topic)
            .partitions()
            .stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    Map<TopicPartition, ListOffsetsResultInfo> first = offsets(partitions, OffsetSpec.earliest());
    Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(partitions, OffsetSpec.latest());
    long lag = 0;
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata reached = committed.get(partition);
      long from = reached == null ? Lookups.required(first, partition).offset() : reached.offset();
      lag += Math.max(0, Lookups.required(ends, partition).offset() - from);
    }
    return lag <= mostLag
        ? Optional.empty()
        : Optional.of(
            "the online store (group %s) is %d records behind on %s, where --max-lag allows %d; wait until it has caught up"
                .formatted(group, lag, topic, mostLag));
  }

  private Map<TopicPartition, ListOffsetsResultInfo> offsets(
      List<TopicPartition> partitions, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    return admin
        .listOffsets(partitions.stream().collect(Collectors.toMap(p -> p, p -> which)))
        .all()
        .get();
  }
}
