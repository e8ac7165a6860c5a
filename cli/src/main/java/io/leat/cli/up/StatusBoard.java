package io.leat.cli.up;

import io.leat.cli.command.Endpoints;
import io.leat.console.Findings;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.platform.Services;
import io.leat.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * How a running pipeline does, for a person: a line a stage, with total and rate, and whether the
 * stages' totals match. All totals count committed records since the topics began.
 */
final class StatusBoard {
  private static final int SHOWN_ALERTS = 5;

  private final Pipeline pipeline;
  private final Endpoints endpoints;
  private final Instant started;

  StatusBoard(Pipeline pipeline, Endpoints endpoints, Instant started) {
    this.pipeline = pipeline;
    this.endpoints = endpoints;
    this.started = started;
  }

  /**
   * The board as lines of text.
   *
   * @param before what rates are measured from; may be the same as now, for none
   */
  List<String> lines(Figures before, Figures now) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s, up %s      events http://127.0.0.1:%d   features http://127.0.0.1:%d/docs   Flink http://127.0.0.1:%d   broker %s"
            .formatted(
                pipeline.name(),
                clock(Duration.between(started, now.time())),
                endpoints.port(Services.GATEWAY),
                endpoints.port(Services.FEATURE_PAGES),
                endpoints.port("flink"),
                endpoints.bootstrapServers()));
    lines.add(String.format(Locale.ROOT, "  %-34s %14s %12s", "", "total", "now"));
    Rates rates = new Rates(before, now);
    for (Contract contract : pipeline.contracts()) {
      String event = contract.event();
      lines.add(stage("events in", event, event, rates));
      lines.add(stage("valid", event, Topics.valid(event), rates));
      lines.add(stage("dead letters", event, Topics.deadLetters(event), rates));
      if (now.leftOut(event) > 0) {
        lines.add(
            row("left out", event, rates, figures -> figures.leftOut(event))
                + "  duplicates and tombstones");
      }
    }
    for (FeatureService service : pipeline.services()) {
      lines.add(stage("vectors", service.name(), Topics.features(service.name()), rates));
    }
    for (Model model : pipeline.models()) {
      lines.add(
          stage("scores", model.name(), Topics.scores(model.name()), rates)
              + words(Optional.ofNullable(now.scoring().get(model.name()))));
      lines.add(stage("unscored", model.name(), Topics.unscored(model.name()), rates));
    }
    Findings.Summary findings = now.findings();
    if (!pipeline.models().isEmpty()) {
      lines.add(
          row("alerts", Topics.DRIFT_ALERTS, rates, figures -> figures.findings().opened())
              + "  %d open, %d closed".formatted(findings.open().size(), findings.closed()));
      findings.open().stream().limit(SHOWN_ALERTS).map(StatusBoard::alert).forEach(lines::add);
      if (findings.open().size() > SHOWN_ALERTS) {
        lines.add("                and %d more".formatted(findings.open().size() - SHOWN_ALERTS));
      }
      lines.add(
          row(
                  "requests",
                  Topics.RETRAINING_REQUESTS,
                  rates,
                  figures -> figures.findings().requests())
              + words(findings.lastReason()));
    }
    if (findings.unreadable() > 0) {
      lines.add(
          "  %d records of %s and %s cannot be read, and were passed over."
              .formatted(findings.unreadable(), Topics.DRIFT_ALERTS, Topics.RETRAINING_REQUESTS));
    }
    lines.add(lag(rates));
    lines.add(balance(now));
    return lines;
  }

  /**
   * A line a process that has ended by itself at least once: how it does now, and why it ended;
   * none while all is well.
   */
  static List<String> parts(List<PartState> parts) {
    return parts.stream()
        .filter(part -> part.lastEnd().isPresent())
        .map(
            part ->
                "  process       %s %s  (last: %s)"
                    .formatted(part.name(), words(part), part.lastEnd().get()))
        .toList();
  }

  private static String words(PartState part) {
    String times = part.restarts() == 1 ? "once" : part.restarts() + " times";
    return switch (part.state()) {
      case RUNNING -> "runs, started again " + times;
      case WAITS -> "is down, and is started again in a moment";
      case STARTS -> "starts again (%s so far)".formatted(times);
      case DONE -> "is done";
      case GIVEN_UP -> "is down for good";
    };
  }

  private static String stage(String stage, String name, String topic, Rates rates) {
    return row(stage, name, rates, figures -> figures.topic(topic));
  }

  private static String row(
      String stage, String name, Rates rates, ToLongFunction<Figures> figure) {
    return String.format(
        Locale.ROOT,
        "  %-13s %-20s %,14d %,10.0f/s",
        stage,
        name,
        figure.applyAsLong(rates.now),
        rates.of(figure));
  }

  private static String alert(Findings.OpenAlert alert) {
    return "    %-8s  %s"
        .formatted(alert.severity(), alert.message().replaceAll("\\p{Cntrl}+", " "));
  }

  private static String words(Optional<String> message) {
    return message.map(text -> "  " + text.replaceAll("\\p{Cntrl}+", " ")).orElse("");
  }

  private static String lag(Rates rates) {
    StringBuilder line = new StringBuilder("  lag          ");
    for (String job : StackView.JOBS) {
      long behind = rates.now.lag().getOrDefault(job, 0L);
      double rate = rates.of(figures -> figures.lag().getOrDefault(job, 0L));
      line.append(String.format(Locale.ROOT, " %s %,d", job, behind));
      line.append(Math.round(rate) == 0 ? "  " : String.format(Locale.ROOT, " (%+,.0f/s)  ", rate));
    }
    return line.toString().stripTrailing();
  }

  /**
   * Whether each stage has gone through what is there. That is told by what it has committed, not
   * by its results: a duplicate has none, and a service or a model that was added later has none of
   * what came before it.
   */
  private static String balance(Figures now) {
    if (!now.complete()) {
      return "  balance       still counting what lies in the topics";
    }
    long unchecked = now.waiting().values().stream().mapToLong(Long::longValue).sum();
    long withoutVector = now.lag().getOrDefault(Services.FEATURES, 0L);
    long withoutScore = now.lag().getOrDefault(Services.SCORING, 0L);
    if (unchecked + withoutVector + withoutScore > 0) {
      return String.format(
          Locale.ROOT,
          "  balance       %,d events not checked yet, %,d without vector, %,d vectors without"
              + " score",
          unchecked,
          withoutVector,
          withoutScore);
    }
    return "  balance       nothing is missing: each event in was checked, and went through every"
        + " stage";
  }

  private static String clock(Duration duration) {
    return duration.toHours() > 0
        ? "%dh %02dm".formatted(duration.toHours(), duration.toMinutesPart())
        : "%dm %02ds".formatted(duration.toMinutes(), duration.toSecondsPart());
  }

  /** Change of figures between two looks. */
  private record Rates(Figures before, Figures now) {
    double of(ToLongFunction<Figures> figure) {
      double seconds = Duration.between(before.time(), now.time()).toMillis() / 1000.0;
      long more = figure.applyAsLong(now) - figure.applyAsLong(before);
      return seconds <= 0 ? 0.0 : more / seconds;
    }
  }
}
