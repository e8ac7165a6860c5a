package io.leat.retraining.training;

import io.leat.pipeline.model.ModelMetadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains a model: candidates are compared on folds in the order of time, the best learns from all
 * of the training part, and is measured on a hold-out that nothing was chosen by.
 */
public final class Trainer {
  private static final double HOLD_OUT_SHARE = 0.2;

  /** Shares of the work, by which progress is told. */
  private static final double CANDIDATES_SHARE = 0.8;

  private static final double CALIBRATED = 0.85;
  private static final double FITTED = 0.98;

  private Trainer() {}

  /**
   * Trains a binary classifier by logistic regression, on the earlier four fifths of the rows, and
   * measures it on the newest fifth.
   *
   * @throws TrainingException as {@link #train(TrainingSet, TrainingPlan, ModelMetadata,
   *     ProgressListener)}
   */
  public static TrainingResult train(TrainingSet set, ModelMetadata metadata)
      throws TrainingException {
    return train(
        set, TrainingPlan.of(Algorithm.LOGISTIC, Kind.BINARY), metadata, ProgressListener.NONE);
  }

  /**
   * Trains on the earlier four fifths of the rows and measures on the newest fifth.
   *
   * @param set rows of the metadata's features
   * @param metadata what the model file will say it was made for
   * @throws TrainingException if there are too few rows, or a label is not of the plan's kind, or
   *     all labels of the earlier or of the newest rows are alike
   */
  public static TrainingResult train(
      TrainingSet set, TrainingPlan plan, ModelMetadata metadata, ProgressListener listener)
      throws TrainingException {
    requireFeatures(set, metadata);
    TrainingSet.Split split = set.splitByTime(HOLD_OUT_SHARE);
    requireRows(split.training(), plan.kind(), "training (the earlier four fifths)");
    requireRows(split.holdOut(), plan.kind(), "hold-out (the newest fifth)");
    return new Training(split, plan, metadata, listener).run();
  }

  /**
   * Trains on one part and measures on the other.
   *
   * @param split of rows of the metadata's features
   * @param metadata what the model file will say it was made for
   * @throws TrainingException as {@link #train(TrainingSet, TrainingPlan, ModelMetadata,
   *     ProgressListener)}
   */
  public static TrainingResult trainOn(
      TrainingSet.Split split, TrainingPlan plan, ModelMetadata metadata, ProgressListener listener)
      throws TrainingException {
    requireFeatures(split.training(), metadata);
    requireFeatures(split.holdOut(), metadata);
    requireRows(split.training(), plan.kind(), "training part");
    requireRows(split.holdOut(), plan.kind(), "hold-out part");
    return new Training(split, plan, metadata, listener).run();
  }

  /**
   * Trains on all rows. What the model is worth is told by the folds alone: its figures as the
   * hold-out's are those that what was chosen had on the later rows of all of them.
   *
   * @param set rows of the metadata's features
   * @param plan has folds
   * @param metadata what the model file will say it was made for
   * @throws TrainingException as {@link #train(TrainingSet, TrainingPlan, ModelMetadata,
   *     ProgressListener)}
   */
  public static TrainingResult trainOnAll(
      TrainingSet set, TrainingPlan plan, ModelMetadata metadata, ProgressListener listener)
      throws TrainingException {
    if (plan.folds() == 0) {
      throw new IllegalArgumentException("no folds; expected some where no rows are held out");
    }
    requireFeatures(set, metadata);
    requireRows(set, plan.kind(), "training part");
    return new Training(
            new TrainingSet.Split(set, set.part(set.size(), set.size())), plan, metadata, listener)
        .run();
  }

  private static void requireFeatures(TrainingSet set, ModelMetadata metadata) {
    if (!set.features().equals(metadata.features())) {
      throw new IllegalArgumentException(
          "the set's features are %s; expected %s".formatted(set.features(), metadata.features()));
    }
  }

  private static void requireRows(TrainingSet part, Kind kind, String name)
      throws TrainingException {
    for (TrainingSet.Row row : part.rows()) {
      if (!kind.allows(row.label())) {
        throw new TrainingException(
            "A label of the %s is %s; expected %s.".formatted(name, row.label(), kind.labels()));
      }
    }
    boolean fits =
        kind.type() == Kind.Type.BINARY
            ? part.positives() > 0 && part.positives() < part.size()
            : part.size() > 1 && areUnlike(part);
    if (!fits) {
      throw new TrainingException(
          kind.type() == Kind.Type.BINARY
              ? "The %s has %d rows, %d of them with a true label; expected rows of both labels. Give more data, or a longer span of it."
                  .formatted(name, part.size(), part.positives())
              : "The %s has %d rows, all of one label; expected rows of several. Give more data, or a longer span of it."
                  .formatted(name, part.size()));
    }
  }

  private static boolean areUnlike(TrainingSet set) {
    return set.rows().stream().anyMatch(row -> row.label() != set.rows().get(0).label());
  }

  /** One training. */
  private record Training(
      TrainingSet.Split split,
      TrainingPlan plan,
      ModelMetadata metadata,
      ProgressListener listener) {

    /** A candidate with what it gave on the folds. */
    private record Tried(Candidate candidate, Learner.Validation validation) {}

    TrainingResult run() throws TrainingException {
      List<TrainingSet.Split> folds = folds();
      List<Tried> tried = new ArrayList<>();
      for (int i = 0; i < plan.grid().size() && !folds.isEmpty(); i++) {
        Tried one = tryOut(plan.grid().get(i), folds);
        tried.add(one);
        Map<String, Double> metrics = named("validation", one.candidate().validation());
        metrics.put("candidate", i + 1.0);
        tell(Progress.Phase.CANDIDATES, CANDIDATES_SHARE * (i + 1) / plan.grid().size(), metrics);
      }
      Optional<Tried> best =
          tried.stream()
              .min(Comparator.comparingDouble(one -> one.candidate().validation().loss()));
      Hyperparameters chosen =
          best.map(one -> one.candidate().hyperparameters()).orElse(plan.grid().get(0));
      int rounds = best.map(one -> one.candidate().rounds()).orElse(0);
      Calibrator.Chosen link = new Calibrator.Chosen(CalibrationMethod.NONE, Links.of(plan.kind()));
      if (best.isPresent() && plan.kind().type() == Kind.Type.BINARY) {
        link = calibrated(best.get(), folds);
        tell(Progress.Phase.CALIBRATION, CALIBRATED, Map.of());
      }
      MarginModel model =
          plan.algorithm()
              .learner()
              .fit(split.training(), plan.kind(), chosen, plan.seed(), rounds);
      tell(Progress.Phase.FIT, FITTED, Map.of());
      Link made = link.link();
      Predictor predictor = values -> made.predict(model.margins(values));
      TrainingReport report = report(predictor, best);
      tell(Progress.Phase.EVALUATION, 1, named("hold_out", report.holdOut()));
      return new TrainingResult(
          OnnxGraphWriter.write(plan.algorithm().graph(), model, made, plan.kind(), metadata),
          predictor,
          chosen,
          rounds,
          link.method(),
          tried.stream().map(Tried::candidate).toList(),
          report);
    }

    private List<TrainingSet.Split> folds() throws TrainingException {
      if (plan.folds() == 0) {
        return List.of();
      }
      List<TrainingSet.Split> folds =
          split.training().expandingFolds(plan.folds()).stream()
              .filter(fold -> areUnlike(fold.training()))
              .toList();
      if (folds.isEmpty()) {
        throw new TrainingException(
            "The training part has %d rows, of which no fold of %d has unlike labels to learn from and later rows to be measured on. Give more data, or a longer span of it."
                .formatted(split.training().size(), plan.folds()));
      }
      return folds;
    }

    private Tried tryOut(Hyperparameters hyperparameters, List<TrainingSet.Split> folds)
        throws TrainingException {
      Learner.Validation validation =
          plan.algorithm().learner().validate(folds, plan.kind(), hyperparameters, plan.seed());
      for (double[][] rows : validation.margins()) {
        for (double[] margins : rows) {
          if (!Arrays.stream(margins).allMatch(Double::isFinite)) {
            throw new TrainingException(
                "%s with %s gives %s; expected finite numbers. Try a lower learning rate."
                    .formatted(
                        plan.algorithm().label(), hyperparameters, Arrays.toString(margins)));
          }
        }
      }
      Link link = Links.of(plan.kind());
      List<Metrics> each = new ArrayList<>();
      List<double[]> all = new ArrayList<>();
      for (int fold = 0; fold < folds.size(); fold++) {
        double[][] predictions =
            Arrays.stream(validation.margins().get(fold))
                .map(link::predict)
                .toArray(double[][]::new);
        TrainingSet holdOut = folds.get(fold).holdOut();
        each.add(Metrics.of(plan.kind(), predictions, holdOut.labels(), holdOut.clusters()));
        all.addAll(Arrays.asList(predictions));
      }
      return new Tried(
          new Candidate(
              hyperparameters,
              validation.rounds(),
              each,
              Metrics.of(
                  plan.kind(),
                  all.toArray(double[][]::new),
                  labels(folds),
                  TrainingSet.clusters(
                      folds.stream().flatMap(fold -> fold.holdOut().rows().stream()).toList()))),
          validation);
    }

    private Calibrator.Chosen calibrated(Tried best, List<TrainingSet.Split> folds) {
      double[] margins =
          best.validation().margins().stream()
              .flatMap(Arrays::stream)
              .mapToDouble(margin -> margin[0])
              .toArray();
      double[] numbers = labels(folds);
      boolean[] labels = new boolean[numbers.length];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = numbers[i] == 1;
      }
      return Calibrator.choose(plan.calibrations(), margins, labels);
    }

    private static double[] labels(List<TrainingSet.Split> folds) {
      return folds.stream()
          .flatMapToDouble(fold -> Arrays.stream(fold.holdOut().labels()))
          .toArray();
    }

    private TrainingReport report(Predictor predictor, Optional<Tried> best) {
      TrainingSet training = split.training();
      TrainingSet holdOut = split.holdOut();
      Instant last = time(training, training.size() - 1);
      boolean isHeldOut = holdOut.size() > 0;
      return new TrainingReport(
          training.features().size(),
          time(training, 0),
          isHeldOut ? time(holdOut, 0) : last.plusMillis(1),
          isHeldOut ? time(holdOut, holdOut.size() - 1) : last,
          measured(predictor, training),
          isHeldOut ? measured(predictor, holdOut) : best.orElseThrow().candidate().validation());
    }

    private Metrics measured(Predictor predictor, TrainingSet set) {
      return Metrics.of(
          plan.kind(),
          set.rows().stream().map(row -> predictor.predict(row.values())).toArray(double[][]::new),
          set.labels(),
          set.clusters());
    }

    private static Instant time(TrainingSet set, int row) {
      return Instant.ofEpochMilli(set.rows().get(row).eventTimeMillis());
    }

    private void tell(Progress.Phase phase, double fraction, Map<String, Double> metrics) {
      listener.report(new Progress(phase, fraction, metrics));
    }

    private static Map<String, Double> named(String part, Metrics metrics) {
      Map<String, Double> named = new HashMap<>();
      metrics.values().forEach((name, value) -> named.put(part + "_" + name, value));
      return named;
    }
  }
}
