package io.leat.cli.retraining;

import io.leat.cli.command.UserError;
import io.leat.cli.retraining.PolicyBacktestReport.Opened;
import io.leat.cli.retraining.PolicyBacktestReport.Run;
import io.leat.cli.retraining.PolicyBacktestReport.Total;
import io.leat.cli.retraining.PolicyBacktestReport.Weeks;
import io.leat.common.LeatException;
import io.leat.common.Sha256;
import io.leat.drift.ColumnValues;
import io.leat.drift.DetectorState;
import io.leat.drift.DriftDetector;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileException;
import io.leat.drift.Segmenter;
import io.leat.drift.WindowSummary;
import io.leat.evaluation.Auc;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Gates;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.definition.RetrainingPolicy.Cause;
import io.leat.pipeline.definition.RetrainingPolicy.Conditions;
import io.leat.pipeline.definition.RetrainingPolicy.Harmful;
import io.leat.pipeline.definition.Segments;
import io.leat.pipeline.definition.Trainer.Builtin;
import io.leat.pipeline.model.ModelInput;
import io.leat.pipeline.model.ModelMetadata;
import io.leat.records.AlertState;
import io.leat.records.DriftAlert;
import io.leat.records.GateVerdict;
import io.leat.records.RequestStatus;
import io.leat.records.RetrainingRequest;
import io.leat.retraining.policy.Asking;
import io.leat.retraining.policy.Attempts;
import io.leat.retraining.policy.Decision;
import io.leat.retraining.policy.ModelState;
import io.leat.retraining.policy.Policies;
import io.leat.retraining.policy.RequestState;
import io.leat.retraining.samples.Samples;
import io.leat.retraining.training.Algorithm;
import io.leat.retraining.training.Kind;
import io.leat.retraining.training.Predictor;
import io.leat.retraining.training.ProgressListener;
import io.leat.retraining.training.Trainer;
import io.leat.retraining.training.TrainingException;
import io.leat.retraining.training.TrainingPlan;
import io.leat.retraining.training.TrainingSet;
import io.leat.retraining.worker.Comparison;
import io.leat.retraining.worker.GateCheck;
import io.leat.retraining.worker.TrainingSpan;
import io.leat.schemas.NullReason;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Replays vectors under a policy, window by window of the model's monitor: by the detector, the
 * policies' decision, the trainer and the gates of the stream. One thread owns it.
 */
final class PolicyBacktest {
  private static final Duration WEEK = Duration.ofDays(7);
  private static final int FOLDS = 4;
  private static final double COMPARED = 0.1;
  private static final double LEFT_OUT = 1;

  private final Pipeline pipeline;
  private final RetrainingPolicy policy;
  private final Policies policies;
  private final Model model;
  private final FeatureService service;
  private final Monitor monitor;
  private final Gates gates;
  private final Algorithm algorithm;
  private final List<LabelledVector> rows;
  private final ModelInput input;
  private final List<String> notes = new ArrayList<>();
  private final List<Opened> episodes = new ArrayList<>();
  private final List<Run> runs = new ArrayList<>();
  private final Map<String, DriftAlert> open = new LinkedHashMap<>();
  private final Map<String, Attempts> attempts = new HashMap<>();
  private final List<Instant> requests = new ArrayList<>();
  private final List<Version> champions = new ArrayList<>();
  private @Nullable RetrainingRequest last;

  /** A vector, its label where that is known, and its event time in milliseconds. */
  record LabelledVector(long time, List<Object> values, Optional<Boolean> label) {}

  /** A version: from when on it scores, and event time before which it has learnt. */
  private record Version(
      Instant since, Predictor predictor, ReferenceProfile profile, Instant until) {}

  /**
   * @param rows by event time
   * @throws UserError if no monitor watches the model
   */
  PolicyBacktest(
      Pipeline pipeline,
      RetrainingPolicy declared,
      Model model,
      FeatureService service,
      List<LabelledVector> rows) {
    this.pipeline = pipeline;
    this.model = model;
    this.service = service;
    this.rows = rows;
    this.input = ModelInput.of(model, service);
    this.monitor =
        pipeline.monitors().stream()
            .filter(one -> one.model().equals(model.name()) && !one.windows().areCounted())
            .findFirst()
            .orElseThrow(
                () ->
                    new UserError(
                        "No monitor watches model %s by windows of time, so that no episode would open. Declare one in monitors/%s.yaml."
                            .formatted(model.name(), model.name())));
    this.policy = replayable(declared);
    this.policies = new Policies(List.of(policy));
    this.gates =
        new Gates(
            declared.gates().gates().stream()
                .filter(gate -> gate.metric() != Gates.Metric.LATENCY_P99)
                .filter(gate -> gate.metric() != Gates.Metric.SIZE)
                .filter(gate -> !gate.metric().isOfGroups())
                .toList(),
            List.of());
    if (!declared.gates().equals(gates)) {
      notes.add("gates of latency, size, segments and gaps are left out");
    }
    this.algorithm =
        declared.trainer() instanceof Builtin builtin
                && builtin.algorithm()
                    == io.leat.pipeline.definition.Trainer.Algorithm.BOOSTED_TREES
            ? Algorithm.BOOSTED_TREES
            : Algorithm.LOGISTIC;
    if (!(declared.trainer() instanceof Builtin)) {
      notes.add("the policy's trainer is not called: logistic regression trains in its place");
    }
    notes.add("a version that passes is the champion at once, without its rollout");
    notes.add("losses are clustered by day: entities are not known here");
  }

  /** Only drift and time are replayed. */
  private RetrainingPolicy replayable(RetrainingPolicy declared) {
    Conditions when = declared.when();
    if (when.causes().contains(Cause.PERFORMANCE) || when.harmful() == Harmful.ONLY) {
      notes.add(
          "episodes of performance are not replayed: each episode of drift counts as harmful");
    }
    return new RetrainingPolicy(
        declared.name(),
        declared.model(),
        new Conditions(
            when.causes(),
            when.severity(),
            Harmful.ALL,
            when.veto(),
            when.coolDown(),
            when.newLabels(),
            when.budget(),
            when.schedule()),
        declared.window(),
        declared.trainer(),
        declared.gates(),
        declared.approval());
  }

  /**
   * Replays.
   *
   * @param begin the first champion learns from what lies before
   * @throws UserError if that cannot be learnt from
   */
  PolicyBacktestReport replay(Instant begin) {
    Version first =
        train(
                between(Optional.empty(), TrainingSpan.of(service, Optional.empty(), begin).to()),
                begin)
            .orElseThrow(
                () ->
                    new UserError(
                        "What lies before %s cannot be learnt from; give another --begin."
                            .formatted(begin)));
    champions.add(first);
    List<LabelledVector> replayed = between(Optional.of(begin), Instant.MAX);
    if (replayed.isEmpty()) {
      throw new UserError("No vector lies at %s or later; give another --begin.".formatted(begin));
    }
    windows(replayed, begin);
    return report(replayed, begin, weekly(replayed, begin));
  }

  private void windows(List<LabelledVector> replayed, Instant begin) {
    Watch watch = new Watch(champions.get(0));
    long start = watch.detector.windowStart(begin.toEpochMilli());
    for (LabelledVector row : replayed) {
      long own = watch.detector.windowStart(row.time());
      while (start < own) {
        Instant end = Instant.ofEpochMilli(watch.detector.windowEnd(start));
        if (windowEnds(watch.close(start), end)) {
          watch = new Watch(champions.get(champions.size() - 1));
        }
        start = end.toEpochMilli();
      }
      watch.add(row);
    }
  }

  /** A monitor at work by a champion's profile. */
  private final class Watch {
    private final DriftDetector detector;
    private final Segmenter segmenter;
    private final DetectorState state = new DetectorState();
    private final int[] columns;
    private final int[] keys;
    private WindowSummary window;

    Watch(Version champion) {
      try {
        this.detector = new DriftDetector(monitor, champion.profile());
      } catch (ReferenceProfileException e) {
        throw new UserError(String.valueOf(e.getMessage()), e);
      }
      List<String> features = service.featureNames();
      this.segmenter = new Segmenter(monitor.segments().keys(), features);
      this.columns = detector.features().stream().mapToInt(features::indexOf).toArray();
      List<String> names = monitor.segments().keys().stream().map(Segments.Key::name).toList();
      this.keys = detector.segments().stream().mapToInt(names::indexOf).toArray();
      this.window = detector.newWindow();
    }

    void add(LabelledVector row) {
      ColumnValues all = ColumnValues.nulls(row.values().size(), segmenter.of(row.values()));
      for (int column : columns) {
        all.put(column, row.values().get(column));
      }
      window.add(all.at(columns, keys));
    }

    List<DriftAlert> close(long start) {
      WindowSummary closed = window;
      window = detector.newWindow();
      return closed.events() == 0 ? List.of() : detector.evaluate(start, closed, state).alerts();
    }
  }

  /** Returns whether another version is the champion from now on. */
  private boolean windowEnds(List<DriftAlert> alerts, Instant now) {
    for (DriftAlert alert : alerts) {
      if (alert.getState() == AlertState.CLOSED) {
        open.remove(alert.getAlertId());
      } else if (open.put(alert.getAlertId(), alert) == null) {
        episodes.add(new Opened(alert.getAlertId(), now, alert.getMessage()));
      }
    }
    for (DriftAlert alert : List.copyOf(open.values())) {
      Attempts before = attempts.getOrDefault(alert.getAlertId(), Attempts.NONE);
      Optional<Asking> asking = Asking.of(alert, now, before);
      if (!before.answered() && asking.isPresent() && asks(asking.get(), now)) {
        open.clear(); // they were of the profile of the champion before
        return true;
      }
    }
    Instant due =
        policy
            .when()
            .schedule()
            .map(
                period ->
                    (last == null ? champions.get(0).since() : last.getEventTime()).plus(period))
            .orElse(Instant.MAX);
    boolean promoted = !now.isBefore(due) && asks(Asking.ofSchedule(policy, due, now), now);
    if (promoted) {
      open.clear();
    }
    return promoted;
  }

  /** Decides, and runs where it is to; returns whether the run's version is the champion now. */
  private boolean asks(Asking asking, Instant now) {
    Decision decision =
        policies.decide(
            model.name(),
            asking,
            new ModelState(
                last, RequestState.ENDED, true, Optional.empty(), false, List.copyOf(requests)));
    if (decision.policy().isEmpty()) {
      return false;
    }
    requests.add(now);
    last =
        RetrainingRequest.newBuilder()
            .setRequestId("request " + requests.size())
            .setPolicy(policy.name())
            .setModel(model.name())
            .setModelVersion(model.version())
            .setCause(asking.id())
            .setReason(decision.reason())
            .setEventTime(now)
            .setState(RequestStatus.ASKED)
            .build();
    boolean promoted = run(asking.id(), now);
    Attempts made = attempts.getOrDefault(asking.id(), Attempts.NONE).another();
    attempts.put(asking.id(), promoted ? made.andAnswered() : made);
    return promoted;
  }

  private boolean run(String cause, Instant now) {
    TrainingSpan span = TrainingSpan.of(service, policy.window(), now);
    List<LabelledVector> set = between(span.from(), span.to());
    int border = (int) Math.floor(set.size() * (1 - COMPARED));
    while (border > 0
        && border < set.size()
        && set.get(border - 1).time() == set.get(border).time()) {
      border--;
    }
    Version champion = champions.get(champions.size() - 1);
    long fresh =
        set.stream()
            .filter(row -> row.label().isPresent())
            .filter(row -> row.time() >= champion.until().toEpochMilli())
            .count();
    if (fresh < policy.when().newLabels()) {
      return ended(cause, now, 0, 0, "NONE", "%,d labels are new".formatted(fresh));
    }
    Optional<Version> made = train(set.subList(0, border), now);
    if (made.isEmpty()) {
      return ended(cause, now, 0, 0, "NONE", "what there is cannot be learnt from");
    }
    Version challenger = made.get();
    List<LabelledVector> compared =
        set.subList(border, set.size()).stream()
            .filter(row -> row.label().isPresent() && input(row).isPresent())
            .filter(row -> row.time() >= champion.until().toEpochMilli())
            .toList();
    GateCheck check =
        GateCheck.of(
            gates,
            new Comparison(
                labels(compared),
                compared.stream().map(row -> day(row.time())).toList(),
                Map.of(),
                scores(challenger, compared),
                Optional.of(scores(champion, compared)),
                Double.NaN),
            true,
            Long.parseLong(Sha256.hex(cause).substring(0, 8), 16));
    boolean passed = check.verdict() == GateVerdict.PASS;
    String why =
        check.results().stream()
            .filter(result -> result.getVerdict() != GateVerdict.PASS)
            .map(result -> result.getGate() + ": " + result.getMessage())
            .collect(Collectors.joining("; "));
    if (passed) {
      champions.add(challenger);
    }
    ended(cause, now, border, compared.size(), check.verdict().name(), passed ? "promoted" : why);
    return passed;
  }

  private boolean ended(
      String cause, Instant now, int learnt, int compared, String verdict, String why) {
    runs.add(new Run(runs.size() + 1, cause, now, learnt, compared, verdict, why));
    return false;
  }

  /** What is trained again each week of all that is known, and put in place unseen. */
  private List<Version> weekly(List<LabelledVector> replayed, Instant begin) {
    List<Version> versions = new ArrayList<>(champions.subList(0, 1));
    Instant end = Instant.ofEpochMilli(replayed.get(replayed.size() - 1).time());
    for (Instant now = begin.plus(WEEK); now.isBefore(end); now = now.plus(WEEK)) {
      TrainingSpan span = TrainingSpan.of(service, policy.window(), now);
      train(between(span.from(), span.to()), now).ifPresent(versions::add);
    }
    return versions;
  }

  /** Empty where there are too few rows, or all of one label. */
  private Optional<Version> train(List<LabelledVector> set, Instant since) {
    Samples samples = new Samples(pipeline, model, service, LEFT_OUT);
    TrainingSet.Builder part = samples.part();
    set.forEach(row -> samples.add(part, row.time(), row.values(), row.label()));
    try {
      samples.check(new PrintWriter(Writer.nullWriter()));
      Predictor predictor =
          Trainer.trainOnAll(
                  part.build(),
                  TrainingPlan.of(algorithm, Kind.BINARY).withFolds(FOLDS),
                  ModelMetadata.of(service),
                  ProgressListener.NONE)
              .predictor();
      return Optional.of(
          new Version(
              since,
              predictor,
              samples.profile(predictor::score),
              Instant.ofEpochMilli(set.get(set.size() - 1).time() + 1)));
    } catch (TrainingException | LeatException e) {
      notes.add("at %s nothing was trained: %s".formatted(since, e.getMessage()));
      return Optional.empty();
    }
  }

  private List<LabelledVector> between(Optional<Instant> from, Instant to) {
    long first = from.map(Instant::toEpochMilli).orElse(Long.MIN_VALUE);
    long end = to.equals(Instant.MAX) ? Long.MAX_VALUE : to.toEpochMilli();
    return rows.stream().filter(row -> row.time() >= first && row.time() < end).toList();
  }

  private PolicyBacktestReport report(
      List<LabelledVector> replayed, Instant begin, List<Version> weekly) {
    List<Weeks> weeks = new ArrayList<>();
    Instant until = Instant.ofEpochMilli(replayed.get(replayed.size() - 1).time());
    List<Version> all = new ArrayList<>(champions);
    all.addAll(weekly);
    for (Instant from = begin; from.isBefore(until); from = from.plus(WEEK)) {
      Instant end = from.plus(WEEK);
      List<LabelledVector> labelled =
          between(Optional.of(from), end).stream()
              .filter(row -> row.label().isPresent() && input(row).isPresent())
              .toList();
      boolean[] labels = labels(labelled);
      weeks.add(
          new Weeks(
              from,
              at(champions, end.toEpochMilli() - 1),
              labelled.size(),
              auc(scores(champions, labelled), labels),
              auc(scores(champions.get(0), labelled), labels),
              auc(scores(weekly, labelled), labels),
              all.stream()
                  .mapToDouble(version -> auc(scores(version, labelled), labels))
                  .filter(auc -> !Double.isNaN(auc))
                  .max()
                  .orElse(Double.NaN)));
    }
    return new PolicyBacktestReport(
        policy.name(),
        model.name(),
        begin,
        until,
        replayed.size(),
        List.copyOf(notes),
        List.copyOf(episodes),
        List.copyOf(runs),
        List.copyOf(weeks),
        List.of(
            new Total("policy", champions.size() - 1, mean(weeks, Weeks::policy)),
            new Total("never", 0, mean(weeks, Weeks::never)),
            new Total("weekly", weekly.size() - 1, mean(weeks, Weeks::weekly)),
            new Total("hindsight", 0, mean(weeks, Weeks::hindsight))));
  }

  private static double mean(List<Weeks> weeks, java.util.function.ToDoubleFunction<Weeks> figure) {
    double sum = 0;
    double labelled = 0;
    for (Weeks week : weeks) {
      double auc = figure.applyAsDouble(week);
      if (!Double.isNaN(auc)) {
        sum += auc * week.labelled();
        labelled += week.labelled();
      }
    }
    return labelled == 0 ? Double.NaN : sum / labelled;
  }

  private static double auc(double[] scores, boolean[] labels) {
    return scores.length == 0 ? Double.NaN : Auc.of(scores, labels);
  }

  private static int at(List<Version> versions, long time) {
    int found = 0;
    for (int i = 0; i < versions.size(); i++) {
      if (versions.get(i).since().toEpochMilli() <= time) {
        found = i;
      }
    }
    return found;
  }

  private double[] scores(List<Version> versions, List<LabelledVector> of) {
    return of.stream()
        .mapToDouble(
            row ->
                versions.get(at(versions, row.time())).predictor().score(input(row).orElseThrow()))
        .toArray();
  }

  private double[] scores(Version version, List<LabelledVector> of) {
    return scores(List.of(version), of);
  }

  /** What a model reads of a vector; empty where it is no input of it. */
  private Optional<float[]> input(LabelledVector row) {
    double[] values = new double[input.width()];
    if (input.write(NullReason.plain(row.values()), values).isPresent()) {
      return Optional.empty();
    }
    float[] plain = new float[values.length];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = (float) values[i];
    }
    return Optional.of(plain);
  }

  private static boolean[] labels(List<LabelledVector> of) {
    boolean[] labels = new boolean[of.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = of.get(i).label().orElseThrow();
    }
    return labels;
  }

  private static String day(long time) {
    return Instant.ofEpochMilli(time).truncatedTo(ChronoUnit.DAYS).toString();
  }
}
