package io.leat.features.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.features.engine.ViewEngine;
import io.leat.features.online.EntityKeys;
import io.leat.features.online.StateStores;
import io.leat.features.server.ChangelogFollower.Lag;
import io.leat.features.server.OnlineAnswer.Column;
import io.leat.features.server.OnlineAnswer.Status;
import io.leat.pipeline.Entity;
import io.leat.pipeline.FeatureService;
import io.leat.pipeline.FeatureService.ViewFeature;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.Pipeline;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks features up: resolves what a request names against the pipeline, reads the keys' state,
 * evaluates it. Thread-safe.
 *
 * <p>A feature service's features that are fields of the spine event, or are derived, have no value
 * without an event. They keep their place in the answer, with null and the status INVALID; asked
 * for by name they are refused.
 */
final class OnlineFeatures {
  private static final Pattern REFERENCE =
      Pattern.compile("(?<view>[^:@]+)(@v(?<version>\\d{1,9}))?:(?<feature>[^:]+)");

  /** A column to be answered: of a view, or of none where it cannot be read online. */
  private record Wanted(String name, Optional<FeatureView> view, int index) {}

  private final Pipeline pipeline;
  private final CommittedState state;
  private final Function<String, Optional<Lag>> lag;
  private final Map<FeatureView, List<String>> columns = new HashMap<>();
  private final ThreadLocal<Map<FeatureView, ViewEngine>> engines;

  /**
   * @param lag how far a store is behind; empty where that is not known
   */
  OnlineFeatures(Pipeline pipeline, CommittedState state, Function<String, Optional<Lag>> lag) {
    this.pipeline = pipeline;
    this.state = state;
    this.lag = lag;
    this.engines = ThreadLocal.withInitial(HashMap::new);
    pipeline.views().forEach(view -> columns.put(view, engine(view).columns()));
  }

  /**
   * Answers a request.
   *
   * @param now the time to evaluate at where the request names none
   * @throws RequestException if it names what there is not
   */
  OnlineAnswer answer(OnlineRequest request, Instant now) throws RequestException {
    List<Wanted> wanted =
        request.features().isPresent()
            ? ofReferences(request.features().get(), request.fullFeatureNames())
            : ofService(request.featureService().orElseThrow(), request.fullFeatureNames());
    checkNames(wanted, request);
    checkEntities(wanted, request);

    List<Column> answer = new ArrayList<>();
    request.entities().forEach((field, keys) -> answer.add(entityColumn(field, keys)));
    Map<FeatureView, List<Wanted>> byView = new LinkedHashMap<>();
    List<Column> features = new ArrayList<>();
    Map<Wanted, Column> columnOf = new HashMap<>();
    for (Wanted feature : wanted) {
      Column column = new Column(feature.name());
      columnOf.put(feature, column);
      features.add(column);
      feature
          .view()
          .ifPresentOrElse(
              view -> byView.computeIfAbsent(view, v -> new ArrayList<>()).add(feature),
              () -> fill(column, request.rows()));
    }
    long time = request.asOf().orElse(now).toEpochMilli();
    try (CommittedState.View committed = state.view()) {
      byView.forEach((view, of) -> read(view, of, columnOf, request, time, committed));
    }
    answer.addAll(features);
    return new OnlineAnswer(
        answer,
        byView.keySet().stream()
            .flatMap(view -> lag.apply(StateStores.name(view)).stream())
            .reduce(Lag.NONE, Lag::worse));
  }

  private void read(
      FeatureView view,
      List<Wanted> wanted,
      Map<Wanted, Column> columnOf,
      OnlineRequest request,
      long time,
      CommittedState.View committed) {
    ViewEngine engine = engine(view);
    for (JsonNode key : request.entities().get(view.entity().key())) {
      byte[] found =
          key.isNull()
              ? null
              : committed.get(StateStores.name(view), EntityKeys.bytes(key.asText()));
      @Nullable Object[] values = found == null ? null : engine.evaluate(found, time);
      Instant newest =
          found == null ? Instant.EPOCH : Instant.ofEpochMilli(engine.newestEventTime(found));
      for (Wanted feature : wanted) {
        Object value = values == null ? null : values[feature.index()];
        columnOf
            .get(feature)
            .add(
                value,
                values == null
                    ? Status.NOT_FOUND
                    : value == null ? Status.NULL_VALUE : Status.PRESENT,
                newest);
      }
    }
  }

  private List<Wanted> ofReferences(List<String> references, boolean fullNames)
      throws RequestException {
    List<Wanted> wanted = new ArrayList<>();
    for (String reference : references) {
      Matcher matcher = REFERENCE.matcher(reference);
      if (!matcher.matches()) {
        throw RequestException.bad(
            "'%s' is no feature reference; expected view:feature or view@v2:feature.", reference);
      }
      FeatureView view = view(matcher.group("view"));
      String version = matcher.group("version");
      if (version != null && Integer.parseInt(version) != view.version()) {
        throw RequestException.unknown(
            "There is no version %s of view %s; the pipeline %s serves version %d.",
            version, view.name(), pipeline.name(), view.version());
      }
      wanted.add(ofView(view, matcher.group("feature"), fullNames));
    }
    return wanted;
  }

  private List<Wanted> ofService(String name, boolean fullNames) throws RequestException {
    FeatureService service =
        pipeline
            .service(name)
            .orElseThrow(
                () ->
                    RequestException.unknown(
                        "There is no feature service %s; the pipeline %s has %s.",
                        name,
                        pipeline.name(),
                        listed(pipeline.services().stream().map(FeatureService::name).toList())));
    List<Wanted> wanted = new ArrayList<>();
    for (FeatureService.Feature feature : service.features()) {
      if (feature instanceof ViewFeature of) {
        wanted.add(ofView(view(of.view()), of.column(), fullNames));
      } else {
        String full = feature.name();
        wanted.add(
            new Wanted(
                fullNames ? full.replace(".", "__") : full.substring(full.indexOf('.') + 1),
                Optional.empty(),
                -1));
      }
    }
    return wanted;
  }

  private Wanted ofView(FeatureView view, String feature, boolean fullNames)
      throws RequestException {
    int index = columns.get(view).indexOf(feature);
    if (index < 0) {
      throw RequestException.unknown(
          "There is no feature %s in view %s; it has %s.",
          feature, view.name(), listed(columns.get(view)));
    }
    return new Wanted(fullNames ? view.name() + "__" + feature : feature, Optional.of(view), index);
  }

  private FeatureView view(String name) throws RequestException {
    return pipeline
        .view(name)
        .orElseThrow(
            () ->
                RequestException.unknown(
                    "There is no feature view %s; the pipeline %s has %s.",
                    name,
                    pipeline.name(),
                    listed(pipeline.views().stream().map(FeatureView::name).toList())));
  }

  private static void checkNames(List<Wanted> wanted, OnlineRequest request)
      throws RequestException {
    Set<String> names = new HashSet<>(request.entities().keySet());
    for (Wanted feature : wanted) {
      if (!names.add(feature.name())) {
        throw RequestException.bad(
            "Two columns of the answer would be called %s; %s.",
            feature.name(),
            request.fullFeatureNames()
                ? "name each feature once"
                : "name each feature once, or set full_feature_names to true");
      }
    }
  }

  private void checkEntities(List<Wanted> wanted, OnlineRequest request) throws RequestException {
    List<String> fields = pipeline.entities().stream().map(Entity::key).distinct().toList();
    for (String field : request.entities().keySet()) {
      if (!fields.contains(field)) {
        throw RequestException.bad(
            "No entity of the pipeline %s has the key %s; there are %s.",
            pipeline.name(), field, listed(fields));
      }
    }
    for (Wanted feature : wanted) {
      if (feature.view().isPresent()) {
        FeatureView view = feature.view().get();
        String field = view.entity().key();
        if (!request.entities().containsKey(field)) {
          throw RequestException.bad(
              "View %s is about the entity %s, and entities has no %s; add a list of its keys.",
              view.name(), view.entity().name(), field);
        }
      }
    }
  }

  private static Column entityColumn(String field, List<JsonNode> keys) {
    Column column = new Column(field);
    for (JsonNode key : keys) {
      column.add(
          key.isNull() ? null : key,
          key.isNull() ? Status.NULL_VALUE : Status.PRESENT,
          Instant.EPOCH);
    }
    return column;
  }

  private static void fill(Column column, int rows) {
    for (int row = 0; row < rows; row++) {
      column.add(null, Status.INVALID, Instant.EPOCH);
    }
  }

  /** An engine is not thread-safe: each thread has its own. */
  private ViewEngine engine(FeatureView view) {
    return engines
        .get()
        .computeIfAbsent(
            view, v -> new ViewEngine(v, pipeline.contract(v.source()).orElseThrow().schema()));
  }

  private static String listed(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
