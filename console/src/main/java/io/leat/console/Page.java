package io.leat.console;

import static j2html.TagCreator.a;
import static j2html.TagCreator.body;
import static j2html.TagCreator.code;
import static j2html.TagCreator.div;
import static j2html.TagCreator.document;
import static j2html.TagCreator.each;
import static j2html.TagCreator.h1;
import static j2html.TagCreator.h2;
import static j2html.TagCreator.head;
import static j2html.TagCreator.header;
import static j2html.TagCreator.html;
import static j2html.TagCreator.iff;
import static j2html.TagCreator.link;
import static j2html.TagCreator.main;
import static j2html.TagCreator.meta;
import static j2html.TagCreator.nav;
import static j2html.TagCreator.p;
import static j2html.TagCreator.script;
import static j2html.TagCreator.section;
import static j2html.TagCreator.span;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.title;
import static j2html.TagCreator.tr;

import io.leat.console.Findings.OpenAlert;
import io.leat.console.Snapshot.Shown;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.Severity;
import io.leat.schemas.Topics;
import j2html.tags.DomContent;
import j2html.tags.specialized.SectionTag;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Makes the page of a snapshot. The whole page comes once; its part {@link #live} again and again,
 * in place of the one before. Thread-safe.
 */
final class Page {
  /** A snapshot that is older than this is called so. */
  /** Headings of columns of numbers. */
  private static final Set<String> NUMBERS = Set.of("records", "scores", "unscored");

  private static final Duration STALE = Duration.ofSeconds(15);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Pipeline pipeline;
  private final Map<String, String> addresses;
  private final PipelinePicture picture;
  private final List<String> topics;

  /**
   * @param addresses what else the stack serves: name to address
   */
  Page(Pipeline pipeline, Map<String, String> addresses) {
    this.pipeline = pipeline;
    this.addresses = addresses;
    this.picture = new PipelinePicture(pipeline);
    this.topics = LogReader.shown(pipeline);
  }

  /** Whether a topic's newest records can be shown. */
  boolean hasTopic(String topic) {
    return topics.contains(topic);
  }

  /** The topic that is shown where none is asked for. */
  String firstTopic() {
    return topics.get(0);
  }

  String whole(Snapshot snapshot, String topic, Instant now) {
    return document(
        html(
                head(
                    meta().withCharset("utf-8"),
                    meta().withName("viewport").withContent("width=device-width"),
                    // No code out of attributes, and no style beside the page's own.
                    meta()
                        .withName("htmx-config")
                        .withContent(
                            "{\"allowEval\":false,\"includeIndicatorStyles\":false,\"historyEnabled\":false}"),
                    title(pipeline.name() + " - Leat"),
                    link().withRel("icon").withHref("data:,"),
                    link().withRel("stylesheet").withHref("/assets/console.css"),
                    script().withSrc("/assets/htmx.min.js")),
                body(
                    header(
                        h1(pipeline.name()),
                        nav(
                            each(
                                addresses.entrySet(),
                                entry -> a(entry.getKey()).withHref(entry.getValue())))),
                    main(live(snapshot, topic, now)).withId("page")))
            .withLang("en"));
  }

  /** What changes, which asks for itself again. */
  DomContent live(Snapshot snapshot, String topic, Instant now) {
    return div(
            state(snapshot, now),
            section(h2("Pipeline"), picture.draw(snapshot.flow())).withId("pipeline"),
            div(alerts(snapshot), deadLetters(snapshot)).withClass("columns"),
            models(snapshot),
            records(snapshot, topic))
        .withId("live")
        .attr("hx-get", "/live?topic=" + encoded(topic))
        .attr("hx-trigger", "every 2s")
        .attr("hx-swap", "outerHTML");
  }

  private static DomContent state(Snapshot snapshot, Instant now) {
    boolean stale = Duration.between(snapshot.time(), now).compareTo(STALE) > 0;
    return p(
            span(
                snapshot.time().equals(Instant.EPOCH)
                    ? "no snapshot yet"
                    : "as of " + TIME.format(snapshot.time()) + " UTC"),
            iff(stale && snapshot.problem().isEmpty(), span(" (older than it should be)")),
            iff(snapshot.problem(), why -> span(" " + why).withClass("problem")))
        .withId("state");
  }

  private static SectionTag alerts(Snapshot snapshot) {
    return section(
            h2("Open alerts (" + snapshot.alerts().size() + ")"),
            snapshot.alerts().isEmpty()
                ? p("None is open.").withClass("quiet")
                : table(
                    headings("severity", "model", "feature", "since", "what"),
                    tbody(each(snapshot.alerts(), alert -> row(alert)))))
        .withId("alerts");
  }

  private static DomContent row(OpenAlert alert) {
    boolean critical = alert.severity() == Severity.CRITICAL;
    return tr(
            td(alert.severity().name()),
            td(alert.model()),
            td(alert.feature()),
            td(TIME.format(alert.since())),
            td(alert.message()))
        .withClass(critical ? "critical" : "warn");
  }

  private static SectionTag deadLetters(Snapshot snapshot) {
    return section(
            h2("Dead letters"),
            snapshot.deadLetters().isEmpty()
                ? p("There are none.").withClass("quiet")
                : table(
                    headings("topic", "reason", "records", "the newest"),
                    tbody(
                        each(
                            snapshot.deadLetters(),
                            deadLetters ->
                                tr(
                                    td(deadLetters.topic()),
                                    td(code(deadLetters.reason())),
                                    td(number(deadLetters.count())).withClass("number"),
                                    td(
                                        span(deadLetters.example()),
                                        span(" at " + deadLetters.position())
                                            .withClass("quiet")))))))
        .withId("dead-letters");
  }

  private SectionTag models(Snapshot snapshot) {
    return section(
            h2("Models"),
            pipeline.models().isEmpty()
                ? p("The pipeline declares none.").withClass("quiet")
                : table(
                    headings("model", "version", "service", "scores", "unscored", "last request"),
                    tbody(each(pipeline.models(), model -> row(model, snapshot)))))
        .withId("models");
  }

  private static DomContent row(Model model, Snapshot snapshot) {
    return tr(
        td(model.name()),
        td(model.version()),
        td(model.service()),
        td(number(snapshot.flow().total(Topics.scores(model.name())))).withClass("number"),
        td(number(snapshot.flow().total(Topics.unscored(model.name())))).withClass("number"),
        td(
            snapshot.requests().stream()
                .filter(request -> request.model().equals(model.name()))
                .findFirst()
                .map(request -> TIME.format(request.time()) + ": " + request.reason())
                .orElse("none")));
  }

  private SectionTag records(Snapshot snapshot, String topic) {
    List<Shown> newest = snapshot.newest().getOrDefault(topic, List.of());
    return section(
            h2("Newest records"),
            nav(
                each(
                    topics,
                    name ->
                        a(name)
                            .withHref("/?topic=" + encoded(name))
                            .withCondClass(name.equals(topic), "chosen"))),
            newest.isEmpty()
                ? p(topic + " has no records yet.").withClass("quiet")
                : table(
                    headings("position", "appended (UTC)", "key", "value"),
                    tbody(
                        each(
                            newest,
                            record ->
                                tr(
                                    td(record.position()),
                                    td(TIME.format(record.time())),
                                    td(record.key()),
                                    td(code(record.value())))))))
        .withId("records");
  }

  private static DomContent headings(String... names) {
    return thead(
        tr(each(List.of(names), name -> th(name).withCondClass(NUMBERS.contains(name), "number"))));
  }

  private static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
