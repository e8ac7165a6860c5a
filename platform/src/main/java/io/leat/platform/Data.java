package io.leat.platform;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.Topics;
import io.leat.schemas.backfill.BackfillTopic;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What services read and write: the topics and tables in which they meet. */
public enum Data {
  EVENTS("`<event>`", pipeline -> events(pipeline)),
  VALID("`<event>.valid`", pipeline -> events(pipeline).map(Topics::valid)),
  /** Of events that some view is made of, or that are a service's spine. */
  VALID_USED(
      "`<event>.valid` of views and services",
      pipeline -> Stream.concat(sources(pipeline), spines(pipeline)).map(Topics::valid)),
  DEAD_LETTERS("`<event>.dlq`", pipeline -> events(pipeline).map(Topics::deadLetters)),
  LATE("`<event>.late` of views", pipeline -> sources(pipeline).map(Topics::late)),
  /** The history of views that are declared with it. */
  BACKFILL(
      "`<view>`'s backfill",
      pipeline ->
          pipeline.views().stream()
              .filter(FeatureView::backfill)
              .map(view -> BackfillTopic.name(pipeline.name(), view.name(), view.version()))),
  STATE(
      "`<view>`'s state",
      pipeline ->
          pipeline.views().stream()
              .map(
                  view ->
                      "%s-v%d-changelog"
                          .formatted(
                              BackfillTopic.group(pipeline.name()) + "-" + view.name(),
                              view.version()))),
  VECTORS("`features.<service>`", pipeline -> services(pipeline).map(Topics::features)),
  /** Of services that some model reads. */
  VECTORS_TO_SCORE(
      "`features.<service>` of models",
      pipeline -> pipeline.models().stream().map(Model::service).map(Topics::features)),
  /** Of services whose models are watched. */
  VECTORS_WATCHED(
      "`features.<service>` of monitors",
      pipeline ->
          pipeline.monitors().stream()
              .map(Monitor::model)
              .map(pipeline::model)
              .flatMap(Optional::stream)
              .map(Model::service)
              .map(Topics::features)),
  /** Of models of whose scores a monitor watches something. */
  SCORES_WATCHED(
      "`scores.<model>` of monitors with `outputs`",
      pipeline ->
          pipeline.monitors().stream()
              .filter(monitor -> !monitor.outputs().isEmpty())
              .map(Monitor::model)
              .map(Topics::scores)),
  /** Of the spines of watched vectors, where a monitor looks at them. */
  DEAD_LETTERS_WATCHED(
      "`<event>.dlq` of monitors",
      pipeline ->
          pipeline.monitors().stream()
              .filter(monitor -> monitor.quality().seesDeadLetters())
              .map(Monitor::model)
              .map(pipeline::model)
              .flatMap(Optional::stream)
              .map(Model::service)
              .map(pipeline::service)
              .flatMap(Optional::stream)
              .map(FeatureService::spine)
              .map(Topics::deadLetters)),
  SCORES("`scores.<model>`", pipeline -> models(pipeline).map(Topics::scores)),
  SHADOW_SCORES("`scores.<model>.shadow`", pipeline -> models(pipeline).map(Topics::shadowScores)),
  UNSCORED("`scores.<model>.dlq`", pipeline -> models(pipeline).map(Topics::unscored)),
  /** Of models whose scores meet labels. */
  LABELLED_SCORES(
      "`scores.<model>` and `scores.<model>.shadow` of models with a label",
      pipeline ->
          labelled(pipeline)
              .map(Model::name)
              .flatMap(model -> Stream.of(Topics.scores(model), Topics.shadowScores(model)))),
  /** What is known of the events of such scores, and the events that bring the labels. */
  LABELS(
      "their `features.<service>`, and `<event>.valid` of their labels",
      pipeline ->
          labelled(pipeline)
              .map(Model::service)
              .flatMap(service -> pipeline.service(service).stream())
              .flatMap(
                  service ->
                      Stream.concat(
                          Stream.of(Topics.features(service.name())),
                          pipeline.labelEvents(service).stream().map(Topics::valid)))),
  OUTCOMES(
      "`outcomes.<model>`", pipeline -> labelled(pipeline).map(Model::name).map(Topics::outcomes)),
  ROLLOUT_OBSERVATIONS(
      "`rollout-observations`", pipeline -> Stream.of(Topics.ROLLOUT_OBSERVATIONS)),
  DRIFT_METRICS("`drift-metrics`", pipeline -> Stream.of(Topics.DRIFT_METRICS)),
  DRIFT_ALERTS("`drift-alerts`", pipeline -> Stream.of(Topics.DRIFT_ALERTS)),
  PERFORMANCE_METRICS("`performance-metrics`", pipeline -> Stream.of(Topics.PERFORMANCE_METRICS)),
  ALERT_CONTROLS("`alert-controls`", pipeline -> Stream.of(Topics.ALERT_CONTROLS)),
  RETRAINING_REQUESTS("`retraining-requests`", pipeline -> Stream.of(Topics.RETRAINING_REQUESTS)),
  RETRAINING_RUNS("`retraining-runs`", pipeline -> Stream.of(Topics.RETRAINING_RUNS)),
  AUDIT("`audit`", pipeline -> Stream.of(Topics.AUDIT)),
  /** Records that the service itself could not read. */
  UNREADABLE("its `.dlq`", pipeline -> Stream.of()) {
    @Override
    List<String> topics(Pipeline pipeline, String service) {
      return List.of(Topics.deadLetters(pipeline.name() + "-" + service));
    }
  },
  /** The offline tables: no topic. */
  TABLES("Iceberg tables", pipeline -> Stream.of());

  private final String words;
  private final Function<Pipeline, Stream<String>> topics;

  Data(String words, Function<Pipeline, Stream<String>> topics) {
    this.words = words;
    this.topics = topics;
  }

  /** As the docs name it. */
  public String words() {
    return words;
  }

  /** The topics that it is for one service of a pipeline; none where it is a table. */
  List<String> topics(Pipeline pipeline, String service) {
    return topics.apply(pipeline).distinct().toList();
  }

  private static Stream<String> events(Pipeline pipeline) {
    return pipeline.contracts().stream().map(Contract::event);
  }

  private static Stream<String> sources(Pipeline pipeline) {
    return pipeline.views().stream().map(FeatureView::source);
  }

  private static Stream<String> spines(Pipeline pipeline) {
    return pipeline.services().stream().map(FeatureService::spine);
  }

  private static Stream<String> services(Pipeline pipeline) {
    return pipeline.services().stream().map(FeatureService::name);
  }

  private static Stream<Model> labelled(Pipeline pipeline) {
    return pipeline.models().stream()
        .filter(
            model -> pipeline.service(model.service()).flatMap(FeatureService::label).isPresent());
  }

  private static Stream<String> models(Pipeline pipeline) {
    return pipeline.models().stream().map(Model::name);
  }
}
