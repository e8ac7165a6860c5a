package io.leat.pipeline.reader;

import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Pipeline;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How many partitions entity keys are spread over, event by event. Events that meet in a view's
 * store (one updates it, a vector of the other reads it) share the number: the largest that any of
 * their contracts declares.
 *
 * @param byEvent number of partitions by event, for every event that a contract declares
 */
public record KeyPartitions(Map<String, Integer> byEvent) {
  public KeyPartitions {
    byEvent = Map.copyOf(byEvent);
  }

  /** Those of a pipeline; takes time in proportion to its services and, twice, its events. */
  public static KeyPartitions of(Pipeline pipeline) {
    Map<String, Integer> partitions = new HashMap<>();
    pipeline.contracts().forEach(c -> partitions.put(c.event(), c.topic().partitions()));
    Map<String, Set<String>> meets = new HashMap<>();
    for (FeatureService service : pipeline.services()) {
      for (String source : sources(service, pipeline)) {
        meets.computeIfAbsent(service.spine(), event -> new HashSet<>()).add(source);
        meets.computeIfAbsent(source, event -> new HashSet<>()).add(service.spine());
      }
    }
    Map<String, Integer> shared = new HashMap<>();
    for (String event : partitions.keySet()) {
      shared.put(event, together(event, meets).stream().mapToInt(partitions::get).max().orElse(1));
    }
    return new KeyPartitions(shared);
  }

  /**
   * The number of partitions of an event's entity keys.
   *
   * @throws IllegalArgumentException if the pipeline declares no such event
   */
  public int of(String event) {
    Integer partitions = byEvent.get(event);
    if (partitions == null) {
      throw new IllegalArgumentException("the pipeline declares no event " + event);
    }
    return partitions;
  }

  private static Set<String> together(String event, Map<String, Set<String>> meets) {
    Set<String> found = new HashSet<>(Set.of(event));
    boolean grew = true;
    while (grew) {
      Set<String> next = new HashSet<>();
      found.forEach(member -> next.addAll(meets.getOrDefault(member, Set.of())));
      grew = found.addAll(next);
    }
    return found;
  }

  /** The events that the views which a service takes values of are made of. */
  private static Set<String> sources(FeatureService service, Pipeline pipeline) {
    Set<String> sources = new HashSet<>();
    pipeline.viewsFor(service).forEach(view -> sources.add(view.source()));
    return sources;
  }
}
