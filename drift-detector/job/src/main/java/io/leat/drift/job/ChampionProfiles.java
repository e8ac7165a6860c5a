package io.leat.drift.job;

import io.leat.common.LeatException;
import io.leat.models.registry.RegistryView;
import io.leat.runtime.flink.KafkaRecord;
import io.leat.runtime.flink.RegistryConnection;
import io.leat.schemas.AvroCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands on a model's profile when another version becomes its champion. A record of the registry's
 * topic only says that something changed: the registry is then read as it is now, so that nothing
 * is remembered, and what is handed on twice does no harm.
 *
 * <p>A profile that a monitor cannot be evaluated by (it was calibrated for other settings, or is
 * of another definition of the service) changes nothing for it: it stays with the one it has.
 */
final class ChampionProfiles extends ProcessFunction<KafkaRecord, ChampionProfile> {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(ChampionProfiles.class);

  private final Properties kafka;
  private final RegistryConnection registry;
  private final String artifacts;
  private final List<Watch> watches;
  private transient Map<String, Long> told = Map.of();
  private transient Counter refused;

  /**
   * @param watches every monitor, as the job began
   */
  ChampionProfiles(
      Properties kafka, RegistryConnection registry, String artifacts, List<Watch> watches) {
    this.kafka = kafka;
    this.registry = registry;
    this.artifacts = artifacts;
    this.watches = List.copyOf(watches);
  }

  @Override
  public void open(OpenContext context) {
    told = new HashMap<>();
    refused = getRuntimeContext().getMetricGroup().counter("profilesRefused");
  }

  @Override
  public void processElement(KafkaRecord changed, Context context, Collector<ChampionProfile> out) {
    Map<String, Object> settings = new HashMap<>();
    kafka.forEach((name, value) -> settings.put(name.toString(), value));
    Optional<RegistryView> view = RegistryView.read(settings, new AvroCodec(registry.client()));
    Set<String> models =
        watches.stream().map(watch -> watch.monitor().model()).collect(Collectors.toSet());
    for (String model : models) {
      view.flatMap(now -> news(now, model)).ifPresent(out::collect);
    }
  }

  private Optional<ChampionProfile> news(RegistryView view, String model) {
    long rollout =
        view.model(model)
            .map(found -> found.getRollout() == null ? 0 : found.getRollout().getRevision())
            .orElse(0L);
    if (told.getOrDefault(model, 0L) >= rollout) {
      return Optional.empty();
    }
    Optional<ChampionProfile> found;
    try {
      found = ChampionProfile.of(view, model, artifacts);
    } catch (LeatException e) {
      refused.inc();
      log.warn(
          "The reference profile of the champion of model {} cannot be read, and is asked for again when the registry changes, or the job starts; till then its monitors go on with the profile they have: {}",
          model,
          e.getMessage());
      return Optional.empty();
    }
    told.put(model, rollout);
    if (found.isEmpty()) {
      log.warn(
          "Model {} has a champion that was published without a reference profile: its monitors go on comparing with the profile they have.",
          model);
    }
    return found.filter(this::fits);
  }

  /** Whether some monitor of the model can go by it; of those that cannot it is told why. */
  private boolean fits(ChampionProfile champion) {
    boolean fits = false;
    for (Watch watch : watches) {
      if (!watch.monitor().model().equals(champion.model())) {
        continue;
      }
      Optional<String> problem = watch.problem(champion);
      if (problem.isPresent()) {
        refused.inc();
        log.warn(
            "Monitor {} goes on comparing with the reference profile it has, not with that of version {} of model {}, which is its champion now: {}",
            watch.monitor().name(),
            champion.number(),
            champion.model(),
            problem.get());
      }
      fits |= problem.isEmpty();
    }
    return fits;
  }
}
