package io.leat.console;

import static j2html.TagCreator.tag;

import io.leat.common.Lookups;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.schemas.Topics;
import j2html.tags.ContainerTag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The pipeline as a picture: a box a topic, from the left to the right as data flows; on every
 * arrow what passes a second and how many records the job behind it has still to do. The boxes'
 * places depend on the pipeline alone, so the picture stands still while its figures change.
 */
final class PipelinePicture {
  private static final int BOX_WIDTH = 176;
  private static final int BOX_HEIGHT = 46;
  private static final int COLUMN = 300;
  private static final int ROW = 74;
  private static final int MARGIN = 12;

  /** A topic's box, by its column and row. */
  private record Box(String topic, String what, int column, int row, boolean refusals) {
    int left() {
      return MARGIN + column * COLUMN;
    }

    int top() {
      return MARGIN + row * ROW;
    }

    int middle() {
      return top() + BOX_HEIGHT / 2;
    }
  }

  /** An arrow, and the job that moves records along it. */
  private record Arrow(Box from, Box to, String job) {
    int start() {
      return from.left() + BOX_WIDTH;
    }

    int bend() {
      return (start() + to.left()) / 2;
    }
  }

  private final Map<String, Box> boxes = new LinkedHashMap<>();
  private final List<Arrow> arrows = new ArrayList<>();

  PipelinePicture(Pipeline pipeline) {
    int row = 0;
    for (Contract contract : pipeline.contracts()) {
      String event = contract.event();
      Box raw = box(event, "events in", 0, row, false);
      arrow(raw, box(Topics.valid(event), "valid", 1, row, false), "ingestion");
      arrow(raw, box(Topics.deadLetters(event), "dead letters", 1, row + 1, true), "ingestion");
      row += 2;
    }
    int services = 0;
    for (FeatureService service : pipeline.services()) {
      Box vectors = box(Topics.features(service.name()), "feature vectors", 2, services++, false);
      sources(pipeline, service)
          .forEach(
              event -> arrow(Lookups.required(boxes, Topics.valid(event)), vectors, "features"));
    }
    int models = 0;
    for (Model model : pipeline.models()) {
      Box vectors = Lookups.required(boxes, Topics.features(model.service()));
      Box scores = box(Topics.scores(model.name()), "scores", 3, models++, false);
      arrow(vectors, scores, "scoring");
      if (pipeline.service(model.service()).flatMap(FeatureService::label).isPresent()) {
        Box outcomes = box(Topics.outcomes(model.name()), "outcomes", 4, models - 1, false);
        arrow(scores, outcomes, "performance");
      }
      arrow(vectors, box(Topics.unscored(model.name()), "unscored", 3, models++, true), "scoring");
    }
    if (!pipeline.monitors().isEmpty()) {
      Box alerts = box(Topics.DRIFT_ALERTS, "drift alerts", 3, models, false);
      watched(pipeline)
          .forEach(
              service -> arrow(Lookups.required(boxes, Topics.features(service)), alerts, "drift"));
      if (!pipeline.retraining().isEmpty()) {
        arrow(
            alerts,
            box(Topics.RETRAINING_REQUESTS, "retraining requests", 4, models, false),
            "retraining");
      }
    }
  }

  private static Set<String> sources(Pipeline pipeline, FeatureService service) {
    Set<String> events = new LinkedHashSet<>(List.of(service.spine()));
    pipeline.viewsFor(service).stream().map(FeatureView::source).forEach(events::add);
    return events;
  }

  private static Set<String> watched(Pipeline pipeline) {
    Set<String> services = new LinkedHashSet<>();
    for (Monitor monitor : pipeline.monitors()) {
      pipeline.model(monitor.model()).map(Model::service).ifPresent(services::add);
    }
    return services;
  }

  private Box box(String topic, String what, int column, int row, boolean refusals) {
    Box box = new Box(topic, what, column, row, refusals);
    boxes.put(topic, box);
    return box;
  }

  private void arrow(Box from, Box to, String job) {
    arrows.add(new Arrow(from, to, job));
  }

  /** The picture with a moment's figures. */
  ContainerTag<?> draw(Flow flow) {
    int width = boxes.values().stream().mapToInt(Box::left).max().orElse(0) + BOX_WIDTH + MARGIN;
    int height = boxes.values().stream().mapToInt(Box::top).max().orElse(0) + BOX_HEIGHT + MARGIN;
    ContainerTag<?> svg =
        tag("svg")
            .attr("viewBox", "0 0 " + width + " " + height)
            .attr("role", "img")
            .attr("aria-label", "The pipeline: topics, and the jobs between them");
    svg.with(
        tag("defs")
            .with(
                tag("marker")
                    .attr("id", "tip")
                    .attr("viewBox", "0 0 8 8")
                    .attr("refX", "8")
                    .attr("refY", "4")
                    .attr("markerWidth", "7")
                    .attr("markerHeight", "7")
                    .attr("orient", "auto")
                    .with(tag("path").attr("d", "M0 0L8 4L0 8z"))));
    arrows.forEach(arrow -> svg.with(line(arrow, flow)));
    arrows.forEach(arrow -> label(arrow, flow, svg)); // over all lines, for these cross
    boxes.values().forEach(box -> draw(box, flow, svg));
    return svg;
  }

  private static ContainerTag<?> line(Arrow arrow, Flow flow) {
    int y1 = arrow.from().middle();
    int y2 = arrow.to().middle();
    int bend = arrow.bend();
    return tag("path")
        .attr("class", "arrow" + (flow.lag(arrow.job()) > 0 ? " behind" : ""))
        .attr("marker-end", "url(#tip)")
        .attr(
            "d",
            "M%d %dC%d %d %d %d %d %d"
                .formatted(arrow.start(), y1, bend, y1, bend, y2, arrow.to().left(), y2));
  }

  private static void label(Arrow arrow, Flow flow, ContainerTag<?> svg) {
    int middle = (arrow.from().middle() + arrow.to().middle()) / 2;
    String lag = String.format(Locale.ROOT, "%s, lag %,d", arrow.job(), flow.lag(arrow.job()));
    svg.with(
        text(arrow.bend(), middle - 5, "rate", rate(flow.rate(arrow.to().topic()))),
        text(arrow.bend(), middle + 11, "lag", lag));
  }

  private static void draw(Box box, Flow flow, ContainerTag<?> svg) {
    long total = flow.total(box.topic());
    svg.with(
        tag("g")
            .attr("class", "box" + (box.refusals() && total > 0 ? " refusals" : ""))
            .attr("data-topic", box.topic())
            .with(
                tag("rect")
                    .attr("x", box.left())
                    .attr("y", box.top())
                    .attr("width", BOX_WIDTH)
                    .attr("height", BOX_HEIGHT)
                    .attr("rx", 6),
                tag("title").withText(box.topic()),
                text(box.left() + BOX_WIDTH / 2, box.top() + 18, "name", shortened(box.topic())),
                text(
                    box.left() + BOX_WIDTH / 2,
                    box.top() + 36,
                    "total",
                    String.format(Locale.ROOT, "%,d %s", total, box.what()))));
  }

  private static ContainerTag<?> text(int x, int y, String css, String says) {
    return tag("text")
        .attr("x", x)
        .attr("y", y)
        .attr("text-anchor", "middle")
        .attr("class", css)
        .withText(says);
  }

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 10 ? "%,.1f/s" : "%,.0f/s", perSecond);
  }

  private static String shortened(String topic) {
    return topic.length() <= 24 ? topic : topic.substring(0, 23) + "…";
  }
}
