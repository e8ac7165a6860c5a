package io.leat.features.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.features.engine.Entries;
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
import java.util.OptionalLong;
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

  /** A view that is served. Compared by identity: a definition takes long to hash. */
  private static final class ServedView {
    private final FeatureView view;
    private final String store;
    private final List<String> columns;

    ServedView(FeatureView view, List<String> columns) {
      this.view = view;
      this.store = StateStores.name(view);
      this.columns = columns;
    }
  }

  /** A column to be filled: of a view, or of none where it cannot be read online. */
  private record Wanted(Column column, Optional<ServedView> of, int index) {}

  private final Pipeline pipeline;
  private final CommittedState state;
  private final Function<String, Optional<Lag>> lag;
  private final Map<String, ServedView> views = new HashMap<>();

  /**
   * An engine a view, by the view's name. An engine is not thread-safe: each thread has its own.
   */
  private final ThreadLocal<Map<String, ViewEngine>> engines;

  /**
   * @param lag how far a store is behind; empty where that is not known
   */
  OnlineFeatures(Pipeline pipeline, CommittedState state, Function<String, Optional<Lag>> lag) {
    this.pipeline = pipeline;
    this.state = state;
    this.lag = lag;
    this.engines = ThreadLocal.withInitial(HashMap::new);
    for (FeatureView view : pipeline.views()) {
      views.put(view.name(), new ServedView(view, engine(view).columns()));
    }
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
    Map<ServedView, List<Wanted>> byView = new LinkedHashMap<>();
    for (Wanted feature : wanted) {
      answer.add(feature.column());
      feature
          .of()
          .ifPresentOrElse(
              view -> byView.computeIfAbsent(view, v -> new ArrayList<>()).add(feature),
              () -> fill(feature.column(), request.rows()));
    }
    long time = request.asOf().orElse(now).toEpochMilli();
    try (CommittedState.View committed = state.view()) {
      byView.forEach((view, of) -> read(view, of, request, time, committed));
    }
    return new OnlineAnswer(
        answer,
        byView.keySet().stream()
            .flatMap(view -> lag.apply(view.store).stream())
            .reduce(Lag.NONE, Lag::worse));
  }

  private void read(
      ServedView view,
      List<Wanted> wanted,
      OnlineRequest request,
      long time,
      CommittedState.View committed) {
    ViewEngine engine = engine(view.view);
    for (JsonNode key : request.entities().get(view.view.entity().key())) {
      Entries entries = name -> committed.get(view.store, name);
      byte[] name = EntityKeys.bytes(key.asText());
      OptionalLong found =
          key.isNull() ? OptionalLong.empty() : engine.newestEventTime(entries, name);
      @Nullable Object[] values = found.isEmpty() ? null : engine.evaluate(entries, name, time);
      Instant newest = found.isEmpty() ? Instant.EPOCH : Instant.ofEpochMilli(found.getAsLong());
      for (Wanted feature : wanted) {
        Object value = values == null ? null : values[feature.index()];
        feature
            .column()
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
      ServedView served = served(matcher.group("view"));
      FeatureView view = served.view;
      String version = matcher.group("version");
      if (version != null && Integer.parseInt(version) != view.version()) {
        throw RequestException.unknown(
            "There is no version %s of view %s; the pipeline %s serves version %d.",
            version, view.name(), pipeline.name(), view.version());
      }
      wanted.add(ofView(served, matcher.group("feature"), fullNames));
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
        wanted.add(ofView(served(of.view()), of.column(), fullNames));
      } else {
        String full = feature.name();
        wanted.add(
            new Wanted(
                new Column(
                    fullNames ? full.replace(".", "__") : full.substring(full.indexOf('.') + 1)),
                Optional.empty(),
                -1));
      }
    }
    return wanted;
  }

  private static Wanted ofView(ServedView served, String feature, boolean fullNames)
      throws RequestException {
    String view = served.view.name();
    int index = served.columns.indexOf(feature);
    if (index < 0) {
      throw RequestException.unknown(
          "There is no feature %s in view %s; it has %s.", feature, view, listed(served.columns));
    }
    return new Wanted(
        new Column(fullNames ? view + "__" + feature : feature), Optional.of(served), index);
  }

  private ServedView served(String name) throws RequestException {
    return Optional.ofNullable(views.get(name))
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
      if (!names.add(feature.column().name())) {
        throw RequestException.bad(
            "Two columns of the answer would be called %s; %s.",
            feature.column().name(),
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
      if (feature.of().isPresent()) {
        FeatureView view = feature.of().get().view;
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

  private ViewEngine engine(FeatureView view) {
    return engines
        .get()
        .computeIfAbsent(
            view.name(),
            name -> new ViewEngine(view, pipeline.contract(view.source()).orElseThrow().schema()));
  }

  private static String listed(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
